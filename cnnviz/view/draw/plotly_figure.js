// Charts as a Plotly figure, which can be read off, zoomed and saved.

import { LINE_COLOURS } from "../spec.js"

/** @import { LargeChart } from "../model/layout/large_chart.js" */
/** @typedef {{ ink: string, line: string, paper: string, points: string, times: number }} Look  colours of the page, separators of numbers, and the magnification */
/** @typedef {Record<string, unknown>} Part */

const FIRST_SHARE = 0.52 // share of the height of the first of several charts
const GAP = 0.28 // gap to the chart above, as a share of a small chart's height
const MAX_TOOLTIP_LINES = 18 // maximum number of lines with values in the tooltip; more would cover the charts
const MAX_MARKERS = 60 // number of values below which they have markers, too
const FONT_SIZE = 13 // font size
const LEGEND_HEIGHT = 24 // height of the legend under the first title, in pixels
const FONT = "Inter, system-ui, sans-serif"

/**
 * Return the figure of a large chart, with others below it over the same x and one cursor through all.
 * @param {LargeChart[]} charts
 * @param {Look} look
 */
export function figureOf(charts, look) {
  const [{ x, xTitle, log, cursor }] = charts
  const bottom = charts.length > 1 ? 1 - FIRST_SHARE : 0
  const step = bottom / (charts.length - 1)
  const legendHeight = charts[0].series.length > 1 ? LEGEND_HEIGHT * look.times : 0
  const grid = { gridcolor: look.line, zerolinecolor: look.line, linecolor: look.line }
  /** @type {Part} */
  const layout = {
    ...baseLayout(look, legendHeight),
    xaxis: {
      title: { text: xTitle },
      anchor: `y${charts.length}`,
      ...grid,
      ...logAxis(log),
      ...SPIKES,
      rangemode: x.length > 1 ? "normal" : "nonnegative",
    },
    annotations: /** @type {Part[]} */ ([]),
    shapes:
      cursor === null
        ? []
        : [
            {
              type: "line",
              x0: cursor,
              x1: cursor,
              y0: 0,
              y1: 1,
              yref: "paper",
              line: { color: look.ink, width: 1.5, dash: "dot" },
            },
          ],
  }
  let valueCount = 0
  const data = charts.flatMap((chart, n) => {
    const domain = n ? [bottom - step * n, bottom - step * (n - 1 + GAP)] : [bottom, 1]
    layout[`yaxis${n ? n + 1 : ""}`] = {
      domain,
      nticks: n ? 4 : 8,
      rangemode: x.length > 1 ? "normal" : "tozero",
      ...grid,
      ...logAxis(chart.logY),
      ...(n && chart.logY ? { dtick: 1 } : {}), // room for powers of ten only
    }
    if (Array.isArray(layout.annotations))
      layout.annotations.push({
        text: chart.yTitle,
        x: 0,
        y: domain[1],
        yshift: n ? 0 : legendHeight,
        ...TITLE_POSITION,
      })
    const isSilent = n > 0 && valueCount + chart.series.length > MAX_TOOLTIP_LINES
    valueCount += isSilent ? 0 : chart.series.length
    return chart.series.map((line) => ({
      ...trace(line, x, isSilent),
      yaxis: `y${n ? n + 1 : ""}`,
      showlegend: !n && chart.series.length > 1,
    }))
  })
  return { data, layout }
}

const TITLE_POSITION = { xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", showarrow: false }
const SPIKES = { showspikes: true, spikemode: "across", spikethickness: 1, spikecolor: "#808895", spikedash: "solid" }

/** @param {boolean} log @returns {Part} */
const logAxis = (log) => (log ? { type: "log", exponentformat: "power" } : {})

/** @param {Look} look @param {number} above  distance between the first chart and its title, in pixels @returns {Part} */
const baseLayout = ({ ink, line, paper, points, times }, above) => ({
  separators: points,
  paper_bgcolor: "transparent",
  plot_bgcolor: "transparent",
  margin: { l: 60 * times, r: 44 * times, t: 34 * times + above, b: 50 * times },
  hovermode: "x unified",
  hoversubplots: "axis",
  font: { family: FONT, size: FONT_SIZE * times, color: ink },
  hoverlabel: { bgcolor: paper, bordercolor: line, font: { family: FONT, size: FONT_SIZE * times, color: ink } },
  legend: { orientation: "h", x: 0, xanchor: "left", y: 1, yanchor: "bottom" },
  modebar: { orientation: "v", bgcolor: "transparent", color: ink, activecolor: ink },
})

/**
 * Return the trace of a line. A silent line has no tooltip.
 * @param {LargeChart["series"][number]} line @param {ArrayLike<number>} x @param {boolean} silent @returns {Part}
 */
const trace = ({ label, values, dashed, hue }, x, silent) => ({
  type: "scatter",
  mode: x.length < MAX_MARKERS ? "lines+markers" : "lines",
  x: Array.from(x),
  y: Array.from(values),
  name: label,
  line: { color: LINE_COLOURS[hue % LINE_COLOURS.length], dash: dashed ? "dash" : "solid", width: 2 },
  ...(silent ? { hoverinfo: "skip" } : { hovertemplate: "%{y:.6g}" }),
})
