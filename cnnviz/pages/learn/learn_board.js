// The picture beside a question: its maps with the cells in question, answers that are pictures, and after the
// solution the arithmetic.

import { escapeHtml } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { html, inner, nothing } from "../../view/shell/html.js"
import { cell, coloursOf, formatNumber, grid, powerText } from "./cells.js"
import { arithmeticOf, circledNumber, positionFigure, productFigure } from "./kernel_places.js"
import { bars, curveScale, picturedIndices, plate } from "./learn_plates.js"
import { letter, rich } from "./learn_words.js"
import { askedCells, figuresOf, hasSingleKernel, signsOf } from "./plate_figures.js"
import { sizesOf } from "./plate_sizes.js"

/** @import { Tried } from "./learn_question.js" */
/** @import { Room } from "./plate_sizes.js" */
/** @import { LearnStep, Numbers, Template } from "../../view/types/view.js" */

/** Return whether the answers are pictures. @param {LearnStep} step */
export const isPictured = (step) => step.kind === "choose" && step.options.some(({ picture }) => picture)

/**
 * Return the colours that all pictures of a question share: the colours of the map in question, or of their largest number.
 * @param {LearnStep} step @param {Numbers} numbers
 */
export function pictureColours(step, numbers) {
  const map = step.cells ? numbers.maps[step.cells.map] : null
  const optionCells = step.options.flatMap(({ picture }) => picture?.flat() ?? [])
  const maximum = Math.max(...optionCells.map(Math.abs), 1e-12)
  return coloursOf(optionCells, map?.limits ?? [-maximum, maximum], map?.scale ?? "signed")
}

/**
 * Return the answers that are pictures, each with its letter.
 * @param {LearnStep} step @param {Numbers} numbers @param {Tried} tried
 */
function pictureChoices(step, numbers, tried) {
  const colours = pictureColours(step, numbers)
  const isAnswered = tried.found !== null
  const choice = (/** @type {LearnStep["options"][number]} */ { label, picture, right }, /** @type {number} */ n) => {
    const pictureValues = (picture ?? []).flat()
    const cells = pictureValues.map((value) => cell(value, colours))
    return html`<label class="pictured ${isAnswered && right ? "good" : ""}" data-option=${n}><input type="radio" name="answer" value=${n} .checked=${tried.given === n} ?disabled=${isAnswered} aria-describedby="learn-ask">
      ${grid(cells, picture?.[0].length ?? 1, pictureValues.map(formatNumber).join(", "))}
      <span class="named" ${inner(label ? rich(label) : escapeHtml(picture ? powerText(colours) : ""))}></span><b class="letter">${letter(n)}</b></label>`
  }
  return html`<div class="choices" role="radiogroup" aria-labelledby="learn-ask">${step.options.map(choice)}</div>`
}

/**
 * Return the arithmetic as far as it is revealed: the kernel's product at a single position, its positions with their
 * sums and a slider, or the sum of one number.
 * @param {LearnStep} step @param {Numbers} numbers @param {Tried} tried @param {number} phone width on phones, which show a single position; 0 otherwise
 */
function arithmetic(step, numbers, tried, phone) {
  if (!step.cells || !numbers.maps[step.cells.map]) return nothing
  const { map } = step.cells
  const positions = askedCells(numbers, step.cells)
  const isAnswered = tried.found !== null
  if (positions.length === 1 && hasSingleKernel(numbers, map))
    return productFigure(numbers, map, positions[0], isAnswered)
  if (!isAnswered) return nothing
  if (!hasSingleKernel(numbers, map))
    return numbers.missingParts(map, positions[0]).length
      ? nothing
      : html`<p class="sum large" ${inner(arithmeticOf(numbers, map, positions[0]))}></p>`
  const lastIndex = positions.length - 1
  const index = tried.reached ?? lastIndex
  const shownIndices = picturedIndices(positions.length)
  const title = (/** @type {number} */ n) => {
    const captionKey = n === 0 ? "first" : n === lastIndex ? "last" : shownIndices.includes(n) ? "middle" : ""
    return captionKey ? `${circledNumber(n)} ${say(`web.learn.${captionKey}_place`)}` : circledNumber(n)
  }
  return html`<div class="places">${(phone ? [index] : shownIndices).map((n) => positionFigure(numbers, map, positions[n], positions, title(n)))}</div>
    <div class="sliding"><button type="button" data-key="learn_slide" class="play" aria-label=${say("web.learn.slide", { n: positions.length })} aria-pressed=${tried.sliding}></button><span>${say("web.learn.slide", { n: positions.length })}</span>
    <input type="range" name="place" min="0" max=${lastIndex} step="1" .value=${String(index)} aria-label=${say("web.learn.at", { map: numbers.maps[map].label })} aria-valuetext=${numbers.index(map, positions[index]).join(", ")}></div>`
}

/**
 * Return everything beside the text.
 * @param {LearnStep} step
 * @param {Numbers} numbers
 * @param {Tried} tried
 * @param {Room} room
 * @param {Template | typeof nothing} more  the controls to choose cells or order stages
 */
export function board(step, numbers, tried, room, more) {
  const figures = figuresOf(numbers, step, tried.found !== null)
  const drawnFigures = figures.filter(({ form }) => form !== "number")
  const numberFigures = figures.filter(({ form }) => form === "number")
  const signs = step.kind === "click" ? drawnFigures.map(() => "") : signsOf(numbers, drawnFigures)
  const [sizes, scale] = [sizesOf(drawnFigures, signs, room), curveScale(drawnFigures)]
  const showsChoices = isPictured(step) && !(tried.found && figures.some(({ asked }) => asked))
  const belowTemplate = showsChoices
    ? pictureChoices(step, numbers, tried)
    : arithmetic(step, numbers, tried, room.phone)
  return html`<div class="scenery">${drawnFigures.length ? html`<div class="plates" style="--grown:${sizes.grown}">${drawnFigures.map((figure, n) => plate(numbers, figure, signs[n], step, tried, sizes, room.phone, scale))}</div>` : nothing}
    ${numberFigures.length ? bars(numbers, numberFigures) : nothing}${more}${belowTemplate}</div>`
}
