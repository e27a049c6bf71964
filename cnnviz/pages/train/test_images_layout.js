// Layouts of the photographs: a heap before the first epoch, columns by answer after it, and the cells of the
// confusion matrix. Each is a pure function of the outputs and the frame; nothing is drawn here.

import { largestIndex } from "../../view/model/numbers/extremes.js"

/** @typedef {{ o: Float64Array, classes: number }} Outputs  of all photographs at an epoch */
/** @typedef {{ width: number, height: number, classes: number }} Frame  the canvas in CSS pixels */
/**
 * @typedef {object} Layout
 * @property {number} size  of a photograph's side
 * @property {Float64Array} x  left edges
 * @property {Float64Array} y  upper edges
 * @property {Float64Array} turn  angles in radians
 * @property {number[]} order  in which they are drawn, the topmost last
 * @property {number[]} columns  the answer to each photograph, or its class in the heap
 */

const [LARGEST_IN_HEAP, COVER, TURN] = [58, 1.12, (16 * Math.PI) / 180] // COVER: side over the root of the area of each
const GOLDEN = (Math.sqrt(5) - 1) / 2
const [LARGEST, SMALLEST, GAP, LARGEST_IN_CELL] = [44, 6, 2, 22]
const [FEW, WIDE, NARROW] = [4, 24, 10] // classes with wide gaps between the columns, and both gaps
export const CAPTION = 62 // height of the line below a column, its name and its count
const [ABOVE_LINE, PAD, COUNT, CELL_GAP, HEAD, SIDE] = [6, 8, 22, 6, 44, 116] // COUNT: height of a cell's number
export const PHONE = 560 // width below which columns are in pairs, and names of rows are above their cells
const UPRIGHT_HEAD = 108 // height of names that are turned
const UPRIGHT = 0.75 // largest height of a cell as a share of its width

/** @param {number} x */
const fraction = (x) => x - Math.floor(x)

/** Return the outputs of one photograph. @param {Outputs} crowd @param {number} i */
export const outputsOf = ({ o, classes }, i) => o.subarray(i * classes, (i + 1) * classes)

/** @param {Outputs} crowd */
const countOf = ({ o, classes }) => o.length / classes

/** Return the answers, the index of each photograph's largest output. @param {Outputs} crowd */
export const answersOf = (crowd) => Array.from({ length: countOf(crowd) }, (_, i) => largestIndex(outputsOf(crowd, i)))

/**
 * Lay the photographs out as a heap: on a sunflower's spiral, turned by up to 16° either way. Classes are mixed.
 * @param {ArrayLike<number>} labels @param {Frame} frame
 * @returns {Layout}
 */
export function heap(labels, { width, height }) {
  const count = labels.length
  const each = Math.sqrt((Math.PI * width * height) / 4 / Math.max(count, 1))
  const size = Math.round(Math.min(LARGEST_IN_HEAP, COVER * each, width / 3))
  const mixed = Array.from(labels, (_, i) => i).sort((a, b) => fraction(a * GOLDEN) - fraction(b * GOLDEN))
  const [x, y, turn] = [0, 1, 2].map(() => new Float64Array(count))
  const [across, down] = [width, height].map((side) => Math.max(side / 2 - 0.7 * size, 0))
  mixed.forEach((i, n) => {
    const [radius, angle] = [Math.sqrt((n + 0.5) / count), 2 * Math.PI * GOLDEN * n]
    x[i] = width / 2 + across * radius * Math.cos(angle) - size / 2
    y[i] = height / 2 + down * radius * Math.sin(angle) - size / 2
    turn[i] = TURN * (2 * fraction(7 * i * GOLDEN + 0.5 * n * GOLDEN) - 1)
  })
  const order = [...mixed].sort((a, b) => fraction(a * Math.SQRT2) - fraction(b * Math.SQRT2))
  return { size, x, y, turn, order, columns: Array.from(labels) }
}

/** Return how many columns are beside each other, and the gap between them. @param {Frame} frame */
export const columnGrid = ({ width, classes }) => ({
  beside: width < PHONE ? Math.min(classes, 2) : classes,
  gap: classes > FEW || width < PHONE ? NARROW : WIDE,
})

/** Return the box of a class's column, without its caption. @param {Frame} frame @param {number} n */
export function columnBox(frame, n) {
  const { beside, gap } = columnGrid(frame)
  const width = (frame.width - (beside - 1) * gap) / beside
  const height = frame.height / Math.ceil(frame.classes / beside)
  const top = Math.floor(n / beside) * height
  return { x: (n % beside) * (width + gap), y: top, width, height: height - CAPTION - ABOVE_LINE }
}

/**
 * Return the largest size at which `most` photographs fit a box in rows, and how many are in a row. If they do not fit
 * at the smallest size, rows overlap: `pitch` is their distance.
 * @param {{ width: number, height: number }} box @param {number} most @param {number} largest
 */
function rowsThatFit({ width, height }, most, largest) {
  for (let beside = Math.max(1, Math.floor((width + GAP) / (largest + GAP))); ; beside++) {
    const size = Math.min(largest, Math.floor((width + GAP) / beside) - GAP)
    const rows = Math.ceil(most / beside)
    if (size > SMALLEST && rows * (size + GAP) > height) continue
    const pitch = Math.min(size + GAP, (height - size) / Math.max(rows - 1, 1))
    return { beside, size, pitch: Math.max(pitch, 1) }
  }
}

/**
 * Stack the photographs in the columns of their answers: the right ones below, the wrong ones above. The surest are at
 * both ends, so that doubtful ones meet in the middle.
 * @param {Outputs} crowd @param {ArrayLike<number>} labels @param {Frame} frame
 * @returns {Layout}
 */
export function columns(crowd, labels, frame) {
  const answers = answersOf(crowd)
  const count = answers.length
  const sure = answers.map((answer, i) => outputsOf(crowd, i)[answer] || 0)
  const isWrong = answers.map((answer, i) => Number(answer !== labels[i]))
  const stacks = stacksOf(
    answers,
    frame.classes,
    (i, j) => isWrong[i] - isWrong[j] || (isWrong[i] ? 1 : -1) * (sure[i] - sure[j]),
  )
  const tallest = Math.max(...stacks.map((stack) => stack.length))
  const { beside, size, pitch } = rowsThatFit(columnBox(frame, 0), tallest, LARGEST)
  const [x, y] = [new Float64Array(count), new Float64Array(count)]
  stacks.forEach((stack, n) => {
    const box = columnBox(frame, n)
    stack.forEach((i, place) => {
      x[i] = box.x + (place % beside) * (size + GAP)
      y[i] = box.y + box.height - size - Math.floor(place / beside) * pitch
    })
  })
  return { size, x, y, turn: new Float64Array(count), order: byRow(x, y), columns: answers }
}

/**
 * Return the sorted photographs of each stack.
 * @param {number[]} of  the stack of each @param {number} stacks @param {(i: number, j: number) => number} compare
 */
function stacksOf(of, stacks, compare) {
  const all = Array.from({ length: stacks }, () => /** @type {number[]} */ ([]))
  for (const i of [...of.keys()].sort((i, j) => compare(i, j) || i - j)) all[of[i]].push(i)
  return all
}

/** Return the indices from the lowest row up, each from left to right. @param {Float64Array} x @param {Float64Array} y */
const byRow = (x, y) => [...x.keys()].sort((a, b) => y[b] - y[a] || x[a] - x[b])

/** Return the sizes of the confusion matrix: its cells, and the room for names. @param {Frame} frame */
export function matrixGrid({ width, height, classes }) {
  const isPhone = width < PHONE
  const [side, above] = isPhone ? [0, 20] : [SIDE, 0]
  const cellWidth = (width - side + CELL_GAP) / classes - CELL_GAP
  const head = isPhone && classes > FEW ? UPRIGHT_HEAD : HEAD
  const free = (height - head) / classes - CELL_GAP - above
  const cellHeight = Math.max(Math.min(free, UPRIGHT * cellWidth), 24)
  return { side, above, head, gap: CELL_GAP, cellWidth, cellHeight }
}

/** Return the box of a cell. @param {Frame} frame @param {number} row @param {number} column */
export function cellBox(frame, row, column) {
  const { side, above, head, gap, cellWidth, cellHeight } = matrixGrid(frame)
  const x = side + column * (cellWidth + gap)
  const y = head + above + row * (cellHeight + above + gap)
  return { x, y, width: cellWidth, height: cellHeight }
}

/**
 * Put the photographs into the cells of the confusion matrix, [class, answer], the surest first.
 * @param {Outputs} crowd @param {ArrayLike<number>} labels @param {Frame} frame
 * @returns {Layout}
 */
export function matrix(crowd, labels, frame) {
  const answers = answersOf(crowd)
  const { classes } = frame
  const cells = answers.map((answer, i) => labels[i] * classes + answer)
  const sure = answers.map((answer, i) => outputsOf(crowd, i)[answer] || 0)
  const stacks = stacksOf(cells, classes * classes, (i, j) => sure[j] - sure[i])
  const tallest = Math.max(...stacks.map((stack) => stack.length))
  const { width, height } = cellBox(frame, 0, 0)
  const pad = Math.min(PAD, width / 12)
  const inside = { width: width - 2 * pad, height: height - pad - Math.min(COUNT, height / 3) }
  const { beside, size, pitch } = rowsThatFit(inside, tallest, LARGEST_IN_CELL)
  const [x, y] = [new Float64Array(answers.length), new Float64Array(answers.length)]
  stacks.forEach((stack, n) => {
    const box = cellBox(frame, Math.floor(n / classes), n % classes)
    stack.forEach((i, place) => {
      x[i] = box.x + pad + (place % beside) * (size + GAP)
      y[i] = box.y + pad + Math.floor(place / beside) * pitch
    })
  })
  return { size, x, y, turn: new Float64Array(answers.length), order: byRow(x, y), columns: answers }
}

/**
 * Return the topmost photograph at a point, or -1.
 * @param {Layout} layout @param {number} left @param {number} top
 */
export function imageAt({ size, x, y, turn, order }, left, top) {
  for (let n = order.length - 1; n >= 0; n--) {
    const i = order[n]
    const [dx, dy] = [left - x[i] - size / 2, top - y[i] - size / 2]
    const [cos, sin] = [Math.cos(turn[i]), Math.sin(turn[i])]
    const reach = Math.max(Math.abs(dx * cos + dy * sin), Math.abs(dy * cos - dx * sin))
    if (reach < size / 2) return i
  }
  return -1
}

/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

/**
 * Return the nearest photograph in a direction, or the same one if there is none.
 * @param {Layout} layout @param {number} i @param {string} key
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
