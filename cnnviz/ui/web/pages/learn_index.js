// The list of lessons, the five cards before them, and the glossary.

import { escaped } from "../model/format.js"
import { forget, progress } from "../model/progress.js"
import { say } from "../model/words.js"
import { foreign, inLanguage, nameOf, picture, rich, scaleOf } from "./learn_words.js"

/** @import { LearnCard, LearnData, LearnListed } from "../types/wire.js" */

/** Words of the glossary, in the order in which one meets them. */
const GLOSSARY = [
  "pixel", "kernel", "sum", "unit", "list", "output", "loss", "gradient", "weight", "bias", "stride", "padding", "channel", "pooling", "activation",
  "saturated", "target", "learning_rate", "update",
] // biome-ignore format: a list of words

/** @param {LearnCard} card */
function card({ word, example, picture: rows, scale }) {
  return `<article class="card" id="card-${word}"><h3>${say(`web.glossary.${word}.title`)}</h3>
    <div>${rows ? picture(rows, scaleOf([{ picture: rows }]), scale) : ""}<p>${rich(say(`web.glossary.${word}.text`))}</p></div>
    <p class="example">${rich(example)}</p></article>`
}

/**
 * @param {LearnListed} lesson
 * @param {number} place
 */
function listed({ id, title, goal, steps, languages }, place) {
  const known = progress(id)
  const numbers = Array.from({ length: steps }, (_, n) => n + 1)
  const next = numbers.find((n) => !known[n]) ?? 1
  const done = numbers.filter((n) => known[n]).length
  const dots = numbers.map((n) => `<i class="${known[n] ?? ""}"></i>`).join("")
  const verb = done === steps ? "again" : done ? "continue" : "start"
  const language = foreign(languages)
  const note = language ? `<p class="foreign">${say("web.learn.foreign", { language: nameOf(language) })}</p>` : ""
  const mark = inLanguage(language)
  const promise = language ? escaped(goal) : say("web.learn.afterwards", { goal })
  return `<article class="lesson"><h3${mark}><b>${String.fromCharCode(65 + (place % 26))}</b> ${escaped(title)}</h3>${note}
    <p${mark}>${promise}</p>
    <footer><span class="dots" aria-hidden="true">${dots}</span><span>${say("web.learn.done", { n: done, count: steps })}</span>
    <button type="button" data-lesson="${escaped(id)}" data-step="${next}" class="${done && done < steps ? "primary" : ""}"
      aria-label="${escaped(say("web.learn.open", { verb: say(`web.learn.${verb}`), title }))}">${say(`web.learn.${verb}`)}</button></footer></article>`
}

/** @param {string} word */
const entry = (word) =>
  `<dt>${say(`web.glossary.${word}.title`)}</dt><dd>${rich(say(`web.glossary.${word}.text`))}</dd>`

/** @param {LearnData} learn */
export function index({ lessons, cards, faults }) {
  const wrong = faults.map((fault) => `<li>${escaped(fault)}</li>`).join("")
  return `<h1>${say("web.learn.title")}</h1><p class="lead">${say("web.learn.lead")}</p>
    <h2>${say("web.learn.cards")}</h2><div class="cards">${cards.map(card).join("")}</div>
    <h2>${say("web.learn.lessons")} <small>${say("web.learn.kept")} <button type="button" class="link" data-forget>${say("web.learn.forget")}</button></small></h2>
    <div class="lessons">${lessons.map(listed).join("")}</div>
    ${wrong ? `<h2>${say("web.learn.faults")}</h2><ul class="faults">${wrong}</ul>` : ""}
    <h2>${say("web.learn.glossary")}</h2><dl class="glossary">${GLOSSARY.map(entry).join("")}</dl>`
}

/**
 * @param {HTMLElement} element
 * @param {(lesson: string, step: string) => void} open
 * @param {() => void} again
 */
export function bindIndex(element, open, again) {
  element.addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest("button")
    if (button?.dataset.lesson) open(button.dataset.lesson, button.dataset.step ?? "1")
    else if (button?.dataset.forget !== undefined) {
      forget()
      again()
    }
  })
}
