// The next question as a picture on the index: the maps in sight, and the answers as buttons.

import { say } from "../../view/model/words.js"
import { html, inner, nothing } from "../../view/shell/html.js"
import { formatNumber, grid, patch } from "./cells.js"
import { paintMap } from "./crop_paint.js"
import { isPictured, pictureColours } from "./learn_board.js"
import { bars, curveScale, plate } from "./learn_plates.js"
import { rich } from "./learn_words.js"
import { askedCells, figuresOf, signsOf, windowOf } from "./plate_figures.js"
import { sizesOf } from "./plate_sizes.js"

/** @import { Block, Figure } from "./plate_figures.js" */
/** @import { Tried } from "./learn_question.js" */
/** @import { Room } from "./plate_sizes.js" */
/** @import { LearnStep, Numbers } from "../../view/types/view.js" */

/** @type {Tried} */
const UNTRIED = { given: null, found: null, hintCount: 0, tries: 0 }

/** Return the figures that the index shows of a question: those in sight. @param {Numbers} numbers @param {LearnStep} step */
const visibleFigures = (numbers, step) => figuresOf(numbers, step, false).filter(({ hidden }) => !hidden)

/**
 * Return the cells of a map that the kernel covers when it computes the cells in question, as blocks.
 * @param {Numbers} numbers @param {LearnStep} step @param {Figure} figure @returns {Block[]}
 */
function coveredBlocks(numbers, { cells }, { plate: { symbol }, face }) {
  const link = cells && windowOf(numbers, cells.map)
  if (!cells || link?.source !== symbol) return []
  return askedCells(numbers, cells).flatMap((cell) => face.boxes(numbers.reach(link, cell)))
}

/** @param {HTMLElement} element @param {LearnStep} step @param {Numbers} numbers @param {string} tone of the frame around the cells in question */
export function paintNextPicture(element, step, numbers, tone) {
  const figures = visibleFigures(numbers, step)
  for (const canvas of element.querySelectorAll(/** @type {"canvas"} */ ("canvas[data-plate]"))) {
    const figure = figures.find(({ plate: { array } }) => array === canvas.dataset.plate)
    if (figure) paintMap(canvas, figure, [], { blocks: coveredBlocks(numbers, step, figure), tone })
  }
}

/** Return the answers as buttons: pictures or words. @param {LearnStep} step @param {Numbers} numbers */
function answers(step, numbers) {
  const colours = pictureColours(step, numbers)
  const option = (/** @type {LearnStep["options"][number]} */ { label, picture, value }, /** @type {number} */ n) => {
    const pictureValues = (picture ?? []).flat()
    const cells = pictureValues.map((each) => patch(each, colours))
    return html`<button type="button" class="answer" data-lesson=${step.lesson} data-step=${step.number} data-answer=${n}>
      ${picture ? grid(cells, picture[0].length, pictureValues.map(formatNumber).join(", ")) : nothing}
      ${label || !picture ? html`<span ${inner(rich(label || String(value)))}></span>` : nothing}</button>`
  }
  return html`<div class="answers ${isPictured(step) ? "of-pictures" : ""}" style="--count:${step.options.length}" role="group" aria-label=${say("web.learn.click_answer")}><p>${say("web.learn.click_answer")}</p>${step.options.map(option)}</div>`
}

/**
 * Return the picture of a question. Clicking an answer, or else the maps, opens the question.
 * @param {LearnStep} step @param {Numbers} numbers @param {Room} room for the maps
 */
export function nextPicture(step, numbers, room) {
  const figures = visibleFigures(numbers, step)
  const mapFigures = figures.filter(({ form }) => form !== "number")
  const numberFigures = figures.filter(({ form }) => form === "number")
  const mapPictures = figuresOf(numbers, step, false).filter(({ form }) => form !== "number")
  const allSigns = signsOf(numbers, mapPictures)
  const signs = mapPictures.flatMap(({ hidden }, n) => (hidden ? [] : [allSigns[n]]))
  const sizes = sizesOf(mapFigures, signs, room)
  const scale = curveScale(mapFigures)
  const choices = step.kind === "choose"
  const maps = html`${mapFigures.length ? html`<div class="plates" style="--grown:${sizes.grown}">${mapFigures.map((figure, n) => plate(numbers, figure, signs[n], step, UNTRIED, sizes, room.phone, scale))}</div>` : nothing}${numberFigures.length ? bars(numbers, numberFigures) : nothing}`
  return html`<div class="next-picture ${choices ? "" : "alone"}"><div class="maps" data-lesson=${choices ? nothing : step.lesson} data-step=${choices ? nothing : step.number}>${maps}</div>
    ${choices ? html`${mapFigures.length || numberFigures.length ? html`<span class="arrow" aria-hidden="true">→</span>` : nothing}${answers(step, numbers)}` : nothing}</div>`
}
