// Templates of the parts around the recording's maps: marks of the timeline, shares and outputs.

import { actionButton } from "../../view/controls/actions.js"
import { panel } from "../../view/controls/rail.js"
import { errorElements } from "../../view/controls/setup_controls.js"
import { formula, number, short, timesPower } from "../../view/model/numbers/format.js"
import { printSum } from "../../view/model/numbers/printed_sums.js"
import { formatValue, say } from "../../view/model/words.js"
import { html, inner, LIMITS_LINE, markup, toggleGroup } from "../../view/shell/html.js"

/** @import { Row } from "./film_model.js" */
/** @import { FilmMap, FilmMark, FilmRun, SwitchGroup, Template } from "../../view/types/view.js" */

/** The page before the first response. */
export const body = () => `
  <div class="film">
    <div class="film-head"><h1 class="title"></h1><p class="sentence"></p>${errorElements("n", "vs", "checkpoints")}
      <button type="button" data-key="compare" popovertarget="compare">${say("web.film.compare")} ▾</button></div>
    <div class="start"></div>
    <div class="changes"><div class="maps-head"></div><div class="reels"></div><div class="shares"></div></div>
    <div class="aside"><p class="loss-name">${say("web.film.loss")}</p><p class="figure"></p><p class="gaps"></p>
      <div class="makes"></div><p class="or-drag">${say("web.film.or_drag")}</p><div class="lengths"></div>
      <div class="stands">${actionButton("open_in_step")}</div><div class="outputs"></div></div>
    <div class="curves"></div>
  </div>
  ${panel(
    "compare",
    say("web.film.compare"),
    `<div class="switches"></div><label class="vs"><span>${say("web.film.link.text")}</span><input data-key="vs" placeholder="${say("web.film.link.here")}" autocomplete="off" spellcheck="false" aria-label="${say("web.film.link.label")}"></label>`,
    "compare-sheet",
  )}`

/**
 * Head of the maps: the choice between values and changes, and the common scale of changes.
 * @type {(changes: boolean, most: number) => Template}
 */
export function mapsHead(changes, most) {
  const kinds = [
    /** @type {const} */ (["now", say("web.film.maps.now"), !changes]),
    /** @type {const} */ (["change", say("web.film.maps.change"), changes]),
  ]
  const ends = changes ? html`<span class="ends">−${short(most)}<i class="bar"></i>${short(most)}</span>` : ""
  const title = say(`web.film.maps.title.${changes ? "change" : "now"}`)
  return html`<h2>${title}</h2>${toggleGroup("maps", say("web.film.maps.label"), kinds)}${ends}`
}

/** Menu of the recording's lengths. @param {SwitchGroup} group */
export const lengthMenu = ({ title, options }) =>
  html`<select data-key="updates" aria-label=${title}>${options.map(({ key, words, on, change }) => html`<option value=${key} ?selected=${on} data-change=${JSON.stringify(change)}>${words}</option>`)}</select>`

/**
 * The maps of a run, with its name if there are two.
 * @type {(run: FilmRun, place: number, outputs: string[]) => Template}
 */
export function runMaps({ maps }, place, outputs) {
  const weights = maps.filter(({ role }) => role === "weights")
  const mapName = (/** @type {FilmMap} */ map) =>
    map.role === "kernel" || map.role === "biases"
      ? say(`web.film.maps.${map.role}`)
      : weights.length > 1
        ? say("web.film.maps.weights", { name: outputs[weights.indexOf(map)] })
        : ""
  const figures = [...weights, ...maps.filter(({ role }) => role === "kernel" || role === "biases")]
  return html`<div class="reel" data-run=${place}><p class="row-label"></p>${figures.map((map) => figure(place, map, mapName(map)))}</div>`
}

/** @type {(place: number, map: FilmMap, words: string) => Template} */
const figure = (place, { symbol, label, role }, words) => html`
  <figure class="map" data-role=${role} data-figure=${symbol}><figcaption><i class="name" ${inner(formula(label.replace(/\[.*/, "")))}></i><span class="of">${words}</span><span class="size"></span></figcaption>
    <canvas data-map="${place}.${symbol}" role="img"></canvas>${LIMITS_LINE}</figure>`

/** The driving gradient at the start and now. @type {(map: FilmMap) => Template} */
export const drivingGradients = ({ symbol }) =>
  html`${["_start", ""].map((which) => html`<figure class="map" data-figure="${symbol}${which}"><figcaption><span class="of"></span></figcaption><canvas data-map="0.${symbol}${which}" role="img"></canvas></figure>`)}<p class="smaller"></p>`

/**
 * Marked updates: a dot each on the curve, with a label above it if it has space.
 * @type {(marks: FilmMark[], lefts: (number | null)[], at: (k: number) => { x: number, y: number | null }) => Template[]}
 */
export const marks = (marks, lefts, at) =>
  marks.map(({ k, name, words, wrong }, i) => {
    const { x, y } = at(k)
    const kind = wrong ? "turn" : "fall"
    const left = lefts[i]
    const text =
      left === null
        ? ""
        : html`<button type="button" class=${kind} data-k=${k} title=${words} style="left:${left}px">${name}</button>`
    return html`${y === null ? "" : html`<i class=${kind} style="transform:translate(${x}px,${y}px)"></i>`}${text}`
  })

/**
 * Each parameter's share of the predicted decrease, beside its share of all parameters.
 * @type {(rows: Row[]) => Template}
 */
export function sharesOf(rows) {
  const totalCount = rows.reduce((sum, { count }) => sum + count, 0)
  const [unit] = rows
  const times = (/** @type {Row} */ { part, count }) => part / count / (unit.part / unit.count)
  const bar = (/** @type {string} */ kind, /** @type {number} */ share) =>
    html`<span class="share ${kind}"><i style="width:${100 * Math.min(Math.max(share, 0), 1)}%"></i></span><span class="part ${kind}">${formatValue(share, "1%")}</span>`
  const rowTemplate = (/** @type {Row} */ row, /** @type {number} */ n) => {
    const name = row.name
      ? html`<i class="name" ${inner(formula(row.name))}></i>`
      : html`<span class="name">${say("web.film.share.others", { n: row.names })}</span>`
    const ratio = times(row)
    const words =
      n === 0
        ? say("web.film.share.unit")
        : Number.isFinite(ratio)
          ? say("web.film.share.each", { times: number(ratio, 2), name: `<i>${formula(unit.name)}</i>` })
          : ""
    return html`<div class="share-row">${name}${bar("numbers", row.count / totalCount)}${bar("promised", row.part)}<p>${markup(words)}</p></div>`
  }
  return html`<p class="key"><span class="numbers">${say("web.film.share.numbers")}</span> <span class="promised">${say("web.film.share.promised")}</span></p>${rows.map(rowTemplate)}`
}

/** @typedef {{ name: string, first: number, now: number, target: number, term: number, stops: number[], others: number[] }} Way  an output from its start to its target; `stops`: on its way; `others`: where it is in another run */

/**
 * A track for each output, from its first value to its target.
 * @type {(ways: Way[], scale: [number, number], tall: boolean) => Template[]}
 */
export const outputTracks = (ways, [low, high], tall) =>
  ways.map(({ name, first, now, target, term, stops, others }) => {
    const percentOf = (/** @type {number} */ value) =>
      (100 * (Math.min(Math.max(value, low), high) - low)) / (high - low)
    const leftStyle = (/** @type {number} */ value) => `left:${percentOf(value)}%`
    const side = (/** @type {number} */ value) =>
      percentOf(value) > 80 ? "left" : percentOf(value) < 20 ? "right" : ""
    const line = `left:${percentOf(Math.min(first, now))}%;right:${100 - percentOf(Math.max(first, now))}%`
    const words = tall
      ? html`<span class="aim ${side(target)}" style=${leftStyle(target)}>${say("web.film.outputs.target", { value: formatValue(target, "3") })}</span><span class="began ${side(first)}" style=${leftStyle(first)}>${say("web.film.outputs.start", { value: number(first, 2) })}</span>`
      : ""
    const addedTerm = !term
      ? ""
      : html`<small>${markup(say("web.film.outputs.adds", { term: number(term, 2) }))}</small>`
    return html`<div class="track"><span class="who">${name}</span>
      <div class="way"><s style=${line}></s><u style=${leftStyle(target)}></u><i class="was" style=${leftStyle(first)}></i>${stops.map((stop) => html`<i class="stop" style=${leftStyle(stop)}></i>`)}${others.map((other) => html`<i class="other" style=${leftStyle(other)}></i>`)}<i class="is" style=${leftStyle(now)}></i>${words}</div>
      <b>${number(now, 3)}</b>${addedTerm}</div>`
  })

/** The terms of the loss by output, and their sum. @type {(terms: number[], loss: number) => Template} */
export function sumOfTerms(terms, loss) {
  const { power, texts, total } = printSum(terms, loss, { digits: 3 })
  return html`<p class="loss-sum"><i>L</i> ≈ ${texts.join(" + ")} = <b>${total}</b> ${timesPower(power)}</p>`
}
