// The Step page: the network's maps in a strip, the diagram of the current stage, its explanation, and the selection.

import { fillKernel } from "../../view/controls/network_controls.js"
import { bindMeanings, meaningPopover } from "../../view/dialogs/glossary_popover.js"
import { zoomInto } from "../../view/dialogs/map_table.js"
import { Overview } from "../../view/draw/overview.js"
import { paletteOf } from "../../view/draw/theme.js"
import { singleIndex } from "../../view/model/explain/cell_links.js"
import { detailsOf } from "../../view/model/explain/meanings.js"
import { axisOf, neighbourOf } from "../../view/model/layout/neighbours.js"
import { escapeHtml } from "../../view/model/numbers/format.js"
import { Numbers } from "../../view/model/numbers/numbers.js"
import { tableOf, windowsOf } from "../../view/model/numbers/table_sources.js"
import { COMPUTED } from "../../view/model/state/address.js"
import { NetworkFocus } from "../../view/model/state/network_focus.js"
import { say } from "../../view/model/words.js"
import { bindCells } from "../../view/pointer/cell_pointer.js"
import { bindFinger } from "../../view/pointer/finger.js"
import { Loupe } from "../../view/pointer/loupe.js"
import { bindPicture, mapUnder } from "../../view/pointer/picture_pointer.js"
import { bindPinch } from "../../view/pointer/pinch.js"
import { GLIDE } from "../../view/scene/motion.js"
import { pictureOf } from "../../view/scene/pictures.js"
import { SceneView } from "../../view/scene/scene_view.js"
import { closest } from "../../view/shell/html.js"
import { isPhone, isTouch, prefersReducedMotion } from "../../view/shell/media_queries.js"
import { Content } from "../../view/shell/page.js"
import { Dragging } from "./drag.js"
import { KernelField } from "./kernel_field.js"
import { channelFlights, StageTransitions } from "./map_seats.js"
import { Missions } from "./missions.js"
import { Story } from "./opening/story.js"
import { PosterView } from "./poster_view.js"
import { Predicting } from "./predicting.js"
import { exactTable, requestExact, requestRaised } from "./step_inquiry.js"
import { layOut, lowerRoom, roomOf, scrollStrip, uprightRoom } from "./step_layout.js"
import { markCells, markMaps } from "./step_marks.js"
import { briefOf, fillDragHint, fillStepper, fillWords, fitWords, spokenOf, writeWords } from "./step_words.js"

/** @import { Answer, Cell, Plate, StepAnswer, View } from "../../view/types/view.js" */
/** @typedef {{ map: string, cell: Cell }} Subject  the explained cell; "update" is the first parameter's step */

const SAY_EVERY = 60 // milliseconds: faster changes are unreadable
const SLIDE = 9000 // milliseconds of the kernel's slide over the image
const WEIGHT = 700 // milliseconds for each weight of a filter

const FRAME = () => `
  <section class="explain" aria-label="${escapeHtml(say("web.frame.explanation"))}">
    <div class="text" tabindex="-1"><div class="tools"><div class="stepper" hidden></div></div></div>
    <div class="drawn"><div class="roll"><div class="scene"></div></div></div>
    <div class="foot"></div><p class="holds" hidden></p>
  </section>
  <div class="maps overview"></div>
  <div class="poster" hidden></div>${meaningPopover()}`

export class Step extends Content {
  /** @override */
  static asked = COMPUTED
  /** @override */
  static reveals = true
  /** @override */
  static tabulates = true

  cells = new NetworkFocus()
  /** @override */
  focus = this.cells
  explainedAt = 0
  layoutKey = "" // state of the last layout
  hasStageChanged = false // whether the stage has changed since the last draw
  /** @type {string[]} */
  order = []
  kernelField = new KernelField(this)
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  restTimer = undefined
  /** @type {import("../../view/scene/scene.js").Drawn}  boxes in the diagram */
  picture = { spots: [], fields: [], shown: [] }
  /** @type {unknown[]}  what the diagram was drawn from */
  diagramInputs = []
  /** @type {{ of: unknown[], by: number }}  reduction of the height of a phone's diagram, and the state that it belongs to */
  lowered = { of: [], by: 0 }
  scrolledTo = "" // the map to which the strip was scrolled
  /** @type {Set<HTMLElement>}  elements of maps and channels that the diagram shows */
  raisedElements = new Set()
  /** @type {(() => void) | undefined}  starts the diagram's animation after the draw */
  startAnimation = undefined
  explainedSymbol = "" // the map whose explanation was opened last
  /** @type {Numbers | undefined} */
  received = undefined

  /** @param {View} view */
  constructor(view) {
    super(view)
    view.root.classList.add("steps")
    view.$(".content").innerHTML = FRAME()
    writeWords(view)
    this.overview = new Overview(view.$(".overview"))
    this.loupe = new Loupe(view.root)
    this.poster = new PosterView(this)
    bindMeanings(view, (id, symbol) => this.meaning(id, symbol))
    this.predicting = new Predicting(this)
    this.missions = new Missions(view)
    const finishTransition = () => {
      this.transitions.finish()
      this.sceneView.assembly.land()
      this.poster.land()
    } // any key or click ends the animations
    for (const event of ["keydown", "pointerdown"])
      addEventListener(event, finishTransition, { capture: true, signal: view.stop.signal })
    this.transitions = new StageTransitions(view.$(".drawn"))
    this.sceneView = new SceneView(view.$(".drawn"), view.$(".drawn .scene"))
    this.story = new Story(this)
    this.dragging = new Dragging(this) // before the listeners that handle hovering
    bindPicture(this, view.$(".drawn"))
    const wheel = (/** @type {WheelEvent} */ event) =>
      event.deltaY < 0 && enlargeAt(this, event) && event.preventDefault()
    this.area.addEventListener("wheel", wheel, { passive: false })
    bindPinch(view.$(".content"), view.stop.signal, (by, where) => by > 1 && enlargeAt(this, where))
    view.$(".overview").addEventListener("click", (event) => {
      const { map, image } = closest(event, "[data-map]")?.dataset ?? {}
      if (map && this.isAhead(map)) this.visit(map)
      else if (image && image !== (this.numbers.answer.lesson.image ?? "0")) view.go({ image })
    })
    view.$(".stepper").addEventListener("click", (event) => {
      const { turn, image, thrown } = closest(event, "[data-turn], [data-image], [data-thrown]")?.dataset ?? {}
      if (thrown) this.sceneView.drawAgain()
      if (turn) this.turn(Number(turn))
      if (image) view.go({ image })
    })
  }

  get numbers() {
    if (!this.received) throw new Error("step: nothing has been received yet")
    return this.received
  }

  /** @override @param {Answer} answer */
  receive(answer) {
    this.dragging.end() // another participant has gone on
    this.received = new Numbers(/** @type {StepAnswer} */ (answer))
    this.missions.receive(this.numbers.answer.missions)
    this.order = this.numbers.stages.map(({ symbol }) => symbol)
    this.cells.receive(this.numbers)
    for (const map of this.order) requestExact(this, { map, cell: this.cells.own(this.mainMap(map)) }, () => {}) // prefetch exact weights without a redraw
    if (!this.overview.receive(this.numbers)) return
    this.transitions.clear()
    for (const plate of Object.values(this.plates)) this.bindPlate(plate)
  }

  /** Show numbers of the same network that do not belong to the address. @param {Numbers} numbers */
  showNumbers(numbers) {
    this.received = numbers
    this.overview.receive(numbers)
  }

  /** Return a number's name for display: "f[1,1]". @param {string} along */
  nameOf(along) {
    const [symbol, at] = along.split(":")
    return symbol === "lr" ? "η" : `${this.numbers.maps[symbol].label}[${at}]`
  }

  /** Make a map's cells selectable. @param {Plate} plate */
  bindPlate(plate) {
    const { canvas, symbol } = plate
    bindFinger(this, plate)
    bindCells(this, {
      canvas,
      area: /** @type {HTMLElement} */ (canvas.parentElement),
      symbol,
      open: () => plate.received,
      at: (x, y) => plate.cell(x, y),
      neighbour: (cell, down, right) => this.neighbour(symbol, cell, down, right),
    })
  }

  /** @override */
  ahead() {
    return this.story.telling ? [] : super.ahead() // the opening requests its updates itself
  }

  /** @override @param {string} map */
  cellOf(map) {
    return this.received ? this.cells.own(map) : []
  }

  /** Whether the whole network is shown instead of one operation. */
  get isWhole() {
    return this.view.kind.reveals && this.view.look.whole === "1"
  }

  get plates() {
    return this.overview.plates
  }

  /**
   * Return the meaning of a symbol in this network, with its numbers if they are visible; undefined for other terms.
   * @param {string} id @param {string} symbol
   */
  meaning(id, symbol) {
    this.explainedSymbol = symbol
    if (!this.received?.maps[symbol]) return undefined
    const isMapOpen = this.isOpen(symbol) && !this.hasUnknownMistake(symbol)
    return detailsOf(this.received, id, symbol, isMapOpen ? this.cells.own(symbol) : undefined)
  }

  // ---- selection

  /** Return whether a map is not computed yet at this stage. @param {string} symbol @override */
  isAhead(symbol) {
    const { stage, veiled } = this.view
    return (
      this.dragging.isHatched(symbol)
      ?? this.numbers.stageIndexOf(symbol) > this.order.indexOf(stage) - (veiled ? 1 : 0)
    )
  }

  /** Return how many cells of each channel of a map are computed so far. @param {string} symbol */
  computedCount = (symbol) => (this.isAhead(symbol) ? 0 : this.view.player.computedCount(symbol))

  /** Return whether a map's numbers are hidden until they are revealed or predicted. @param {string} symbol */
  isMasked(symbol) {
    return this.view.veiled && (symbol === "update" || this.isAhead(symbol))
  }

  /** The map that is explained, or "" if it is hidden. @override */
  get large() {
    const map = this.explainedMap
    return this.isMasked(map) ? "" : map
  }

  /** The map whose explanation is open, or the selected one. */
  get explainedMap() {
    return this.view.$(".meaning").matches(":popover-open") && this.explainedSymbol
      ? this.explainedSymbol
      : this.subject().map
  }

  /** @override @param {string} symbol */
  isOpen(symbol) {
    return super.isOpen(symbol) || this.predicting.isSelectable(symbol)
  }

  /** @override */
  arrive() {
    this.predicting.arrive()
  }

  /**
   * Pin a cell. For maps that the stage does not show, go to their stage.
   * @override @param {string} map @param {Cell} cell
   */
  pin(map, cell) {
    if (this.predicting.answerByClick(map, cell)) return
    if (!this.onStage(map)) return this.visit(map)
    super.pin(map, cell)
    if (!this.kernelField.isEditable(map) || !this.cells.pinned) return
    const [box] = this.plates[map].boxes(cell.map(singleIndex))
    const holder = /** @type {HTMLElement} */ (this.plates[map].canvas.parentElement)
    if (box) this.kernelField.open(map, cell, holder, box)
  }

  /** @override @param {string} map @param {Cell} cell */
  reach(map, cell) {
    if (!(map in this.numbers.maps)) return
    if (this.isWhole || !this.onStage(map)) this.visit(map)
    this.cells.release()
    super.pin(map, cell)
  }

  /** Return whether the stage shows a map. @param {string} map */
  onStage(map) {
    const { makes, inputs } = this.numbers.said[this.view.stage]
    return makes.includes(map) || inputs.includes(map) || this.cells.pinned?.map === map
  }

  /** Go to the stage that computes a map, or to the first that reads it. @param {string} map */
  visit(map) {
    const { view } = this
    view.player.pause()
    this.cells.release()
    if (this.isWhole) view.dispatch({ type: "looked", change: { whole: "" } })
    const stage = this.order.includes(map) ? map : this.order[this.numbers.stageIndexOf(map)]
    const reader = this.numbers.stages.find(({ inputs }) => inputs.includes(map))?.symbol
    const isComputed = this.numbers.stages.some(({ symbol, makes }) => symbol !== "update" && makes.includes(map))
    view.go({ stage: isComputed || map === "dx" ? stage : (reader ?? stage) })
    if (map === "dx") super.pin(map, this.cells.own(map)) // it has no stage of its own
  }

  /** @returns {Subject} */
  subject() {
    const { stage, player } = this.view
    if (player.cell && !this.cells.hover) return { map: stage, cell: player.cell }
    return this.cells.pointed ?? { map: stage, cell: this.cells.own(this.mainMap(stage)) }
  }

  /**
   * Return the diagram's subject: the pinned map or the stage's map, with the hovered cell if that is on this map.
   * @param {Subject} subject @returns {Subject}
   */
  scene(subject) {
    const { stage } = this.view
    const settledCell = this.cells.pinned ?? { map: stage, cell: this.cells.own(this.mainMap(stage)) }
    return subject.map === settledCell.map ? subject : settledCell
  }

  /** Return the main map of a stage. @param {string} stage */
  mainMap(stage) {
    return stage === "update" ? this.numbers.said.update.makes[0] : stage
  }

  /** @override @param {string} stage */
  follow(stage) {
    this.hasStageChanged = true
    const map = this.mainMap(stage)
    map in this.numbers.maps ? this.cells.follow(map) : this.cells.release()
  }

  /**
   * Return the neighbour of a cell, for the arrow keys.
   * @param {string} symbol @param {Cell} cell @param {number} down @param {number} right
   */
  neighbour(symbol, cell, down, right) {
    const { face, across } = this.plates[symbol] ?? {}
    const stackDirection = face?.stacked ? (across > 1 ? "right" : "down") : ""
    return neighbourOf(this.numbers.maps[symbol], stackDirection, cell, down, right)
  }

  /** Return the axis of a map's channels, filters or units, or -1 if it has only one. @param {string} symbol */
  axis(symbol) {
    return axisOf(this.numbers.maps[symbol])
  }

  /** Select another channel, filter or unit. @param {number} by @override */
  turn(by) {
    const { map, cell } = this.subject()
    const symbol = this.mainMap(map)
    const axis = this.axis(symbol)
    if (axis < 0) return
    const count = this.numbers.shape(symbol)[axis]
    const nextCell = cell.map((at, n) => (n === axis ? (at + by + count) % count : at))
    this.cells.remember(symbol, nextCell)
    if (this.cells.pinned) this.cells.pinned = { map: symbol, cell: nextCell }
    else if (this.cells.hover) this.cells.hover = { map: symbol, cell: nextCell }
    this.view.settle()
    this.view.paint(true)
  }

  // ---- playback

  /**
   * Return the number of kernel positions of a stage and the duration of the slide in milliseconds.
   * @param {string} stage @override
   */
  slide(stage) {
    const { kind, shape } = this.numbers.maps[this.mainMap(stage)] ?? {}
    const hasWindow = this.numbers.links(stage).some(({ pattern }) => pattern === "window" || pattern === "touched")
    if (!hasWindow) return { places: 1, duration: 0 }
    const positions = shape.slice(-2).reduce((all, n) => all * n, 1)
    return { places: positions, duration: kind === "filters" ? WEIGHT * positions : SLIDE }
  }

  /**
   * Return the cell at a position of the slide, in the selected channel.
   * @param {string} stage @param {number} position @returns {Cell} @override
   */
  cellAt(stage, position) {
    const columns = this.numbers.shape(stage).at(-1) ?? 1
    return [...this.cells.own(stage).slice(0, -2), Math.floor(position / columns), position % columns]
  }

  // ---- painting

  /** @override @param {boolean} [pointed] */
  draw(pointed) {
    if (!this.received) return
    if (this.story.telling) return this.story.draw()
    const subject = this.subject()
    const scene = this.scene(subject)
    const exact = [subject, scene].map((each) => requestExact(this, each)).every(Boolean)
    const { stage } = this.view // its own cell is needed even while another one is hovered
    if (requestExact(this, { map: stage, cell: this.cells.own(this.mainMap(stage)) })) this.predicting.draw()
    if (this.isWhole) return this.drawPoster(subject, scene)
    this.poster.hide()
    this.measureLayout()
    if (!pointed || this.predicting.on) markMaps(this)
    markCells(this, subject)
    const tone = this.tone(subject.map)
    this.showLoupe()
    if (exact) this.explain(subject, scene) // otherwise keep the text until the exact numbers arrive
    for (const [symbol, plate] of Object.entries(this.plates)) {
      const isInDiagram =
        subject.map === scene.map && !this.isMasked(scene.map) && this.transitions.stageBoxes.has(symbol)
      if (isInDiagram) plate.marks = [] // the diagram draws them
      plate.draw({ ahead: this.isAhead(symbol), done: this.view.player.computedCount(symbol), tone })
    }
    fitWords(this) // forces a layout, so it comes last
    this.sceneView.layLeads()
    this.startAnimation?.()
    this.startAnimation = undefined
    if (!exact) return
    requestRaised(this, scene)
    this.hasStageChanged = false
  }

  /** Draw the whole network, and fill in the explanation for screen readers. @param {Subject} subject @param {Subject} scene */
  drawPoster(subject, scene) {
    this.drawn = false // the stage is laid out again afterwards
    this.loupe.leave()
    fillWords(this, subject, scene)
    this.poster.draw()
  }

  /**
   * Return whether a map shows other numbers than the exact gradients: by the notebook's rule, or with a mission's
   * mistake.
   * @param {string} map
   */
  isInexact(map) {
    return this.hasUnknownMistake(map) || Object.keys(this.numbers.answer.deviations).length > 0
  }

  /** Whether moves of maps are animated: on wide screens at normal speed. */
  get animatesMoves() {
    const { player } = this.view
    return !prefersReducedMotion() && !isPhone() && player.speed <= 1 && !this.view.veiled
  }

  /** Return whether a parameter is shown with its step, as at the update. @param {string} map */
  showsStep(map) {
    return this.view.stage === "update" && this.numbers.said.update.makes.includes(map)
  }

  /** @param {string} map */
  tone(map) {
    if (map === "update") return this.palette?.soft ?? "#000"
    const isBackward = this.numbers.stageOf(map).phase === "backward"
    return (isBackward ? this.palette?.warm : this.palette?.accent) ?? "#000"
  }

  /** @override */
  invalidate() {
    this.drawn = false
  }

  // Measure the layout, once for each size, since every measurement forces a layout.
  measureLayout() {
    const { key } = this.overview
    if (this.drawn && this.layoutKey === key) return
    layOut(this)
    this.transitions.stripBoxes.clear()
    this.room = roomOf(this)
    this.palette = paletteOf(this.root)
    this.layoutKey = key
    this.drawn = true
  }

  /** The element around the page's content. */
  get area() {
    return this.view.$(".content")
  }

  /** @param {Subject} subject @param {Subject} scene */
  explain(subject, scene) {
    const time = performance.now()
    if (this.view.player.sliding && time - this.explainedAt < SAY_EVERY) return
    this.explainedAt = time
    fillWords(this, subject, scene)
    fillStepper(this, scene)
    this.view.$(".explain").classList.toggle("elsewhere", subject !== scene) // the foot has another number than the diagram
    this.fillKernelEditor()
    this.drawDiagram(scene)
  }

  /** Draw the diagram of the operation. @param {Subject} scene */
  drawDiagram({ map, cell }) {
    const { numbers, palette, computedCount: made, plates } = this
    if (!this.room || !palette) return
    const isHidden = this.isMasked(map)
    const renderKey = [map, this.view.stage, this.overview.key, isHidden, palette]
    if (renderKey.some((part, n) => part !== this.lowered.of[n])) this.lowered = { of: renderKey, by: 0 }
    const room = isPhone() ? uprightRoom(this, isHidden) : this.room
    const fitsStage = (/** @type {string} */ symbol) => StageTransitions.fits(plates[symbol])
    const { stage, veiled, player } = this.view
    const high = room.height + this.lowered.by
    const state = [map, room.width, high, isHidden, stage, veiled, player.computedCount(map)]
    const diagramInputs = [String(cell), numbers, numbers.partCount, palette, this.dragging.isLate, String(state)]
    const lastChanged = diagramInputs.findLastIndex((part, n) => part !== this.diagramInputs[n])
    if (!this.hasStageChanged && lastChanged < 0) return // nothing that the diagram depends on has changed
    this.diagramInputs = diagramInputs
    const previousBoxes = this.picture.shown
    if (this.overview.scrolls && this.scrolledTo !== map) scrollStrip(this) // before maps move from there
    this.scrolledTo = map
    const picture = pictureOf(numbers, map, this.showsStep(map), isHidden)
    const backward = numbers.maps[map]?.band === "gradients"
    const symbol = this.mainMap(map)
    const diagramOptions = { map, backward, done: made, moves: fitsStage, isSteady: player.sliding }
    const paint = () => {
      this.picture = this.sceneView.show(picture, numbers, symbol, cell, diagramOptions)
    }
    paint()
    if (isTouch()) fillDragHint(this)
    const hasChanged = lastChanged > 0 // whether more than the cell has changed
    const isSettled = (this.hasStageChanged || hasChanged) && !this.dragging.drag && !player.sliding // nothing moves under a finger
    const loweredRoom = isSettled && isPhone() && !isHidden ? lowerRoom(this, room) : null
    if (loweredRoom) {
      this.lowered.by += room.height - loweredRoom.height
      paint()
    }
    const moves = this.hasStageChanged && this.animatesMoves
    const result = numbers.links(symbol).length ? symbol : "" // an input glides instead of appearing at the end
    const gliding = this.transitions.moveMaps(plates, this.picture.shown, moves, result)
    const places = (/** @type {import("../../view/scene/scene.js").Shown[]} */ shown) =>
      shown.map(({ symbol, at }) => `${symbol} ${at}`).join()
    if (this.hasStageChanged || hasChanged || places(previousBoxes) !== places(this.picture.shown)) this.markRaised()
    if (moves)
      this.startAnimation = () => {
        const channels = channelFlights(
          this.sceneView.element,
          plates,
          this.picture.shown,
          previousBoxes,
          numbers.answer.lesson.image ?? "0",
        )
        const delay = gliding || channels.length ? GLIDE : 0
        this.sceneView.assemble(delay, plates[result]?.holder, channels)
      }
  }

  /** Mark the maps that the diagram shows, or only their channels if it shows some of them. */
  markRaised() {
    const { makes, inputs } = this.numbers.said[this.view.stage]
    const image = this.numbers.answer.lesson.image ?? "0"
    /** @type {Set<HTMLElement>} */
    const raisedSymbols = new Set()
    for (const symbol of [...makes, ...inputs]) {
      const plate = this.plates[symbol]
      if (!plate || this.isAhead(symbol)) continue
      const tiles = new Set(this.picture.shown.flatMap((part) => (part.symbol === symbol ? part.at[0] : [])))
      if (!tiles.size || tiles.size >= (plate.face?.tiles ?? 1)) raisedSymbols.add(plate.figure)
      else
        for (const channel of plate.channels)
          if (tiles.has(Number(channel.dataset.channel)) && (channel.dataset.image ?? image) === image)
            raisedSymbols.add(channel)
    }
    for (const element of this.raisedElements) if (!raisedSymbols.has(element)) element.classList.remove("up")
    for (const element of raisedSymbols) element.classList.add("up")
    this.raisedElements = raisedSymbols
  }

  /** Show the hovered cell of the strip and its neighbours in the loupe. */
  showLoupe() {
    const { hover } = this.cells
    const plate = hover && !this.onStage(hover.map) ? this.plates[hover.map] : null
    if (!plate || !hover) return this.loupe.leave()
    const { left, width, top } = plate.canvas.getBoundingClientRect()
    this.loupe.show(plate, hover.cell, { x: left + width / 2, y: top })
  }

  /** @override */
  brief() {
    return briefOf(this)
  }

  /** @override */
  spoken() {
    return this.story.telling ? this.story.spoken : this.isWhole ? this.poster.words.title : spokenOf(this)
  }

  /** Return why the numbers of a map are hidden, or "" if they are visible. @param {string} symbol */
  hiddenReason(symbol) {
    if (!this.isAhead(symbol)) return ""
    return say(this.isMasked(symbol) ? this.hidden.map : "web.maps.ahead", { map: this.numbers.maps[symbol].label })
  }

  /** @override */
  tables() {
    const { map, cell } = this.subject()
    const symbols = Object.keys(this.numbers.maps)
    const windows = this.hiddenReason(map) ? [] : windowsOf(this.numbers, map, cell)
    const sources = symbols.map((symbol) =>
      exactTable(this, symbol, tableOf(this.numbers, symbol, this.hiddenReason(symbol))),
    )
    return { sources: [...sources, ...windows], first: symbols.indexOf(this.mainMap(this.explainedMap)) }
  }

  /** Message ids about hidden numbers, of a map and of its cell. */
  get hidden() {
    return this.predicting.on
      ? { words: "web.learn.masked", map: "web.learn.masked_map" }
      : { words: this.view.host.veiled?.() ? "web.room.held" : "web.step.veiled", map: "web.maps.ahead" }
  }

  /** Mark the explanation as hidden or visible. @param {boolean} masked */
  cover(masked) {
    const box = this.view.$(".explain")
    if (box.classList.contains("masked") !== masked) {
      box.classList.toggle("masked", masked)
      this.drawn = false // the diagram's size may have changed
      if (!this.isWhole) this.measureLayout()
    }
  }

  // Return whether a mission asks for the mistake in a gradient, whose arithmetic may then give another result.
  /** @param {string} map */
  hasUnknownMistake(map) {
    return Boolean(this.missions.now?.choices.length) && this.numbers.maps[map]?.band === "gradients"
  }

  // Show the selected filter in the kernel editor.
  fillKernelEditor() {
    const { filters } = this.numbers.answer
    if (!filters) return
    const [m = 0, c = 0] = this.cells.own(filters.name)
    if (this.view.$(".kernel").dataset.chosen !== `${m} ${c}`) fillKernel(this.view, filters)
  }
}

/**
 * Enlarge the map under the wheel or pinch, and return whether there is one.
 * @param {Step} step @param {import("../../view/pointer/pinch.js").Between} where
 */
function enlargeAt(step, where) {
  const match = step.received ? mapUnder(step, where) : null
  if (!match || !step.isOpen(match.map)) return false
  zoomInto(step.view, match.map, match.cell)
  return true
}
