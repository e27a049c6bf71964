// The picture beside the words: numbers of a patch, the shares behind a sum, the sigmoid's curve with
// this lesson's units on it, or the loss so far.

import { SATURATED } from "../spec.js"
import { colour, css, ink, picture } from "../model/colour.js"
import { number, short } from "../model/format.js"
import { ratio } from "./sharpness.js"
import { bothTotals, pixel, products } from "../model/arithmetic.js"
import { sources } from "../model/links.js"

const PATCH = 7

export function panel(canvas, caption, view, map, cell) {
  const kind = KINDS[map] ?? losses
  canvas.classList.toggle("broad", BROAD.has(kind))
  const context = prepare(canvas)
  const text = kind(context, canvas.clientWidth, canvas.clientHeight, view, cell, map)
  caption.innerHTML = text
  canvas.setAttribute("aria-label", caption.textContent)
}

// Whether the panel is about the cell that is pointed at; else it shows the losses so far.
export const showsCell = (map) => map in KINDS

const KINDS = {
  x: patch, z1: terms, dx: terms, a1: units, dz1: units, o: outputs, dz2: outputs, df: shares, f: touched, z2: weighed,
}

// A clean canvas as large as it stands on the screen, in CSS pixels.
export function prepare(canvas) {
  const times = ratio()
  const [width, height] = [canvas.clientWidth, canvas.clientHeight] // both, before one of them changes the layout
  canvas.width = Math.round(width * times)
  canvas.height = Math.round(height * times)
  const context = canvas.getContext("2d")
  context.setTransform(times, 0, 0, times, 0, 0)
  return context
}

const BROAD = new Set([units, outputs, losses])

function cellText(context, text, x, y, size, background, room) {
  context.fillStyle = ink(background)
  context.font = `600 ${size}px system-ui, sans-serif`
  context.textAlign = "center"
  context.textBaseline = "middle"
  context.fillText(text, x, y, room)
}

function patch(context, width, height, view, [row, column]) {
  const [rows, columns] = view.shape("x")
  const side = Math.min(width, height) / PATCH
  const top = Math.min(Math.max(row - 3, 0), rows - PATCH)
  const left = Math.min(Math.max(column - 3, 0), columns - PATCH)
  for (let i = 0; i < PATCH; i++) {
    for (let j = 0; j < PATCH; j++) {
      const value = view.at("x", [top + i, left + j])
      const paint = colour(value, view.limits.x, "pixel")
      context.fillStyle = css(paint)
      context.fillRect(j * side, i * side, side, side)
      cellText(context, pixel(view, value), (j + 0.5) * side, (i + 0.5) * side, side * 0.4, paint)
    }
  }
  context.strokeStyle = "#e8590c"
  context.lineWidth = 2.5
  context.strokeRect((column - left) * side + 1, (row - top) * side + 1, side - 2, side - 2)
  return `pixels of rows ${top}–${top + PATCH - 1}, columns ${left}–${left + PATCH - 1}, 0–255`
}

// The products behind a cell of z1 or dx, each with its two factors.
function terms(context, width, height, view, cell, map) {
  const k = view.geometry.k
  const side = Math.min(width, height) / k
  const list = products(view, map, cell)
  const most = Math.max(...list.map(({ a, b }) => Math.abs(a * b)), 0)
  for (const { a, b, by } of list) {
    const [u, v] = map === "z1" ? by : [k - 1 - by[0], k - 1 - by[1]]
    const paint = colour(a * b, [-most, most], "signed")
    context.fillStyle = css(paint)
    context.fillRect(v * side, u * side, side - 1, side - 1)
    const [x, y] = [(v + 0.5) * side, (u + 0.5) * side]
    const first = map === "z1" ? String(pixel(view, a)) : short(a)
    cellText(context, first, x, y - side * 0.27, side * 0.22, paint, side - 6)
    cellText(context, `× ${short(b)}`, x, y, side * 0.2, paint, side - 6)
    cellText(context, short(a * b), x, y + side * 0.29, side * 0.24, paint, side - 6)
  }
  return map === "z1"
    ? `<i>pixel × weight${view.lesson.scale === "raw" ? "" : " / 255"}</i>, ${list.length} products`
    : `<i>∂z₁ × weight</i>, ${list.length} products`
}

function share(context, width, height, values, rows, columns, at) {
  const most = values.reduce((m, value) => Math.max(m, Math.abs(value)), 0)
  const side = Math.min(width, height)
  context.imageSmoothingEnabled = false
  context.drawImage(picture(values, rows, columns, [-most, most], "signed"), 0, 0, side, (side * rows) / columns)
  return `±${short(most)}`
}

const both = (view, name, at, what) => {
  const [positive, negative] = bothTotals(view, name, at)
  return `${what}<br><b class="pos">positive +${number(positive)}</b><br><b class="neg">negative ${number(negative)}</b>`
}

function shares(context, width, height, view, cell) {
  const [rows, columns] = view.shape("z1")
  const { stride, before } = view.geometry
  const [h, w] = view.shape("x")
  const values = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const [r, c] = [stride * i + cell[0] - before, stride * j + cell[1] - before]
      const inside = r >= 0 && c >= 0 && r < h && c < w
      values[i * columns + j] = inside ? view.at("x", [r, c]) * view.at("dz1", [i, j]) : 0
    }
  }
  const range = share(context, width, height, values, rows, columns)
  return both(view, "df_totals", 3 * cell[0] + cell[1], `<i>${view.view.data.formulas.share.replace("u", cell[0]).replace("v", cell[1])} · ∂z₁[i, j]</i><br>${rows * columns} shares, ${range}`)
}

function weighed(context, width, height, view, [n]) {
  const [rows, columns] = view.shape("z1")
  const values = view.arrays.v.values.map((value, d) => value * view.arrays.w.values[d * view.outputs.length + n])
  const range = share(context, width, height, values, rows, columns)
  return both(view, "z2_totals", n, `<i>v[d] · w[d, ${n}]</i><br>${values.length} products, ${range}`)
}

// What one kernel weight sees: the window of x that it touched.
function touched(context, width, height, view, cell) {
  const [{ rows, columns }] = sources("df", cell, view.geometry)
  const values = []
  for (let r = 0; r < rows.count; r++) {
    for (let c = 0; c < columns.count; c++) values.push(view.at("x", [rows.start + r * rows.step, columns.start + c * columns.step]))
  }
  const side = Math.min(width, height)
  context.imageSmoothingEnabled = false
  context.drawImage(picture(values, rows.count, columns.count, view.limits.x, "pixel"), 0, 0, side, (side * rows.count) / columns.count)
  return `the ${values.length} pixels that <i>f[${cell}]</i> touched`
}

function units(context, width, height, view, cell) {
  curve(context, width, height, view, view.arrays.z1.values, view.at("z1", cell))
  return `${view.arrays.z1.values.length} units on the curve<br><b>${percent(view.saturated)}</b> saturated: <i>a₁(1−a₁)</i> &lt; ${SATURATED}`
}

function outputs(context, width, height, view, [n]) {
  curve(context, width, height, view, view.arrays.z2.values, view.at("z2", [n]))
  return `slope here <i>o(1−o)</i> = <b>${number(view.at("o", [n]) * (1 - view.at("o", [n])), 3)}</b>`
}

export const percent = (value) => `${value > 0 && value < 0.01 ? "<1" : value < 1 && value > 0.99 ? ">99" : Math.round(100 * value)} %`

const REACH = 8 // the curve is drawn from -8 to 8; what lies beyond stands at the edge
const FLAT_AT = (1 - Math.sqrt(1 - 4 * SATURATED)) / 2 // the activation whose a(1 - a) is SATURATED
const SATURATED_FROM = Math.log((1 - FLAT_AT) / FLAT_AT)

function curve(context, width, height, view, zs, chosen) {
  const style = getComputedStyle(view.root)
  const [ink, line] = [style.getPropertyValue("--ink"), style.getPropertyValue("--accent")]
  const base = height - 16
  const x = (z) => ((Math.min(Math.max(z, -REACH), REACH) + REACH) / (2 * REACH)) * width
  const y = (a) => 6 + (1 - a) * (base - 10)
  const sigma = (z) => 1 / (1 + Math.exp(-z))
  context.fillStyle = style.getPropertyValue("--flat")
  context.fillRect(0, 0, x(-SATURATED_FROM), base)
  context.fillRect(x(SATURATED_FROM), 0, width - x(SATURATED_FROM), base)
  const bins = new Array(48).fill(0)
  for (const z of zs) bins[Math.min(47, Math.floor((x(z) / width) * 48))] += 1
  const most = Math.max(...bins)
  context.fillStyle = style.getPropertyValue("--bars")
  bins.forEach((count, i) => count && context.fillRect((i * width) / 48, base - Math.max(2, (count / most) * base * 0.6), width / 48 - 1, Math.max(2, (count / most) * base * 0.6)))
  context.strokeStyle = ink
  context.lineWidth = 2
  context.beginPath()
  for (let z = -REACH; z <= REACH; z += 0.1) context.lineTo(x(z), y(sigma(z)))
  context.stroke()
  context.fillStyle = line
  context.beginPath()
  context.arc(Math.min(Math.max(x(chosen), 5), width - 5), y(sigma(chosen)), 5, 0, 7)
  context.fill()
  context.fillStyle = ink
  context.font = "11px system-ui, sans-serif"
  context.textBaseline = "alphabetic"
  ;[[-REACH, "left"], [0, "center"], [REACH, "right"]].forEach(([z, align]) => {
    context.textAlign = align
    context.fillText(short(z).replace(".00", ""), x(z), height - 3)
  })
}

export function losses(context, width, height, view) {
  const values = (view.arrays ?? view.data.arrays).losses.values
  const style = getComputedStyle(view.root)
  const most = Math.max(...values, 1e-12)
  const x = (i) => 4 + (values.length > 1 ? i / (values.length - 1) : 0) * (width - 8)
  const y = (value) => height - 5 - (value / most) * (height - 12)
  context.strokeStyle = style.getPropertyValue("--accent")
  context.fillStyle = context.strokeStyle
  context.lineWidth = 2
  context.beginPath()
  values.forEach((value, i) => context.lineTo(x(i), y(value)))
  context.stroke()
  context.beginPath()
  context.arc(x(values.length - 1), y(values[values.length - 1]), 3, 0, 7)
  context.fill()
  return `<i>L</i> after 0 … ${view.lesson.k} updates, from 0 to ${number(most, 3)}`
}
