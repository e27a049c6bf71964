// Dialog with an enlarged chart above others over the same x, drawn by Plotly if the host has it.

import { chart } from "../draw/chart.js"
import { figure } from "../draw/plotly_figure.js"
import { nearest } from "../model/numbers/extremes.js"
import { COLON, number } from "../model/numbers/format.js"

import { say } from "../model/words.js"
import { html, nothing, setText } from "../shell/html.js"
import { LANG } from "../spec.js"
import { openDialog } from "./dialog.js"

/** @import { LargeChart } from "../model/layout/large_chart.js" */
/** @import { Plot } from "../draw/chart.js" */
/** @import { Dialog, View } from "../types/view.js" */

const BUTTONS = [["zoom2d", "pan2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"], ["toImage"]]
const MOST_SAID = 6 // maximal number of series in the readout

/** Open charts in a dialog. The first one is the large one. @param {View} view @param {LargeChart[]} charts */
export async function showChart(view, charts) {
  const [{ title }] = charts
  const dialog = openDialog(view, "large-chart", title, plain(charts))
  readable(dialog, charts, view.root)
  const { color: ink, borderTopColor: line, backgroundColor: paper } = getComputedStyle(dialog.element)
  const Plotly = await view.host.plotly?.().catch(() => undefined)
  if (!Plotly || dialog.closed.aborted) return
  dialog.draw(html`<div class="plot"></div>`)
  const place = /** @type {HTMLElement} */ (dialog.body.querySelector(".plot"))
  const times = place.currentCSSZoom // Plotly ignores CSS zoom
  Object.assign(place.style, { height: `${place.clientHeight * times}px`, zoom: String(1 / times) })
  const { data, layout } = figure(charts, {
    ink,
    line,
    paper,
    points: say("words.point") + say("words.thousands"),
    times,
  })
  dialog.closed.addEventListener("abort", () => Plotly.purge(place))
  const image = { format: "png", filename: `cnnviz ${title}`, scale: 2 }
  await Plotly.newPlot(place, data, layout, {
    displaylogo: false,
    modeBarButtons: BUTTONS,
    responsive: true,
    locale: LANG,
    toImageButtonOptions: image,
  })
}

/** @param {LargeChart[]} charts */
const plain = (charts) =>
  html`<p class="readout" role="status"></p>${charts.map(({ yTitle, xTitle }, n) => html`<h3>${yTitle}</h3><canvas class="drawn-large" role="img" aria-label=${yTitle}></canvas>${n === charts.length - 1 ? html`<p class="across">${xTitle}</p>` : nothing}`)}`

/**
 * Draw the charts, and show the values at the pointer or the position moved by arrow keys.
 * @param {Dialog} dialog @param {LargeChart[]} charts @param {HTMLElement} root
 */
function readable({ body, closed: signal }, charts, root) {
  const canvases = [...body.querySelectorAll("canvas")]
  const [{ x, cursor }] = charts
  const least = { left: 60, right: 90 }
  /** @type {Plot | null} */
  let plot = null
  let at = cursor === null ? x.length - 1 : nearest(x, (value) => Math.abs(value - cursor))
  const draw = () => {
    if (!canvases[0].isConnected) return // replaced by Plotly
    plot = canvases.map((canvas, n) => chart(canvas, { ...charts[n], cursor: x[at], least }, root))[0] ?? plot
    const values = charts.flatMap(({ series }) =>
      series.slice(0, MOST_SAID).map(({ label, values }) => `${label} ${number(values[at] ?? Number.NaN, 4)}`),
    )
    setText(
      /** @type {HTMLElement} */ (body.querySelector(".readout")),
      `${charts[0].xTitle} ${Number.isInteger(x[at]) ? x[at] : number(x[at], 4)}${COLON}${values.join(" · ")}`,
    )
  }
  const go = (/** @type {number} */ to) => {
    at = Math.min(Math.max(to, 0), x.length - 1)
    draw()
  }
  for (const canvas of canvases) {
    canvas.tabIndex = 0
    canvas.addEventListener(
      "pointermove",
      ({ offsetX }) => plot && go(nearest(x, (value) => Math.abs(/** @type {Plot} */ (plot).at(value) - offsetX))),
    )
    canvas.addEventListener("keydown", ({ key }) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[key]
      if (by) go(at + by)
    })
  }
  const sizes = new ResizeObserver(draw)
  sizes.observe(body)
  signal.addEventListener("abort", () => sizes.disconnect())
  draw()
}
