// Arithmetic of one cell with the numbers of the snapshot, as HTML. Short sums are printed term by term, long ones by
// channel or as a positive and a negative total. The result is never computed here: it comes from the core. Operands
// have enough digits that a reader's calculation gives the printed result.

import { factor, local, number, signed, wholeOr } from "../numbers/format.js"
import { isWhole } from "../numbers/printed_digits.js"
import { say } from "../words.js"
import { expression, symbols } from "./expression.js"
import { byChannel, Filling, firstSum, isProduct, MOST_TERMS, own } from "./formula_values.js"

/** @import { Node } from "./expression.js" */
/** @import { Term } from "./formula_values.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */

/** Return the name of a cell: "z₁[2,7,11]". @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
export function named(numbers, symbol, cell) {
  const index = numbers.index(symbol, cell)
  return `<i>${numbers.maps[symbol].label}</i>${index.length ? `[${index.join(",")}]` : ""}`
}

/** Return "= value", or "≈ value" if it is rounded. @param {number} value @param {number} [digits] */
export function result(value, digits = 5) {
  const text = wholeOr(value, digits)
  return ` ${isWhole(value, text) ? "=" : "≈"} <b>${text}</b>`
}

/** Note after a result that is exact up to round-off. */
export const roundOff = ` <small>${say("web.numbers.round_off")}</small>`

/**
 * Replace "= value" by a note beside the arithmetic. With the notebook's rule or a mistake in the pass, the number
 * may differ from the exact result.
 * @param {string} html
 * @param {string} id
 */
export const beside = (html, id) => html.replace(/ [=≈] (<b>[^<]*<\/b>)/g, (_, value) => say(id, { value }))

/**
 * Return the arithmetic of a cell with its numbers filled in.
 * @param {Numbers} numbers @param {string} symbol @param {Cell} cell
 */
export function filled(numbers, symbol, cell) {
  const template = numbers.network.arithmetic[symbol]
  const name = named(numbers, symbol, cell)
  const tree = template ? expression(template) : undefined
  const places = tree && symbols(tree).length >= MANY ? 3 : 5
  const lost = numbers.maps[symbol].round_off
  const value = result(numbers.at(symbol, cell), places) + (lost ? roundOff : "")
  if (!tree) return name + value
  if (tree.kind === "symbol")
    return `${name} = ${named(numbers, tree.name, own(numbers, symbol, cell, tree.name))}${value}`
  const filling = new Filling(numbers, symbol, cell)
  const sum = firstSum(tree)
  if (sum && !filling.terms(sum).length && !numbers.at(symbol, cell))
    return `${name}${value} <small>${say("web.numbers.nothing")}</small>`
  const lone = onlyTerm(filling, tree)
  if (lone) return `${name} = ${lone}${value}`
  const digits = lost ? FEWEST : digitsOf(filling, tree, numbers.at(symbol, cell), places)
  return digits ? `${name} = ${text({ filling, digits }, tree)}${value}` : name + value
}

/**
 * Return the name of the cell that a sum with a single term copies, or "".
 * @param {Filling} filling @param {Node} tree
 */
function onlyTerm(filling, tree) {
  if (tree.kind !== "call" || tree.args[0].kind !== "symbol" || !SUMS.includes(tree.name)) return ""
  const [term, ...others] = filling.terms(tree.args[0])
  return term && !others.length ? named(filling.numbers, tree.args[0].name, term.cells[tree.args[0].name]) : ""
}

const SUMS = ["sum", "mean"]
const [FEWEST, MOST] = [4, 15] // number of digits; the maximum is for numbers that nearly cancel
const MANY = 4 // number of operands from which fewer digits are printed
const FACTORS = 2 // maximum number of products that are printed with their factors

/**
 * Return the number of digits of the operands that gives the printed result, or 0 if the arithmetic cannot be
 * printed.
 * @param {Filling} filling @param {Node} tree @param {number} value @param {number} places number of digits of the result
 */
function digitsOf(filling, tree, value, places) {
  if (Number.isFinite(value) && !Number.isFinite(filling.value(tree))) return 0
  if (adds(filling, tree)) return FEWEST
  const rounded = new Filling(filling.numbers, filling.symbol, filling.cell)
  for (rounded.digits = FEWEST; rounded.digits <= MOST; rounded.digits++)
    if (number(rounded.value(tree), places) === number(value, places)) return rounded.digits
  return number(filling.value(tree), 3) === number(value, 3) ? MOST : FEWEST // another rule computed it, or nearly everything cancels
}

/**
 * Return whether products are printed instead of their factors, or totals of products. These are rounded and need not
 * add up in print.
 * @param {Filling} filling @param {Node} node @returns {boolean}
 */
function adds(filling, node) {
  if (node.kind === "symbol" || node.kind === "number") return false
  if (node.kind === "binary") return adds(filling, node.left) || adds(filling, node.right)
  if (node.kind !== "call") return adds(filling, node.of)
  return SUMS.includes(node.name) && isProduct(node.args[0]) && filling.terms(node.args[0]).length > FACTORS
}

/** @typedef {{ filling: Filling, digits: number }} Page  operands, and their number of digits */

const APART = say("words.point") === "," ? "\u202f; " : ", " // a semicolon if numbers contain a comma

const SIGNS = { "*": " · ", "/": " / ", "+": " + ", "-": " − ", ">": " > " }

/** @param {Page} page @param {Node} node @param {boolean} alone whether it is not part of a larger expression @returns {string} */
function text(page, node, alone = true) {
  switch (node.kind) {
    case "number":
      return local(String(node.value))
    case "symbol":
      return written(page.filling.at(node.name), page.digits, alone)
    case "minus":
      return `−${text(page, node.of, false)}`
    case "group":
      return `(${text(page, node.of)})`
    case "square":
      return `${text(page, node.of, false)}²`
    case "truth":
      return `[${text(page, node.of)}]`
    case "binary":
      return (
        bias(page, node)
        ?? withoutNothing(page, node)
        ?? less(page, node)
        ?? `${text(page, node.left, false)}${SIGNS[/** @type {keyof typeof SIGNS} */ (node.sign)]}${text(page, node.right, false)}`
      )
    case "call":
      return called(page, node.name, node.args, alone)
  }
}

/** @param {number} value @param {number} digits @param {boolean} alone */
function written(value, digits, alone) {
  if (Number.isInteger(value) && Math.abs(value) < 1e5)
    return value < 0 && !alone ? `(−${-value})` : String(value).replace("-", "−")
  return alone ? number(value, digits) : factor(value, digits)
}

// Return "left − value" for a negative summand, or undefined.
/** @param {Page} page @param {Node & { kind: "binary" }} node */
function less(page, { sign, left, right }) {
  if (sign !== "+" || right.kind !== "symbol" || !(page.filling.at(right.name) < 0)) return undefined
  return `${text(page, left, false)} − ${number(-page.filling.at(right.name), page.digits)}`
}

// Return the nonzero product if two products are added and the other is 0, or undefined.
/** @param {Page} page @param {Node & { kind: "binary" }} node */
function withoutNothing(page, { sign, left, right }) {
  const both = [left, right]
  if (sign !== "+" || !both.every((part) => part.kind === "binary" && part.sign === "*")) return undefined
  const counting = both.filter((part) => page.filling.value(part) !== 0)
  return counting.length === 1 ? text(page, counting[0], false) : undefined
}

// Return a sum with its bias as the last term, or undefined.
/** @param {Page} page @param {Node & { kind: "binary" }} node */
function bias(page, { sign, left, right }) {
  if (sign !== "+" || right.kind !== "symbol" || left.kind !== "call" || left.name !== "sum") return undefined
  return `${text(page, left)} ${signed(page.filling.at(right.name))} <small>${say("web.numbers.bias")}</small>`
}

/** @param {Page} page @param {string} name @param {Node[]} args @param {boolean} alone */
function called(page, name, args, alone) {
  const { filling, digits } = page
  if (name === "sqrt") return `√(${text(page, args[0])})`
  if (name === "exp") return `<math><msup><mi>e</mi><mn>${text(page, args[0])}</mn></msup></math>`
  if (name === "size" || name === "total") return written(filling.called(name, args), digits, false)
  if (name === "max" && args.length === 1) return largest(filling.terms(args[0]), digits)
  if (!SUMS.includes(name)) return `${name}(${args.map((arg) => text(page, arg)).join(APART)})`
  const { sum, count, of } = sumOf(page, args[0], alone && name === "sum")
  if (name === "mean" && of > 1) return `${count > 1 ? `(${sum})` : sum} / ${of}`
  return alone || count < 2 ? sum : `(${sum})`
}

/** @param {Term[]} all @param {number} digits */
const largest = (all, digits) =>
  all.length > MOST_TERMS
    ? say("web.numbers.largest", { n: all.length })
    : `max(${all.map(({ value }) => number(value, digits)).join(APART)})`

/**
 * Return a sum, the number of printed terms, and the number of all terms. Zero terms are left out unless they are
 * products.
 * @param {Page} page @param {Node} node @param {boolean} alone
 */
function sumOf(page, node, alone) {
  const { filling, digits } = page
  const all = filling.terms(node)
  const of = all.length
  if (!of) return { sum: "0", count: 0, of }
  const products = isProduct(node) || node.kind === "symbol"
  const counting = products ? all : all.filter(({ value }) => value !== 0)
  if (counting.length > MOST_TERMS) {
    const parts = partsOf(filling, node, all)
    const [part, ...others] = parts
    const sum = others.length || alone ? parts.map((value) => signed(value, digits)).join(" ") : number(part, digits)
    return { sum, count: parts.length, of }
  }
  if (products && of > (isProduct(node) ? FACTORS : 1))
    return { sum: all.map(({ value }) => signed(value, isProduct(node) ? 3 : digits)).join(" "), count: of, of }
  const sum = counting.map(({ cells }) => inside(page, cells, node)).join(" + ") || "0"
  return { sum, count: counting.length, of }
}

const MOST_CHANNELS = 6 // maximum number of channels whose sums are printed

/**
 * Return the sum of each channel of a long sum, as drawn. With many channels or one, return the positive and the
 * negative total.
 * @param {Filling} filling @param {Node} node @param {Term[]} all
 */
function partsOf(filling, node, all) {
  const { maps } = filling.numbers
  const map = Object.keys(all[0].cells).find((symbol) => maps[symbol].kind === "map")
  const channels = new Set(map && isProduct(node) ? all.map(({ cells }) => cells[map][0]) : [])
  if (map && channels.size > 1 && channels.size <= MOST_CHANNELS) return [...byChannel(all, map).values()]
  const both = filling.totals(node)
  return both.filter((total) => total !== 0 || !both.some(Boolean))
}

/** @param {Page} page @param {Record<string, Cell>} cells @param {Node} node */
function inside(page, cells, node) {
  page.filling.inside = cells
  const written = text(page, node, false)
  page.filling.inside = undefined
  return written
}
