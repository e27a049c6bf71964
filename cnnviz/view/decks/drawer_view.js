// Templates of the drawer.

import { hasQuestion, minutes, parseAddress, sentenceOf, textOf } from "../model/decks/draft.js"
import { questionOf } from "../model/decks/draft_question.js"
import { clock, formula } from "../model/numbers/format.js"
import { html, live, markup, nothing } from "../shell/html.js"
import { LANG, PAGES } from "../spec.js"
import { pictureOf } from "./drafting.js"
import { drawerMessage, questionForm } from "./drawer_question.js"

/** @import { Drawer } from "./drawer.js" */
/** @import { History, Table } from "../types/view.js" */

const EXPERIMENTS = ["", "seed", "start", "lr"]

/** Return a button that is there while it can be used. @param {string} key */
const link = (key, isUsable = true) =>
  isUsable ? html`<button type="button" class="link" data-key="draft_${key}">${drawerMessage(key)}</button>` : nothing

/** @param {History} history @param {Drawer} drawer */
export const drawerOf = (history, drawer) => {
  const { now, at, past } = history
  const screen = now.screen[at]
  const isEmpty = !now.screen.length
  return html`<div class="drawer-head">
      <input class="draft-title" data-key="draft_title" aria-label=${drawerMessage("name")} maxlength="120" .value=${live(textOf(now.title, LANG) || now.id)}>
      ${isEmpty ? nothing : html`<button type="button" data-key="draft_present">▶ ${drawerMessage("present")}</button>`}
      <button type="button" class="close" data-key="draft_close" aria-label=${drawerMessage("close")}>✕</button>
    </div>
    <p class="drawer-facts"><span>${drawerMessage("facts", { n: now.screen.length, minutes: minutes(now) })}</span>${link("undo", past.length > 0)}${link("copy", !isEmpty)}${link("save", !isEmpty)}${link("open")}${link("new", !isEmpty)}</p>
    <p class="drawer-note" role="status">${drawer.note}</p>
    <ol class="screens" aria-label=${drawerMessage("screens")}>${isEmpty ? html`<li class="nothing-yet">${drawerMessage("nothing")}</li>` : now.screen.map((one, n) => row(one, n, n === at))}</ol>
    <div class="drawer-foot">${screen ? screenSettings(screen, at, drawer) : nothing}
      <button type="button" class="primary" data-key="add_screen">${drawerMessage("add")} <kbd>A</kbd></button></div>`
}

/** @param {Table} screen */
function screenIcon(screen) {
  const { page, query } = parseAddress(screen)
  const stage = new URLSearchParams(query).get("stage") ?? ""
  const picture = pictureOf(screen.at)
  if (hasQuestion(screen)) return html`<b class="draft-sign">?</b>`
  if (picture) return html`<img src=${picture} alt="" width="60" height="34">`
  const name = PAGES.find(({ path }) => path === page)?.name ?? page
  return html`<span class="draft-sign">${stage && !page ? markup(formula(stage)) : name}</span>`
}

/** @param {Table} screen */
const timeOf = ({ seconds }) => (seconds ? clock(seconds) : "")

/** @param {Table} screen @param {number} n @param {boolean} current */
function row(screen, n, current) {
  const sentence = hasQuestion(screen)
    ? textOf(screen.ask, LANG)
    : sentenceOf(screen, LANG) || textOf(screen.title, LANG)
  return html`<li data-row=${n} class=${current ? "current" : ""}><i class="grip" aria-hidden="true"></i>
    <button type="button" class="draft-screen" data-screen=${n} aria-current=${current ? "true" : nothing} title=${drawerMessage("keys")}>
      <span class="draft-number">${n + 1}</span><span class="draft-picture">${screenIcon(screen)}</span><span class="draft-says">${sentence || drawerMessage("silent")}</span>
      <span class="draft-aside"><time>${timeOf(screen)}</time>${screen.notes ? html`<i class="noted" title=${drawerMessage("noted")}></i>` : nothing}</span>
    </button></li>`
}

/** @param {Table} screen @param {number} at @param {Drawer} drawer */
const screenSettings = (screen, at, drawer) => html`
  <label class="draft-notes"><span>${drawerMessage("notes", { number: at + 1 })}</span>
    <textarea data-key="draft_notes" rows="2" maxlength="2000" .value=${live(textOf(screen.notes, LANG))}></textarea></label>
  ${drawer.asking ? questionForm(screen, drawer.asked, drawer.wrong) : nothing}
  <div class="draft-chips">
    <input class="draft-time" data-key="draft_time" inputmode="numeric" placeholder="0:00" aria-label=${drawerMessage("time")} title=${drawerMessage("time")} .value=${live(timeOf(screen))}>
    ${isQuestionEditable(screen) ? html`<button type="button" data-key="draft_question" aria-expanded=${drawer.asking}>? ${drawerMessage("question")}</button>` : nothing}
    ${parseAddress(screen).page === "train" ? experiment(screen) : nothing}
    <button type="button" data-key="draft_retake" title=${drawerMessage("retake.label")}>${drawerMessage("retake.text")}</button>
    <button type="button" data-key="draft_remove" aria-label=${drawerMessage("remove.label")} title=${drawerMessage("remove.label")}>${drawerMessage("remove.text")}</button>
  </div>`

/** Return whether the screen's question, if any, can be edited in the form. @param {Table} screen */
const isQuestionEditable = (screen) => !hasQuestion(screen) || questionOf(screen, LANG) !== null

/** Return the menu of the setting that differs between the devices of a class. @param {Table} screen */
const experiment = ({ experiment: now = "" }) =>
  html`<select data-key="draft_experiment" aria-label=${drawerMessage("experiment.label")}>${EXPERIMENTS.map((name) => html`<option value=${name} ?selected=${name === now}>${drawerMessage(`experiment.${name || "none"}`)}</option>`)}</select>`
