// Normalization: histograms of the sums, with mean 0 and standard deviation 1, and scaled and shifted; and its backward
// pass: the three paths of the gradient, whose numbers add up to a cell.

import { cellName } from "../../model/explain/arithmetic.js"
import {
  indexTogether,
  isFixed,
  layerOf,
  normalizationAt,
  pathsOf,
  togetherWith,
} from "../../model/explain/normalization.js"
import { colour } from "../../model/numbers/colour.js"
import { integerOrNumber, number, parsePrinted, timesPower } from "../../model/numbers/format.js"
import { equalsText } from "../../model/numbers/printed_digits.js"
import { printSum, withPlus } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { html, markup, nothing } from "../../shell/html.js"
import { crowdPart, crowdSize } from "../crowd.js"
import { styles } from "../directives.js"
import { histograms } from "../histogram.js"
import { lead, leads } from "../leads.js"
import { nameOf, staircase } from "../parts.js"
import { scenePicture } from "../scene.js"

/** @import { Scene } from "../scene.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */

const DIGITS = [3, 4, 5, 6] // tried in this order

export const normalization = scenePicture((scene, symbol, cell) => {
  const { numbers, isUpright } = scene
  const { x, g, s, mean, spread, gain, shift, hat } = normalizationAt(numbers, symbol, cell)
  const [before, after] = [x, symbol].map((name) => togetherWith(numbers, symbol, name, cell))
  const own = numbers.at(x, cell)
  const result = numbers.at(symbol, cell)
  const print = printSteps({ own, mean, spread, hat: hat(own), gain, shift, result })
  const part = (
    /** @type {string} */ name,
    /** @type {import("../../model/explain/normalization.js").Crowd} */ crowd,
  ) => {
    const { label, plain } = numbers.maps[name]
    const word =
      crowd.images > 1 && name === x ? say("web.mechanism.of_all", { channel: cell[0], n: crowd.images }) : plain
    const isResult = name === symbol
    return crowdPart(scene, name, cell, crowd, {
      index: indexTogether(numbers, symbol, name, cell, crowd.images),
      id: `${name}.${cell[0]}`,
      role: isResult ? "made" : "",
      place: isResult ? "normalized" : "source",
      label: `${label}, ${word}`,
      name: nameOf(numbers, name, cell[0]),
      word,
      ring: isResult ? "fade 0.95" : "",
      bar: !isUpright,
    })
  }
  const value = (/** @type {string} */ name, /** @type {Cell} */ at, /** @type {number} */ of) =>
    html`<span data-symbol=${name} data-cell=${at.join()}>${markup(cellName(numbers, name, at))} ${equalsText(of, print(of))}</span>`
  const [name, made] = [x, symbol].map((map) => numbers.maps[map].label)
  const [from, to] = [x, symbol].map((map) => `${map}.${cell[0]}`)
  return html`<div class="picture normalization ${rowsOf(numbers, symbol)} stated" style=${crowdSize(numbers, symbol, before)}>
    ${part(x, before)}
    ${histograms([
      {
        values: before.values,
        own,
        name,
        label: name,
        enter: "fade 0.1",
        facts: html`<b>${value(x, cell, own)}</b><span>μ = ${print(mean)}</span><span>σ = ${print(spread)}</span>`,
      },
      {
        values: Array.from(before.values, hat),
        own: hat(own),
        name: "x̂",
        label: "x̂",
        enter: "fly bars0 0.2 0.25",
        facts: html`<b>x̂ ${equalsText(hat(own), print(hat(own)))}</b><small>${hatText(numbers, symbol)}</small>`,
      },
      {
        values: after.values,
        own: result,
        name: made,
        label: made,
        enter: "fly bars1 0.5 0.25",
        facts: html`${[
          [g, gain],
          [s, shift],
        ].map(([of, at]) =>
          value(String(of), [cell[0]], Number(at)),
        )}<b class="sum">${value(symbol, cell, result)}</b>`,
      },
    ])}
    ${part(symbol, after)}
    ${isUpright ? leads(lead(from, to, { enter: "draw 0" })) : leads(lead(from, "histograms", { enter: "draw 0" }), lead("histograms", to))}
  </div>`
})

/** Return the class name of a picture of units. @param {Numbers} numbers @param {string} symbol */
const rowsOf = (numbers, symbol) => (numbers.maps[symbol].kind === "map" ? "" : "rows")

/** Return the text on normalized numbers, which depends on eval mode. @param {Numbers} numbers @param {string} made */
function hatText(numbers, made) {
  if (isFixed(numbers, made)) return ""
  const isOfAll = layerOf(numbers, made)?.kind === "bn" && numbers.network.images.length
  return say(isOfAll ? "web.mechanism.hat_of_all" : "web.mechanism.hat")
}

/**
 * Return the formatter with the fewest digits with which the printed numbers give the printed results.
 * @param {{ own: number, mean: number, spread: number, hat: number, gain: number, shift: number, result: number }} of
 */
export function printSteps({ own, mean, spread, hat, gain, shift, result }) {
  const writers = DIGITS.map((digits) => (/** @type {number} */ value) => integerOrNumber(value, digits))
  return (
    writers.find((write) => {
      const [printedOwn, printedMean, printedSpread, printedHat, printedGain, printedShift] = [
        own,
        mean,
        spread,
        hat,
        gain,
        shift,
      ].map((value) => parsePrinted(write(value)))
      const isNear = (/** @type {number} */ value, /** @type {number} */ exact) =>
        Math.abs(value - exact) <= 0.006 * Math.abs(exact)
      return (
        isNear((printedOwn - printedMean) / printedSpread, hat)
        && isNear(printedGain * printedHat + printedShift, result)
      )
    }) ?? writers[1]
  )
}

export const normalizationBack = scenePicture((scene, symbol, cell) => {
  const { numbers, isUpright } = scene
  const arrived = numbers.links(symbol)[0].source
  const made = arrived.slice(1)
  const { g, gain, spread } = normalizationAt(numbers, made, cell)
  const paths = pathsOf(numbers, symbol, cell)
  const [all, came] = [symbol, arrived].map((name) => togetherWith(numbers, made, name, cell))
  const at = indexTogether(numbers, made, symbol, cell, all.images)
  const total = numbers.at(symbol, cell)
  const values = paths.map(({ crowd }) => crowd.values[at])
  const written = printTerms(scene, values, total)
  const size = Math.max(...values.map(Math.abs), all.limits[1]) // the result has the same colours
  const steps = paths.map(({ path }, n) => ({
    value: values[n],
    text: written.term(values[n]),
    term: path,
    name: "",
    limits: [-size, size],
    enter: `drop ${path} ${0.35 + 0.1 * n}`,
  }))
  const part = (
    /** @type {string} */ name,
    /** @type {typeof all} */ crowd,
    /** @type {Partial<import("../crowd.js").CrowdHow>} */ how,
  ) => crowdPart(scene, name, cell, crowd, { index: at, bar: !isUpright, name: "", word: "", ...how })
  const word =
    all.images > 1 && !isUpright
      ? say("web.mechanism.of_all", { channel: cell[0], n: all.images })
      : say("web.mechanism.goes_on")
  const { label } = numbers.maps[symbol]
  const factor = number(gain / spread, 3)
  const [from, to] = [arrived, symbol].map((map) => `${map}.${cell[0]}`)
  const isMap = numbers.maps[symbol].kind === "map"
  return html`<div class="picture normalization back ${rowsOf(numbers, symbol)} ${written.isStated ? "stated" : ""}" style="${crowdSize(numbers, symbol, all)};--paths:${paths.length}">
    ${part(symbol, all, { id: `${symbol}.${cell[0]}`, role: "made", place: "normalized", label: `${label}, ${word}`, name: nameOf(numbers, symbol, cell[0]), word, ring: "fade 0.95" })}
    ${paths.map(
      ({ path, crowd }, n) =>
        html`<div class="path" data-term=${path} ${styles({ "--n": n })}><b class="sign">${n ? "+" : "="}</b>${part(
          symbol,
          crowd,
          {
            id: path,
            label: pathName(path),
            word: pathName(path, isUpright),
            enter: `fly ${arrived}.${cell[0]} ${0.05 + 0.1 * n} 0.25`,
            isOwn: false,
          },
        )}<small>${path === "others" ? "" : say(`web.mechanism.path.${path}_note`, { n: all.values.length })}</small></div>`,
    )}
    <p class="factor">· ${markup(cellName(numbers, g, [cell[0]]))} / σ ${equalsText(gain / spread, factor)}</p>
    ${part(arrived, came, { id: `${arrived}.${cell[0]}`, place: "source", label: numbers.maps[arrived].label, name: nameOf(numbers, arrived, cell[0]), word: say("web.mechanism.arrived") })}
    ${staircase(scene, isUpright ? steps : steps.reverse(), total, { id: "terms", text: written.total, paint: colour(total, [-size, size], "signed"), label: label, name: label, index: `[${numbers.index(symbol, cell).join(",")}]`, enter: "rise 0.7" })}
    ${`shares.${symbol}` in numbers.arrays ? shares(numbers, symbol, cell[0]) : nothing}
    ${leads(isMap ? lead("total", "cell", { way: isUpright ? "around" : "turn" }) : nothing, lead(from, isUpright ? to : paths[paths.length - 1].path, { enter: "draw 0" }))}
  </div>`
})

/** Return the name of a path; "others" is that through mean and spread together. @param {string} path @param {boolean} [isShort] */
const pathName = (path, isShort = false) =>
  path === "others"
    ? `${say("web.mechanism.path.mean_short")} + ${say("web.mechanism.path.spread_short")}`
    : say(`web.mechanism.path.${path}${isShort ? "_short" : ""}`)

/**
 * Return the formatters of a staircase's terms and its total, which add up as printed.
 * @param {Scene} scene @param {number[]} values @param {number} total
 */
export function printTerms({ room, isUpright }, values, total) {
  const letters = room("terms").letters - 1 // without its sign
  const sum = printSum(values, total, {
    digits: isUpright ? 3 : 4,
    below: isUpright ? 1e-3 : 0.1,
    fits: (text) => text.length <= letters,
  })
  const isStated = values.every((value) => sum.write(value).replace("−", "").length <= letters)
  const unit = sum.power ? ` ${timesPower(sum.power)}` : ""
  return {
    term: isStated ? (/** @type {number} */ value) => withPlus(value, sum.write(value)) : () => "",
    total: isStated ? equalsText(total, sum.total) + unit : equalsText(total, number(total, 3)),
    isStated,
  }
}

/**
 * Return the size of each path: in this gradient, where those through mean and spread nearly vanish, and in the gradient
 * of the weights before.
 * @param {Numbers} numbers @param {string} symbol @param {number} channel
 */
function shares(numbers, symbol, channel) {
  const [share, size] = ["shares", "sizes"].map((name) => {
    const { values, shape } = numbers.arrays[`${name}.${symbol}`]
    return Array.from({ length: shape[0] }, (_, n) => values[n * shape[1] + channel])
  })
  const next = numbers.stages.find(({ inputs, phase }) => phase === "backward" && inputs.includes(symbol))?.symbol ?? ""
  const weights = Number.isFinite(size[0]) ? (numbers.maps[next]?.label ?? "") : ""
  const most = Math.max(...size, 1e-300)
  const bar = (/** @type {number} */ length, /** @type {string} */ text) =>
    html`<td><span class="bar" ${styles({ "--share": length })}></span>${text}</td>`
  return html`<table class="path-sizes"><thead><tr><td></td><th scope="col">${markup(say("web.mechanism.path.in", { symbol: numbers.maps[symbol].label }))}</th>${weights ? html`<th scope="col">${markup(say("web.mechanism.path.size", { symbol: weights }))}</th>` : nothing}</tr></thead><tbody>
    ${["straight", "mean", "spread", "together"].map((path, n) => html`<tr><th scope="row">${say(`web.mechanism.path.${path}_short`)}</th>${n < share.length ? bar(share[n], say("web.mechanism.path.share", { share: share[n] })) : html`<td></td>`}${weights ? bar(size[n] / most, number(size[n], 2)) : nothing}</tr>`)}
  </tbody></table>`
}
