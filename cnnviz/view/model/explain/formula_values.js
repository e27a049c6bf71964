// A template with this moment's numbers in it: the terms of which the number of one cell is made.

import { exact } from "../numbers/exact_sum.js"
import { expression, symbols } from "./expression.js"

/** @import { Node } from "./expression.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */
/** @typedef {{ value: number, cells: Record<string, Cell> }} Term  one term of a sum, and the cells that it is of */

/** @type {Record<string, (x: number) => number>} */
const FUNCTIONS = { σ: (x) => 1 / (1 + Math.exp(-x)), exp: Math.exp, log: Math.log, tanh: Math.tanh, sqrt: Math.sqrt }
const SUMS = ["sum", "mean"]

export const MOST_TERMS = 9 // of a sum that is printed term by term

/** The terms of the first sum in a cell's template, in order. @param {Numbers} numbers @param {string} symbol @param {Cell} cell @returns {Term[]} */
export function terms(numbers, symbol, cell) {
  const sum = firstSum(expression(numbers.network.arithmetic[symbol]))
  return sum ? new Filling(numbers, symbol, cell).terms(sum) : []
}

/** Gives what an output would add to the loss if it had this value: the core's own formula of the loss, for one output. @param {Numbers} numbers @param {number} n @param {number} value */
export function lossOf(numbers, n, value) {
  const tree = expression(numbers.network.arithmetic.L)
  const [sign, sum] = tree.kind === "minus" ? [-1, tree.of] : [1, tree]
  if (sum.kind !== "call") return 0
  const filling = new Filling(numbers, "L", [0])
  filling.inside = { o: [n], y: [n] }
  filling.instead = { o: value }
  return (sign * filling.value(sum.args[0])) / (sum.name === "mean" ? numbers.count("o") : 1) + 0
}

/** The positive and the negative total of the values of terms. @param {number[]} values */
export const totals = (values) => [
  exact(values.filter((value) => value > 0)),
  exact(values.filter((value) => value < 0)),
]

/** Gives what the terms of each channel of a map add up to, the channels in order. @param {Term[]} terms @param {string} symbol @returns {Map<number, number>} */
export function byChannel(terms, symbol) {
  /** @type {Map<number, number[]>} */
  const found = new Map()
  for (const { cells, value } of terms) {
    const channel = cells[symbol][0]
    const own = found.get(channel)
    own ? own.push(value) : found.set(channel, [value])
  }
  return new Map([...found].sort(([a], [b]) => a - b).map(([channel, values]) => [channel, exact(values)]))
}

/** The inside of the first sum in a cell's template. @param {Node} node @returns {Node | undefined} */
export function firstSum(node) {
  if (node.kind === "call" && SUMS.includes(node.name)) return node.args[0]
  if (node.kind === "symbol" || node.kind === "number") return undefined
  const parts = node.kind === "call" ? node.args : node.kind === "binary" ? [node.left, node.right] : [node.of]
  return parts.map(firstSum).find(Boolean)
}

// The one cell of a source that belongs to this cell.
/** @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {string} source @returns {Cell} */
export function own(numbers, symbol, cell, source) {
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
    this.inside = undefined // the cells of the term that is being written
    /** @type {Record<string, number>} */
    this.instead = {} // values in place of those that a symbol has
    /** @type {Map<Node, Term[]>} */
    this.known = new Map() // the terms of sums
    this.digits = 0 // to which every number is rounded that is put in; 0 where none is
  }

  /** @param {string} name */
  at(name) {
    if (name === "N") return this.numbers.count("o")
    if (name in this.instead) return this.instead[name]
    if (name.includes(".")) return this.rounded(this.numbers.kept(name, this.cell))
    return this.rounded(this.numbers.at(name, this.inside?.[name] ?? own(this.numbers, this.symbol, this.cell, name)))
  }

  // As it is printed: whole numbers are whole.
  /** @param {number} value */
  rounded = (value) => (this.digits && !Number.isInteger(value) ? Number(value.toPrecision(this.digits)) : value)

  /** @param {Node} node the inside of a sum @returns {Term[]} */
  terms(node) {
    const known = this.digits || this.inside ? undefined : this.known.get(node)
    if (known) return known
    const before = this.inside
    const found = this.places(symbols(node)).map((cells) => {
      this.inside = cells
      return { value: this.value(node), cells }
    })
    this.inside = before
    if (!this.digits && !before) this.known.set(node, found)
    return found
  }

  /** The cells that go together, one of each symbol. @param {string[]} names @returns {Record<string, Cell>[]} */
  places(names) {
    const { numbers, symbol, cell } = this
    const linked = names.filter((name) => numbers.link(symbol, name))
    if (linked.length > 1) {
      const [first, ...others] = linked
      const all = others.map((name) => numbers.pairs(symbol, cell, first, name))
      return all[0].map(([at], n) => {
        /** @type {Record<string, Cell>} */
        const cells = { [first]: at }
        others.forEach((name, i) => {
          cells[name] = all[i][n][1]
        })
        return cells
      })
    }
    const [name] = linked
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
        return operate(node.sign, this.value(node.left), () => this.value(node.right))
      case "call":
        return this.called(node.name, node.args)
    }
  }

  /** @param {string} name @param {Node[]} args @returns {number} */
  called(name, args) {
    if (FUNCTIONS[name]) return FUNCTIONS[name](this.value(args[0]))
    if (name === "size") return this.area(symbols(args[0])[0])
    if (name === "total") return exact([...this.numbers.values(symbols(args[0])[0])])
    if ((name === "max" || name === "min") && args.length > 1) return Math[name](...args.map((arg) => this.value(arg)))
    const values = this.terms(args[0]).map(({ value }) => value)
    if (name === "max") return Math.max(...values)
    const sum =
      this.digits && counting(values, args[0]).length > MOST_TERMS
        ? exact(this.totals(args[0]).map(this.rounded))
        : exact(values)
    return name === "mean" ? sum / values.length : sum
  }

  /** Gives what the terms of a sum add up to, the positive and the negative, of numbers that are not rounded. @param {Node} node @returns {number[]} */
  totals(node) {
    const sent = this.numbers.arrays[`powers.${this.symbol}`]?.values
    if (sent && node.kind === "call" && node.name === "exp") return [sent[sent.length - 1], 0]
    const whole = this.digits ? new Filling(this.numbers, this.symbol, this.cell) : this
    return totals(whole.terms(node).map(({ value }) => value))
  }

  // Cells of a channel.
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

/** The terms of a sum that are printed: those that are 0 are left out where they are no products. @param {number[]} values @param {Node} node */
const counting = (values, node) =>
  isProduct(node) || node.kind === "symbol" ? values : values.filter((value) => value !== 0)

/** @param {string} sign @param {number} left @param {() => number} right */
function operate(sign, left, right) {
  if (sign === "*") return left === 0 ? 0 : left * right() // 0 · log 0 is 0
  if (sign === "/") return left === 0 ? 0 : left / right()
  if (sign === ">") return Number(left > right())
  return sign === "+" ? left + right() : left - right()
}

/** @param {Numbers} numbers @param {import("./cell_links.js").Link} link @param {Cell} cell */
const windowOf = (numbers, link, cell) => numbers.sources({ ...link, pattern: "pool" }, cell)
