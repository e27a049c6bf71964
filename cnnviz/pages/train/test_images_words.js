// Sentences beside the photographs: before a training, while it runs, and for the shown epoch.

import { say } from "../../view/model/words.js"
import { worstCell } from "./test_images_state.js"

/** @import { TestImages, TestImagesState, Report } from "./test_images_state.js" */

const NAMED = 4 // largest number of classes in a title

const sum = (/** @type {ArrayLike<number>} */ values) => Array.from(values).reduce((all, one) => all + one, 0)

/** Return how many test images are classified correctly. @param {TestImages} crowd */
const rightOf = ({ confusion, classes }) => sum(confusion.filter((_, n) => n % (classes + 1) === 0))

/** @param {Report} report @param {TestImagesState} state */
export function title(report, state) {
  const { names, held } = report
  const { at, crowds, matrix } = state
  const crowd = crowds.get(at)
  if (!names.length) return ""
  if (crowd && matrix) return cellTitle(report, state)
  if (crowd && at > 0) return say("web.training.title", { n: at, right: rightOf(crowd), held })
  if (names.length > NAMED) return say("web.training.asks_many", { n: names.length })
  return say("web.training.asks", { names: names.slice(0, -1), last: names[names.length - 1] })
}

/** Return the title of the chosen cell, or of the one with the most errors. @param {Report} report @param {TestImagesState} state */
function cellTitle({ names }, { at, crowds, cell }) {
  const crowd = /** @type {TestImages} */ (crowds.get(at))
  const shown = cell ?? worstCell(crowd)
  if (!shown) return say("web.training.no_errors")
  const { row, column } = shown
  const n = crowd.confusion[row * crowd.classes + column]
  return say(`web.training.${row === column ? "named" : "takes"}`, { n, name: names[row], said: names[column] })
}

/** @param {Report} report @param {TestImagesState} state */
export function sentence({ names, held, shown, of_each }, { crowds, at, matrix }) {
  const crowd = crowds.get(at)
  if (!names.length) return ""
  const sample = shown < held ? say("web.training.sample", { shown, n: held, each: of_each }) : ""
  const place = !crowd || (at <= 0 && !matrix) ? "" : matrix ? crowd.mixed : say("web.training.where")
  return [place, sample].filter(Boolean).join(" ")
}

/**
 * Return the accuracies to show: before the training, if another epoch is shown, and at the epoch; null if unknown.
 * @param {Report} report @param {TestImagesState} state
 */
export function accuracies({ held }, { crowds, at }) {
  const [first, crowd] = [crowds.get(0), crowds.get(at)]
  if (!crowd) return null
  return { first: first && at > 0 ? rightOf(first) / held : null, now: rightOf(crowd) / held }
}

/** Return the lines below the accuracy: large, soft and small. @param {Report} report @param {TestImagesState} state */
export function about({ learn, held, guessing, arrays, verdicts }, { crowds, at }) {
  const crowd = crowds.get(at)
  const trains = say("web.training.will_see", { train: sum(learn) })
  const guess = say("web.training.guessing_gives", { guessing })
  if (at <= 0) {
    const large = crowd ? say("web.training.nothing_yet", { right: rightOf(crowd), n: held }) : ""
    return { large, soft: guess, small: trains }
  }
  const place = Array.from(arrays.at.values).indexOf(at)
  const [low, high] = [arrays.low.values[place], arrays.high.values[place]]
  return {
    large: say("web.training.unseen"),
    soft: "",
    small: `${say("web.training.expects", { low, high })} ${verdicts[place]}`,
  }
}

/**
 * Return the note below: a warning, the progress, or why this epoch's accuracy promises too much.
 * @param {Report} report @param {TestImagesState} state
 */
export function note({ warning, active, kind, state: progress, held }, { crowds, at }) {
  if (warning) return warning
  if (active || (crowds.size && kind && kind !== "done")) return progress
  if (at <= 0) return progress && !kind ? progress : "" // Wilson's interval does not apply to an untrained network
  return at === Math.max(...crowds.keys()) ? "" : say("web.training.worth_picked", { n: held })
}

/** Return the sentence on the interval after the last epoch. @param {Report} report @param {TestImagesState} state */
export const reliability = ({ held }, { at }) => (at > 0 ? say("web.training.worth_last", { n: held }) : "")
