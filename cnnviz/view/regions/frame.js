// The page's skeleton as HTML: header, controls, transport, a middle for the content, and the list of keys.

import { has, say } from "../model/words.js"
import { PAGES } from "../spec.js"
import { actionButton, helpLines } from "./actions.js"
import { button } from "./html.js"
import { languageChoice } from "./language.js"
import { lessonControls } from "./lesson_controls.js"
import { tableDialog } from "./map_table.js"
import { transport } from "./transport.js"

/** @import { Kind } from "./actions.js" */

/**
 * The links to the pages; on a phone they unfold from the name of this one.
 * @param {string} page
 */
function navigation(page) {
  const link = (/** @type {{ path: string, name: string }} */ { path, name }) =>
    `<a href="${path}" data-page="${path}"${path === page ? ' aria-current="page"' : ""}>${name}</a>`
  const name = PAGES.find(({ path }) => path === page)?.name ?? ""
  return `${button("pages", `${name} ▾`, say("web.frame.this_page", { name }), 'aria-expanded="false"')}<nav aria-label="${say("web.frame.pages")}">${PAGES.map(link).join("")}</nav>`
}

/**
 * To what stands below a page.
 * @param {string} page
 */
function toBelow(page) {
  const words = `web.below.${page}`
  return has(`${words}.text`) ? button("below", say(`${words}.text`), say(`${words}.label`)) : ""
}

/** @param {Kind} kind */
const help = (kind) => `
  <dialog class="help" aria-label="${say("web.help.title")}"><h2>${say("web.help.title")}</h2>
    <dl>${helpLines(kind)
      .map(([keys, what]) => `<dt>${keys}</dt><dd>${what}</dd>`)
      .join("")}</dl>
    <label class="single-keys"><input type="checkbox" data-key="single_keys"> ${say("web.help.single_keys")}</label>
    <form method="dialog"><button>${say("web.help.close")}</button></form></dialog>`

/** @type {(page: string, kind: Kind) => string} */
export const frame = (page, kind) => `
  <header class="top">${actionButton("skip")}<span class="brand">cnnviz</span>
    ${navigation(page)}
    ${actionButton("more", "⋮", 'aria-expanded="false"')}<div class="doings">${toBelow(page)}
    ${actionButton("lecture", "", 'aria-pressed="false"')}
    ${actionButton("room")}
    ${actionButton("copy_link")}
    <details class="menu"><summary data-key="export">${say("web.frame.export")}</summary><div>
      ${actionButton("export_png")}
      ${actionButton("export_svg")}
      ${actionButton("files")}</div></details>
    ${languageChoice()}
    ${actionButton("keys")}</div>
  </header>
  ${lessonControls(kind)}
  <div class="middle" tabindex="-1">${transport(kind)}<div class="content"></div></div>
  <div class="live" aria-live="polite" role="status"></div>${help(kind)}${kind.tabulates ? tableDialog() : ""}`
