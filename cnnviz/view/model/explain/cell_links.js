// The cells that a cell is computed from, by named pattern: the counterpart of cnnviz/core/network/cell_links.py,
// with which tests compare it. A cell has an index per axis of its array. A pattern reaches a range per axis.

/** @typedef {number[]} Cell  an index per axis, such as channel, row and column */
/** @typedef {{ start: number, count: number, step: number }} Range  evenly spaced indices */
/** @typedef {{ target: string, source: string, pattern: string, geometry: Record<string, number>, places: number[] }} Link */
/** @typedef {(cell: Cell) => number} Reader  returns the value of a cell */

/** Return the range of a single index. @param {number} at @returns {Range} */
export const one = (at) => ({ start: at, count: 1, step: 1 })

/** @type {(shape: number[]) => Range[]} */
const every = (shape) => shape.map((size) => ({ start: 0, count: size, step: 1 }))

/** @type {(range: Range, size: number) => Range} */
function clip({ start, count, step }, size) {
  const first = start < 0 ? Math.ceil(-start / step) : 0
  const last = Math.min(count - 1, Math.floor((size - 1 - start) / step))
  return { start: start + first * step, count: Math.max(0, last - first + 1), step }
}

// Range under the window at output index `at`, and range under one cell of the window over all positions.
/** @type {(link: Link, at: number) => Range} */
const under = ({ geometry: g }, at) => ({ start: g.stride * at - g.before, count: g.k, step: g.dilation })
/** @type {(link: Link, weight: number, axis: number) => Range} */
const touched = ({ geometry: g, places }, weight, axis) => ({
  start: g.dilation * weight - g.before,
  count: places[axis],
  step: g.stride,
})

/** @type {(found: number[]) => Range} */
const stepping = (found) => ({
  start: found[0] ?? 0,
  count: found.length,
  step: found.length > 1 ? found[1] - found[0] : 1,
})
/** @type {(size: number) => number[]} */
const upTo = (size) => [...Array(size).keys()]

// Return the output indices whose window covers an input index.
/** @type {(link: Link, at: number, size: number) => Range} */
function covering({ geometry: g }, at, size) {
  const found = upTo(size).filter((place) => {
    const within = at + g.before - g.stride * place
    return within >= 0 && within <= g.dilation * (g.k - 1) && within % g.dilation === 0
  })
  return stepping(found)
}

// Return the window indices that lie on an input index at some position.
/** @type {(link: Link, at: number, size: number, axis: number) => Range} */
function passing({ geometry: g, places }, at, size, axis) {
  const found = upTo(size).filter((weight) => {
    const place = (at + g.before - g.dilation * weight) / g.stride
    return Number.isInteger(place) && place >= 0 && place < places[axis]
  })
  return stepping(found)
}

/** @type {Record<string, (link: Link, cell: Cell, shape: number[]) => Range[]>} */
const SPREAD = {
  same: (_, cell) => cell.map(one),
  all: (_, __, shape) => every(shape),
  channel: (_, cell, shape) => [one(cell[0]), ...every(shape.slice(1))],
  group: ({ geometry: g }, cell, shape) => {
    const count = shape[0] / (g.groups || shape[0])
    return [{ start: Math.floor(cell[0] / count) * count, count, step: 1 }, ...every(shape.slice(1))]
  },
  last: (_, cell, shape) => [...every(shape.slice(0, -1)), one(cell[cell.length - 1])],
  unit: (_, cell, shape) => [...cell.slice(0, shape.length).map(one), ...every(shape.slice(cell.length))],
  window: (link, cell, shape) => [every(shape)[0], under(link, cell[1]), under(link, cell[2])],
  touched: (link, cell) => [one(cell[1]), touched(link, cell[2], 0), touched(link, cell[3], 1)],
  covering: (link, cell, shape) => [
    every(shape)[0],
    covering(link, cell[1], shape[1]),
    covering(link, cell[2], shape[2]),
  ],
  passing: (link, cell, shape) => [
    every(shape)[0],
    one(cell[0]),
    passing(link, cell[1], shape[2], 0),
    passing(link, cell[2], shape[3], 1),
  ],
  pool: (link, cell) => [one(cell[0]), under(link, cell[1]), under(link, cell[2])],
  unpool: (link, cell, shape) => [one(cell[0]), covering(link, cell[1], shape[1]), covering(link, cell[2], shape[2])],
}
SPREAD.winner = SPREAD.pool // of which the largest counts, the first of equal ones
SPREAD.won = SPREAD.unpool // of which those count whose winner is this cell

export const PATTERNS = Object.keys(SPREAD)

/**
 * Return the ranges that a link reaches, including padding, so that two links of one cell stay aligned.
 * @param {Link} link @param {Cell} cell @param {number[]} shape of the source
 */
export const spread = (link, cell, shape) => SPREAD[link.pattern](link, cell, shape)

/**
 * Return a range along each axis of the source, without padding.
 * @param {Link} link @param {Cell} cell @param {number[]} shape of the source
 */
export const reach = (link, cell, shape) => spread(link, cell, shape).map((range, axis) => clip(range, shape[axis]))

/** Return every cell in the ranges, in reading order. @param {Range[]} ranges @returns {Cell[]} */
export function cells(ranges) {
  const all = ranges.reduce((product, { count }) => product * count, 1)
  return Array.from({ length: all }, (_, n) => {
    const cell = ranges.map(({ start }) => start)
    for (let axis = cell.length - 1; axis >= 0; axis--) {
      const { count, step } = ranges[axis]
      cell[axis] += (n % count) * step
      n = Math.floor(n / count)
    }
    return cell
  })
}

/**
 * Return the first cell with the largest value; values within `tie` count as equal.
 * @param {Cell[]} places @param {Reader} read
 */
export function winner(places, read, tie = 0) {
  const least = Math.max(...places.map(read)) - tie
  return places.find((place) => read(place) >= least) ?? places[0]
}

/**
 * Return the source cells, including those selected by value. For "won" links, `read` returns the values of the
 * pool's input, whose shape is `inputShape`.
 * @param {Link} link @param {Cell} cell @param {number[]} shape @param {Reader} read @param {number[]} inputShape
 * @param {number} tie difference up to which inputs of a pool count as equal
 */
export function sources(link, cell, shape, read, inputShape = shape, tie = 0) {
  const reached = cells(reach(link, cell, shape))
  if (link.pattern === "winner") return reached.length ? [winner(reached, read, tie)] : []
  if (link.pattern !== "won") return reached
  const own = { ...link, pattern: "pool" }
  return reached.filter((place) => String(winner(cells(reach(own, place, inputShape)), read, tie)) === String(cell))
}

/** @type {(cell: Cell, shape: number[]) => boolean} */
const inside = (cell, shape) => cell.every((at, axis) => at >= 0 && at < shape[axis])

/**
 * Return the pairs of cells of two links that meet in a product, in reading order of the first.
 * @param {Link} first @param {Link} second @param {Cell} cell @param {number[]} shape @param {number[]} other
 * @returns {[Cell, Cell][]}
 */
export function pairs(first, second, cell, shape, other) {
  const turned = [first.pattern, second.pattern].sort().join() === "covering,passing"
  const left = cells(spread(first, cell, shape))
  const ranges = spread(second, cell, other)
  // A later position means an earlier weight.
  const right = cells(turned ? ranges.map((range, axis) => (axis < ranges.length - 2 ? range : back(range))) : ranges)
  /** @type {[Cell, Cell][]} */
  const met = []
  left.forEach((at, n) => {
    if (inside(at, shape) && inside(right[n], other)) met.push([at, right[n]])
  })
  return met
}

/** @type {(range: Range) => Range} */
const back = ({ start, count, step }) => ({ start: start + (count - 1) * step, count, step: -step })
