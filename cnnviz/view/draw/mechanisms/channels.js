// A sum over channels: each has a map with a window, a kernel, and a partial sum. One channel can be opened.

import { exactSum } from "../../model/numbers/exact_sum.js"
import { exponentOf, timesPower } from "../../model/numbers/format.js"
import { formatFixed } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { drawChannelsUpright } from "./channels_upright.js"
import {
  boxOf,
  channelName,
  drawBeam,
  drawLargest,
  drawPadded,
  fitBox,
  isLegible,
  kernelName,
  middleOf,
  ringCell,
  sizeOf,
} from "./windows.js"

/** @import { Box, Cell, Numbers, Pen } from "../../types/view.js" */
/** @typedef {{ channel: number, value: number, a: number[], b: number[], cells: Cell[], at: [number, number] }} Column  partial sum of a channel, the inputs under its kernel, the kernel, and its filter and channel */
/** @typedef {{ made: string, cell: Cell, read: string, f: string, ring: import("../sheet.js").Ring, zeros: { before: number, below: number, right: number }, columns: Column[], bias?: string, back?: boolean }} Sum  symbol and cell of a sum, and the direction of its channels */
/** @typedef {{ channels: number[], at: number, width: number, open: boolean }} Place  of a column: its channels and left end */

const [OPENED, MOST, LARGEST] = [4, 16, 12] // number of channels that are all opened, that are all drawn, and that are drawn of more
const BIAS = 52
const EDGE = 36 // between the columns and their result
const CELL = 43 // cell of an opened grid
const GUTTER = 38 // around a window and its kernel

/** @param {Pen} pen @param {Numbers} numbers @param {Sum} sum */
export function drawChannels(pen, numbers, sum) {
  if (pen.upright) return drawChannelsUpright(pen, numbers, sum)
  const { made, cell, back = false } = sum
  const tall = pen.height - HEAD - footOf(pen) - 16
  const target = fitBox(numbers, made, 0, HEAD, Math.min(pen.width * 0.2, 300), Math.min(tall, 260))
  target.x = back ? 3 : pen.width - target.width - 3
  const note = target.width > 150 ? sizeOf(numbers, made) : ""
  pen.writeHead(
    channelName(numbers, made, cell[0]),
    note,
    target.x,
    13,
    target.width,
    numbers.maps[made].plain,
    pen.tone,
  )
  pen.drawMap(numbers, made, [cell[0]], target, [], undefined, false)
  pen.frame(target, "made")
  const edge = back ? target.x + target.width + EDGE : 0
  const places = layOut(pen, sum, edge, back ? pen.width : target.x - EDGE)
  const rows = layOutHeights(pen, sum, places)
  const { label, plain } = numbers.maps[sum.read]
  const words = back ? say("web.mechanism.arrived") : plain
  pen.writeHead(label, "", edge, 13, 400, [sum.columns.length, words].join(" × "))
  for (const place of places) drawColumn(pen, numbers, sum, place, rows)
  if (places.length < sum.columns.length) drawUnfold(pen, sum, places, rows)
  const total = drawTotal(pen, numbers, sum, places, target)
  const [x, y] = middleOf(numbers, made, target, cell)
  const under = target.y + target.height + 9
  const middle = total.x + total.width / 2
  const beside = middle + 34 // the total, and under the line to its cell
  pen.drawColourBar(numbers.maps[made].limits, numbers.maps[made].scale, {
    x: beside,
    y: under,
    width: target.x + target.width - beside,
    height: 0,
  })
  pen.drawLead([middle, total.y], [middle, under], [x, under], [x, y + 6])
  ringCell(pen, numbers, made, cell, target)
}

/** Return the height of the staircase with its numbers. @param {Pen} pen */
const footOf = ({ height }) => Math.min(Math.max(0.31 * height, 92), 136)

/**
 * Lay out the columns: all channels, or of many the largest partial sums and the rest. Opened channels have room for
 * numbers.
 * @param {Pen} pen @param {Sum} sum @param {number} from @param {number} to @returns {Place[]}
 */
function layOut(pen, { columns, bias }, from, to) {
  const unfolded = pen.choice.unfolded === true
  const k = Math.sqrt(columns[0].b.length)
  const strongest = columns
    .toSorted((one, other) => Math.abs(other.value) - Math.abs(one.value))
    .map(({ channel }) => channel)
  const opened = columns.length <= OPENED ? strongest : unfolded ? [] : [pen.choice.open ?? strongest[0]]
  const kept =
    columns.length <= MOST || unfolded ? strongest : [...new Set([...opened, ...strongest])].slice(0, LARGEST)
  const rest = strongest.filter((channel) => !kept.includes(channel))
  const all = [...kept.toSorted((a, b) => a - b).map((channel) => [channel]), ...(rest.length ? [rest] : [])]
  const room = to - from - (bias ? BIAS : 0)
  const wide = Math.min(2 * k * CELL + GUTTER, 0.42 * room)
  const pitch = all.length > opened.length ? (room - opened.length * wide) / (all.length - opened.length) : 0
  const large = pitch ? wide : Math.min(room / opened.length, 2 * k * CELL + GUTTER + 16)
  let at = from
  return all.map((channels) => {
    const open = channels.length === 1 && opened.includes(channels[0])
    const place = { channels, at, width: open ? large : Math.min(pitch, 90), open }
    at += place.width
    return place
  })
}

/** Return the heights of the parts of a column. @param {Pen} pen @param {Sum} sum @param {Place[]} places */
function layOutHeights(pen, { columns }, places) {
  const k = Math.sqrt(columns[0].b.length)
  const free = pen.height - HEAD - footOf(pen) - 26
  const [opened] = places.filter(({ open }) => open)
  const grid = opened ? Math.min((opened.width - GUTTER) / 2, free * 0.62, CELL * k) : 0
  const map = Math.min(free - Math.max(grid, 60), 130)
  return { map, grid, top: HEAD + 4, low: HEAD + 4 + map + 20, foot: pen.height - footOf(pen), k }
}

// Draw a channel: its map with the window, the kernel under it, and its number.
/** @param {Pen} pen @param {Numbers} numbers @param {Sum} sum @param {Place} place @param {ReturnType<typeof layOutHeights>} rows */
function drawColumn(pen, numbers, sum, { channels, at, width, open }, rows) {
  const own = sum.columns[channels[0]]
  if (channels.length > 1) return
  if (open) return drawPanel(pen, numbers, sum, own, { at, width }, rows)
  const side = Math.min(width - 4, rows.map)
  const box = drawChannelMap(pen, numbers, sum, own.channel, {
    x: at + (width - side) / 2,
    y: rows.top,
    width: side,
    height: side,
  })
  const low = box.y + box.height + 28
  const tile = Math.min(width - 14, 50, rows.foot - low - 24)
  const middle = at + width / 2
  const term = String(own.channel)
  if (tile > 12) {
    const kernel = { x: middle - tile / 2, y: low, width: tile, height: tile }
    pen.writeText("⊙", middle, low - 14, { size: 16, align: "center", fill: pen.soft })
    pen.picture(rows.k, rows.k, (n) => own.b[n], numbers.maps[sum.f].limits, "signed", kernel)
    pen.writeNote(term, middle, kernel.y + tile + 13, { align: "center" })
  }
  const touched = {
    x: at + 1,
    y: box.y - 2,
    width: width - 2,
    height: (tile > 12 ? low + tile + 26 : box.y + box.height + 4) - box.y,
  }
  pen.addSpot(touched, term, { open: own.channel, unfolded: false })
}

/**
 * Draw a channel's map with the window in it.
 * @param {Pen} pen @param {Numbers} numbers @param {Sum} sum @param {number} channel @param {Box} place @returns {Box}
 */
function drawChannelMap(pen, numbers, { read, zeros, ring }, channel, place) {
  const [rows, columns] = numbers.shape(read).slice(-2)
  const box = drawPadded(pen, [rows, columns], zeros, place)
  pen.drawMap(numbers, read, [channel], box, [], undefined, false)
  pen.ring(ring, rows, columns, box)
  return box
}

// Draw an opened channel: window and kernel with all numbers.
/** @param {Pen} pen @param {Numbers} numbers @param {Sum} sum @param {Column} own @param {{ at: number, width: number }} place @param {ReturnType<typeof layOutHeights>} rows */
function drawPanel(pen, numbers, sum, own, { at, width }, rows) {
  const { read, f, ring, columns } = sum
  const { k, grid } = rows
  const { context } = pen
  if (columns.length > OPENED) {
    context.globalAlpha = 0.09
    context.fillStyle = pen.tone
    context.beginPath()
    context.roundRect(at, HEAD - 2, width - 4, rows.foot - HEAD - 2, 8)
    context.fill()
    context.globalAlpha = 1
  }
  const left = at + (columns.length > OPENED ? 8 : 2)
  const box = drawChannelMap(pen, numbers, sum, own.channel, {
    x: left,
    y: rows.top,
    width: rows.map,
    height: rows.map,
  })
  const wide = Math.min((width - GUTTER) / 2, CELL * k)
  const boxes = [left, left + wide + 20].map((x) => ({ x, y: rows.low, width: wide, height: grid }))
  drawBeam(pen, boxOf(numbers, read, box, ring), boxes[0])
  const name = channelName(numbers, read, own.channel)
  const words = box.x + box.width + 12
  pen.writeSymbol(name, words, rows.top + 12, { size: 18 })
  const exponent = exponentOf(Math.max(...own.a.map((value) => Math.abs(value) || 0)))
  const unit = timesPower(exponent)
  const how = [`${name} ⊙ ${kernelName(numbers, f, own.at)}`, unit].filter(Boolean).join(", ")
  const room = at + width - words - 8
  if (rows.map > 40) pen.writeNote(isLegible(pen, how, room) ? how : unit, words, rows.top + 34, { room })
  const scaled = own.a.flatMap((value) => (Number.isNaN(value) ? [] : [value / 10 ** exponent]))
  const [write, weight] = [scaled, own.b].map((values) => {
    const fits = (/** @type {number} */ count) => pen.fontSizeFor(values.map(formatRounded(count)), wide / k, grid / k)
    const large = values.some((value) => Math.abs(value) >= 10) // small values need their decimals
    return formatRounded([2, 1, ...(large ? [0] : [])].find(fits) ?? 2)
  })
  const { limits, scale } = numbers.maps[read]
  const term = (/** @type {number} */ n) => `${own.channel},${n}`
  const cells = { symbol: read, cell: (/** @type {number} */ n) => own.cells[n] }
  const fits = [
    pen.drawGrid(own.a, k, limits, scale, boxes[0], {
      write: (value) => write(value / 10 ** exponent),
      blank: "0",
      term,
      ...cells,
    }),
  ]
  pen.drawSign("⊙", boxes[1].x - 10, rows.low + grid / 2)
  fits.push(pen.drawKernel(numbers, f, own.at[0], own.at[1], boxes[1], { write: weight, term }))
  if (fits.includes(false)) drawLargest(pen, { a: own.a, b: own.b, k, boxes }, left, rows.low + grid + 10, width - 16)
}

/** @param {number} count number of decimals */
const formatRounded = (count) => (/** @type {number} */ value) =>
  formatFixed(value, Number.isInteger(value) ? 0 : count)

// Draw a label for the channels that are left out; a click unfolds them.
/** @param {Pen} pen @param {Sum} sum @param {Place[]} places @param {ReturnType<typeof layOutHeights>} rows */
function drawUnfold(pen, { columns }, places, rows) {
  const { channels, at, width } = places[places.length - 1]
  const middle = at + width / 2
  const y = (rows.top + rows.foot) / 2
  pen.writeText(`+ ${channels.length}`, middle, y - 12, { bold: true, align: "center", fill: pen.tone, room: width })
  pen.writeNote(say("web.mechanism.others"), middle, y + 8, { align: "center", room: width + 8 })
  const box = { x: at, y: rows.top, width, height: rows.foot - rows.top }
  pen.addSpot(box, "rest", { unfolded: true })
  if (columns.length > MOST) pen.frame({ x: at + 3, y: y - 28, width: width - 6, height: 52 })
}

// Draw the partial sums as a staircase under their columns, and the total under the result.
/** @param {Pen} pen @param {Numbers} numbers @param {Sum} sum @param {Place[]} places @param {Box} target @returns {Box} */
function drawTotal(pen, numbers, { made, cell, columns, bias, back }, places, target) {
  const most = Math.max(...columns.map(({ value }) => Math.abs(value)), 0)
  const limits = [-most, most]
  /** @type {import("../sums.js").Term[]} */
  const steps = places.map(({ channels }) => ({
    value: exactSum(channels.map((channel) => columns[channel].value)),
    term: channels.length > 1 ? "rest" : String(channels[0]),
    limits,
  }))
  const middles = places.map(({ at, width }) => at + width / 2)
  const end = places[places.length - 1]
  if (bias) {
    steps.push({ value: numbers.at(bias, [cell[0]]), term: "b", limits, symbol: bias, cell: [cell[0]] })
    middles.push(end.at + end.width + BIAS / 2)
    const x = end.at + end.width + 8
    pen.writeText("+", x, HEAD + 40, { fill: pen.soft })
    pen.writeSymbol(numbers.maps[bias].label, x + 14, HEAD + 40, { size: 18, fill: pen.soft })
    const box = { x: x - 4, y: HEAD + 24, width: BIAS - 8, height: 32 }
    pen.spots.push({ box, term: "b", symbol: bias, cell: [cell[0]] })
  }
  const ordered = back ? steps.toReversed() : steps
  const at = [...(back ? middles.toReversed() : middles), target.x + (back ? 40 : 22)]
  const pitch = Math.min(...places.filter(({ open }) => !open).map(({ width }) => width), 90)
  const box = { x: 0, y: pen.height - footOf(pen) + 14, width: pen.width, height: footOf(pen) - 48 }
  return pen.drawStairs(ordered, numbers.at(made, cell), box, {
    places: at,
    figures: pitch > 30,
    wide: Math.min(40, pitch * 0.62),
    paint: pen.colourOf(numbers, made, cell),
    room: pitch,
  })
}
