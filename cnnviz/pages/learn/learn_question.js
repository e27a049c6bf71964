// The text of a question: sentences, answers in words, feedback, and buttons.

import { escapeHtml, formatToFit, formula } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { html, inner, live, markup, nothing } from "../../view/shell/html.js"
import { IMAGES, KERNELS } from "../../view/spec.js"
import { cell, formatNumber, grid } from "./cells.js"
import { isPictured } from "./learn_board.js"
import { foreignLanguage, languageName, letter, paragraphs, rich } from "./learn_words.js"
import { agreementByNumber } from "./plate_figures.js"
import { hintsUsed, progress } from "./progress.js"
import { hasAnswer } from "./score.js"

/** @import { Option } from "../../view/shell/html.js" */
/** @import { Colours } from "./cells.js" */
/** @import { GivenAnswer, Score } from "./score.js" */
/** @import { FiltersRecord, LearnListed, LearnOption, LearnStep, Template } from "../../view/types/view.js" */

/**
 * State of a question.
 * @typedef {object} Tried
 * @property {GivenAnswer} given
 * @property {Score | null} found  null until the solution is shown
 * @property {number} hintCount  number of visible hints
 * @property {number} tries  attempts of a construction
 * @property {string} [picked]  description of the clicked cell
 * @property {string} [rightCell]  where a right cell is, after a wrong click
 * @property {number} [reached]  index of the kernel's position, while it slides or one is selected
 * @property {boolean} [sliding]
 */

/** Return the answers in words, each with its letter. @param {LearnStep} step @param {Tried} tried */
function choices({ options }, { given }) {
  const choice = (/** @type {LearnOption} */ { label, value }, /** @type {number} */ n) =>
    html`<label class="option" data-option=${n}><input type="radio" name="answer" value=${n} .checked=${given === n}><b class="letter">${letter(n)}</b>
      <span ${inner(label ? rich(label) : escapeHtml(String(value)))}></span></label>`
  return html`<div class="options" role="radiogroup" aria-labelledby="learn-ask">${options.map(choice)}</div>`
}

/**
 * Return the stages to put in order, or in the correct order once the solution is shown.
 * @param {LearnStep} step @param {Tried} tried
 */
export function orderingTemplate({ order }, { given, found }) {
  const names = found ? order.map(({ symbol }) => symbol) : Array.isArray(given) ? given : []
  const line = (/** @type {string} */ symbol, /** @type {number} */ n) => {
    const stage = order.find((one) => one.symbol === symbol)
    const givenIndex = Array.isArray(given) ? given.indexOf(symbol) : n
    const move = (/** @type {number} */ by, /** @type {string} */ sign) =>
      html`<button type="button" data-move=${n} data-by=${by} aria-label=${say(by < 0 ? "web.learn.earlier" : "web.learn.later", { what: symbol })} ?disabled=${n + by < 0 || n + by >= names.length}>${sign}</button>`
    const moves = () => html`${move(-1, "↑")}${move(1, "↓")}`
    const positionNote = () =>
      html`<small>${givenIndex === n ? "✓" : say("web.learn.you_had", { n: givenIndex + 1 })}</small>`
    return html`<li><b>${n + 1}</b><i ${inner(formula(stage?.label ?? symbol))}></i><span>${stage?.words}</span>${found ? positionNote() : moves()}</li>`
  }
  return html`<ol class="ordering">${names.map(line)}</ol>`
}

/** @param {LearnStep} step @param {Tried} tried */
function answerTemplate(step, tried) {
  if (step.kind === "choose") return isPictured(step) ? "" : choices(step, tried)
  if (step.kind === "number")
    return html`<label class="typed"><span>${say("web.learn.number")}</span><input name="number" inputmode="decimal" autocomplete="off"></label>`
  if (step.kind !== "click") return ""
  return html`<p class="chosen-cell soft" ${inner(rich(tried.picked ?? ""))}></p>`
}

/** Return the name of the first kernel, or "" if it has none. @param {FiltersRecord | null} filters */
export const kernelName = (filters) =>
  Object.keys(KERNELS).find((name) => String(KERNELS[name]) === String(filters?.weights)) ?? ""

/** Return a menu. @param {string} key @param {Option[]} options @param {string} label */
const menu = (key, options, label) =>
  html`<label class="change"><span>${label}</span><select data-key=${key} aria-label=${label}>${options.map(([value, text, is]) => html`<option value=${value} .selected=${live(Boolean(is))}>${text}</option>`)}</select></label>`

/**
 * Return the controls of what the learner may change.
 * @param {LearnStep} step @param {Record<string, string>} lesson @param {FiltersRecord | null} filters
 */
function changeControls({ change, kind }, { img, f }, filters) {
  const imageOption = (/** @type {{ id: string, words: string }} */ { id, words }) =>
    /** @type {Option} */ ([id, words, id === img])
  if (change === "image") return menu("learn_image", IMAGES.map(imageOption), say("web.learn.image"))
  if (change !== "kernel") return ""
  const label = say("web.learn.kernel")
  const current = kernelName(filters)
  /** @type {Option[]} */
  const currentOption = current ? [] : [[f, say("web.learn.own_kernel"), true]]
  /** @type {Option[]} */
  const names = Object.keys(KERNELS).map((name) => [name, name.replace("-", " "), name === current])
  const weight = (/** @type {number} */ value, /** @type {number} */ n) =>
    html`<input data-weight=${n} inputmode="decimal" autocomplete="off" .value=${live(formatToFit(String(value)))} aria-label="f[${Math.floor(n / 3)},${n % 3}]">`
  const isSmall = kind === "construct" && filters && filters.weights.length === 9
  const weights = isSmall
    ? html`<div class="nine" role="group" aria-label=${label}>${filters.weights.map(weight)}</div>`
    : ""
  return html`${menu("learn_kernel", [...currentOption, ...names], label)}${weights}`
}

/** Return the links to the lesson's steps. One is the tab stop; arrow keys go to the others. @param {LearnStep} step @param {LearnListed} listed */
function stepNavigation({ lesson, number: here }, { steps: count, title }) {
  const marks = progress(lesson)
  const dot = (/** @type {number} */ n) =>
    html`<li><button type="button" data-go=${n} tabindex=${n === here ? 0 : -1} class=${marks[n] ?? ""} aria-current=${n === here ? "step" : nothing} aria-label=${say("web.learn.step", { n, count })}></button></li>`
  return html`<nav class="path" aria-label=${title}><button type="button" class="link" data-go="">‹ ${title}</button>
    <ol>${Array.from({ length: count }, (_, n) => dot(n + 1))}</ol><span>${say("web.learn.of", { n: here, count })}</span></nav>`
}

/** Return an answer as letter and words. @param {LearnStep} step @param {number} n */
function answerText({ options }, n) {
  const { label, picture, value } = options[n]
  const words = label || (picture ? "" : String(value))
  return words ? say("web.learn.lettered", { letter: letter(n), words }) : letter(n)
}

/**
 * Return the given answer, and how many of its numbers are correct.
 * @param {LearnStep} step @param {Tried} tried @param {ArrayLike<number>} wanted  the correct numbers @param {Colours} colours  of all pictures
 */
function givenAnswer(step, { given: chosen, picked }, wanted, colours) {
  if (step.kind === "number")
    return html`<p class="said">${say("web.learn.you_said", { what: String(chosen).replaceAll("-", "−") })}</p>`
  if (step.kind === "click") return html`<p class="said" ${inner(rich(picked ?? ""))}></p>`
  if (step.kind !== "choose") return ""
  const { picture } = step.options[Number(chosen)]
  const rightIndex = step.options.findIndex(({ right }) => right)
  const key = rightIndex === Number(chosen) ? "" : say("web.learn.right_is", { what: answerText(step, rightIndex) })
  const answerLine = html`<p class="said" ${inner(rich(`${say("web.learn.you_said", { what: answerText(step, Number(chosen)) })} ${key}`))}></p>`
  if (!picture || !wanted.length) return answerLine
  const numbers = picture.flat()
  const n = agreementByNumber(numbers, wanted).filter(Boolean).length
  const fit =
    n === wanted.length
      ? say("web.learn.all_fit", { count: n })
      : say("web.learn.some_fit", { n, count: wanted.length })
  return html`${answerLine}<div class="fit">${grid(
    numbers.map((each) => cell(each, colours)),
    picture[0].length,
    "",
    "tiny",
  )}<p ${inner(rich(fit))}></p></div>`
}

/**
 * Return the verdict on the answer.
 * @param {LearnStep} step @param {Tried} tried @param {string | typeof nothing} lang
 */
function feedback(step, { found, tries, rightCell }, lang) {
  if (!found) return step.kind === "construct" && tries ? html`<p>${say("web.learn.not_yet")}</p>` : ""
  const verdict = say(found.right ? "web.learn.right" : "web.learn.wrong")
  const correctValue = step.kind === "number" && !found.right ? step.value : null
  const value =
    correctValue === null
      ? (rightCell ?? "")
      : say("web.learn.it_is", { value: Number.isInteger(correctValue) ? correctValue : formatNumber(correctValue) })
  const showsExplanation = !found.right && found.say !== step.right
  return html`<p><b>${found.right ? "✓ " : ""}${verdict}</b> <span lang=${lang} ${inner(rich(found.say))}></span></p>${value ? html`<p ${inner(rich(value))}></p>` : ""}${showsExplanation ? html`<p lang=${lang} ${inner(rich(step.right))}></p>` : ""}`
}

/** Return whether a second try can use another case. @param {LearnStep} step */
const canVary = ({ change, another }) => change !== "nothing" || Object.keys(another).length > 0

/**
 * Return the buttons. After a wrong answer, the primary one is another try.
 * @param {LearnStep} step @param {boolean} last @param {Tried} tried
 */
function buttons(step, last, tried) {
  const { given, found } = tried
  const isOver = found !== null || !step.kind
  const canRepeat = found !== null && step.kind !== "construct" && canVary(step)
  const isRetryFirst = canRepeat && !found.right
  const verb = step.change === "nothing" ? "case" : step.change
  const isIncomplete = !isOver && step.kind !== "construct" && !hasAnswer(step, given)
  const continueLabel = say(last ? "web.learn.finish" : "web.learn.continue")
  return html`<div class="next"><div>${step.kind && step.kind !== "construct" && !isOver ? html`<button type="submit" class="primary" data-key="learn_commit" ?disabled=${isIncomplete} aria-describedby="learn-note">${say("web.learn.commit")}</button>` : ""}
    ${canRepeat ? html`<button type="button" data-key="learn_other" class=${isRetryFirst ? "primary" : ""}>${say(`web.learn.another.${verb}`)}</button>` : ""}
    ${isOver ? html`<button type="button" data-key="learn_continue" class=${isRetryFirst ? "" : "primary"}>${continueLabel} ›</button>` : ""}
    <p id="learn-note">${isIncomplete ? say(`web.learn.first.${step.kind}`, { last: letter(step.options.length - 1) }) : ""}</p></div>
    <div><button type="button" class="link" data-key="learn_back">‹ ${say("web.learn.back")}</button>
    ${tried.hintCount < step.hints.length && !isOver ? html`<button type="button" class="link" data-key="learn_hint">${say(tried.hintCount ? "web.learn.another_hint" : "web.learn.hint")}</button>` : ""}
    ${isOver ? "" : html`<button type="button" class="link" data-key="learn_skip">${say("web.learn.skip")}</button>`}</div></div>`
}

/**
 * Return the question and the answers in words.
 * @param {LearnStep} step @param {Record<string, string>} lesson @param {FiltersRecord | null} filters @param {Tried} tried @param {string} language
 */
function questionTemplate(step, lesson, filters, tried, language) {
  const lang = language || nothing
  if (!step.kind) return markup(paragraphs(step.text, language))
  return html`${markup(paragraphs(step.text, language))}<h2 id="learn-ask" lang=${lang} ${inner(rich(step.ask))}></h2>
    ${isPictured(step) && step.cells ? html`<p class="soft">${say("web.learn.pick_picture")}</p>` : ""}${answerTemplate(step, tried)}${changeControls(step, lesson, filters)}
    <div class="hints" aria-live="polite">${step.hints.slice(0, tried.hintCount).map((hint) => html`<p class="hint" tabindex="-1" lang=${lang} ${inner(rich(hint))}></p>`)}</div>`
}

/**
 * Return the text of a question, or of its solution.
 * @param {LearnStep} step
 * @param {LearnListed} listed
 * @param {Record<string, string>} lesson
 * @param {FiltersRecord | null} filters
 * @param {Tried} tried
 * @param {ArrayLike<number>} correct  the correct numbers, once the solution is shown
 * @param {Colours} colours  of all pictures
 * @param {Template | typeof nothing} more  the kernel's product at the cursor
 */
export function questionText(step, listed, lesson, filters, tried, correct, colours, more) {
  const language = foreignLanguage(listed.languages)
  const note = language
    ? html`<p class="foreign">${say("web.learn.foreign", { language: languageName(language) })}</p>`
    : ""
  const verdict = tried.found ? (tried.found.right ? " good" : " missed") : ""
  return html`<div class="words">${stepNavigation(step, listed)}${note}
    <h1 tabindex="-1" lang=${language || nothing} ${inner(rich(step.title || listed.title))}></h1>
    <div class="said-and-asked">${tried.found ? givenAnswer(step, tried, correct, colours) : questionTemplate(step, lesson, filters, tried, language)}
    <div class="feedback${verdict}" role="status" aria-live="polite">${feedback(step, tried, language || nothing)}</div>${more}</div>
    ${buttons(step, step.number === listed.steps, tried)}</div>`
}

/**
 * Return the summary of a finished lesson, and the link to the next one.
 * @param {LearnStep} step @param {LearnListed} listed @param {LearnListed | undefined} next
 */
export function summary({ lesson, titles }, listed, next) {
  const [marks, hints] = [progress(lesson), hintsUsed(lesson)]
  const line = (/** @type {string} */ title, /** @type {number} */ n) => {
    const markText = say(`web.learn.became.${marks[n + 1] ?? "skipped"}`)
    const result = hints[n + 1] ? say("web.learn.hinted", { mark: markText, n: hints[n + 1] }) : markText
    return html`<li class=${marks[n + 1] ?? ""}><button type="button" class="link" data-go=${n + 1} ${inner(rich(title))}></button> <span>${result}</span></li>`
  }
  const language = foreignLanguage(listed.languages) || nothing
  return html`<div class="ended"><h1 tabindex="-1">${say("web.learn.ended")}</h1><p class="goal" lang=${language}>${say("web.learn.you_can", { goal: listed.goal })}</p>
    <ol>${titles.map(line)}</ol>
    ${next ? html`<section class="next-lesson"><h2>${say("web.learn.next_lesson")}</h2><h3>${next.title}</h3><p>${say("web.learn.afterwards", { goal: next.goal })} (${say("web.learn.minutes", { n: next.minutes })})</p><button type="button" class="primary" data-key="learn_next">${say("web.learn.start")} ›</button></section>` : ""}
    <button type="button" class="link" data-go="">${say("web.learn.all")}</button></div>`
}
