// A template with this moment's numbers in it: how the number of one cell comes about, as HTML.
//
// Sums of few terms are printed term by term, long ones as a positive and a negative total. The result itself
// is never worked out here: it is the core's.

import { expression, symbols } from "./expression.js"
import { factor, number, plainNumber, signed } from "./format.js"
import { say } from "./words.js"

/** @typedef {import("./expression.js").Node} Node */
/** @typedef {import("./numbers.js").Numbers} Numbers */
/** @typedef {import("./patterns.js").Cell} Cell */
/** @typedef {{ value: number, cells: Record<string, Cell> }} Term  one term of a sum, and the cells that it is of */

export const MOST_TERMS = 9

/** @type {Record<string, (x: number) => number>} */
const FUNCTIONS = { σ: (x) => 1 / (1 + Math.exp(-x)), exp: Math.exp, log: Math.log, tanh: Math.tanh }
const SUMS = ["sum", "mean"]

/** How a cell is called: "z₁[2,7,11]". @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
export function named(numbers, symbol, cell) {
  const index = numbers.index(symbol, cell)
  return `<i>${numbers.maps[symbol].label}</i>${index.length ? `[${index.join(",")}]` : ""}`
}

/** What it comes to; ≈ where the digits that are shown are not all. @param {number} value */
export function result(value) {
  const text = number(value, 5)
  return ` ${Number(plainNumber(text).replaceAll("−", "-")) === value ? "=" : "≈"} <b>${text}</b>`
}

/** How the number of a cell comes about. @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
export function filled(numbers, symbol, cell) {
  const template = numbers.network.arithmetic[symbol]
  const name = named(numbers, symbol, cell)
  const value = result(numbers.at(symbol, cell))
  if (!template) return name + value
  const tree = expression(template)
  if (tree.kind === "symbol")
    return `${name} = ${named(numbers, tree.name, own(numbers, symbol, cell, tree.name))}${value}`
  return `${name} = ${text(new Filling(numbers, symbol, cell), tree)}${value}`
}

/** The terms of the first sum in a cell's template, in order. @param {Numbers} numbers @param {string} symbol @param {Cell} cell @returns {Term[]} */
export function terms(numbers, symbol, cell) {
  const sum = firstSum(expression(numbers.network.arithmetic[symbol]))
  return sum ? new Filling(numbers, symbol, cell).terms(sum) : []
}

/** What an output would add to the loss if it had this value: the core's own formula of the loss, for one output. @param {Numbers} numbers @param {number} n @param {number} value */
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
export function totals(values) {
  let [positive, negative] = [0, 0]
  for (const value of values) {
    positive += Math.max(value, 0)
    negative += Math.min(value, 0)
  }
  return [positive, negative]
}

/** @param {Node} node @returns {Node | undefined} */
function firstSum(node) {
  if (node.kind === "call" && SUMS.includes(node.name)) return node.args[0]
  if (node.kind === "symbol" || node.kind === "number") return undefined
  const parts = node.kind === "call" ? node.args : node.kind === "binary" ? [node.left, node.right] : [node.of]
  return parts.map(firstSum).find(Boolean)
}

// The one cell of a source that belongs to this cell.
/** @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {string} source @returns {Cell} */
export function own(numbers, symbol, cell, source) {
  const link = numbers.link(symbol, source)
  if (!link || link.pattern === "all") return cell
  return numbers.sources(link, cell)[0] ?? cell
}

export class Filling {
  /** @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
  constructor(numbers, symbol, cell) {
    Object.assign(this, { numbers, symbol, cell })
    this.numbers = numbers
    this.symbol = symbol
    this.cell = cell
    /** @type {Record<string, Cell> | undefined} */
    this.inside = undefined // the cells of the term that is being written
    /** @type {Record<string, number>} */
    this.instead = {} // values in place of those that a symbol has
  }

  /** @param {string} name */
  at(name) {
    if (name === "N") return this.numbers.count("o")
    if (name in this.instead) return this.instead[name]
    return this.numbers.at(name, this.inside?.[name] ?? own(this.numbers, this.symbol, this.cell, name))
  }

  /** @param {Node} node the inside of a sum @returns {Term[]} */
  terms(node) {
    return this.places(symbols(node)).map((cells) => {
      const before = this.inside
      this.inside = cells
      const value = this.value(node)
      this.inside = before
      return { value, cells }
    })
  }

  /** The cells that go together, one of each symbol. @param {string[]} names @returns {Record<string, Cell>[]} */
  places(names) {
    const { numbers, symbol, cell } = this
    const linked = names.filter((name) => numbers.link(symbol, name))
    if (linked.length > 1) {
      const [first, ...others] = linked
      const all = others.map((name) => numbers.pairs(symbol, cell, first, name))
      return all[0].map(([at], n) => ({
        [first]: at,
        ...Object.fromEntries(others.map((name, i) => [name, all[i][n][1]])),
      }))
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
    if (name === "total") return [...this.numbers.values(symbols(args[0])[0])].reduce((sum, value) => sum + value, 0)
    if ((name === "max" || name === "min") && args.length > 1) return Math[name](...args.map((arg) => this.value(arg)))
    const values = this.terms(args[0]).map(({ value }) => value)
    if (name === "max") return Math.max(...values)
    const sum = values.reduce((total, value) => total + value, 0)
    return name === "mean" ? sum / values.length : sum
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

/** @param {string} sign @param {number} left @param {() => number} right */
function operate(sign, left, right) {
  if (sign === "*") return left === 0 ? 0 : left * right() // 0 · log 0 is 0
  if (sign === "/") return left === 0 ? 0 : left / right()
  if (sign === ">") return Number(left > right())
  return sign === "+" ? left + right() : left - right()
}

/** @param {Numbers} numbers @param {import("./patterns.js").Link} link @param {Cell} cell */
const windowOf = (numbers, link, cell) => numbers.sources({ ...link, pattern: "pool" }, cell)

const SIGNS = { "*": " · ", "/": " / ", "+": " + ", "-": " − ", ">": " > " }

/** @param {Filling} filling @param {Node} node @param {boolean} alone whether nothing stands around it @returns {string} */
function text(filling, node, alone = true) {
  switch (node.kind) {
    case "number":
      return String(node.value)
    case "symbol":
      return written(filling.at(node.name), alone)
    case "minus":
      return `−${text(filling, node.of, false)}`
    case "group":
      return `(${text(filling, node.of)})`
    case "square":
      return `${text(filling, node.of, false)}²`
    case "truth":
      return `[${text(filling, node.of)}]`
    case "binary":
      return (
        bias(filling, node)
        ?? `${text(filling, node.left, false)}${SIGNS[/** @type {keyof typeof SIGNS} */ (node.sign)]}${text(filling, node.right, false)}`
      )
    case "call":
      return called(filling, node.name, node.args, alone)
  }
}

/** @param {number} value @param {boolean} alone */
function written(value, alone) {
  if (Number.isInteger(value) && Math.abs(value) < 1e5)
    return value < 0 && !alone ? `(−${-value})` : String(value).replace("-", "−")
  return alone ? number(value) : factor(value)
}

// What is added to a sum is its last term.
/** @param {Filling} filling @param {Node & { kind: "binary" }} node */
function bias(filling, { sign, left, right }) {
  if (sign !== "+" || right.kind !== "symbol" || left.kind !== "call" || left.name !== "sum") return undefined
  return `${text(filling, left)} ${signed(filling.at(right.name))} <small>${say("web.numbers.bias")}</small>`
}

/** @param {Filling} filling @param {string} name @param {Node[]} args @param {boolean} alone */
function called(filling, name, args, alone) {
  if (name === "exp") return `<math><msup><mi>e</mi><mn>${text(filling, args[0])}</mn></msup></math>`
  if (name === "size" || name === "total") return written(filling.called(name, args), false)
  if (FUNCTIONS[name] || args.length > 1) return `${name}(${args.map((arg) => text(filling, arg)).join(", ")})`
  const all = filling.terms(args[0])
  if (name === "max") {
    if (all.length > MOST_TERMS) return say("web.numbers.largest", { n: all.length })
    return `max(${all.map(({ value }) => number(value)).join(", ")})`
  }
  const sum = sumOf(filling, all, args[0])
  if (name === "mean") return all.length > 1 ? `(${sum}) / ${all.length}` : sum
  return alone || all.length < 2 ? sum : `(${sum})`
}

/** @param {Filling} filling @param {Term[]} all @param {Node} node */
function sumOf(filling, all, node) {
  const products = node.kind === "symbol" || (node.kind === "binary" && node.sign === "*")
  if (!all.length) return say("web.numbers.nothing")
  if (all.length > MOST_TERMS) {
    const both = totals(all.map(({ value }) => value))
    return both
      .filter((total) => total !== 0 || !both.some(Boolean))
      .map((total) => signed(total))
      .join(" ")
  }
  if (products && all.length > 1) return all.map(({ value }) => signed(value, 3)).join(" ")
  const counting = products ? all : all.filter(({ value }) => value !== 0)
  return counting.map(({ cells }) => inside(filling, cells, node)).join(" + ") || "0"
}

/** @param {Filling} filling @param {Record<string, Cell>} cells @param {Node} node */
function inside(filling, cells, node) {
  filling.inside = cells
  const written = text(filling, node, false)
  filling.inside = undefined
  return written
}
