// The arithmetic behind a cell, in this lesson's numbers. Sums are read from the core's arrays; only
// the products that are printed one by one are multiplied here.

import { factor, number, signed } from "./format.js"
import { each, sources } from "./links.js"
import { say } from "./words.js"

/** @import { Cell } from "./links.js" */
/** @import { Moment } from "./moment.js" */
/** @typedef {{ a: number, b: number, by: [number, number] }} Product  two factors, and the kernel's cell that `b` comes from */

/** @param {number} value */
const is = (value) => ` = <b>${number(value, 5)}</b>`

/**
 * @param {string} name
 * @param {number[]} index
 */
const named = (name, ...index) => `<i>${name}</i>${index.length ? `[${index.join(",")}]` : ""}`

/** @param {string} text */
const small = (text) => `<small>${text}</small>`

/**
 * The products behind a cell of z1 or dx.
 * @param {Moment} moment
 * @param {string} map
 * @param {Cell} cell
 * @returns {Product[]}
 */
export function products(moment, map, cell) {
  const [left, right] = sources(map, cell, moment.geometry)
  const { stride, before } = moment.geometry
  const term = (/** @type {number} */ a, /** @type {[number, number]} */ by) => ({ a, b: moment.at("f", by), by })
  if (map === "z1") {
    return [...each(left)].map(([r, c]) =>
      term(moment.at("x", [r, c]), [r + before - stride * cell[0], c + before - stride * cell[1]]),
    )
  }
  return [...each(right)].map(([i, j]) =>
    term(moment.at("dz1", [i, j]), [cell[0] + before - stride * i, cell[1] + before - stride * j]),
  )
}

/** @type {(moment: Moment, map: string, cell: Cell) => string} */
const signedProducts = (moment, map, cell) =>
  products(moment, map, cell)
    .map(({ a, b }) => signed(a * b, 3))
    .join(" ") || say("web.arithmetic.no_term")

/**
 * The positive and the negative total behind entry `at` of df or z2.
 * @param {Moment} moment
 * @param {"df_totals" | "z2_totals"} name
 * @param {number} at
 */
export const bothTotals = (moment, name, at) => [0, 1].map((sign) => moment.arrays[name].values[2 * at + sign])

/** @param {Parameters<typeof bothTotals>} entry */
const totals = (...entry) =>
  bothTotals(...entry)
    .map((total) => signed(total))
    .join(" ")

/** @type {(moment: Moment, symbol: string, at: number, label: string) => string} */
const step = (moment, symbol, at, label) => {
  const [old, gradient, next] = [symbol, `d${symbol}`, `${symbol}_next`].map((name) => moment.arrays[name].values[at])
  return `${label} ← ${number(old, 5)} − ${number(moment.rate)} · ${factor(gradient)}${is(next)}`
}

/**
 * A pixel as it is stored, 0 … 255.
 * @param {Moment} moment
 * @param {number} value
 */
export const pixel = (moment, value) => Math.round(moment.lesson.scale === "raw" ? value : value * 255)

/** @type {Record<string, (m: Moment, cell: Cell) => string>} */
const TEXTS = {
  x: (m, [r, c]) => {
    const value = m.at("x", [r, c])
    const stored = pixel(m, value)
    return m.lesson.scale === "raw"
      ? `${named("x", r, c)} = ${say("web.arithmetic.stored", { value: `<b>${stored}</b>` })}`
      : `${named("x", r, c)} = ${stored} / 255${is(value)}`
  },
  f: (m, [u, v]) =>
    `${named("f", u, v)}${is(m.at("f", [u, v]))} ${small(say("web.arithmetic.pixels", { count: m.count("z1") }))}`,
  z1: (m, cell) => `${named("z₁", ...cell)} = ${signedProducts(m, "z1", cell)}${is(m.at("z1", cell))}`,
  a1: (m, cell) => {
    const [z, minus] = [number(m.at("z1", cell)), number(-m.at("z1", cell), 3)]
    return `${named("a₁", ...cell)} = σ(${z}) = 1 / (1 + e<sup>${minus}</sup>)${is(m.at("a1", cell))}`
  },
  v: (m, cell) => {
    const where = small(`${cell[0]} · ${m.shape("z1")[1]} + ${cell[1]} = ${m.place(cell)}`)
    return `${named("v", m.place(cell))} = ${named("a₁", ...cell)}${is(m.at("v", cell))} ${where}`
  },
  w: (m, cell) => {
    const [weight, unit] = [named("w", m.place(cell), cell[2]), named("v", m.place(cell))]
    return `${weight}${is(m.at("w", cell))} ${small(say("web.arithmetic.multiplies"))} ${unit}${is(m.at("v", cell))}`
  },
  b: (m, [n]) => `${named("b", n)}${is(m.at("b", [n]))}`,
  z2: (m, [n]) => {
    const bias = `${signed(m.at("b", [n]))} ${small(say("web.arithmetic.bias"))}`
    return `${named("z₂", n)} = ${totals(m, "z2_totals", n)} ${bias}${is(m.at("z2", [n]))}`
  },
  o: (m, [n]) => `${named("o", n)} = σ(${number(m.at("z2", [n]))})${is(m.at("o", [n]))}`,
  y: (m, [n]) => `${named("y", n)}${is(m.at("y", [n]))}`,
  L: (m) => {
    const terms = m.outputs.map((n) => `(${number(m.at("o", [n]))} − ${factor(m.at("y", [n]))})²`)
    return `<i>L</i> = (${terms.join(" + ")}) / ${terms.length}${is(m.loss)}`
  },
  do: (m, [n]) => {
    const distance = `${number(m.at("o", [n]))} − ${factor(m.at("y", [n]))}`
    return `${named("∂o", n)} = 2 (${distance}) / ${m.outputs.length}${is(m.at("do", [n]))}`
  },
  dz2: (m, [n]) => {
    const o = number(m.at("o", [n]))
    return `${named("∂z₂", n)} = ${factor(m.at("do", [n]))} · ${o} (1 − ${o})${is(m.at("dz2", [n]))}`
  },
  dw: (m, cell) => {
    const entry = named("∂w", m.place(cell), cell[2])
    return `${entry} = ${number(m.at("v", cell))} · ${factor(m.at("dz2", [cell[2]]))}${is(m.at("dw", cell))}`
  },
  db: (m, [n]) => `${named("∂b", n)} = ${named("∂z₂", n)}${is(m.at("db", [n]))}`,
  da1: (m, [i, j]) => {
    const terms = m.outputs.map((n) => `${factor(m.at("w", [i, j, n]))} · ${factor(m.at("dz2", [n]))}`)
    return `${named("∂a₁", i, j)} = ${terms.join(" + ")}${is(m.at("da1", [i, j]))}`
  },
  dz1: (m, cell) => {
    const a = number(m.at("a1", cell))
    return `${named("∂z₁", ...cell)} = ${factor(m.at("da1", cell))} · ${a} (1 − ${a})${is(m.at("dz1", cell))}`
  },
  df: (m, [u, v]) => {
    const shares = small(say("web.arithmetic.shares", { count: m.count("z1") }))
    return `${named("∂f", u, v)} = ${totals(m, "df_totals", 3 * u + v)}${is(m.at("df", [u, v]))} ${shares}`
  },
  dx: (m, cell) => `${named("∂x", ...cell)} = ${signedProducts(m, "dx", cell)}${is(m.at("dx", cell))}`,
  update: (m, [u, v]) =>
    [step(m, "f", 3 * u + v, named("f", u, v)), ...m.outputs.map((n) => step(m, "b", n, named("b", n)))].join("<br>"),
}

/**
 * How a cell comes about, as HTML. Under the notebook's rule a number need not be what the exact arithmetic
 * gives: then it is only set beside it.
 * @param {Moment} moment
 * @param {string} map
 * @param {Cell} cell
 */
export function arithmetic(moment, map, cell) {
  const text = TEXTS[map](moment, cell)
  if (!moment.answer.deviations[map]) return text
  return text.replace(/ = (<b>[^<]*<\/b>)/g, (_, value) => say("web.arithmetic.instead", { value }))
}
