// The line above the maps: the stages as chips, the update, the loss so far, the share of saturated units.

import { losses, percent, prepare } from "../draw/panel.js"
import { number, setHTML } from "../model/format.js"

export function fillStatus(view) {
  const chips = [...view.root.querySelectorAll("[data-stage-chip]")]
  const now = chips.findIndex((chip) => chip.dataset.stageChip === view.stage)
  chips.forEach((chip, at) => {
    chip.classList.toggle("done", at < now)
    if (at !== now) return chip.removeAttribute("aria-current")
    if (!chip.hasAttribute("aria-current")) reveal(chip)
    chip.setAttribute("aria-current", "step")
  })
  setHTML(view.$(".status .k"), String(view.k))
  setHTML(view.$(".status .loss"), lossText(view.data.loss))
  setHTML(view.$(".saturation"), `saturated <b>${percent(view.data.saturated)}</b>`)
  view.$(".saturation").classList.toggle("bad", view.data.saturated > 0.5)
  const spark = view.$(".spark")
  spark.style.visibility = view.k > 0 ? "" : "hidden" // one loss is no curve
  if (view.sparked !== view.data && spark.clientWidth) {
    view.sparked = view.data
    losses(prepare(spark), spark.clientWidth, spark.clientHeight, view)
  }
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
