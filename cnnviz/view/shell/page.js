// What a page shows in its middle, and how one moves about in it. Every page's is one of these: the frame
// (lesson_view.js), the player, the keys and the controls know no other difference between pages.

import { lossChart } from "../model/layout/large_chart.js"
import { COMPUTED } from "../model/state/address.js"
import { ChainFocus } from "../model/state/chain_focus.js"

/** @import { NetworkFocus } from "../model/state/network_focus.js" */
/** @import { LargeChart } from "../model/layout/large_chart.js" */
/** @import { Answer, Cell, Setup, Source, View } from "../types/view.js" */

export class Content {
  /** Tells whether it goes stage by stage: then there are chips, the arrows go from one to the next, and cells can be pointed at; else it plays frame by frame (see `advance`). */
  static stages = true
  /** Tells whether one goes from moment to moment in it, and plays it. */
  static walks = true
  /** Tells whether its maps can be read as tables. */
  static tabulates = false
  /** Tells whether somebody's own gradients can be compared. */
  static checks = false
  /** Tells whether there are lines of code to switch. */
  static deviates = false
  /** Tells whether a network can be trained on many images. */
  static trains = false
  /** Tells whether there are answers to choose from. */
  static chooses = false
  /** Tells whether numbers are shown only from the stage on that computes them, and there are channels, filters or units to turn to. */
  static reveals = false
  /** The keys of the address that are asked for: a pinned cell says which channel is shown. */
  static asked = [...COMPUTED, "cell"]
  /** Where the help has words of its own for it (web.help.…), if anywhere. */
  static words = ""

  /** The keys of the address that its numbers depend on. */
  computed = COMPUTED
  /** Milliseconds after which we say that nobody answers. */
  patience = 4000
  /** @type {ChainFocus | NetworkFocus}  what is pointed at, and what is pinned */
  focus = new ChainFocus()

  /** @param {View} view */
  constructor(view) {
    this.view = view
    this.root = view.root
  }

  /** The last update that it can go to. */
  get end() {
    return Number.POSITIVE_INFINITY
  }

  /** The map or chart that opens large. */
  get large() {
    return this.view.stage
  }

  /**
   * The chart of that name, which opens large, and others over the same x; none: there is no such chart.
   * @param {string} name
   * @returns {LargeChart[]}
   */
  charts(name) {
    const losses = this.view.data?.arrays.losses?.values
    return name === "L" && losses ? [lossChart(losses)] : []
  }

  /**
   * The answer's setup; who was moved on while the server answered puts its own place into it.
   * @param {Setup} setup
   * @param {Answer} _answer
   * @returns {Setup}
   */
  keep(setup, _answer) {
    return setup
  }

  /** Another stage is shown, or another moment. */
  arrive() {}

  /**
   * Whether a map can be pointed at: not before it is computed.
   * @param {string} symbol
   */
  isOpen(symbol) {
    return !this.isAhead(symbol)
  }

  /**
   * Takes a new answer.
   * @param {Answer} _answer
   */
  receive(_answer) {}

  /** Paints what is to be seen now. @param {boolean} [_pointed] whether nothing but what one points at has changed */
  draw(_pointed) {}

  /** What was drawn for a size is drawn anew the next time. */
  outdate() {}

  /**
   * What can be read as a table, and which is the one to begin with.
   * @returns {{ sources: Source[], first: number }}
   */
  tables() {
    return { sources: [], first: 0 }
  }

  /**
   * Does something with a training on many images; whether there is one on the screen.
   * @param {string} _act
   */
  train(_act) {
    return false
  }

  /** Words for screen readers after a move from cell to cell: its number, and where it is; "" where there is no such number. */
  brief() {
    return ""
  }

  /** Words for screen readers. */
  spoken() {
    return ""
  }

  /**
   * What one may want next, as changes of the setup, the likeliest first.
   * @returns {Setup[]}
   */
  ahead() {
    const k = Number(this.view.setup.k)
    const updates = [k + 1, k - 1].filter((k) => k >= 0 && k <= this.end)
    return /** @type {typeof Content} */ (this.constructor).walks ? updates.map((k) => ({ k: String(k) })) : []
  }

  /**
   * Goes to an update by itself, if it has the numbers.
   * @param {number} _k
   */
  seek(_k) {}

  /**
   * The address was changed, to a place that this content has the numbers of (`here`), or asks for.
   * @param {Setup} _address
   * @param {boolean} _here
   */
  travelled(_address, _here) {}

  /**
   * So many milliseconds have been played; whether it goes on.
   * @param {number} _milliseconds
   */
  advance(_milliseconds) {
    return false
  }

  /**
   * How many places the kernel slides over at a stage, and how many milliseconds that takes at speed 1.
   * @param {string} _stage
   */
  slide(_stage) {
    return { places: 1, duration: 0 }
  }

  /**
   * The cell at a place of the slide.
   * @param {string} _stage
   * @param {number} _place
   * @returns {Cell}
   */
  cellAt(_stage, _place) {
    return []
  }

  /**
   * The cell of a map that is spoken of, where it has one.
   * @param {string} _map
   * @returns {Cell}
   */
  cellOf(_map) {
    return []
  }

  /**
   * The change with which what is shown opens on Step.
   * @returns {Setup}
   */
  opening() {
    return {}
  }

  /**
   * Another channel, filter or unit.
   * @param {number} _by
   */
  turn(_by) {}

  /**
   * Whether a key's number, from 0, is an answer that is open here.
   * @param {number} _n
   */
  choose(_n) {
    return false
  }

  /**
   * Whether a map is computed only at a later stage.
   * @param {string} _symbol
   */
  isAhead(_symbol) {
    return false
  }

  /**
   * @param {string | null} map  a map's symbol, or null: none any more
   * @param {Cell} cell
   */
  point(map, cell = []) {
    if (map !== null && this.view.player.running) return // who passes over a map does not stop what plays
    this.focus.hover = map === null ? null : { map, cell }
    this.view.paint(false, true)
  }

  /**
   * @param {string} map
   * @param {Cell} cell
   */
  pin(map, cell) {
    this.view.player.pause()
    this.focus.pin(map, cell)
    this.view.settle()
    this.view.paint(true)
  }

  /** Leads to a cell that was chosen elsewhere. @param {string} _map @param {Cell} _cell */
  reach(_map, _cell) {}

  /**
   * Another stage is shown: what was pinned may go along.
   * @param {string} stage
   */
  follow(stage) {
    this.focus.follow(stage)
  }

  /** Lets a pinned cell go; whether there was one. */
  unpin() {
    if (!this.focus.pinned) return false
    this.focus.release()
    return true
  }
}
