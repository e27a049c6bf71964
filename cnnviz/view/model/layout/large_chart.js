// Data of enlarged charts: which ones share an x axis, and the loss so far.

import { say } from "../words.js"

/** @import { ChartData } from "../../types/view.js" */
/** @typedef {Omit<ChartData, "x" | "words" | "name"> & { x: ArrayLike<number> }} LargeChart */

/** Return whether two charts have the same x values. @param {LargeChart} a @param {LargeChart} b */
export const sameAcross = (a, b) => a.x.length === b.x.length && Array.from(a.x).every((x, n) => x === b.x[n])

/** Return the chart of the loss after each update so far. @param {ArrayLike<number>} values @returns {LargeChart} */
export function lossChart(values) {
  const k = values.length - 1
  const series = [{ label: "L", values: Array.from(values), dashed: false, hue: 0 }]
  const x = Array.from(values, (_, update) => update)
  return {
    title: `L · ${say("web.status.update", { k })}`,
    x,
    series,
    xTitle: say("ui.charts.updates"),
    yTitle: "L",
    log: false,
    logY: false,
    cursor: null,
  }
}
