// The overview of a network: two bands, values over gradients; every layer a column, every channel a map.

import { escaped, formula } from "../model/format.js"
import { meaningOf, signsOf } from "../model/meanings.js"
import { plan } from "../model/overview.js"
import { placeIn, spots } from "../model/phone.js"
import { faceOf, stacks } from "../model/plates.js"
import { has, say } from "../model/words.js"
import { COLOURS, Plate } from "./plate.js"

/** @typedef {import("../model/numbers.js").Numbers} Numbers */
/** @typedef {{ title: string, block: string, kind: string, values: string[], gradients: string[] }} Column */

const LOW = 116 // the least height of a band
const LINES = 640 // that overview and focus have on a screen of 720
const FOCUS = 207 // and of the focus under them
const TOP = 16 // the line with the names of layers, where there are no blocks
const HEADS = 40 // caption and ends of a figure
const STRIP_HEADS = 21 // and in a filmstrip, without the ends
const READABLE = 10.1 // size of what is printed in a filmstrip
const UNDER = 24 // a row of biases and its name
const BIAS = 8 // a row of biases under its filters
const BLOCK = 20 // the line with a block's name
const APART = 8 // least gap between columns
const BETWEEN = 18 // and between blocks
const TARGET = 24 // a button is at least so wide (WCAG 2.5.8), or has as much room to itself

export class Overview {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element
    /** @type {Record<string, Plate>} */
    this.plates = {}
    /** @type {Iterable<HTMLElement>}  the names of layers */
    this.brackets = []
    this.key = "" // which network it is built for
    this.size = "" // and laid out in
  }

  /** Builds what is not there yet. @param {Numbers} numbers @returns {boolean} whether the network is another one */
  receive(numbers) {
    const key = JSON.stringify([numbers.network.text, numbers.shape("x")])
    const another = key !== this.key
    if (another) this.build(numbers, key)
    this.numbers = numbers
    if (!another) for (const plate of Object.values(this.plates)) plate.receive(numbers)
    return another
  }

  /** @param {Numbers} numbers @param {string} key */
  build(numbers, key) {
    this.key = key
    this.size = ""
    /** @type {Column[]} */
    this.columns = joined(numbers.network.columns)
    this.single = this.columns.every(
      ({ kind, values }) => !["maps", "filters"].includes(kind) || numbers.shape(values[0])[0] === 1,
    )
    this.element.classList.toggle("single", this.single)
    this.element.innerHTML = blocks(
      this.columns,
      (column, place) => layer(numbers, column, place, this.single === true),
      this.single,
    )
    this.brackets = /** @type {NodeListOf<HTMLElement>} */ (this.element.querySelectorAll(".span-name"))
    this.plates = {}
    for (const canvas of this.element.querySelectorAll("canvas"))
      this.plates[canvas.dataset.map ?? ""] = new Plate(canvas)
  }

  /**
   * Gives every figure its place; `height` is what the overview may share with the focus below it. `phone`: the stage's own
   * maps and what they come from first. `zoom`: as a filmstrip, which a style sheet shows so many times as large.
   * @param {number} width @param {number} height @param {import("../model/phone.js").Phone | null} phone
   */
  lay(width, height, phone, zoom = 0) {
    const size = `${width} ${height} ${JSON.stringify(phone)} ${zoom}`
    if (size === this.size || !this.numbers) return this.outdate()
    this.size = size
    const times = zoom ? 1 : Math.max(1, height / LINES)
    const [heads, focus] = zoom ? [STRIP_HEADS, 0] : [HEADS, FOCUS * times]
    this.element.style.setProperty("--heads", `${heads}px`)
    for (const plate of Object.values(this.plates)) {
      plate.zoom = zoom || 1
      plate.least = zoom ? READABLE : 0
    }
    const columns = this.columns ?? []
    const needs = columns.map((column) => this.need(column))
    const gaps = this.gaps()
    if (phone) return this.layOnPhone(phone, width, needs)
    for (const { figure } of Object.values(this.plates)) Object.assign(figure.style, { gridColumn: "", gridRow: "" })
    const free = width - gaps - 6
    const titles = !this.single ? BLOCK : zoom ? 0 : TOP
    const most = (height - focus - titles - 2 * heads) / 2
    const least = zoom ? most : LOW * times
    const found = plan(needs, Math.max(free, 100), least, zoom ? most : Math.max(most, 90), times)
    this.element.style.setProperty("--m", `${found.height}px`)
    columns.forEach((column, n) => {
      const pressed = this.single === true || found.places[n].width * (zoom || 1) >= TARGET
      for (const symbol of [...column.values, ...column.gradients]) {
        this.give(symbol, column, found.places[n], 80)
        this.press(this.plates[symbol], pressed)
      }
    })
    for (const plate of Object.values(this.plates)) plate.receive(this.numbers)
  }

  /** Every map is drawn anew the next time. */
  outdate() {
    for (const plate of Object.values(this.plates)) plate.outdate()
  }

  /** @param {import("../model/phone.js").Phone} phone @param {number} width @param {import("../model/overview.js").Need[]} needs */
  layOnPhone(phone, width, needs) {
    const columns = this.columns ?? []
    const all = spots(phone, Object.keys(this.plates), width)
    columns.forEach((column, n) => {
      for (const symbol of [...column.values, ...column.gradients]) {
        const spot = all[symbol]
        const place = placeIn(needs[n], spot, symbol === "L")
        this.give(symbol, { ...column, kind: column.kind === "answers" ? "alone" : column.kind }, place, 110)
        Object.assign(this.plates[symbol].figure.style, { gridColumn: spot.column, gridRow: spot.row })
        this.press(this.plates[symbol], true)
      }
    })
    for (const plate of Object.values(this.plates)) plate.receive(/** @type {Numbers} */ (this.numbers))
  }

  /** @param {string} symbol @param {Column} column @param {import("../model/overview.js").Place} place @param {number} both width that both ends of the colours take */
  give(symbol, column, place, both) {
    const plate = this.plates[symbol]
    const numbers = /** @type {Numbers} */ (this.numbers)
    const bias = isBias(numbers, symbol, column.kind)
    plate.across = bias ? 1 : place.across
    plate.places = this.photographed(symbol) ? COLOURS + 1 : 0
    plate.narrow = place.width < both
    plate.face = faceOf(
      numbers.maps[symbol],
      column.kind,
      bias ? numbers.count(symbol) : column.kind === "strip" ? place.wrap : 1,
    )
    plate.names = column.kind === "classes" ? numbers.classes : null
    const [width, height] =
      column.kind === "answers" ? answer(symbol, place) : [place.width, bias ? BIAS : place.height]
    const title = /** @type {HTMLElement} */ (plate.figure.querySelector(".size"))
    const { label } = numbers.maps[symbol]
    const taken = this.single ? 26 : 6 + 8 * label.length
    title.hidden = width < taken + 6.4 * (title.textContent ?? "").length || (this.single === true && width < 145)
    const badge = /** @type {HTMLElement} */ (plate.figure.querySelector(".badge"))
    badge.hidden = width < (this.single ? 130 : 90)
    plate.size = [width, height]
    plate.figure.style.setProperty("--w", `${width}px`)
    plate.figure.style.setProperty("--h", `${height}px`)
    plate.change()
    this.channels(plate)
  }

  // Over a narrow column the name is only read; the map opens large from the words about it (`large` in pages/actions.js).
  /** @param {Plate} plate @param {boolean} pressed */
  press({ figure, symbol }, pressed) {
    const name = /** @type {HTMLElement} */ (figure.querySelector(".name"))
    if (pressed !== name instanceof HTMLButtonElement)
      name.outerHTML = nameOf(/** @type {Numbers} */ (this.numbers), symbol, pressed)
  }

  // A place for each channel, to be found and clicked by.
  /** @param {Plate} plate */
  channels(plate) {
    const holder = /** @type {HTMLElement} */ (plate.canvas.parentElement)
    for (const old of holder.querySelectorAll("[data-channel]")) old.remove()
    const face = /** @type {import("../model/plates.js").Face} */ (plate.face)
    if (face.tiles < 2 || face.stacked) return
    const down = Math.ceil(Math.max(face.tiles, plate.places) / plate.across)
    for (let n = 0; n < face.tiles; n++) {
      const place = document.createElement("span")
      place.dataset.channel = String(n)
      place.dataset.map = plate.symbol
      const [left, top] = [(n % plate.across) / plate.across, Math.floor(n / plate.across) / down]
      place.style.cssText = `left:${100 * left}%;top:${100 * top}%;width:${100 / plate.across}%;height:${100 / down}%`
      holder.append(place)
    }
  }

  /** @param {Column} column @returns {import("../model/overview.js").Need} */
  need({ kind, values }) {
    const numbers = /** @type {Numbers} */ (this.numbers)
    const [symbol] = values
    if (kind === "answers")
      return { kind, tiles: values.filter((name) => name !== "L").length, rows: 1, columns: 1, scale: 1 }
    const map = numbers.maps[symbol]
    const face = faceOf(map, kind)
    const stacked = map.kind === "weights" && stacks(map.shape)
    const under = isBias(numbers, values[1] ?? symbol, kind) ? UNDER : 0
    return {
      under,
      kind,
      tiles: this.photographed(symbol) ? COLOURS + 1 : face.tiles,
      rows: face.rows,
      columns: face.columns,
      scale: kind === "strip" && map.kind === "map" ? 0 : stacked ? 2 : 1,
    }
  }

  /** Whether the photograph stands beside its colours. @param {string} symbol */
  photographed(symbol) {
    const numbers = /** @type {Numbers} */ (this.numbers)
    return (symbol === "x" || symbol === "dx") && !this.single && numbers.shape(symbol)[0] === COLOURS
  }

  // Pixels between columns and blocks, which no map can have.
  gaps() {
    const columns = this.columns ?? []
    if (this.single) return columns.length * 26 - 46
    const blocks = new Set(columns.map(({ block }) => block)).size
    return (columns.length - 1) * APART + (blocks - 1) * (BETWEEN - APART)
  }
}

// Rows of few numbers stand close together, and the loss under them.
/** @param {Column[]} columns @returns {Column[]} */
function joined(columns) {
  /** @type {Column[]} */
  const found = []
  for (const column of columns) {
    const last = found[found.length - 1]
    if (last?.kind === "answers" && (column.kind === "cells" || column.kind === "loss")) {
      last.values.push(...column.values)
      last.gradients.push(...column.gradients)
    } else
      found.push(
        column.kind === "cells"
          ? { ...column, kind: "answers", values: [...column.values], gradients: [...column.gradients] }
          : column,
      )
  }
  return found
}

// A cell of the answers, and the loss.
/** @param {string} symbol @param {import("../model/overview.js").Place} place */
const answer = (symbol, { side, height }) => (symbol === "L" ? [2 * side + 4, height * 0.22] : [side, height * 0.5])

/** @type {(columns: Column[], layer: (column: Column, place: number) => string, single: boolean) => string} */
function blocks(columns, layer, single) {
  /** @type {{ name: string, layers: string[], answers: boolean }[]} */
  const found = []
  columns.forEach((column, place) => {
    if (!found.length || found[found.length - 1].name !== column.block)
      found.push({ name: column.block, layers: [], answers: false })
    found[found.length - 1].layers.push(layer(column, place))
  })
  return found
    .map(
      ({ name, layers }) =>
        `<div class="block">${single ? "" : `<p class="block-name">${escaped(name)}</p>`}<div class="columns">${layers.join("")}</div></div>`,
    )
    .join("")
}

/** @type {(numbers: Numbers, column: Column, place: number, single: boolean) => string} */
function layer(numbers, column, place, single) {
  const all = (/** @type {string[]} */ symbols) =>
    symbols.map((symbol) => figure(numbers, symbol, column, single)).join("")
  const cells = (/** @type {string[]} */ symbols) =>
    `<div class="answers"><div class="cells">${all(symbols.filter((name) => name !== "L"))}</div>${all(symbols.filter((name) => name === "L"))}</div>`
  const figures = (/** @type {string[]} */ symbols) =>
    column.kind === "answers" ? cells(symbols) : `<div>${all(symbols)}</div>`
  const before = single ? operator(numbers, column) : ""
  return `${before}<div class="layer ${column.kind}" style="--place:${place}">${single ? ownBracket(numbers, column) : ""}${figures(column.values)}${figures(column.gradients)}</div>`
}

// The name of a layer over what belongs to it.
/** @type {(numbers: Numbers, symbol: string) => string} */
function bracket(numbers, symbol) {
  const { layer } = numbers.maps[symbol]
  const name = layer === null ? undefined : numbers.network.layers[layer]?.name
  return name ? `<span class="span-name" data-layer="${layer}"><span>${escaped(name)}</span></span>` : ""
}

// Over its parameters; of a layer without any, over the sign before its map (see `operator`).
/** @type {(numbers: Numbers, column: Column) => string} */
function ownBracket(numbers, { kind, values: [symbol] }) {
  const owns = kind === "filters" || kind === "weights"
  const made = kind === "classes" || (kind === "strip" && symbol !== "v" && symbol !== "y")
  return owns || (made && isMade(numbers, symbol)) ? bracket(numbers, symbol) : ""
}

/** Whether a symbol is made by a layer without parameters. @param {Numbers} numbers @param {string} symbol */
const isMade = (numbers, symbol) =>
  !["conv", "dense", undefined].includes(numbers.network.layers[numbers.maps[symbol].layer ?? -1]?.kind)

/** What explains itself at a tap (pages/meaning.js), where there are words for it; `of` is the symbol that it is said of. @type {(id: string, text: string, name: string, of: string) => string} */
const meaningful = (id, text, name, of) =>
  has(`web.${id}.text`)
    ? `<button type="button" class="${name}" tabindex="-1" data-meaning="${id}" data-of="${of}">${escaped(text)}</button>`
    : `<span class="${name}">${escaped(text)}</span>`

/** With its number on the line, as it is said. @param {string} label */
const spoken = (label) => label.replace(/[₀-₉]/g, (low) => String(low.charCodeAt(0) - 0x2080))

// The name of a map, which opens it large where there is room to press it.
/** @type {(numbers: Numbers, symbol: string, pressed: boolean) => string} */
function nameOf(numbers, symbol, pressed) {
  const { label, words } = numbers.maps[symbol]
  if (!pressed) return `<span class="name">${formula(label)}</span>`
  const open = escaped(say("web.overview.large", { symbol: label, words }))
  const called = escaped(say("web.overview.large", { symbol: spoken(label), words })) // as who reads it aloud says it
  return `<button type="button" class="name" data-open="${symbol}" title="${open}" aria-label="${called}">${formula(label)}</button>`
}

/** @type {(numbers: Numbers, symbol: string, column: Column, single: boolean) => string} */
function figure(numbers, symbol, { kind: column, title }, single) {
  const kind =
    column === "answers" ? (symbol === "L" ? "loss" : "cells") : isBias(numbers, symbol, column) ? "bias" : column
  const { kind: what, shape, plain } = numbers.maps[symbol]
  const size =
    ["cells", "loss", "strip", "bias", "filters"].includes(kind) || what === "weights" ? "" : shape.slice(-2).join("×")
  const under = kind === "cells" || kind === "strip" // too narrow for a name beside the symbol
  const over = single && kind === "cells" && numbers.maps[symbol].band === "values" && isMade(numbers, symbol)
  const note = single ? size : kind === "maps" || kind === "classes" ? title : ""
  return `<figure class="map ${kind === "filters" ? "kernelmap" : kind === "cells" ? "cell" : kind === "loss" ? "cell wide" : kind === "strip" || kind === "bias" ? kind : ""}" data-figure="${symbol}">
    ${over ? bracket(numbers, symbol) : ""}<figcaption>${nameOf(numbers, symbol, true)}${single && !under ? `${meaningful(meaningOf(numbers, symbol), plain, "plain", symbol)}` : ""}<span class="badge"></span>${single || !note ? `<span class="size">${escaped(note)}</span>` : meaningful(meaningOf(numbers, symbol), note, "size", symbol)}</figcaption>
    <div class="plate"><canvas data-map="${symbol}" tabindex="0" role="img"></canvas></div>
    <p class="limits"><span class="low"></span><span class="bar"></span><span class="power"></span><span class="high"></span></p>
    ${single && under && numbers.maps[symbol].band !== "gradients" ? meaningful(meaningOf(numbers, symbol), plain, "plain under", symbol) : ""}</figure>`
}

// The bias of filters or of units stands under them, in a line.
/** @type {(numbers: Numbers, symbol: string, kind: string) => boolean} */
const isBias = (numbers, symbol, kind) =>
  (kind === "filters" || kind === "weights") && numbers.maps[symbol].kind === "row"

/** @param {import("../model/meanings.js").Sign} sign @param {string} of */
const signed = ({ text, id }, of) => (text ? meaningful(id, text, text.length > 2 ? "sign word" : "sign", of) : "")

// What stands between two columns of a network with one channel.
/** @type {(numbers: Numbers, column: Column) => string} */
function operator(numbers, column) {
  const [symbol] = column.values
  const signs = signsOf(numbers, column)
  if (!signs) return ""
  const over = column.kind === "maps" && isMade(numbers, symbol) ? bracket(numbers, symbol) : ""
  return `<div class="operators" aria-hidden="true">${over}${signs.map((sign) => `<p>${signed(sign, symbol)}</p>`).join("")}</div>`
}
