// The arithmetic behind a cell, in this lesson's numbers. Sums are read from the core's arrays; only
// the products that are printed one by one are multiplied here.

import { each, sources } from "./links.js"
import { factor, number, signed } from "./format.js"

const is = (value) => ` = <b>${number(value, 5)}</b>`
const named = (name, ...index) => `<i>${name}</i>${index.length ? `[${index.join(",")}]` : ""}`

// [i, j] of a unit -> its place in v.
const place = (view, [i, j]) => i * view.shape("z1")[1] + j

export function products(view, map, cell) {
  const [left, right] = sources(map, cell, view.geometry)
  const { stride, before } = view.geometry
  const terms = []
  if (map === "z1") {
    for (const [r, c] of each(left)) {
      const [u, v] = [r + before - stride * cell[0], c + before - stride * cell[1]]
      terms.push({ a: view.at("x", [r, c]), b: view.at("f", [u, v]), from: [r, c], by: [u, v] })
    }
  } else {
    for (const [i, j] of each(right)) {
      const [u, v] = [cell[0] + before - stride * i, cell[1] + before - stride * j]
      terms.push({ a: view.at("dz1", [i, j]), b: view.at("f", [u, v]), from: [i, j], by: [u, v] })
    }
  }
  return terms
}

const signedProducts = (view, map, cell) =>
  products(view, map, cell).map(({ a, b }) => signed(a * b, 3)).join(" ") || "no term"

// The positive and the negative total behind entry `at` of df or z2.
export const bothTotals = (view, name, at) => [0, 1].map((sign) => view.arrays[name].values[2 * at + sign])

const totals = (...entry) => bothTotals(...entry).map((total) => signed(total)).join(" ")

const step = (view, symbol, at, label) => {
  const [old, gradient, next] = [symbol, `d${symbol}`, `${symbol}_next`].map((name) => view.arrays[name].values[at])
  return `${label} ← ${number(old, 5)} − ${number(view.rate)} · ${factor(gradient)}${is(next)}`
}

// A pixel as it is stored, 0 … 255.
export const pixel = (view, value) => Math.round(view.lesson.scale === "raw" ? value : value * 255)

const WORDS = {
  x: (view, [r, c]) => {
    const value = view.at("x", [r, c])
    const stored = pixel(view, value)
    return view.lesson.scale === "raw"
      ? `${named("x", r, c)} = <b>${stored}</b>, as stored`
      : `${named("x", r, c)} = ${stored} / 255${is(value)}`
  },
  f: (view, [u, v]) => `${named("f", u, v)}${is(view.at("f", [u, v]))} <small>multiplies ${view.count("z1")} pixels</small>`,
  z1: (view, cell) => `${named("z₁", ...cell)} = ${signedProducts(view, "z1", cell)}${is(view.at("z1", cell))}`,
  a1: (view, cell) => `${named("a₁", ...cell)} = σ(${number(view.at("z1", cell))}) = 1 / (1 + e<sup>${number(-view.at("z1", cell), 3)}</sup>)${is(view.at("a1", cell))}`,
  v: (view, cell) => `${named("v", place(view, cell))} = ${named("a₁", ...cell)}${is(view.at("v", cell))} <small>${cell[0]} · ${view.shape("z1")[1]} + ${cell[1]} = ${place(view, cell)}</small>`,
  w: (view, cell) => `${named("w", place(view, cell), cell[2])}${is(view.at("w", cell))} <small>multiplies</small> ${named("v", place(view, cell))}${is(view.at("v", cell))}`,
  b: (view, [n]) => `${named("b", n)}${is(view.at("b", [n]))}`,
  z2: (view, [n]) => `${named("z₂", n)} = ${totals(view, "z2_totals", n)} ${signed(view.at("b", [n]))} <small>(bias)</small>${is(view.at("z2", [n]))}`,
  o: (view, [n]) => `${named("o", n)} = σ(${number(view.at("z2", [n]))})${is(view.at("o", [n]))}`,
  y: (view, [n]) => `${named("y", n)}${is(view.at("y", [n]))}`,
  L: (view) => {
    const terms = view.outputs.map((n) => `(${number(view.at("o", [n]))} − ${factor(view.at("y", [n]))})²`)
    return `<i>L</i> = (${terms.join(" + ")}) / ${terms.length}${is(view.loss)}`
  },
  do: (view, [n]) => `${named("∂o", n)} = 2 (${number(view.at("o", [n]))} − ${factor(view.at("y", [n]))}) / ${view.outputs.length}${is(view.at("do", [n]))}`,
  dz2: (view, [n]) => `${named("∂z₂", n)} = ${factor(view.at("do", [n]))} · ${number(view.at("o", [n]))} (1 − ${number(view.at("o", [n]))})${is(view.at("dz2", [n]))}`,
  dw: (view, cell) => `${named("∂w", place(view, cell), cell[2])} = ${number(view.at("v", cell))} · ${factor(view.at("dz2", [cell[2]]))}${is(view.at("dw", cell))}`,
  db: (view, [n]) => `${named("∂b", n)} = ${named("∂z₂", n)}${is(view.at("db", [n]))}`,
  da1: (view, [i, j]) => {
    const terms = view.outputs.map((n) => `${factor(view.at("w", [i, j, n]))} · ${factor(view.at("dz2", [n]))}`)
    return `${named("∂a₁", i, j)} = ${terms.join(" + ")}${is(view.at("da1", [i, j]))}`
  },
  dz1: (view, cell) => `${named("∂z₁", ...cell)} = ${factor(view.at("da1", cell))} · ${number(view.at("a1", cell))} (1 − ${number(view.at("a1", cell))})${is(view.at("dz1", cell))}`,
  df: (view, [u, v]) => `${named("∂f", u, v)} = ${totals(view, "df_totals", 3 * u + v)}${is(view.at("df", [u, v]))} <small>sums of ${view.count("z1")} shares</small>`,
  dx: (view, cell) => `${named("∂x", ...cell)} = ${signedProducts(view, "dx", cell)}${is(view.at("dx", cell))}`,
  update: (view, [u, v]) =>
    [step(view, "f", 3 * u + v, named("f", u, v)), ...view.outputs.map((n) => step(view, "b", n, named("b", n)))].join("<br>"),
}

// Under the notebook's rule a number need not be what the exact arithmetic gives: then it is only set beside it.
export function arithmetic(view, map, cell) {
  const text = WORDS[map](view, cell)
  return view.view.data.deviations[map] ? text.replaceAll(" = <b>", "; the notebook has <b>") : text
}
