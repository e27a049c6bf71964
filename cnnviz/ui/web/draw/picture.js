// What is shown, as a picture: canvases as images, and every line of text where it stands, as SVG; the
// PNG is that SVG, drawn twice as large.

import { KERNELS } from "../spec.js"
import { escape } from "../model/format.js"
import { sharply } from "./sharpness.js"

const TIMES = 3 // as fine as the pictures are drawn
const LINE = 17 // of the words below that say which lesson this is

export async function savePicture(view, kind) {
  const svg = laidOut(view, () => sharply(TIMES, () => {
    repaint(view)
    return drawn(view)
  }))
  const name = `${["cnnviz", view.page || "step", view.lesson.img.slice(0, 12), "update", view.k, ...(view.page ? [] : [view.stage])].join("-")}.${kind}`
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

// Nothing is cut off, sticks to the screen or scrolls while the picture is made; nobody sees it so.
function laidOut(view, act) {
  view.root.classList.add("still")
  try {
    return act()
  } finally {
    view.root.classList.remove("still")
    repaint(view)
  }
}

// Everything anew, also what is drawn once for a size.
function repaint(view) {
  view.content.drawn = false
  view.sparked = undefined
  view.draw()
}

function drawn(view) {
  const element = view.$("main")
  const { left, top } = element.getBoundingClientRect()
  const words = foot(view, element.scrollWidth / 7)
  const [width, height] = [element.scrollWidth, element.scrollHeight + words.length * LINE + 8]
  const place = (box) => `x="${box.left - left}" y="${box.top - top}" width="${box.width}" height="${box.height}"`
  const style = getComputedStyle(view.root)
  const parts = [`<rect width="100%" height="100%" fill="${plain(style.backgroundColor).fill}"/>`]
  for (const part of element.querySelectorAll("*")) {
    const ground = plain(getComputedStyle(part).backgroundColor)
    if (ground.opacity && !part.matches("canvas") && isShown(part)) {
      parts.push(`<rect ${place(part.getBoundingClientRect())} rx="3" fill="${ground.fill}" fill-opacity="${ground.opacity}"/>`)
    }
  }
  for (const canvas of element.querySelectorAll("canvas")) {
    const box = canvas.getBoundingClientRect()
    if (!box.width || !canvas.width) continue
    const { opacity, outlineWidth, outlineColor, outlineStyle } = getComputedStyle(canvas)
    parts.push(`<image ${place(box)} opacity="${opacity}" href="${canvas.toDataURL()}"/>`)
    if (outlineStyle !== "none") parts.push(`<rect ${place(box)} fill="none" stroke="${plain(outlineColor).fill}" stroke-width="${parseFloat(outlineWidth)}"/>`)
  }
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) parts.push(...lines(walker.currentNode, { left, top }))
  words.forEach((text, i) => parts.push(`<text x="14" y="${element.scrollHeight + (i + 1) * LINE - 4}" fill="${plain(style.getPropertyValue("--soft")).fill}" font-family="${escape(style.fontFamily)}" font-size="12">${escape(text)}</text>`))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><desc>${escape(view.link())}</desc>${parts.join("")}</svg>`
}

const isShown = (element) => element.checkVisibility({ visibilityProperty: true })

// Which lesson this is, in lines of at most so many letters.
function foot({ data, lesson: { f, ch, scale, w, seed, y, lr, stride, pad, rule }, k }, letters) {
  const kernel = Object.entries(KERNELS).find(([, weights]) => weights.join() === f)?.[0] ?? f
  const start = w === "normal" ? `normal from seed ${seed}` : w
  const words = `cnnviz: ${data.words}, ${ch}, pixels ${scale === "raw" ? "raw" : "0 … 1"}, kernel ${kernel}, stride ${stride}, padding ${pad}, w ${start}, targets ${y}, learning rate ${lr}, rule ${rule}, update ${k}`
  return words.split(" ").reduce((lines, word) => {
    if (lines.length && `${lines.at(-1)} ${word}`.length <= letters) lines.push(`${lines.pop()} ${word}`)
    else lines.push(word)
    return lines
  }, [])
}

// A colour of the style sheet as every program knows it: color-mix comes out as color(srgb …).
const seen = new Map()
function plain(colour) {
  if (!seen.has(colour)) {
    const context = new OffscreenCanvas(1, 1).getContext("2d")
    context.fillStyle = colour
    context.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data
    seen.set(colour, { fill: `rgb(${r},${g},${b})`, opacity: a / 255 })
  }
  return seen.get(colour)
}

// A text node may be broken into lines; each becomes one <text> at its baseline.
function lines(node, frame) {
  const parent = node.parentElement
  if (!node.data.trim() || !isShown(parent)) return []
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
    return `<text x="${left - frame.left}" y="${baseline - frame.top}" fill="${plain(style.color).fill}" font-family="${escape(style.fontFamily)}" font-size="${size}" font-style="${style.fontStyle}" font-weight="${style.fontWeight}" xml:space="preserve">${escape(text.trimEnd())}</text>`
  })
}
