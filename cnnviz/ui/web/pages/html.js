// Pieces of HTML that stand in several places, and how they are put on the page.

import { escaped, sentence } from "../model/format.js"
import { say } from "../model/words.js"
import { live } from "../vendor/lit/directives/live.js"
import { repeat } from "../vendor/lit/directives/repeat.js"
import { html, nothing, render, svg } from "../vendor/lit/lit-html.js"

export { html, live, nothing, render, repeat, svg }

/** @typedef {import("../vendor/lit/lit-html.js").TemplateResult} Template */

const KEPT = 1000 // sets of tags
/** @type {Map<string, string[] & { raw: string[] }>}  by their tags: the fixed parts of what was HTML already */
const skeletons = new Map()
const PARTS = /(<[^>]*>)/
const ATTRIBUTE = /(?<==")([^"]*)(?=")/
/** @type {Record<string, string>} */
const LETTERS = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00a0" }

/** A text as HTML has it, as it is. @param {string} text */
const plain = (text) =>
  text.replace(/&(?:#x([\da-f]+)|#(\d+)|(amp|lt|gt|quot|nbsp));/gi, (_, hex, decimal, name) =>
    name ? LETTERS[name] : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)),
  )

/**
 * The fixed parts of a piece of HTML, its tags, and what stands between them: texts, and the values of attributes.
 * @param {string} text
 */
export function split(text) {
  const parts = text
    .split(PARTS)
    .flatMap((part, n) =>
      (n % 2 ? part.split(ATTRIBUTE) : [part]).map((piece, at) => ({ piece, fixed: n % 2 === 1 && at % 2 === 0 })),
    )
  const strings = [""]
  /** @type {string[]} */
  const values = []
  for (const { piece, fixed } of parts) {
    if (fixed) strings[strings.length - 1] += piece
    else if (piece) {
      values.push(plain(piece))
      strings.push("")
    } else if (strings.at(-1)?.endsWith('="')) {
      values.push("")
      strings.push("")
    }
  }
  return { strings, values }
}

/**
 * What is HTML already, from the core or the catalogue, as a template: where only texts have changed, the elements stay.
 * @param {string} text
 * @returns {Template | typeof nothing}
 */
export function markup(text) {
  if (!text) return nothing
  const { strings, values } = split(text)
  const key = strings.join("\0")
  if (skeletons.size > KEPT) skeletons.clear()
  const fixed = skeletons.get(key) ?? Object.assign(strings, { raw: strings })
  skeletons.set(key, fixed)
  return html(fixed, ...values)
}

/**
 * Writes only what changed, so that a screen reader and the layout are left in peace.
 * @param {Element} element
 * @param {string} html
 */
export function setHTML(element, html) {
  if (element.innerHTML !== html) element.innerHTML = html
}

/** Copies a link, which the button then says; where a browser does not let it, the link is shown. @param {HTMLElement} button @param {string} name @param {string} link */
export async function copyLink(button, name, link) {
  try {
    await navigator.clipboard.writeText(link)
    button.textContent = say("web.copy.copied")
  } catch {
    prompt(name, link)
  }
}

const SMALLEST = 0.7

/**
 * Sets a line smaller that is wider than its place; whether it is too wide even so.
 * @param {HTMLElement} element
 */
export function shrink(element) {
  element.style.removeProperty("--fits")
  const share = element.clientWidth / element.scrollWidth
  if (share < 1) element.style.setProperty("--fits", String(Math.max(SMALLEST, share)))
  return share < 1 && element.scrollWidth > element.clientWidth
}

/**
 * The same for formulas, which browsers do not break.
 * @param {HTMLElement} element
 */
export function fit(element) {
  const scrolls = shrink(element)
  scrolls ? element.setAttribute("tabindex", "0") : element.removeAttribute("tabindex") // then keys scroll it
}

/** Sentences, a line each. @param {readonly string[]} sentences */
export const lines = (sentences) => markup(linesOf([...sentences]))

/**
 * Sentences, a line each.
 * @param {string[]} sentences
 */
export const linesOf = (sentences) => sentences.map(sentence).join("<br>")

/**
 * A button; its label is for those who listen, and who point at it.
 * @type {(key: string, text: string, label: string, extra?: string) => string}
 */
export const button = (key, text, label, extra = "") =>
  `<button type="button" data-key="${key}" aria-label="${escaped(label)}" title="${escaped(label)}" ${extra}>${text}</button>`

/** @type {(label: string, control: string) => string} */
export const field = (label, control) => `<label class="field"><span>${label}</span>${control}</label>`

/** @typedef {[value: string | number, text: string | number, chosen?: boolean]} Option */

/** @type {(key: string, options: Option[], label: string, extra?: string) => string} */
export const select = (key, options, label, extra = "") =>
  `<select data-key="${key}" aria-label="${escaped(label)}" ${extra}>${options
    .map(([value, text, chosen]) => `<option value="${value}"${chosen ? " selected" : ""}>${escaped(text)}</option>`)
    .join("")}</select>`

/** @type {(key: string, label: string, mode?: string, extra?: string) => string} */
export const input = (key, label, mode = "decimal", extra = "") =>
  `<input data-key="${key}" inputmode="${mode}" autocomplete="off" spellcheck="false" aria-label="${escaped(label)}" ${extra}>`

/** A table, drawn. */
export const TABLE =
  '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M1.5 2.5h13v11h-13zM1.5 6h13M1.5 9.7h13M6 2.5v11M10.5 2.5v11"/></svg>'

/** Two arrows that go apart, drawn. */
export const LARGE =
  '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M9.5 2.5h4v4M13.5 2.5l-4.5 4.5M6.5 13.5h-4v-4M2.5 13.5l4.5-4.5"/></svg>'

/** The line under a map: the ends of its colours, and the power of ten that its numbers are multiplied by. */
export const LIMITS_LINE =
  '<p class="limits"><span class="low"></span><span class="power"></span><span class="high"></span></p>'
