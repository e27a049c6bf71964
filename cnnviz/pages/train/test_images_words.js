// What is said over a test images: before a training, while it runs, and of the epoch that is shown.

import { say } from "../../view/model/words.js"

/** @import { TestImages, TestImagesState, Report } from "./test_images_state.js" */

const NAMED = 4 // classes that a title names
const MOST_TICKS = 13

const sum = (/** @type {ArrayLike<number>} */ values) => Array.from(values).reduce((all, one) => all + one, 0)

/** Return how many of those held out are named right. @param {TestImages} crowd */
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

/** Under the sentence: what is wrong, how far it is, or what the numbers are worth. @param {Report} report @param {TestImagesState} state */
export function note({ warning, active, kind, state: progress, held }, { crowds, at }) {
  if (warning) return warning
  if (active || !crowds.size || kind !== "done") return progress
  if (at === 0) return "" // luck is no interval of Wilson's
  const last = at === Math.max(...crowds.keys())
  return say(last ? "web.training.worth_last" : "web.training.worth_picked", { n: held })
}

/** Return what stands under the test images. @param {Report} report @param {TestImagesState} state */
export function foot({ shown, held, of_each, floor, names }, { crowds, at }) {
  if (!names.length) return ""
  const first = say(!crowds.has(at) ? "web.training.before" : floor ? "web.training.where_sure" : "web.training.where")
  return shown < held ? `${first} ${say("web.training.sample", { shown, n: held, each: of_each })}` : first
}

/** The epochs that have a number under the scrubber. @param {number} epochs */
export function ticks(epochs) {
  const by = [1, 2, 5, 10, 20, 50].find((step) => epochs / step <= MOST_TICKS - 1) ?? 100
  const even = Array.from({ length: Math.floor(epochs / by) + 1 }, (_, n) => n * by)
  const last = even[even.length - 1]
  return last === epochs ? even : [...(epochs - last < by * 0.6 ? even.slice(0, -1) : even), epochs]
}
