// Layout of the whole network as a poster (in pixels; pure). The network runs along one axis: to the right, or down on
// phones. Across that axis each stage has a column of maps, or a grid if it has many channels. Once gradients are
// shown, they have a second band.

import { isLayered } from "../numbers/array_faces.js"

/** @import { Box, Numbers } from "../../types/view.js" */
/** @typedef {"maps" | "kernel" | "weights" | "units" | "answers"} PosterKind */
/** @typedef {{ symbol: string, gradient: string, kind: PosterKind, tiles: number, rows: number, columns: number, by: string }} Item  one array of the poster: `by` is the parameter between the map before and this one, or "" */
/** @typedef {{ width: number, height: number, isPhone: boolean, isOpen: boolean, textScale?: number }} Sheet  available size; `isOpen`: whether gradients are shown; `textScale`: size of the smallest text relative to the page outside the lecture view */
/** @typedef {{ item: Item, symbol: string, band: "values" | "gradients", order: number, box: Box, tiles: Box[], rows: number, columns: number, head: Box, across: number, isFolded: boolean }} Group  a map on the poster; `rows` and `columns` of its tiles' cells, `across` lines of tiles along the network, `isFolded`: below the map before it */
/** @typedef {{ width: number, height: number, groups: Group[], title: Box, loss: Box, note: Box, isBeside: boolean, areBars: boolean }} Poster  `isBeside`: the title is under the image; `areBars`: answers are upright, beside their weights */
/** @typedef {{ items: Item[], main: number, cross: number, each: { main: number, cross: number, tile: { main: number, cross: number }, across: number, gap: number, rows: number, columns: number }[] }} Slot */

export const MARGIN = 32
const PHONE_MARGIN = 16
const HEAD = 30 // height of a symbol and its word
const TITLE = 52 // height of the title
const PHONE_TITLE = 68
const LABELS = 84 // width of the labels at the left, on phones,
const LABEL = 48 // and their height
const NOTE = 28 // height of the last line,
const PHONE_NOTE = 52 // of two lines on phones
const LEAST_TITLE = 230 // least width of a title under the image
const GAP = 4 // between tiles
const FOLD = 26 // between a map and the one below it, without that one's head
const BANDS = 22 // between values and gradients, without the heads
const LOSS = { width: 64, height: 36 }
const FEW = 3 // tiles of a column whose tiles may be larger than others,
const LARGER = 2.2 // by this much
const CRISP = 3 // pixels per cell from which cells have whole pixels
const MOST = { closed: 12, open: 6, phone: 6 } // tiles in one line
const SIDE = { least: 24, grid: 14, phone: 44, large: 96 } // minimum side of a map: in a line, of many channels, on phones, and of a single channel there
const KERNEL = { closed: 34, open: 31, beside: 72, wide: 35 } // side of a kernel's cell; height of a kernel on phones, and width of its cells, which "−1.0" needs
const CELL = { least: 6, most: 22 } // height of a unit
const ANSWER = { bar: 52, beside: 80, row: 126, high: 59, phone: 30 }
const GAPS = { straight: 22, area: 22, lines: 34, kernel: 18, answers: 24 } // least distance between stages,
const OPEN_GAPS = { straight: 11, area: 18, lines: 16, kernel: 18, answers: 18 } // with gradients below

/**
 * Return the arrays of a network's poster, in order.
 * @param {Pick<Numbers["network"], "columns"> & { maps: Record<string, { kind: string, shape: readonly number[] }> }} network @returns {Item[]}
 */
export function itemsOf({ columns, maps }) {
  const isSingle = columns.every(({ kind, values: [symbol] }) => kind !== "maps" || maps[symbol].shape[0] === 1)
  /** @type {Item[]} */
  const items = []
  let by = ""
  for (const { kind, title, values, gradients } of columns) {
    const [symbol] = values
    const shape = [...maps[symbol].shape]
    const item = { symbol, gradient: gradients[0] ?? "", by }
    if (kind === "maps") {
      const [tiles, rows, across] = shape
      items.push({ ...item, kind: "maps", tiles, rows, columns: across })
      by = ""
    } else if (kind === "filters") {
      by = symbol
      const [filters, kernels, rows, across] = shape
      if (isSingle && filters * kernels === 1)
        items.push({ ...item, kind: "kernel", tiles: 1, rows, columns: across, by: "" })
    } else if (kind === "weights") {
      by = symbol
      if (isSingle && isLayered(shape))
        items.push({ ...item, kind: "weights", tiles: shape[3], rows: shape[1], columns: shape[2], by: "" })
    } else if (title && kind !== "loss") {
      const previous = items.at(-1)
      const isAnswer = symbol === "o"
      const sums =
        isAnswer && !by && previous?.kind === "units" && previous.tiles === shape[0] ? items.pop() : undefined // the answers' own sums
      items.push({
        ...item,
        gradient: item.gradient || (sums?.gradient ?? ""),
        by: sums?.by ?? by,
        kind: isAnswer ? "answers" : "units",
        tiles: shape[0],
        rows: 1,
        columns: 1,
      })
      by = ""
    }
  }
  return items
}

/** Return whether items are element-wise: maps of the same shape, without parameters between them. @param {Item | undefined} a @param {Item} b */
const isStraight = (a, b) =>
  a?.kind === "maps"
  && b.kind === "maps"
  && !b.by
  && a.rows === b.rows
  && a.columns === b.columns
  && a.tiles === b.tiles

/**
 * Return the kind of link between an item and the previous one.
 * @param {Item} item @param {Item | undefined} previous @returns {keyof typeof GAPS}
 */
function joinOf(item, previous) {
  if (item.kind === "kernel" || previous?.kind === "kernel") return "kernel"
  if (item.kind === "weights" || previous?.kind === "weights") return "area"
  if (item.kind === "answers") return item.by ? "lines" : "answers"
  return item.by ? "lines" : "straight"
}

/**
 * Return the poster of a network.
 * @param {Item[]} items @param {Sheet} sheet @returns {Poster}
 */
export function layOutPoster(items, sheet) {
  const openPlanner = new Planner(items, sheet, false)
  if (sheet.isPhone || sheet.isOpen || items.some(({ tiles, kind }) => kind === "maps" && tiles > 1))
    return openPlanner.poster()
  const folded = new Planner(items, sheet, true)
  return folded.hasFolds && folded.pitch > openPlanner.pitch && folded.slots[0].main >= LEAST_TITLE
    ? folded.poster()
    : openPlanner.poster()
}

/** Return the size of a map's cell, or infinity for other arrays. @param {Item} item @param {Slot["each"][number]} size */
const pitchOf = ({ kind, rows, columns }, { tile }) =>
  kind === "maps" ? Math.max(tile.main, tile.cross) / Math.max(rows, columns) : Number.POSITIVE_INFINITY

class Planner {
  /** @type {Slot[]} */
  slots = []
  length = 0 // of the network, with the least gaps
  pitch = 0 // size of the smallest cell

  /** @param {Item[]} items @param {Sheet} sheet @param {boolean} folds whether activations are below their sums */
  constructor(items, sheet, folds) {
    this.items = items
    this.sheet = sheet
    this.folds = folds
    const { width, height, isPhone, isOpen } = sheet
    const lastItem = items.at(-1)
    const beforeLast = items.at(-2)
    this.areBars =
      !isPhone && lastItem?.kind === "answers" && beforeLast?.kind === "weights" && beforeLast.tiles === lastItem.tiles
    this.isBeside = folds && items[0].kind === "maps"
    this.top = isPhone ? PHONE_TITLE : this.isBeside ? 8 + HEAD : TITLE + HEAD
    if (isPhone) {
      const freeWidth = width - LABELS - 2 * PHONE_MARGIN
      this.cross = isOpen ? (freeWidth - 12) / 2 : freeWidth
      this.main = height - this.top - LOSS.height - (isOpen ? PHONE_NOTE : 12) - 14
    } else {
      const freeHeight = height - this.top - (isOpen ? NOTE : 20)
      this.cross = isOpen ? (freeHeight - HEAD - BANDS) / 2 : freeHeight
      this.main = width - 2 * MARGIN
    }
    this.longest = Math.max(
      1,
      ...items.map(({ kind, rows, columns }) => (kind === "maps" ? Math.max(rows, columns) : 1)),
    )
    this.isSingle = items.every(({ kind, tiles }) => kind !== "maps" || tiles === 1)
    this.plan()
  }

  /** Find the largest side of maps with which everything fits. */
  plan() {
    const { isPhone } = this.sheet
    const minSide = isPhone ? (this.isSingle ? SIDE.large : SIDE.phone) : SIDE.least
    const largest = Math.floor(this.isSingle || isPhone ? this.cross : this.cross / 2)
    let limit = largest
    for (this.layAt(limit); this.length > this.main && limit > minSide; ) this.layAt(--limit)
    this.pitch = Math.min(...this.slots.flatMap((slot) => slot.items.map((item, n) => pitchOf(item, slot.each[n]))))
    if (this.isSingle && Number.isFinite(this.pitch)) this.layAt(Math.max(minSide, this.pitch * this.longest)) // cells of all maps have the same size
  }

  /** @param {number} limit largest side of a map */
  layAt(limit) {
    this.slots = this.slotsAt(limit)
    this.length = this.slots.reduce((sum, { main }, n) => sum + main + this.gapBefore(n), 0)
  }

  /** Whether a map is below the one before it. */
  get hasFolds() {
    return this.slots.some(({ items }) => items.length > 1)
  }

  /** @param {number} n */
  gapBefore(n) {
    if (!n) return 0
    const [item] = this.slots[n].items
    const join = joinOf(item, this.slots[n - 1].items.at(-1))
    const distance = (this.slots[n - 1].main + this.slots[n].main) / 2 // distance between their centres, where their labels are
    const hasKernel = this.items[this.items.indexOf(item) - 1]?.kind === "kernel"
    const [before, after] = [this.slots[n - 1].main, this.slots[n].main]
    const minCross = hasKernel
      ? Math.max(KERNEL.beside + LABEL - after, 2 * (KERNEL.beside / 2 + HEAD + LABEL - before))
      : 0 // the labels around it
    if (this.sheet.isPhone) return Math.max(join === "lines" ? 30 : 20, LABEL - distance, minCross)
    return (this.sheet.isOpen ? OPEN_GAPS : GAPS)[join]
  }

  /** @param {number} limit largest side of a map @returns {Slot[]} */
  slotsAt(limit) {
    /** @type {Item[][]} */
    const stacks = []
    this.items.forEach((item, n) => {
      const previous = stacks.at(-1)
      if (this.folds && previous?.length === 1 && n > 1 && isStraight(previous[0], item)) previous.push(item)
      else if (!(this.sheet.isPhone && item.kind === "kernel")) stacks.push([item])
    })
    return stacks.map((items) => {
      const spaces = (items.length - 1) * (FOLD + HEAD)
      const sizes = items.map((item) => this.sizeOf(item, limit, (this.cross - spaces) / items.length))
      return {
        items,
        each: sizes,
        main: Math.max(...sizes.map(({ main }) => main)),
        cross: sizes.reduce((sum, { cross }) => sum + cross, spaces),
      }
    })
  }

  /** @param {Item} item @param {number} limit @param {number} cross available @returns {Slot["each"][number]} */
  sizeOf(item, limit, cross) {
    const { kind, tiles, rows, columns } = item
    const { isPhone, isOpen } = this.sheet
    const sizeRecord = (/** @type {number} */ main, /** @type {number} */ high, more = {}) => ({
      main,
      cross: high,
      tile: { main, cross: high },
      across: 1,
      gap: 0,
      rows,
      columns,
      ...more,
    })
    if (kind === "answers") {
      if (this.areBars) return sizeRecord(ANSWER.bar + ANSWER.beside, cross)
      if (isPhone) return sizeRecord(ANSWER.phone * tiles, cross)
      return sizeRecord(ANSWER.row, Math.min(cross, ANSWER.high * tiles))
    }
    if (kind === "kernel") {
      const cell = Math.min((isOpen ? KERNEL.open : KERNEL.closed) * (this.sheet.textScale ?? 1), 170 / columns)
      return sizeRecord(cell * columns, cell * rows)
    }
    if (kind === "units") {
      const lines = Math.ceil(tiles / Math.max(1, Math.floor(cross / CELL.least)))
      const line = Math.ceil(tiles / lines)
      const cell = Math.min(CELL.most, cross / line)
      const main = lines * (isPhone ? CELL.most : Math.max(10, cell))
      return sizeRecord(main, cell * line, isPhone ? { rows: lines, columns: line } : { rows: line, columns: lines })
    }
    const maxSide = Math.max(rows, columns)
    const [along, over] = isPhone ? [rows / maxSide, columns / maxSide] : [columns / maxSide, rows / maxSide]
    const isRow = kind === "weights"
    const gap = !isRow ? GAP : this.folds ? FOLD + HEAD : 8
    const maxLine = isRow ? tiles : isPhone ? MOST.phone : isOpen ? MOST.open : MOST.closed
    const scale = this.isSingle ? Math.max(0.5, maxSide / this.longest) : tiles <= FEW ? LARGER : 1
    const sideFor = (/** @type {number} */ line) => (cross - (line - 1) * gap) / line / over
    let across = Math.ceil(tiles / maxLine)
    let side = Math.min(limit * scale, sideFor(Math.ceil(tiles / across)))
    if (across > 1 && !isPhone) {
      side = Math.max(Math.min(side, limit), SIDE.grid)
      across = Math.ceil(tiles / Math.max(1, Math.floor((cross + gap) / (side * over + gap))))
    }
    const line = Math.ceil(tiles / across)
    if ((this.isSingle || item.symbol === "x") && side >= CRISP * maxSide) side = Math.floor(side / maxSide) * maxSide // whole pixels per cell
    const tile = { main: side * along, cross: side * over }
    return sizeRecord(across * tile.main + (across - 1) * gap, line * tile.cross + (line - 1) * gap, {
      tile,
      across,
      gap,
    })
  }

  /** @returns {Poster} */
  poster() {
    const { isPhone, isOpen, width, height } = this.sheet
    const count = this.slots.length
    const minGaps = this.slots.map((_, n) => this.gapBefore(n))
    const sum = minGaps.reduce((all, gap) => all + gap, 0)
    const remainder = Math.max(0, this.main - this.length)
    const extra = isPhone ? Math.min(remainder, 12 * count) : remainder
    const gaps = minGaps.map((gap) => (sum ? gap + (extra * gap) / sum : 0))
    const start = isPhone ? this.top : MARGIN
    const end = Math.max(this.main, this.length) + start
    const crossStart = isPhone ? PHONE_MARGIN + LABELS : this.top
    const bands = /** @type {Group["band"][]} */ (isOpen ? ["values", "gradients"] : ["values"])
    /** @type {Group[]} */
    const groups = []
    let position = start
    this.slots.forEach(({ items, each, main, cross }, n) => {
      position += gaps[n]
      const nextSlot = this.slots[n + 1]
      const room = (nextSlot ? position + main + gaps[n + 1] : end + (isPhone ? 0 : MARGIN)) - position
      bands.forEach((band, b) => {
        const crossOffset = crossStart + b * (this.cross + (isPhone ? 12 : HEAD + BANDS))
        let itemOffset = crossOffset + (this.isBeside ? 0 : (this.cross - cross) / 2)
        items.forEach((item, i) => {
          const size = each[i]
          const symbol = band === "values" ? item.symbol : this.gradientOf(item)
          if (this.isBeside && item.kind === "kernel") itemOffset = crossOffset + (this.slots[0].cross - size.cross) / 2
          if (symbol)
            groups.push(
              this.group({ item, symbol, band, order: n, at: position, over: itemOffset, size, room, isFolded: i > 0 }),
            )
          itemOffset += size.cross + FOLD + HEAD
        })
      })
      position += main
    })
    if (isPhone) this.addKernels(groups)
    const sheetWidth = isPhone ? width : Math.max(width, end + MARGIN)
    const bottom = isPhone ? Math.max(height, position + 14 + LOSS.height + (isOpen ? PHONE_NOTE : 12)) : height
    const image = groups[0].box
    const noteY = image.y + image.height + 56
    const title = this.isBeside
      ? { x: MARGIN, y: noteY, width: image.width, height: bottom - noteY - 20 }
      : {
          x: isPhone ? PHONE_MARGIN : MARGIN,
          y: 6,
          width: (isPhone ? width - 2 * PHONE_MARGIN : width - 2 * MARGIN) - LOSS.width - 90,
          height: isPhone ? PHONE_TITLE - 10 : TITLE - 6,
        }
    const edge = isPhone ? PHONE_MARGIN : MARGIN
    const noteHeight = isPhone ? PHONE_NOTE : NOTE
    return {
      width: sheetWidth,
      height: bottom,
      groups,
      title,
      loss: this.lossBox(groups, sheetWidth - edge - LOSS.width, position),
      note: { x: edge, y: bottom - noteHeight, width: sheetWidth - 2 * edge, height: noteHeight - 6 },
      isBeside: this.isBeside,
      areBars: this.areBars,
    }
  }

  /** Return the box of the loss: between the answers, between the bands, below all on phones, or beside the title. @param {Group[]} groups @param {number} right @param {number} end */
  lossBox(groups, right, end) {
    const { isPhone, isOpen, width } = this.sheet
    if (isPhone) return { x: right, y: end + 14, ...LOSS }
    if (isOpen) return { x: right, y: this.top + this.cross + 4, ...LOSS }
    if (!this.isBeside) return { x: width - MARGIN - LOSS.width - 70, y: 10, ...LOSS }
    const firstTile = groups.at(-1)?.tiles[0]
    const y = firstTile && this.areBars ? firstTile.y + firstTile.height + 8 : this.top + this.cross - LOSS.height
    return { x: right, y, ...LOSS }
  }

  /** Return the gradient below an item. A kernel's takes the place of the image's. @param {Item} item */
  gradientOf(item) {
    const { items } = this
    if (item === items[0] && items[1]?.kind === "kernel") return items[1].gradient
    return item === items[1] && item.kind === "kernel" ? "" : item.gradient
  }

  /** @param {{ item: Item, symbol: string, band: Group["band"], order: number, at: number, over: number, size: Slot["each"][number], room: number, isFolded: boolean }} of @returns {Group} */
  group({ item, symbol, band, order, at, over, size, room, isFolded }) {
    const { isPhone, isOpen } = this.sheet
    const boxOf = (
      /** @type {number} */ main,
      /** @type {number} */ cross,
      /** @type {number} */ long,
      /** @type {number} */ high,
    ) => (isPhone ? { x: cross, y: main, width: high, height: long } : { x: main, y: cross, width: long, height: high })
    const box = boxOf(at, over, size.main, size.cross)
    const isKernels = band === "gradients" && item === this.items[0] && this.items[1]?.kind === "kernel"
    const source = isKernels ? this.items[1] : item
    const line = Math.ceil(item.tiles / size.across)
    const tiles = Array.from(
      { length: source.kind === "answers" || source.kind === "units" ? 0 : item.tiles },
      (_, n) => {
        const [far, down] = isPhone ? [Math.floor(n / line), n % line] : [n % size.across, Math.floor(n / size.across)]
        const { main, cross } = size.tile
        return boxOf(at + far * (main + size.gap), over + down * (cross + size.gap), main, cross)
      },
    )
    if (item.kind === "units") tiles.push(box)
    if (item.kind === "answers") tiles.push(...this.answerBoxes(item, box))
    const labelled = isPhone
      ? {
          x: PHONE_MARGIN + (band === "gradients" ? LABELS / 2 : 0),
          y: order ? box.y + Math.max(0, box.height / 2 - LABEL / 2) : box.y,
          width: LABELS / (isOpen ? 2 : 1) - 8,
          height: isOpen ? 28 : LABEL - 2,
        }
      : {
          x: box.x,
          y: box.y - HEAD,
          width: this.isBeside && item.kind === "answers" ? ANSWER.bar : Math.max(room, box.width) - 8,
          height: HEAD,
        }
    return {
      item: source,
      symbol,
      band,
      order,
      box,
      tiles,
      rows: isKernels ? source.rows : size.rows,
      columns: isKernels ? source.columns : size.columns,
      head: labelled,
      across: size.across,
      isFolded,
    }
  }

  /** Return the box of each answer: beside its weights, or a row. @param {Item} item @param {Box} box @returns {Box[]} */
  answerBoxes({ tiles }, box) {
    const { isPhone, isOpen } = this.sheet
    if (this.areBars) {
      const [size] = this.slots[this.slots.length - 2].each
      const crossSize = size.cross
      const firstOffset = this.isBeside ? box.y : box.y + (box.height - crossSize) / 2
      return Array.from({ length: tiles }, (_, n) => ({
        x: box.x,
        y: firstOffset + n * (size.tile.cross + size.gap),
        width: box.width,
        height: size.tile.cross,
      }))
    }
    const high = box.height / tiles
    const rows = Array.from({ length: tiles }, (_, n) => ({ ...box, y: box.y + n * high, height: high }))
    return isPhone && !isOpen ? rows.map((row) => ({ ...row, x: PHONE_MARGIN + LABELS })) : rows
  }

  /** On phones, kernels are beside the ribbon that they explain. @param {Group[]} groups */
  addKernels(groups) {
    this.items.forEach((item, n) => {
      if (item.kind !== "kernel") return
      const [before, after] = [n - 1, n + 1].map((at) => groups.find(({ symbol }) => symbol === this.items[at]?.symbol))
      if (!before || !after) return
      const room = Math.min(before.box.x, after.box.x) - PHONE_MARGIN - GAP
      const width = Math.min(KERNEL.wide * item.columns, room)
      const height = Math.min(24 * item.rows, KERNEL.beside)
      const middle = (before.box.y + before.box.height + after.box.y) / 2
      const box = { x: PHONE_MARGIN, y: middle - height / 2, width, height }
      const headBox = { x: box.x, y: box.y - HEAD, width: LABELS - 8, height: HEAD }
      const of = {
        item,
        symbol: item.symbol,
        band: /** @type {const} */ ("values"),
        order: before.order,
        across: 1,
        isFolded: false,
      }
      groups.push({ ...of, box, tiles: [box], rows: item.rows, columns: item.columns, head: headBox })
    })
  }
}
