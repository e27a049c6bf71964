// The page's skeleton as HTML: header, controls, transport, and an area for the content.

import { actionButton } from "../controls/actions.js"
import { languageChoice } from "../controls/language.js"
import { kernelCard, setupControls } from "../controls/setup_controls.js"
import { themeChoice } from "../controls/theme.js"
import { transport } from "../controls/transport.js"
import { updateCard } from "../controls/update_card.js"
import { say } from "../model/words.js"
import { PAGES } from "../spec.js"

/** @import { Kind } from "../controls/actions.js" */

/** Return the links to the pages. @param {string} page */
function navigation(page) {
  const link = (/** @type {{ path: string, name: string }} */ { path, name }) =>
    `<a href="${path}" data-page="${path}"${path === page ? ' aria-current="page"' : ""}>${name}</a>`
  return `<nav aria-label="${say("web.frame.pages")}">${PAGES.map(link).join("")}</nav>`
}

/** Menu to share this screen and to open or save files. */
const share = () => `
  <button type="button" data-key="export" popovertarget="share">${say("web.frame.share")}</button>
  <div class="menu" id="share" popover>${["copy_link", "export_png", "export_svg", "files", "weights_in", "model_in"].map((name) => actionButton(name)).join("")}</div>`

/** Bar of the current deck (deck_bar.js). */
const deckBar = () => `
  <section class="deck-bar" hidden><p></p><input class="deck-say" data-key="script_say" maxlength="600" autocomplete="off" aria-label="${say("web.drawer.sentence")}" placeholder="${say("web.drawer.sentence")}" hidden>
    <span class="deck-place"></span>${actionButton("screen_back", "‹")}${actionButton("screen_next", "›")}${actionButton("script_leave", "✕")}</section>`

/**
 * Return the page's frame. On small screens the header's menu button opens the controls.
 * @type {(page: string, kind: Kind) => string}
 */
export const frame = (page, kind) => `
  <header class="top">${actionButton("skip")}<span class="brand">cnnviz</span>
    <button type="button" data-key="more" popovertarget="more" aria-label="${say("web.frame.menu")}">☰</button>
    <div class="all" id="more" popover>${navigation(page)}
      <div class="doings">
        ${actionButton("lecture", "", 'aria-pressed="false"')}
        ${actionButton("room")}
        ${share()}
        ${languageChoice()}${themeChoice()}
        ${actionButton("keys")}</div>
      ${setupControls(kind)}</div>
  </header>
  <div class="middle" tabindex="-1">${transport(kind)}${deckBar()}<div class="content"></div></div>
  <aside class="drawer" aria-label="${say("web.drawer.title")}" hidden></aside>
  ${kernelCard()}${updateCard()}
  <div class="live" aria-live="polite" role="status"></div>`
