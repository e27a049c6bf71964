// Missions on Step: a list in the Practice panel, and a banner above the maps for the current mission. Each response
// says whether it is reached.

import { closeSheets } from "../../view/controls/rail.js"
import { escaped } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { html, markup, near, render } from "../../view/shell/html.js"
import { rich } from "../learn/learn_words.js"
import { reached, remembered } from "../learn/progress.js"

/** @import { MissionData, MissionListed, MissionsData, View } from "../../view/types/view.js" */

const OFF = { mission: "", case: "", named: "" }

export class Missions {
  /** @type {MissionsData | undefined} */
  data = undefined
  hinted = false

  /** @param {View} view */
  constructor(view) {
    this.view = view
    const label = escaped(say("web.missions.label"))
    view
      .$(".overview")
      .insertAdjacentHTML("beforebegin", `<section class="banner mission" aria-label="${label}" hidden></section>`)
    this.strip = view.$(".mission")
    this.list = /** @type {HTMLElement | null} */ (view.root.querySelector(".missions"))
    this.strip.addEventListener("click", ({ target }) =>
      this.pressed(/** @type {Element} */ (target).closest("button")),
    )
    this.strip.addEventListener("submit", (event) => {
      event.preventDefault()
      const named = this.strip.querySelector("select")?.value
      if (named) view.go({ named })
    })
    this.list?.addEventListener("click", (event) => {
      const mission = near(event, "[data-mission]")?.dataset.mission
      const chosen = this.data?.listed.find(({ id }) => id === mission)
      if (!chosen) return
      closeSheets(view) // the panel covers the banner
      view.leap({ ...chosen.query, ...view.look, mission: chosen.id })
    })
  }

  get now() {
    return this.data?.now ?? null
  }

  /** @param {MissionsData | undefined} data */
  receive(data) {
    const before = this.now
    this.data = data
    if (this.now?.id !== before?.id) this.hinted = false
    if (JSON.stringify(this.now) !== JSON.stringify(before)) this.view.content.outdate() // the banner changes the height of the maps
    if (this.now?.met) reached(this.now.id)
    if (this.list && data) render(data.listed.map(item), this.list)
    this.strip.hidden = !this.now
    if (this.now) render(strip(this.now, this.hinted), this.strip)
    this.strip.dataset.verdict = this.now?.met ? "right" : ""
  }

  /** @param {HTMLButtonElement | null} button */
  pressed(button) {
    const { view, now } = this
    if (!button || !now) return
    const { key } = button.dataset
    if (key === "mission_end") view.go(OFF)
    else if (key === "mission_another") view.go({ case: String((now.case ?? 0) + 1), named: "" })
    else if (key === "mission_hint") {
      this.hinted = !this.hinted
      render(strip(now, this.hinted), this.strip)
      view.content.outdate()
      view.paint()
    }
  }
}

/** @param {MissionListed} mission */
const item = ({ id, title }) =>
  html`<button type="button" data-mission=${id}>${markup(rich(title))}${remembered(id) ? html` <small>✓ ${say("web.missions.done")}</small>` : ""}</button>`

/** @param {MissionData} mission @param {boolean} hinted */
function strip(mission, hinted) {
  const { title, hint, said, met, choices } = mission
  const words = said.map((text) => html`<span>${markup(rich(text))}</span> `)
  const verdict = met ? html`<b>✓ ${say("web.missions.reached")}</b> ` : ""
  const button = (/** @type {string} */ name) =>
    html`<button type="button" data-key="mission_${name}">${say(`web.missions.${name}`)}</button>`
  const buttons = [met ? "" : button("hint"), choices.length ? button("another") : "", button("end")]
  return html`<div class="line"><p><b>${markup(rich(title))}</b>${said.length || met ? html`<br>` : ""}<span role="status">${verdict}${words}</span>
    ${hinted ? html`<br><small>${markup(rich(hint))}</small>` : ""}</p><div class="answering">${choices.length && !met ? naming(mission) : ""}${buttons}</div></div>`
}

/** @param {MissionData} mission */
function naming({ choices, named }) {
  const label = say("web.missions.choose")
  const options = choices.map(({ address, title, stage }) => {
    const text = say("web.missions.choice", { title, stage })
    return html`<option value=${address} ?selected=${address === named}>${text}</option>`
  })
  return html`<form><select aria-label=${label}><option value="">${label}</option>${options}</select><button type="submit">${say("web.missions.name")}</button></form>`
}
