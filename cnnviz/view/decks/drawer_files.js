// Save, share and open decks, as a file or as a link that contains the deck.

import { save } from "../draw/picture.js"
import { draftOf, MOST_LINKED, withDraft } from "../model/decks/draft.js"
import { say } from "../model/words.js"
import { listen } from "../shell/html.js"
import { LIMITS } from "../spec.js"
import { deckLink, firstFault, readDeck } from "./deck_walk.js"
import { draftHistory, tomlNow } from "./drafting.js"
import { applyChange, goToDraft, isDrawerOpen, note, toggleDrawer } from "./drawer.js"

/** @import { View } from "../types/view.js" */

/** @param {View} view */
export function saveDeck(view) {
  const file = `${draftHistory().now.id}.toml`
  save(new Blob([tomlNow()], { type: "application/toml" }), file)
  note(view, say("web.drawer.saved", { file }))
}

/** @param {View} view */
export async function copyDeck(view) {
  const { length } = draftHistory().now.screen
  if (length > MOST_LINKED) return note(view, say("web.drawer.too_long", { most: MOST_LINKED }))
  const link = await deckLink(view, tomlNow())
  try {
    await navigator.clipboard.writeText(link)
    note(view, say("web.drawer.copied", { n: link.length }))
  } catch {
    note(view, say("web.copy.refused", { link }))
  }
}

/** @param {View} view */
export function openDeck(view) {
  const field = Object.assign(document.createElement("input"), { type: "file", accept: ".toml" })
  field.addEventListener("change", () => field.files?.[0] && takeFile(view, field.files[0]))
  field.click()
}

/** Open a file dropped on the page: a .toml file, or any file while the drawer is open. @param {View} view */
export function bindFiles(view) {
  const hasFiles = (/** @type {DragEvent} */ { dataTransfer }) => dataTransfer?.types.includes("Files")
  listen(view, "dragover", (event) => hasFiles(event) && event.preventDefault())
  listen(view, "drop", (event) => {
    const file = event.dataTransfer?.files[0]
    if (!hasFiles(event) || !file || !(isDrawerOpen(view) || file.name.endsWith(".toml"))) return
    event.preventDefault()
    if (!isDrawerOpen(view)) toggleDrawer(view)
    takeFile(view, file)
  })
}

/**
 * Return a file's text. A file that is not UTF-8 is returned itself, so that the server can report the line.
 * @param {File} file
 */
async function textOf(file) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer())
  } catch {
    return file
  }
}

/** @param {View} view @param {File} file */
async function takeFile(view, file) {
  if (file.size > LIMITS.script) return note(view, say("web.drawer.too_large", { kilobytes: LIMITS.script / 1000 }))
  readDeck(view, await textOf(file), (header) => {
    if (!header.tables) return note(view, say("web.drawer.refused", { file: file.name, why: firstFault(header) }))
    applyChange(withDraft(draftHistory(), draftOf(header.tables), 0))
    goToDraft(view, 0)
    if (header.faults?.length) note(view, firstFault(header))
  })
}
