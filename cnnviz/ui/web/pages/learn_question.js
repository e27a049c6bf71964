// The panel of a question: its sentences, its answers, and what can be done next.

import { escaped, fitting, formula, number } from "../model/format.js"
import { progress } from "../model/progress.js"
import { say } from "../model/words.js"
import { IMAGES, KERNELS } from "../spec.js"
import { select } from "./html.js"
import { foreign, inLanguage, nameOf, paragraphs, picture, rich, scaleOf } from "./learn_words.js"

/** @import { Option } from "./html.js" */
/** @import { Score } from "../model/score.js" */
/** @import { FiltersRecord, LearnListed, LearnOption, LearnStep } from "../types/wire.js" */

/** @param {LearnStep} step */
function choices({ options }) {
  const scale = scaleOf(options)
  const choice = (/** @type {LearnOption} */ { label, value, picture: rows }, /** @type {number} */ n) =>
    `<label class="option${rows ? " pictured" : ""}" data-option="${n}"><input type="radio" name="answer" value="${n}">
      ${rows ? picture(rows, scale) : ""}<span>${label ? rich(label) : rows ? "" : escaped(String(value))}</span><em></em></label>`
  return `<div class="options" role="radiogroup">${options.map(choice).join("")}</div>`
}

/** Stages to be put in order, at first by their names. @param {LearnStep} step @param {string[]} given */
export function ordered({ order }, given) {
  const line = (/** @type {string} */ symbol, /** @type {number} */ n) => {
    const stage = order.find((one) => one.symbol === symbol)
    const move = (/** @type {number} */ by, /** @type {string} */ sign) =>
      `<button type="button" data-move="${n}" data-by="${by}" aria-label="${escaped(say(by < 0 ? "web.learn.earlier" : "web.learn.later", { what: symbol }))}"${n + by < 0 || n + by >= given.length ? " disabled" : ""}>${sign}</button>`
    return `<li><span><i>${formula(stage?.label ?? symbol)}</i> ${escaped(stage?.words ?? "")}</span>${move(-1, "↑")}${move(1, "↓")}</li>`
  }
  return `<ol class="ordering">${given.map(line).join("")}</ol>`
}

/** @param {LearnStep} step @param {string[]} given */
function answers(step, given) {
  if (step.kind === "choose") return choices(step)
  if (step.kind === "order") return `<div class="order">${ordered(step, given)}</div>`
  if (step.kind === "number")
    return `<label class="typed"><span>${say("web.learn.number")}</span><input name="number" inputmode="decimal" autocomplete="off"></label>`
  if (step.kind === "click") return `<p class="pick">${rich(say("web.learn.pick", { map: step.map }))}</p>`
  return ""
}

/** The name of the first kernel, "" for one without. @param {FiltersRecord | null} filters */
export const kernelName = (filters) =>
  Object.keys(KERNELS).find((name) => String(KERNELS[name]) === String(filters?.weights)) ?? ""

/** What a learner may change here. @param {LearnStep} step @param {Record<string, string>} lesson @param {FiltersRecord | null} filters */
function changing({ change, kind }, { img, f }, filters) {
  if (change === "image") {
    const label = say("web.learn.image")
    /** @type {Option[]} */
    const images = IMAGES.map(({ id, words }) => [id, words, id === img])
    return `<label class="change"><span>${label}</span>${select("learn_image", images, label)}</label>`
  }
  if (change !== "kernel") return ""
  const label = say("web.learn.kernel")
  const here = kernelName(filters)
  /** @type {Option[]} */
  const own = here ? [] : [[f, say("web.learn.own_kernel"), true]]
  /** @type {Option[]} */
  const names = Object.keys(KERNELS).map((name) => [name, name.replace("-", " "), name === here])
  const few = kind === "construct" && filters && filters.weights.length === 9
  const weights = few
    ? `<div class="nine" role="group" aria-label="${label}">${filters.weights.map((weight, n) => `<input data-weight="${n}" inputmode="decimal" autocomplete="off" value="${fitting(String(weight))}" aria-label="f[${Math.floor(n / 3)},${n % 3}]">`).join("")}</div>`
    : ""
  return `<label class="change"><span>${label}</span>${select("learn_kernel", [...own, ...names], label)}</label>${weights}`
}

/** @param {LearnStep} step @param {LearnListed} listed */
function steps({ lesson, number }, { steps: count, title }) {
  const known = progress(lesson)
  const dot = (/** @type {number} */ n) =>
    `<li><button type="button" data-go="${n}" class="${known[n] ?? ""}"${n === number ? ' aria-current="step"' : ""} aria-label="${escaped(say("web.learn.step", { n, count }))}">${known[n] && n !== number ? "✓" : n}</button></li>`
  return `<nav class="path" aria-label="${escaped(title)}"><button type="button" class="link" data-go="">‹ ${say("web.learn.all")}</button>
    <span>${escaped(title)}</span><ol>${Array.from({ length: count }, (_, n) => dot(n + 1)).join("")}</ol></nav>`
}

/**
 * The whole panel before an answer is given.
 * @param {LearnStep} step
 * @param {LearnListed} listed
 * @param {Record<string, string>} lesson
 * @param {FiltersRecord | null} filters
 * @param {string[]} given
 */
export function panelOf(step, listed, lesson, filters, given) {
  const last = step.number === listed.steps
  const construct = step.kind === "construct"
  const language = foreign(listed.languages)
  const mark = inLanguage(language)
  const note = language ? `<p class="foreign">${say("web.learn.foreign", { language: nameOf(language) })}</p>` : ""
  return `${steps(step, listed)}${note}
    <h1 tabindex="-1"${mark}>${rich(step.title || listed.title)}</h1>${paragraphs(step.text, language)}
    <form><fieldset><legend${mark}>${rich(step.ask)}</legend>${answers(step, given)}${changing(step, lesson, filters)}</fieldset>
    <div class="feedback" role="status" aria-live="polite"></div>
    <div class="next"><button type="submit" class="primary" data-key="learn_commit"${construct ? " hidden" : ""} disabled>${say("web.learn.commit")}</button>
    <button type="button" data-key="learn_other" hidden>${say(`web.learn.another.${step.change === "kernel" ? "kernel" : "image"}`)}</button>
    <button type="button" data-key="learn_continue" hidden>${say(last ? "web.learn.finish" : "web.learn.continue")}</button></div></form>
    <footer><button type="button" data-key="learn_back">‹ ${say("web.learn.back")}</button>
    ${step.hint ? `<button type="button" class="link" data-key="learn_hint">${say("web.learn.hint")}</button>` : ""}
    <button type="button" class="link" data-key="learn_skip">${say(last ? "web.learn.finish" : "web.learn.skip")}</button></footer>
    <p class="hint" hidden${mark}>${rich(step.hint)}</p>`
}

/**
 * Shows what became of the answer.
 * @param {HTMLElement} panel
 * @param {LearnStep} step
 * @param {Score} found
 * @param {number} chosen
 */
export function reveal(panel, step, found, chosen) {
  const box = /** @type {HTMLElement} */ (panel.querySelector(".feedback"))
  box.className = `feedback ${found.right ? "good" : "missed"}`
  const verdict = say(found.right ? "web.learn.right" : "web.learn.wrong")
  const value =
    step.kind === "number" && !found.right && step.value !== null
      ? `<p>${say("web.learn.it_is", { value: Number.isInteger(step.value) ? step.value : number(step.value) })}</p>`
      : ""
  const mark = inLanguage(panel.querySelector("h1")?.lang ?? "")
  const more = found.right || step.kind === "construct" ? "" : `<p${mark}>${rich(step.right)}</p>`
  box.innerHTML = `<p><b>${verdict}</b> <span${mark}>${rich(found.say)}</span></p>${value}${step.kind === "choose" || step.kind === "number" ? more : ""}`
  for (const option of panel.querySelectorAll(/** @type {"label"} */ (".option"))) {
    const n = Number(option.dataset.option)
    const good = step.options[n].right
    option.classList.toggle("good", good)
    option.classList.toggle("given", n === chosen)
    const badge = option.querySelector("em")
    if (badge) badge.textContent = good ? `✓ ${say("web.learn.is_right")}` : n === chosen ? say("web.learn.yours") : ""
  }
  for (const input of panel.querySelectorAll(/** @type {"input"} */ (".option input, .typed input, .ordering button")))
    input.disabled = true
  const [commit, other, go] = ["commit", "other", "continue"].map(
    (name) => /** @type {HTMLButtonElement} */ (panel.querySelector(`[data-key=learn_${name}]`)),
  )
  commit.hidden = true
  other.hidden = step.change === "nothing" || step.kind === "construct"
  go.hidden = false
  const primary = found.right || other.hidden ? go : other
  primary.classList.add("primary")
  for (const button of [other, go]) if (button !== primary) button.classList.remove("primary")
  primary.focus()
}
