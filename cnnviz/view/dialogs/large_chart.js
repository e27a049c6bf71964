// Dialog with an enlarged chart above others over the same x, drawn by Plotly if the host has it.

import { chart } from "../draw/chart.js"
import { cssZoom } from "../draw/css_zoom.js"
import { figureOf } from "../draw/plotly_figure.js"
import { nearestIndex } from "../model/numbers/extremes.js"
import { COLON, number } from "../model/numbers/format.js"

import { say } from "../model/words.js"
import { html, nothing, setText } from "../shell/html.js"
import { LANG } from "../spec.js"
import { openDialog } from "./dialog.js"

/** @import { LargeChart } from "../model/layout/large_chart.js" */
/** @import { Plot } from "../draw/chart.js" */
/** @import { Dialog, View } from "../types/view.js" */

const BUTTONS = [["zoom2d", "pan2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"], ["toImage"]]
const READOUT_SERIES = 6 // maximal number of series in the readout

/** Open charts in a dialog. The first one is the large one. @param {View} view @param {LargeChart[]} charts */
export async function showChart(view, charts) {
  const [{ title }] = charts
  const dialog = openDialog(view, "large-chart", title, chartTemplate(charts))
  bindReadout(dialog, charts, view.root)
  const { color: ink, borderTopColor: line, backgroundColor: paper } = getComputedStyle(dialog.element)
  const Plotly = await view.host.plotly?.().catch(() => undefined)
  if (!Plotly || dialog.closed.aborted) return
  dialog.draw(html`<div class="plot"></div>`)
  const container = /** @type {HTMLElement} */ (dialog.body.querySelector(".plot"))
  const zoom = cssZoom(container) // Plotly ignores CSS zoom
  Object.assign(container.style, { height: `${container.clientHeight * zoom}px`, zoom: String(1 / zoom) })
  const { data, layout } = figureOf(charts, {
    ink,
    line,
    paper,
    points: say("words.point") + say("words.thousands"),
    times: zoom,
  })
  dialog.closed.addEventListener("abort", () => Plotly.purge(container))
  const image = { format: "png", filename: `cnnviz ${title}`, scale: 2 }
  await Plotly.newPlot(container, data, layout, {
    displaylogo: false,
    modeBarButtons: BUTTONS,
    responsive: true,
    locale: LANG,
    toImageButtonOptions: image,
  })
}

/** @param {LargeChart[]} charts */
const chartTemplate = (charts) =>
  html`<p class="readout" role="status"></p>${charts.map(({ yTitle, xTitle }, n) => html`<h3>${yTitle}</h3><canvas class="drawn-large" role="img" aria-label=${yTitle}></canvas>${n === charts.length - 1 ? html`<p class="across">${xTitle}</p>` : nothing}`)}`

/**
 * Draw the charts, and show the values at the pointer or the position moved by arrow keys.
 * @param {Dialog} dialog @param {LargeChart[]} charts @param {HTMLElement} root
 */
function bindReadout({ body, closed: signal }, charts, root) {
  const canvases = [...body.querySelectorAll("canvas")]
  const [{ x, cursor }] = charts
  const margins = { left: 60, right: 90 }
  /** @type {Plot | null} */
  let plot = null
  let index = cursor === null ? x.length - 1 : nearestIndex(x, (value) => Math.abs(value - cursor))
  const draw = () => {
    if (!canvases[0].isConnected) return // replaced by Plotly
    plot =
      canvases.map((canvas, n) => chart(canvas, { ...charts[n], cursor: x[index], least: margins }, root))[0] ?? plot
    const values = charts.flatMap(({ series }) =>
      series.slice(0, READOUT_SERIES).map(({ label, values }) => `${label} ${number(values[index] ?? Number.NaN, 4)}`),
    )
    setText(
      /** @type {HTMLElement} */ (body.querySelector(".readout")),
      `${charts[0].xTitle} ${Number.isInteger(x[index]) ? x[index] : number(x[index], 4)}${COLON}${values.join(" · ")}`,
    )
  }
  const goTo = (/** @type {number} */ to) => {
    index = Math.min(Math.max(to, 0), x.length - 1)
    draw()
  }
  for (const canvas of canvases) {
    canvas.tabIndex = 0
    canvas.addEventListener(
      "pointermove",
      ({ offsetX }) =>
        plot && goTo(nearestIndex(x, (value) => Math.abs(/** @type {Plot} */ (plot).at(value) - offsetX))),
    )
    canvas.addEventListener("keydown", ({ key }) => {
      const delta = { ArrowLeft: -1, ArrowRight: 1 }[key]
      if (delta) goTo(index + delta)
    })
  }
  const sizes = new ResizeObserver(draw)
  sizes.observe(body)
  signal.addEventListener("abort", () => sizes.disconnect())
  draw()
}
