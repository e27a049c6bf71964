// What is shown, as a picture: canvases as images, and every line of text where it stands, as SVG; the
// PNG is that SVG, drawn twice as large.

import { escape } from "./format.js"

export async function savePicture(view, kind) {
  const svg = drawn(view.$("main"))
  const name = `cnnviz-update-${view.k}-${view.stage}.${kind}`
  if (kind === "svg") return save(new Blob([svg], { type: "image/svg+xml" }), name)
  const image = new Image()
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = new OffscreenCanvas(2 * image.width, 2 * image.height)
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  save(await canvas.convertToBlob({ type: "image/png" }), name)
}

function save(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

function drawn(element) {
  const frame = element.getBoundingClientRect()
  const paper = getComputedStyle(element.closest(".cnnviz")).backgroundColor
  const parts = [`<rect width="100%" height="100%" fill="${paper}"/>`]
  for (const canvas of element.querySelectorAll("canvas")) {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    if (!width || !canvas.width) continue
    const opacity = getComputedStyle(canvas).opacity
    parts.push(`<image x="${left - frame.left}" y="${top - frame.top}" width="${width}" height="${height}" opacity="${opacity}" href="${canvas.toDataURL()}"/>`)
  }
  for (const line of element.querySelectorAll(".cursor")) {
    const { left, top, width, height } = line.getBoundingClientRect()
    parts.push(`<rect x="${left - frame.left}" y="${top - frame.top}" width="${width}" height="${height}" fill="${getComputedStyle(line).backgroundColor}"/>`)
  }
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) parts.push(...lines(walker.currentNode, frame))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${frame.width}" height="${frame.height}">${parts.join("")}</svg>`
}

// What asks for something and shows nothing; of switches, the one that is on says what is shown.
const CONTROLS = "select, option, dialog, .stages, .scrub, .vs, .group button:not([aria-pressed=true])"

// A text node may be broken into lines; each becomes one <text> at its baseline.
function lines(node, frame) {
  const parent = node.parentElement
  if (!node.data.trim() || parent.closest(CONTROLS) || !parent.checkVisibility({ visibilityProperty: true })) return []
  const style = getComputedStyle(parent)
  const found = []
  const range = document.createRange()
  for (const { index, 0: word } of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, index)
    range.setEnd(node, index + word.trimEnd().length)
    const box = range.getBoundingClientRect()
    const last = found.at(-1)
    if (last && Math.abs(last.bottom - box.bottom) < 2) last.text += word
    else if (box.width) found.push({ left: box.left, bottom: box.bottom, height: box.height, text: word })
  }
  const size = parseFloat(style.fontSize)
  return found.map(({ left, bottom, height, text }) => {
    const baseline = bottom - (height - size) / 2 - size * 0.2
    return `<text x="${left - frame.left}" y="${baseline - frame.top}" fill="${style.color}" font-family="${escape(style.fontFamily)}" font-size="${size}" font-style="${style.fontStyle}" font-weight="${style.fontWeight}" xml:space="preserve">${escape(text.trimEnd())}</text>`
  })
}
