// The templates of the story's screens: slots for the strip's maps, and numbers as bars, squares and curves.

import { promiseOf } from "../../../view/model/explain/gradient_promise.js"
import { largestIndex } from "../../../view/model/numbers/extremes.js"
import { formula } from "../../../view/model/numbers/format.js"
import { formatValue, say } from "../../../view/model/words.js"
import { html, inner, keyed, nothing } from "../../../view/shell/html.js"
import { lossChart, outputChart, squareChart } from "./story_charts.js"
import { SCREENS } from "./story_model.js"
import { enlargement } from "./story_paint.js"
import { formatChange, formatFixed, parameterCount, predictedAndTrue } from "./story_screens.js"

/** @import { Told } from "./story_screens.js" */
/** @import { Numbers, Template } from "../../../view/types/view.js" */

const PROMISE_TOLERANCE = 0.1 // relative error up to which a prediction counts as correct

/**
 * Return the slot for a map of the strip, with its name.
 * @param {Numbers} numbers @param {string} symbol @param {unknown} [note]
 */
const mapSlot = (numbers, symbol, note = "") =>
  html`<figure class="of-${symbol}"><figcaption><i class="name" ${inner(formula(numbers.maps[symbol].label))}></i> <span>${numbers.maps[symbol.replace(/^d/, "")].plain}</span></figcaption>
    <div class="tale-seat" data-seat=${symbol}></div>${note ? html`<p class="tale-note">${note}</p>` : nothing}</figure>`

const signTemplate = (/** @type {string} */ text) => html`<span class="tale-sign" aria-hidden="true">${text}</span>`

/** Return an arrow with a label. @param {string} way @param {string} [text] */
const arrowTemplate = (way, text = "") => html`<span class="tale-way ${way}">${text}<i></i></span>`

/**
 * Return the outputs as bars from 0 to 1, with marks at their previous values.
 * @param {Numbers} numbers @param {ArrayLike<number>} outputs @param {ArrayLike<number>} [before]
 */
const bars = (numbers, outputs, before) =>
  html`<dl class="tale-bars">${Array.from(
    outputs,
    (value, n) =>
      html`<div class=${n === largestIndex(outputs) ? "tale-says" : ""}><dt>${numbers.nameOf(n, outputs.length)}</dt><dd><span class="tale-bar" style="--part:${value}">${
        before ? html`<i style="--part:${before[n]}"></i>` : nothing
      }</span><b>${formatFixed(value, 2)}</b></dd></div>`,
  )}</dl>`

/** @param {Told} told */
function wrong(told) {
  const { numbers } = told
  const o = numbers.values("o")
  return html`<figure class="of-x"><figcaption>${say("web.story.wrong.image", predictedAndTrue(numbers, o))}</figcaption><canvas class="tale-photo" role="img" aria-label=${say("web.story.wrong.image", predictedAndTrue(numbers, o))}></canvas></figure>
    ${signTemplate("∗")}${mapSlot(numbers, "f")}${arrowTemplate("forward")}${mapSlot(numbers, "a1")}${signTemplate("•")}${mapSlot(numbers, "w")}${arrowTemplate("forward")}
    <div class="tale-answer">${bars(numbers, o)}<p class="tale-verdict"><b aria-hidden="true">✕</b> ${say("web.story.wrong.verdict", predictedAndTrue(numbers, o))}</p>
      <p class="tale-note">${say("web.story.wrong.apart")}</p></div>`
}

/** @param {Told} told */
function loss({ numbers }) {
  const [o, y] = [numbers.values("o"), numbers.values("y")]
  const squares = Array.from(o, (value, n) => (value - y[n]) ** 2)
  const all = squares.map((square) => formatFixed(square, 4)).join(" + ")
  return html`${squares.map((_, n) => squareChart(numbers.nameOf(n, o.length), o[n], y[n], n === largestIndex(o)))}
    ${arrowTemplate("forward", say("web.story.loss.mean"))}
    <div class="tale-card tale-total"><span>${say("web.story.loss.loss")}</span><b>${formatFixed(numbers.values("L")[0], 4)}</b><span>(${all}) ÷ ${o.length}</span></div>`
}

/** @param {Told} told */
function blame({ numbers }) {
  const names = numbers.classes.map((name) => html`<span>${name}</span>`)
  const row = (/** @type {string} */ symbol) =>
    html`<div class="tale-named">${mapSlot(numbers, symbol)}<p class="tale-names">${names}</p></div>`
  const through = (/** @type {string} */ what) => arrowTemplate("backward", say("web.story.blame.through", { what }))
  return html`${mapSlot(numbers, "df", promiseOf(numbers, "df", [0, 0, 1, 1]))}${through("x")}
    ${mapSlot(numbers, "dz1")}${through("w, σ′")}${row("dz2")}${through("σ′")}${row("do")}${arrowTemplate("backward")}
    <figure class="of-L"><figcaption><i class="name">L</i></figcaption><b class="tale-number">${formatFixed(numbers.values("L")[0], 4)}</b></figure>
    <p class="tale-signs"><b class="pos">${say("web.story.blame.red")}</b> ${say("web.story.blame.lower")} <b class="neg">${say("web.story.blame.blue")}</b> ${say("web.story.blame.raise")}</p>`
}

/** @param {Told} told */
function nudge({ numbers, curve, telling: { nudged } }) {
  const index = curve ? curve.middle + nudged : 0
  const change = curve ? curve.theta[index] - curve.theta[curve.middle] : 0
  const promised = curve ? curve.slope * change : 0
  const realChange = curve ? curve.loss[index] - curve.loss[curve.middle] : 0
  const isKept = Math.abs(realChange - promised) <= PROMISE_TOLERANCE * Math.abs(promised)
  return html`<figure class="of-f"><figcaption><i class="name">f</i> <span>${numbers.maps.f.plain}</span></figcaption><div class="tale-seat" data-seat="f"></div>
      <div class="tale-handle" role="slider" tabindex="0" aria-orientation="vertical" aria-label=${say("web.story.nudge.label")}
        aria-valuemin=${curve?.theta[0] ?? 0} aria-valuemax=${curve?.theta[curve.theta.length - 1] ?? 0} aria-valuenow=${curve?.theta[index] ?? 0}>↕</div></figure>
    <figure class="tale-curve"><figcaption>${say("web.story.nudge.curve")}</figcaption>${curve ? lossChart(curve, index) : nothing}</figure>
    <div class="tale-side"><div class="tale-card"><dl>
      <div class="tale-promised"><dt>${say("web.drag.gradient_promised")}</dt><dd>${formatChange(promised)}</dd></div>
      <div><dt>${say("web.drag.really")}</dt><dd>${formatChange(realChange)}</dd></div>
      <div class="tale-total"><dt>${say("web.story.loss.loss")} <i>L</i></dt><dd><span>${formatFixed(curve?.loss[curve.middle], 3)} →</span> ${formatFixed(curve?.loss[index], 3)}</dd></div></dl>
      <p>${say("web.drag.product", { gradient: formatFixed(curve?.slope, 4), by: change < 0 ? `(${formatValue(change)})` : formatValue(change) })}</p></div>
      <p>${change ? say(`web.story.nudge.${isKept ? "kept" : "left"}`) : ""}</p></div>`
}

/** @param {Told} told */
function update({ numbers, path }) {
  const outputs = numbers.values("o")
  const { promised, falls } = numbers.answer.promise ?? { promised: 0, falls: 0 }
  const largestStep = numbers.rate * Math.max(...Array.from(numbers.values("dw"), Math.abs))
  const losses = [numbers.values("L")[0], path?.losses[1]]
  const [times, { plain }] = [enlargement(numbers, largestStep), numbers.maps.w]
  const drawn = (/** @type {string} */ what, /** @type {string} */ note) =>
    html`<figure><figcaption><b>${say(`web.story.update.${what}`)}</b> ${note}</figcaption><canvas class="tale-weights" data-weights=${what}></canvas></figure>`
  return html`<div class="tale-steps"><figure class="of-w"><figcaption><b>${say("web.story.update.before")}</b> ${plain}</figcaption><div class="tale-seat" data-seat="w"></div></figure>
      ${signTemplate("+")}${drawn("step", say("web.story.update.stronger", { times }))}${signTemplate("=")}${drawn("after", plain)}
      <p>${say("web.story.update.swap", { rate: formatValue(numbers.rate) })}</p>
      <figure class="of-dw"><p class="tale-up"><i></i> × (−${formatValue(numbers.rate)})</p><div class="tale-seat" data-seat="dw"></div><figcaption><i class="name" ${inner(formula(numbers.maps.dw.label))}></i> ${numbers.maps.dw.plain}</figcaption></figure>
      <p>${say("web.story.update.most", { most: formatFixed(largestStep, 4), times })}</p></div>
    <div class="tale-answer"><h2>${say("web.story.update.outputs")} <small>${say("web.story.update.dashed")}</small></h2>${bars(numbers, path?.outputs[1] ?? outputs, outputs)}
      <h2>${say("web.story.loss.loss")}</h2><dl class="tale-bars tale-losses">${losses.map(
        (value, n) =>
          html`<div class=${n ? "tale-after" : ""}><dt>${say(n ? "web.story.update.after" : "web.story.update.before")}</dt><dd><span class="tale-bar" style="--part:${value ?? 0}"></span><b>${formatFixed(value, 4)}</b></dd></div>`,
      )}</dl><p>${say("web.story.update.promised", { n: parameterCount(numbers), promised: formatChange(-promised), really: formatChange(-falls) })}</p></div>`
}

/** @param {Told} told @param {(page: string) => void} leave */
function right({ numbers, path, telling: { k } }, leave) {
  const card = (/** @type {number} */ at, /** @type {string} */ name) => {
    const outputs = path?.outputs[at] ?? Array.from(numbers.values("o"))
    const answer = predictedAndTrue(numbers, outputs)
    const isCorrect = answer.said === answer.true
    return html`<div class="tale-card tale-outcome ${isCorrect ? "tale-is-right" : ""}"><p><span>${name}</span><b><q>${answer.said}</q> ${isCorrect ? "✓" : "✕"}</b></p>${bars(numbers, outputs)}
      <p class="tale-total"><span>${say("web.story.loss.loss")}</span><b>${formatFixed(path?.losses[at], 3)}</b></p></div>`
  }
  const links = ["step", "image", "learn", "train"].map((next) => {
    const id = `web.story.next.${next}`
    return html`<button type="button" class=${next === "step" ? "primary" : ""} data-key="story_${next}" @click=${() => leave(next)}><b>${say(`${id}.text`)} →</b><span>${say(`${id}.words`)}</span></button>`
  })
  return html`${card(0, say("web.story.right.before"))}${card(k, say("web.story.right.after", { n: k }))}
    <figure class="tale-curve"><figcaption>${say("web.story.right.curve")}</figcaption>${path ? outputChart(numbers, path, k) : nothing}</figure>
    <div class="tale-next"><h2>${say("web.story.next.title")}</h2>${links}</div>`
}

/** @type {Record<string, (told: Told, leave: (page: string) => void) => Template>} */
const PICTURES = { wrong, loss, blame, nudge, update, right }

/** @param {Told} told @param {(page: string) => void} leave */
export const screen = (told, leave) => {
  const { id } = SCREENS[told.telling.at]
  return keyed(id, html`<div class="tale tale-${id}">${PICTURES[id](told, leave)}</div>`)
}
