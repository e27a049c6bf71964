// The rail: a button for each control panel, which opens beside it over the stage. Panels are popovers, so the
// browser closes them on Escape or a click outside and keeps one open at a time.

import { say } from "../model/words.js"
import { setHidden } from "../shell/html.js"
import { IMAGES } from "../spec.js"

/** @import { View } from "../types/view.js" */
/** @typedef {{ name: string, id?: string, body: string }} Sheet  web.rail.<name> is its title; `id` distinguishes panels with the same name */

const icon = (/** @type {string} */ paths) => `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${paths}"/></svg>`

/** @type {Record<string, string>} */
const ICONS = {
  image: `<i class="thumbnail" style="--images:${IMAGES.length}"></i>${icon("M3 5h18v14H3zM3 16l5-5 4 4 3-3 6 5M16 9h.01")}`,
  data: icon("M3 4h7v7H3zM14 4h7v7h-7zM3 14h7v6H3zM14 14h7v6h-7z"),
  network: icon("M2 4h5v16H2zM10 5h4v10h-4zM17 6h5v5h-5z"),
  switches: icon(
    "M7 4h10a4 4 0 0 1 0 8h-10a4 4 0 0 1 0 -8M17 6a2 2 0 1 0 .01 0M7 15h10a3 3 0 0 1 0 6h-10a3 3 0 0 1 0 -6M7 17a1 1 0 1 0 .01 0",
  ),
  settings: icon(
    "M2 5h7m6 0h7M2 12h3m6 0h11M2 19h10m6 0h4M9 5a3 3 0 1 0 6 0a3 3 0 1 0-6 0M5 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0M12 19a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
  ),
  practice: icon(
    "M2 12a10 10 0 1 0 20 0a10 10 0 1 0-20 0M6.5 12a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0M11 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0",
  ),
  script: icon("M5 3h14v18H5zM9 8h6M9 12h6M9 16h4"),
  legend: '<i class="ramps"></i>',
}

/**
 * Return a popover panel with a title and a close button.
 * @type {(id: string, title: string, body: string, extra?: string) => string}
 */
export const panel = (id, title, body, extra = "") => `
  <section class="sheet ${extra}" id="${id}" popover tabindex="-1" autofocus aria-label="${title}"><div class="sheet-head"><h2>${title}</h2>
    <button type="button" class="close" popovertarget="${id}" popovertargetaction="hide" aria-label="${say("web.rail.close")}">✕</button></div>
    <div class="sheet-body">${body}</div></section>`

/** @param {Sheet} of */
function panelButton({ name, id = name, body }) {
  const title = say(`web.rail.${name}`)
  return `<button type="button" data-key="rail_${id}" popovertarget="sheet_${id}">${ICONS[name]}<span>${title}</span></button>${panel(`sheet_${id}`, title, body)}`
}

/** Return the button that opens the drawer of decks. */
const drawerButton = () =>
  `<button type="button" data-key="script" aria-expanded="false">${ICONS.script}<span>${say("web.rail.script")}</span></button>`

/** @param {Sheet[]} sheets */
export const rail = (sheets, extra = "") =>
  `<div class="rail ${extra}" role="group" aria-label="${say("web.controls.lesson")}">${sheets.map(panelButton).join("")}${extra ? "" : drawerButton()}</div>`

/** Open all closed popovers around an element, the outermost first. @param {Element | null | undefined} element */
export function openAncestors(element) {
  const popover = /** @type {HTMLElement | null | undefined} */ (element?.closest("[popover]"))
  if (!popover) return
  openAncestors(popover.parentElement)
  if (getComputedStyle(popover).display === "none") popover.showPopover()
}

/** Close all popovers before a dialog opens. @param {View} view */
export function closePanels({ root }) {
  for (const popover of root.querySelectorAll(/** @type {"div"} */ (":popover-open"))) popover.hidePopover()
}

/**
 * Mark the rail buttons whose panels show an error. The kernel card belongs to the network's button.
 * @param {ParentNode} root
 */
export function markErrors(root) {
  const panelIds = Array.from(
    root.querySelectorAll(".sheet .wrong:not(:empty)"),
    (place) => place.closest(".sheet")?.id,
  )
  for (const entry of root.querySelectorAll(/** @type {"button"} */ (".rail > [popovertarget]"))) {
    const ownPanelIds = [entry.getAttribute("popovertarget"), entry.dataset.key === "rail_network" ? "kernel_card" : ""]
    entry.classList.toggle(
      "complains",
      ownPanelIds.some((id) => panelIds.includes(id ?? "")),
    )
  }
}

/** Show the image on its rail button if it is one of the bundled images. @param {View} view */
export function fillRail({ root, setup }) {
  const index = IMAGES.findIndex(({ id }) => id === setup.img)
  const picture = /** @type {HTMLElement} */ (root.querySelector(".rail .thumbnail"))
  setHidden(picture, index < 0)
  picture.style.setProperty("--i", String(index))
}
