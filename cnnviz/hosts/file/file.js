// The component's entry in a file of its own: one lesson, with the numbers of some of its updates, and nobody to ask
// for others. What stands behind "#" in the file's address is where one is in it.

import { query, same } from "../../view/model/address.js"
import { decode } from "../../view/model/decode.js"
import { escaped } from "../../view/model/format.js"
import { say } from "../../view/model/words.js"
import { View } from "../../view/regions/lesson_view.js"
import { placeOf } from "./hash_address.js"
import { answersOf } from "./stored_answers.js"
import { disable } from "./without_server.js"

/** @import { Lesson } from "../../view/model/address.js" */
/** @import { Answer } from "../../view/model/decode.js" */
/** @import { Host } from "../../view/types/ports.js" */
/** @import { FileContents } from "../../view/types/wire.js" */

/** Shows the lesson that the document holds. */
export default async function show() {
  const contents = /** @type {FileContents} */ (JSON.parse(document.getElementById("contents")?.textContent ?? ""))
  const { lesson, answers, server } = contents
  const bytes = answersOf(contents, await window.unpacked("numbers"))
  const holds = (/** @type {string} */ k) => Object.hasOwn(answers, k)
  const place = placeOf(lesson, holds)
  /** @type {(answer: Answer) => void} */
  let deliver = () => {}

  const ask = () => {
    const asked = place.read()
    const answer = decode(bytes(asked.k))
    const { stage } = answer.stages.some(({ symbol }) => symbol === asked.stage) ? asked : answer.lesson
    deliver({ ...answer, asked, lesson: { ...answer.lesson, ...asked, stage } })
  }
  const elsewhere = (/** @type {Lesson} */ next, page = "") => (server ? server + page + query(next) : "")
  const updates = Object.keys(answers).sort((a, b) => Number(a) - Number(b))
  /** @type {Host} */
  const host = {
    address: {
      ...place,
      link: (next) => elsewhere(next) || place.link(next),
      onTravel: (act, signal) => addEventListener("popstate", act, { signal }),
      visit(next, how) {
        place.visit(next, how)
        link()
      },
    },
    numbers: { ask, receive: (act) => (deliver = act) },
    refuses(next, page) {
      const other = page !== undefined || !same({ ...lesson, ...next, k: "" }, { ...lesson, k: "" }, view.computed)
      if (!other && holds(next.k ?? lesson.k)) return ""
      return say(other ? "web.file.another" : "web.file.updates", { first: updates[0], last: updates.at(-1) ?? "" })
    },
  }
  const root = /** @type {HTMLElement} */ (document.querySelector(".cnnviz"))
  const view = new View(root, "", host)
  disable(root, say(server ? "web.file.needs_this_server" : "web.file.needs_server"))
  if (server) root.querySelector(".top")?.insertAdjacentHTML("beforeend", OPEN())
  const link = () => {
    for (const element of root.querySelectorAll(/** @type {"a"} */ ("a[data-elsewhere]"))) {
      if (server) element.href = elsewhere(place.read(), element.dataset.elsewhere)
    }
  }
  link()
  ask()
}

const OPEN = () =>
  `<a class="elsewhere" data-elsewhere="" target="_blank" rel="noopener">${escaped(say("web.file.open"))}</a>`
