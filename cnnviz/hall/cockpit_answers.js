// What the hall has answered so far, which the lecturer alone sees, and what may be done next.

import { rich } from "../pages/learn/learn_words.js"
import { say } from "../view/model/words.js"
import { found } from "./question.js"
import { resultsHTML } from "./results.js"

/** @import { Seen } from "./cockpit_view.js" */
/** @import { HallResults } from "../view/types/view.js" */

const FEW = 5 // answers of which nothing follows
const [LEAST, MOST] = [0.3, 0.7] // of right answers between which talking helps most

/** @param {Seen} seen */
export function answers({ poll, question, results, count }) {
  const of = Math.max(count.followers, count.votes)
  if (poll?.kind === "experiment") return head(say("web.cockpit.runs", { n: count.votes, of }))
  if (!poll || !question) return `${head("")}<p class="soft">${say("web.cockpit.no_question")}</p>`
  return `${head(say("web.cockpit.of", { n: count.votes, of }))}<p class="asks">${rich(question.ask)}</p>
    ${results ? resultsHTML(question, results) + advice(results) : ""}`
}

/** @param {string} sum */
const head = (sum) => `<h2>${say("web.cockpit.answers")} <span class="sum">${sum}</span></h2>`

/** Gives what to do next, by how many found it. @param {HallResults} results */
function advice(results) {
  const { n, of } = found(results)
  if (of < FEW || !results.groups.some(({ right }) => right)) return ""
  const share = n / of
  const what = share < LEAST ? "explain" : share > MOST ? "go_on" : "talk"
  return `<p class="advice">${say(`web.cockpit.advice.${what}`, { share })}<small>${say("web.cockpit.advice.why", { low: LEAST, high: MOST })}</small></p>`
}
