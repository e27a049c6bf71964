// Assembly of a picture. Each part says in `data-enter` how it enters: "<motion> [<origin>] <at> [<duration>
// [<ratio>]]", where `origin` is the data-id of the part that it comes from or goes to, and times are shares of the
// assembly's duration.

/** @import { Box } from "../types/view.js" */
/** @typedef {(frame: { to: Box, from?: Box, ratio: number }) => Keyframe[]} Motion */

const EASING = "cubic-bezier(.2, .7, .2, 1)"
const FLIGHT = "cubic-bezier(.37, 0, .63, 1)" // sine in and out
const DURATION = 400 // milliseconds of an assembly, unless the picture says otherwise
export const GLIDE = 600 // milliseconds in which maps move to the stage, before
export const ASSEMBLY = GLIDE + DURATION // milliseconds until the picture is complete
const APPEARING = 200 // milliseconds in which the map that the stage computes appears at the end

/** @type {Record<string, { share: number, flies?: boolean, frames: Motion }>}  `share`: duration as a share of the assembly's */
const MOTIONS = {
  fly: { share: 0.375, flies: true, frames: ({ from, to }) => flight(from, to) },
  drop: { share: 0.12, flies: true, frames: ({ from, to }) => flight(from && under(from, to), to) },
  rise: { share: 0.15, frames: () => [{ scale: "1 0" }, { scale: "1 1" }] },
  stretch: { share: 0.15, frames: () => [{ scale: "0 1" }, { scale: "1 1" }] },
  fade: { share: 0.1, frames: () => [{ opacity: 0 }, { opacity: 1 }] },
  grow: { share: 0.3, frames: ({ ratio }) => [{ scale: ratio }, { scale: 1 }] },
  rise_and_fade: {
    share: 0.4,
    frames: () => [
      { opacity: 0, transform: "translateY(60%) scale(0.3)" },
      { opacity: 1, transform: "none", offset: 0.6 },
      { opacity: 1, transform: "none", offset: 0.75 },
      { opacity: 0, transform: "none" },
    ],
  },
  sink: { share: 0.5, flies: true, frames: ({ from, to, ratio }) => sinking(to, from ?? to, ratio) },
  vanish: { share: 0.1, frames: () => [{ opacity: 1 }, { opacity: 0 }] },
  draw: {
    share: 0.12,
    frames: () => [
      { strokeDasharray: 1, strokeDashoffset: 1 },
      { strokeDasharray: 1, strokeDashoffset: 0 },
    ],
  },
  flash: {
    share: 0.15,
    frames: () => [
      { outline: "0 solid transparent", outlineOffset: "-2px" },
      { outline: "3px solid #000", outlineOffset: "-2px", offset: 0.3 },
      { outline: "0 solid transparent", outlineOffset: "-2px" },
    ],
  },
}

/** Return a box of the size of `to` below `from`, where a part starts to fall. @param {Box} from @param {Box} to @returns {Box} */
const under = (from, to) => ({ ...to, x: from.x + (from.width - to.width) / 2, y: from.y + from.height })

/** @param {Box | undefined} from @param {Box} to @returns {Keyframe[]} */
function flight(from, to) {
  if (!from?.width) return [{ opacity: 0 }, { opacity: 1 }]
  const size = `scale(${from.width / (to.width || 1)}, ${from.height / (to.height || 1)})`
  const how = { transformOrigin: "0 0", zIndex: 4 }
  return [
    { transform: `translate(${from.x - to.x}px, ${from.y - to.y}px) ${size}`, opacity: 0, ...how },
    { opacity: 1, ...how, offset: 0.01 },
    { transform: "none", opacity: 1, ...how },
  ]
}

/** Let a part appear, shrink to a ratio of its size, and sink into the middle of another. @param {Box} own @param {Box} target @param {number} ratio @returns {Keyframe[]} */
function sinking(own, target, ratio) {
  const [x, y] = [own.width * 0.5 * (1 - ratio), own.height * 0.5 * (1 - ratio)]
  const [across, down] = [
    target.x + target.width / 2 - own.x - own.width / 2,
    target.y + target.height / 2 - own.y - own.height / 2,
  ]
  const small = `scale(${ratio})`
  return [
    { opacity: 0, transform: "none", zIndex: 4 },
    { opacity: 1, transform: "none", zIndex: 4, offset: 0.2 },
    { opacity: 1, transform: `translate(${x}px, ${y}px) ${small}`, zIndex: 4, offset: 0.5 },
    { opacity: 1, transform: `translate(${x + across}px, ${y + down}px) ${small}`, zIndex: 4, offset: 0.95 },
    { opacity: 0, transform: `translate(${x + across}px, ${y + down}px) ${small}`, zIndex: 4 },
  ]
}

/** Parse `data-enter`. @param {string} text */
export function parseEntry(text) {
  const [motion, ...words] = text.split(" ")
  const origin = words.length && Number.isNaN(Number(words[0])) ? words.shift() : undefined
  const [at = 0, share = MOTIONS[motion]?.share ?? 0, ratio = 1] = words.map(Number)
  return { motion, origin, at, share, ratio }
}

export class Assembly {
  /** @type {Animation[]} */
  animations = []

  /** @param {HTMLElement} picture its data-flying is "1" during an assembly @param {() => void} onLanded */
  constructor(picture, onLanded) {
    this.picture = picture
    this.onLanded = onLanded
  }

  /** Whether parts are under way, so that their boxes on screen differ from the layout's. */
  get isPlaying() {
    return this.animations.length > 0
  }

  /**
   * Play the assembly after a delay in milliseconds.
   * @param {(element: Element) => Box} boxOf @param {number} delay @param {Element[]} [results] elements that appear at the end @param {number} [duration] @param {{ part: Element, from: Box, to: Box }[]} [gliding] parts that move during the delay
   */
  play(boxOf, delay, results = [], duration = DURATION, gliding = []) {
    this.land()
    const parts = Array.from(this.picture.querySelectorAll(/** @type {"div"} */ ("[data-enter]:not([data-enter=''])")))
    const origins = new Map(
      Array.from(this.picture.querySelectorAll(/** @type {"div"} */ ("[data-id]")), (part) => [part.dataset.id, part]),
    )
    const entries = parts.map((part) => ({ part, ...parseEntry(part.dataset.enter ?? "") }))
    const planned = entries.map(({ part, motion, origin, at, share, ratio }) => {
      const { frames, flies = false } = MOTIONS[motion]
      const source = origin === undefined ? undefined : origins.get(origin)
      const from = source && boxOf(source)
      return {
        part,
        frames: frames({ to: flies ? boxOf(part) : NOWHERE, from, ratio }),
        at,
        share,
        easing: flies ? FLIGHT : EASING,
      }
    })
    const hold = /** @type {const} */ ({ fill: "backwards" })
    const animations = planned.map(({ part, frames, at, share, easing }) =>
      part.animate(frames, { ...hold, delay: delay + at * duration, duration: share * duration, easing }),
    )
    for (const { part, from, to } of gliding)
      animations.push(part.animate(flight(from, to), { duration: delay, easing: FLIGHT }))
    for (const result of results)
      animations.push(
        result.animate([{ opacity: 0 }, { opacity: 1 }], { ...hold, delay: delay + duration, duration: APPEARING }),
      )
    if (!animations.length) return
    this.animations = animations
    this.picture.dataset.flying = "1"
    Promise.all(animations.map(({ finished }) => finished)).then(
      () => animations === this.animations && this.land(),
      () => {}, // the picture has been removed
    )
  }

  /** Finish all animations at once. */
  land() {
    const { animations } = this
    this.animations = []
    for (const animation of animations) animation.finish()
    if (animations.length) this.onLanded()
    if (this.picture.dataset.flying !== "0") this.picture.dataset.flying = "0"
  }
}

const NOWHERE = { x: 0, y: 0, width: 0, height: 0 }
