// Moves the strip's maps to the diagram and back, animated by the FLIP technique.

import { cssZoom } from "../../view/draw/css_zoom.js"
import { GLIDE } from "../../view/scene/motion.js"

/** @import { Flight, Shown } from "../../view/scene/scene.js" */
/** @import { Box, Plate } from "../../view/types/view.js" */

const MAX_CHANNELS = 16 // maximal number of animated channels
const SIDES = /** @type {const} */ (["x", "y", "width", "height"])
const EASING = "cubic-bezier(.3, 0, .1, 1)"

export class StageTransitions {
  /** @type {Map<string, Box>}  boxes of the maps on the stage */
  stageBoxes = new Map()
  /** @type {Map<Plate, Box>}  boxes of the maps in the strip, measured once for each layout */
  stripBoxes = new Map()
  /** @type {Animation[]}  running animations */
  animations = []

  /** @param {HTMLElement} stage the element around the diagram */
  constructor(stage) {
    this.stage = stage
    this.area = /** @type {HTMLElement} */ (stage.closest(".content")) // around the stage and the strip
    this.area.addEventListener("scroll", () => this.stripBoxes.clear(), { capture: true }) // a wide strip scrolls
  }

  /**
   * Return whether a map can move to the diagram: a single tile with the map's rows, which is drawn cell by cell.
   * @param {Plate | undefined} plate
   */
  static fits(plate) {
    const { face, numbers, symbol } = plate ?? {}
    if (face?.tiles !== 1 || !symbol || numbers?.maps[symbol].kind !== "map") return false
    return face.rows === numbers.shape(symbol).at(-2)
  }

  /**
   * Move maps to their boxes in the diagram, and the others back to the strip. Return whether any is animated.
   * @param {Record<string, Plate>} plates @param {Shown[]} shown @param {boolean} gliding whether to animate @param {string} [result] the map that the stage computes, which appears at the end of the assembly instead
   */
  moveMaps(plates, shown, gliding, result = "") {
    const boxOf = (/** @type {Plate} */ plate) =>
      shown.find(({ symbol }) => StageTransitions.fits(plate) && symbol === plate.symbol)?.box
    const entries = Object.values(plates).map((plate) => ({ plate, box: boxOf(plate) }))
    const moving = entries.filter(({ plate, box }) => this.needsMove(plate, box))
    if (!moving.length) return false
    this.finish()
    const glidingMaps = gliding ? moving.filter(({ plate }) => plate.symbol !== result) : []
    const routes = glidingMaps.length
      ? glidingMaps.map(({ plate, box }) => ({
          from: this.stageBoxes.get(plate.symbol) ?? this.stripBox(plate),
          to: box ?? this.stripBox(plate),
        }))
      : []
    for (const { plate, box } of moving) {
      const hadFocus = document.activeElement === plate.canvas
      box ? this.moveToStage(plate, box) : this.home(plate)
      if (hadFocus) plate.canvas.focus({ preventScroll: true })
    }
    if (!routes.length) return false
    this.animations = routes.map(({ from, to }, n) => animateMove(glidingMaps[n].plate.holder, from, to))
    this.area.dataset.gliding = "1"
    const [last] = this.animations
    last.finished.then(() => this.onFinished(last)).catch(() => {})
    return true
  }

  /**
   * Return whether a map has to move to reach `box`, or the strip if that is undefined.
   * @param {Plate} plate @param {Box | undefined} box
   */
  needsMove({ symbol, size }, box) {
    const current = this.stageBoxes.get(symbol)
    if (!current || !box) return current !== box
    return SIDES.some((side) => current[side] !== box[side]) || size[0] !== box.width
  }

  /** Return a map's box in the strip, in the stage's pixels. @param {Plate} plate @returns {Box} */
  stripBox(plate) {
    const slot = /** @type {Element} */ (plate.figure.querySelector(".slot"))
    const box = this.stripBoxes.get(plate) ?? boxWithin(slot, this.stage.getBoundingClientRect(), cssZoom(this.stage))
    this.stripBoxes.set(plate, box)
    return box
  }

  /** Finish all animations. */
  finish() {
    for (const animation of this.animations) animation.finish()
    this.onFinished(this.animations[0])
  }

  /** @param {Animation | undefined} last */
  onFinished(last) {
    if (this.animations[0] !== last) return // newer animations are running
    this.animations = []
    this.area.dataset.gliding = "0"
  }

  /** Remove all maps from the stage: the network has changed. */
  clear() {
    this.finish()
    this.stageBoxes.clear()
    for (const oldPlate of this.stage.querySelectorAll(":scope > .plate")) oldPlate.remove()
  }

  /** @param {Plate} plate @param {Box} box */
  moveToStage(plate, box) {
    const { holder, symbol } = plate
    const { x, y, width, height } = box
    this.stageBoxes.set(symbol, box)
    if (holder.parentElement !== this.stage) this.stage.prepend(holder)
    holder.style.cssText = `left:${x}px;top:${y}px;width:${width}px;height:${height}px`
    plate.resize([width, height])
  }

  /** @param {Plate} plate */
  home(plate) {
    const { holder, figure, symbol } = plate
    this.stageBoxes.delete(symbol)
    figure.querySelector(".slot")?.append(holder)
    holder.removeAttribute("style")
    plate.resize(plate.home)
  }
}

/**
 * Return the animations of single channels, from the previous diagram or from the strip.
 * @param {HTMLElement} picture @param {Record<string, Plate>} plates @param {Shown[]} shown @param {Shown[]} before @param {string} image the shown image of a batch @returns {Flight[]}
 */
export function channelFlights(picture, plates, shown, before, image) {
  const channels = shown.filter(({ symbol }) => (plates[symbol]?.channels.length ?? 0) > 1).slice(0, MAX_CHANNELS)
  if (!channels.length) return []
  const pictureBox = picture.getBoundingClientRect()
  const zoom = cssZoom(picture)
  return channels.flatMap((shownChannel) => {
    const { symbol, at, box: to } = shownChannel
    const previous = before.find((each) => each.symbol === symbol && each.at[0] === at[0])
    if (previous) return [{ ...shownChannel, from: previous.box, to }]
    const isTile = (/** @type {HTMLElement} */ { dataset }) =>
      Number(dataset.channel) === at[0] && (dataset.image ?? image) === image
    const tile = plates[symbol].channels.find(isTile)
    return tile ? [{ ...shownChannel, from: boxWithin(tile, pictureBox, zoom), to }] : []
  })
}

/**
 * Return an element's box relative to another's origin, in its pixels.
 * @param {Element} element @param {{ left: number, top: number }} from @param {number} zoom @returns {Box}
 */
function boxWithin(element, from, zoom) {
  const { left, top, width, height } = element.getBoundingClientRect()
  return { x: (left - from.left) / zoom, y: (top - from.top) / zoom, width: width / zoom, height: height / zoom }
}

/**
 * Animate an element from its previous box to its current one.
 * @param {HTMLElement} element @param {Box} from @param {Box} to
 */
function animateMove(element, from, to) {
  const move = `translate(${from.x - to.x}px, ${from.y - to.y}px)`
  const transform = `${move} scale(${from.width / to.width}, ${from.height / to.height})`
  const style = { transformOrigin: "0 0", zIndex: 3 }
  const frames = [
    { transform, ...style },
    { transform: "none", ...style },
  ]
  return element.animate(frames, { duration: GLIDE, easing: EASING })
}
