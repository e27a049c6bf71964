// The transport bar above the stage: playback buttons, stages, update, loss, and the whole network.

import { COLON, escapeHtml, formula } from "../model/numbers/format.js"
import { spoken } from "../model/spoken.js"
import { say } from "../model/words.js"
import {
  button,
  closest,
  guard,
  html,
  inner,
  nothing,
  render,
  scrollSideways,
  select,
  setHTML,
  setText,
} from "../shell/html.js"
import { isPhone } from "../shell/media_queries.js"
import { actionButton } from "./actions.js"
import { bindUpdates, fillUpdates, updateButton } from "./update_card.js"

/** @import { Kind } from "./actions.js" */
/** @import { Answer, StageRecord, Template, View } from "../types/view.js" */

// Icons are SVG because not all fonts have these characters.
const icon = (/** @type {string[]} */ ...paths) =>
  `<svg viewBox="0 0 16 16" aria-hidden="true">${paths.map((path) => `<path d="${path}"/>`).join("")}</svg>`

const RESTART = icon("M3 3h2v10H3z", "M13 3v10L6 8z")
const STAGE_BACK = icon("M11 3v10L4 8z")
const STAGE_NEXT = icon("M5 3v10l7-5z")

const speeds = () =>
  [0.03, 0.25, 1, 3, 10].map(
    (times) => /** @type {[number, string, boolean]} */ ([times, say(`web.speeds.x${times * 100}`), times === 1]),
  )

const MOST_CHIPS = 16 // with more stages, only chips near the current one show their symbols
const AROUND = 2

/** @param {Kind} kind */
export const transport = (kind) => `
  <div class="transport" role="toolbar" aria-label="${say("web.frame.play_controls")}">
    <div class="buttons">
      ${kind.stages ? actionButton("restart", RESTART) + actionButton("stage_back", STAGE_BACK) : ""}
      ${actionButton("play", " ", 'class="play" aria-pressed="false"')}
      ${kind.stages ? actionButton("stage_next", STAGE_NEXT) : ""}
      ${select("speed", speeds(), say("web.speeds.label"))}
    </div>
    ${kind.stages ? `<ol class="stages" id="stages" popover aria-label="${say("web.frame.stages")}"></ol><span class="stage-name"></span>` : ""}
    <div class="status">${updateButton()}${kind.reveals ? actionButton("hide", "", 'aria-pressed="false"') : ""}${button("lecture_room", say("web.actions.room.text"), say("web.actions.room.label"))}${actionButton("lecture_off", "✕")}</div>
    ${kind.reveals ? actionButton("whole", "", 'aria-pressed="false"') : ""}
  </div>
  <div class="notice" role="alert" hidden></div>`

/** @param {View} view */
export function bindStages(view) {
  bindUpdates(view)
  view.stageSizes = new ResizeObserver(() => scrollToChip(view))
  view.root.querySelector(".stages")?.addEventListener("click", (event) => {
    const chip = closest(event, "[data-stage-chip]")
    if (!chip) return
    view.player.pause()
    view.go({ stage: chip.dataset.stageChip ?? "" })
    view.$(".stages").hidePopover() // on phones the stages are a menu
  })
}

/**
 * @param {View} view
 * @param {Answer} data
 */
export function fillStatus(view, data) {
  if (view.kind.stages) fillStages(view, data.stages)
  if (view.kind.reveals) fillNetworkButton(view)
  fillUpdates(view, data)
}

/**
 * Update the button that shows the whole network, or closes it.
 * @param {View} view
 */
function fillNetworkButton({ root, look }) {
  const button = /** @type {HTMLElement} */ (root.querySelector("[data-key=whole]"))
  const isOn = look.whole === "1"
  root.classList.toggle("whole", isOn)
  button.setAttribute("aria-pressed", String(isOn))
  const text = isOn ? say("web.poster.close") : say("web.actions.whole.text")
  setHTML(button, text)
  button.setAttribute("aria-label", isOn ? (button.textContent ?? "") : say("web.actions.whole.label"))
}

/**
 * Render a chip for each stage, and the current number if there are too many for all symbols.
 * @param {View} view
 * @param {StageRecord[]} stages
 */
function fillStages(view, stages) {
  const strip = view.$(".stages")
  const index = view.order.indexOf(view.stage)
  const hadFocus = strip.contains(document.activeElement)
  const chips = guard([stages, index], () => stages.map((stage, n) => chip(stage, n, index, stages.length)))
  render(chips, strip)
  const isDense = stages.length > MOST_CHIPS && index >= 0
  strip.classList.toggle("dense", isDense)
  setText(view.$(".stage-name"), isDense ? say("web.learn.of", { n: index + 1, count: stages.length }) : "")
  if (hadFocus)
    /** @type {HTMLElement | null} */ (strip.querySelector("[aria-current]"))?.focus({ preventScroll: true })
  const state = `${index} ${strip.childElementCount}`
  if (!view.stageSizes || strip.dataset.watched === state) return
  strip.dataset.watched = state
  view.stageSizes.disconnect() // a newly observed element reports its size after layout, so none is forced here
  for (const element of [strip, ...strip.children]) view.stageSizes.observe(element)
}

/**
 * Return a stage's chip. One chip is the tab stop; arrow keys change the stage. Far stages are ticks, which a pointer
 * can click but which are not buttons, except in a phone's list.
 * @type {(stage: StageRecord, n: number, at: number, count: number) => Template}
 */
const chip = ({ symbol, label, phase, title }, n, at, count) => {
  const tick = count > MOST_CHIPS && Math.abs(n - at) > AROUND
  const text = phase === "update" ? say("web.phases.tick") : label
  const state = `${phase}${n < at ? " done" : ""}`
  if (tick && !isPhone()) return html`<li class="tick ${state}" data-stage-chip=${symbol} title=${title}></li>`
  return html`<li><button type="button" data-stage-chip=${symbol} class="${state}${tick ? " tick" : ""}"
    title=${title} aria-label="${spoken(`${text}${COLON}${title}`)}" tabindex=${n === Math.max(at, 0) ? 0 : -1} aria-current=${n === at ? "step" : nothing} ${inner(text === label ? formula(text) : escapeHtml(text))}></button></li>`
}

/** Scroll the row of chips to the current one, also after fonts have loaded. @param {View} view */
function scrollToChip(view) {
  const chip = view.root.querySelector("[data-stage-chip][aria-current]")
  const row = chip?.closest(".stages")
  if (chip && row) scrollSideways(row, chip)
}
