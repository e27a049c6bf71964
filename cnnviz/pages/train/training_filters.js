// Pictures of the trained weights: at the start, at the shown epoch, and their difference.

import { paintCells } from "../../view/draw/pixels.js"
import { colour } from "../../view/model/numbers/colour.js"
import { formula } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { html, inner, render } from "../../view/shell/html.js"

/** @import { TestImagesState, Report } from "./test_images_state.js" */
/** @import { ReportTile } from "../../view/types/view.js" */

/**
 * Fill `place` with a row of pictures each for start, epoch and difference.
 * @param {HTMLElement} place
 * @param {Report} report
 * @param {TestImagesState} state
 */
export function fillFilters(place, { tiles, arrays }, { at }) {
  const words = {
    start: say("web.training.start"),
    now: say("web.training.at_epoch", { epoch: Math.max(at, 0) }),
    change: say("web.training.change"),
  }
  const row = (/** @type {[string, string]} */ [name, text]) =>
    html`<div data-row=${name}><p>${text}</p>${tiles.map(tile)}</div>`
  render(Object.entries(words).map(row), place)
  const epoch = Array.from(arrays.at.values).indexOf(at)
  tiles.forEach((tile, n) => {
    const { values, shape } = arrays[tile.array]
    const frames = shape[1]
    const currentFrame = frames === arrays.at.values.length ? Math.max(epoch, 0) : frames - 1 // during training, the latest
    const size = values.length / 2 / frames
    for (const [row, frame] of Object.entries({ start: 0, now: currentFrame, change: frames + currentFrame })) {
      const canvas = place.querySelectorAll(/** @type {"canvas"} */ (`[data-row="${row}"] canvas`))[n]
      paintTile(canvas, tile, values.subarray(frame * size, (frame + 1) * size), shape.slice(2))
    }
  })
}

/** @param {ReportTile} tile */
const tile = ({ label }) =>
  html`<span><canvas role="img" aria-label=${label}></canvas><small ${inner(formula(label))}></small></span>`

/**
 * Paint weights given as bytes, 128 for zero: as signed colours, or as RGB if they read three channels.
 * @param {HTMLCanvasElement} canvas
 * @param {ReportTile} tile
 * @param {ArrayLike<number>} bytes
 * @param {number[]} shape
 */
function paintTile(canvas, { rgb }, bytes, [rows, columns]) {
  const of = rgb
    ? (/** @type {number} */ n) => [bytes[3 * n], bytes[3 * n + 1], bytes[3 * n + 2]]
    : (/** @type {number} */ n) => colour((bytes[n] - 128) / 127, [-1, 1], "signed")
  paintCells(canvas, rows, columns, (i, j) => of(i * columns + j))
}
