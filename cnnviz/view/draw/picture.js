// Export of the view as a picture: an SVG with canvases as images and every line of text as <text>. The PNG is
// rendered from that SVG at twice its size.

import { escapeHtml } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { KERNELS, SCALE_NAMES } from "../spec.js"
import { atResolution, contextOf } from "./canvas.js"
import { cssZoom } from "./css_zoom.js"
import { shapesOf } from "./picture_shapes.js"

/** @import { View } from "../types/view.js" */
/** @typedef {{ left: number, top: number }} Corner */

const RESOLUTION = 3 // resolution of the pictures, relative to the screen
const LINE_HEIGHT = 17 // line height of the text that identifies the setup

/**
 * @param {View} view
 * @param {"svg" | "png"} kind
 */
export async function savePicture(view, kind) {
  const svg = withExportLayout(view, () =>
    atResolution(RESOLUTION, () => {
      repaint(view)
      return svgOf(view)
    }),
  )
  const { page, k, stage, setup } = view
  const parts = ["cnnviz", page || "step", setup.img.slice(0, 12), "update", k, ...(page ? [] : [stage])]
  const name = `${parts.join("-")}.${kind}`
  if (kind === "svg") return save(new Blob([svg], { type: "image/svg+xml" }), name)
  const image = new Image()
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = new OffscreenCanvas(2 * image.width, 2 * image.height)
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height)
  save(await canvas.convertToBlob({ type: "image/png" }), name)
}

/**
 * Offer a file for download.
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/**
 * Run `act` while nothing is clipped, sticky or scrolled. The visitor never sees this state.
 * @template T
 * @param {View} view
 * @param {() => T} act
 * @returns {T}
 */
function withExportLayout(view, act) {
  view.root.classList.add("still")
  try {
    return act()
  } finally {
    view.root.classList.remove("still")
    repaint(view)
  }
}

/**
 * Redraw everything, including drawings that are cached by size.
 * @param {View} view
 */
function repaint(view) {
  view.content.invalidate()
  view.draw()
}

/** @param {View} view */
function svgOf(view) {
  const element = view.$(".middle")
  const { left, top } = element.getBoundingClientRect()
  const footTexts = footLines(view, element.scrollWidth / 7)
  const [width, height] = [element.scrollWidth, element.scrollHeight + footTexts.length * LINE_HEIGHT + 8]
  const zoom = cssZoom(element)
  const boxOf = (/** @type {DOMRect} */ box) => ({
    x: (box.left - left) / zoom,
    y: (box.top - top) / zoom,
    width: box.width / zoom,
    height: box.height / zoom,
  })
  const attributesOf = (/** @type {DOMRect} */ rect) => {
    const { x, y, width, height } = boxOf(rect)
    return `x="${x}" y="${y}" width="${width}" height="${height}"`
  }
  const style = getComputedStyle(view.root)
  const parts = [`<rect width="100%" height="100%" fill="${rgbOf(style.backgroundColor).fill}"/>`]
  for (const part of element.querySelectorAll("*")) {
    const background = rgbOf(getComputedStyle(part).backgroundColor)
    if (background.opacity && !part.matches("canvas") && isShown(part)) {
      const box = attributesOf(part.getBoundingClientRect())
      parts.push(`<rect ${box} rx="3" fill="${background.fill}" fill-opacity="${background.opacity}"/>`)
    }
  }
  for (const path of element.querySelectorAll(/** @type {"path"} */ (".ways-of path")))
    parts.push(pathOf(path, { left, top }, zoom))
  for (const canvas of element.querySelectorAll("canvas")) {
    const box = canvas.getBoundingClientRect()
    if (!box.width || !isShown(canvas)) continue
    const { opacity, outlineWidth, outlineColor, outlineStyle } = getComputedStyle(canvas)
    if (canvas.width)
      parts.push(
        `<image ${attributesOf(box)} opacity="${opacity}" href="${enlargedCanvas(canvas, boxOf(box)).toDataURL()}"/>`,
      )
    if (outlineStyle === "none") continue
    const [stroke, line] = [rgbOf(outlineColor).fill, Number.parseFloat(outlineWidth)]
    parts.push(`<rect ${attributesOf(box)} fill="none" stroke="${stroke}" stroke-width="${line}"/>`)
  }
  for (const part of element.querySelectorAll(".scene:not([hidden]) *"))
    if (isShown(part)) parts.push(...shapesOf(part, boxOf, rgbOf))
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) parts.push(...textLines(/** @type {Text} */ (walker.currentNode), { left, top }, zoom))
  const font = `font-family="${escapeHtml(style.fontFamily)}" font-size="12"`
  const softColour = rgbOf(style.getPropertyValue("--soft")).fill
  footTexts.forEach((text, i) => {
    const y = element.scrollHeight + (i + 1) * LINE_HEIGHT - 4
    parts.push(`<text x="14" y="${y}" fill="${softColour}" ${font}>${escapeHtml(text)}</text>`)
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><desc>${escapeHtml(view.link())}</desc>${parts.join("")}</svg>`
}

/**
 * Return a copy of a canvas at the resolution of exports, if it has one pixel per cell, since some programs blur enlarged pixels.
 * @param {HTMLCanvasElement} canvas @param {{ width: number, height: number }} size on screen
 */
function enlargedCanvas(canvas, { width, height }) {
  if (!canvas.matches(":is(.scene, .poster) canvas")) return canvas
  const copy = document.createElement("canvas")
  Object.assign(copy, { width: Math.round(RESOLUTION * width), height: Math.round(RESOLUTION * height) })
  const context = contextOf(copy)
  context.imageSmoothingEnabled = false
  context.drawImage(canvas, 0, 0, copy.width, copy.height)
  return copy
}

/** Return a ribbon of the whole network. @param {SVGPathElement} path @param {Corner} corner @param {number} zoom */
function pathOf(path, corner, zoom) {
  const { left, top } = /** @type {SVGElement} */ (path.ownerSVGElement).getBoundingClientRect()
  const { fill, fillOpacity, stroke, strokeOpacity, strokeWidth } = getComputedStyle(path)
  const [inside, line] = [fill, stroke].map((colour) => (colour === "none" ? colour : rgbOf(colour).fill))
  const move = `translate(${(left - corner.left) / zoom} ${(top - corner.top) / zoom})`
  return `<path transform="${move}" d="${path.getAttribute("d")}" fill="${inside}" fill-opacity="${fillOpacity}" stroke="${line}" stroke-opacity="${strokeOpacity}" stroke-width="${strokeWidth}"/>`
}

/** @param {Element} element */
const isShown = (element) =>
  element.checkVisibility({ visibilityProperty: true, opacityProperty: element.closest(".scene") !== null }) // parts that only move are transparent at rest

/**
 * Return the lines that describe the setup, of at most `letters` characters each.
 * @param {View} view
 * @param {number} letters
 * @returns {string[]}
 */
function footLines({ data, setup, k }, letters) {
  const { f, w, seed, scale } = setup
  const start = w === "normal" ? say("web.picture.normal", { seed }) : w
  const kernel = Object.entries(KERNELS).find(([, weights]) => weights.join() === f)?.[0] ?? f
  const pixels = Object.fromEntries(SCALE_NAMES)[scale]
  const values = { stride: "1", pad: "valid", ...setup }
  const words = say("web.picture.foot", {
    ...values,
    ch: say(`web.channels.${setup.ch}`),
    image: data?.words ?? "",
    pixels,
    kernel,
    start,
    k,
  })
  /** @type {string[]} */
  const rows = []
  for (const word of words.split(" ")) {
    const longer = `${rows.at(-1)} ${word}`
    if (rows.length && longer.length <= letters) rows[rows.length - 1] = longer
    else rows.push(word)
  }
  return rows
}

/** @type {Map<string, { fill: string, opacity: number }>} */
const coloursByName = new Map()

/**
 * Convert a CSS colour to rgb(…) and an opacity, because not every SVG program knows color(srgb …).
 * @param {string} colour
 */
function rgbOf(colour) {
  const cached = coloursByName.get(colour)
  if (cached) return cached
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(1, 1).getContext("2d"))
  context.fillStyle = colour
  context.fillRect(0, 0, 1, 1)
  const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data
  const rgb = { fill: `rgb(${r},${g},${b})`, opacity: a / 255 }
  coloursByName.set(colour, rgb)
  return rgb
}

/**
 * Return a <text> element for each line of a text node, at its baseline.
 * @param {Text} node
 * @param {Corner} corner
 * @param {number} zoom
 */
function textLines(node, corner, zoom) {
  const parent = node.parentElement
  if (!parent || !node.data.trim() || !isShown(parent)) return []
  const style = getComputedStyle(parent)
  /** @type {{ left: number, bottom: number, height: number, text: string }[]} */
  const pieces = []
  const range = document.createRange()
  for (const { index, 0: word } of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, index)
    range.setEnd(node, index + word.trimEnd().length)
    const { left, bottom, height, width } = range.getBoundingClientRect()
    const lastPiece = pieces.at(-1)
    if (lastPiece && Math.abs(lastPiece.bottom - bottom) < 2) lastPiece.text += word
    else if (width) pieces.push({ left, bottom, height, text: word })
  }
  const size = Number.parseFloat(style.fontSize)
  return pieces.map(({ left, bottom, height, text }) => {
    const baseline = (bottom - corner.top - height / 2) / zoom + size * 0.3
    return `<text x="${(left - corner.left) / zoom}" y="${baseline}" fill="${rgbOf(style.color).fill}" font-family="${escapeHtml(style.fontFamily)}" font-size="${size}" font-style="${style.fontStyle}" font-weight="${style.fontWeight}" xml:space="preserve">${escapeHtml(text.trimEnd())}</text>`
  })
}
