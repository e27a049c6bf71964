// The controls of the setup. They hold no state: they show the setup of the last response, and a change requests
// another one.

import { inField, plainNumber } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { closest, listen, setText } from "../shell/html.js"
import { bindNetwork, fillNetwork } from "./network_controls.js"
import { bindLayers, fillLayers } from "./network_editor.js"
import { fillRail, markErrors } from "./rail.js"

/** @import { Answer, StepHeader, View } from "../types/view.js" */

/** Return the controls of a single URL key, each with that key. @type {(view: View) => [HTMLElement, string][]} */
const keyControls = (view) =>
  Array.from(view.root.querySelectorAll(/** @type {"div"} */ ("[data-lesson]")), (field) => [
    field,
    field.dataset.lesson ?? "",
  ])

/** @type {(element: HTMLElement) => element is HTMLInputElement | HTMLSelectElement} */
const isField = (element) => element instanceof HTMLInputElement || element instanceof HTMLSelectElement

/** @param {View} view */
export function bindControls(view) {
  for (const [element, name] of keyControls(view)) {
    if (isField(element)) {
      // Request an empty field as a blank: an empty value would be dropped from the address, and no error shown.
      element.addEventListener("change", () => view.go({ [name]: plainNumber(element.value) || " " }))
      continue
    }
    element.addEventListener("click", (event) => {
      const option = closest(event, "[data-value]")
      if (option) view.go({ [name]: option.dataset.value ?? "" })
    })
    // Prefetch the option under the pointer.
    element.addEventListener("pointerover", (event) => {
      const value = closest(event, "[data-value]")?.dataset.value
      if (value && value !== view.setup[name]) view.ahead([{ [name]: value }])
    })
    element.addEventListener("keydown", (event) => moveByArrows(event, element))
  }
  const rememberTyped = (/** @type {Event} */ { target }) => {
    if (target instanceof HTMLInputElement) view.typed = { field: target, text: target.value }
  }
  listen(view, "change", rememberTyped, { capture: true }) // capture, to run before the request
  bindNetwork(view)
  bindLayers(view)
  bindLinks(view)
  listen(view, "keydown", ({ key, target }) => {
    if (key === "Enter" && target instanceof HTMLInputElement && !target.form) target.blur() // in a form, Enter submits
  })
  // Mouse clicks do not move the focus, so that keys keep acting on the page: Space plays.
  listen(view, "mousedown", (event) => {
    if (!closest(event, "button:not(dialog button), a, canvas, summary")) return
    event.preventDefault()
    if (view.root.contains(document.activeElement)) blur()
  })
}

const blur = () => /** @type {HTMLElement | null} */ (document.activeElement)?.blur()

/**
 * Bind the links to other pages and the buttons that enlarge a map or chart.
 * @param {View} view
 */
function bindLinks(view) {
  listen(view, "pointerover", (event) => {
    const page = closest(event, "nav [data-page]:not([aria-current])")
    if (page) view.ahead([{}], page.dataset.page)
  })
  listen(view, "click", (event) => {
    const large = closest(event, "[data-open]")
    const page = closest(event, "[data-page]")
    if (large) view.open(large.dataset.open ?? "")
    if (page && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault()
      view.turn(page.dataset.page ?? "")
    }
  })
}

/**
 * Handle arrow keys in a group of buttons like native radio buttons.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} group
 */
function moveByArrows(event, group) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
  if (!step) return
  const options = [...group.querySelectorAll(/** @type {"button"} */ ("[data-value]"))]
  const nextValue =
    options[(options.indexOf(/** @type {HTMLButtonElement} */ (event.target)) + step + options.length) % options.length]
  nextValue?.focus()
  if (group.getAttribute("role") === "radiogroup") nextValue?.click()
  event.preventDefault()
  event.stopPropagation()
}

/**
 * @param {View} view
 * @param {Answer} data
 */
export function fillControls(view, data) {
  const { setup } = view
  for (const [element, name] of keyControls(view))
    isField(element) ? setValue(element, setup[name]) : choose(element, setup[name])
  fillNetwork(view, data)
  fillRail(view)
  fillLayers(view, "network" in data ? /** @type {StepHeader} */ (/** @type {unknown} */ (data)).network : undefined)
  view.$(".rail .words").textContent = data.words
  showErrors(view, data.wrong)
}

/**
 * Mark one of several buttons as chosen.
 * @param {HTMLElement} element
 * @param {string} value
 */
function choose(element, value) {
  const options = [...element.querySelectorAll(/** @type {"button"} */ ("[data-value]"))]
  const index = options.findIndex((option) => option.dataset.value === value)
  options.forEach((option, at) => {
    const isRadio = option.getAttribute("role") === "radio"
    option.setAttribute(isRadio ? "aria-checked" : "aria-pressed", String(at === index))
    option.tabIndex = at === Math.max(index, 0) ? 0 : -1 // one tab stop; arrow keys reach the others
  })
}

/**
 * Show a value in a control. A list without the value gets an option for it; a missing value means the first option.
 * @param {HTMLInputElement | HTMLSelectElement} element
 * @param {string | undefined} text
 */
function setValue(element, text) {
  const value = text ?? (element instanceof HTMLSelectElement ? element.options[0].value : "")
  if (element instanceof HTMLSelectElement && ![...element.options].some((option) => option.value === value)) {
    element.add(new Option(value.startsWith("held-") ? say("web.controls.trained") : value, value))
  }
  const displayedValue = element.inputMode === "decimal" ? inField(value) : value
  if (element instanceof HTMLInputElement) {
    // keep what the visitor is typing
    if (element === document.activeElement && element.value !== element.defaultValue) return
    element.defaultValue = displayedValue
  }
  element.value = displayedValue
}

/**
 * Mark a field as invalid for screen readers, or as valid.
 * @param {Element} field
 * @param {boolean} isInvalid
 */
const markInvalid = (field, isInvalid) =>
  isInvalid ? field.setAttribute("aria-invalid", "true") : field.removeAttribute("aria-invalid")

/**
 * Return all fields, each with the URL key that it belongs to.
 * @param {View} view
 * @returns {[HTMLInputElement | HTMLSelectElement, string][]}
 */
function typedFields(view) {
  const fields = keyControls(view).flatMap(([field, name]) =>
    isField(field) ? [/** @type {[typeof field, string]} */ ([field, name])] : [],
  )
  for (const [place, name] of Object.entries({ kernel: "f", "target-fields": "y" }))
    for (const field of view.root.querySelectorAll(/** @type {"input"} */ (`.${place} input`)))
      fields.push([field, name])
  fields.push([view.field("network"), "net"])
  return fields
}

/**
 * Show each error beside its control. Errors whose control is missing or hidden also appear above the maps.
 * @param {View} view
 * @param {Record<string, string>} errors
 */
function showErrors(view, errors) {
  const remaining = { ...errors }
  const fields = typedFields(view)
  const rejected = fields.find(([field, name]) => field === view.typed?.field && name in errors)?.[0]
  for (const [field, name] of fields) markInvalid(field, name in errors && field === (rejected ?? field))
  if (rejected) rejected.value = view.typed?.text ?? "" // keep the rejected text to be corrected
  for (const element of view.root.querySelectorAll(/** @type {"p"} */ ("[data-wrong]"))) {
    const key = element.dataset.wrong ?? ""
    setText(element, errors[key] ?? "")
    if (key in remaining && element.offsetParent) delete remaining[key] // checked last, since it forces a layout
  }
  markErrors(view.root)
  view.errorText = Object.values(remaining).join(" ")
  view.tell(view.note)
}
