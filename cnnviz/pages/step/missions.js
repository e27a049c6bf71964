// Missions on Step: a list in the Practice panel, and a banner above the maps for the current mission. Each response
// says whether it is reached.

import { closePanels } from "../../view/controls/rail.js"
import { escapeHtml } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { closest, html, markup, render } from "../../view/shell/html.js"
import { rich } from "../learn/learn_words.js"
import { isMissionReached, storeMission } from "../learn/progress.js"

/** @import { MissionData, MissionListed, MissionsData, View } from "../../view/types/view.js" */

const NO_MISSION = { mission: "", case: "", named: "" }

export class Missions {
  /** @type {MissionsData | undefined} */
  data = undefined
  hinted = false

  /** @param {View} view */
  constructor(view) {
    this.view = view
    const label = escapeHtml(say("web.missions.label"))
    view
      .$(".overview")
      .insertAdjacentHTML("beforebegin", `<section class="banner mission" aria-label="${label}" hidden></section>`)
    this.banner = view.$(".mission")
    this.list = /** @type {HTMLElement | null} */ (view.root.querySelector(".missions"))
    this.banner.addEventListener("click", ({ target }) =>
      this.pressed(/** @type {Element} */ (target).closest("button")),
    )
    this.banner.addEventListener("submit", (event) => {
      event.preventDefault()
      const selectedName = this.banner.querySelector("select")?.value
      if (selectedName) view.go({ named: selectedName })
    })
    this.list?.addEventListener("click", (event) => {
      const mission = closest(event, "[data-mission]")?.dataset.mission
      const chosenMission = this.data?.listed.find(({ id }) => id === mission)
      if (!chosenMission) return
      closePanels(view) // the panel covers the banner
      view.leap({ ...chosenMission.query, ...view.look, mission: chosenMission.id })
    })
  }

  get now() {
    return this.data?.now ?? null
  }

  /** @param {MissionsData | undefined} data */
  receive(data) {
    const previous = this.now
    this.data = data
    if (this.now?.id !== previous?.id) this.hinted = false
    if (JSON.stringify(this.now) !== JSON.stringify(previous)) this.view.content.invalidate() // the banner changes the height of the maps
    if (this.now?.met) storeMission(this.now.id)
    if (this.list && data) render(data.listed.map(missionButton), this.list)
    this.banner.hidden = !this.now
    if (this.now) render(banner(this.now, this.hinted), this.banner)
    this.banner.dataset.verdict = this.now?.met ? "right" : ""
  }

  /** @param {HTMLButtonElement | null} button */
  pressed(button) {
    const { view, now } = this
    if (!button || !now) return
    const { key } = button.dataset
    if (key === "mission_end") view.go(NO_MISSION)
    else if (key === "mission_another") view.go({ case: String((now.case ?? 0) + 1), named: "" })
    else if (key === "mission_hint") {
      this.hinted = !this.hinted
      render(banner(now, this.hinted), this.banner)
      view.content.invalidate()
      view.paint()
    }
  }
}

/** @param {MissionListed} mission */
const missionButton = ({ id, title }) =>
  html`<button type="button" data-mission=${id}>${markup(rich(title))}${isMissionReached(id) ? html` <small>✓ ${say("web.missions.done")}</small>` : ""}</button>`

/** @param {MissionData} mission @param {boolean} hinted */
function banner(mission, hinted) {
  const { title, hint, said, met, choices } = mission
  const words = said.map((text) => html`<span>${markup(rich(text))}</span> `)
  const verdict = met ? html`<b>✓ ${say("web.missions.reached")}</b> ` : ""
  const button = (/** @type {string} */ name) =>
    html`<button type="button" data-key="mission_${name}">${say(`web.missions.${name}`)}</button>`
  const buttons = [met ? "" : button("hint"), choices.length ? button("another") : "", button("end")]
  return html`<div class="line"><p><b>${markup(rich(title))}</b>${said.length || met ? html`<br>` : ""}<span role="status">${verdict}${words}</span>
    ${hinted ? html`<br><small>${markup(rich(hint))}</small>` : ""}</p><div class="answering">${choices.length && !met ? namingForm(mission) : ""}${buttons}</div></div>`
}

/** @param {MissionData} mission */
function namingForm({ choices, named }) {
  const label = say("web.missions.choose")
  const options = choices.map(({ address, title, stage }) => {
    const text = say("web.missions.choice", { title, stage })
    return html`<option value=${address} ?selected=${address === named}>${text}</option>`
  })
  return html`<form><select aria-label=${label}><option value="">${label}</option>${options}</select><button type="submit">${say("web.missions.name")}</button></form>`
}
