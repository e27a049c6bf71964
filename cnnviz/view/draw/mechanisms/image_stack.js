// One channel of all images of the batch, one image after another, and its drawing.

import { singleIndex } from "../../model/explain/cell_links.js"
import { enclosing } from "../../model/layout/image_layout.js"

/** @import { Box, Numbers, Pen } from "../../types/view.js" */
/** @typedef {{ values: ArrayLike<number>, images: number, size: number, limits: number[] }} Stack  one channel of an array of all images, one image after another, with the number of entries per image */

const GAP = 3 // between two images

/**
 * Return one channel or unit of an array of all images.
 * @param {Numbers} numbers @param {string} name "all.z1" @param {number} channel @param {number} [part] index within an array of several such arrays
 */
export function stackOf(numbers, name, channel, part = 0) {
  const { values, shape } = numbers.arrays[name]
  const [images, channels, ...map] = shape.slice(
    shape.length - numbers.shape(name.slice(name.indexOf(".") + 1)).length - 1,
  )
  const size = map.reduce((all, n) => all * n, 1)
  const found = new Float64Array(images * size)
  for (let i = 0; i < images; i++) {
    const from = ((part * images + i) * channels + channel) * size
    for (let n = 0; n < size; n++) found[i * size + n] = values[from + n]
  }
  const most = found.reduce((all, value) => Math.max(all, Math.abs(value)), 0)
  return { values: found, images, size, limits: [-most, most] }
}

/**
 * Return the layout of the images: maps in a square grid, units below each other.
 * @param {Numbers} numbers @param {string} symbol @param {Stack} stack @param {Box} box @returns {Box[]}
 */
function layoutOf(numbers, symbol, { images }, box) {
  const [rows, columns] = numbers.maps[symbol].kind === "map" ? numbers.shape(symbol).slice(-2) : [1, 4]
  const across = numbers.maps[symbol].kind === "map" ? Math.ceil(Math.sqrt(images)) : 1
  const down = Math.ceil(images / across)
  const side = Math.min(
    (box.width - (across - 1) * GAP) / across / columns,
    (box.height - (down - 1) * GAP) / down / rows,
  )
  return Array.from({ length: images }, (_, n) => ({
    x: box.x + (n % across) * (side * columns + GAP),
    y: box.y + Math.floor(n / across) * (side * rows + GAP),
    width: side * columns,
    height: side * rows,
  }))
}

/**
 * Draw all images of a channel, with a ring around the cell of the shown image.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Stack} stack @param {number[]} cell @param {Box} box @param {boolean} [made] @returns {Box}
 */
export function drawImages(pen, numbers, symbol, stack, cell, box, made = false) {
  const places = layoutOf(numbers, symbol, stack, box)
  const isMap = numbers.maps[symbol].kind === "map"
  const [rows, columns] = isMap ? numbers.shape(symbol).slice(-2) : [1, 1]
  const shown = Number(numbers.answer.lesson.image ?? 0)
  const ring = { rows: singleIndex(isMap ? cell[1] : 0), columns: singleIndex(isMap ? cell[2] : 0), strong: true }
  places.forEach((place, i) => {
    const value = (/** @type {number} */ n) => stack.values[i * stack.size + n]
    pen.picture(rows, columns, value, stack.limits, "signed", place, i === shown ? [ring] : [])
  })
  const whole = enclosing(places)
  if (made) pen.frame(whole, "made")
  return whole
}
