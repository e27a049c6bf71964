// How the number of one cell comes about, with this moment's numbers, as HTML.
//
// Sums of few terms are printed term by term, long ones by channel or as a positive and a negative total. The result
// itself is never worked out here: it is the core's. What is put in has as many digits as the result needs to be right
// for who works it out from what is printed.

import { factor, local, number, signed, wholeOr } from "../numbers/format.js"
import { isWhole } from "../numbers/printed_digits.js"
import { say } from "../words.js"
import { expression, symbols } from "./expression.js"
import { byChannel, Filling, firstSum, isProduct, MOST_TERMS, own } from "./formula_values.js"

/** @import { Node } from "./expression.js" */
/** @import { Term } from "./formula_values.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */

/** Tells how a cell is called: "z₁[2,7,11]". @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
export function named(numbers, symbol, cell) {
  const index = numbers.index(symbol, cell)
  return `<i>${numbers.maps[symbol].label}</i>${index.length ? `[${index.join(",")}]` : ""}`
}

/** Gives what it comes to; ≈ where the digits that are shown are not all. @param {number} value @param {number} [digits] */
export function result(value, digits = 5) {
  const text = wholeOr(value, digits)
  return ` ${isWhole(value, text) ? "=" : "≈"} <b>${text}</b>`
}

/** Said after what is so but for round-off. */
export const roundOff = ` <small>${say("web.numbers.round_off")}</small>`

/**
 * Under the notebook's rule, or with a mistake in the pass, a number need not be what the exact arithmetic gives: then it is
 * only set beside it.
 * @param {string} html
 * @param {string} id
 */
export const beside = (html, id) => html.replace(/ [=≈] (<b>[^<]*<\/b>)/g, (_, value) => say(id, { value }))

/** Tells how the number of a cell comes about. @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
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

/** The cell that a number is handed on from, where a sum has just that one. @param {Filling} filling @param {Node} tree */
function onlyTerm(filling, tree) {
  if (tree.kind !== "call" || tree.args[0].kind !== "symbol" || !SUMS.includes(tree.name)) return ""
  const [term, ...others] = filling.terms(tree.args[0])
  return term && !others.length ? named(filling.numbers, tree.args[0].name, term.cells[tree.args[0].name]) : ""
}

const SUMS = ["sum", "mean"]
const [FEWEST, MOST] = [4, 15] // digits; so many where numbers all but cancel
const MANY = 4 // numbers that are put in: then fewer digits of each can be read
const FACTORS = 2 // products that are printed with their factors, at most

/** With how many digits what is put in comes to the result that is printed; 0 where it cannot be written down. @param {Filling} filling @param {Node} tree @param {number} value @param {number} places digits of the result */
function digitsOf(filling, tree, value, places) {
  if (Number.isFinite(value) && !Number.isFinite(filling.value(tree))) return 0
  if (adds(filling, tree)) return FEWEST
  const rounded = new Filling(filling.numbers, filling.symbol, filling.cell)
  for (rounded.digits = FEWEST; rounded.digits <= MOST; rounded.digits++)
    if (number(rounded.value(tree), places) === number(value, places)) return rounded.digits
  return number(filling.value(tree), 3) === number(value, 3) ? MOST : FEWEST // another rule made it, or next to nothing is left
}

/** Tells whether products are printed in place of their factors, or totals of them: these are rounded, and need not add up in print. @param {Filling} filling @param {Node} node @returns {boolean} */
function adds(filling, node) {
  if (node.kind === "symbol" || node.kind === "number") return false
  if (node.kind === "binary") return adds(filling, node.left) || adds(filling, node.right)
  if (node.kind !== "call") return adds(filling, node.of)
  return SUMS.includes(node.name) && isProduct(node.args[0]) && filling.terms(node.args[0]).length > FACTORS
}

/** @typedef {{ filling: Filling, digits: number }} Page  what is put in, and with how many digits */

const APART = say("words.point") === "," ? "\u202f; " : ", " // numbers that have a comma themselves

const SIGNS = { "*": " · ", "/": " / ", "+": " + ", "-": " − ", ">": " > " }

/** @param {Page} page @param {Node} node @param {boolean} alone whether nothing stands around it @returns {string} */
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

// A number below 0 is taken away.
/** @param {Page} page @param {Node & { kind: "binary" }} node */
function less(page, { sign, left, right }) {
  if (sign !== "+" || right.kind !== "symbol" || !(page.filling.at(right.name) < 0)) return undefined
  return `${text(page, left, false)} − ${number(-page.filling.at(right.name), page.digits)}`
}

// Of two products that are added, one that is 0 is left out.
/** @param {Page} page @param {Node & { kind: "binary" }} node */
function withoutNothing(page, { sign, left, right }) {
  const both = [left, right]
  if (sign !== "+" || !both.every((part) => part.kind === "binary" && part.sign === "*")) return undefined
  const counting = both.filter((part) => page.filling.value(part) !== 0)
  return counting.length === 1 ? text(page, counting[0], false) : undefined
}

// What is added to a sum is its last term.
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

/** A sum, how many terms of it are printed, and of how many it is; those that are 0 are left out where they are no products. @param {Page} page @param {Node} node @param {boolean} alone */
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

const MOST_CHANNELS = 6 // whose sums are printed

/** The sums of a long sum's channels, as they are drawn; where they are many or one, the positive total and the negative. @param {Filling} filling @param {Node} node @param {Term[]} all */
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
