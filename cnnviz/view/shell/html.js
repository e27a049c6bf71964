// HTML helpers: templates used by several modules, and functions that update elements.

import { cssZoom } from "../draw/css_zoom.js"
import { escapeHtml, sentence } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { Directive, directive } from "../vendor/lit/directive.js"
import { guard } from "../vendor/lit/directives/guard.js"
import { keyed } from "../vendor/lit/directives/keyed.js"
import { live } from "../vendor/lit/directives/live.js"
import { unsafeHTML } from "../vendor/lit/directives/unsafe-html.js"
import { html, noChange, nothing, render, svg } from "../vendor/lit/lit-html.js"

export { Directive, directive, guard, html, keyed, live, noChange, nothing, render, svg }

/** @typedef {import("../vendor/lit/lit-html.js").TemplateResult} Template */

/** @typedef {import("../vendor/lit/directive.js").Part} Part */

/** Return the element of a directive in its tag. @param {Part} part */
export const elementOf = (part) => /** @type {import("../vendor/lit/lit-html.js").ElementPart} */ (part).element

/** Mark a string as HTML, for messages and text from the core. */
export const markup = unsafeHTML

/**
 * Set `hidden` if it differs: browsers recompute styles even if the value is equal.
 * @param {HTMLElement} element @param {boolean} hidden
 */
export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden
}

/** Set an element's content to an HTML string: `<p ${inner(formula)}></p>`. */
export const inner = directive(
  class extends Directive {
    /** @override @param {string} _text */
    render(_text) {
      return noChange
    }

    /** @override @param {Part} part @param {[text: string]} values */
    update(part, [text]) {
      setHTML(elementOf(part), text)
      return noChange
    }
  },
)

/** @type {WeakMap<Element, string>}  the last HTML of each element */
const lastHTML = new WeakMap()

/**
 * Set an element's HTML. Elements are kept if only text has changed, to avoid style updates and repeated
 * announcements.
 * @param {Element} element
 * @param {string} text
 */
export function setHTML(element, text) {
  const previous = lastHTML.get(element)
  if (previous === text) return
  lastHTML.set(element, text)
  if (previous !== undefined && patchTexts(element, previous, text)) return
  const template = document.createElement("template")
  template.innerHTML = text
  if (!adopt(element, template.content)) element.replaceChildren(template.content)
}

const TAGS = /(<[^>]*>)/

/**
 * Update the text nodes between equal tags without parsing, and return whether that was enough.
 * @param {Element} element @param {string} previous its HTML @param {string} text
 */
function patchTexts(element, previous, text) {
  const [old, fresh] = [previous.split(TAGS), text.split(TAGS)] // text and tags alternate
  const isPlain = (/** @type {string} */ part) => part !== "" && !part.includes("&")
  const changedIndices = [...fresh.keys()].filter((n) => fresh[n] !== old[n])
  if (old.length !== fresh.length || changedIndices.some((n) => n % 2 || !isPlain(old[n]) || !isPlain(fresh[n])))
    return false
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  const nodes = old.map((part, n) => (n % 2 || !part ? null : walker.nextNode()))
  if (nodes.some((node, n) => n % 2 === 0 && isPlain(old[n]) && node?.nodeValue !== old[n])) return false
  for (const n of changedIndices) /** @type {Node} */ (nodes[n]).nodeValue = fresh[n]
  return true
}

/**
 * Copy texts and attributes from a tree of the same shape. Return whether the shapes agree.
 * @param {Node} target
 * @param {Node} source
 * @returns {boolean}
 */
export function adopt(target, source) {
  const [own, others] = [target.childNodes, source.childNodes]
  if (own.length !== others.length) return false
  for (let n = 0; n < own.length; n++) {
    const [one, other] = [own[n], others[n]]
    if (one.nodeName !== other.nodeName || !adopt(one, other)) return false
    if (one.nodeValue !== other.nodeValue) one.nodeValue = other.nodeValue
    if (!(one instanceof Element) || !(other instanceof Element)) continue
    if (one.attributes.length !== other.attributes.length) return false
    for (const { name, value } of other.attributes) if (one.getAttribute(name) !== value) one.setAttribute(name, value)
  }
  return true
}

/**
 * Return the closest ancestor of an event's target that matches a selector.
 * @type {(event: { target: EventTarget | null }, selector: string) => HTMLElement | null}
 */
export const closest = ({ target }, selector) => /** @type {Element} */ (target).closest(selector)

/**
 * Add a listener to a page's root, removed when the page is left.
 * @template {keyof HTMLElementEventMap} Name @param {import("../types/view.js").View} view @param {Name} name @param {(event: HTMLElementEventMap[Name]) => void} act @param {AddEventListenerOptions} [how]
 */
export const listen = ({ root, stop }, name, act, how = {}) =>
  root.addEventListener(name, act, { signal: stop.signal, ...how }) // the root may outlive the view

/**
 * Move the focus to the next or previous of these buttons by horizontal arrow keys. One of them is the tab stop.
 * @param {KeyboardEvent} event
 * @param {Iterable<HTMLElement>} buttons
 */
export function moveFocusByArrows(event, buttons) {
  const all = [...buttons]
  const [delta, at] = [
    { ArrowLeft: -1, ArrowRight: 1 }[event.key],
    all.indexOf(/** @type {HTMLElement} */ (event.target)),
  ]
  if (!delta || at < 0) return
  all[at + delta]?.focus()
  event.preventDefault()
}

/**
 * Scroll a row sideways until one of its elements is in the middle. Unlike scrollIntoView, this does not scroll the
 * page.
 * @param {Element} row @param {Element} element
 */
export function scrollSideways(row, element) {
  const [around, own] = [row.getBoundingClientRect(), element.getBoundingClientRect()]
  row.scrollLeft += (own.left + own.width / 2 - around.left - around.width / 2) / cssZoom(row)
}

/** Set an element's text if it differs. @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/**
 * Copy a link and confirm it on the button. Return whether the browser allowed it.
 * @param {HTMLElement} button @param {string} link
 */
export async function copyText(button, link) {
  try {
    await navigator.clipboard.writeText(link)
    button.textContent = say("web.copy.copied")
    return true
  } catch {
    return false
  }
}

/**
 * Copy a link, or show it in a prompt if the browser refuses.
 * @param {HTMLElement} button @param {string} name @param {string} link
 */
export async function copyLink(button, name, link) {
  if (!(await copyText(button, link))) prompt(name, link)
}

/** Return the wrong lines of code above the correct ones. @param {string} wrong @param {string} right */
export function difference(wrong, right) {
  const highlight = (/** @type {string} */ text, /** @type {string} */ kind, /** @type {string} */ sign) =>
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => html`<code class=${kind}><b>${sign}</b> ${line}</code>`)
  return [...highlight(wrong, "wrong-line", "−"), ...highlight(right, "right-line", "+")]
}

/**
 * Return sentences as HTML, one per line.
 * @param {string[]} sentences
 */
export const linesOf = (sentences) => sentences.map(sentence).join("<br>")

/**
 * Return a button. `label` is its accessible name and tooltip.
 * @type {(key: string, text: string, label: string, extra?: string) => string}
 */
export const button = (key, text, label, extra = "") =>
  `<button type="button" data-key="${key}" aria-label="${escapeHtml(label)}" title="${escapeHtml(label)}" ${extra}>${text}</button>`

/** @type {(label: string, control: string) => string} */
export const field = (label, control) => `<label class="form-field"><span>${label}</span>${control}</label>`

/** @typedef {[value: string | number, text: string | number, chosen?: boolean]} Option */

/** @type {(key: string, options: Option[], label: string, extra?: string) => string} */
export const select = (key, options, label, extra = "") =>
  `<select data-key="${key}" aria-label="${escapeHtml(label)}" ${extra}>${options
    .map(([value, text, chosen]) => `<option value="${value}"${chosen ? " selected" : ""}>${escapeHtml(text)}</option>`)
    .join("")}</select>`

/** @type {(key: string, label: string, mode?: string, extra?: string) => string} */
export const input = (key, label, mode = "decimal", extra = "") =>
  `<input data-key="${key}" inputmode="${mode}" autocomplete="off" spellcheck="false" aria-label="${escapeHtml(label)}" ${extra}>`

/** Icon of a table. */
export const TABLE =
  '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M1.5 2.5h13v11h-13zM1.5 6h13M1.5 9.7h13M6 2.5v11M10.5 2.5v11"/></svg>'

/** Icon to enlarge: two arrows that point apart. */
export const LARGE =
  '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M9.5 2.5h4v4M13.5 2.5l-4.5 4.5M6.5 13.5h-4v-4M2.5 13.5l4.5-4.5"/></svg>'

/** Line below a map: both ends of the colour scale, and the power of ten that multiplies its numbers. */
export const LIMITS_LINE = html`<p class="limits"><span class="low"></span><span class="power"></span><span class="high"></span></p>`

/**
 * Return a group of toggle buttons. `data-tab` is "name value".
 * @type {(name: string, label: string, of: readonly (readonly [value: string, text: string, on: boolean])[]) => Template}
 */
export const toggleGroup = (name, label, of) =>
  html`<div class="pick" role="group" aria-label=${label}>${of.map(([value, text, on]) => html`<button type="button" data-key="${name}_${value}" data-tab="${name} ${value}" aria-pressed=${on}>${text}</button>`)}</div>`
