// How data moves when a stage is made: from the cells that are read, by way of the picture below, to the one that is made.

import { colour } from "../model/colour.js"
import { one } from "../model/links.js"

/** @import { Step, Subject } from "./step.js" */

/** What flies, and over what; null where something of it is not on the screen. @param {Step} step @param {Subject} subject @returns {import("../draw/flow.js").Move | null} */
export function moveOf(step, { map, cell }) {
  const { numbers, plates, places } = step
  const plate = plates[map]
  if (!plate || !places[map] || !step.room) return null
  const put = (/** @type {string} */ symbol, /** @type {import("../draw/flow.js").Box} */ box) => ({
    ...box,
    x: box.x + places[symbol].x,
    y: box.y + places[symbol].y,
  })
  const links = numbers.links(map).filter(({ source }) => source !== map && plates[source]?.face && places[source])
  const sources = links.flatMap((link) => {
    const { canvas } = plates[link.source]
    const scale = canvas.width / (plates[link.source].size?.[0] ?? canvas.width)
    return plates[link.source].boxes(numbers.reach(link, cell)).map((box) => ({
      box: put(link.source, box),
      image: canvas,
      cut: { x: box.x * scale, y: box.y * scale, width: box.width * scale, height: box.height * scale },
    }))
  })
  const [target] = plate.boxes(cell.map(one))
  if (!target || !sources.length) return null
  const [width, height] = plate.size ?? [0, 0]
  const value = numbers.at(map, cell)
  return {
    sources,
    target: put(map, target),
    map: put(map, { x: 0, y: 0, width, height }),
    others: Object.keys(places)
      .filter((symbol) => symbol !== map)
      .map((symbol) => {
        const [wide, tall] = plates[symbol].size ?? [0, 0]
        return put(symbol, { x: 0, y: 0, width: wide, height: tall })
      }),
    panel: { x: 0, y: 0, ...step.room },
    back: numbers.maps[map].band === "gradients" && !links.some(({ pattern }) => pattern === "touched"),
    value,
    paint: colour(value, plate.limits, plate.scale),
    tone: step.tone(map),
    paper: step.palette?.paper ?? "#fff",
  }
}
