// Evaluation of a template with the numbers of the snapshot: the terms of a cell's value.

import { exactSum } from "../numbers/exact_sum.js"
import { expression, symbols } from "./expression.js"

/** @import { Node } from "./expression.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */
/** @typedef {{ value: number, cells: Record<string, Cell> }} Term  one term of a sum and its cells */

/** @type {Record<string, (x: number) => number>} */
const FUNCTIONS = { σ: (x) => 1 / (1 + Math.exp(-x)), exp: Math.exp, log: Math.log, tanh: Math.tanh, sqrt: Math.sqrt }
const SUMS = ["sum", "mean"]

export const MOST_TERMS = 9 // maximum number of terms that are printed one by one

/**
 * Return the terms of the first sum in a cell's template, in order.
 * @param {Numbers} numbers @param {string} symbol @param {Cell} cell @returns {Term[]}
 */
export function terms(numbers, symbol, cell) {
  const sum = firstSum(expression(numbers.network.arithmetic[symbol]))
  return sum ? new Filling(numbers, symbol, cell).terms(sum) : []
}

/**
 * Return the contribution to the loss of one output with this value, by the core's own formula.
 * @param {Numbers} numbers @param {number} n @param {number} value
 */
export function lossOf(numbers, n, value) {
  const tree = expression(numbers.network.arithmetic.L)
  const [sign, sum] = tree.kind === "minus" ? [-1, tree.of] : [1, tree]
  if (sum.kind !== "call") return 0
  const filling = new Filling(numbers, "L", [0])
  filling.inside = { o: [n], y: [n] }
  filling.instead = { o: value }
  return (sign * filling.value(sum.args[0])) / (sum.name === "mean" ? numbers.count("o") : 1) + 0
}

/** Return the sums of the positive and of the negative values. @param {number[]} values */
export const totals = (values) => [
  exactSum(values.filter((value) => value > 0)),
  exactSum(values.filter((value) => value < 0)),
]

/**
 * Return the sum of the terms of each channel of a map, by channel.
 * @param {Term[]} terms @param {string} symbol @returns {Map<number, number>}
 */
export function byChannel(terms, symbol) {
  /** @type {Map<number, number[]>} */
  const valuesByChannel = new Map()
  for (const { cells, value } of terms) {
    const channel = cells[symbol][0]
    const values = valuesByChannel.get(channel)
    values ? values.push(value) : valuesByChannel.set(channel, [value])
  }
  return new Map([...valuesByChannel].sort(([a], [b]) => a - b).map(([channel, values]) => [channel, exactSum(values)]))
}

/** Return the argument of the first sum in a cell's template. @param {Node} node @returns {Node | undefined} */
export function firstSum(node) {
  if (node.kind === "call" && SUMS.includes(node.name)) return node.args[0]
  if (node.kind === "symbol" || node.kind === "number") return undefined
  const parts = node.kind === "call" ? node.args : node.kind === "binary" ? [node.left, node.right] : [node.of]
  return parts.map(firstSum).find(Boolean)
}

// Return the cell of a source that corresponds to this cell.
/** @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {string} source @returns {Cell} */
export function correspondingCell(numbers, symbol, cell, source) {
  const link = numbers.link(symbol, source)
  if (!link || link.pattern === "all" || link.pattern === "group") return cell
  return numbers.sources(link, cell)[0] ?? cell
}

export class Filling {
  /** @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
  constructor(numbers, symbol, cell) {
    this.numbers = numbers
    this.symbol = symbol
    this.cell = cell
    /** @type {Record<string, Cell> | undefined} */
    this.inside = undefined // cells of the current term
    /** @type {Record<string, number>} */
    this.instead = {} // values that override those of a symbol
    /** @type {Map<Node, Term[]>} */
    this.known = new Map() // cached terms of sums
    this.digits = 0 // significant digits to which operands are rounded, or 0 for no rounding
  }

  /** @param {string} name */
  at(name) {
    if (name === "N") return this.numbers.count("o")
    if (name in this.instead) return this.instead[name]
    if (name.includes(".")) return this.rounded(this.numbers.layerValue(name, this.cell))
    return this.rounded(
      this.numbers.at(name, this.inside?.[name] ?? correspondingCell(this.numbers, this.symbol, this.cell, name)),
    )
  }

  // Return a value as printed; integers are exact.
  /** @param {number} value */
  rounded = (value) => (this.digits && !Number.isInteger(value) ? Number(value.toPrecision(this.digits)) : value)

  /** @param {Node} node argument of a sum @returns {Term[]} */
  terms(node) {
    const cached = this.digits || this.inside ? undefined : this.known.get(node)
    if (cached) return cached
    const outerCells = this.inside
    const termList = this.cellCombinations(symbols(node)).map((cells) => {
      this.inside = cells
      return { value: this.value(node), cells }
    })
    this.inside = outerCells
    if (!this.digits && !outerCells) this.known.set(node, termList)
    return termList
  }

  /**
   * Return the combinations of cells that meet in a term, one cell per symbol.
   * @param {string[]} names @returns {Record<string, Cell>[]}
   */
  cellCombinations(names) {
    const { numbers, symbol, cell } = this
    const linkedNames = names.filter((name) => numbers.link(symbol, name))
    if (linkedNames.length > 1) {
      const [first, ...others] = linkedNames
      const pairLists = others.map((name) => numbers.pairs(symbol, cell, first, name))
      return pairLists[0].map(([at], n) => {
        /** @type {Record<string, Cell>} */
        const cells = { [first]: at }
        others.forEach((name, i) => {
          cells[name] = pairLists[i][n][1]
        })
        return cells
      })
    }
    const [name] = linkedNames
    const link = numbers.link(symbol, name)
    return link
      ? (link.pattern === "winner" ? windowOf(numbers, link, cell) : numbers.sources(link, cell)).map((at) => ({
          [name]: at,
        }))
      : []
  }

  /** @param {Node} node @returns {number} */
  value(node) {
    switch (node.kind) {
      case "number":
        return node.value
      case "symbol":
        return this.at(node.name)
      case "minus":
        return -this.value(node.of)
      case "group":
        return this.value(node.of)
      case "square":
        return this.value(node.of) ** 2
      case "truth":
        return this.value(node.of)
      case "binary":
        return applyOperator(node.sign, this.value(node.left), () => this.value(node.right))
      case "call":
        return this.callValue(node.name, node.args)
    }
  }

  /** @param {string} name @param {Node[]} args @returns {number} */
  callValue(name, args) {
    if (FUNCTIONS[name]) return FUNCTIONS[name](this.value(args[0]))
    if (name === "size") return this.area(symbols(args[0])[0])
    if (name === "total") return exactSum([...this.numbers.values(symbols(args[0])[0])])
    if ((name === "max" || name === "min") && args.length > 1) return Math[name](...args.map((arg) => this.value(arg)))
    const values = this.terms(args[0]).map(({ value }) => value)
    if (name === "max") return Math.max(...values)
    const sum =
      this.digits && printedTerms(values, args[0]).length > MOST_TERMS
        ? exactSum(this.totals(args[0]).map(this.rounded))
        : exactSum(values)
    return name === "mean" ? sum / values.length : sum
  }

  /**
   * Return the positive and the negative total of a sum's terms, from unrounded operands.
   * @param {Node} node @returns {number[]}
   */
  totals(node) {
    const sent = this.numbers.arrays[`powers.${this.symbol}`]?.values
    if (sent && node.kind === "call" && node.name === "exp") return [sent[sent.length - 1], 0]
    const exactFilling = this.digits ? new Filling(this.numbers, this.symbol, this.cell) : this
    return totals(exactFilling.terms(node).map(({ value }) => value))
  }

  // Return the number of cells of a channel.
  /** @param {string} name */
  area(name) {
    return this.numbers
      .shape(name)
      .slice(-2)
      .reduce((product, n) => product * n, 1)
  }
}

/** @param {Node} node */
export const isProduct = (node) =>
  node.kind === "binary" && node.sign === "*" && node.left.kind === "symbol" && node.right.kind === "symbol"

/**
 * Return the terms that are printed: zeros are left out unless they are products.
 * @param {number[]} values @param {Node} node
 */
const printedTerms = (values, node) =>
  isProduct(node) || node.kind === "symbol" ? values : values.filter((value) => value !== 0)

/** @param {string} sign @param {number} left @param {() => number} right */
function applyOperator(sign, left, right) {
  if (sign === "*") return left === 0 ? 0 : left * right() // 0 · log 0 is 0
  if (sign === "/") return left === 0 ? 0 : left / right()
  if (sign === ">") return Number(left > right())
  return sign === "+" ? left + right() : left - right()
}

/** @param {Numbers} numbers @param {import("./cell_links.js").Link} link @param {Cell} cell */
const windowOf = (numbers, link, cell) => numbers.sources({ ...link, pattern: "pool" }, cell)
