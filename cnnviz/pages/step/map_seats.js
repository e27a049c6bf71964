// The maps that the stage shows large are those of the strip themselves: each goes to where the picture has it, and back.

/** @import { Flight, Shown } from "../../view/draw/sheet.js" */
/** @import { Box, Plate } from "../../view/types/view.js" */

export const GLIDE = 600 // milliseconds
const MOST = 16 // channels that are seen to go: no eye follows more
const SIDES = /** @type {const} */ (["x", "y", "width", "height"])
const EASING = "cubic-bezier(.3, 0, .1, 1)"

export class Seats {
  /** @type {Map<string, Box>}  maps that are on the stage, and where */
  taken = new Map()
  /** @type {Map<Plate, Box>}  where maps lie in the strip, found once for a layout: to ask for it has the page laid out */
  homes = new Map()
  /** @type {Animation[]}  of maps on their way */
  glides = []

  /** @param {HTMLElement} stage what holds the picture */
  constructor(stage) {
    this.stage = stage
    this.area = /** @type {HTMLElement} */ (stage.closest(".content")) // of the stage and the strip
    this.area.addEventListener("scroll", () => this.homes.clear(), { capture: true }) // of a strip that is too wide
  }

  /** Tells whether a map can go there whole: one tile with the map's own rows, the picture of which is drawn cell by cell. @param {Plate | undefined} plate */
  static fits(plate) {
    const { face, numbers, symbol } = plate ?? {}
    if (face?.tiles !== 1 || !symbol || numbers?.maps[symbol].kind !== "map") return false
    return face.rows === numbers.shape(symbol).at(-2)
  }

  /** Puts the maps where the picture has them, the others back into the strip; whether any glides there. @param {Record<string, Plate>} plates @param {Shown[]} shown @param {boolean} gliding whether they are seen to go there @param {(plate: Plate) => boolean} [fits] which can */
  put(plates, shown, gliding, fits = Seats.fits) {
    const boxOf = (/** @type {Plate} */ plate) =>
      shown.find(({ symbol }) => fits(plate) && symbol === plate.symbol)?.box
    const all = Object.values(plates).map((plate) => ({ plate, box: boxOf(plate) }))
    const moving = all.filter(({ plate, box }) => this.isElsewhere(plate, box))
    if (!moving.length) return false
    this.land()
    const ways = gliding
      ? moving.map(({ plate, box }) => ({
          from: this.taken.get(plate.symbol) ?? this.homeOf(plate),
          to: box ?? this.homeOf(plate),
        }))
      : []
    for (const { plate, box } of moving) {
      const focused = document.activeElement === plate.canvas
      box ? this.seat(plate, box) : this.home(plate)
      if (focused) plate.canvas.focus({ preventScroll: true })
    }
    if (!gliding) return false
    this.glides = ways.map(({ from, to }, n) => glide(moving[n].plate.holder, from, to))
    this.area.dataset.gliding = "1"
    const [last] = this.glides
    last.finished.then(() => this.landed(last)).catch(() => {})
    return true
  }

  /** Tells whether a map is not where it is to be. @param {Plate} plate @param {Box | undefined} box */
  isElsewhere({ symbol, size }, box) {
    const now = this.taken.get(symbol)
    if (!now || !box) return now !== box
    return SIDES.some((side) => now[side] !== box[side]) || size[0] !== box.width
  }

  /** Finds where a map lies in the strip, in the stage's pixels. @param {Plate} plate @returns {Box} */
  homeOf(plate) {
    const slot = /** @type {Element} */ (plate.figure.querySelector(".slot"))
    const found =
      this.homes.get(plate) ?? boxWithin(slot, this.stage.getBoundingClientRect(), this.stage.currentCSSZoom)
    this.homes.set(plate, found)
    return found
  }

  /** All that are on their way arrive. */
  land() {
    for (const one of this.glides) one.finish()
    this.landed(this.glides[0])
  }

  /** @param {Animation | undefined} last */
  landed(last) {
    if (this.glides[0] !== last) return // others are on their way by now
    this.glides = []
    this.area.dataset.gliding = "0"
  }

  /** Forgets them: there is another network. */
  clear() {
    this.land()
    this.taken.clear()
    for (const old of this.stage.querySelectorAll(":scope > .plate")) old.remove()
  }

  /** @param {Plate} plate @param {Box} box */
  seat(plate, box) {
    const { holder, symbol } = plate
    const { x, y, width, height } = box
    this.taken.set(symbol, box)
    if (holder.parentElement !== this.stage) this.stage.prepend(holder)
    holder.style.cssText = `left:${x}px;top:${y}px;width:${width}px;height:${height}px`
    plate.resize([width, height])
  }

  /** @param {Plate} plate */
  home(plate) {
    const { holder, figure, symbol } = plate
    this.taken.delete(symbol)
    figure.querySelector(".slot")?.append(holder)
    holder.removeAttribute("style")
    plate.resize(plate.home)
  }
}

/** Where the channels of maps that have several come from, which go one by one: from the picture before, or from the strip. @param {HTMLCanvasElement} picture @param {Record<string, Plate>} plates @param {Shown[]} shown @param {Shown[]} before @param {string} image that is shown of several @returns {Flight[]} */
export function channelFlights(picture, plates, shown, before, image) {
  const several = shown.filter(({ symbol }) => (plates[symbol]?.channels.length ?? 0) > 1).slice(0, MOST)
  if (!several.length) return []
  const own = picture.getBoundingClientRect()
  const zoom = picture.currentCSSZoom
  return several.flatMap(({ symbol, at, box: to }) => {
    const old = before.find((each) => each.symbol === symbol && each.at[0] === at[0])
    if (old) return [{ from: old.box, to }]
    const isIt = (/** @type {HTMLElement} */ { dataset }) =>
      Number(dataset.channel) === at[0] && (dataset.image ?? image) === image
    const tile = plates[symbol].channels.find(isIt)
    return tile ? [{ from: boxWithin(tile, own, zoom), to }] : []
  })
}

/** Finds where an element lies in another, in its pixels. @param {Element} element @param {{ left: number, top: number }} from @param {number} zoom @returns {Box} */
export function boxWithin(element, from, zoom) {
  const { left, top, width, height } = element.getBoundingClientRect()
  return { x: (left - from.left) / zoom, y: (top - from.top) / zoom, width: width / zoom, height: height / zoom }
}

/** Lets an element go from where it was to where it is, in its own pixels. @param {HTMLElement} element @param {Box} from @param {Box} to */
function glide(element, from, to) {
  const move = `translate(${from.x - to.x}px, ${from.y - to.y}px)`
  const transform = `${move} scale(${from.width / to.width}, ${from.height / to.height})`
  const how = { transformOrigin: "0 0", zIndex: 3 }
  const frames = [
    { transform, ...how },
    { transform: "none", ...how },
  ]
  return element.animate(frames, { duration: GLIDE, easing: EASING })
}
