// All maps of a network in a strip under the stage: values above gradients, a column per layer and a tile per channel.

import { meaningOf } from "../model/explain/meanings.js"
import { arrange, GAP } from "../model/layout/overview.js"
import { faceOf, faceOfImages, isLayered } from "../model/numbers/array_faces.js"
import { escapeHtml, formula } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { COLOUR_CHANNELS, Plate } from "./plate.js"

/** @import { Numbers } from "../types/view.js" */
/** @typedef {Numbers["network"]["columns"][number]} Column */
/** @typedef {{ width: number, height: number, rows: number }} Room  in pixels; `rows`: number of rows of the strip */

const MAX_BAND = 50 // maximum height of the strip's maps
const STRIP = { heads: 22, under: 10, gap: 8 } // height of captions, room for biases, and gap between columns
const BIAS_HEIGHT = 8 // height of a row of biases under its filters
const LABEL_WIDTH = 80 // width of the labels beside the strip
const NAME_WIDTH = 26 // width of a symbol above a map
const PHONE = 640 // on narrower screens the strip scrolls,
const MIN_COLUMN = 64 // and a column has at least this width
const TABLET = 1060 // on narrower screens the strip scrolls if maps would become smaller than SEEN.side
const RECOGNIZABLE = { side: 20, tiles: 16, step: 24 } // minimum side of a map with up to `tiles` channels, and the step by which the strip is widened

export class Overview {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element
    /** @type {Record<string, Plate>} */
    this.plates = {}
    /** @type {readonly Column[]} */
    this.columns = []
    this.key = "" // the network that the maps are built for
    this.size = "" // the size that the maps are laid out for
    this.scrolls = false // whether the strip is wider than the available space
  }

  /**
   * Build the maps if the network has changed, and update their numbers.
   * @param {Numbers} numbers @returns {boolean} whether the network has changed
   */
  receive(numbers) {
    const key = JSON.stringify([numbers.network.text, numbers.shape("x"), numbers.network.images.length])
    const isChanged = key !== this.key
    if (isChanged) this.build(numbers, key)
    this.numbers = numbers
    if (isChanged) return true
    for (const plate of Object.values(this.plates)) {
      if (plate.ofImages) this.layOutImages(plate)
      plate.receive(numbers)
    }
    return false
  }

  /** @param {Numbers} numbers @param {string} key */
  build(numbers, key) {
    const { columns } = numbers.network
    Object.assign(this, { key, size: "", columns })
    this.single = columns.every(
      ({ kind, values }) => !["maps", "filters"].includes(kind) || numbers.shape(values[0])[0] === 1,
    )
    this.element.classList.toggle("single", this.single)
    this.element.innerHTML =
      directionLabels() + columns.map((column) => layerHtml(numbers, column, this.single === true)).join("")
    this.plates = {}
    for (const canvas of this.element.querySelectorAll("canvas"))
      this.plates[canvas.dataset.map ?? ""] = new Plate(canvas)
  }

  /** Set the size of every map. @param {Room} room */
  layOut({ width, height, rows }) {
    const size = `${width} ${height}`
    if (size === this.size || !this.numbers) return this.outdate()
    this.size = size
    this.element.classList.remove("cramped") // reset before measuring
    const { heads } = STRIP
    const { columns } = this
    const band = Math.min(MAX_BAND, height / rows - heads - 2)
    const shownColumns = columns.map(inStrip)
    const needs = shownColumns.map((column) => {
      const need = this.needOf(column)
      const hasManyChannels = width < TABLET && need.kind === "maps" && need.tiles > RECOGNIZABLE.tiles
      return hasManyChannels ? { ...need, least: RECOGNIZABLE.side } : need
    })
    const room = width < PHONE ? Math.max(width, MIN_COLUMN * columns.length) : width
    const freeWidth = Math.max(room - LABEL_WIDTH - columns.length * STRIP.gap - 6, 100)
    const layOutColumns = (/** @type {number} */ lost) => arrange(needs, freeWidth - lost, band)
    const addExcess = (/** @type {number} */ sum, /** @type {{ width: number }} */ { width }) =>
      sum + Math.max(0, NAME_WIDTH - width)
    let layouts = layOutColumns(this.single ? 0 : layOutColumns(0).reduce(addExcess, 0)) // a symbol needs more width than a narrow map
    if (width < TABLET || needs.some(({ images }) => images)) {
      for (
        let extra = 0;
        extra < 16 * width && needs.some((need, n) => isTooSmall(need, layouts[n], band));
        extra += RECOGNIZABLE.step
      )
        layouts = layOutColumns(-extra)
    }
    this.element.style.setProperty("--heads", `${heads}px`)
    this.element.style.setProperty("--m", `${band}px`)
    shownColumns.forEach((column, n) => {
      for (const symbol of [...column.values, ...column.gradients]) this.sizeMap(symbol, column, layouts[n])
    })
    for (const plate of Object.values(this.plates)) plate.receive(this.numbers)
    this.scrolls = this.element.scrollWidth > this.element.clientWidth
    this.element.classList.toggle("cramped", this.scrolls)
  }

  /** Repaint every map at the next draw. */
  outdate() {
    for (const plate of Object.values(this.plates)) plate.invalidate()
  }

  /** @param {string} symbol @param {Column} column @param {import("../model/layout/overview.js").ColumnLayout} place */
  sizeMap(symbol, column, place) {
    const plate = this.plates[symbol]
    const numbers = /** @type {Numbers} */ (this.numbers)
    const isBias = isBiasRow(numbers, symbol, column.kind)
    plate.across = isBias ? 1 : place.across
    plate.places = this.hasPhotograph(symbol) ? COLOUR_CHANNELS + 1 : 0
    plate.narrow = place.width < 80
    plate.face = faceOf(
      numbers.maps[symbol],
      column.kind,
      isBias ? numbers.count(symbol) : column.kind === "strip" ? place.wrap : 1,
    )
    plate.names = column.kind === "classes" ? numbers.classes : null
    plate.ofImages = numbers.ofImages(symbol) !== undefined
    if (plate.ofImages) this.layOutImages(plate)
    const [width, height] = plate.ofImages
      ? sizeOfImages(plate, plate.across, place)
      : [place.width, isBias ? BIAS_HEIGHT : place.height]
    plate.home = [width, height]
    plate.size = plate.home
    plate.figure.style.setProperty("--w", `${width}px`)
    plate.figure.style.setProperty("--h", `${height}px`)
    plate.change()
    this.addChannelElements(plate)
  }

  /** Lay out a map for all images side by side. @param {Plate} plate */
  layOutImages(plate) {
    const numbers = /** @type {Numbers} */ (this.numbers)
    const { shape } = /** @type {import("../model/numbers/decode.js").Values} */ (numbers.ofImages(plate.symbol))
    plate.face = faceOfImages(numbers.shape(plate.symbol), shape, Number(numbers.answer.lesson.image ?? 0))
    plate.across = shape[0]
    plate.places = 0
    plate.names = null
  }

  // Add an element per channel and image, which can be found and clicked.
  /** @param {Plate} plate */
  addChannelElements(plate) {
    const holder = /** @type {HTMLElement} */ (plate.canvas.parentElement)
    for (const element of plate.channels.splice(0)) element.remove()
    const face = /** @type {import("../model/numbers/array_faces.js").Face} */ (plate.face)
    if (face.tiles < 2 || face.stacked) return
    const rowCount = Math.ceil(Math.max(face.tiles, plate.places) / plate.across)
    for (let n = 0; n < face.tiles; n++) {
      const marker = document.createElement("span")
      const images = plate.ofImages ? plate.across : 1
      marker.dataset.channel = String(Math.floor(n / images))
      marker.dataset.map = plate.symbol
      if (images > 1) marker.dataset.image = String(n % images)
      const [left, top] = [(n % plate.across) / plate.across, Math.floor(n / plate.across) / rowCount]
      marker.style.cssText = `left:${100 * left}%;top:${100 * top}%;width:${100 / plate.across}%;height:${100 / rowCount}%`
      holder.append(marker)
      plate.channels.push(marker)
    }
  }

  /** @param {Column} column @returns {import("../model/layout/overview.js").Need} */
  needOf({ kind, values }) {
    const numbers = /** @type {Numbers} */ (this.numbers)
    const [symbol] = values
    const map = numbers.maps[symbol]
    const face = faceOf(map, kind)
    const isStacked = map.kind === "weights" && isLayered(map.shape)
    const images = kind !== "maps" ? 0 : numbers.ofImages(symbol)?.shape[0]
    if (images)
      // images side by side, their channels stacked
      return {
        under: 0,
        kind,
        tiles: 1,
        rows: face.tiles * face.rows,
        columns: images * face.columns,
        scale: 1,
        images,
        beside: true,
      }
    return {
      under: isBiasRow(numbers, values[1] ?? symbol, kind) ? STRIP.under : 0,
      kind,
      tiles: this.hasPhotograph(symbol) ? COLOUR_CHANNELS + 1 : face.tiles,
      rows: face.rows,
      columns: face.columns,
      scale: kind === "strip" && map.kind === "map" ? 0 : isStacked ? 2 : 1,
      beside: true,
    }
  }

  /** Return whether the colour photograph is shown beside its channels. @param {string} symbol */
  hasPhotograph(symbol) {
    const numbers = /** @type {Numbers} */ (this.numbers)
    return (symbol === "x" || symbol === "dx") && !this.single && numbers.shape(symbol)[0] === COLOUR_CHANNELS
  }
}

/**
 * Return whether maps are too small to recognize and could be larger.
 * @param {import("../model/layout/overview.js").Need} need @param {import("../model/layout/overview.js").ColumnLayout} place @param {number} band available height
 */
function isTooSmall({ kind, tiles, rows, columns, images = 1 }, { side }, band) {
  if (kind !== "maps" || tiles > RECOGNIZABLE.tiles) return false
  const minSide = Math.min(RECOGNIZABLE.side * images + (images - 1) * GAP, (band * columns) / rows)
  return Math.floor(side) < Math.floor(minSide)
}

/**
 * Return the size of a map of several images within the space of one, with square cells.
 * @param {Plate} plate @param {number} images @param {import("../model/layout/overview.js").ColumnLayout} place @returns {[number, number]}
 */
function sizeOfImages({ face }, images, { width, height }) {
  const { tiles, rows, columns } = /** @type {import("../model/numbers/array_faces.js").Face} */ (face)
  const rowCount = tiles / images
  const minWidth = columns === 1 ? 5 : 0 // minimum width of a row of numbers
  const cell = Math.min(
    (height - (rowCount - 1) * GAP) / rowCount / rows,
    (width - (images - 1) * GAP) / images / columns,
  )
  return [
    images * Math.max(cell * columns, minWidth) + (images - 1) * GAP,
    columns === 1 ? height : rowCount * rows * cell + (rowCount - 1) * GAP,
  ]
}

/**
 * Return the column as drawn in the strip, where a row of classes has no labels.
 * @param {Column} column @returns {Column}
 */
const inStrip = (column) => (column.kind === "classes" ? { ...column, kind: "strip" } : column)

// Return the HTML of the labels for the direction of each band.
const directionLabels = () =>
  `<div class="ways" aria-hidden="true"><p class="forward">${escapeHtml(say("web.overview.values"))}</p><p class="backward">${escapeHtml(say("web.overview.gradients"))}</p></div>`

/** @type {(numbers: Numbers, column: Column, single: boolean) => string} */
function layerHtml(numbers, column, single) {
  const figures = (/** @type {readonly string[]} */ symbols) =>
    `<div>${symbols.map((symbol) => figureHtml(numbers, symbol, column, single)).join("")}</div>`
  return `<div class="layer">${figures(column.values)}${figures(column.gradients)}</div>`
}

/**
 * Return attributes for an element that opens the glossary (dialogs/glossary_popover.js); `of` is the symbol it
 * refers to.
 * @type {(id: string, of: string) => string}
 */
const glossaryAttributes = (id, of) => `data-meaning="${id}" data-of="${of}"`

/** @type {(numbers: Numbers, symbol: string, column: Column, single: boolean) => string} */
function figureHtml(numbers, symbol, { kind: column }, single) {
  const kind = isBiasRow(numbers, symbol, column) ? "bias" : column
  const { kind: mapKind, shape, plain, label } = numbers.maps[symbol]
  const hasClassNames =
    kind === "cells"
    && mapKind === "row"
    && symbol.replace(/^d/, "").startsWith("b")
    && numbers.isClasses(shape[0], symbol)
  return `<figure class="map" data-kind="${kind}" data-figure="${symbol}" ${hasClassNames ? `style="--longest: ${Math.max(...numbers.classes.map((name) => name.length))}"` : ""}>
    <figcaption ${glossaryAttributes(meaningOf(numbers, symbol), symbol)}><i class="name">${formula(label)}</i>${single ? `<span class="plain">${escapeHtml(plain)}</span>` : ""}</figcaption>
    <div class="slot" ${hasClassNames ? `data-names="${escapeHtml(numbers.classes.join("\n"))}" style="--n: ${shape[0]}"` : ""}><div class="plate"><canvas data-map="${symbol}" tabindex="0" role="img"></canvas></div></div></figure>`
}

// Return whether a symbol holds the biases of filters or units, which are drawn under them.
/** @type {(numbers: Numbers, symbol: string, kind: string) => boolean} */
const isBiasRow = (numbers, symbol, kind) =>
  (kind === "filters" || kind === "weights") && numbers.maps[symbol].kind === "row"
