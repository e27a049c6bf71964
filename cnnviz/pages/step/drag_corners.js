// During a drag, each changing map shows a corner of its previous state.

import { say } from "../../view/model/words.js"

/** @import { Step } from "../../view/types/view.js" */

const SHARE = 1 / 3 // of a side
const [LEAST, NAMED] = [40, 160] // least size in pixels of a map with a corner, and of one with a label in it

/** Add the corners and return a function that removes them. @param {Step} step */
export function corners(step) {
  const changing = Object.values(step.plates).filter(({ symbol, size, received }) => {
    const { band, kind } = step.numbers.maps[symbol]
    const fixed = symbol === "x" || symbol === "y" || band === "parameters"
    return received && !fixed && kind === "map" && Math.min(...size) >= LEAST && !step.isAhead(symbol)
  })
  const made = changing.map(({ canvas, holder, size }) => {
    const corner = document.createElement("div")
    corner.className = "corner-before"
    corner.setAttribute("aria-hidden", "true")
    const copy = document.createElement("canvas")
    const [width, height] = [canvas.width * SHARE, canvas.height * SHARE].map(Math.round)
    Object.assign(copy, { width, height })
    copy.getContext("2d")?.drawImage(canvas, 0, 0, width, height, 0, 0, width, height)
    corner.append(copy)
    corner.style.cssText = `width:${size[0] * SHARE}px;height:${size[1] * SHARE}px`
    if (Math.min(...size) >= NAMED)
      corner.append(Object.assign(document.createElement("span"), { textContent: say("web.drag.before") }))
    holder.append(corner)
    return corner
  })
  return () => {
    for (const corner of made) corner.remove()
  }
}
