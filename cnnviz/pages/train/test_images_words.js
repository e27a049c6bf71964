// Sentences above and below the test images: before a training, while it runs, and for the shown epoch.

import { say } from "../../view/model/words.js"

/** @import { TestImages, TestImagesState, Report } from "./test_images_state.js" */

const NAMED = 4 // largest number of classes in a title
const MOST_TICKS = 13

const sum = (/** @type {ArrayLike<number>} */ values) => Array.from(values).reduce((all, one) => all + one, 0)

/** Return how many test images are classified correctly. @param {TestImages} crowd */
const rightOf = ({ confusion, classes }) => sum(confusion.filter((_, n) => n % (classes + 1) === 0))

/** @param {Report} report @param {TestImagesState} state */
export function title({ names, held }, { crowds, at }) {
  const crowd = crowds.get(at)
  if (!names.length) return ""
  if (crowd) return say("web.training.title", { share: rightOf(crowd) / held, right: rightOf(crowd), n: held })
  if (names.length > NAMED) return say("web.training.asks_many", { n: names.length })
  return say("web.training.asks", { names: names.slice(0, -1), last: names[names.length - 1] })
}

/** @param {Report} report @param {TestImagesState} state */
export function sentence({ names, learn, epochs, held, guessing, arrays, verdicts }, { crowds, at }) {
  if (!names.length) return ""
  if (!crowds.has(at)) return say("web.training.will_see", { train: sum(learn), n: epochs, held, guessing })
  const place = Array.from(arrays.at.values).indexOf(at)
  const verdict = verdicts[place]
  if (at === 0) return say("web.training.nothing_yet", { verdict })
  const [low, high] = [arrays.low.values[place], arrays.high.values[place]]
  return say("web.training.expects", { train: sum(learn), verdict, low, high })
}

/**
 * Return the note below the headline: a warning, the progress, or the reliability of the accuracy.
 * @param {Report} report @param {TestImagesState} state
 */
export function note({ warning, active, kind, state: progress, held }, { crowds, at }) {
  if (warning) return warning
  if (active || !crowds.size || kind !== "done") return progress
  if (at === 0) return "" // Wilson's interval does not apply to an untrained network
  const last = at === Math.max(...crowds.keys())
  return say(last ? "web.training.worth_last" : "web.training.worth_picked", { n: held })
}

/** Return the text below the test images. @param {Report} report @param {TestImagesState} state */
export function foot({ shown, held, of_each, floor, names }, { crowds, at }) {
  if (!names.length) return ""
  const first = say(!crowds.has(at) ? "web.training.before" : floor ? "web.training.where_sure" : "web.training.where")
  return shown < held ? `${first} ${say("web.training.sample", { shown, n: held, each: of_each })}` : first
}

/** Return the epochs that are labelled on the scrubber. @param {number} epochs */
export function ticks(epochs) {
  const by = [1, 2, 5, 10, 20, 50].find((step) => epochs / step <= MOST_TICKS - 1) ?? 100
  const even = Array.from({ length: Math.floor(epochs / by) + 1 }, (_, n) => n * by)
  const last = even[even.length - 1]
  return last === epochs ? even : [...(epochs - last < by * 0.6 ? even.slice(0, -1) : even), epochs]
}
