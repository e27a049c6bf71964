// Several images: the gradient of each for one entry of a parameter, and their mean.

import { number, timesPower } from "../../model/numbers/format.js"
import { equalsText } from "../../model/numbers/printed_digits.js"
import { printSum, withPlus } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { html, markup, nothing } from "../../shell/html.js"
import { printCells } from "../digits.js"
import { kernelPart, kernelValues } from "../kernels.js"
import { lead, leads } from "../leads.js"
import { cells, head, heat, staircase } from "../parts.js"
import { bars, paintOf, totalText } from "../rows.js"
import { scenePicture } from "../scene.js"

/** @import { Scene } from "../scene.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */

const LARGEST = 5 // side of kernels that are shown for each image
const FEW = 5 // up to this many images have room for what their kernels show
const LETTERS = 4 // of a term that is worth printing: two decimals

export const imageGradients = scenePicture((scene, symbol, cell) => {
  const { numbers, isUpright } = scene
  const gradients = numbers.arrays[`pulls.${symbol}`]?.values
  const hasKernels = numbers.maps[symbol].kind === "filters" && numbers.shape(symbol)[2] <= LARGEST
  if (gradients && hasKernels && !isUpright) return kernels(scene, symbol, cell, gradients)
  return rows(scene, symbol, cell, gradients, Boolean(gradients) && hasKernels)
})

/**
 * Return the kernel of the mean, and of each image's share, above the sum for one entry.
 * @param {Scene} scene @param {string} symbol @param {Cell} cell @param {ArrayLike<number>} gradients
 */
function kernels(scene, symbol, cell, gradients) {
  const { numbers, room } = scene
  const { limits } = numbers.maps[symbol]
  const { images } = numbers.network
  const [count, k] = [numbers.count(symbol), numbers.shape(symbol)[2]]
  const from = numbers.offset(symbol, [cell[0], cell[1], 0, 0])
  const chosen = cell[2] * k + cell[3]
  const shares = images.map((_, i) =>
    Array.from({ length: k * k }, (_, n) => gradients[i * count + from + n] / images.length),
  )
  const mean = kernelValues(numbers, symbol, cell)
  const { letters } = room("mean")
  const shared = printCells([...mean, ...shares.flat()], Math.min(letters, room("i0.").letters))
  const printed = shared.fits ? shared : printCells(mean, letters)
  const term = (/** @type {number} */ n) => `n${n}`
  const own = { limits, term, write: shared.fits ? shared.write : () => "" }
  const parts = shares.map(
    (share, i) => html`<figure class="each" data-enter="fade ${0.04 * i} 0.2">${owner(numbers, symbol, i)}
      <b class="sign">${i ? "+" : ""}</b>${cells(scene, share, k, { ...own, id: `i${i}.`, label: nameOf(numbers, i), chosen })}</figure>`,
  )
  const total = numbers.at(symbol, cell)
  const terms = shares.map((share) => share[chosen])
  const written = print(scene, terms, total)
  const most = Math.max(...terms.map(Math.abs))
  const steps = terms
    .map((value, i) => ({
      value,
      text: written.terms[i],
      term: `i${i}`,
      limits: [-most, most],
      enter: `drop i${i}.${chosen} ${0.3 + (0.3 * (terms.length - i)) / terms.length}`,
    }))
    .reverse() // from right to left, so that the images keep their order
  const words = say("web.mechanism.pulls", { n: images.length })
  return html`<div class="picture image-gradients in-kernels" style="--k:${k};--images:${images.length}">
    ${kernelPart(scene, symbol, cell, { id: "mean", place: "of-mean", role: "made", printed, term, chosen, enter: (n) => (n === chosen ? "fade 0.95" : "fade 0") })}
    <b class="sign equal">=</b>${parts}
    ${staircase(scene, steps, total, { id: "terms", text: written.total, paint: paintOf(numbers, symbol, cell), label: words, enter: "rise 0.7" })}
    ${cancelled(terms, total)}
    ${leads(lead("total", `mean${chosen}`, { way: "step" }))}
  </div>`
}

/**
 * Return a bar for each image, and for the mean; in a vertical layout beside the photographs, and below the kernel.
 * @param {Scene} scene @param {string} symbol @param {Cell} cell @param {ArrayLike<number> | undefined} gradients @param {boolean} hasKernel
 */
function rows(scene, symbol, cell, gradients, hasKernel) {
  const { numbers } = scene
  const { images } = numbers.network
  const [count, at] = [numbers.count(symbol), numbers.offset(symbol, cell)]
  const values = gradients ? images.map((_, i) => gradients[i * count + at]) : []
  const shares = values.map((value) => value / images.length)
  const total = numbers.at(symbol, cell)
  const words = say("web.mechanism.pulls", { n: images.length })
  const each = values.map((value, n) => ({ n, name: nameOf(numbers, n), value, enter: `fade ${0.05 * n}` }))
  const name = say("web.mechanism.mean_of_pulls")
  const mean = { n: values.length, name, value: total, symbol, cell, isChosen: true, enter: "fade 0.7" }
  const k = hasKernel ? numbers.shape(symbol)[2] : 1
  const chosen = hasKernel ? cell[2] * k + cell[3] : -1
  return html`<div class="picture image-gradients in-rows" style="--k:${k};--rows-of:${values.length + 1}">
    ${hasKernel ? kernelPart(scene, symbol, cell, { id: "mean", place: "of-mean", role: "made", chosen }) : nothing}
    <figure class="each ${hasKernel ? "" : "made"}">${head(hasKernel ? "" : numbers.maps[symbol].label, words)}
      <div class="photos">${values.map((_, i) => photo(numbers, i))}</div>
      ${bars([...each, mean], { id: "i", label: words })}</figure>
    ${gradients ? cancelled(shares, total) : nothing}
  </div>`
}

/** Return the name of an image, as in the address. @param {Numbers} numbers @param {number} i */
const nameOf = (numbers, i) => numbers.answer.lesson.img.split(",")[i].replace("-", " ")

/** Return an image, what its kernel shows, and its loss. @param {Numbers} numbers @param {string} symbol @param {number} i */
function owner(numbers, symbol, i) {
  const m = numbers.network.images.length
  const { label } = numbers.maps[symbol]
  const name = nameOf(numbers, i)
  const loss = say("web.mechanism.own_loss", { value: number(numbers.arrays["images.L"].values[i], 2) })
  return html`<div class="owner ${m > FEW ? "narrow" : ""}" data-term="i${i}">${photo(numbers, i)}<b>${m > FEW ? name : say("web.mechanism.pull_of", { m, symbol: label, name })}</b><small>${loss}</small></div>`
}

/** Return an image as a small heat map. @param {Numbers} numbers @param {number} i */
function photo(numbers, i) {
  const all = numbers.arrays["all.x"]
  if (!all) return nothing
  const { limits, scale } = numbers.maps.x
  const [, channels, rows, columns] = all.shape
  const from = i * channels * rows * columns
  return heat(all.values, rows, columns, { from, limits, scale, label: nameOf(numbers, i), place: "photo", bar: false })
}

/** Return which share of the images' gradients cancels. @param {number[]} shares @param {number} total */
function cancelled(shares, total) {
  const pull = shares.reduce((all, value) => all + Math.abs(value), 0)
  const share = pull ? Math.max(1 - Math.abs(total) / pull, 0) : 0 // not "−0%" due to round-off
  const words = say("web.mechanism.cancels", { pull: number(pull, 2), left: number(Math.abs(total), 2), share })
  return html`<p class="note" data-enter="fade 0.85">${markup(words)}</p>`
}

/** Return the texts of the sum. @param {Scene} scene @param {number[]} values @param {number} total */
function print({ room }, values, total) {
  const letters = room("terms").letters - 1 // without its sign
  const sum = printSum(values, total, { digits: 4, fits: (text) => text.length <= letters })
  const isStated = letters >= LETTERS && values.every((value) => sum.write(value).replace("−", "").length <= letters)
  const unit = sum.power ? ` ${timesPower(sum.power)}` : ""
  return {
    terms: values.map((value) => (isStated ? withPlus(value, sum.write(value)) : "")),
    total: isStated ? equalsText(total, totalText(sum, total)) + unit : equalsText(total, number(total, 3)),
  }
}
