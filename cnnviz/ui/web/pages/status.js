// The line above the maps: the stages as chips, the update, the loss so far, the share of saturated units.

import { losses, percent, prepare } from "../draw/panel.js"
import { escape, formula, number, setHTML } from "../model/format.js"
import { say } from "../model/words.js"

const MOST_CHIPS = 16 // with more stages only those around the current one have room for their symbols
const AROUND = 2

export function fillStatus(view) {
  chipsOf(view)
  const chips = [...view.root.querySelectorAll("[data-stage-chip]")]
  const now = chips.findIndex((chip) => chip.dataset.stageChip === view.stage)
  chips.forEach((chip, at) => {
    chip.classList.toggle("done", at < now)
    chip.classList.toggle("tick", chips.length > MOST_CHIPS && Math.abs(at - now) > AROUND)
    if (at !== now) return chip.removeAttribute("aria-current")
    if (!chip.hasAttribute("aria-current")) reveal(chip)
    chip.setAttribute("aria-current", "step")
  })
  setHTML(view.$(".status .k"), String(view.k))
  setHTML(view.$(".status .loss"), lossText(view.data.loss))
  setHTML(view.$(".saturation"), view.data.saturated === null ? "" : `saturated <b>${percent(view.data.saturated)}</b>`)
  view.$(".saturation").classList.toggle("bad", view.data.saturated > 0.5)
  const spark = view.$(".spark")
  spark.style.visibility = view.k > 0 ? "" : "hidden" // one loss is no curve
  if (view.sparked !== view.data && spark.clientWidth) {
    view.sparked = view.data
    losses(prepare(spark), spark.clientWidth, spark.clientHeight, view)
  }
}

// A chip a stage, and where there are ticks, the name of the current one.
function chipsOf(view) {
  const { stages } = view.data
  const strip = view.$(".stages")
  const chip = ({ symbol, label, phase, title }) =>
    `<li><button type="button" data-stage-chip="${symbol}" class="${phase}" title="${escape(title)}" aria-label="${escape(`${symbol}: ${title}`)}">${formula(label)}</button></li>`
  const key = stages.map(({ symbol, title }) => symbol + title).join()
  if (strip.chips !== key) strip.innerHTML = stages.map(chip).join("")
  strip.chips = key
  strip.classList.toggle("dense", stages.length > 24)
  const at = view.order.indexOf(view.stage)
  const text = stages.length > MOST_CHIPS && at >= 0 ? say("web.step.place", { name: stages[at].name, n: at + 1, count: stages.length }) : ""
  setHTML(view.$(".stage-name"), escape(text))
}

// Five decimals, as long as these say something and fit.
export function lossText(loss) {
  return loss >= 1e4 || (loss > 0 && loss < 1e-4) ? number(loss) : loss.toFixed(5)
}

// On a narrow screen the chips scroll sideways; the page itself stays where it is.
function reveal(chip) {
  const strip = chip.closest(".stages")
  strip.scrollLeft = chip.offsetLeft - strip.offsetLeft - strip.clientWidth / 2 + chip.clientWidth / 2
}
