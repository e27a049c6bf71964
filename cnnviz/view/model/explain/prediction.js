// Questions that a visitor answers before a stage's numbers are shown, and feedback on the answer. They follow from
// the link patterns and the arithmetic of the stage, so a new kind of layer needs none of its own.

import { capitalize, factor, number } from "../numbers/format.js"
import { say } from "../words.js"
import { cellArithmetic, cellName } from "./arithmetic.js"
import { cells } from "./cell_links.js"
import { expression } from "./expression.js"
import { correspondingCell, Filling } from "./formula_values.js"

/** @import { Node } from "./expression.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */
/** @typedef {{ source: string, cell: Cell }} Place */
/** @typedef {"right" | "near" | "sign" | "place" | "wrong"} Verdict */
/**
 * A question for a number or a cell. Everything needed for the answer is in `ask` or visible. `ask` and `before` are
 * HTML, and `before` precedes a blank. `others` are the same kind of number in other cells, `scale` is the largest
 * number of the map, `among` are the candidate cells, and `known` are the cells that the question mentions.
 * @typedef {object} Question
 * @property {"factor" | "product" | "index" | "number" | "change" | "winner" | "largest"} kind
 * @property {string} map  symbol of the map
 * @property {Cell} cell
 * @property {string} ask
 * @property {string} [before]
 * @property {number} value
 * @property {number} scale
 * @property {string} what  name of the number or the right cell, as HTML
 * @property {string} why  explanation
 * @property {string} [clicked]  map whose cells are clicked
 * @property {string} [read]  map whose numbers decide which cell of a window wins
 * @property {Cell[]} [among]
 * @property {(Place & { value: number })[]} [others]
 * @property {Place[]} [known]
 */
/** @typedef {{ verdict: Verdict, say: string }} Judged  `say` is HTML */

const RELATIVE_TOLERANCE = 0.02 // relative tolerance of a number read off a map
const MAP_TOLERANCE = 0.005 // tolerance relative to the largest number of its map
const NEAR_TOLERANCE = 0.1
const MOST_IN_SIGHT = 16 // maximum length of a row whose numbers are visible while the result is hidden
const MOST_CELLS_TRIED = 60
const GOLDEN = (Math.sqrt(5) - 1) / 2 // share of a map between a cell and the next one to ask about
const LARGEST_SHARE = 0.95 // share of the largest number that counts as right if a cell is sought

/**
 * Return the possible questions about a stage, the best first.
 * @param {Numbers} numbers @param {string} stage @param {Cell} cell @returns {Question[]}
 */
export function questions(numbers, stage, cell) {
  const questionMakers = stage === "update" ? [askChange] : [askWinner, askFactor, askIndex, askLargest, askNumber]
  const map = stage === "update" ? numbers.said.update.makes[0] : stage
  const explanation = (stage === "update" ? numbers.said.update : numbers.stageOf(map)).sentence // explanation of its numbers
  const fields = questionMakers.map((make) => make(numbers, map, cell))
  return fields.flatMap((question) => (question ? { ...question, map, why: explanation } : []))
}

/**
 * Return another cell of the same channel about which a question of this kind can be asked, or null.
 * @param {Numbers} numbers @param {string} stage @param {Cell} cell @param {Question["kind"]} kind @returns {Cell | null}
 */
export function anotherCell(numbers, stage, cell, kind) {
  const map = stage === "update" ? numbers.said.update.makes[0] : stage
  const count = numbers.count(map)
  const channels = numbers.maps[map].kind === "map" ? numbers.shape(map)[0] : 1
  const size = count / channels
  const firstOffset = numbers.offset(map, cell)
  const channelStart = firstOffset - (firstOffset % size)
  for (let n = 1; n < Math.min(size, MOST_CELLS_TRIED); n++) {
    const step = size > MOST_IN_SIGHT ? Math.round(n * GOLDEN * size) : n
    const nextCell = numbers.cell(map, channelStart + ((firstOffset - channelStart + step) % size))
    if (String(nextCell) === String(cell)) continue
    const question = questions(numbers, stage, nextCell).find((each) => each.kind === kind)
    if (question && (question.value || kind === "index")) return nextCell
  }
  return null
}

/** @typedef {Omit<Question, "map" | "why">} QuestionFields  the fields that differ between questions */

/** @param {Numbers} numbers @param {string} map */
const scaleOf = (numbers, map) => Math.max(...numbers.maps[map].limits.map(Math.abs), 0)

/**
 * Ask for the position of a unit in the list.
 * @param {Numbers} numbers @param {string} map @param {Cell} cell @returns {QuestionFields | null}
 */
function askIndex(numbers, map, cell) {
  const [link, ...others] = numbers.links(map)
  const isCopy = numbers.network.arithmetic[map] && expression(numbers.network.arithmetic[map]).kind === "symbol"
  if (!isCopy || others.length || numbers.index(map, cell).length !== 1) return null
  const [source] = numbers.sources(link, cell)
  if (numbers.index(link.source, source).length < 2) return null
  const unit = cellName(numbers, link.source, source)
  const shape = numbers.maps[link.source].index.join("×")
  const list = `<i>${numbers.maps[map].label}</i>`
  const questionText = say("web.predict.index", {
    unit,
    list,
    units: `<i>${numbers.maps[link.source].label}</i>`,
    shape,
  })
  const knownCells = [{ source: link.source, cell: source }]
  return {
    kind: "index",
    cell,
    ask: questionText,
    value: numbers.index(map, cell)[0],
    scale: 0,
    what: say("web.predict.index_of", { unit }),
    known: knownCells,
  }
}

/**
 * Ask for the number of a cell, with the numbers that it is computed from.
 * @param {Numbers} numbers @param {string} map @param {Cell} cell @returns {QuestionFields}
 */
function askNumber(numbers, map, cell) {
  const name = cellName(numbers, map, cell)
  const arithmetic = cellArithmetic(numbers, map, cell).replace(/ [=≈] <b>.*$/, "")
  const operands = arithmetic.startsWith(name) ? arithmetic.slice(name.length) : ""
  const value = numbers.at(map, cell)
  const scale = numbers.count(map) > 1 ? scaleOf(numbers, map) : Math.abs(value)
  return { kind: "number", cell, ask: say("web.predict.number", { what: name, operands }), value, scale, what: name }
}

/**
 * Ask for the change of a parameter by the update.
 * @param {Numbers} numbers @param {string} map @param {Cell} cell @returns {QuestionFields}
 */
function askChange(numbers, map, cell) {
  const offset = numbers.offset(map, cell)
  const value = numbers.next(map, offset) - numbers.values(map)[offset]
  const name = cellName(numbers, map, cell)
  const step = say("web.predict.change_of", { what: name })
  const gradient = `${cellName(numbers, `d${map}`, cell)} = ${number(numbers.values(`d${map}`)[offset])}`
  const questionText = say("web.predict.change", { what: name, gradient, rate: number(numbers.rate) })
  const knownCells = [{ source: `d${map}`, cell }]
  return { kind: "change", cell, ask: questionText, value, scale: Math.abs(value), what: step, known: knownCells }
}

// ---- a blank factor

/**
 * Ask for a missing factor of a product; in a sum, of the largest product.
 * @param {Numbers} numbers @param {string} map @param {Cell} cell @returns {QuestionFields | null}
 */
function askFactor(numbers, map, cell) {
  const template = numbers.network.arithmetic[map]
  const main = template && !template.includes("sqrt") ? productIn(expression(template)) : null
  if (!main) return null
  const filling = new Filling(numbers, map, cell)
  const terms = main.sum ? filling.terms(main.product) : [{ cells: undefined, value: filling.value(main.product) }]
  const [term] = [...terms].sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
  if (!term?.value) return null // if the product is 0, any factor may be right
  filling.inside = term.cells
  const cellOf = (/** @type {Record<string, Cell> | undefined} */ of, /** @type {string} */ name) =>
    of?.[name] ?? (main.sum ? undefined : correspondingCell(numbers, map, cell, name))
  const factors = factorsOf(main.product)
  const blank = factors.pop()
  if (!blank) return null
  const shownFactors = factors.map((node) => factor(filling.value(node)))
  const asksProduct = main.sum && !cellsOf(blank, (name) => cellOf(term.cells, name)).every(isInSight(numbers))
  if (asksProduct) return askProduct(numbers, map, cell, { factors: [...factors, blank], filling, term, terms, cellOf })
  const value = filling.value(blank)
  const mentionedCells = factors.flatMap((node) => cellsOf(node, (name) => cellOf(term.cells, name)))
  const cellText = cellName(numbers, map, cell)
  const [at] = cellsOf(blank, (name) => cellOf(term.cells, name))
  const alternatives = at
    ? terms
        .flatMap(({ cells }) => cellsOf(blank, (name) => cellOf(cells, name)))
        .map((one) => ({ ...one, value: numbers.at(one.source, one.cell) }))
    : []
  const mentionedCell = mentionedCells[0]
  const questionText =
    at && mentionedCell
      ? say("web.predict.factor.sum", {
          what: cellText,
          n: terms.length,
          known: cellName(numbers, mentionedCell.source, mentionedCell.cell),
          source: `<i>${numbers.maps[at.source].label}</i>`,
        })
      : say("web.predict.factor.product", { what: cellText })
  return {
    kind: "factor",
    cell,
    ask: questionText,
    before: [...shownFactors, ""].join(" · "),
    value,
    others: alternatives,
    known: mentionedCells,
    scale: at ? scaleOf(numbers, at.source) : 1,
    what: at ? cellName(numbers, at.source, at.cell) : say("web.predict.blank"),
  }
}

/**
 * Return a function that tests whether a cell's number is visible while the result is hidden.
 * @param {Numbers} numbers
 */
const isInSight =
  (numbers) =>
  (/** @type {Place} */ { source }) =>
    numbers.maps[source].kind === "filters"
    || (numbers.maps[source].kind === "row" && numbers.count(source) <= MOST_IN_SIGHT)

/**
 * Ask for the largest product of a sum, whose factors are given.
 * @param {Numbers} numbers @param {string} map @param {Cell} cell
 * @param {{ factors: Node[], filling: Filling, term: { cells: Record<string, Cell> | undefined, value: number }, terms: readonly object[], cellOf: (of: Record<string, Cell> | undefined, name: string) => Cell | undefined }} product
 * @returns {QuestionFields}
 */
function askProduct(numbers, map, cell, { factors, filling, term, terms, cellOf }) {
  const knownCells = factors.flatMap((node) => cellsOf(node, (name) => cellOf(term.cells, name)))
  const names = knownCells.map(({ source, cell: at }) => cellName(numbers, source, at)).join(" · ")
  const questionText = say("web.predict.product", {
    what: cellName(numbers, map, cell),
    n: terms.length,
    product: names,
  })
  const factorText = factors.map((node) => factor(filling.value(node))).join(" · ")
  return {
    kind: "product",
    cell,
    ask: questionText,
    before: factorText,
    value: term.value,
    scale: Math.abs(term.value),
    what: names,
    known: knownCells,
  }
}

/**
 * Return the cell of a factor that is an entry of an array, or [].
 * @param {Node} node @param {(name: string) => Cell | undefined} cellOf @returns {Place[]}
 */
function cellsOf(node, cellOf) {
  const cell = node.kind === "symbol" && !node.name.includes(".") ? cellOf(node.name) : undefined // names with a dot are not maps
  return node.kind === "symbol" && cell ? [{ source: node.name, cell }] : []
}

/**
 * Return the main product of an expression: itself, the argument of its sum, or its numerator.
 * @param {Node} node @returns {{ product: Node, sum: boolean } | null}
 */
function productIn(node) {
  if (node.kind === "binary" && node.sign === "*") return { product: node, sum: false }
  if (node.kind === "binary" && (node.sign === "/" || node.sign === "+")) return productIn(node.left)
  if (node.kind !== "call" || node.name !== "sum") return null
  const [inside] = node.args
  return inside.kind === "binary" && inside.sign === "*" ? { product: inside, sum: true } : null
}

/** @param {Node} node @returns {Node[]} */
const factorsOf = (node) =>
  node.kind === "binary" && node.sign === "*" ? [...factorsOf(node.left), ...factorsOf(node.right)] : [node]

// ---- a cell to click

/**
 * Ask which cell of a pooling window is the winner.
 * @param {Numbers} numbers @param {string} map @param {Cell} cell @returns {QuestionFields | null}
 */
function askWinner(numbers, map, cell) {
  const link = numbers.links(map).find(({ pattern }) => pattern === "winner" || pattern === "won")
  if (!link) return null
  const isBackward = link.pattern === "won"
  const [poolCell] = isBackward ? cells(numbers.reach(link, cell)) : [cell] // the pool's cell
  if (!poolCell) return null
  const pool = isBackward ? numbers.links(link.source.slice(1))[0] : link
  const candidates = cells(numbers.reach(pool, poolCell))
  const [right] = numbers.sources(pool, poolCell)
  const clickedMap = isBackward ? map : link.source
  const sourceMap = pool.source
  const clickedLabel = cellName(numbers, clickedMap, right)
  const poolLabel = cellName(numbers, isBackward ? link.source : map, poolCell)
  const questionText = say(`web.predict.${link.pattern}`, {
    made: poolLabel,
    clicked: `<i>${numbers.maps[clickedMap].label}</i>`,
  })
  const otherCells = candidates.map((at) => ({ source: sourceMap, cell: at, value: numbers.at(sourceMap, at) }))
  const value = numbers.at(sourceMap, right)
  if (otherCells.filter((other) => other.value >= value - numbers.tie(sourceMap)).length > 1) return null // several cells would be right
  const knownCells = isBackward ? [{ source: link.source, cell: poolCell }] : []
  return {
    kind: "winner",
    cell: right,
    ask: questionText,
    clicked: clickedMap,
    read: sourceMap,
    among: candidates,
    value,
    scale: 0,
    what: clickedLabel,
    others: otherCells,
    known: knownCells,
  }
}

/**
 * Ask for the largest cell of a map, if it is a convolution or a softmax.
 * @param {Numbers} numbers @param {string} map @param {Cell} cell @returns {QuestionFields | null}
 */
function askLargest(numbers, map, cell) {
  const { kind, shape, band } = numbers.maps[map]
  const patterns = numbers.links(map).map(({ pattern }) => pattern)
  const hasSliding = kind === "map" && patterns.includes("window") && shape[1] * shape[2] > 9
  const shares = kind === "row" && band === "values" && String(patterns) === "all" && shape[0] > 2
  if (!hasSliding && !shares) return null
  const searchedCells =
    kind === "row"
      ? [...Array(shape[0]).keys()].map((n) => [n])
      : cells(
          [cell[0], null, null].map((at, axis) => ({ start: at ?? 0, count: at === null ? shape[axis] : 1, step: 1 })),
        )
  const largestCell = searchedCells.reduce((a, b) => (numbers.at(map, b) > numbers.at(map, a) ? b : a))
  const name = cellName(numbers, map, largestCell)
  const where = kind === "map" && shape[0] > 1 ? say("web.predict.of_channel", { n: cell[0] }) : ""
  const questionText = say("web.predict.largest", { map: `<i>${numbers.maps[map].label}</i>${where}` })
  return {
    kind: "largest",
    cell: largestCell,
    ask: questionText,
    clicked: map,
    among: searchedCells,
    value: numbers.at(map, largestCell),
    scale: scaleOf(numbers, map),
    what: name,
  }
}

// ---- feedback

/** Return a message with a capital first letter. @param {string} id @param {import("../words.js").Values} values */
const sentence = (id, values) => capitalize(say(id, values))

/**
 * Judge a typed number.
 * @param {Numbers} numbers @param {Question} question @param {number} answer @returns {Judged}
 */
export function judge(numbers, question, answer) {
  const { value, scale, what, others = [], known = [] } = question
  const isClose = (/** @type {number} */ to, /** @type {number} */ relative, /** @type {number} */ floor) =>
    Math.abs(answer - to) <= Math.max(relative * Math.abs(to), floor * scale)
  const tolerance = question.kind === "change" ? 0 : MAP_TOLERANCE
  if (question.kind === "index") {
    const fields = { what, value: String(value), why: question.why }
    return answer === value
      ? { verdict: "right", say: sentence("web.predict.right", fields) }
      : { verdict: "wrong", say: sentence("web.predict.index_wrong", fields) }
  }
  const fields = { what, value: number(value), why: question.why }
  if (isClose(value, RELATIVE_TOLERANCE, tolerance))
    return { verdict: "right", say: sentence("web.predict.right", fields) }
  const otherAnswer = others.find((one) => Math.abs(answer - one.value) <= RELATIVE_TOLERANCE * Math.abs(one.value))
  if (otherAnswer && known.length && question.kind === "factor") {
    const values = {
      ...fields,
      other: cellName(numbers, otherAnswer.source, otherAnswer.cell),
      known: known[0] ? cellName(numbers, known[0].source, known[0].cell) : "",
    }
    return { verdict: "place", say: sentence("web.predict.place", values) }
  }
  if (isClose(value, NEAR_TOLERANCE, NEAR_TOLERANCE / 2))
    return { verdict: "near", say: sentence("web.predict.near", fields) }
  if (value && answer && Math.sign(answer) !== Math.sign(value))
    return { verdict: "sign", say: sentence("web.predict.sign", fields) }
  return {
    verdict: "wrong",
    say: sentence(Math.abs(answer) > Math.abs(value) ? "web.predict.too_large" : "web.predict.too_small", fields),
  }
}

/**
 * Judge a click on a cell.
 * @param {Numbers} numbers @param {Question} question @param {Cell} answer @returns {Judged}
 */
export function judgeClick(numbers, question, answer) {
  const { what, why, clicked = question.map, kind, value, others = [], among = [] } = question
  const clickedName = cellName(numbers, clicked, answer)
  if (kind === "winner") {
    const sourceMap = question.read ?? clicked
    const fields = { best: cellName(numbers, sourceMap, question.cell), value: number(value), why }
    if (String(answer) === String(question.cell))
      return { verdict: "right", say: sentence("web.predict.won_it", fields) }
    const otherAnswer = others.find(({ cell }) => String(cell) === String(answer))
    if (!otherAnswer)
      return { verdict: "place", say: sentence("web.predict.outside", { there: clickedName, what, why }) }
    const lostFields = { ...fields, there: cellName(numbers, sourceMap, answer), other: number(otherAnswer.value) }
    return { verdict: "place", say: sentence("web.predict.lost", lostFields) }
  }
  const clickedValue = numbers.at(clicked, answer)
  const fields = { there: clickedName, what, value: number(value), other: number(clickedValue), why }
  const minimum = Math.min(...among.map((cell) => numbers.at(clicked, cell)))
  if (among.length && !among.some(([channel]) => channel === answer[0]) && answer.length > 1)
    return { verdict: "place", say: sentence("web.predict.outside", { there: clickedName, what, why }) }
  if (clickedValue >= value - (1 - LARGEST_SHARE) * Math.abs(value))
    return { verdict: "right", say: sentence("web.predict.largest_right", fields) }
  if (value > 0 && clickedValue >= 0.7 * value)
    return { verdict: "near", say: sentence("web.predict.largest_near", fields) }
  if (minimum < 0 && clickedValue <= 0.7 * minimum)
    return { verdict: "sign", say: sentence("web.predict.largest_sign", fields) }
  return { verdict: "place", say: sentence("web.predict.largest_place", fields) }
}
