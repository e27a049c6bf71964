// The notebook's architecture, drawn with this lesson's numbers: image, kernel, maps, units as nodes with their
// links, its letters, its one matrix, and the loss as a landscape (cnnviz/ui/pages/notebook/architecture.py).

import { MapView } from "../draw/maps.js"
import { colour, css, ink } from "../model/colour.js"
import { escaped, formula, number, short } from "../model/format.js"
import { say } from "../model/words.js"
import { setHTML } from "./html.js"

/** @import { ArchitectureData, Scale } from "../types/wire.js" */
/** @import { Arrays } from "../model/decode.js" */
/** @import { View } from "./view.js" */

const [WIDTH, HEIGHT] = [520, 220] // of the drawing of nodes and links, in its own units
const DRAWN = 60 // links of either output that are drawn thin

/** A part's name, which opens its stage where it has one. @type {(stage: string, label: string) => string} */
const named = (stage, label) =>
  stage
    ? `<button type="button" class="name" data-stage="${stage}" title="${say("web.notebook.open")}">${formula(label)}</button>`
    : `<span class="name">${formula(label)}</span>`

/** @type {(key: string, label: string, words: string, stage: string) => string} */
const map = (key, label, words, stage) =>
  `<figure class="map part ${key}" ><figcaption>${named(stage, label)}<span class="size">${words}</span></figcaption><canvas data-map="arch.${key}" role="img"></canvas></figure>`

/** @type {(n: number, name: string, inner: string) => string} */
const part = (n, name, inner) =>
  `<section class="of-part part-${name}"><h2><b>${n}</b> ${say(`web.notebook.${name}`)}</h2><div>${inner}</div></section>`

export const skeleton = () => `
  <div class="architecture" hidden>
    <p class="here soft"></p>
    <div class="parts">
      ${part(1, "load", map("x", "X", say("web.notebook.image"), "x"))}
      ${part(2, "convolution", `${map("f", "f", say("web.notebook.kernel"), "f")}${map("z1", "z₁", say("web.notebook.map"), "z1")}<p class="soft why"></p>`)}
      ${part(3, "sigmoid", map("a1", "a₁", say("web.notebook.activations"), "a1"))}
      ${part(4, "connected", '<div class="net"></div>')}
    </div>
    <p class="asides"></p>
    <div class="below-parts">
      <section class="card letters"></section>
      <section class="card matrix" tabindex="0"></section>
      <section class="card unused"><div class="pair-of-maps">${map("second", "f", "", "")}${map("second_z1", "z₁", say("web.notebook.would"), "")}</div><p class="soft">${say("web.notebook.unused")}</p></section>
      <section class="card landscape" tabindex="0"><h2>${say("web.notebook.landscape")}</h2><div class="hill">${map("landscape", "", "", "")}<svg viewBox="0 0 100 100" aria-hidden="true"></svg></div><p class="soft"></p></section>
    </div>
  </div>`

export class Architecture {
  /** @type {ArchitectureData | null} */
  data = null
  /** @type {MapView[]} */
  maps = []

  /** @param {View} view */
  constructor(view) {
    this.view = view
    this.place = view.$(".architecture")
    this.maps = [...this.place.querySelectorAll(/** @type {"canvas"} */ ("canvas[data-map]"))].map(
      (canvas) => new MapView(canvas),
    )
    for (const { canvas } of this.maps) view.resizes.observe(canvas)
    this.place.addEventListener("click", ({ target }) => {
      const { stage } =
        /** @type {HTMLElement} */ (/** @type {Element} */ (target).closest("[data-stage]"))?.dataset ?? {}
      if (stage) view.turn("", { stage: stage === "f" ? "z1" : stage })
    })
  }

  clear() {
    this.data = null
    this.place.hidden = true
  }

  outdate() {}

  /**
   * @param {ArchitectureData} data
   * @param {Arrays} arrays
   */
  receive(data, arrays) {
    this.data = data
    this.place.hidden = false
    const $ = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (this.place.querySelector(selector))
    for (const one of this.maps) this.show(one, arrays, data)
    setHTML($(".here"), escaped(data.here))
    setHTML($(".why"), escaped(data.why))
    setHTML($(".net"), net(data, arrays["arch.w"].values))
    setHTML(
      $(".asides"),
      `<b>${say("web.notebook.asides")}</b>${data.asides.map((aside) => `<span>${escaped(aside)}</span>`).join("")}`,
    )
    setHTML($(".letters"), letters(data))
    setHTML($(".matrix"), matrix(data))
    setHTML($(".landscape .soft"), data.landscape.words.map(escaped).join(" "))
    setHTML($(".landscape svg"), way(data))
  }

  /**
   * @param {MapView} one
   * @param {Arrays} arrays
   * @param {ArchitectureData} data
   */
  show(one, arrays, { limits }) {
    const { values, shape } = arrays[one.canvas.dataset.map ?? ""]
    const [rows, columns] = shape
    const most = Math.max(...Array.from(values, Math.abs))
    /** @type {Record<string, [Scale, [number, number]]>} */
    const kinds = {
      x: ["pixel", /** @type {[number, number]} */ ([0, Math.max(1, limits.x[1])])],
      a1: ["activation", [0, 1]],
    }
    const [scale, ends] = kinds[one.symbol] ?? ["signed", [-most, most]]
    one.receive(values, { rows, columns, layers: 1, flat: false, words: one.symbol }, ends, scale)
  }

  draw() {
    if (this.data) for (const one of this.maps) one.draw()
  }
}

/**
 * Units as nodes, and every link to both outputs: red is positive, thick is large.
 * @param {ArchitectureData} data
 * @param {ArrayLike<number>} w  (D,N), row after row
 */
function net({ nodes, strong, b, sums, outputs, targets, names }, w) {
  const n = sums.length
  const units = w.length / n
  const most = Math.max(...Array.from(w, Math.abs), 1e-12)
  const up = (/** @type {number} */ at) => 14 + (at / Math.max(1, units - 1)) * (HEIGHT - 56)
  const out = (/** @type {number} */ at) => 50 + (at * (HEIGHT - 100)) / Math.max(1, n - 1)
  const sign = (/** @type {number} */ value) => `var(--${value < 0 ? "neg" : "pos"})`
  const line = (
    /** @type {number} */ y,
    /** @type {number} */ to,
    /** @type {number} */ weight,
    /** @type {number} */ width,
    more = "",
  ) =>
    `<line x1="64" y1="${y}" x2="262" y2="${to}" stroke="${sign(weight)}" stroke-width="${width.toFixed(2)}" ${more}/>`
  const thin = Array.from({ length: Math.min(DRAWN, units) }, (_, i) =>
    Math.round((i * (units - 1)) / Math.max(1, Math.min(DRAWN, units) - 1)),
  )
  const links = thin.flatMap((at) =>
    sums.map((_, o) =>
      line(up(at), out(o), w[at * n + o], 0.2 + 1.2 * Math.abs(w[at * n + o] / most), 'opacity=".35"'),
    ),
  )
  const places = nodes.map((_, i) => 22 + (i * (HEIGHT - 90)) / Math.max(1, nodes.length - 1))
  const thick = nodes.flatMap(({ at, w: weights }, i) =>
    weights.map((weight, o) =>
      line(places[i], out(o), weight, 0.8 + 4 * Math.abs(weight / most), `opacity="${at === strong ? 1 : 0.8}"`),
    ),
  )
  const bias = b.map((value, o) => line(HEIGHT - 22, out(o), value, 1.4, 'stroke-dasharray="4 3"'))
  const node = (
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {number} */ value,
    /** @type {Scale} */ scale,
    /** @type {[number, number]} */ limits,
    r = 17,
  ) => {
    const shade = colour(value, limits, scale)
    return `<circle cx="${x}" cy="${y}" r="${r}" fill="${css(shade)}" stroke="var(--line)"/><text x="${x}" y="${y + 4}" text-anchor="middle" font-weight="700" fill="${ink(shade)}">${short(value)}</text>`
  }
  const far = Math.max(...sums.map(Math.abs), 1e-12)
  const label = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ text, more = "") =>
    `<text x="${x}" y="${y}" text-anchor="middle" ${more}>${text}</text>`
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${say("web.notebook.connected")}">
    <defs><linearGradient id="strip" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${css(colour(nodes[0].v, [0, 1], "activation"))}"/><stop offset="1" stop-color="${css(colour(nodes.at(-1)?.v ?? 0, [0, 1], "activation"))}"/></linearGradient></defs>
    <rect x="14" y="10" width="12" height="${HEIGHT - 48}" fill="url(#strip)"/><text class="small" x="2" y="${HEIGHT - 5}">${say("web.notebook.units", { count: units })}</text>
    ${links.join("")}${thick.join("")}${bias.join("")}
    ${nodes.map(({ v, at }, i) => `${node(58, places[i], v, "activation", [0, 1])}<text class="small" x="80" y="${places[i] - 9}">v[${at}]</text>`).join("")}
    <rect x="42" y="${HEIGHT - 34}" width="32" height="22" rx="4" fill="var(--paper)" stroke="var(--ink)"/>${label(58, HEIGHT - 18, "1", 'font-weight="700"')}<text class="small" x="82" y="${HEIGHT - 6}">${say("web.notebook.one")}</text>
    ${sums
      .map(
        (
          z,
          o,
        ) => `${node(284, out(o), z, "signed", [-far, far], 22)}${label(284, out(o) + 36, escaped(names[o]), 'font-weight="700"')}
      <path d="M308 ${out(o)}h44" stroke="var(--soft)" marker-end="none"/>${label(330, out(o) - 6, "σ")}
      ${node(376, out(o), outputs[o], "activation", [0, 1], 22)}<path d="M400 ${out(o)}h44" stroke="var(--soft)" stroke-dasharray="2 4"/>
      <rect x="448" y="${out(o) - 18}" width="36" height="36" rx="5" fill="${css(colour(targets[o], [0, 1], "activation"))}"/>${label(466, out(o) + 5, short(targets[o]), `font-weight="700" fill="${ink(colour(targets[o], [0, 1], "activation"))}"`)}`,
      )
      .join("")}
    ${[
      [284, "z₂", "sums"],
      [376, "o", "answers"],
      [466, "y", "targets"],
    ]
      .map(([x, symbol, words]) => label(Number(x), 12, `${symbol} ${say(`web.notebook.${words}`)}`))
      .join("")}
    <text class="small" x="${WIDTH - 4}" y="${HEIGHT - 6}" text-anchor="end">${say("web.notebook.weights")}</text></svg>`
}

/** @param {ArchitectureData} data */
const letters = ({ letters: all }) =>
  `<h2>${say("web.notebook.letters")} <small>${say("web.notebook.letters_more")}</small></h2><table>${all
    .map(
      ({ letter, words, size }) =>
        `<tr><th scope="row"><i>${escaped(letter)}</i></th><td>${escaped(words)}</td><td class="size">${escaped(size)}</td></tr>`,
    )
    .join("")}</table>`

/**
 * The weights with the bias as one more column, times the units with a 1 below them.
 * @param {ArchitectureData} data
 */
function matrix({ nodes, b, sums, products, names, units }) {
  const cell = (/** @type {number} */ value, extra = "") => `<td class="${extra}">${short(value)}</td>`
  const gap = (/** @type {number} */ i) => (i && nodes[i].at > nodes[i - 1].at + 1 ? '<td class="gap">…</td>' : "")
  const head = `<tr><td></td>${nodes.map(({ at }, i) => `${i && nodes[i].at > nodes[i - 1].at + 1 ? "<td></td>" : ""}<th>w[${at}]</th>`).join("")}<th class="bias"><i>b</i></th></tr>`
  const rows = names.map(
    (name, o) =>
      `<tr><th scope="row">${escaped(name)}</th>${nodes.map(({ w }, i) => gap(i) + cell(w[o])).join("")}${cell(b[o], "bias")}</tr>`,
  )
  const column = `<table class="bracket">${nodes.map(({ v }, i) => `${i && nodes[i].at > nodes[i - 1].at + 1 ? '<tr><td class="gap">⋮</td></tr>' : ""}<tr>${cell(v)}</tr>`).join("")}<tr><td class="one">1</td></tr></table>`
  const result = `<table class="bracket">${sums.map((z) => `<tr>${cell(z)}</tr>`).join("")}</table>`
  const sum = say("web.notebook.matrix_sum", {
    name: names[0],
    count: units,
    products: number(products[0], 5),
    bias: number(b[0], 3),
    sum: number(sums[0], 5),
  })
  return `<h2>${say("web.notebook.matrix")}</h2><div class="product"><table class="bracket">${head}${rows.join("")}</table><b>·</b>${column}<b>=</b>${result}</div>
    <p>${escaped(sum)}</p><p class="soft">${say("web.notebook.matrix_more")}</p>`
}

/**
 * The steps on the landscape, numbered where there is room.
 * @param {ArchitectureData} data
 */
function way({ landscape: { ends, path } }) {
  const [low, high] = ends
  const at = (/** @type {number[]} */ [x, y]) => [
    (100 * (x - low)) / (high - low),
    100 - (100 * (y - low)) / (high - low),
  ]
  const points = path.map(at)
  const dots = points.map(
    ([x, y], n) => `<circle cx="${x}" cy="${y}" r="${n ? 1.5 : 2.2}" fill="${n ? "#0b6bcb" : "#000"}"/>`,
  )
  const numbers = points
    .map(([x, y], n) => (n === 0 || n === points.length - 1 ? `<text x="${x + 2}" y="${y - 3}">${n}</text>` : ""))
    .join("")
  return `<polyline points="${points.map((point) => point.join()).join(" ")}" fill="none" stroke="#0b6bcb" stroke-width=".8"/>${dots.join("")}${numbers}`
}
