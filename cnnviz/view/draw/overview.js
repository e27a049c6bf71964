// All maps of a network, values above gradients, a column per layer and a tile per channel: as a strip under the
// stage, or enlarged as the whole network.

import { meaningOf, signsOf } from "../model/explain/meanings.js"
import { arrange, FIXED, GAP } from "../model/layout/overview.js"
import { faceOf, faceOfImages, isLayered } from "../model/numbers/array_faces.js"
import { escapeHtml, formula } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { cssZoom } from "./css_zoom.js"
import { COLOUR_CHANNELS, Plate } from "./plate.js"

/** @import { Numbers } from "../types/view.js" */
/** @typedef {Numbers["network"]["columns"][number]} Column */
/** @typedef {{ width: number, height: number, whole: boolean, rows: number }} Room  in pixels; `whole`: whether to draw the whole network instead of a strip; `rows`: number of rows of the strip */

const MAX_BAND = 50 // maximum height of the strip's maps
const STRIP = { heads: 22, under: 10, gap: 8, least: 13 } // height of captions, room for biases, gap between columns, and minimum font size
const WHOLE = { heads: 40, under: 24, gap: 8, least: 13 }
const MIN_BAND = 116 // minimum height of a band of the whole network
const LAYER_LINE = 16 // height of the line of layer names, for a network without blocks
const BIAS_HEIGHT = 8 // height of a row of biases under its filters
const BLOCK_LINE = 20 // height of the line with a block's name
const BLOCK_GAP = 18 // gap between blocks
const LABEL_WIDTH = 80 // width of the labels beside the strip
const SIGN_WIDTH = 26 // width of a sign between columns
const NAME_WIDTH = 26 // width of a symbol above a map
const WORD_GAP = 3 // minimum distance between two words
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
    /** @type {Iterable<HTMLElement>}  names of layers */
    this.brackets = []
    this.key = "" // the network that the maps are built for
    this.size = "" // the size that the maps are laid out for
    this.whole = false // whether the whole network is shown
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
      directionLabels() + blockHtml(columns, (column) => layerHtml(numbers, column, this.single === true), this.single)
    this.brackets = /** @type {NodeListOf<HTMLElement>} */ (this.element.querySelectorAll(".span-name"))
    this.plates = {}
    for (const canvas of this.element.querySelectorAll("canvas"))
      this.plates[canvas.dataset.map ?? ""] = new Plate(canvas)
  }

  /** Set the size of every map. @param {Room} room */
  layOut({ width, height, whole, rows }) {
    const size = `${width} ${height} ${whole}`
    if (size === this.size || !this.numbers) return this.outdate()
    this.size = size
    this.whole = whole
    this.element.classList.remove("cramped") // reset before measuring
    const { heads, least, under } = whole ? WHOLE : STRIP
    const { columns } = this
    const band = whole
      ? Math.min(
          Math.max((height - (this.single ? LAYER_LINE : BLOCK_LINE) - 2 * heads) / 2, MIN_BAND),
          this.single ? width / 5 : height,
        )
      : Math.min(MAX_BAND, height / rows - heads - 2)
    const shownColumns = whole ? columns : columns.map(inStrip)
    const needs = shownColumns.map((column) => {
      const need = this.needOf(column, under)
      const hasManyChannels = !whole && width < TABLET && need.kind === "maps" && need.tiles > RECOGNIZABLE.tiles
      const least = hasManyChannels ? { least: RECOGNIZABLE.side } : {}
      return { ...need, ...least, share: whole && column.kind === "filters" ? 0.64 : 1, beside: !whole }
    })
    const room = width < PHONE ? Math.max(width, MIN_COLUMN * columns.length * (whole ? 1.6 : 1)) : width
    const freeWidth = Math.max(room - this.gapWidth(whole) - 6, 100)
    const layOutColumns = (/** @type {number} */ lost) => arrange(needs, freeWidth - lost, band)
    const addExcess = (/** @type {number} */ sum, /** @type {{ width: number }} */ { width }) =>
      sum + Math.max(0, NAME_WIDTH - width)
    let layouts = layOutColumns(this.single ? 0 : layOutColumns(0).reduce(addExcess, 0)) // a symbol needs more width than a narrow map
    if (!whole && (width < TABLET || needs.some(({ images }) => images))) {
      for (
        let extra = 0;
        extra < 16 * width && needs.some((need, n) => isTooSmall(need, layouts[n], band));
        extra += RECOGNIZABLE.step
      )
        layouts = layOutColumns(-extra)
    }
    this.element.style.setProperty("--heads", `${heads}px`)
    this.element.style.setProperty(
      "--m",
      `${whole ? Math.max(...layouts.map((layOutColumns) => layOutColumns.height)) : band}px`,
    )
    const smallest = whole ? least / cssZoom(this.element) : least
    shownColumns.forEach((column, n) => {
      for (const symbol of [...column.values, ...column.gradients]) this.sizeMap(symbol, column, layouts[n], smallest)
    })
    for (const plate of Object.values(this.plates)) plate.receive(this.numbers)
    if (this.single) this.hideOverlaps(whole)
    this.scrolls = this.element.scrollWidth > this.element.clientWidth
    this.element.classList.toggle("cramped", !whole && this.scrolls)
  }

  /**
   * In the whole network, hide words that would overlap a symbol, another word or the next map.
   * @param {boolean} whole
   */
  hideOverlaps(whole) {
    const parts = /** @type {NodeListOf<HTMLElement>} */ (
      this.element.querySelectorAll("figcaption > :is(.name, .plain), .span-name > span")
    )
    for (const part of parts) part.hidden = false
    if (!whole) return
    const boxes = [...parts].map((part) => ({ part, box: part.getBoundingClientRect() }))
    const [names, words] = [".name", ":not(.name)"].map((kind) => boxes.filter(({ part }) => part.matches(kind)))
    const overlap = (/** @type {DOMRect} */ one, /** @type {DOMRect} */ other) =>
      Math.min(one.right, other.right) > Math.max(one.left, other.left) - WORD_GAP
      && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4
    for (const word of words.sort((a, b) => a.box.width - b.box.width)) {
      word.part.hidden = names.some(
        ({ part, box }) => part.parentElement !== word.part.parentElement && overlap(box, word.box),
      )
      if (!word.part.hidden) names.push(word)
    }
  }

  /** Repaint every map at the next draw. */
  outdate() {
    for (const plate of Object.values(this.plates)) plate.invalidate()
  }

  /** @param {string} symbol @param {Column} column @param {import("../model/layout/overview.js").ColumnLayout} place @param {number} least minimum font size in a cell */
  sizeMap(symbol, column, place, least) {
    const plate = this.plates[symbol]
    const numbers = /** @type {Numbers} */ (this.numbers)
    const isBias = isBiasRow(numbers, symbol, column.kind)
    plate.least = least
    plate.across = isBias ? 1 : place.across
    plate.places = this.hasPhotograph(symbol) ? COLOUR_CHANNELS + 1 : 0
    plate.narrow = place.width < 80
    plate.face = faceOf(
      numbers.maps[symbol],
      column.kind,
      isBias ? numbers.count(symbol) : column.kind === "strip" ? place.wrap : 1,
    )
    plate.names = column.kind === "classes" ? numbers.classes : null
    plate.ofImages = !this.whole && numbers.ofImages(symbol) !== undefined
    if (plate.ofImages) this.layOutImages(plate)
    const [width, height] = plate.ofImages
      ? sizeOfImages(plate, plate.across, place)
      : [place.width, isBias ? BIAS_HEIGHT : place.height]
    const title = /** @type {HTMLElement} */ (plate.figure.querySelector(".size"))
    const { label } = numbers.maps[symbol]
    const labelWidth = this.single ? 26 : 6 + 8 * label.length
    title.hidden = width < labelWidth + 7.4 * (title.textContent ?? "").length || (this.single === true && width < 145)
    const badge = /** @type {HTMLElement} */ (plate.figure.querySelector(".badge"))
    badge.hidden = width < (this.single ? 130 : 90)
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

  /** @param {Column} column @param {number} under height of biases under filters @returns {import("../model/layout/overview.js").Need} */
  needOf({ kind, values }, under) {
    const numbers = /** @type {Numbers} */ (this.numbers)
    const [symbol] = values
    const map = numbers.maps[symbol]
    const face = faceOf(map, kind)
    const stacked = map.kind === "weights" && isLayered(map.shape)
    const images = this.whole || kind !== "maps" ? 0 : numbers.ofImages(symbol)?.shape[0]
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
      }
    return {
      under: isBiasRow(numbers, values[1] ?? symbol, kind) ? under : 0,
      kind,
      tiles: this.hasPhotograph(symbol) ? COLOUR_CHANNELS + 1 : face.tiles,
      rows: face.rows,
      columns: face.columns,
      scale: kind === "strip" && map.kind === "map" ? 0 : stacked ? 2 : 1,
    }
  }

  /** Return whether the colour photograph is shown beside its channels. @param {string} symbol */
  hasPhotograph(symbol) {
    const numbers = /** @type {Numbers} */ (this.numbers)
    return (symbol === "x" || symbol === "dx") && !this.single && numbers.shape(symbol)[0] === COLOUR_CHANNELS
  }

  /** Return the width taken by gaps and labels, in pixels. @param {boolean} whole */
  gapWidth(whole) {
    const { columns } = this
    if (!whole) return LABEL_WIDTH + columns.length * STRIP.gap
    if (this.single) return (columns.length - 3) * SIGN_WIDTH - FIXED.loss
    const blocks = new Set(columns.map(({ block }) => block)).size
    return (columns.length - 1) * WHOLE.gap + (blocks - 1) * (BLOCK_GAP - WHOLE.gap)
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

/** @type {(columns: Column[], layer: (column: Column) => string, single: boolean) => string} */
function blockHtml(columns, layer, single) {
  return [...Map.groupBy(columns, ({ block }) => block)]
    .map(([name, own]) => {
      const title = single ? "" : `<p class="block-name">${escapeHtml(name)}</p>`
      return `<div class="block">${title}<div class="columns">${own.map(layer).join("")}</div></div>`
    })
    .join("")
}

/** @type {(numbers: Numbers, column: Column, single: boolean) => string} */
function layerHtml(numbers, column, single) {
  const isBiased = (/** @type {string | undefined} */ below) =>
    below !== undefined && isBiasRow(numbers, below, column.kind)
  const figures = (/** @type {readonly string[]} */ symbols) =>
    `<div>${symbols.map((symbol, n) => figureHtml(numbers, symbol, column, single, isBiased(symbols[n + 1]))).join("")}</div>`
  const signs = single ? signHtml(numbers, column) : ""
  return `${signs}<div class="layer${column.kind === "loss" ? " of-loss" : ""}">${single ? layerNameAbove(numbers, column) : ""}${figures(column.values)}${figures(column.gradients)}</div>`
}

// Return the HTML of a layer's name, or "" if it has none.
/** @type {(numbers: Numbers, symbol: string) => string} */
function layerName(numbers, symbol) {
  const { layer } = numbers.maps[symbol]
  const name = layer === null ? undefined : numbers.network.layers[layer]?.name
  return name ? `<span class="span-name" data-layer="${layer}"><span>${escapeHtml(name)}</span></span>` : ""
}

// Return the name above a layer's parameters. A layer without parameters has it above the sign before its map (see
// `operator`).
/** @type {(numbers: Numbers, column: Column) => string} */
function layerNameAbove(numbers, { kind, values: [symbol] }) {
  const hasParameters = kind === "filters" || kind === "weights"
  const isComputed = kind === "classes" || (kind === "strip" && symbol !== "v" && symbol !== "y")
  return hasParameters || (isComputed && isWithoutParameters(numbers, symbol)) ? layerName(numbers, symbol) : ""
}

/**
 * Return whether a symbol is computed by a layer without parameters.
 * @param {Numbers} numbers @param {string} symbol
 */
const isWithoutParameters = (numbers, symbol) =>
  !["conv", "dense", undefined].includes(numbers.network.layers[numbers.maps[symbol].layer ?? -1]?.kind)

/**
 * Return attributes for an element that opens the glossary (dialogs/glossary_popover.js); `of` is the symbol it
 * refers to.
 * @type {(id: string, of: string) => string}
 */
const glossaryAttributes = (id, of) => `data-meaning="${id}" data-of="${of}"`

/** @type {(numbers: Numbers, symbol: string, column: Column, single: boolean, biased: boolean) => string} */
function figureHtml(numbers, symbol, { kind: column, title }, single, biased) {
  const kind = isBiasRow(numbers, symbol, column) ? "bias" : column
  const { kind: mapKind, shape, plain, label, band } = numbers.maps[symbol]
  const isMap = ["maps", "classes"].includes(kind) && mapKind === "map"
  const note = single ? (isMap ? shape.slice(-2).join("×") : "") : kind === "maps" || kind === "classes" ? title : ""
  const hasLayerName = single && kind === "cells" && band === "values" && isWithoutParameters(numbers, symbol)
  const hasClassNames =
    kind === "cells"
    && mapKind === "row"
    && symbol.replace(/^d/, "").startsWith("b")
    && numbers.isClasses(shape[0], symbol)
  return `<figure class="map${biased ? " biased" : ""}" data-kind="${kind}" data-figure="${symbol}" ${hasClassNames ? `style="--longest: ${Math.max(...numbers.classes.map((name) => name.length))}"` : ""}>${hasLayerName ? layerName(numbers, symbol) : ""}
    <figcaption ${glossaryAttributes(meaningOf(numbers, symbol), symbol)}><i class="name">${formula(label)}</i>${single ? `<span class="plain">${escapeHtml(plain)}</span>` : ""}<span class="badge"></span><span class="size">${escapeHtml(note)}</span></figcaption>
    <div class="slot" ${hasClassNames ? `data-names="${escapeHtml(numbers.classes.join("\n"))}" style="--n: ${shape[0]}"` : ""}><div class="plate"><canvas data-map="${symbol}" tabindex="0" role="img"></canvas></div></div>
    <p class="limits"><span class="low"></span><span class="bar"></span><span class="power"></span><span class="high"></span></p></figure>`
}

// Return whether a symbol holds the biases of filters or units, which are drawn under them.
/** @type {(numbers: Numbers, symbol: string, kind: string) => boolean} */
const isBiasRow = (numbers, symbol, kind) =>
  (kind === "filters" || kind === "weights") && numbers.maps[symbol].kind === "row"

// Return the HTML of the signs between two columns of a network with one channel.
/** @type {(numbers: Numbers, column: Column) => string} */
function signHtml(numbers, column) {
  const [symbol] = column.values
  const signs = signsOf(numbers, column)
  if (!signs) return ""
  const name = column.kind === "maps" && isWithoutParameters(numbers, symbol) ? layerName(numbers, symbol) : ""
  const sign = (/** @type {import("../model/explain/meanings.js").Sign} */ { text, id }) =>
    `<p ${text ? glossaryAttributes(id, symbol) : ""} class="sign${text.length > 2 ? " word" : ""}">${escapeHtml(text)}</p>`
  return `<div class="operators" aria-hidden="true">${name}${signs.map(sign).join("")}</div>`
}
