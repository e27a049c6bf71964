// Between which places of the whole network a number flows: from the cells that are read to the one that is made.

import { one } from "../model/patterns.js"

/** @import { Subject } from "./step.js" */
/** @import { Step } from "../types/view.js" */

/** Gives what flows, and under what; null where something of it is not on the screen. @param {Step} step @param {Subject} subject @returns {import("../draw/flow.js").Move | null} */
export function moveOf(step, { map, cell }) {
  const { numbers, plates, places } = step
  const plate = plates[map]
  if (!plate || !places[map] || !step.room) return null
  const put = (/** @type {string} */ symbol, /** @type {import("../model/layout.js").Box} */ box) => ({
    ...box,
    x: box.x + places[symbol].x,
    y: box.y + places[symbol].y,
  })
  const links = numbers.links(map).filter(({ source }) => source !== map && plates[source]?.face && places[source])
  const sources = links.flatMap((link) =>
    plates[link.source].boxes(numbers.reach(link, cell)).map((box) => put(link.source, box)),
  )
  const [target] = plate.boxes(cell.map(one))
  if (!target || !sources.length) return null
  const [width, height] = plate.size ?? [0, 0]
  return {
    sources,
    target: put(map, target),
    map: put(map, { x: 0, y: 0, width, height }),
    others: Object.keys(places)
      .filter((symbol) => symbol !== map || plate.prints()) // no line through digits
      .map((symbol) => {
        const [wide, tall] = plates[symbol].size ?? [0, 0]
        return put(symbol, { x: 0, y: 0, width: wide, height: tall })
      }),
    tone: step.tone(map),
  }
}
