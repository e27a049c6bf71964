// What some actions do that concerns the frame alone.

import { say } from "../model/words.js"
import { copied } from "./html.js"

/** @import { View } from "./lesson_view.js" */

/** @param {View} view */
export function toggleLecture(view) {
  view.lookAt({ view: view.look.view ? "" : "lecture" })
}

/**
 * What a phone's header unfolds, the pages or what can be done; what is unfolded goes away again.
 * @param {View} view
 * @param {string} which  the button's name, or "": none
 */
export function unfold(view, which) {
  const top = view.$(".top")
  const next = top.dataset.unfolded === which ? "" : which
  top.dataset.unfolded = next
  for (const name of ["pages", "more"]) view.control(name).setAttribute("aria-expanded", String(name === next))
}

/** @param {View} view */
export function showHelp(view) {
  /** @type {HTMLDialogElement} */
  const help = view.$(".help")
  help.showModal()
}

/** @param {View} view */
export async function copyLink(view) {
  const element = view.control("copy_link")
  if (!(await copied(element, view.link()))) view.notice(say("web.copy.refused", { link: view.link() }))
  else if (view.lesson.w.startsWith("held-")) view.notice(say("web.copy.held"))
  setTimeout(() => (element.textContent = say("web.actions.copy_link.text")), 1500)
}
