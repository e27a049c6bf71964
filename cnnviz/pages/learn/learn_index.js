// The index: the next lesson with its first question as a picture, the path through all lessons, and below it lectures
// and the glossary.

import { termPicture } from "../../view/draw/term_pictures.js"
import { SIGNS, TERMS } from "../../view/model/explain/meanings.js"
import { COLON, capitalize } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { html, inner, markup, nothing, svg } from "../../view/shell/html.js"
import { foreignLanguage, languageName, letter, rich } from "./learn_words.js"
import { answeredCount, firstUnanswered, forksOf, nextLesson, placeLessons } from "./lesson_path.js"
import { clearProgress, progress } from "./progress.js"

/** @import { Fork, Place } from "./lesson_path.js" */
/** @import { LearnData, LearnListed, Template } from "../../view/types/view.js" */

/** Return the letter of a lesson. @param {LearnData} learn @param {LearnListed} lesson */
const letterOf = ({ lessons }, lesson) => letter(lessons.indexOf(lesson) % 26)

/** Return the lesson to go on with and the number of its question. @param {LearnData} learn */
export function nextQuestion({ lessons }) {
  const lesson = nextLesson(lessons, progress)
  return lesson && { lesson, number: firstUnanswered(lesson, progress(lesson.id)) }
}

/**
 * Return a ring that is filled by a share.
 * @param {number} done @param {number} count @param {string} text in the ring
 */
const shareRing = (done, count, text) =>
  html`<svg class="ring" viewBox="0 0 36 36" aria-hidden="true"><circle cx="18" cy="18" r="16"></circle>${done ? svg`<circle class="done" cx="18" cy="18" r="16" pathLength=${count} stroke-dasharray="${done} ${count}" transform="rotate(-90 18 18)"></circle>` : nothing}<text x="18" y="18">${text}</text></svg>`

/** @param {number} done @param {number} count */
const verbOf = (done, count) => (done === count ? "again" : done ? "continue" : "start")

/** Return the number of questions and the minutes of a lesson. @param {LearnListed} lesson */
const lengthOf = ({ steps, minutes }) =>
  `${say("web.learn.questions", { n: steps })} · ${say("web.learn.minutes", { n: minutes })}`

/**
 * Return the next lesson, with its question as a picture once that is loaded.
 * @param {LearnData} learn @param {LearnListed} lesson @param {number} number @param {string} ask @param {Template | typeof nothing} picture
 */
function nextTemplate(learn, lesson, number, ask, picture) {
  const verb = verbOf(answeredCount(lesson, progress(lesson.id)), lesson.steps)
  const language = foreignLanguage(lesson.languages)
  const lang = language || nothing
  const description = say("web.learn.about", { letter: letterOf(learn, lesson), title: lesson.title })
  return html`<section class="next-up" aria-label=${say("web.learn.next_lesson")}><header><h1 lang=${lang} ${inner(rich(ask || lesson.title))}></h1>
    <button type="button" class="primary" data-lesson=${lesson.id} data-step=${number}>${say(`web.learn.begin.${verb}`, { letter: letterOf(learn, lesson) })} <span aria-hidden="true">→</span></button></header>
    <p class="about"><span lang=${lang}>${description}</span> · ${lengthOf(lesson)}${language ? ` · ${say("web.learn.foreign", { language: languageName(language) })}` : nothing}</p>${picture}</section>`
}

/** @param {LearnData} learn @param {Place} place @param {LearnListed | undefined} next @param {boolean} isLeaf  whether no lesson builds on it */
function nodeTemplate(learn, { lesson, column, row }, next, isLeaf) {
  const marks = progress(lesson.id)
  const doneCount = answeredCount(lesson, marks)
  const verb = say(`web.learn.${verbOf(doneCount, lesson.steps)}`)
  const isCompleted = doneCount === lesson.steps
  const state = say("web.learn.of", { n: doneCount, count: lesson.steps })
  const titles = learn.lessons.filter(({ id }) => lesson.after.includes(id)).map((other) => other.title)
  const basisText = titles.length ? `, ${say("web.learn.builds_on", { titles })}` : ""
  const minutes = say("web.learn.minutes", { n: lesson.minutes })
  const states = { current: lesson === next, completed: isCompleted, leaf: isLeaf }
  const kind = Object.entries(states)
    .flatMap(([name, is]) => (is ? [name] : []))
    .join(" ")
  return html`<li class=${kind} style="--column:${2 * column + 1};--row:${row + 1}"><button type="button" data-lesson=${lesson.id} data-step=${firstUnanswered(lesson, marks)}>
    ${shareRing(doneCount, lesson.steps, letterOf(learn, lesson))}<span class="named"><span class="live-only">${verb}${COLON}</span><b lang=${foreignLanguage(lesson.languages) || nothing}>${lesson.title}</b><small>${doneCount && !isCompleted ? `${state} · ` : nothing}${minutes}</small><span class="live-only">${doneCount && !isCompleted ? "" : `, ${state}`}${basisText}</span></span></button></li>`
}

/** Return the lines from a lesson to the lessons that build on it. @param {Fork} fork */
function forkTemplate({ column, from, to, edges }) {
  const count = to - from + 2
  const y = (/** @type {number} */ row) => row - from + 1
  const lines = edges.map((edge) => svg`<path d="M0 ${y(edge.from)}H.5V${y(edge.to)}H1"></path>`)
  return html`<svg class="fork" style="--column:${2 * column + 2};--row:${from + 1};--rows:${count}" viewBox="0 0 1 ${count}" preserveAspectRatio="none" aria-hidden="true">${lines}</svg>`
}

/** @param {LearnData} learn @param {LearnListed | undefined} next */
function pathTemplate(learn, next) {
  const nodes = placeLessons(learn.lessons)
  const parents = new Set(nodes.flatMap((place) => place.parents))
  const columnCount = Math.max(...nodes.map(({ column }) => column)) + 1
  const [done, count] = learn.lessons.reduce(
    ([sum, all], lesson) => [sum + answeredCount(lesson, progress(lesson.id)), all + lesson.steps],
    [0, 0],
  )
  return html`<nav class="lesson-path" aria-label=${say("web.learn.lessons")}><ol style="--columns:${columnCount}">${nodes.map((place) => nodeTemplate(learn, place, next, !parents.has(place.lesson.id)))}${forksOf(nodes).map(forkTemplate)}</ol>
    <p class="overall">${shareRing(done, count, "")}<span>${say("web.learn.progress", { n: done, count })}</span>${done ? html`<small>${say("web.learn.kept")} <button type="button" class="link" data-forget>${say("web.learn.forget")}</button></small>` : nothing}</p></nav>`
}

/** @param {LearnListed} listed */
const lectureTemplate = ({ id, title, goal, steps, minutes }) =>
  html`<li><a href="?script=${id}&screen=1">${title}</a> <span>${say("web.learn.screens", { n: steps })}, ${say("web.learn.minutes", { n: minutes })}</span><br>${capitalize(goal)}</li>`

/** @param {string} id of a term or sign, below web. */
const entryTemplate = (id) =>
  html`<div>${markup(termPicture(id))}<dt>${SIGNS[id] ? html`<i>${SIGNS[id]}</i> ` : nothing}${say(`web.${id}.title`)}</dt><dd ${inner(rich(say(`web.${id}.text`)))}></dd></div>`

/**
 * Return the index. `ask` and `picture` are the next question's, once it is loaded.
 * @param {LearnData} learn @param {string} ask @param {Template | typeof nothing} picture
 */
export function indexTemplate(learn, ask, picture) {
  const upcoming = nextQuestion(learn)
  const { lectures, faults } = learn
  return html`${upcoming ? nextTemplate(learn, upcoming.lesson, upcoming.number, ask, picture) : nothing}${pathTemplate(learn, upcoming?.lesson)}
    ${faults.length ? html`<h2>${say("web.learn.faults")}</h2><ul class="faults">${faults.map((fault) => html`<li>${fault}</li>`)}</ul>` : nothing}
    <h2>${say("web.learn.lectures")}</h2><ul class="lectures">${lectures.map(lectureTemplate)}</ul>
    <h2>${say("web.learn.glossary")}</h2><dl class="glossary">${[...Object.keys(SIGNS), ...TERMS].map(entryTemplate)}</dl>`
}

/**
 * @param {HTMLElement} element
 * @param {(lesson: string, step: string, answer: number | null) => void} open  `answer` is the index of the clicked option
 * @param {() => void} again
 */
export function bindIndex(element, open, again) {
  element.addEventListener("click", ({ target }) => {
    const lessonElement = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-lesson]"))
    const { lesson, step = "1", answer } = lessonElement?.dataset ?? {}
    if (lesson) open(lesson, step, answer === undefined ? null : Number(answer))
    else if (/** @type {Element} */ (target).closest("[data-forget]")) {
      clearProgress()
      again()
    }
  })
}
