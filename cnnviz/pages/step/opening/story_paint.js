// The canvases of the story that are not maps of the strip: the photograph, the weights' step and the new weights.

import { paintCells } from "../../../view/draw/pixels.js"
import { colour } from "../../../view/model/numbers/colour.js"

/** @import { Numbers } from "../../../view/types/view.js" */

/** Paint the image in colour, if the screen shows it. @param {HTMLElement} screen @param {Numbers} numbers */
export function paintPhotograph(screen, numbers) {
  const canvas = /** @type {HTMLCanvasElement | null} */ (screen.querySelector("canvas.tale-photo"))
  if (!canvas) return
  const { values } = numbers.answer.arrays.photo
  const [, rows, columns] = numbers.shape("x")
  paintCells(canvas, rows, columns, (i, j) => [0, 1, 2].map((c) => values[3 * (i * columns + j) + c]))
}

const ENLARGEMENTS = [100, 50, 20, 10, 5, 2, 1]

/**
 * Return the factor by which a step is enlarged to be visible beside the weights.
 * @param {Numbers} numbers @param {number} largestStep
 */
export const enlargement = (numbers, largestStep) =>
  ENLARGEMENTS.find((times) => times * largestStep <= numbers.maps.w.limits[1]) ?? 1

/**
 * Paint the weights' step and the new weights, if the screen shows them.
 * @param {HTMLElement} screen @param {Numbers} numbers
 */
export function paintWeights(screen, numbers) {
  const [w, dw] = [numbers.values("w"), numbers.values("dw")]
  const times = numbers.rate * enlargement(numbers, numbers.rate * Math.max(...Array.from(dw, Math.abs)))
  const values = /** @type {Record<string, (at: number) => number>} */ ({
    step: (at) => -times * dw[at],
    after: (at) => w[at] - numbers.rate * dw[at],
  })
  const [, rows, columns, outputs] = numbers.shape("w")
  const wide = outputs * (columns + 1) - 1 // an empty column between two outputs
  for (const canvas of /** @type {NodeListOf<HTMLCanvasElement>} */ (screen.querySelectorAll("canvas[data-weights]"))) {
    const value = values[canvas.dataset.weights ?? ""]
    const paint = (/** @type {number} */ i, /** @type {number} */ j) => {
      const [n, column] = [Math.floor(j / (columns + 1)), j % (columns + 1)]
      return column < columns
        ? colour(value((i * columns + column) * outputs + n), numbers.maps.w.limits, "signed")
        : null
    }
    paintCells(canvas, rows, wide, paint)
  }
}
