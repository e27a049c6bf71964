// Marks on the maps: the ones that the stage computes and reads, and the cells behind the selected one.

import { singleIndex } from "../../view/model/explain/cell_links.js"

/** @import { Step, Subject } from "./step.js" */
/** @import { Numbers, Range } from "../../view/types/view.js" */

/** Mark the maps that the stage computes and reads, and those that are not computed yet. @param {Step} step */
export function markMaps(step) {
  const { overview, plates, view } = step
  const { stage, player } = view
  const { makes, inputs, phase } = step.numbers.said[stage]
  for (const [symbol, { figure }] of Object.entries(plates)) {
    const ahead = step.isAhead(symbol)
    figure.classList.toggle("ahead", ahead)
    plates[symbol].setLabel(step.hiddenReason(symbol))
    figure.classList.toggle("filling", player.computedCount(symbol) !== Number.POSITIVE_INFINITY)
    figure.classList.toggle("now", makes.includes(symbol))
    figure.classList.toggle("asked", step.predicting.question?.clicked === symbol)
    figure.classList.toggle("input", inputs.includes(symbol))
    figure.classList.toggle("backward", phase === "backward")
  }
  overview.element.classList.toggle("back", phase === "backward" || phase === "update")
}

/**
 * Outline the selected cell and its sources. `data-lit` has them for tests.
 * @param {Step} step
 * @param {Subject} subject
 */
export function markCells(step, { map, cell }) {
  const { numbers, plates } = step
  const target = step.mainMap(map)
  const updateLink = { target, source: `d${target}`, pattern: "same", geometry: {}, places: [] }
  /** @type {Record<string, string>} */
  const litCells = {}
  for (const plate of Object.values(plates)) plate.marks = []
  const isMasked = step.isMasked(map)
  for (const link of map === "update" ? [updateLink] : numbers.links(map)) {
    const plate = plates[link.source]
    if (!plate || link.source === target) continue
    const ranges = numbers.reach(link, cell)
    const hasWinner = (link.pattern === "winner" || link.pattern === "won") && !isMasked // do not reveal the winner
    plate.marks.push({ ranges, thin: hasWinner })
    const winnerCells = hasWinner ? numbers.sources(link, cell) : []
    for (const winner of winnerCells) plate.marks.push({ ranges: winner.map(singleIndex) })
    litCells[link.source] = hasWinner ? JSON.stringify({ cells: winnerCells }) : litBlock(numbers, link.source, ranges)
  }
  plates[target]?.marks.push({ ranges: cell.map(singleIndex), strong: true })
  step.predicting.markCells()
  for (const [symbol, plate] of Object.entries(plates)) {
    const value = litCells[symbol] ?? (symbol === target ? "target" : "")
    if (plate.markKey !== value) plate.canvas.dataset.lit = plate.markKey = value
  }
}

/**
 * Return rows, columns and output of the marked cells, and their channels and filters if there are several.
 * @param {Numbers} numbers @param {string} symbol @param {Range[]} ranges
 */
function litBlock(numbers, symbol, ranges) {
  const { kind, shape } = numbers.maps[symbol]
  const [rows, columns] = ranges.slice(-2)
  if (kind === "row") return JSON.stringify([ranges[0], singleIndex(0), null])
  if (kind === "weights") {
    const output = ranges[ranges.length - 1]
    const n = output.count === 1 && shape[shape.length - 1] > 1 ? output.start : null
    if (ranges.length < 4) return JSON.stringify([ranges[0], singleIndex(0), n])
    return JSON.stringify([ranges[1], ranges[2], n, ...(shape[0] > 1 ? [ranges[0]] : [])])
  }
  const hasSeveral = shape.slice(0, -2).some((n) => n > 1)
  return JSON.stringify([rows, columns, null, ...(hasSeveral ? ranges.slice(0, -2) : [])])
}
