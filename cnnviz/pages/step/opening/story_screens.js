// The text of the story's screens, and the buttons to go on and back.

import { largestIndex } from "../../../view/model/numbers/extremes.js"
import { decimals } from "../../../view/model/numbers/format.js"
import { say } from "../../../view/model/words.js"
import { html, nothing } from "../../../view/shell/html.js"
import { SCREENS, turningPoint } from "./story_model.js"

/** @import { Telling } from "./story_model.js" */
/** @import { Numbers } from "../../../view/types/view.js" */
/**
 * @typedef {object} Told
 * @property {Telling} telling
 * @property {Numbers} numbers  of the snapshot that the maps show
 * @property {Curve | undefined} curve  undefined until the response arrives
 * @property {Path | undefined} path
 */
/** @typedef {{ theta: ArrayLike<number>, loss: ArrayLike<number>, slope: number, middle: number }} Curve  losses along the nudged number; `middle` is the index of its start */
/** @typedef {{ losses: ArrayLike<number>, outputs: number[][] }} Path  by update */

const UNKNOWN = "…"

/**
 * Format a number with `count` decimals, or return "…" if it is unknown.
 * @param {number | undefined} value @param {number} count
 */
export const formatFixed = (value, count) => (value === undefined ? UNKNOWN : decimals(value, count))

/** Format a number with its sign. @param {number} value */
export const formatChange = (value) => (value > 0 ? "+" : "") + decimals(value, 4)

/** Return the predicted class and the true one. @param {Numbers} numbers @param {ArrayLike<number>} outputs */
export const predictedAndTrue = (numbers, outputs) => ({
  said: numbers.nameOf(largestIndex(outputs), outputs.length),
  true: numbers.nameOf(largestIndex(numbers.values("y")), outputs.length),
})

/** Return the number of parameters. @param {Numbers} numbers */
export const parameterCount = (numbers) =>
  numbers.said.update.makes.reduce((count, symbol) => count + numbers.count(symbol), 0)

/**
 * The values of each screen's messages.
 * @type {Record<string, (told: Told) => import("../../../view/model/words.js").Values>}
 */
const VALUES = {
  wrong: ({ numbers }) => ({ ...predictedAndTrue(numbers, numbers.values("o")), count: numbers.count("w") }),
  loss: ({ numbers }) => ({ loss: formatFixed(numbers.values("L")[0], 4) }),
  blame: () => ({}),
  nudge: ({ curve }) => ({
    gradient: formatFixed(curve?.slope, 4),
    by: 0.5,
    fall: formatFixed(curve && curve.slope / 2, 4),
  }),
  update: ({ numbers, path }) => ({
    count: parameterCount(numbers),
    before: formatFixed(numbers.values("L")[0], 4),
    after: formatFixed(path?.losses[1], 4),
  }),
  right: ({ numbers, path, telling: { k } }) => ({
    ...predictedAndTrue(numbers, path?.outputs[k] ?? numbers.values("o")),
    n: k,
    before: formatFixed(path?.losses[0], 3),
    after: formatFixed(path?.losses[k], 3),
    turn: path ? turningPoint(path.outputs) : UNKNOWN,
  }),
}

/** Return the title and sentence of a screen. @param {Told} told */
export function screenText(told) {
  const { id } = SCREENS[told.telling.at]
  const values = VALUES[id](told)
  const isRight = id !== "right" || values.said === values.true
  const counting = id === "right" && (!isRight || (told.path && told.telling.k < told.path.losses.length - 1))
  const name = `web.story.${counting ? "counting" : id}`
  return { title: say(`${name}.title`, values), sentence: say(`${name}.sentence`, values) }
}

/** @param {Told} told @param {() => void} leave */
export const top = ({ telling: { at } }, leave) =>
  html`<span class="brand">cnnviz</span>
    <span class="story-dots" aria-hidden="true">${SCREENS.map((_, n) => html`<i class=${n <= at ? "done" : ""}></i>`)}</span>
    <span class="place">${say("web.learn.of", { n: at + 1, count: SCREENS.length })}${at ? nothing : ` · ${say("web.story.minutes")}`}</span>
    <button type="button" data-key="story_skip" @click=${leave}>${say("web.story.skip")}</button>`

/** @param {Told} told */
export function heading(told) {
  const { title, sentence } = screenText(told)
  return html`<h1>${title}</h1><p>${sentence}</p>`
}

/**
 * Return the Back and Next buttons. The last screen has links to pages instead.
 * @param {Told} told @param {() => void} back @param {() => void} on
 */
export function foot({ telling: { at } }, back, on) {
  const { id } = SCREENS[at]
  const next = at < SCREENS.length - 1
  return html`${at ? html`<button type="button" class="quiet" data-key="story_back" @click=${back}>← ${say("web.story.back")}</button>` : nothing}
    ${next ? html`<button type="button" class="primary" data-key="story_on" @click=${on}>${say(`web.story.${id}.on`)} →</button>` : nothing}`
}
