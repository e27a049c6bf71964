// What a gradient means, with this setup's numbers: what it promises of the loss when one number is raised, and what really happens.

import { RAISED_FAR } from "../../spec.js"
import { decimals, number } from "../numbers/format.js"
import { say } from "../words.js"

/** @import { Cell, Numbers } from "../../types/view.js" */

const SHARES = new Map([
  [0.1, "tenth"],
  [0.01, "hundredth"],
  [0.001, "thousandth"],
])

const ROUND_OFF = 1e-12 // of the loss: less than that may be lost on the way to it
const MOST_DECIMALS = 5 // numbers that begin behind them have a power of ten

/** The number whose gradient a map shows: "z1" of "dz1"; "" of what is no gradient. @param {Numbers} numbers @param {string} map */
const raisedOf = (numbers, map) => (numbers.maps[map]?.band === "gradients" ? map.slice(1) : "")

/** Gives what is to be asked for to know what really happens; "" where a map has no gradients. @param {Numbers} numbers @param {string} map @param {Cell} cell */
export function raisedPart(numbers, map, cell) {
  const symbol = numbers.maps[map]?.round_off ? "" : raisedOf(numbers, map)
  return symbol && partOf(numbers, map, cell, raisedBy(numbers, map, cell))
}

/** @param {Numbers} numbers @param {string} map @param {Cell} cell @param {number} by */
const partOf = (numbers, map, cell, by) => `raised.${raisedOf(numbers, map)}:${numbers.offset(map, cell)}:${by}`

/** By how much a number is raised: less where the loss is known to bend before that. @param {Numbers} numbers @param {string} map @param {Cell} cell */
function raisedBy(numbers, map, cell) {
  const slope = numbers.at(map, cell)
  const steps = [...SHARES.keys()].filter((by) => by <= numbers.maps[raisedOf(numbers, map)].raised_by)
  const misses = (/** @type {number} */ by) => {
    const really = numbers.arrays[partOf(numbers, map, cell, by)]?.values[0]
    return Math.abs(really - slope * by) > RAISED_FAR * Math.abs(slope * by)
  }
  return steps.find((by) => !misses(by)) ?? steps[steps.length - 1]
}

/** Gives what the gradient of a cell means, in a sentence; "" where there is no number to say it of. @param {Numbers} numbers @param {string} map @param {Cell} cell */
export function promiseOf(numbers, map, cell) {
  const symbol = raisedOf(numbers, map)
  const slope = symbol ? numbers.at(map, cell) : Number.NaN
  if (!Number.isFinite(slope)) return ""
  const at = numbers.index(map, cell).join(",")
  const by = raisedBy(numbers, map, cell)
  const [what, gradient] = [symbol, map].map((name) => `${numbers.maps[name].label}[${at}]`)
  if (numbers.maps[map].round_off) return say("web.promise.round_off", { what, gradient })
  const really = numbers.arrays[partOf(numbers, map, cell, by)]?.values[0]
  if (slope === 0) {
    if (!really) return say("web.promise.flat", { what, gradient })
    return say("web.promise.kink", {
      what,
      gradient,
      by,
      really: say("web.promise.really", { value: number(really, 2) }),
    })
  }
  const share = say(`web.promise.${SHARES.get(by)}`, { gradient })
  const isLost = really === 0 && Math.abs(slope * by) < ROUND_OFF * (numbers.answer.loss ?? 0)
  return moved(slope * by, isLost ? undefined : really, { what, by, share })
}

/** @param {number} promised @param {number | undefined} really  unknown until it was asked for @param {{ what: string, by: number, share: string }} said */
function moved(promised, really, said) {
  const way = promised > 0 ? "rises" : "falls"
  const print = printer(promised)
  const size = { ...said, promised: print(Math.abs(promised)) }
  if (really === undefined || !Number.isFinite(really)) return say(`web.promise.${way}`, { ...size, really: "" })
  const came = (/** @type {number} */ value) => say("web.promise.really", { value: print(value) })
  if (Math.sign(really) !== Math.sign(promised))
    return say("web.promise.against", { ...said, promised: print(promised), really: came(really) })
  return say(`web.promise.${way}`, { ...size, really: came(Math.abs(really)) })
}

/** Prints the promise with two digits, and what really happens with the same decimals. @param {number} promised @returns {(value: number) => string} */
function printer(promised) {
  const places = 1 - Math.floor(Math.log10(Math.abs(promised)))
  if (places > MOST_DECIMALS) return (value) => number(value, 2)
  return (value) => (value === 0 ? "0" : decimals(value, Math.max(places, 0)))
}
