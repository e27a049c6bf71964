// The meaning of a gradient with this setup's numbers: the change of the loss that it predicts if one number is
// raised, and the actual change.

import { RAISED_FAR } from "../../spec.js"
import { decimals, number } from "../numbers/format.js"
import { say } from "../words.js"

/** @import { Cell, Numbers } from "../../types/view.js" */

const SHARES = new Map([
  [0.1, "tenth"],
  [0.01, "hundredth"],
  [0.001, "thousandth"],
])

const ROUND_OFF = 1e-12 // share of the loss below which a change may be lost to round-off
const MOST_DECIMALS = 5 // smaller numbers are printed with an exponent

/**
 * Return the symbol whose gradient a map shows, "z1" for "dz1", or "" if it does not show one.
 * @param {Numbers} numbers @param {string} map
 */
const variableOf = (numbers, map) => (numbers.maps[map]?.band === "gradients" ? map.slice(1) : "")

/**
 * Return the part to fetch for the actual change, or "" if the map does not show a gradient.
 * @param {Numbers} numbers @param {string} map @param {Cell} cell
 */
export function raisedPart(numbers, map, cell) {
  const symbol = numbers.maps[map]?.round_off ? "" : variableOf(numbers, map)
  return symbol && partOf(numbers, map, cell, stepOf(numbers, map, cell))
}

/** @param {Numbers} numbers @param {string} map @param {Cell} cell @param {number} by */
const partOf = (numbers, map, cell, by) => `raised.${variableOf(numbers, map)}:${numbers.offset(map, cell)}:${by}`

/**
 * Return the step by which a number is raised: a smaller one if the loss bends within the larger.
 * @param {Numbers} numbers @param {string} map @param {Cell} cell
 */
function stepOf(numbers, map, cell) {
  const slope = numbers.at(map, cell)
  const steps = [...SHARES.keys()].filter((by) => by <= numbers.maps[variableOf(numbers, map)].raised_by)
  const isFarOff = (/** @type {number} */ by) => {
    const actualLoss = numbers.arrays[partOf(numbers, map, cell, by)]?.values[0]
    return Math.abs(actualLoss - slope * by) > RAISED_FAR * Math.abs(slope * by)
  }
  return steps.find((by) => !isFarOff(by)) ?? steps[steps.length - 1]
}

/**
 * Return a sentence on the meaning of a cell's gradient, or "" if it has none.
 * @param {Numbers} numbers @param {string} map @param {Cell} cell
 */
export function promiseOf(numbers, map, cell) {
  const symbol = variableOf(numbers, map)
  const slope = symbol ? numbers.at(map, cell) : Number.NaN
  if (!Number.isFinite(slope)) return ""
  const indexText = numbers.index(map, cell).join(",")
  const step = stepOf(numbers, map, cell)
  const [what, gradient] = [symbol, map].map((name) => `${numbers.maps[name].label}[${indexText}]`)
  if (numbers.maps[map].round_off) return say("web.promise.round_off", { what, gradient })
  const actualLoss = numbers.arrays[partOf(numbers, map, cell, step)]?.values[0]
  if (slope === 0) {
    if (!actualLoss) return say("web.promise.flat", { what, gradient })
    return say("web.promise.kink", {
      what,
      gradient,
      by: step,
      really: say("web.promise.really", { value: number(actualLoss, 2) }),
    })
  }
  const share = say(`web.promise.${SHARES.get(step)}`, { gradient })
  const isLost = actualLoss === 0 && Math.abs(slope * step) < ROUND_OFF * (numbers.answer.loss ?? 0)
  return changeText(slope * step, isLost ? undefined : actualLoss, { what, by: step, share })
}

/** @param {number} predicted @param {number | undefined} actual  undefined until it is fetched @param {{ what: string, by: number, share: string }} fields */
function changeText(predicted, actual, fields) {
  const direction = predicted > 0 ? "rises" : "falls"
  const print = changeFormatter(predicted)
  const size = { ...fields, promised: print(Math.abs(predicted)) }
  if (actual === undefined || !Number.isFinite(actual)) return say(`web.promise.${direction}`, { ...size, really: "" })
  const actualText = (/** @type {number} */ value) => say("web.promise.really", { value: print(value) })
  if (Math.sign(actual) !== Math.sign(predicted))
    return say("web.promise.against", { ...fields, promised: print(predicted), really: actualText(actual) })
  return say(`web.promise.${direction}`, { ...size, really: actualText(Math.abs(actual)) })
}

/**
 * Return a formatter with two digits for the predicted change, which uses the same decimals for the actual one.
 * @param {number} promised @returns {(value: number) => string}
 */
function changeFormatter(promised) {
  const decimalPlaces = 1 - Math.floor(Math.log10(Math.abs(promised)))
  if (decimalPlaces > MOST_DECIMALS) return (value) => number(value, 2)
  return (value) => (value === 0 ? "0" : decimals(value, Math.max(decimalPlaces, 0)))
}
