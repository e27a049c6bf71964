// Arithmetic of one cell with the numbers of the snapshot, as HTML. Short sums are printed term by term, long ones by
// channel or as a positive and a negative total. The result is never computed here: it comes from the core. Operands
// have enough digits that a reader's calculation gives the printed result.

import { factor, integerOrNumber, localizePoint, number, signedHTML } from "../numbers/format.js"
import { isExactText } from "../numbers/printed_digits.js"
import { say } from "../words.js"
import { expression, symbols } from "./expression.js"
import { byChannel, correspondingCell, Filling, firstSum, isProduct, MOST_TERMS } from "./formula_values.js"

/** @import { Node } from "./expression.js" */
/** @import { Term } from "./formula_values.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */

/** Return the name of a cell: "z₁[2,7,11]". @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
export function cellName(numbers, symbol, cell) {
  const index = numbers.index(symbol, cell)
  return `<i>${numbers.maps[symbol].label}</i>${index.length ? `[${index.join(",")}]` : ""}`
}

/** Return "= value", or "≈ value" if it is rounded. @param {number} value @param {number} [digits] */
export function resultText(value, digits = 5) {
  const text = integerOrNumber(value, digits)
  return ` ${isExactText(value, text) ? "=" : "≈"} <b>${text}</b>`
}

/** Note after a result that is exact up to round-off. */
export const roundOff = ` <small>${say("web.numbers.round_off")}</small>`

/**
 * Replace "= value" by a note beside the arithmetic. With the notebook's rule or a mistake in the pass, the number
 * may differ from the exact result.
 * @param {string} html
 * @param {string} id
 */
export const withNoteBeside = (html, id) => html.replace(/ [=≈] (<b>[^<]*<\/b>)/g, (_, value) => say(id, { value }))

/**
 * Return the arithmetic of a cell with its numbers filled in.
 * @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {{ skipsZeros?: boolean }} [how] `skipsZeros`: leave terms of 0 out of a sum if they are many, or all
 */
export function cellArithmetic(numbers, symbol, cell, { skipsZeros = false } = {}) {
  const template = numbers.network.arithmetic[symbol]
  const name = cellName(numbers, symbol, cell)
  const tree = template ? expression(template) : undefined
  const digitCount = tree && symbols(tree).length >= MANY_OPERANDS ? 3 : 5
  const isRoundOff = numbers.maps[symbol].round_off
  const value = resultText(numbers.at(symbol, cell), digitCount) + (isRoundOff ? roundOff : "")
  if (!tree) return name + value
  if (tree.kind === "symbol")
    return `${name} = ${cellName(numbers, tree.name, correspondingCell(numbers, symbol, cell, tree.name))}${value}`
  const filling = new Filling(numbers, symbol, cell)
  const sum = firstSum(tree)
  if (sum && !filling.terms(sum).length && !numbers.at(symbol, cell))
    return `${name}${value} <small>${say("web.numbers.nothing")}</small>`
  const onlyTerm = singleTerm(filling, tree)
  if (onlyTerm) return `${name} = ${onlyTerm}${value}`
  const digits = isRoundOff ? FEWEST : digitsOf(filling, tree, numbers.at(symbol, cell), digitCount)
  const text = digits ? textOf({ filling, digits, skipsZeros }, tree) : ""
  return text ? `${name} = ${text}${value}` : name + value
}

/**
 * Return the name of the cell that a sum with a single term copies, or "".
 * @param {Filling} filling @param {Node} tree
 */
function singleTerm(filling, tree) {
  if (tree.kind !== "call" || tree.args[0].kind !== "symbol" || !SUMS.includes(tree.name)) return ""
  const [term, ...others] = filling.terms(tree.args[0])
  return term && !others.length ? cellName(filling.numbers, tree.args[0].name, term.cells[tree.args[0].name]) : ""
}

const SUMS = ["sum", "mean"]
const [FEWEST, MOST] = [4, 15] // number of digits; the maximum is for numbers that nearly cancel
const MANY_OPERANDS = 4 // number of operands from which fewer digits are printed
const MOST_ZEROS = 3 // maximum number of terms of 0 that are printed if they may be left out
const MAX_FACTORED = 2 // maximum number of products that are printed with their factors

/**
 * Return the number of digits of the operands that gives the printed result, or 0 if the arithmetic cannot be
 * printed.
 * @param {Filling} filling @param {Node} tree @param {number} value @param {number} places number of digits of the result
 */
function digitsOf(filling, tree, value, places) {
  if (Number.isFinite(value) && !Number.isFinite(filling.value(tree))) return 0
  if (printsProducts(filling, tree)) return FEWEST
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
function printsProducts(filling, node) {
  if (node.kind === "symbol" || node.kind === "number") return false
  if (node.kind === "binary") return printsProducts(filling, node.left) || printsProducts(filling, node.right)
  if (node.kind !== "call") return printsProducts(filling, node.of)
  return SUMS.includes(node.name) && isProduct(node.args[0]) && filling.terms(node.args[0]).length > MAX_FACTORED
}

/** @typedef {{ filling: Filling, digits: number, skipsZeros: boolean }} Page  operands, their number of digits, and whether terms of 0 are left out */

const SEPARATOR = say("words.point") === "," ? "\u202f; " : ", " // a semicolon if numbers contain a comma

const SIGNS = { "*": " · ", "/": " / ", "+": " + ", "-": " − ", ">": " > " }

/** @param {Page} page @param {Node} node @param {boolean} alone whether it is not part of a larger expression @returns {string} */
function textOf(page, node, alone = true) {
  switch (node.kind) {
    case "number":
      return localizePoint(String(node.value))
    case "symbol":
      return formatOperand(page.filling.at(node.name), page.digits, alone)
    case "minus":
      return `−${textOf(page, node.of, false)}`
    case "group":
      return `(${textOf(page, node.of)})`
    case "square":
      return `${textOf(page, node.of, false)}²`
    case "truth":
      return `[${textOf(page, node.of)}]`
    case "binary":
      return (
        sumWithBias(page, node)
        ?? nonzeroProduct(page, node)
        ?? subtraction(page, node)
        ?? `${textOf(page, node.left, false)}${SIGNS[/** @type {keyof typeof SIGNS} */ (node.sign)]}${textOf(page, node.right, false)}`
      )
    case "call":
      return callText(page, node.name, node.args, alone)
  }
}

/** @param {number} value @param {number} digits @param {boolean} alone */
function formatOperand(value, digits, alone) {
  if (Number.isInteger(value) && Math.abs(value) < 1e5)
    return value < 0 && !alone ? `(−${-value})` : String(value).replace("-", "−")
  return alone ? number(value, digits) : factor(value, digits)
}

// Return "left − value" for a negative summand, or undefined.
/** @param {Page} page @param {Node & { kind: "binary" }} node */
function subtraction(page, { sign, left, right }) {
  if (sign !== "+" || right.kind !== "symbol" || !(page.filling.at(right.name) < 0)) return undefined
  return `${textOf(page, left, false)} − ${number(-page.filling.at(right.name), page.digits)}`
}

// Return the nonzero product if two products are added and the other is 0, or undefined.
/** @param {Page} page @param {Node & { kind: "binary" }} node */
function nonzeroProduct(page, { sign, left, right }) {
  const products = [left, right]
  if (sign !== "+" || !products.every((part) => part.kind === "binary" && part.sign === "*")) return undefined
  const nonzero = products.filter((part) => page.filling.value(part) !== 0)
  return nonzero.length === 1 ? textOf(page, nonzero[0], false) : undefined
}

// Return a sum with its bias as the last term, or undefined.
/** @param {Page} page @param {Node & { kind: "binary" }} node */
function sumWithBias(page, { sign, left, right }) {
  if (sign !== "+" || right.kind !== "symbol" || left.kind !== "call" || left.name !== "sum") return undefined
  const bias = `${signedHTML(page.filling.at(right.name))} <small>${say("web.numbers.bias")}</small>`
  return `${textOf(page, left)} ${bias}`.trimStart()
}

/** @param {Page} page @param {string} name @param {Node[]} args @param {boolean} alone */
function callText(page, name, args, alone) {
  const { filling, digits } = page
  if (name === "sqrt") return `√(${textOf(page, args[0])})`
  if (name === "exp") return `<math><msup><mi>e</mi><mn>${textOf(page, args[0])}</mn></msup></math>`
  if (name === "size" || name === "total") return formatOperand(filling.callValue(name, args), digits, false)
  if (name === "max" && args.length === 1) return maximumText(filling.terms(args[0]), digits)
  if (!SUMS.includes(name)) return `${name}(${args.map((arg) => textOf(page, arg)).join(SEPARATOR)})`
  const { sum, count, of } = sumOf(page, args[0], alone && name === "sum")
  if (name === "mean" && of > 1) return `${count > 1 ? `(${sum})` : sum} / ${of}`
  return alone || count < 2 ? sum : `(${sum})`
}

/** @param {Term[]} all @param {number} digits */
const maximumText = (all, digits) =>
  all.length > MOST_TERMS
    ? say("web.numbers.largest", { n: all.length })
    : `max(${all.map(({ value }) => number(value, digits)).join(SEPARATOR)})`

/**
 * Return a sum, the number of printed terms, and the number of all terms. Zero terms are left out unless they are
 * products.
 * @param {Page} page @param {Node} node @param {boolean} alone
 */
function sumOf(page, node, alone) {
  const { filling, digits } = page
  const terms = filling.terms(node)
  const termCount = terms.length
  if (!termCount) return { sum: "0", count: 0, of: termCount }
  const keepsZeros = isProduct(node) || node.kind === "symbol"
  const shownTerms = keepsZeros ? terms : terms.filter(({ value }) => value !== 0)
  if (shownTerms.length > MOST_TERMS) {
    const parts = partsOf(filling, node, terms)
    const [part, ...others] = parts
    const sum = others.length || alone ? signedSum(page, parts, digits, alone) : number(part, digits)
    return { sum, count: parts.length, of: termCount }
  }
  if (keepsZeros && termCount > (isProduct(node) ? MAX_FACTORED : 1))
    return {
      sum: signedSum(
        page,
        terms.map(({ value }) => value),
        isProduct(node) ? 3 : digits,
        alone,
      ),
      count: termCount,
      of: termCount,
    }
  const sum = shownTerms.map(({ cells }) => termText(page, cells, node)).join(" + ") || "0"
  return { sum, count: shownTerms.length, of: termCount }
}

/**
 * Return the terms of a sum with their signs. Without its terms of 0, a sum that is alone may be empty.
 * @param {Page} page @param {number[]} values @param {number} digits @param {boolean} alone
 */
function signedSum({ skipsZeros }, values, digits, alone) {
  const nonzero = values.filter((value) => value !== 0)
  const zeroCount = values.length - nonzero.length
  const isShort = skipsZeros && (zeroCount > MOST_ZEROS || !nonzero.length)
  const shown = isShort && (nonzero.length || alone) ? nonzero : values
  return shown.map((value) => signedHTML(value, digits)).join(" ")
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
  const totals = filling.totals(node)
  return totals.filter((total) => total !== 0 || !totals.some(Boolean))
}

/** @param {Page} page @param {Record<string, Cell>} cells @param {Node} node */
function termText(page, cells, node) {
  page.filling.inside = cells
  const printedText = textOf(page, node, false)
  page.filling.inside = undefined
  return printedText
}
