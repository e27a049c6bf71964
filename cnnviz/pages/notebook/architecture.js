// The notebook's architecture with this setup's numbers: image, kernel, maps, units and their weights, the legend,
// the single matrix, and the loss landscape (cnnviz/pages/notebook/architecture.py).

import { MapView } from "../../view/draw/map_view.js"
import { keepTextSize, textSizeKept } from "../../view/draw/svg_text.js"
import { colour, css, textColour } from "../../view/model/numbers/colour.js"
import { formula, number, short } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { closest, html, nothing, render, setText, svg } from "../../view/shell/html.js"

/** @import { ArchitectureData, Arrays, Scale, View } from "../../view/types/view.js" */

const [WIDTH, HEIGHT] = [520, 220] // SVG units of the drawing of units and weights
const DRAWN = 60 // links per output that are drawn thin

/** Return a part's name, as a button if it has a stage. @type {(stage: string, label: string) => string} */
const nameTemplate = (stage, label) =>
  stage
    ? `<button type="button" class="name" data-stage="${stage}" title="${say("web.actions.open_in_step.text")}">${formula(label)}</button>`
    : `<span class="name">${formula(label)}</span>`

/** @type {(key: string, label: string, words: string, stage: string) => string} */
const map = (key, label, words, stage) =>
  `<figure class="map part ${key}" ><figcaption>${nameTemplate(stage, label)}<span class="size">${words}</span></figcaption><canvas data-map="arch.${key}" role="img"></canvas></figure>`

/** @type {(n: number, name: string, inner: string) => string} */
const part = (n, name, inner) =>
  `<section class="of-part part-${name}"><h2><b>${n}</b> ${say(`web.notebook.${name}`)}</h2><div>${inner}</div></section>`

export const skeleton = () => `
  <div class="architecture" hidden>
    <p class="here soft"></p>
    <div class="parts">
      ${part(1, "load", map("x", "X", say("ui.plain.x"), "x"))}
      ${part(2, "convolution", `${map("f", "f", say("web.notebook.kernel"), "f")}${map("z1", "z₁", say("layer.conv.plain"), "z1")}<p class="soft why"></p><div class="unused"><p class="soft">${say("web.notebook.unused")}</p>${map("second", "f", "", "")}${map("second_z1", "z₁", say("web.notebook.would"), "")}</div>`)}
      ${part(3, "sigmoid", map("a1", "a₁", say("layer.sigmoid.plain"), "a1"))}
      ${part(4, "connected", '<div class="net"></div>')}
    </div>
    <p class="asides"></p>
    <div class="below-parts">
      <section class="card letters"></section>
      <section class="card matrix" tabindex="0"></section>
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
    this.place.addEventListener("click", (event) => {
      const stage = closest(event, "[data-stage]")?.dataset.stage
      if (stage) view.turn("", { stage: stage === "f" ? "z1" : stage })
    })
  }

  clear() {
    this.data = null
    this.place.hidden = true
  }

  /**
   * @param {ArchitectureData} data
   * @param {Arrays} arrays
   */
  receive(data, arrays) {
    this.data = data
    this.place.hidden = false
    const $ = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (this.place.querySelector(selector))
    for (const map of this.maps) this.show(map, arrays, data)
    setText($(".here"), data.here)
    setText($(".why"), data.why)
    render(net(data, arrays["arch.w"].values), $(".net"))
    const asideTemplates = data.asides.map((aside) => html`<span>${aside}</span>`)
    render(html`<b>${say("web.notebook.asides")}</b>${asideTemplates}`, $(".asides"))
    render(letters(data), $(".letters"))
    render(matrix(data), $(".matrix"))
    setText($(".landscape .soft"), data.landscape.words.join(" "))
    render(landscapePath(data), $(".landscape svg"))
    keepTextSize($(".landscape svg"))
  }

  /**
   * @param {MapView} one
   * @param {Arrays} arrays
   * @param {ArchitectureData} data
   */
  show(one, arrays, { limits }) {
    const { values, shape } = arrays[one.canvas.dataset.map ?? ""]
    const [rows, columns] = shape
    const maximum = Math.max(...Array.from(values, Math.abs))
    /** @type {Record<string, [Scale, [number, number]]>} */
    const kinds = {
      x: ["pixel", /** @type {[number, number]} */ ([0, Math.max(1, limits.x[1])])],
      a1: ["activation", [0, 1]],
    }
    const [scale, ends] = kinds[one.symbol] ?? ["signed", [-maximum, maximum]]
    one.receive(values, { rows, columns, layers: 1, flat: false, words: one.symbol }, ends, scale)
  }

  draw() {
    if (this.data) for (const map of this.maps) map.draw()
  }
}

/**
 * Draw units as nodes, linked to both outputs: red is positive, thick is large.
 * @param {ArchitectureData} data
 * @param {ArrayLike<number>} w  (D,N), row after row
 */
function net({ nodes, strong, b, sums, outputs, targets, names }, w) {
  const n = sums.length
  const units = w.length / n
  const maximum = Math.max(...Array.from(w, Math.abs), 1e-12)
  const yOf = (/** @type {number} */ at) => 14 + (at / Math.max(1, units - 1)) * (HEIGHT - 56)
  const xOf = (/** @type {number} */ at) => 50 + (at * (HEIGHT - 100)) / Math.max(1, n - 1)
  const sign = (/** @type {number} */ value) => `var(--${value < 0 ? "neg" : "pos"})`
  const line = (
    /** @type {number} */ y,
    /** @type {number} */ to,
    /** @type {number} */ weight,
    /** @type {number} */ width,
    /** @type {{ opacity?: number, dashes?: string }} */ { opacity = 1, dashes } = {},
  ) =>
    svg`<line x1="64" y1=${y} x2="262" y2=${to} stroke=${sign(weight)} stroke-width=${width.toFixed(2)} opacity=${opacity} stroke-dasharray=${dashes ?? nothing} />`
  const thinLines = Array.from({ length: Math.min(DRAWN, units) }, (_, i) =>
    Math.round((i * (units - 1)) / Math.max(1, Math.min(DRAWN, units) - 1)),
  )
  const links = thinLines.flatMap((at) =>
    sums.map((_, o) =>
      line(yOf(at), xOf(o), w[at * n + o], 0.2 + 1.2 * Math.abs(w[at * n + o] / maximum), { opacity: 0.35 }),
    ),
  )
  const yPositions = nodes.map((_, i) => 22 + (i * (HEIGHT - 90)) / Math.max(1, nodes.length - 1))
  const thickLines = nodes.flatMap(({ at, w: weights }, i) =>
    weights.map((weight, o) =>
      line(yPositions[i], xOf(o), weight, 0.8 + 4 * Math.abs(weight / maximum), { opacity: at === strong ? 1 : 0.8 }),
    ),
  )
  const bias = b.map((value, o) => line(HEIGHT - 22, xOf(o), value, 1.4, { dashes: "4 3" }))
  const node = (
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {number} */ value,
    /** @type {Scale} */ scale,
    /** @type {[number, number]} */ limits,
    r = 17,
  ) => {
    const cellColour = colour(value, limits, scale)
    return svg`<circle cx=${x} cy=${y} r=${r} fill=${css(cellColour)} stroke="var(--line)" />${label(x, y + 4, short(value), { weight: 700, fill: textColour(cellColour) })}`
  }
  const label = (
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {string} */ text,
    /** @type {{ weight?: number, fill?: string }} */ { weight, fill } = {},
  ) =>
    svg`<text x=${x} y=${y} text-anchor="middle" font-weight=${weight ?? nothing} fill=${fill ?? nothing}>${text}</text>`
  const maxSum = Math.max(...sums.map(Math.abs), 1e-12)
  const unitColour = (/** @type {number | undefined} */ value) => css(colour(value ?? 0, [0, 1], "activation"))
  const output = (/** @type {number} */ z, /** @type {number} */ o) => {
    const y = xOf(o)
    const target = colour(targets[o], [0, 1], "answer")
    return svg`${node(284, y, z, "signed", [-maxSum, maxSum], 22)}${label(284, y + 36, names[o], { weight: 700 })}
      <path d="M308 ${y}h44" stroke="var(--soft)" />${label(330, y - 6, "σ")}
      ${node(376, y, outputs[o], "answer", [0, 1], 22)}<path d="M400 ${y}h44" stroke="var(--soft)" stroke-dasharray="2 4" />
      <rect x="448" y=${y - 18} width="36" height="36" rx="5" fill=${css(target)} />${label(466, y + 5, short(targets[o]), { weight: 700, fill: textColour(target) })}`
  }
  /** @type {[number, string, string][]} */
  const headings = [
    [284, "z₂", "sums"],
    [376, "o", "answers"],
    [466, "y", "targets"],
  ]
  return html`<svg ${textSizeKept()} viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${say("layer.dense.name")}>
    <defs><linearGradient id="strip" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color=${unitColour(nodes[0].v)} /><stop offset="1" stop-color=${unitColour(nodes.at(-1)?.v)} /></linearGradient></defs>
    <rect x="14" y="10" width="12" height=${HEIGHT - 48} fill="url(#strip)" />
    ${links}${thickLines}${bias}
    ${nodes.map(({ v, at }, i) => svg`${node(58, yPositions[i], v, "activation", [0, 1])}<text x="80" y=${yPositions[i] - 9}>v[${at}]</text>`)}
    <rect x="42" y=${HEIGHT - 34} width="32" height="22" rx="4" fill="var(--paper)" stroke="var(--ink)" />${label(58, HEIGHT - 18, "1", { weight: 700 })}
    ${sums.map(output)}
    ${headings.map(([x, symbol, words]) => label(x, 12, `${symbol} ${say(`web.notebook.${words}`)}`))}</svg>
    <p class="soft"><span>${say("web.notebook.units", { count: units })}</span> <span>${say("web.notebook.one")}</span> <span>${say("web.notebook.weights")}</span></p>`
}

/** @param {ArchitectureData} data */
const letters = ({ letters: all }) =>
  html`<h2>${say("web.notebook.letters")} <small>${say("web.notebook.letters_more")}</small></h2><table>${all.map(
    ({ letter, words, size }) =>
      html`<tr><th scope="row"><i>${letter}</i></th><td>${words}</td><td class="size">${size}</td></tr>`,
  )}</table>`

/**
 * Draw the weights with the bias as an extra column, times the units with an extra 1.
 * @param {ArchitectureData} data
 */
function matrix({ nodes, b, sums, products, names, units }) {
  const cell = (/** @type {number} */ value, kind = "") => html`<td class=${kind}>${short(value)}</td>`
  const isGap = (/** @type {number} */ i) => i > 0 && nodes[i].at > nodes[i - 1].at + 1
  const gapCell = (/** @type {number} */ i) => (isGap(i) ? html`<td class="gap">…</td>` : "")
  const headRow = html`<tr><td></td>${nodes.map(({ at }, i) => html`${isGap(i) ? html`<td></td>` : ""}<th>w[${at}]</th>`)}<th class="bias"><i>b</i></th></tr>`
  const rows = names.map(
    (name, o) =>
      html`<tr><th scope="row">${name}</th>${nodes.map(({ w }, i) => html`${gapCell(i)}${cell(w[o])}`)}${cell(b[o], "bias")}</tr>`,
  )
  const column = html`<table class="bracket">${nodes.map(({ v }, i) => html`${isGap(i) ? html`<tr><td class="gap">⋮</td></tr>` : ""}<tr>${cell(v)}</tr>`)}<tr><td class="one">1</td></tr></table>`
  const result = html`<table class="bracket">${sums.map((z) => html`<tr>${cell(z)}</tr>`)}</table>`
  const sum = say("web.notebook.matrix_sum", {
    name: names[0],
    count: units,
    products: number(products[0], 5),
    bias: number(b[0], 3),
    sum: number(sums[0], 5),
  })
  return html`<h2>${say("web.notebook.matrix")}</h2><div class="product"><table class="bracket">${headRow}${rows}</table><b>·</b>${column}<b>=</b>${result}</div>
    <p>${sum}</p>`
}

/**
 * Draw the steps on the landscape, numbered if there is space.
 * @param {ArchitectureData} data
 */
function landscapePath({ landscape: { ends, path } }) {
  const [low, high] = ends
  const project = (/** @type {number[]} */ [x, y]) => [
    (100 * (x - low)) / (high - low),
    100 - (100 * (y - low)) / (high - low),
  ]
  const points = path.map(project)
  const dot = (/** @type {number[]} */ [x, y], /** @type {number} */ n) =>
    svg`<circle cx=${x} cy=${y} r=${n ? 1.5 : 2.2} fill=${n ? "#0b6bcb" : "#000"} />`
  const label = (/** @type {number[]} */ [x, y], /** @type {number} */ n) =>
    n === 0 || n === points.length - 1 ? svg`<text x=${x + 2} y=${y - 3}>${n}</text>` : ""
  const polyline = points.map((point) => point.join()).join(" ")
  return svg`<polyline points=${polyline} fill="none" stroke="#0b6bcb" stroke-width=".8" />${points.map(dot)}${points.map(label)}`
}
