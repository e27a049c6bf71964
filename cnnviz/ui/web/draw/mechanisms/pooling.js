// Pooling: the window's numbers, the winner among them or their mean, and the ways back.

import { number } from "../../model/format.js"
import { say } from "../../model/words.js"
import { channelName, fitted } from "./convolution.js"

/** @typedef {import("../mechanism.js").Picture} Picture */

/** @param {number} at */
const one = (at) => ({ start: at, count: 1, step: 1 })

/** @type {Picture} */
export function pool(pen, numbers, symbol, cell) {
  const [link] = numbers.links(symbol)
  const x = link.source
  const reached = numbers.reach(link, cell)
  const under = numbers.sources({ ...link, pattern: "pool" }, cell)
  const values = under.map((at) => numbers.at(x, at))
  const won = link.pattern === "winner" ? String(numbers.sources(link, cell)[0]) : ""
  const side = pen.height - 40
  const first = fitted(numbers, x, 4, 24, pen.width * 0.27, side)
  pen.head(channelName(numbers, x, cell[0]), "", first.x, 10, first.width)
  pen.map(numbers, x, [cell[0]], first, [{ rows: reached[1], columns: reached[2] }])
  const last = fitted(numbers, symbol, 0, 24, pen.width * 0.27, side)
  last.x = pen.width - last.width - 4
  pen.head(channelName(numbers, symbol, cell[0]), "", last.x, 10, last.width)
  pen.map(numbers, symbol, [cell[0]], last, [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }])
  const grid = Math.min(last.x - first.width - 190, side, 40 + 40 * link.geometry.k)
  const at = first.x + first.width + 36
  const y = 24 + (side - grid) / 2
  pen.text(say("web.mechanism.window"), at, y - 10, { fill: pen.soft })
  pen.grid(values, link.geometry.k, numbers.maps[x].limits, numbers.maps[x].scale, { x: at, y, width: grid, height: grid }, won ? { lit: (n) => String(under[n]) === won } : {})
  const [scaleX, scaleY] = [first.width / numbers.shape(x)[2], first.height / numbers.shape(x)[1]]
  const corner = first.x + (reached[2].start + reached[2].count) * scaleX
  pen.thread([corner, first.y + reached[1].start * scaleY], [at, y])
  pen.thread([corner, first.y + (reached[1].start + reached[1].count) * scaleY], [at, y + grid])
  const word = won ? say("web.mechanism.largest") : say("web.mechanism.mean")
  const middle = (at + grid + last.x) / 2
  pen.text(word, middle, y + grid / 2 - 26, { size: 12, align: "center", fill: pen.soft })
  pen.arrow(at + grid + 8, y + grid / 2, last.x - 8, y + grid / 2)
  pen.text(number(numbers.at(symbol, cell)), middle, y + grid / 2 + 20, { size: 15, bold: true, align: "center" })
}

/** @type {Picture} */
export function unpool(pen, numbers, symbol, cell) {
  const [link] = numbers.links(symbol)
  const dy = link.source
  const forward = numbers.network.links[dy.slice(1)][0]
  const x = forward.source
  const reached = numbers.reach(link, cell)
  const place = [cell[0], reached[1]?.count ? reached[1].start : 0, reached[2]?.count ? reached[2].start : 0]
  const window = numbers.reach({ ...forward, pattern: "pool" }, place)
  const under = numbers.sources({ ...forward, pattern: "pool" }, place)
  const chosen = link.pattern === "won"
  const best = chosen ? String(numbers.sources(forward, place)[0]) : ""
  const k = forward.geometry.k
  const side = pen.height - 46
  const maps = chosen ? [symbol, x, dy] : [symbol, dy]
  const grid = Math.min(84, side * 0.5)
  const pitch = pen.width / maps.length
  maps.forEach((name, n) => {
    const box = fitted(numbers, name, 4 + n * pitch, 24, pitch - grid - 34, side)
    const isSource = name === dy
    const notes = name === symbol ? "web.mechanism.goes_on" : name === x ? "web.mechanism.winners" : "web.mechanism.arrived"
    pen.text(channelName(numbers, name, cell[0]), box.x, 10, { size: 16, math: true })
    pen.text(say(notes), box.x + 54, 10, { size: 11, fill: pen.soft })
    const ring = isSource ? { rows: one(place[1]), columns: one(place[2]) } : name === symbol ? { rows: one(cell[1]), columns: one(cell[2]), strong: true } : { rows: window[1], columns: window[2] }
    pen.map(numbers, name, [cell[0]], box, [ring])
    const at = box.x + box.width + 18
    const y = 24 + (box.height - grid) / 2
    if (isSource) pen.grid([numbers.at(dy, place)], 1, numbers.maps[dy].limits, "signed", { x: at, y: y + grid / 4, width: grid * 0.8, height: grid / 2 })
    else pen.grid(under.map((at) => numbers.at(name, at)), k, numbers.maps[name].limits, numbers.maps[name].scale, { x: at, y, width: grid, height: grid }, chosen ? { lit: (n) => String(under[n]) === best } : { lit: (n) => String(under[n]) === String(cell) })
  })
  const y = pen.height - 10
  pen.text(chosen ? say(String(cell) === best ? "web.mechanism.won" : "web.mechanism.lost") : say("web.mechanism.each", { n: k * k, share: number(numbers.at(dy, place) / (k * k)) }), 4, y, { size: 12, fill: pen.soft })
}

/** A channel and the one number that stands for it, or comes back to it. @type {Picture} */
export function wholeChannel(pen, numbers, symbol, cell) {
  const [link] = numbers.links(symbol)
  const source = link.source
  const large = numbers.maps[source].kind === "map" ? source : symbol
  const box = fitted(numbers, large, 4, 24, pen.width * 0.4, pen.height - 40)
  pen.head(channelName(numbers, large, cell[0]), "", box.x, 10, box.width)
  pen.map(numbers, large, [cell[0]], box, large === symbol ? [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }] : [])
  const other = large === source ? symbol : source
  const rows = Array.from({ length: numbers.count(other) }, (_, n) => ({ name: `${n}`, value: numbers.values(other)[n], bold: n === cell[0] }))
  const at = box.x + box.width + 60
  pen.arrow(large === source ? at - 50 : at - 16, 24 + box.height / 2, large === source ? at - 16 : at - 50, 24 + box.height / 2)
  pen.text(numbers.maps[other].label, at, 10, { size: 16, math: true })
  pen.rows(rows, { x: at, y: 24, width: pen.width - at - 10, height: pen.height - 40 }, { names: 24 })
}

