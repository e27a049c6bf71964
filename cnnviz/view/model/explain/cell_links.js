// The cells that a cell is computed from, by named pattern: the counterpart of cnnviz/core/network/cell_links.py,
// with which tests compare it. A cell has an index per axis of its array. A pattern reaches a range per axis.

/** @typedef {number[]} Cell  an index per axis, such as channel, row and column */
/** @typedef {{ start: number, count: number, step: number }} Range  evenly spaced indices */
/** @typedef {{ target: string, source: string, pattern: string, geometry: Record<string, number>, places: number[] }} Link */
/** @typedef {(cell: Cell) => number} Reader  returns the value of a cell */

/** Return the range of a single index. @param {number} at @returns {Range} */
export const singleIndex = (at) => ({ start: at, count: 1, step: 1 })

/** Return up to `most` indices around one, within an axis. @param {number} at @param {number} size of the axis @param {number} most @returns {Range} */
export function rangeAround(at, size, most) {
  const count = Math.min(most, size)
  return { start: Math.min(Math.max(at - (count >> 1), 0), size - count), count, step: 1 }
}

/** @type {(shape: number[]) => Range[]} */
const fullRanges = (shape) => shape.map((size) => ({ start: 0, count: size, step: 1 }))

/** @type {(range: Range, size: number) => Range} */
function clip({ start, count, step }, size) {
  const first = start < 0 ? Math.ceil(-start / step) : 0
  const last = Math.min(count - 1, Math.floor((size - 1 - start) / step))
  return { start: start + first * step, count: Math.max(0, last - first + 1), step }
}

// Range under the window at output index `at`, and range under one cell of the window over all positions.
/** @type {(link: Link, at: number) => Range} */
const windowRange = ({ geometry: g }, at) => ({ start: g.stride * at - g.before, count: g.k, step: g.dilation })
/** @type {(link: Link, weight: number, axis: number) => Range} */
const positionRange = ({ geometry: g, places }, weight, axis) => ({
  start: g.dilation * weight - g.before,
  count: places[axis],
  step: g.stride,
})

/** @type {(found: number[]) => Range} */
const rangeOf = (indices) => ({
  start: indices[0] ?? 0,
  count: indices.length,
  step: indices.length > 1 ? indices[1] - indices[0] : 1,
})
/** @type {(size: number) => number[]} */
const upTo = (size) => [...Array(size).keys()]

// Return the output indices whose window covers an input index.
/** @type {(link: Link, at: number, size: number) => Range} */
function coveringRange({ geometry: g }, at, size) {
  const positions = upTo(size).filter((position) => {
    const offset = at + g.before - g.stride * position
    return offset >= 0 && offset <= g.dilation * (g.k - 1) && offset % g.dilation === 0
  })
  return rangeOf(positions)
}

// Return the window indices that lie on an input index at some position.
/** @type {(link: Link, at: number, size: number, axis: number) => Range} */
function passingRange({ geometry: g, places }, at, size, axis) {
  const weights = upTo(size).filter((weight) => {
    const position = (at + g.before - g.dilation * weight) / g.stride
    return Number.isInteger(position) && position >= 0 && position < places[axis]
  })
  return rangeOf(weights)
}

/** @type {Record<string, (link: Link, cell: Cell, shape: number[]) => Range[]>} */
const SPREAD = {
  same: (_, cell) => cell.map(singleIndex),
  all: (_, __, shape) => fullRanges(shape),
  channel: (_, cell, shape) => [singleIndex(cell[0]), ...fullRanges(shape.slice(1))],
  group: ({ geometry: g }, cell, shape) => {
    const count = shape[0] / (g.groups || shape[0])
    return [{ start: Math.floor(cell[0] / count) * count, count, step: 1 }, ...fullRanges(shape.slice(1))]
  },
  last: (_, cell, shape) => [...fullRanges(shape.slice(0, -1)), singleIndex(cell[cell.length - 1])],
  unit: (_, cell, shape) => [...cell.slice(0, shape.length).map(singleIndex), ...fullRanges(shape.slice(cell.length))],
  window: (link, cell, shape) => [fullRanges(shape)[0], windowRange(link, cell[1]), windowRange(link, cell[2])],
  touched: (link, cell) => [singleIndex(cell[1]), positionRange(link, cell[2], 0), positionRange(link, cell[3], 1)],
  covering: (link, cell, shape) => [
    fullRanges(shape)[0],
    coveringRange(link, cell[1], shape[1]),
    coveringRange(link, cell[2], shape[2]),
  ],
  passing: (link, cell, shape) => [
    fullRanges(shape)[0],
    singleIndex(cell[0]),
    passingRange(link, cell[1], shape[2], 0),
    passingRange(link, cell[2], shape[3], 1),
  ],
  pool: (link, cell) => [singleIndex(cell[0]), windowRange(link, cell[1]), windowRange(link, cell[2])],
  unpool: (link, cell, shape) => [
    singleIndex(cell[0]),
    coveringRange(link, cell[1], shape[1]),
    coveringRange(link, cell[2], shape[2]),
  ],
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
  const cellCount = ranges.reduce((product, { count }) => product * count, 1)
  return Array.from({ length: cellCount }, (_, n) => {
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
 * @param {Cell[]} candidates @param {Reader} read
 */
export function winner(candidates, read, tie = 0) {
  const threshold = Math.max(...candidates.map(read)) - tie
  return candidates.find((cell) => read(cell) >= threshold) ?? candidates[0]
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
  const poolLink = { ...link, pattern: "pool" }
  return reached.filter(
    (position) => String(winner(cells(reach(poolLink, position, inputShape)), read, tie)) === String(cell),
  )
}

/** @type {(cell: Cell, shape: number[]) => boolean} */
const isInside = (cell, shape) => cell.every((at, axis) => at >= 0 && at < shape[axis])

/**
 * Return the pairs of cells of two links that meet in a product, in reading order of the first.
 * @param {Link} first @param {Link} second @param {Cell} cell @param {number[]} shape @param {number[]} otherShape
 * @returns {[Cell, Cell][]}
 */
export function pairs(first, second, cell, shape, otherShape) {
  const isReversed = [first.pattern, second.pattern].sort().join() === "covering,passing"
  const left = cells(spread(first, cell, shape))
  const ranges = spread(second, cell, otherShape)
  // A later position means an earlier weight.
  const right = cells(
    isReversed ? ranges.map((range, axis) => (axis < ranges.length - 2 ? range : reversed(range))) : ranges,
  )
  /** @type {[Cell, Cell][]} */
  const cellPairs = []
  left.forEach((at, n) => {
    if (isInside(at, shape) && isInside(right[n], otherShape)) cellPairs.push([at, right[n]])
  })
  return cellPairs
}

/** @type {(range: Range) => Range} */
const reversed = ({ start, count, step }) => ({ start: start + (count - 1) * step, count, step: -step })
