// A network's maps and the words under them: the overview, the focus, and what is pointed at.

import { fillKernel } from "../../view/controls/network_controls.js"
import { bindMeanings, meaningBox } from "../../view/dialogs/glossary_popover.js"
import { zoomInto } from "../../view/dialogs/map_table.js"
import { BuildUp } from "../../view/draw/build_up.js"
import { lightsOf } from "../../view/draw/highlights.js"
import { mechanism, nothing } from "../../view/draw/mechanism.js"
import { Overview } from "../../view/draw/overview.js"
import { palette } from "../../view/draw/pen.js"
import { Ribbons } from "../../view/draw/ribbons.js"
import { one } from "../../view/model/explain/cell_links.js"
import { ownOf } from "../../view/model/explain/meanings.js"
import { axisOf, neighbourOf } from "../../view/model/layout/neighbours.js"
import { escaped } from "../../view/model/numbers/format.js"
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
import { near } from "../../view/shell/html.js"
import { isPhone, isStill, isTall, isTouched } from "../../view/shell/media_queries.js"
import { Content } from "../../view/shell/page.js"
import { Dragging } from "./drag.js"
import { KernelField } from "./kernel_field.js"
import { channelFlights, GLIDE, Seats } from "./map_seats.js"
import { Missions } from "./missions.js"
import { Story } from "./opening/story.js"
import { Predicting } from "./predicting.js"
import { inquire, inquireRaised, wholeTable } from "./step_inquiry.js"
import { lay, lowerRoom, moveOf, place, roomOf, scrollStrip, uprightRoom } from "./step_layout.js"
import { markCells, markMaps } from "./step_marks.js"
import { briefOf, fillStepper, fillWords, fitWords, sayHolds, spokenOf, writeWords } from "./step_words.js"

/** @import { Answer, Cell, Plate, StepAnswer, View } from "../../view/types/view.js" */
/** @typedef {{ map: string, cell: Cell }} Subject  what the words are about; "update" is the first parameter's step */

const SAY_EVERY = 60 // milliseconds: words that change faster than this cannot be read
const SLIDE = 9000 // for the kernel over the whole image
const WEIGHT = 700 // for each weight of a filter

const FRAME = () => `
  <section class="explain" aria-label="${escaped(say("web.frame.explanation"))}">
    <div class="text" tabindex="-1"><div class="tools"><div class="stepper" hidden></div></div></div>
    <div class="drawn"><div class="roll"><canvas class="mechanism" role="img"></canvas></div></div>
    <div class="foot"></div><p class="holds" hidden></p>
  </section>
  <div class="maps overview"></div>
  <canvas class="ribbons" aria-hidden="true"></canvas>${meaningBox()}`

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
  saidAt = 0
  laid = "" // what the overview is laid out for,
  stepped = false // to another stage, which is not painted yet
  /** @type {Record<string, { x: number, y: number }>}  where the canvases of the maps lie; none where nothing flows */
  places = {}
  /** @type {string[]} */
  order = []
  kernelField = new KernelField(this)
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  resting = undefined
  /** @type {import("../../view/draw/mechanism.js").Drawn}  what stands where in the picture */
  picture = nothing()
  /** @type {unknown[]}  of what the picture was drawn */
  pictured = []
  /** @type {{ of: unknown[], by: number }}  by how much a phone's picture is lower than others, and of what it is one */
  lowered = { of: [], by: 0 }
  scrolled = "" // what the strip was scrolled for
  /** @type {Set<HTMLElement>}  what is marked as shown large: maps, and channels of others */
  raised = new Set()
  /** @type {(() => void) | undefined}  has the picture come about, once all is drawn */
  move = undefined
  carded = "" // the map whose card was opened last
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
    this.ribbons = new Ribbons(/** @type {HTMLCanvasElement} */ (view.$(".ribbons")))
    bindMeanings(view, (id, symbol) => this.meaning(id, symbol))
    this.predicting = new Predicting(this)
    this.missions = new Missions(view)
    const land = () => {
      this.seats.land()
      this.buildUp.land()
    } // any key and any click
    for (const event of ["keydown", "pointerdown"])
      addEventListener(event, land, { capture: true, signal: view.stop.signal })
    this.seats = new Seats(view.$(".drawn"))
    this.buildUp = new BuildUp(/** @type {HTMLCanvasElement} */ (view.$(".mechanism")))
    this.story = new Story(this)
    this.dragging = new Dragging(this) // before what hears a pointer that only points
    bindPicture(this, view.$(".drawn"))
    const wheel = (/** @type {WheelEvent} */ event) => event.deltaY < 0 && zoomed(this, event) && event.preventDefault()
    this.area.addEventListener("wheel", wheel, { passive: false })
    bindPinch(view.$(".content"), view.stop.signal, (by, where) => by > 1 && zoomed(this, where))
    view.$(".overview").addEventListener("click", (event) => {
      const { map, image } = near(event, "[data-map]")?.dataset ?? {}
      if (map && this.isAhead(map)) this.visit(map)
      else if (image && image !== (this.numbers.answer.lesson.image ?? "0")) view.go({ image })
    })
    view.$(".stepper").addEventListener("click", (event) => {
      const { turn, image, thrown } = near(event, "[data-turn], [data-image], [data-thrown]")?.dataset ?? {}
      if (thrown) lightsOf(this.buildUp.canvas).drawAgain()
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
    this.dragging.end() // somebody else has gone on
    this.received = new Numbers(/** @type {StepAnswer} */ (answer))
    this.missions.receive(this.numbers.answer.missions)
    this.order = this.numbers.stages.map(({ symbol }) => symbol)
    this.cells.receive(this.numbers)
    for (const map of this.order) inquire(this, { map, cell: this.cells.own(this.shown(map)) }, () => {}) // nothing of it is shown
    if (!this.overview.receive(this.numbers)) return
    this.seats.clear()
    for (const plate of Object.values(this.plates)) this.bind(plate)
  }

  /** Shows other numbers of the same network, that are no answer to the address. @param {Numbers} numbers */
  take(numbers) {
    this.received = numbers
    this.overview.receive(numbers)
  }

  /** A number by its name in the address, as people write it: "f[1,1]". @param {string} along */
  nameOf(along) {
    const [symbol, at] = along.split(":")
    return symbol === "lr" ? "η" : `${this.numbers.maps[symbol].label}[${at}]`
  }

  /** Lets a map be pointed at. @param {Plate} plate */
  bind(plate) {
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

  /** @override @param {string} map */
  cellOf(map) {
    return this.received ? this.cells.own(map) : []
  }

  /** Tells whether all maps are shown at once, and not one operation. */
  get isWhole() {
    return this.view.kind.reveals && this.view.look.whole === "1"
  }

  get plates() {
    return this.overview.plates
  }

  /** Gives what a symbol means in this network, with its numbers where they are shown. @param {string} id @param {string} symbol */
  meaning(id, symbol) {
    this.carded = symbol
    if (!this.received?.maps[symbol]) return undefined
    const open = this.isOpen(symbol) && !this.puzzling(symbol)
    return ownOf(this.received, id, symbol, open ? this.cells.own(symbol) : undefined)
  }

  // ---- pointing

  /** Tells whether a map is not computed yet at this stage. @param {string} symbol @override */
  isAhead(symbol) {
    const { stage, veiled } = this.view
    return this.dragging.hatches(symbol) ?? this.numbers.madeAt(symbol) > this.order.indexOf(stage) - (veiled ? 1 : 0)
  }

  /** Tells how many cells of each channel of a map are computed so far. @param {string} symbol */
  made = (symbol) => (this.isAhead(symbol) ? 0 : this.view.player.done(symbol))

  /** Tells whether a map's numbers are hidden until they are revealed, or predicted. @param {string} symbol */
  masked(symbol) {
    return this.view.veiled && (symbol === "update" || this.isAhead(symbol))
  }

  /** The map that the words are about. @override */
  get large() {
    const map = this.chosen
    return this.masked(map) ? "" : map
  }

  /** The map whose card is open, or that the words are about. */
  get chosen() {
    return this.view.$(".meaning").matches(":popover-open") && this.carded ? this.carded : this.subject().map
  }

  /** @override @param {string} symbol */
  isOpen(symbol) {
    return super.isOpen(symbol) || this.predicting.lets(symbol)
  }

  /** @override */
  arrive() {
    this.predicting.arrive()
  }

  /** A map that the stage does not show leads to its own stage. @override @param {string} map @param {Cell} cell */
  pin(map, cell) {
    if (this.predicting.clicked(map, cell)) return
    if (this.isWhole || !this.onStage(map)) return this.visit(map)
    super.pin(map, cell)
    if (!this.kernelField.takes(map) || !this.cells.pinned) return
    const [box] = this.plates[map].boxes(cell.map(one))
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

  /** Tells whether the stage shows a map. @param {string} map */
  onStage(map) {
    const { makes, inputs } = this.numbers.said[this.view.stage]
    return makes.includes(map) || inputs.includes(map) || this.cells.pinned?.map === map
  }

  /** Goes to the stage that makes a map, or reads it first. @param {string} map */
  visit(map) {
    const { view } = this
    view.player.pause()
    this.cells.release()
    if (this.isWhole) view.dispatch({ type: "looked", change: { whole: "" } })
    const own = this.order.includes(map) ? map : this.order[this.numbers.madeAt(map)]
    const first = this.numbers.stages.find(({ inputs }) => inputs.includes(map))?.symbol
    const made = this.numbers.stages.some(({ symbol, makes }) => symbol !== "update" && makes.includes(map))
    view.go({ stage: made || map === "dx" ? own : (first ?? own) })
    if (map === "dx") super.pin(map, this.cells.own(map)) // which has no stage of its own
  }

  /** @returns {Subject} */
  subject() {
    const { stage, player } = this.view
    if (player.cell && !this.cells.hover) return { map: stage, cell: player.cell }
    return this.cells.pointed ?? { map: stage, cell: this.cells.own(this.shown(stage)) }
  }

  /** Gives what the stage shows: what is pinned, or its own map; what is pointed at only where it is a cell of that map. @param {Subject} subject @returns {Subject} */
  scene(subject) {
    const { stage } = this.view
    const shown = this.cells.pinned ?? { map: stage, cell: this.cells.own(this.shown(stage)) }
    return subject.map === shown.map ? subject : shown
  }

  /** The map that a stage is about. @param {string} stage */
  shown(stage) {
    return stage === "update" ? this.numbers.said.update.makes[0] : stage
  }

  /** @override @param {string} stage */
  follow(stage) {
    this.stepped = true
    const map = this.shown(stage)
    map in this.numbers.maps ? this.cells.follow(map) : this.cells.release()
  }

  /** The neighbour of a cell, for the arrow keys. @param {string} symbol @param {Cell} cell @param {number} down @param {number} right */
  neighbour(symbol, cell, down, right) {
    const { face, across } = this.plates[symbol] ?? {}
    const stacked = face?.stacked ? (across > 1 ? "right" : "down") : ""
    return neighbourOf(this.numbers.maps[symbol], stacked, cell, down, right)
  }

  /** The axis of channels, filters or units of a map, if there are several. @param {string} symbol */
  axis(symbol) {
    return axisOf(this.numbers.maps[symbol])
  }

  /** Another channel, filter or unit. @param {number} by @override */
  turn(by) {
    const { map, cell } = this.subject()
    const symbol = this.shown(map)
    const axis = this.axis(symbol)
    if (axis < 0) return
    const count = this.numbers.shape(symbol)[axis]
    const next = cell.map((at, n) => (n === axis ? (at + by + count) % count : at))
    this.cells.remember(symbol, next)
    if (this.cells.pinned) this.cells.pinned = { map: symbol, cell: next }
    else if (this.cells.hover) this.cells.hover = { map: symbol, cell: next }
    this.view.settle()
    this.view.paint(true)
  }

  // ---- playing

  /** Tells how many places a stage has to slide over, and how long that takes. @param {string} stage @override */
  slide(stage) {
    const { kind, shape } = this.numbers.maps[this.shown(stage)] ?? {}
    const conv = this.numbers.links(stage).some(({ pattern }) => pattern === "window" || pattern === "touched")
    if (!conv) return { places: 1, duration: 0 }
    const places = shape.slice(-2).reduce((all, n) => all * n, 1)
    return { places, duration: kind === "filters" ? WEIGHT * places : SLIDE }
  }

  /** The cell at a place of the slide, of the channel that is spoken of. @param {string} stage @param {number} place @returns {Cell} @override */
  cellAt(stage, place) {
    const columns = this.numbers.shape(stage).at(-1) ?? 1
    return [...this.cells.own(stage).slice(0, -2), Math.floor(place / columns), place % columns]
  }

  // ---- painting

  /** @override @param {boolean} [pointed] */
  draw(pointed) {
    if (!this.received) return
    const subject = this.subject()
    const scene = this.scene(subject)
    const exact = [subject, scene].map((each) => inquire(this, each)).every(Boolean)
    const { stage } = this.view // whose own cell is asked for, wherever one points
    if (inquire(this, { map: stage, cell: this.cells.own(this.shown(stage)) })) this.predicting.draw()
    this.measure()
    if (!pointed || this.predicting.on) markMaps(this)
    markCells(this, subject)
    const tone = this.tone(subject.map)
    this.peek()
    if (exact) this.say(subject, scene) // what is said stays until its numbers are there
    this.picture.write() // after all that restyles the page: a browser would style it once more before a text
    for (const [symbol, plate] of Object.entries(this.plates)) {
      const drawn = subject.map === scene.map && !this.masked(scene.map) && this.seats.taken.has(symbol)
      if (drawn) plate.marks = [] // the picture has them
      plate.draw({ ahead: this.isAhead(symbol), done: this.view.player.done(symbol), tone })
    }
    this.move?.()
    this.move = undefined
    fitWords(this) // once nothing more changes: it has the page laid out
    if (!exact) return
    inquireRaised(this, scene)
    this.flows(scene)
  }

  /** Tells whether a map's numbers are not the exact gradients: by the notebook's rule, or where a mistake is looked for. @param {string} map */
  isInexact(map) {
    return this.puzzling(map) || Object.keys(this.numbers.answer.deviations).length > 0
  }

  /** Tells whether maps are seen to go to the stage: on a wide screen, and where nothing plays fast. */
  get glides() {
    const { player } = this.view
    return !isStill() && !isPhone() && player.speed <= 1 && !this.view.veiled
  }

  // Ribbons show where a number of the whole network comes from.
  /** @param {Subject} subject */
  flows(subject) {
    this.ribbons.show(this.view.veiled ? null : moveOf(this, subject))
    this.stepped = false
  }

  /** Tells whether what counts of a parameter is its step: at the update. @param {string} map */
  stepping(map) {
    return this.view.stage === "update" && this.numbers.said.update.makes.includes(map)
  }

  /** @param {string} map */
  tone(map) {
    if (map === "update") return this.palette?.soft ?? "#000"
    const backward = this.numbers.stageOf(map).phase === "backward"
    return (backward ? this.palette?.warm : this.palette?.accent) ?? "#000"
  }

  /** @override */
  outdate() {
    this.drawn = false
  }

  // What is asked of the page's layout: once for a size, since every question makes it lay everything out again.
  measure() {
    const laid = `${this.overview.key} ${this.isWhole}`
    if (this.drawn && this.laid === laid) return
    lay(this)
    this.seats.homes.clear()
    this.room = roomOf(this)
    this.palette = palette(this.root)
    place(this)
    this.laid = laid
    this.drawn = true
  }

  /** Where the view stands. */
  get area() {
    return this.view.$(".content")
  }

  /** @param {Subject} subject @param {Subject} scene */
  say(subject, scene) {
    const now = performance.now()
    if (this.view.player.sliding && now - this.saidAt < SAY_EVERY) return
    this.saidAt = now
    fillWords(this, subject, scene)
    fillStepper(this, scene)
    this.editor()
    this.operate(scene)
  }

  /** Draws the operation large. @param {Subject} scene */
  operate({ map, cell }) {
    if (this.story.telling) return this.story.draw()
    const { numbers, palette, made, plates } = this
    if (!this.room || !palette) return
    const canvas = /** @type {HTMLCanvasElement} */ (this.view.$(".mechanism"))
    const hidden = this.masked(map) ? say(this.hidden.words) : ""
    const upright = isPhone() || isTall()
    const of = [map, this.view.stage, this.overview.key, this.isWhole, hidden, palette]
    if (of.some((part, n) => part !== this.lowered.of[n])) this.lowered = { of, by: 0 }
    const room = !upright ? this.room : isPhone() ? uprightRoom(this, Boolean(hidden)) : { ...this.room, upright }
    const seats = (/** @type {string} */ symbol) => Seats.fits(plates[symbol])
    this.view.$(".drawn").classList.toggle("upright", upright)
    const { stage, veiled, player } = this.view
    const high = room.height + this.lowered.by
    const state = [map, room.width, high, upright, hidden, this.isWhole, stage, veiled, player.done(map)]
    const drawn = [String(cell), numbers, numbers.learned, palette, this.dragging.late, String(state)]
    const changed = drawn.findLastIndex((part, n) => part !== this.pictured[n])
    if (!this.stepped && changed < 0) return // pointing elsewhere changes nothing of it
    this.pictured = drawn
    const before = this.picture.shown
    if (this.overview.scrolls && this.scrolled !== map) scrollStrip(this) // before maps glide from there
    this.scrolled = map
    const paint = (/** @type {import("../../view/draw/sheet.js").Room} */ room) => {
      this.picture = this.isWhole
        ? nothing()
        : mechanism(canvas, numbers, map, cell, room, palette, made, this.stepping(map), seats, hidden)
      this.view.$(".drawn").classList.toggle("stated", this.picture.stated)
    }
    paint(room)
    if (isTouched()) sayHolds(this)
    const other = changed > 0 // than the cell alone
    const settles = (this.stepped || other) && !this.dragging.drag && !player.sliding // nothing moves under a finger
    const lower = settles && isPhone() && !this.isWhole && !hidden ? lowerRoom(this, room) : null
    if (lower) {
      this.lowered.by += room.height - lower.height
      paint(lower)
    }
    const moves = this.stepped && this.glides
    const gliding = this.seats.put(plates, this.picture.shown, moves)
    const places = (/** @type {import("../../view/draw/sheet.js").Shown[]} */ shown) =>
      shown.map(({ symbol, at }) => `${symbol} ${at}`).join()
    if (this.stepped || other || places(before) !== places(this.picture.shown)) this.raise()
    if (moves && !this.isWhole)
      this.move = () => {
        const channels = channelFlights(canvas, plates, this.picture.shown, before, numbers.answer.lesson.image ?? "0")
        const delay = gliding || channels.length ? GLIDE : 0
        this.buildUp.play(() => this.picture, numbers.maps[map]?.band === "gradients", delay, channels)
      }
  }

  /** Marks what the stage shows large, of maps of several channels only those. */
  raise() {
    const { makes, inputs } = this.numbers.said[this.view.stage]
    const image = this.numbers.answer.lesson.image ?? "0"
    /** @type {Set<HTMLElement>} */
    const raised = new Set()
    for (const symbol of [...makes, ...inputs]) {
      const plate = this.plates[symbol]
      if (!plate || this.isAhead(symbol)) continue
      const tiles = new Set(this.picture.shown.flatMap((part) => (part.symbol === symbol ? part.at[0] : [])))
      if (!tiles.size || tiles.size >= (plate.face?.tiles ?? 1)) raised.add(plate.figure)
      else
        for (const channel of plate.channels)
          if (tiles.has(Number(channel.dataset.channel)) && (channel.dataset.image ?? image) === image)
            raised.add(channel)
    }
    for (const element of this.raised) if (!raised.has(element)) element.classList.remove("up")
    for (const element of raised) element.classList.add("up")
    this.raised = raised
  }

  /** Shows the cell that is pointed at in the strip larger, and its neighbours. */
  peek() {
    const { hover } = this.cells
    const plate = hover && !this.isWhole && !this.onStage(hover.map) ? this.plates[hover.map] : null
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
    return this.story.telling ? this.story.spoken : spokenOf(this)
  }

  /** Why the numbers of a map are not shown; "" where they are. @param {string} symbol */
  closed(symbol) {
    if (!this.isAhead(symbol)) return ""
    return say(this.masked(symbol) ? this.hidden.map : "web.maps.ahead", { map: symbol })
  }

  /** @override */
  tables() {
    const { map, cell } = this.subject()
    const symbols = Object.keys(this.numbers.maps)
    const windows = this.closed(map) ? [] : windowsOf(this.numbers, map, cell)
    const sources = symbols.map((symbol) =>
      wholeTable(this, symbol, tableOf(this.numbers, symbol, this.closed(symbol))),
    )
    return { sources: [...sources, ...windows], first: symbols.indexOf(this.shown(this.chosen)) }
  }

  /** What is said of numbers that are hidden, of a map and of its cell: how they come to be seen. */
  get hidden() {
    return this.predicting.on
      ? { words: "web.learn.masked", map: "web.learn.masked_map" }
      : { words: this.view.host.veiled?.() ? "web.room.held" : "web.step.veiled", map: "web.maps.ahead" }
  }

  /** Says that the result of the operation is hidden. @param {boolean} masked */
  cover(masked) {
    const box = this.view.$(".explain")
    if (box.classList.contains("masked") !== masked) {
      box.classList.toggle("masked", masked)
      this.drawn = false // what is drawn may have another size now
      this.measure()
    }
  }

  // Whether a mission asks which mistake the gradients come from: then their arithmetic may come to something else.
  /** @param {string} map */
  puzzling(map) {
    return Boolean(this.missions.now?.choices.length) && this.numbers.maps[map]?.band === "gradients"
  }

  // The filter that is edited is the one that is spoken of.
  editor() {
    const { filters } = this.numbers.answer
    if (!filters) return
    const [m = 0, c = 0] = this.cells.own(filters.name)
    if (this.view.$(".kernel").dataset.chosen !== `${m} ${c}`) fillKernel(this.view, filters)
  }
}

/** The wheel over a map, or two fingers that go apart on it, make it larger; whether there is one. @param {Step} step @param {import("../../view/pointer/pinch.js").Between} where */
function zoomed(step, where) {
  const found = step.received && !step.story.telling ? mapUnder(step, where) : null
  if (!found || !step.isOpen(found.map)) return false
  zoomInto(step.view, found.map, found.cell)
  return true
}
