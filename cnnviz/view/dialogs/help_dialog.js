// Help dialog: the search field and the list of keys.

import { actionButton, actionsOf, helpLines, run } from "../controls/actions.js"
import { readPreference, storePreference } from "../controls/preferences.js"
import { say } from "../model/words.js"
import { html, markup, nothing } from "../shell/html.js"
import { openDialog } from "./dialog.js"
import { bindFind, findField } from "./find.js"

/** @import { View } from "../types/view.js" */

/** @param {View} view */
export function showHelp(view) {
  const dialog = openDialog(view, "help", say("web.find.title"), content(view))
  bindFind(view, dialog)
  dialog.body.querySelector("[data-key=story]")?.addEventListener("click", () => {
    const story = actionsOf(view.kind).find(({ name }) => name === "story")
    if (story) run(view, story)
  })
}

/** @param {View} view */
const content = ({ kind, host }) => html`${markup(findField())}
  <h3>${say("web.help.title")}</h3>
  <dl>${helpLines(kind).map(([keys, what]) => html`<dt>${keys}</dt><dd>${what}</dd>`)}</dl>
  <label class="single-keys"><input type="checkbox" data-key="single_keys" .checked=${readPreference("single_keys") !== "off"}
    @change=${(/** @type {Event} */ { target }) => storePreference("single_keys", /** @type {HTMLInputElement} */ (target).checked ? "" : "off")}> ${say("web.help.single_keys")}</label>
  ${host.story ? markup(actionButton("story")) : nothing}
  ${host.licences ? html`<p><a href=${host.licences}>${say("web.help.licences")}</a></p>` : nothing}`
