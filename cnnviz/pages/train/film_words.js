// Text for the recording's current position: headline, loss, timeline, shares and outputs.

import { largestIndex } from "../../view/model/numbers/extremes.js"
import { capitalize, decimals, number, percent, withSymbols } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { html, render, setHTML, setText, toggleGroup } from "../../view/shell/html.js"
import { fallenShare, headline, lossChangeKey, placeLabels, shareRows } from "./film_model.js"
import { marks, outputTracks, sharesOf, sumOfTerms } from "./film_parts.js"
import { hasColumns, startPicture } from "./film_start.js"

/** @import { Film } from "./film.js" */

const TALL = 3 // largest number of outputs whose tracks have words
const FEW = 4 // largest number of terms that are printed as a sum
const MOST_ROWS = 3 // largest number of parameters whose shares are shown
const PADDING = 8 // both sides of a button together

/** @type {CanvasRenderingContext2D | null} */
let ruler = null

/** Measure the width of a text without a page layout. @param {string} text @param {string} font */
function widthOf(text, font) {
  ruler ??= /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"))
  ruler.font = `${font} Inter, system-ui, sans-serif`
  return ruler.measureText(text.replace(/\d/g, "0")).width // all digits have the same width
}

/** Write the headline: the predicted decrease and its outcome, or the state of both runs. @param {Film} film */
export function writeHeadline(film) {
  const { view, k } = film
  const { runs, sentences, outcome } = film.film
  const losses = runs.map((_, place) => film.curve(place, "losses", 0))
  const [from, to] = [film.curveAt(0, "losses", 0, 0), losses[0]]
  const lossSentence = say(`web.film.fell.${lossChangeKey(from, to)}`, { from: number(from, 3), to: number(to, 3) })
  const [one, other] = losses.map((loss) => number(loss, 3))
  const checkpoints = film.film.checkpoints.length > 0
  const statusText = checkpoints
    ? say(`web.film.title.${k ? "checkpoint" : "first"}`, { n: k, fell: lossSentence, to: number(to, 3) })
    : runs.length > 1
      ? say("web.film.title.two", { n: k, one, other })
      : k
        ? say("web.film.title.after", { n: k, fell: lossSentence })
        : say("web.film.title.zero", { learned: capitalize(view.data?.learned ?? ""), to: number(to, 3) })
  const [{ share, unshared }] = runs
  const startVerdict = film.isStart && film.outputs.length > 1 ? verdict(film) : null
  const hasShare = k > 0 && share && runs.length === 1 && fallenShare(film.losses, 0) !== null // without a fall there is nothing to divide up
  setHTML(view.$(".title"), withSymbols(startVerdict ? startVerdict.title : hasShare ? headline(share) : statusText))
  const isExplained = startVerdict || sentences.length || runs.length > 1
  const reason = startVerdict && outcome?.wins ? null : outcome // the picture at update 0 shows no later update
  const reasons = reason ? [reason.words] : isExplained ? [] : [share ? shareSentence(share) : unshared]
  const firstSentences = startVerdict ? [startVerdict.sentence || `${statusText}.`] : hasShare ? [`${statusText}.`] : []
  const sentence = [...firstSentences, ...reasons, ...sentences].filter(Boolean).map(withSymbols).join(" ")
  const text = reason
    ? `${sentence} <button type="button" class="link" data-key="film_look">${say("web.film.look", { k: reason.k })} ›</button>`
    : sentence
  const line = view.$(".sentence")
  setHTML(line, text)
  line.classList.toggle("wraps", (line.textContent ?? "").length > LONG)
}

const LONG = 125 // largest number of characters on one line of large text

/**
 * Return what the network says before the first update, and what it should say.
 * @param {Film} film
 */
function verdict(film) {
  const { outputs } = film
  const { targets } = film.film
  const values = outputs.map((_, n) => film.curve(0, "o", n))
  const [says, wants] = [largestIndex(values), largestIndex(targets)]
  const margin = values[says] - Math.max(...values.filter((_, n) => n !== says))
  const isClass = targets.filter((target) => target === targets[wants]).length === 1
  const kind = isClass && says !== wants ? "should" : margin < HARDLY ? "hardly" : "says"
  const [a, b] = values.map((value) => decimals(value, 2))
  const sentence =
    outputs.length === 2
      ? say("web.film.start", { a, b, one: outputs[0], other: outputs[1], first: targets[0], second: targets[1] })
      : ""
  return { title: say(`web.film.title.${kind}`, { said: outputs[says], true: outputs[wants] }), sentence }
}

const HARDLY = 0.1 // lead of an answer below which the network hardly decides

/**
 * Return the sentence on the share of all parameters that the leading parameter has.
 * @param {import("../../view/types/wire.js").FilmShare} share
 */
function shareSentence({ names, counts, all }) {
  const leaderIndex = largestIndex(all)
  const n = counts.reduce((sum, count) => sum + count, 0)
  return names.length > 1 ? say("web.film.counts", { name: names[leaderIndex], own: counts[leaderIndex], n }) : ""
}

/** Write the loss, large, and the action of the button. @param {Film} film */
export function writeLoss(film) {
  const { view, k } = film
  const { n, runs, targets, checkpoints } = film.film
  const loss = film.curve(0, "losses", 0)
  setText(view.$(".aside .figure"), Number.isFinite(loss) ? number(loss, film.isStart ? 2 : 3) : "∞")
  const squares = film.columns.map(({ now, target }) => (now - target) ** 2 / targets.length)
  const isSquares = squares.every((square, n) => Math.abs(square - film.curve(0, "terms", n)) < 1e-6)
  const share = fallenShare(film.losses, k)
  const isTold = share !== null && k > 0 && runs.length === 1 && !checkpoints.length
  const gaps = film.isStart && isSquares ? say("web.film.gaps", { n: targets.length }) : ""
  setText(view.$(".gaps"), isTold ? say("web.film.of_fall", { share: percent(share), n }) : gaps)
  const play = view.control("play")
  const words = film.isStart ? say("web.film.make", { n }) : ""
  setText(play, words)
  play.setAttribute("aria-label", words || play.title)
}

/** Draw the timeline: the slider's value and the marked updates. @param {Film} film */
export function drawTimeline(film) {
  const { view, k, curves } = film
  const { runs } = film.film
  const scrub = view.field("scrub")
  if (Number(scrub.value) !== k) scrub.value = String(k)
  const container = view.$(".curves .marks")
  const { plot } = curves
  if (!plot) {
    render("", container)
    return
  }
  const namedMarks = runs[0].marks.map(({ k: mark, name, wrong }) => ({
    at: plot.at(mark),
    width: widthOf(name, wrong ? "600 13px" : "400 13px") + PADDING,
  }))
  const order = [...namedMarks.keys()].sort((a, b) => Number(runs[0].marks[b].wrong) - Number(runs[0].marks[a].wrong))
  const edges = placeLabels(
    order.map((i) => namedMarks[i]),
    curves.width,
  )
  const lefts = namedMarks.map((_, i) => edges[order.indexOf(i)])
  const positionStyle = (/** @type {number} */ mark) => ({
    x: plot.at(mark),
    y: curves.name === "losses" ? plot.up(film.curveAt(0, "losses", 0, mark)) : null,
  })
  render(marks([...runs[0].marks], lefts, positionStyle), container)
}

/** Draw the picture at update 0. @param {Film} film */
export function drawStart(film) {
  const { columns } = film
  const container = film.view.$(".start")
  const isDrawn = film.isStart && hasColumns(columns, film.scale)
  film.root.classList.toggle("starting", isDrawn)
  render(isDrawn ? startPicture(columns, film.view.setup.img ?? "") : "", container)
  if (isDrawn) film.paintPhotograph(container)
}

/** Draw each parameter's share of the predicted decrease. @param {Film} film */
export function drawShares(film) {
  const [{ share }] = film.film.runs
  const container = film.view.$(".shares")
  if (!share) {
    render("", container)
    return
  }
  const part = (/** @type {number} */ n) =>
    film.share === "all" ? share.all[n] : film.curveAt(0, "shares", n, film.share === "here" ? film.k : 0)
  const kinds = ["first", "here", "all"].map(
    (name) => /** @type {const} */ ([name, say(`web.film.share.${name}`), name === film.share]),
  )
  const rows = sharesOf(shareRows(share, part, MOST_ROWS))
  render(html`${toggleGroup("share", say("web.film.share.label"), kinds)}${rows}`, container)
}

/** Draw the outputs on their tracks, and their terms of the loss. @param {Film} film */
export function drawTracks(film) {
  const { runs, targets } = film.film
  const { shown, outputs } = film
  const term = (/** @type {number} */ n) => film.curve(0, "terms", n)
  const areKnown = shown.every((n) => Number.isFinite(term(n)))
  const stops = runs[0].marks.filter(({ k, wrong }) => !wrong && k < film.k)
  const termRows = shown.map((n) => ({
    name: outputs[n],
    first: film.curveAt(0, "o", n, 0),
    now: film.curve(0, "o", n),
    target: targets[n],
    term: areKnown ? term(n) : Number.NaN,
    stops: stops.map(({ k }) => film.curveAt(0, "o", n, k)),
    others: runs.slice(1).map((_, place) => film.curve(place + 1, "o", n)),
  }))
  const hiddenIndices = targets.map((_, n) => n).filter((n) => !shown.includes(n))
  const hiddenSum = hiddenIndices.reduce((sum, n) => sum + term(n), 0)
  const othersRow =
    hiddenIndices.length && areKnown
      ? html`<p>${say("web.film.outputs.others", { n: hiddenIndices.length, term: number(hiddenSum, 3) })}</p>`
      : ""
  const sum =
    areKnown && targets.length > 1 && targets.length <= FEW
      ? sumOfTerms(shown.map(term), film.curve(0, "losses", 0))
      : ""
  const title = html`<h2><button type="button" class="chart-title" data-open="film-o" title=${say("web.chart.open")} .innerHTML=${say("web.film.outputs.title")}></button></h2>`
  const rows = html`<div class="tracks ${shown.length > TALL ? "" : "tall"}">${outputTracks(termRows, film.scale, shown.length <= TALL)}</div>`
  render(html`${title}${rows}${othersRow}${sum}`, film.view.$(".outputs"))
}
