// A kernel weight, and what it multiplies.

import { kernelName, ranges } from "../../model/explain/windows.js"
import { say } from "../../model/words.js"
import { html } from "../../shell/html.js"
import { kernelPart } from "../kernels.js"
import { mapOf } from "../parts.js"
import { scenePicture } from "../scene.js"

export const kernelWeight = scenePicture((scene, symbol, cell) => {
  const { numbers, isUpright } = scene
  const [{ source: x }] = numbers.links(symbol)
  const k = numbers.shape(symbol)[2]
  const chosen = cell[2] * k + cell[3]
  const [rows, columns] = numbers.shape(x).slice(-2)
  return html`<div class="picture kernel-weight" style="--k:${k};--cells:${columns};--high:${rows}">
    ${mapOf(scene, x, cell[1], { word: say("web.mechanism.met"), place: "source", rings: [ranges(numbers, symbol, x, cell)], bar: !isUpright })}
    ${kernelPart(scene, symbol, cell, { id: "f", label: kernelName(numbers, symbol, cell), chosen })}
  </div>`
})
