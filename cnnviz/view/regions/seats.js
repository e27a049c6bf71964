// The maps that the stage shows large are those of the strip themselves: each goes to where the picture has it, and back.

/** @import { Plate } from "../draw/plate.js" */
/** @import { Shown } from "../draw/pen.js" */

export class Seats {
  /** @type {Map<string, string>}  maps that are on the stage, and where */
  taken = new Map()

  /** @param {HTMLElement} stage what holds the picture */
  constructor(stage) {
    this.stage = stage
  }

  /** Whether a map can go there whole: one tile, the picture of which is drawn cell by cell. @param {Plate | undefined} plate */
  static fits(plate) {
    return plate?.face?.tiles === 1 && plate.numbers?.maps[plate.symbol].kind === "map"
  }

  /** Puts the maps where the picture has them, the others back into the strip. @param {Record<string, Plate>} plates @param {Shown[]} shown */
  put(plates, shown) {
    for (const [symbol, plate] of Object.entries(plates)) {
      const seat = Seats.fits(plate) ? shown.find((each) => each.symbol === symbol) : undefined
      const place = seat ? Object.values(seat.box).join(" ") : ""
      if ((this.taken.get(symbol) ?? "") === place && (!seat || plate.size[0] === seat.box.width)) continue
      place ? this.taken.set(symbol, place) : this.taken.delete(symbol)
      const focused = document.activeElement === plate.canvas
      seat ? this.seat(plate, seat.box) : home(plate)
      if (focused) plate.canvas.focus({ preventScroll: true })
    }
  }

  /** Forgets them: there is another network. */
  clear() {
    this.taken.clear()
    for (const old of this.stage.querySelectorAll(":scope > .plate")) old.remove()
  }

  /** @param {Plate} plate @param {import("../model/layout.js").Box} box */
  seat(plate, { x, y, width, height }) {
    const { holder } = plate
    if (holder.parentElement !== this.stage) this.stage.prepend(holder)
    Object.assign(holder.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` })
    plate.resize([width, height])
  }
}

/** @param {Plate} plate */
function home(plate) {
  const { holder, figure, size } = plate
  figure.querySelector(".slot")?.append(holder)
  holder.removeAttribute("style")
  plate.resize(plate.home ?? size)
}
