// The linked maps and the words under them: values above, gradients below, one column a layer.

import { MapView } from "../draw/maps.js"
import { mechanism, showsCell } from "../draw/mechanisms.js"
import { arithmetic } from "../model/arithmetic.js"
import { escaped, formula, lossText } from "../model/format.js"
import { isFlat, isLayered, one, sources } from "../model/links.js"
import { Moment } from "../model/moment.js"
import { say } from "../model/words.js"
import { MAPS, PARTS, STAGES } from "../spec.js"
import { linesOf, setHTML } from "./html.js"
import { explanation, linkedMaps } from "./maps_layout.js"
import { Pointable } from "./pointable.js"

/** @import { Place } from "../model/focus.js" */
/** @import { Answer } from "../model/decode.js" */
/** @import { StepAnswer } from "../model/moment.js" */
/** @import { View } from "./view.js" */

const ORDER = STAGES.map(({ symbol }) => symbol)
const SAID = Object.fromEntries([...PARTS, ...STAGES].map((stage) => [stage.symbol, stage]))
/** @type {Record<string, string>} */
const SHOWN_FROM = { f: "x", w: "x", b: "x", y: "x", db: "dw", dx: "df" } // maps that are no stage of their own
/** @type {Record<string, string[]>} */
const MADE = { dw: ["dw", "db"], update: ["f", "w", "b"] } // stages that make more than the map of their name
const SAY_EVERY = 60 // milliseconds: words that change faster than this cannot be read

export class Step extends Pointable {
  slides = true
  saidAt = 0
  /** @type {Moment | undefined} */
  moment = undefined

  /** @param {View} view */
  constructor(view) {
    super(view)
    view.$(".content").innerHTML = linkedMaps() + explanation()
    const canvases = [...view.root.querySelectorAll(/** @type {"canvas"} */ ("canvas[data-map]"))]
    this.maps = Object.fromEntries(canvases.map((canvas) => [canvas.dataset.map ?? "", new MapView(canvas)]))
    for (const [symbol, map] of Object.entries(this.maps)) this.bind(map, symbol)
  }

  /** @param {Answer} answer */
  receive(answer) {
    const moment = new Moment(/** @type {StepAnswer} */ (answer))
    this.moment = moment
    for (const [symbol, map] of Object.entries(this.maps)) {
      const { values } = moment.arrays[symbol]
      map.across = symbol === "v" ? moment.shape("z1")[1] : undefined
      const shape = symbol === "v" ? [values.length, 1] : moment.shape(symbol)
      const layers = isLayered(symbol) ? moment.outputs.length : 1
      map.receive(values, shape, layers, moment.limits[symbol], MAPS[symbol].scale)
    }
    this.focus.receive(answer.focus, (map) => moment.shape(map))
  }

  /** @param {string} map */
  shape(map) {
    return this.moment?.shape(map) ?? [1, 1]
  }

  /** @param {string} map */
  isAhead(map) {
    return ORDER.indexOf(SHOWN_FROM[map] ?? map) > ORDER.indexOf(this.view.stage)
  }

  /** @returns {Place} */
  subject() {
    const { stage, player } = this.view
    if (player.cell && !this.focus.hover) return { map: stage, cell: player.cell }
    return this.focus.pointed ?? { map: stage, cell: this.focus.own(stage) }
  }

  // ---- painting

  draw() {
    if (!this.moment) return
    const subject = this.subject()
    this.classes()
    this.mark(this.moment, subject)
    for (const [symbol, map] of Object.entries(this.maps)) map.draw(this.view.player.done(symbol))
    this.say(this.moment, subject)
  }

  classes() {
    const { stage } = this.view
    const made = MADE[stage] ?? [stage]
    for (const [symbol, { figure }] of Object.entries(this.maps)) {
      figure.classList.toggle("ahead", this.isAhead(symbol))
      figure.classList.toggle("now", made.includes(symbol))
      figure.classList.toggle("input", SAID[stage].inputs.includes(symbol))
    }
  }

  /**
   * Outlines the subject and the cells behind it. What is lit also stands in data-lit, for tests.
   * @param {Moment} moment
   * @param {Place} subject
   */
  mark(moment, { map, cell }) {
    const target = map === "update" ? "f" : map
    const lit = sources(map, cell, moment.geometry).filter((entry) => entry.map !== target)
    for (const { marks } of Object.values(this.maps)) marks.length = 0
    for (const entry of lit) this.maps[entry.map].marks.push(entry)
    const output = isLayered(target) ? cell[2] : null
    this.maps[target].marks.push({
      rows: one(cell[0]),
      columns: one(isFlat(target) ? 0 : cell[1]),
      output,
      strong: true,
    })
    for (const [symbol, { canvas }] of Object.entries(this.maps)) {
      const source = lit.find((entry) => entry.map === symbol)
      const block = source && JSON.stringify([source.rows, source.columns, source.output])
      canvas.dataset.lit = block ?? (symbol === target ? "target" : "")
    }
  }

  /**
   * @param {Moment} moment
   * @param {Place} subject
   */
  say(moment, { map, cell }) {
    const { view } = this
    const now = performance.now()
    if (view.player.sliding && now - this.saidAt < SAY_EVERY) return
    this.saidAt = now
    const said = SAID[map]
    const phase = say(`web.phases.${said.phase}`)
    setHTML(view.$(".phase"), map === "update" ? phase : `${phase} · ${formula(said.label)}`)
    setHTML(view.$(".title"), escaped(said.title))
    setHTML(view.$(".sentence"), escaped(said.sentence))
    view.$(".phase").className = `phase ${said.phase}`
    const { formulas, deviations, remarks } = moment.answer
    setHTML(view.$(".explain .formula"), formula(formulas[said.symbol]))
    setHTML(view.$(".numbers"), arithmetic(moment, map, cell))
    setHTML(view.$(".remark"), linesOf([deviations[map], remarks[0]].filter(Boolean)))
    view.$(".explain").classList.toggle("pinned", Boolean(this.focus.pinned))
    const empty = !showsCell(map) && moment.count("losses") < 2 // a curve of one loss
    view.$(".side").hidden = empty
    if (!empty) mechanism(view.$(".panel"), view.$(".caption"), view.root, moment, map, cell)
  }

  spoken() {
    const numbers = this.view.$(".numbers").textContent ?? ""
    const loss = lossText(this.view.loss)
    return say("web.spoken.step", { place: this.view.place, title: SAID[this.subject().map].title, numbers, loss })
  }
}
