// The form to edit the question of the current screen: choices, pictures, a number, or cells.

import { ASKED_KINDS, emptyQuestion, mapOf, questionOf } from "../model/decks/draft_question.js"
import { say } from "../model/words.js"
import { html, nothing } from "../shell/html.js"
import { LANG } from "../spec.js"

/** @import { QuestionForm, AskedKind } from "../model/decks/draft_question.js" */
/** @import { Table } from "../types/view.js" */

const MOST_ANSWERS = 4
const PICTURES = ["f", "turned(f)", "mirrored(f)", "-f"] // suggested pictures

export const drawerMessage = (/** @type {string} */ id, /** @type {Record<string, any>} */ values = {}) =>
  say(`web.drawer.${id}`, values)

/** Return suggested expressions for the correct cells of a map. @param {string} map */
const cellsOf = (map) => [`${map} == max(${map})`, `${map} == min(${map})`, `abs(${map}) == max(abs(${map}))`]

/** @param {Table} screen @param {QuestionForm | null} written  values after a change of kind, or null @param {string} wrong */
export function questionForm(screen, written, wrong) {
  const formValues = written ?? questionOf(screen, LANG) ?? emptyQuestion()
  const map = mapOf(screen)
  const kinds = ASKED_KINDS.filter((kind) => map || kind !== "click")
  return html`<form class="draft-asking">
    <select name="kind" data-key="draft_kind" aria-label=${drawerMessage("kind")}>${kinds.map((kind) => html`<option value=${kind} ?selected=${kind === formValues.kind}>${drawerMessage(`kinds.${kind}`)}</option>`)}</select>
    ${field("ask", drawerMessage("ask"), formValues.ask)}
    ${formValues.kind === "choose" || formValues.kind === "pictures" ? answerFields(formValues) : keyFields(formValues, map)}
    ${wrong ? html`<p class="draft-wrong" role="alert">${wrong}</p>` : nothing}
    <button type="submit" data-key="draft_asked">${drawerMessage("asked")}</button></form>`
}

/** @param {string} name @param {string} label @param {string} value @param {string} [hints]  id of the list of suggestions */
const field = (name, label, value, hints) =>
  html`<input name=${name} maxlength="300" placeholder=${label} aria-label=${label} autocomplete="off" list=${hints ?? nothing} .value=${value}>`

/** @param {QuestionForm} asked */
function answerFields({ kind, answers: all, right }) {
  const arePictures = kind === "pictures"
  const rows = Array.from({ length: Math.max(MOST_ANSWERS, all.length) }, (_, n) => all[n] ?? "")
  const row = (/** @type {string} */ label, /** @type {number} */ n) =>
    html`<label class="draft-answer"><input type="radio" name="right" value=${n} ?checked=${n === Math.max(0, right)} aria-label=${drawerMessage("right", { n: n + 1 })}>
      ${field("answer", drawerMessage(arePictures ? "picture" : "answer", { n: n + 1 }), label, arePictures ? "draft-pictures" : undefined)}</label>`
  return html`${rows.map(row)}${arePictures ? suggestions("draft-pictures", PICTURES) : nothing}`
}

/** @param {QuestionForm} asked @param {string} map */
const keyFields = ({ kind, key: right, tolerance }, map) =>
  kind === "click"
    ? html`${field("key", drawerMessage("cells", { map }), right || (cellsOf(map)[0] ?? ""), "draft-cells")}${suggestions("draft-cells", cellsOf(map))}`
    : html`${field("key", drawerMessage("number"), right)}${field("tolerance", drawerMessage("within"), tolerance)}`

/** @param {string} id @param {string[]} all */
const suggestions = (id, all) =>
  html`<datalist id=${id}>${all.map((one) => html`<option value=${one}></option>`)}</datalist>`

/** Return the values of a form. @param {HTMLFormElement} form @returns {QuestionForm} */
export function readForm(form) {
  const data = new FormData(form)
  const text = (/** @type {string} */ name) => String(data.get(name) ?? "")
  return {
    kind: /** @type {AskedKind} */ (text("kind")),
    ask: text("ask"),
    answers: data.getAll("answer").map(String),
    right: Number(data.get("right")),
    key: text("key"),
    tolerance: text("tolerance"),
  }
}
