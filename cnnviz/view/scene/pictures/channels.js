// A convolution of several channels or filters, forward and backward: a window on each map, its kernel, and the sum of
// their products. These sums add up to a cell. One channel is open and shows all its numbers; up to four all are open.

import { FONT_SIZES } from "../../draw/font_sizes.js"
import { terms as termsOf } from "../../model/explain/formula_values.js"
import { channelSums, kernelName, underKernel } from "../../model/explain/windows.js"
import { colour } from "../../model/numbers/colour.js"
import { exactSum } from "../../model/numbers/exact_sum.js"
import { COLON, formula, number, parsePrinted, timesPower } from "../../model/numbers/format.js"
import { equalsText } from "../../model/numbers/printed_digits.js"
import { decimalsOrDigits, printSum, withPlus } from "../../model/numbers/printed_sums.js"
import { spoken } from "../../model/spoken.js"
import { say } from "../../model/words.js"
import { html, markup, nothing } from "../../shell/html.js"
import { printCells } from "../digits.js"
import { beam, lead, leads } from "../leads.js"
import { cellRing, cells, head, heat, mapOf, nameOf, staircase } from "../parts.js"
import { scenePicture } from "../scene.js"
import { largest, readBy, termAt } from "./convolution.js"

/** @import { Scene } from "../scene.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */
/** @typedef {ReturnType<typeof partsOf>} Parts */
/** @typedef {{ open: number[], kept: number[], rest: number[], canChoose: boolean, hasColumns: boolean }} Shown  channels that are open, that have a step each, and that share one; `canChoose`: whether another one can be opened; `hasColumns`: whether maps and numbers are in columns above the steps */

const ALL_OPEN = 4 // maximum number of channels that are all open
const [MOST, KEPT] = [16, 12] // maximum number of channels that are all shown, and number of the largest that are shown of more
const STEPS = 10 // maximum number of steps in a vertical layout
const CROWDED = 32 // number of columns from which they have no names
const LONG = 1 / 3 // a number with many decimals
const SHARED = 0.1 // a sum of smaller numbers has a common power of ten
const LETTERS = 4 // of a sum that is worth printing: two decimals
const [FIRST, EACH] = [0.325, 0.34] // shares of the assembly: when the first sum falls, and the time for all of them

/**
 * Return what a cell reads, and the sum of the products of each channel.
 * @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {boolean} back
 */
function partsOf(numbers, symbol, cell, back) {
  const parts = readBy(numbers, symbol, cell, back)
  const { x, f, k, met } = parts
  const kernelAt = (/** @type {number} */ channel) =>
    /** @type {[number, number]} */ (back ? [channel, cell[0]] : [cell[0], channel])
  return {
    ...parts,
    symbol,
    cell,
    sums: channelSums(numbers, termsOf(numbers, symbol, cell), x),
    kernelAt,
    kernelFrom: (/** @type {number} */ channel) => numbers.offset(f, [...kernelAt(channel), 0, 0]),
    under: (/** @type {number} */ channel) => underKernel(numbers, { f, read: x, met }, kernelAt(channel), channel),
    area: k * k,
  }
}

/** @type {import("../scene.js").ScenePicture} */
const ofChannels = (scene, symbol, cell) => draw(scene, partsOf(scene.numbers, symbol, cell, false))

/** @type {import("../scene.js").ScenePicture} */
const ofFilters = (scene, symbol, cell) => draw(scene, partsOf(scene.numbers, symbol, cell, true))

export const channels = scenePicture(ofChannels)
export const channelsBack = scenePicture(ofFilters)

/** @param {Scene} scene @param {Parts} parts */
function draw(scene, parts) {
  const { numbers, isUpright } = scene
  const { symbol, cell, x, bias, sums, back } = parts
  const shown = shownOf(scene, parts)
  const { open, kept, rest } = shown
  const total = numbers.at(symbol, cell)
  const steps = stepsOf(numbers, parts, shown)
  const written = printSteps(scene, parts, steps, total)
  const printed = steps.map((step) => ({ ...step, text: written.term(step.value) }))
  const isBackward = back && !isUpright // the steps go from right to left
  const { limits, scale } = numbers.maps[symbol]
  const words = back ? say("web.mechanism.arrived") : numbers.maps[x].plain
  const classes = [
    isBackward ? "back" : "",
    shown.canChoose ? "" : "all-open",
    written.size,
    kept.length > CROWDED ? "crowded" : "",
  ]
  const source = isUpright
    ? html`${mapOf(scene, x, open[0], { ...mapHow(numbers, parts, open[0], true), head: head(nameOf(numbers, x, open[0]), words), place: "source" })}${tables(scene, parts, shown, open[0], numbersOf(scene, parts, shown, open[0]))}${turns(numbers, parts, open[0])}`
    : html`<div class="over">${head(numbers.maps[x].label, `${sums.length} × ${words}`)}</div>`
  const beams = open.map((channel) => beam(`window${channel}`, `w${suffixOf(shown, channel)}`))
  return html`<div class="picture channels ${classes.join(" ")}" style=${styleOf(numbers, parts, shown, steps)}>
    ${source}
    <div class="columns-of">
      ${kept.map((channel, n) => column(scene, parts, shown, channel, begins(parts, shown, n)))}
      ${rest.length ? restOf(shown, rest.length) : nothing}
      ${bias ? html`<p class="bias" data-term="b" data-symbol=${bias} data-cell=${cell[0]}>+ <i>${markup(formula(numbers.maps[bias].label))}</i></p>` : nothing}
    </div>
    ${staircase(scene, isBackward ? printed.toReversed() : printed, total, { id: written.id, text: written.total, paint: colour(total, limits, scale), label: say("web.mechanism.products"), enter: "rise 0.7" })}
    ${mapOf(scene, symbol, cell[0], { role: "made", place: "result-map", rings: [cellRing(cell[1], cell[2], { id: "cell", enter: "fade 0.95" })], bar: !isUpright, word: "", ...(isUpright ? { note: "" } : {}) })}
    ${leads(beams, lead("total", "cell", { way: isUpright ? "around" : "under" }))}
  </div>`
}

/** Return the style properties that the layout depends on. @param {Numbers} numbers @param {Parts} parts @param {Shown} shown @param {ReturnType<typeof stepsOf>} steps */
function styleOf(numbers, { symbol, x, k, zeros, back }, shown, steps) {
  const [[, rows, columns], [, down, across]] = [x, symbol].map((name) => numbers.shape(name))
  const tracks = steps.map(({ place }) => `var(--${place || "pitch"})`)
  const inOrder = back && shown.hasColumns ? tracks.toReversed() : tracks
  const opens = steps.filter(({ place }) => place).length
  const { before, below, right } = zeros
  return `--k:${k};--down:${down};--across:${across};--high:${rows + before + below};--wide:${columns + before + right};--opens:${opens};--closed:${Math.max(steps.length - opens, 1)};--tracks:${tracks.join(" ")};--steps:${inOrder.join(" ")}`
}

/** Return when the sum of a shown channel falls, in the order of the steps. @param {Parts} parts @param {Shown} shown @param {number} n */
const begins = ({ back }, { kept, hasColumns }, n) =>
  FIRST + (EACH * (back && hasColumns ? kept.length - 1 - n : n)) / kept.length

/** Return the sum of the magnitudes of a channel's weights. @param {Numbers} numbers @param {Parts} parts @param {number} channel */
const sizeOfKernel = (numbers, { f, kernelFrom, area }, channel) => {
  const weights = numbers.values(f)
  const from = kernelFrom(channel)
  return Array.from({ length: area }, (_, n) => Math.abs(weights[from + n])).reduce((sum, size) => sum + size, 0)
}

/**
 * Return the channels that are shown. Of many, these have the largest sums, or the largest kernels while cells change
 * quickly.
 * @param {Scene} scene @param {Parts} parts @returns {Shown}
 */
function shownOf({ numbers, choice, isUpright, isSteady }, parts) {
  const { sums } = parts
  const sizes = sums.map((sum, channel) => (isSteady ? sizeOfKernel(numbers, parts, channel) : Math.abs(sum)))
  const all = [...sums.keys()]
  const strongest = all.toSorted((one, other) => sizes[other] - sizes[one])
  choice.open ??= strongest[0] // it stays open while the cell changes
  const isUnfolded = choice.unfolded === true && !isUpright
  const areAllOpen = sums.length <= ALL_OPEN && !isUpright
  const open = areAllOpen ? all : isUnfolded ? [] : [choice.open]
  const [most, few] = isUpright ? [STEPS, STEPS - 1] : [MOST, KEPT]
  const largestFirst = [...new Set([...open, ...strongest])]
  const kept = sums.length <= most || isUnfolded ? all : largestFirst.slice(0, few).toSorted((a, b) => a - b)
  const rest = all.filter((channel) => !kept.includes(channel))
  return { open, kept, rest, canChoose: !areAllOpen, hasColumns: !isUpright }
}

/** Return the steps of the sum, without their texts. @param {Numbers} numbers @param {Parts} parts @param {Shown} shown */
function stepsOf(numbers, parts, shown) {
  const { symbol, sums, bias, cell } = parts
  const { kept, rest } = shown
  const high = Math.max(...sums.map(Math.abs), numbers.maps[symbol].limits[1])
  const limits = [-high, high] // the result has the same colours
  const steps = kept.map((channel, n) => ({
    value: sums[channel],
    term: String(channel),
    name: String(channel),
    place: isWide(shown, channel) ? "open" : "",
    limits,
    symbol: "",
    cell: /** @type {Cell} */ ([]),
    enter: `drop ${isWide(shown, channel) ? `f${suffixOf(shown, channel)}` : `k${channel}`} ${begins(parts, shown, n)}`,
  }))
  const plainStep = { place: "", limits, symbol: "", cell: [], enter: "rise 0.66" }
  if (rest.length) {
    const value = exactSum(rest.map((channel) => sums[channel]))
    steps.push({ ...plainStep, value, term: "rest", name: `+${rest.length}` })
  }
  if (bias) {
    const at = { symbol: bias, cell: [cell[0]] }
    steps.push({ ...plainStep, value: numbers.at(bias, at.cell), term: "b", name: numbers.maps[bias].label, ...at })
  }
  return steps
}

/** Return whether a channel's numbers are in its column. @param {Shown} shown @param {number} channel */
const isWide = ({ open, hasColumns }, channel) => hasColumns && open.includes(channel)

/** Return the suffix of the ids of an open channel's tables. If only one is open, all channels have the same, so that their room is measured once. @param {Shown} shown @param {number} channel */
const suffixOf = ({ canChoose }, channel) => (canChoose ? "." : `${channel}.`)

/** @param {number} channel to be opened */
const choose = (channel) => JSON.stringify({ open: channel, unfolded: false })

/** Return buttons that open the previous and the next channel, where the tiles are too narrow for a finger. @param {Numbers} numbers @param {Parts} parts @param {number} open */
function turns(numbers, { x, sums }, open) {
  const turn = (/** @type {number} */ step, /** @type {string} */ sign) => {
    const channel = (open + step + sums.length) % sums.length
    return html`<button type="button" aria-label=${spoken(nameOf(numbers, x, channel))} data-choose=${choose(channel)}>${sign}</button>`
  }
  return html`<div class="turns">${turn(-1, "‹")}${turn(1, "›")}</div>`
}

/** Return a channel's column: its map, its kernel, and all numbers if it is open. @param {Scene} scene @param {Parts} parts @param {Shown} shown @param {number} channel @param {number} begin share of the assembly when its sum falls */
function column(scene, parts, shown, channel, begin) {
  const { numbers } = scene
  const { x, f, k, kernelAt, kernelFrom } = parts
  const [name, kernel] = [nameOf(numbers, x, channel), kernelName(numbers, f, kernelAt(channel))]
  const isOpen = isWide(shown, channel)
  const enter = `flash ${begin}`
  const tile = () =>
    heat(numbers.values(f), k, k, {
      limits: numbers.maps[f].limits,
      from: kernelFrom(channel),
      label: `${kernel}, ${numbers.maps[f].plain}`,
      id: `k${channel}`,
      bar: false,
      enter,
    })
  const of = isOpen ? numbersOf(scene, parts, shown, channel) : null
  const factors = of ? [name, of.units[0], "⊙", kernel, of.units[1]].filter(Boolean).join(" ") : ""
  const inside = of
    ? html`<span class="of"><i>${markup(formula(name))}</i><small>${markup(formula(factors))}</small></span>`
    : html`<b class="sign">⊙</b>${tile()}<small>${channel}</small>`
  return html`<section class="channel ${shown.open.includes(channel) ? "open" : ""}">
    ${shown.hasColumns ? mapOf(scene, x, channel, mapHow(numbers, parts, channel, isOpen)) : nothing}
    ${shown.canChoose && shown.hasColumns ? html`<button type="button" aria-label=${spoken(`${name}, ${kernel}`)} aria-expanded=${isOpen} aria-disabled=${isOpen ? "true" : nothing} data-term=${channel} data-choose=${choose(channel)}>${inside}</button>` : html`<p data-term=${channel} data-choose=${shown.canChoose ? choose(channel) : nothing}>${inside}</p>`}
    ${of ? tables(scene, parts, shown, channel, of, enter) : nothing}</section>`
}

/** Return how the map of a channel is shown. @param {Numbers} numbers @param {Parts} parts @param {number} channel @param {boolean} isOpen */
function mapHow(numbers, { x, window, zeros, under }, channel, isOpen) {
  const read = isOpen ? under(channel).cells : []
  const prefix = `${channel},`
  return {
    head: undefined,
    label: `${nameOf(numbers, x, channel)}, ${numbers.maps[x].plain}`,
    rings: [{ ...window, id: isOpen ? `window${channel}` : "" }],
    zeros,
    relate: {
      term: (/** @type {number} */ row, /** @type {number} */ at) => {
        const n = termAt(read, row, at)
        return n ? prefix + n : String(channel)
      },
      place: (/** @type {string} */ term) =>
        /** @type {[number, number] | null} */ (
          (term.startsWith(prefix) && read[Number(term.slice(prefix.length))]?.slice(1)) || null
        ),
    },
    bar: false,
  }
}

/** Return the numbers of a channel's window and kernel, and their formatters. @param {Scene} scene @param {Parts} parts @param {Shown} shown @param {number} channel */
function numbersOf({ numbers, room, isSteady }, { x, under }, shown, channel) {
  const ids = ["w", "f"].map((id) => id + suffixOf(shown, channel))
  const { a, b, cells: read } = under(channel)
  const print = (/** @type {"letters" | "most"} */ width) => [
    printCells(isSteady ? numbers.maps[x].limits : a, room(ids[0])[width], { isSteady }),
    printCells(b, room(ids[1])[width]),
  ]
  const [normal, small] = [print("letters"), print("most")]
  const isSmall = small.some(({ write }, n) => write(LONG) !== normal[n].write(LONG)) // more decimals fit
  const printed = isSmall ? small : normal
  const hasDigits = printed.every(({ fits }) => fits)
  const units = printed.map(({ power }) => timesPower(hasDigits ? power : 0))
  return { ids, a, b, read, printed, isSmall, hasDigits, units }
}

/** Return window and kernel of a channel with all numbers. @param {Scene} scene @param {Parts} parts @param {Shown} shown @param {number} channel @param {ReturnType<typeof numbersOf>} of @param {string} [flash] how their cells enter */
function tables(scene, parts, shown, channel, { ids, a, b, read, printed, isSmall, hasDigits, units }, flash = "") {
  const { numbers } = scene
  const { x, f, k, kernelAt, sums, back } = parts
  const at = kernelAt(channel)
  const { limits, scale } = numbers.maps[x]
  const [window, kernel] = printed.map(({ fits, write }) => (fits ? write : () => ""))
  const both = { isSmall, term: (/** @type {number} */ n) => `${channel},${n}`, enter: () => flash }
  const words = say(`web.mechanism.${back ? "arrived" : a.some(Number.isNaN) ? "window_outside" : "window"}`)
  const name = kernelName(numbers, f, at)
  const [overWindow, overKernel] = shown.hasColumns
    ? [nothing, nothing]
    : [head("", words, units[0]), head(name, "", units[1])]
  return html`<div class="both">
    <figure>${overWindow}${cells(scene, a, k, { ...both, id: ids[0], label: `${nameOf(numbers, x, channel)}, ${words}`, limits, scale, write: window, blank: hasDigits && !back ? "0" : "", symbol: x, cell: (n) => read[n], flies: `fly window${channel} 0` })}</figure>
    <b class="sign">⊙</b>
    <figure>${overKernel}${cells(scene, b, k, { ...both, id: ids[1], label: `${name}, ${numbers.maps[f].plain}`, limits: numbers.maps[f].limits, write: kernel, bold: true, symbol: f, cell: (n) => [...at, Math.floor(n / k), n % k] })}</figure>
    ${hasDigits ? nothing : largest(a, b, `${channel},`)}
    ${shown.hasColumns ? nothing : html`<p class="sum-of" data-term=${channel}>${say("web.learn.channel", { n: channel })}${COLON}<b>${withPlus(sums[channel], decimalsOrDigits(sums[channel], 3))}</b></p>`}</div>`
}

/** Return a label for the channels that are left out; a click shows them. @param {Shown} shown @param {number} count */
function restOf({ hasColumns }, count) {
  const words = html`<b>+ ${count}</b><small>${say("web.mechanism.others")}</small>`
  return !hasColumns
    ? html`<p class="rest" data-term="rest">${words}</p>`
    : html`<button type="button" class="rest" data-term="rest" data-choose=${JSON.stringify({ unfolded: true })}>${words}</button>`
}

/**
 * Return the texts of the sum, in the largest size in which the printed terms add up to the printed total. If there is
 * no room, only the total has a text. While cells change quickly, the number of decimals depends only on limits.
 * @param {Scene} scene @param {Parts} parts @param {ReturnType<typeof stepsOf>} steps @param {number} total
 */
function printSteps({ numbers, room, choice, isUpright, isSteady }, parts, steps, total) {
  const id = choice.unfolded && !isUpright ? "all" : "terms"
  const { letters, most } = room(id)
  const values = steps.map(({ value }) => value)
  const print = isSteady ? printSteadily(numbers, parts, total) : printExactly(values, total)
  const sizes = /** @type {const} */ ([
    [letters, ""],
    [Math.floor((most * FONT_SIZES.small) / FONT_SIZES.text), "text-steps"],
    [most, "small-steps"],
  ])
  const all = sizes.flatMap(([places, size]) => {
    const printed = places > LETTERS ? print(places - 1) : null // without its sign
    return printed ? [{ ...printed, size }] : []
  })
  const printed = all.find(({ isRight }) => isRight) ?? all[0]
  if (!printed) return { id, size: "", term: () => "", total: equalsText(total, number(total, 3)) }
  const unit = printed.power ? ` ${timesPower(printed.power)}` : ""
  const term = (/** @type {number} */ value) => withPlus(value, printed.write(value))
  return { id, size: printed.size, term, total: printed.total + unit }
}

/** Return a function that prints a sum whose terms fit in some characters, or null. @param {number[]} values @param {number} total */
const printExactly = (values, total) => (/** @type {number} */ places) => {
  const fits = (/** @type {string} */ text) => text.replace("−", "").length <= places
  const sum = printSum(values, total, { below: SHARED, fits })
  if (!sum.texts.every(fits)) return null
  const end = sum.texts.reduce((all, text) => all + parsePrinted(text), 0)
  const rounding = 0.501 / 10 ** (sum.total.match(/[.,](\d+)$/)?.[1].length ?? 0)
  const isRight = Math.abs(end - parsePrinted(sum.total)) <= rounding
  return { ...sum, isRight, total: equalsText(total, sum.total) }
}

/** Return a function that prints with the same decimals in all cells. @param {Numbers} numbers @param {Parts} parts @param {number} total */
function printSteadily(numbers, parts, total) {
  const [low, high] = numbers.maps[parts.x].limits
  const sizes = parts.sums.map((_, channel) => sizeOfKernel(numbers, parts, channel))
  const bound = Math.max(...sizes) * Math.max(-low, high)
  const limits = [-bound, bound, ...numbers.maps[parts.symbol].limits]
  return (/** @type {number} */ places) => {
    const { fits, write, power } = printCells(limits, places + 1, { isSteady: true })
    return fits ? { write, power, isRight: true, total: `≈ ${write(total)}` } : null
  }
}
