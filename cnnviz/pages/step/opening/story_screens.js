// The templates of the opening: its header, its four screens and its buttons. All lengths are in style/story.css.

import { largestIndex } from "../../../view/model/numbers/extremes.js"
import { decimals, formatInteger, withSymbols } from "../../../view/model/numbers/format.js"
import { say } from "../../../view/model/words.js"
import { html, inner, keyed, nothing, svg } from "../../../view/shell/html.js"
import { STORY } from "../../../view/spec.js"
import { digitsOf, MIDDLE, NUMBER, shownAt, turningPoint, UPDATES } from "./story_model.js"
import { cellStyle } from "./story_paint.js"

/** @import { Telling } from "./story_model.js" */
/** @import { Frame } from "./story_frames.js" */
/** @import { Numbers, Template } from "../../../view/types/view.js" */
/** @typedef {{ theta: ArrayLike<number>, loss: ArrayLike<number>, slope: number }} Curve  losses along the dragged number */
/**
 * @typedef {object} Told
 * @property {Telling} telling
 * @property {Numbers[]} snapshots  by update; the first one is always there
 * @property {Curve | undefined} curve  undefined until the response arrives
 */
/** @typedef {Frame & { value?: number }} Shown */
/** @typedef {Record<"go" | "choose", (to: number) => void> & Record<"skip" | "play" | "open" | "lessons", () => void>} Acts */

const IDS = ["look", "areas", "number", "updates"]

/** Return the name of a screen. @param {Telling} telling */
export const screenId = ({ at }) => IDS[at]

/** Return whether everything that a screen shows has arrived. @param {Told} told */
export const isLoaded = ({ telling: { at }, snapshots, curve }) =>
  at < 2 || (at === 2 ? curve !== undefined : snapshots.length > UPDATES)

/** @param {Numbers} numbers @param {string} symbol */
const valuesOf = (numbers, symbol) => Array.from(numbers.values(symbol))
const lossOf = (/** @type {Numbers} */ numbers) => numbers.values("L")[0]

/** Return the name of the class with the largest value. @param {Numbers} numbers @param {string} symbol */
function largestName(numbers, symbol) {
  const values = valuesOf(numbers, symbol)
  return numbers.nameOf(largestIndex(values), values.length)
}

/** Return the first update from which the answer stays the same. @param {Told} told */
const turnOf = ({ snapshots }) => turningPoint(snapshots.map((numbers) => valuesOf(numbers, "o")))

/** @param {Told} told @returns {Shown} */
export const shownOf = (told) => shownAt(told.telling, isLoaded(told) && told.telling.at === 3 ? turnOf(told) : 1)

/** Return the sentence of a screen, which its deck has or, for one of the updates, the numbers. @param {Told} told */
export function sentenceOf(told) {
  const { at } = told.telling
  const { title, say: sentence } = STORY[at]
  const { done, value = 0 } = shownOf(told)
  if (screenId(told.telling) !== "updates" || !isLoaded(told)) return done || !title ? sentence : title
  if (value === 0 || value === UPDATES) return value ? sentence : title
  const id = value === turnOf(told) ? "turned" : "between"
  return say(`web.story.${id}`, { n: value, said: largestName(told.snapshots[value], "o") })
}

// ---- parts

/**
 * Return the outputs as columns from 0 to 1, rows on phones. `before` are marked with dashed lines.
 * @param {Numbers} numbers @param {number} grown  the share of the columns @param {ArrayLike<number>} [before]
 */
function columns(numbers, grown, before) {
  const [outputs, targets] = [valuesOf(numbers, "o"), valuesOf(numbers, "y")]
  const answer = largestIndex(outputs)
  const markTemplate = targets[answer] === Math.max(...targets) ? html`<b class="right">✓</b>` : html`<b>✕</b>`
  return html`<dl class="tale-columns">${outputs.map(
    (value, n) =>
      html`<div class=${n === answer && grown ? "says" : ""} style="--part:${grown * value};--value:${value}"><dt>${numbers.nameOf(n, outputs.length)} ${n === answer && grown === 1 ? markTemplate : nothing}</dt>
        <dd><span></span>${before ? html`<i style="--part:${before[n]}"></i>` : nothing}<b>${grown === 1 ? decimals(value, 2) : ""}</b></dd></div>`,
  )}</dl>`
}

/** Return the kernel as a grid of numbers. @param {Numbers} numbers @param {(value: number, n: number) => unknown} cell */
const kernel = (numbers, cell) =>
  html`<div class="tale-grid">${valuesOf(numbers, "f").map((value, n) => html`<span style=${cellStyle(numbers, value)}>${cell(value, n)}</span>`)}</div>`

const picture = (/** @type {string} */ name, /** @type {string} */ label) =>
  html`<canvas data-picture=${name} role="img" aria-label=${label}></canvas>`

// ---- screens

/**
 * The kernel sweeps the photograph. `moved` is the share of the way out of sight, on the next screen.
 * @param {Told} told @param {Shown} shown
 */
function lookScreen({ snapshots: [numbers] }, { swept = 1, activated = 1, grown = 1, done }) {
  const [rows, across] = numbers.shape("z1").slice(-2)
  const position = Math.min(Math.floor(swept * rows * across), rows * across - 1)
  const [i, j] = [Math.floor(position / across), position % across]
  const sweeps = swept > 0 && swept < 1
  const [height, width] = numbers.shape("x").slice(-2)
  const values = { true: largestName(numbers, "y"), height, width, channel: say(`web.channels.${STORY[0].query.ch}`) }
  const label = say("web.story.image", values)
  const caption = say(`web.story.${done ? "map" : "sweep"}`, { n: numbers.count("f") })
  return html`<div class="tale-look" style="--i:${i};--j:${j};--activated:${activated}">
    <figure class="tale-photo">${picture("photo", label)}<figcaption>${label}</figcaption></figure>
    <figure class="tale-kernel">${kernel(numbers, (value) => formatInteger(value))}<figcaption>${say("web.story.kernel")}</figcaption></figure>
    <figure class="tale-map"><div>${picture("swept", caption)}<canvas data-picture="activated" aria-hidden="true"></canvas></div><figcaption>${caption}</figcaption></figure>
    ${sweeps ? html`<i class="tale-ribbon"></i><i class="tale-window"><canvas data-picture="kernel"></canvas></i><i class="tale-cell"></i>` : nothing}
    ${columns(numbers, grown)}</div>`
}

/** The loss as areas. @param {Told} told @param {Shown} shown */
function areasScreen(told, { glided = 1, marked = 1, opened = [], melted = 1 }) {
  const [numbers] = told.snapshots
  const [outputs, targets] = [valuesOf(numbers, "o"), valuesOf(numbers, "y")]
  const gaps = outputs.map((value, n) => Math.abs(value - targets[n]))
  const loss = lossOf(numbers)
  const answer = largestIndex(outputs)
  const sides = gaps.map((gap, n) => `--s${n}:${gap}`).join(";")
  const name = (/** @type {number} */ n) => numbers.nameOf(n, outputs.length)
  return html`<div class="tale-areas" style="${sides};--sum:${gaps.reduce((sum, gap) => sum + gap, Math.sqrt(loss))};--pair:${gaps.reduce((sum, gap) => sum + gap, 0)};--loss:${Math.sqrt(loss)};--glided:${glided};--marked:${marked};--melted:${melted}">
    ${glided < 1 ? html`<div class="tale-left" aria-hidden="true">${lookScreen(told, { done: true })}</div>` : nothing}
    ${outputs.map(
      (
        value,
        n,
      ) => html`<div class="tale-gap ${n === answer ? "says" : ""} ${targets[n] > 0.5 ? "high" : "low"}" data-n=${n} style="--part:${value};--side:var(--s${n});--opened:${opened[n]}">
        <span class="column"><b>${decimals(value, 2)}</b></span><em>${name(n)}</em><strong class="target">${formatInteger(targets[n])}</strong>
        <i class="distance"></i><div class="square"><span>${decimals(gaps[n], 2)}<sup>2</sup></span></div>${melted > 0 && melted < 1 ? html`<div class="melting"></div>` : nothing}</div>`,
    )}
    <p class="mean">${say("web.story.mean")}<i></i></p>
    <div class="tale-loss"><b>${decimals(loss, 2)}</b></div><p class="tale-loss-name" ${inner(withSymbols(say("web.story.loss")))}></p></div>`
}

/** One number is dragged, with the promised and the measured change. @param {Told} told @param {Shown} shown */
function numberScreen({ snapshots: [numbers], curve }, { appeared = 1, pulsed = 0, value = 0 }) {
  const position = MIDDLE + value
  const [start, now] = curve ? [curve.loss[MIDDLE], curve.loss[position]] : [lossOf(numbers), lossOf(numbers)]
  const change = curve ? curve.theta[position] - curve.theta[MIDDLE] : 0
  const changes = { promised: (curve?.slope ?? 0) * change, measured: now - start }
  const count = digitsOf(start, now)
  const scale = curve ? maxLossChange(curve) : 1
  const shownNumber = curve ? decimals(curve.theta[position], value % NUMBER.steps ? 1 : 0) : ""
  const handle = html`<b role="slider" tabindex="0" aria-orientation="vertical" aria-label=${say("web.story.drag")} style="--pulsed:${pulsed}"
    aria-valuemin=${curve?.theta[MIDDLE - NUMBER.most] ?? 0} aria-valuemax=${curve?.theta[MIDDLE + NUMBER.most] ?? 0} aria-valuenow=${curve?.theta[position] ?? 0} aria-valuetext="${shownNumber}, L ${decimals(now, 4)}"><i></i>${shownNumber}<i></i></b>`
  const cells = valuesOf(numbers, "f").map((cell, n) => (n === NUMBER.index && curve ? curve.theta[position] : cell))
  return html`<div class="tale-number" style="opacity:${appeared}">
    <figure class="tale-kernel"><figcaption>${say("web.story.drag")}</figcaption><div class="tale-grid">${cells.map((cell, n) => html`<span class=${n === NUMBER.index ? "held" : ""} style=${cellStyle(numbers, cell)}>${n === NUMBER.index ? handle : formatInteger(cell)}</span>`)}</div></figure>
    <figure class="tale-curve"><figcaption ${inner(withSymbols(say("web.story.curve")))}></figcaption>${curve ? lossChart(curve, value) : nothing}</figure>
    <dl>${/** @type {const} */ (["promised", "measured"]).map((name) => html`<div class=${name}><dt>${say(`web.story.${name}`)}</dt><dd><b>${value ? decimals(changes[name], count) : "–"}</b><i style="--part:${Math.abs(changes[name]) / scale}"></i></dd></div>`)}
      <div class="now"><dt><i>L</i></dt><dd>${value ? html`<span>${decimals(start, count)} →</span> ` : nothing}<b>${decimals(now, count)}</b></dd></div></dl></div>`
}

/** Return the largest change of the loss, promised or measured, that a drag can make. @param {Curve} curve */
const maxLossChange = ({ theta, loss, slope }) =>
  Math.max(
    ...[-NUMBER.most, NUMBER.most].flatMap((by) => [
      Math.abs(loss[MIDDLE + by] - loss[MIDDLE]),
      Math.abs(slope * (theta[MIDDLE + by] - theta[MIDDLE])),
    ]),
  )

/**
 * The loss along the number, the promised line, and the triangle of the promise. Labels are placed in percent, so that
 * their size does not depend on the chart's.
 * @param {Curve} curve @param {number} value
 */
function lossChart({ theta, loss, slope }, value) {
  const [first, last] = [MIDDLE - NUMBER.most, MIDDLE + NUMBER.most]
  const points = Array.from({ length: last - first + 1 }, (_, n) => first + n)
  const line = (/** @type {number} */ n) => loss[MIDDLE] + slope * (theta[n] - theta[MIDDLE])
  const allValues = points.flatMap((n) => [loss[n], line(n)])
  const [low, high] = [Math.min(...allValues), Math.max(...allValues)]
  const x = (/** @type {number} */ n) => (100 * (n - first)) / (last - first)
  const y = (/** @type {number} */ of) => 100 - (100 * (of - low)) / (high - low)
  const positionStyle = (/** @type {number} */ left, /** @type {number} */ top) => `left:${left}%;top:${top}%`
  const promisedPosition = MIDDLE + NUMBER.steps
  const fall = line(promisedPosition)
  const ticks = points.filter((n) => (n - MIDDLE) % NUMBER.steps === 0)
  return html`<div class="tale-plot"><svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <path class="triangle" d="M${x(MIDDLE)} ${y(loss[MIDDLE])}H${x(promisedPosition)}V${y(fall)}z"/>
      <path class="line" d="M${x(first)} ${y(line(first))}L${x(last)} ${y(line(last))}"/>
      <path class="curve" d="M${points.map((n) => `${x(n)} ${y(loss[n])}`).join("L")}"/><path class="axis" d="M0 100H100"/>${ticks.map((n) => svg`<path class="axis" d="M${x(n)} 100v2"/>`)}</svg>
    <b class="promised over" style=${positionStyle((x(promisedPosition) + x(MIDDLE)) / 2, y(loss[MIDDLE]))}>${formatInteger(Math.abs(NUMBER.by))}</b>
    <b class="promised beside" style=${positionStyle(x(promisedPosition), (y(loss[MIDDLE]) + y(fall)) / 2)}>${decimals(Math.abs(fall - loss[MIDDLE]), digitsOf(loss[MIDDLE], loss[promisedPosition]))}</b>
    <span class="promised beside" style=${positionStyle(x(last - 6), y(line(last - 6)))}>${say("web.story.promised")}</span><span class="below" style=${positionStyle(x(last), y(loss[last - 8]))}>${say("web.story.measured")}</span>
    <i class="start" style=${positionStyle(x(MIDDLE), y(loss[MIDDLE]))}></i>${value ? html`<i class="end" style=${positionStyle(x(MIDDLE + value), y(loss[MIDDLE + value]))}></i><b class="here" style=${positionStyle(x(MIDDLE + value), y(loss[MIDDLE + value]))}>${say("web.story.now")}</b>` : nothing}
    ${ticks.map((n) => html`<small style=${positionStyle(x(n), 100)}>${formatInteger(Math.round(theta[n]))}</small>`)}<span class="axis-name" style=${positionStyle(100, 100)}>${say("web.story.axis")}</span></div>`
}

/** The updates on a slider. @param {Told} told @param {Shown} shown @param {Acts} acts */
function updatesScreen(told, { appeared = 1, value = 0 }, { choose }) {
  const { snapshots } = told
  const [start] = snapshots
  const k = isLoaded(told) ? value : 0
  const numbers = snapshots[k]
  const outputs = valuesOf(start, "o")
  const losses = snapshots.map(lossOf)
  const turnUpdate = isLoaded(told) ? turnOf(told) : 0
  const answer = largestName(numbers, "o")
  const added = (/** @type {number} */ n) =>
    say(`web.story.${k ? "added" : "first"}`, { name: start.nameOf(n, outputs.length) })
  return html`<div class="tale-updates" style="opacity:${appeared};--share:${k / UPDATES}">
    <figure class="tale-photo">${picture("photo", say("web.story.photograph"))}<figcaption>${say("web.story.photograph")}</figcaption></figure>
    ${outputs.map((_, n) => html`<figure class="tale-added">${picture(`added ${n}`, added(n))}<figcaption>${added(n)}</figcaption></figure>`)}
    <div class="tale-outputs">${columns(numbers, 1, k ? outputs : undefined)}${k ? html`<p>${say("web.story.dashed")}</p>` : nothing}</div>
    <div class="tale-slider"><input type="range" min="0" max=${UPDATES} .value=${String(k)} aria-label=${say("web.story.updates")} aria-valuetext=${say("web.story.between", { n: k, said: answer })}
        @input=${(/** @type {Event} */ { target }) => choose(Number(/** @type {HTMLInputElement} */ (target).value))}>
      ${Array.from({ length: UPDATES + 1 }, (_, n) => html`<span class=${n < k ? "before" : n === k ? "here" : ""} style="--n:${n / UPDATES};--part:${(losses[n] ?? 0) / losses[0]}"><i></i>${n === k && n === turnUpdate ? html`<em>${say("web.story.turns", { said: answer })}</em>` : nothing}<b>${n}</b></span>`)}</div>
    <p class="tale-hint">${say("web.story.updates")}</p>
    <p class="tale-figure"><i>L</i><b>${decimals(lossOf(numbers), 2)}</b></p></div>`
}

/** @type {((told: Told, shown: Shown, acts: Acts) => Template)[]} */
const SCREENS = [lookScreen, areasScreen, numberScreen, updatesScreen]

// ---- the opening

/** @param {Told} told @param {Acts} acts @param {boolean} still  without motion */
export function openingScreen(told, acts, still) {
  const { telling } = told
  const { at } = telling
  const shown = shownOf(told)
  const progressText = (/** @type {number} */ n) => say("web.learn.of", { n: n + 1, count: STORY.length })
  const beside = telling.plays
    ? at
      ? nothing
      : html`<span>${say("web.story.minute")}</span>`
    : still
      ? nothing
      : html`<button type="button" data-key="story_play" @click=${acts.play}>▶ ${say("web.story.play")}</button>`
  return html`<header><span class="brand">cnnviz</span>
      <div class="dots">${STORY.map((_, n) => html`<button type="button" data-key="story_${n + 1}" class=${n < at ? "before" : ""} aria-label=${progressText(n)} aria-current=${n === at ? "step" : nothing} @click=${() => acts.go(n)}></button>`)}</div>${beside}
      <button type="button" class="skip" data-key="story_skip" @click=${acts.skip}>${say("web.story.skip")}</button></header>
    <h1 ${inner(withSymbols(sentenceOf(told)))}></h1>
    ${keyed(at, html`<div class="tale">${SCREENS[at](told, shown, acts)}</div>`)}
    <footer>${at ? html`<button type="button" class="quiet" data-key="story_back" @click=${() => acts.go(at - 1)}>← ${say("web.story.back")}</button>` : nothing}
      ${
        at < STORY.length - 1
          ? html`<button type="button" class="primary" data-key="story_on" ?hidden=${at < 2 && !shown.done} @click=${() => acts.go(at + 1)}>${say(`web.story.on.${IDS[at]}`, { count: parameterCount(told.snapshots[0]) })} <span aria-hidden="true">→</span></button>`
          : html`<button type="button" data-key="story_lessons" @click=${acts.lessons}>${say("web.story.lessons")}</button><button type="button" class="primary" data-key="story_open" @click=${acts.open}>${say("web.story.open")} <span aria-hidden="true">→</span></button>`
      }</footer>`
}

/** Return the number of parameters. @param {Numbers} numbers */
const parameterCount = (numbers) =>
  numbers.said.update.makes.reduce((count, symbol) => count + numbers.count(symbol), 0)
