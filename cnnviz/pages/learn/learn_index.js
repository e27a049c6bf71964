// The list of lessons, with the cards of terms above and the glossary below.

import { contextOf } from "../../view/draw/canvas.js"
import { imageOfValues } from "../../view/draw/pixels.js"
import { capitalize, escapeHtml } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { foreignLanguage, langAttribute, languageName, largestValue, letter, numberTable, rich } from "./learn_words.js"
import { clearProgress, progress } from "./progress.js"

/** @import { Arrays, LearnCard, LearnData, LearnListed } from "../../view/types/view.js" */

/** Terms of the glossary, in the order in which learners meet them. */
const GLOSSARY = [
  "pixel", "kernel", "sum", "unit", "list", "output", "loss", "gradient", "weight", "bias", "stride", "padding", "channel", "pooling", "activation",
  "saturated", "target", "learning_rate", "update",
] // biome-ignore format: a list of words

/**
 * Return the outputs as bars, with their targets as lines and the distances between.
 * @param {LearnCard["bars"]} bars
 */
const barsOf = (bars) =>
  `<svg class="drawn" viewBox="0 0 92 92" aria-hidden="true">${bars
    .map(([name, o, y], n) => {
      const [x, up] = [4 + 46 * n, (/** @type {number} */ value) => 8 + 66 * (1 - value)]
      return `<rect class="room" x="${x}" y="8" width="36" height="66"/><rect class="bar" x="${x}" y="${up(o)}" width="36" height="${66 * o}"/>
        <path class="gap" d="M${x + 18} ${up(o)}V${up(y)}"/><path class="target" d="M${x - 3} ${up(y)}h42"/><text x="${x + 18}" y="88">${escapeHtml(name)}</text>`
    })
    .join("")}</svg>`

/** Return the curve of the loss along one number, with the tangent at its current value. @param {number[]} curve */
function curveOf(curve) {
  const [low, high] = [Math.min(...curve), Math.max(...curve)]
  const [across, up] = [
    (/** @type {number} */ n) => 6 + (80 * n) / (curve.length - 1),
    (/** @type {number} */ value) => 72 - (60 * (value - low)) / (high - low),
  ]
  const middle = (curve.length - 1) / 2
  const slope = (curve[middle + 1] - curve[middle - 1]) / 2
  const tangent = [-5, 5].map((by) => `${across(middle + by)} ${up(curve[middle] + by * slope)}`)
  const points = curve.map((value, n) => `${across(n)} ${up(value)}`)
  return `<svg class="drawn" viewBox="0 0 92 92" aria-hidden="true"><path class="axis" d="M6 76H88"/><path class="curve" d="M${points.join("L")}"/><path class="slope" d="M${tangent.join("L")}"/>
    <circle cx="${across(middle)}" cy="${up(curve[middle])}" r="3.5"/><text class="math" x="8" y="10">L ↑</text><text class="math end" x="93" y="89">b[0] →</text></svg>`
}

/** @param {LearnCard} card */
function card({ word, example, picture: rows, scale, bars, curve }) {
  return `<article class="card" id="card-${word}"><h3>${say(`web.glossary.${word}.title`)}</h3>
    <div>${rows ? numberTable(rows, largestValue([{ picture: rows }]), scale) : bars.length ? barsOf(bars) : curve.length ? curveOf(curve) : ""}<p>${rich(say(`web.glossary.${word}.text`))}</p></div>
    <p class="example">${rich(example)}</p></article>`
}

/**
 * @param {LearnListed} lesson
 * @param {number} place
 */
function listed({ id, title, goal, steps, minutes, languages, picture: map }, place) {
  const marks = progress(id)
  const numbers = Array.from({ length: steps }, (_, n) => n + 1)
  const next = numbers.find((n) => !marks[n]) ?? 1
  const doneCount = numbers.filter((n) => marks[n]).length
  const dots = numbers.map((n) => `<i class="${marks[n] ?? ""}"></i>`).join("")
  const verb = doneCount === steps ? "again" : doneCount ? "continue" : "start"
  const language = foreignLanguage(languages)
  const note = language
    ? `<p class="foreign">${say("web.learn.foreign", { language: languageName(language) })}</p>`
    : ""
  const mark = langAttribute(language)
  const promise = language ? escapeHtml(goal) : say("web.learn.afterwards", { goal })
  return `<article class="lesson">${map ? `<canvas data-array="${map.array}" aria-hidden="true"></canvas>` : ""}<h3${mark}><b>${letter(place % 26)}</b> ${escapeHtml(title)}</h3>${note}
    <p><span${mark}>${promise}</span> <span class="minutes">${capitalize(say("web.learn.minutes", { n: minutes }))}.</span></p>
    <footer><span class="dots" aria-hidden="true">${dots}</span><span>${say("web.learn.of", { n: doneCount, count: steps })}</span>
    <button type="button" data-lesson="${escapeHtml(id)}" data-step="${next}" class="${doneCount && doneCount < steps ? "primary" : ""}"
      aria-label="${escapeHtml(say("web.learn.open", { verb: say(`web.learn.${verb}`), title }))}">${say(`web.learn.${verb}`)}</button></footer></article>`
}

/** @param {LearnListed} listed */
const lecture = ({ id, title, goal, steps, minutes }) =>
  `<li><a href="?script=${escapeHtml(id)}&amp;screen=1">${escapeHtml(title)}</a> <span>${say("web.learn.screens", { n: steps })}, ${say("web.learn.minutes", { n: minutes })}</span><br>${escapeHtml(goal)}</li>`

/** @param {string} word */
const entry = (word) =>
  `<dt>${say(`web.glossary.${word}.title`)}</dt><dd>${rich(say(`web.glossary.${word}.text`))}</dd>`

/** @param {LearnData} learn */
export function index({ lessons, lectures, cards, faults }) {
  const wrong = faults.map((fault) => `<li>${escapeHtml(fault)}</li>`).join("")
  return `<h1>${say("web.learn.title")}</h1><p class="lead">${say("web.learn.lead")}</p>
    <h2>${say("web.learn.cards")}</h2><div class="cards">${cards.map(card).join("")}</div>
    <h2>${say("web.learn.lessons")} <small>${say("web.learn.kept")} <button type="button" class="link" data-forget>${say("web.learn.forget")}</button></small></h2>
    <div class="lessons">${lessons.map(listed).join("")}</div>
    <h2>${say("web.learn.lectures")}</h2><ul class="lectures">${lectures.map(lecture).join("")}</ul>
    ${wrong ? `<h2>${say("web.learn.faults")}</h2><ul class="faults">${wrong}</ul>` : ""}
    <h2>${say("web.learn.glossary")}</h2><dl class="glossary">${GLOSSARY.map(entry).join("")}</dl>`
}

/**
 * Paint the lessons' pictures.
 * @param {HTMLElement} element
 * @param {LearnData} learn
 * @param {Arrays} arrays
 */
export function paintIndex(element, { lessons }, arrays) {
  for (const { picture: map } of lessons) {
    const canvas = map && element.querySelector(/** @type {"canvas"} */ (`canvas[data-array="${map.array}"]`))
    if (!map || !canvas || !(map.array in arrays)) continue
    const { values, shape } = arrays[map.array]
    ;[canvas.height, canvas.width] = shape
    contextOf(canvas).drawImage(imageOfValues(values, shape[0], shape[1], map.limits, map.scale), 0, 0)
  }
}

/**
 * @param {HTMLElement} element
 * @param {(lesson: string, step: string) => void} open
 * @param {() => void} again
 */
export function bindIndex(element, open, again) {
  element.addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest("button")
    if (button?.dataset.lesson) open(button.dataset.lesson, button.dataset.step ?? "1")
    else if (button?.dataset.forget !== undefined) {
      clearProgress()
      again()
    }
  })
}
