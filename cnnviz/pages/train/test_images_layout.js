// Layout of the test images: the column is the network's answer, the height its confidence. Before a training, the
// column is the class. Nothing is drawn here.

import { largestIndex } from "../../view/model/numbers/extremes.js"

/** @typedef {{ width: number, height: number, classes: number, floor: number, softmax?: boolean }} Frame  `floor`: no largest output is below it */
/**
 * @typedef {object} Layout
 * @property {number} size  of an image's side
 * @property {Float64Array} x  left edges
 * @property {Float64Array} y  upper edges
 * @property {number[]} order  in which they are drawn: the surest last
 * @property {number[]} columns  of each image
 */

export const LEFT = 52 // left edge of the columns, after the labels of the levels
const [LARGEST, SMALLEST, GAP] = [26, 11, 1]
const AT_START = 40 // largest size before a training
const MARGIN = 4 // on either side of a column
const PITCH = 0.4 // visible share of an image that another one overlaps
const [ROWS, LOWER] = [1 / 6, 1 / 8] // shares of the height: the most that an average column takes, and the most that an image is moved down
const LEVELS = [1, 0.97, 0.9, 0.7, 0.5, 0.3, 0.1, 0]
const APART = 22 // minimum distance between two levels in pixels

/**
 * Return the height of an output, 0 to 1: arcsin √p separates nearly certain and uncertain outputs equally well. NaN
 * is at 0.
 * @param {number} p
 */
export const angle = (p) => (Math.asin(Math.sqrt(Math.min(Math.max(p, 0), 1))) || 0) / (Math.PI / 2)

/** Return the outputs of one image. @param {{ o: Float64Array, classes: number }} crowd @param {number} i */
export const outputsOf = ({ o, classes }, i) => o.subarray(i * classes, (i + 1) * classes)

/**
 * Return the vertical centre of an image whose largest output is p.
 * @param {number} p
 * @param {Frame} frame
 * @param {number} size
 */
export function down(p, { height, floor }, size) {
  const [low, high] = [angle(floor), 1]
  return size / 2 + (height - size) * (1 - (Math.max(angle(p), low) - low) / (high - low))
}

/**
 * Return the levels with a line and a label, highest first.
 * @param {Frame} frame
 * @param {number} size
 */
export function levels(frame, size) {
  /** @type {{ p: number, y: number }[]} */
  const visibleLevels = []
  for (const p of LEVELS) {
    const y = down(p, frame, size)
    if (p >= frame.floor - 1e-9 && (!visibleLevels.length || y - visibleLevels[visibleLevels.length - 1].y >= APART))
      visibleLevels.push({ p, y })
  }
  return visibleLevels
}

/** @param {Frame} frame */
export const columnWidth = ({ width, classes }) => (width - LEFT) / classes

/**
 * Return the size of the images, so that `most` of them fit one column.
 * @param {Frame} frame
 * @param {number} most
 */
function imageSize(frame, most) {
  const room = columnWidth(frame) - 2 * MARGIN
  for (let size = LARGEST; size > SMALLEST; size--) {
    const beside = Math.floor((room + GAP) / (size + GAP))
    if (beside > 0 && Math.ceil(most / beside) * size * PITCH <= frame.height * ROWS) return size
  }
  return SMALLEST
}

/**
 * Return left edges beside each other in a column, the middle one first.
 * @param {number} left
 * @param {number} width
 * @param {number} size
 */
function slots(left, width, size) {
  const n = Math.max(1, Math.floor((width + GAP) / (size + GAP)))
  const middle = left + width / 2
  const edges = Array.from({ length: n }, (_, i) => middle + (i - n / 2) * (size + GAP) + GAP / 2)
  return edges.sort((a, b) => Math.abs(a + size / 2 - middle) - Math.abs(b + size / 2 - middle) || a - b)
}

/**
 * Place the images of an epoch at the heights of their largest outputs, beside each other. If the full width is
 * taken, move an image down; the order of confidence stays.
 * @param {{ o: Float64Array, classes: number }} crowd
 * @param {Frame} frame
 * @returns {Layout}
 */
export function layOutTestImages(crowd, frame) {
  const count = crowd.o.length / crowd.classes
  const columns = Array.from({ length: count }, (_, i) => largestIndex(outputsOf(crowd, i)))
  const sure = columns.map((column, i) => outputsOf(crowd, i)[column])
  const size = imageSize(frame, count / crowd.classes)
  const [x, y] = [new Float64Array(count), new Float64Array(count)]
  const surest = [...columns.keys()].sort((a, b) => sure[b] - sure[a] || a - b)
  const width = columnWidth(frame)
  const places = Array.from({ length: crowd.classes }, (_, n) =>
    slots(LEFT + n * width + MARGIN, width - 2 * MARGIN, size).map((left) => ({
      left,
      free: Number.NEGATIVE_INFINITY,
    })),
  )
  const pitch = pitches(columns, crowd.classes, places[0].length, frame.height, size)
  for (const i of surest) {
    const exact = down(sure[i], frame, size) - size / 2
    const columnSlots = places[columns[i]]
    const free = columnSlots.find((slot) => slot.free + size + GAP <= exact)
    const slot = free ?? columnSlots.reduce((best, one) => (one.free < best.free ? one : best))
    x[i] = slot.left
    y[i] = Math.min(Math.max(exact, slot.free + (free ? 0 : pitch[columns[i]])), frame.height - size)
    slot.free = y[i]
  }
  return { size, x, y, order: surest.reverse(), columns }
}

/**
 * Return the minimum vertical distance between images, by column.
 * @param {number[]} columns @param {number} classes @param {number} beside @param {number} height @param {number} size
 */
function pitches(columns, classes, beside, height, size) {
  const rows = (/** @type {number} */ n) => Math.ceil(columns.filter((column) => column === n).length / beside)
  return Array.from({ length: classes }, (_, n) => Math.min(size * PITCH, (height * LOWER) / Math.max(rows(n), 1)))
}

/**
 * Place the images before a training: each class in rows from `top` on.
 * @param {ArrayLike<number>} labels
 * @param {Frame} frame
 * @param {number} top
 * @returns {Layout}
 */
export function startLayout(labels, frame, top) {
  const columns = Array.from(labels)
  const width = columnWidth(frame)
  const largestClass = Math.max(
    ...Array.from({ length: frame.classes }, (_, n) => columns.filter((label) => label === n).length),
  )
  const besides = (/** @type {number} */ size) => Math.max(1, Math.floor((width - 2 * MARGIN + GAP) / (size + GAP)))
  let size = AT_START
  while (size > SMALLEST && top + Math.ceil(largestClass / besides(size)) * (size + GAP) > frame.height) size -= 1
  const beside = besides(size)
  const seen = new Array(frame.classes).fill(0)
  const [x, y] = [new Float64Array(columns.length), new Float64Array(columns.length)]
  columns.forEach((column, i) => {
    const place = seen[column]++
    x[i] = LEFT + column * width + MARGIN + (place % beside) * (size + GAP)
    y[i] = top + Math.floor(place / beside) * (size + GAP)
  })
  return { size, x, y, order: [...columns.keys()], columns }
}

/**
 * Return the topmost image at a point, or -1.
 * @param {Layout} layout
 * @param {number} left
 * @param {number} top
 */
export function imageAt({ size, x, y, order }, left, top) {
  for (let n = order.length - 1; n >= 0; n--) {
    const i = order[n]
    if (left >= x[i] && left < x[i] + size && top >= y[i] && top < y[i] + size) return i
  }
  return -1
}

/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

/**
 * Return the nearest image in a direction, or the same one if there is none.
 * @param {Layout} layout
 * @param {number} i
 * @param {string} key
 */
export function neighbour({ x, y }, i, key) {
  const [right, below] = WAYS[key]
  let [best, least] = [i, Number.POSITIVE_INFINITY]
  for (let n = 0; n < x.length; n++) {
    const [dx, dy] = [x[n] - x[i], y[n] - y[i]]
    const ahead = dx * right + dy * below
    const aside = Math.abs(dx * below) + Math.abs(dy * right)
    const far = ahead + 3 * aside
    if (n !== i && ahead > 0 && far < least) [best, least] = [n, far]
  }
  return best
}
