// The whole network instead of the stage: shows the poster, opens the stages of its maps, and moves its maps when it
// grows out of the strip and when gradients open.

import { ACTIONS, run } from "../../view/controls/actions.js"
import { cssZoom } from "../../view/draw/css_zoom.js"
import { FONT_SIZES } from "../../view/draw/font_sizes.js"
import { say } from "../../view/model/words.js"
import { GLIDE } from "../../view/scene/motion.js"
import { poster, posterLayout } from "../../view/scene/pictures/poster.js"
import { closest, render } from "../../view/shell/html.js"
import { isPhone, isPortraitTablet, prefersReducedMotion } from "../../view/shell/media_queries.js"

/** @import { Step } from "../../view/types/view.js" */
/** @typedef {import("../../view/scene/pictures/poster.js").PosterWords} PosterWords */

const FLIGHT = "cubic-bezier(.37, 0, .63, 1)" // sine in and out
const EASING = "cubic-bezier(.2, .7, .2, 1)"
const SLIDE = 300 // milliseconds in which a gradient slides out,
const APART = 80 // each after the one to its right
const DROP = 32 // pixels that it slides

export class PosterView {
  isShown = false
  isOpen = false // whether gradients are shown
  layoutKey = ""
  /** @type {import("../../view/model/layout/poster.js").Poster | undefined} */
  layout = undefined
  /** @type {Animation[]} */
  animations = []
  /** @type {PosterWords} */
  words = { title: "", note: "", button: "", way: "" }

  /** @param {Step} step */
  constructor(step) {
    this.step = step
    this.element = step.view.$(".poster")
    this.element.addEventListener("click", (event) => {
      const { way, poster: symbol } = closest(event, "[data-way], [data-poster]")?.dataset ?? {}
      if (way === "next") run(step.view, ACTIONS.find(({ name }) => name === "stage_next") ?? ACTIONS[0])
      else if (way || symbol === "L") this.turn()
      else if (symbol) step.visit(symbol)
    })
  }

  /** Show the gradients, or only the values again. */
  turn() {
    const { view, numbers } = this.step
    const { stages } = numbers
    view.player.pause()
    const lastStage = stages.findLast(({ phase }) => phase === "backward")
    view.go({ stage: this.isOpen ? "L" : (lastStage?.symbol ?? "L") })
  }

  /** Remove the poster: a stage is shown. */
  hide() {
    if (!this.isShown) return
    this.land()
    this.isShown = false
    this.layoutKey = ""
    render("", this.element)
    this.element.hidden = true
  }

  /** Finish all animations at once. */
  land() {
    for (const animation of this.animations.splice(0)) animation.finish()
  }

  draw() {
    const { step, element } = this
    const { numbers, view } = step
    const { makes, inputs, phase } = numbers.said[view.stage]
    const wasShown = this.isShown
    const origins = wasShown ? this.boxes() : this.stripBoxes()
    const previous = this.layout
    element.hidden = false
    this.isShown = true
    this.isOpen = phase === "backward" || phase === "update"
    const smallest = Number.parseFloat(getComputedStyle(element).getPropertyValue("--small"))
    const sheet = {
      textScale: smallest / FONT_SIZES.small,
      width: element.clientWidth,
      height: this.height,
      isPhone: isPhone() || isPortraitTablet(),
      isOpen: this.isOpen,
    }
    const layoutKey = `${step.overview.key} ${Object.values(sheet)}`
    const isNew = layoutKey !== this.layoutKey
    if (isNew) this.layout = posterLayout(numbers, sheet)
    this.layoutKey = layoutKey
    this.words = this.wordsOf()
    const role = (/** @type {string} */ symbol) =>
      makes.includes(symbol) ? "now" : inputs.includes(symbol) ? "input" : ""
    const layout = /** @type {import("../../view/model/layout/poster.js").Poster} */ (this.layout)
    const reason = (/** @type {string} */ symbol) => step.hiddenReason(symbol)
    const { isOpen, words } = this
    render(
      poster({
        numbers,
        layout,
        done: step.computedCount,
        role,
        reason,
        words,
        isPhone: sheet.isPhone,
        isOpen,
        smallest,
      }),
      element,
    )
    if (view.root.classList.contains("still"))
      this.land() // a saved picture is at rest
    else if (prefersReducedMotion() || !isNew) return
    else if (!wasShown && step.layoutKey) this.fly(origins, 0)
    else if (wasShown && previous && isOpen !== previous.groups.some(({ band }) => band === "gradients"))
      this.fly(origins, isOpen ? GLIDE : 0)
  }

  /** The height of the poster. On phones it is as high as it needs to be. */
  get height() {
    const { element } = this
    if (!isPhone()) return element.clientHeight
    const { top } = element.getBoundingClientRect()
    return innerHeight / cssZoom(element) - Math.max(0, top + scrollY) / cssZoom(element)
  }

  /** Return the boxes of the maps in the strip and on the stage. @returns {Map<string, DOMRect>} */
  stripBoxes() {
    const { root } = this.step.view
    if (prefersReducedMotion()) return new Map()
    root.classList.remove("whole")
    const boxes = Object.values(this.step.plates).map(
      ({ symbol, canvas }) => /** @type {[string, DOMRect]} */ ([symbol, canvas.getBoundingClientRect()]),
    )
    root.classList.add("whole")
    return new Map(boxes)
  }

  /** Return the boxes of the poster's maps. @returns {Map<string, DOMRect>} */
  boxes() {
    const maps = this.element.querySelectorAll(/** @type {"button"} */ ("[data-poster]"))
    return new Map(Array.from(maps, (map) => [map.dataset.poster ?? "", map.getBoundingClientRect()]))
  }

  /**
   * Move maps from their previous boxes; the others appear after `delay` milliseconds, from right to left.
   * @param {Map<string, DOMRect>} origins @param {number} delay
   */
  fly(origins, delay) {
    this.land()
    const zoom = cssZoom(this.element)
    const maps = Array.from(this.element.querySelectorAll(/** @type {"button"} */ ("[data-poster]")))
    const lastOrder = Math.max(...maps.map(({ dataset }) => Number(dataset.order ?? 0)))
    const boxes = maps.map((map) => map.getBoundingClientRect())
    const fillOptions = /** @type {const} */ ({ fill: "backwards" })
    const animations = maps.map((map, n) => {
      const [from, to] = [origins.get(map.dataset.poster ?? ""), boxes[n]]
      if (from?.width && to.width) {
        const move = `translate(${(from.left - to.left) / zoom}px, ${(from.top - to.top) / zoom}px)`
        const size = `scale(${from.width / to.width}, ${from.height / to.height})`
        const frames = [
          { transform: `${move} ${size}`, transformOrigin: "0 0", zIndex: 2 },
          { transform: "none", transformOrigin: "0 0", zIndex: 2 },
        ]
        return map.animate(frames, { duration: GLIDE, easing: FLIGHT })
      }
      const frames = [
        { opacity: 0, translate: `0 ${-DROP}px` },
        { opacity: 1, translate: "0 0" },
      ]
      const wait = delay + APART * (lastOrder - Number(map.dataset.order ?? lastOrder))
      return map.animate(frames, { ...fillOptions, duration: SLIDE, delay: wait, easing: EASING })
    })
    const captions = this.element.querySelectorAll(".ways-of, .head-of, .sign-of, header, .note")
    for (const part of captions) {
      const wait = GLIDE + (delay && part.matches(".ways-of") ? APART * lastOrder : 0) // ribbons lead to gradients that are there
      const appear = [{ opacity: 0 }, { opacity: 1 }]
      animations.push(part.animate(appear, { ...fillOptions, duration: SLIDE, delay: wait, easing: EASING }))
    }
    this.animations = animations
  }

  /** @returns {PosterWords} */
  wordsOf() {
    const { step, isOpen } = this
    const { numbers, view } = step
    const lastStage = numbers.stages.findLast(({ phase }) => phase === "backward")
    const isComplete = step.computedCount(isOpen && lastStage ? lastStage.symbol : "L") > 0
    if (isComplete && isOpen)
      return { title: say("web.poster.back"), note: say("web.poster.signs"), button: "", way: "" }
    if (isComplete)
      return {
        title: say("web.poster.title", { pixels: numbers.count("x"), n: numbers.count("o") }),
        note: say("web.poster.targets"),
        button: lastStage ? say("web.poster.way_back") : "",
        way: lastStage ? "back" : "",
      }
    const { order } = step
    const nextStage = numbers.said[view.veiled ? view.stage : (order[order.indexOf(view.stage) + 1] ?? view.stage)]
    const title = nextStage.title.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase())
    return {
      title: say("web.poster.next", { title }),
      note: say("web.poster.frames"),
      button: say("web.step.more"),
      way: "next",
    }
  }
}
