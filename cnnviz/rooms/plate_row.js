// The maps next to a question's text: small ones as numbers, others in colour, hatched while hidden.

import { largestValue, numberTable } from "../pages/learn/learn_words.js"
import { escapeHtml, formula } from "../view/model/numbers/format.js"
import { say } from "../view/model/words.js"
import { drawMap } from "./question_map.js"

/** @import { RoomMap, RoomPlate } from "../view/types/view.js" */

const MOST = 6 // number of maps shown
const FEW = 4 // longest row shown as numbers

/** @param {readonly RoomPlate[]} plates */
export function platesHTML(plates) {
  const scale = largestValue(plates.map(({ picture: rows }) => ({ picture: rows })))
  const plate = (
    /** @type {RoomPlate} */ { label, words, picture: rows, hidden, columns, rows: high },
    /** @type {number} */ n,
  ) => {
    const caption = hidden ? say("web.hall.hidden", { words }) : escapeHtml(words)
    const numbers = rows && (columns <= FEW || high === 1)
    return `<figure class="${numbers ? "few" : ""}${hidden ? " hides" : ""}"><figcaption><i>${formula(label)}</i> ${caption}</figcaption>${
      numbers ? numberTable(rows, scale) : `<canvas data-plate="${n}"></canvas>`
    }</figure>`
  }
  return plates.length ? `<div class="plates">${plates.slice(0, MOST).map(plate).join("")}</div>` : ""
}

/** @param {HTMLElement} root @param {readonly RoomPlate[]} plates */
export function paintPlates(root, plates) {
  for (const canvas of root.querySelectorAll(/** @type {"canvas"} */ ("canvas[data-plate]"))) {
    const { map, rows, columns, ring, label } = plates[Number(canvas.dataset.plate)]
    if (!canvas.clientWidth) continue
    const blank = {
      symbol: label,
      label,
      words: "",
      shape: [rows, columns],
      layers: 1,
      rows,
      columns,
      cells: rows * columns,
      plane: null,
    }
    drawMap(canvas, /** @type {RoomMap} */ (map ?? blank), { window: ring ?? undefined })
  }
}
