// What some actions do that concerns the frame alone.

import { say } from "../model/words.js"
import { copied } from "./html.js"
import { keep } from "./preferences.js"
import { linkOf } from "./script_walk.js"

/** @import { View } from "../types/view.js" */

/** @param {View} view */
export function toggleLecture(view) {
  view.lookAt({ view: view.look.view ? "" : "lecture" })
  view.arrived() // a sentence is written outside of it alone
}

/** @param {View} view */
export function tellAgain({ host }) {
  keep("story", "")
  host.story?.again()
}

/** @param {View} view */
export async function copyLink(view) {
  const element = view.control("copy_link")
  const link = await linkOf(view)
  if (!(await copied(element, link))) view.notice(say("web.copy.refused", { link }))
  else if (link.startsWith("?")) view.tell(say("web.copy.query"))
  else if (view.lesson.w.startsWith("held-")) view.notice(say("web.copy.held"))
  setTimeout(() => (element.textContent = say("web.actions.copy_link.text")), 1500)
}
