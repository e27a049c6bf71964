// Entry module of a file with one setup and the numbers of some of its updates. The part of the address behind "#" is
// the position in it.

import { escapeHtml } from "../../view/model/numbers/format.js"
import { isEqual, ownKeys, query } from "../../view/model/state/address.js"
import { say } from "../../view/model/words.js"
import { View } from "../../view/shell/setup_view.js"
import { placeOf } from "./hash_address.js"
import { report } from "./scorm.js"
import { answersOf } from "./stored_answers.js"
import { disable } from "./without_server.js"

/** @import { Answer, FileContents, Host, Setup, View as Shown } from "../../view/types/view.js" */

const isWeb = /^https?:/.test(location.protocol) // links to a local file are useless to others

/** Show the setup in the document. */
export default async function show() {
  const contents = /** @type {FileContents} */ (JSON.parse(document.getElementById("contents")?.textContent ?? ""))
  const { lesson: setup, names, server } = contents
  const answerTo = answersOf(contents, await window.unpacked("numbers"))
  const hasName = (/** @type {string} */ k) => names.includes(k)
  const storedAddress = placeOf(setup, hasName)
  /** @type {(answer: Answer) => void} */
  let deliver = () => {}

  const requestNumbers = () => {
    const query = storedAddress.read()
    const answer = answerTo(query.k)
    const { stage } = answer.stages.some(({ symbol }) => symbol === query.stage) ? query : answer.lesson
    deliver({ ...answer, asked: query, lesson: { ...answer.lesson, ...query, stage } })
  }
  const serverLink = (/** @type {Setup} */ next, page = "") => (server ? server + page + query(next) : "")
  /** @type {Host} */
  const host = {
    address: {
      ...storedAddress,
      link: (next) => serverLink(next) || (isWeb ? storedAddress.link(next) : query(ownKeys(next))),
      onTravel: (act, signal) => addEventListener("popstate", act, { signal }),
      visit(next, how) {
        storedAddress.visit(next, how)
        link()
      },
    },
    numbers: { ask: requestNumbers, receive: (act) => (deliver = act) },
    refuses(next, page) {
      const isElsewhere =
        page !== undefined || !isEqual({ ...setup, ...next, k: "" }, { ...setup, k: "" }, view.computed)
      if (!isElsewhere && hasName(next.k ?? setup.k)) return ""
      return say(isElsewhere ? "web.file.another" : "web.file.updates", { first: names[0], last: names.at(-1) ?? "" })
    },
  }
  const root = /** @type {HTMLElement} */ (document.querySelector(".cnnviz"))
  const view = new View(root, "", host)
  if (contents.scorm) reportCompletion(view, report())
  disable(root, say(server ? "web.file.needs_this_server" : "web.file.needs_server"), Boolean(server))
  if (server) root.querySelector(".top")?.insertAdjacentHTML("beforeend", OPEN())
  const link = () => {
    for (const element of root.querySelectorAll(/** @type {"a"} */ ("a[data-elsewhere]"))) {
      if (server) element.href = serverLink(storedAddress.read(), element.dataset.elsewhere)
    }
  }
  link()
  requestNumbers()
}

/**
 * Report the setup as completed once its last stage has been seen.
 * @param {Shown} view
 * @param {() => void} complete
 */
const reportCompletion = (view, complete) =>
  new MutationObserver(() => {
    if (!view.veiled && view.stage === view.order.at(-1)) complete()
  }).observe(view.root, { attributes: true, attributeFilter: ["data-stage", "class"] })

const OPEN = () =>
  `<a class="elsewhere" data-elsewhere="" target="_blank" rel="noopener">${escapeHtml(say("web.file.open"))}</a>`
