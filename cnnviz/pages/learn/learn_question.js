// The panel of a question: its sentences, its answers, and what can be done next.

import { escaped, fitting, formula, number } from "../../view/model/format.js"
import { say } from "../../view/model/words.js"
import { html, inner, live, markup, nothing } from "../../view/regions/html.js"
import { IMAGES, KERNELS } from "../../view/spec.js"
import { foreign, nameOf, paragraphs, picture, rich, scaleOf } from "./learn_words.js"
import { progress } from "./progress.js"
import { answered } from "./score.js"

/** @import { Option } from "../../view/regions/html.js" */
/** @import { Given, Score } from "./score.js" */
/** @import { FiltersRecord, LearnListed, LearnOption, LearnStep } from "../../view/types/wire.js" */

/**
 * What became of a question so far.
 * @typedef {object} Tried
 * @property {Given} given
 * @property {Score | null} found  once the answer is out
 * @property {boolean} hinted
 * @property {number} tries  of a construction
 * @property {string} [picked]  the cell that was clicked, in words
 */

/** @param {LearnStep} step @param {Tried} tried */
function choices({ options }, { given, found }) {
  const scale = scaleOf(options)
  const badge = (/** @type {number} */ n) =>
    options[n].right ? `✓ ${say("web.learn.is_right")}` : n === given ? say("web.learn.yours") : ""
  const choice = (/** @type {LearnOption} */ { label, value, picture: rows, right }, /** @type {number} */ n) => {
    const state = found ? `${right ? " good" : ""}${n === given ? " given" : ""}` : ""
    const words = label ? rich(label) : rows ? "" : escaped(String(value))
    return html`<label class="option${rows ? " pictured" : ""}${state}" data-option=${n}><input type="radio" name="answer" value=${n} ?disabled=${found !== null}>
      ${rows ? markup(picture(rows, scale)) : ""}<span ${inner(words)}></span><em>${found ? badge(n) : ""}</em></label>`
  }
  return html`<div class="options" role="radiogroup">${options.map(choice)}</div>`
}

/** Stages to be put in order, at first by their names. @param {LearnStep} step @param {Tried} tried */
function ordering({ order }, { given, found }) {
  const names = Array.isArray(given) ? given : []
  const line = (/** @type {string} */ symbol, /** @type {number} */ n) => {
    const stage = order.find((one) => one.symbol === symbol)
    const move = (/** @type {number} */ by, /** @type {string} */ sign) =>
      html`<button type="button" data-move=${n} data-by=${by} aria-label=${say(by < 0 ? "web.learn.earlier" : "web.learn.later", { what: symbol })} ?disabled=${found !== null || n + by < 0 || n + by >= names.length}>${sign}</button>`
    return html`<li><span><i ${inner(formula(stage?.label ?? symbol))}></i> ${stage?.words}</span>${move(-1, "↑")}${move(1, "↓")}</li>`
  }
  return html`<div class="order"><ol class="ordering">${names.map(line)}</ol></div>`
}

/** @param {LearnStep} step @param {Tried} tried */
function answers(step, tried) {
  if (step.kind === "choose") return choices(step, tried)
  if (step.kind === "order") return ordering(step, tried)
  if (step.kind === "number")
    return html`<label class="typed"><span>${say("web.learn.number")}</span><input name="number" inputmode="decimal" autocomplete="off" ?disabled=${tried.found !== null}></label>`
  if (step.kind !== "click") return ""
  return html`<p class="pick" ${inner(rich(tried.picked ?? say("web.learn.pick", { map: step.map })))}></p>`
}

/** The name of the first kernel, "" for one without. @param {FiltersRecord | null} filters */
export const kernelName = (filters) =>
  Object.keys(KERNELS).find((name) => String(KERNELS[name]) === String(filters?.weights)) ?? ""

/** A list to choose from. @param {string} key @param {Option[]} options @param {string} label */
const chosen = (key, options, label) =>
  html`<label class="change"><span>${label}</span><select data-key=${key} aria-label=${label}>${options.map(([value, text, is]) => html`<option value=${value} .selected=${live(Boolean(is))}>${text}</option>`)}</select></label>`

/** What a learner may change here. @param {LearnStep} step @param {Record<string, string>} lesson @param {FiltersRecord | null} filters */
function changing({ change, kind }, { img, f }, filters) {
  if (change === "image")
    return chosen(
      "learn_image",
      IMAGES.map(({ id, words }) => [id, words, id === img]),
      say("web.learn.image"),
    )
  if (change !== "kernel") return ""
  const label = say("web.learn.kernel")
  const here = kernelName(filters)
  /** @type {Option[]} */
  const own = here ? [] : [[f, say("web.learn.own_kernel"), true]]
  /** @type {Option[]} */
  const names = Object.keys(KERNELS).map((name) => [name, name.replace("-", " "), name === here])
  const weight = (/** @type {number} */ value, /** @type {number} */ n) =>
    html`<input data-weight=${n} inputmode="decimal" autocomplete="off" .value=${live(fitting(String(value)))} aria-label="f[${Math.floor(n / 3)},${n % 3}]">`
  const few = kind === "construct" && filters && filters.weights.length === 9
  const weights = few
    ? html`<div class="nine" role="group" aria-label=${label}>${filters.weights.map(weight)}</div>`
    : ""
  return html`${chosen("learn_kernel", [...own, ...names], label)}${weights}`
}

/** @param {LearnStep} step @param {LearnListed} listed */
function steps({ lesson, number }, { steps: count, title }) {
  const known = progress(lesson)
  const dot = (/** @type {number} */ n) =>
    html`<li><button type="button" data-go=${n} class=${known[n] ?? ""} aria-current=${n === number ? "step" : nothing} aria-label=${say("web.learn.step", { n, count })}>${known[n] && n !== number ? "✓" : n}</button></li>`
  return html`<nav class="path" aria-label=${title}><button type="button" class="link" data-go="">‹ ${say("web.learn.all")}</button>
    <span>${title}</span><ol>${Array.from({ length: count }, (_, n) => dot(n + 1))}</ol></nav>`
}

/** What became of the answer. @param {LearnStep} step @param {Tried} tried @param {string | typeof nothing} lang */
function feedback(step, { found, tries }, lang) {
  if (!found) return step.kind === "construct" && tries ? html`<p>${say("web.learn.not_yet")}</p>` : ""
  const verdict = say(found.right ? "web.learn.right" : "web.learn.wrong")
  const is = step.kind === "number" && !found.right ? step.value : null
  const value = is === null ? "" : say("web.learn.it_is", { value: Number.isInteger(is) ? is : number(is) })
  const more = !found.right && (step.kind === "choose" || step.kind === "number")
  return html`<p><b>${verdict}</b> <span lang=${lang} ${inner(rich(found.say))}></span></p>${value ? html`<p>${value}</p>` : ""}${more ? html`<p lang=${lang} ${inner(rich(step.right))}></p>` : ""}`
}

/** What can be done next; after a wrong answer, first of all another try. @param {LearnStep} step @param {boolean} last @param {Tried} tried */
function buttons(step, last, { given, found }) {
  const others = found !== null && step.change !== "nothing" && step.kind !== "construct"
  const again = others && !found.right
  const verb = step.change === "kernel" ? "kernel" : "image"
  return html`<div class="next"><button type="submit" class="primary" data-key="learn_commit" ?hidden=${found !== null || step.kind === "construct"} ?disabled=${!answered(step, given)}>${say("web.learn.commit")}</button>
    <button type="button" data-key="learn_other" class=${again ? "primary" : ""} ?hidden=${!others}>${say(`web.learn.another.${verb}`)}</button>
    <button type="button" data-key="learn_continue" class=${found && !again ? "primary" : ""} ?hidden=${!found}>${say(last ? "web.learn.finish" : "web.learn.continue")}</button></div>`
}

/**
 * The panel of a question, and of its answer once that is out.
 * @param {LearnStep} step
 * @param {LearnListed} listed
 * @param {Record<string, string>} lesson
 * @param {FiltersRecord | null} filters
 * @param {Tried} tried
 */
export function panelOf(step, listed, lesson, filters, tried) {
  const last = step.number === listed.steps
  const language = foreign(listed.languages)
  const lang = language || nothing
  const note = language ? html`<p class="foreign">${say("web.learn.foreign", { language: nameOf(language) })}</p>` : ""
  const verdict = tried.found ? (tried.found.right ? " good" : " missed") : ""
  return html`${steps(step, listed)}${note}
    <h1 tabindex="-1" lang=${lang} ${inner(rich(step.title || listed.title))}></h1>${markup(paragraphs(step.text, language))}
    <form><fieldset><legend lang=${lang} ${inner(rich(step.ask))}></legend>${answers(step, tried)}${changing(step, lesson, filters)}</fieldset>
    <div class="feedback${verdict}" role="status" aria-live="polite">${feedback(step, tried, lang)}</div>
    ${buttons(step, last, tried)}</form>
    <footer><button type="button" data-key="learn_back">‹ ${say("web.learn.back")}</button>
    ${step.hint ? html`<button type="button" class="link" data-key="learn_hint">${say("web.learn.hint")}</button>` : ""}
    <button type="button" class="link" data-key="learn_skip">${say(last ? "web.learn.finish" : "web.learn.skip")}</button></footer>
    <p class="hint" ?hidden=${!tried.hinted} lang=${lang} ${inner(rich(step.hint))}></p>`
}
