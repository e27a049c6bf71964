// Base class of each page's content. The frame (setup_view.js), the player, the keys and the controls use pages only
// through this interface.

import { lossChart } from "../model/layout/large_chart.js"
import { COMPUTED } from "../model/state/address.js"
import { ChainFocus } from "../model/state/chain_focus.js"

/** @import { NetworkFocus } from "../model/state/network_focus.js" */
/** @import { LargeChart } from "../model/layout/large_chart.js" */
/** @import { Answer, Cell, Setup, Source, View } from "../types/view.js" */

export class Content {
  /**
   * Whether the page goes from stage to stage and its cells can be selected. Otherwise it plays frame by frame (see
   * `advance`).
   */
  static stages = true
  /** Whether the page goes from one update to the next, and can play them. */
  static walks = true
  /** Whether maps can be shown as tables. */
  static tabulates = false
  /** Whether the page compares the user's gradients. */
  static checks = false
  /** Whether lines of code can be switched. */
  static deviates = false
  /** Whether a network can be trained on many images. */
  static trains = false
  /** Whether the page has answers to choose from. */
  static chooses = false
  /**
   * Whether numbers appear only from the stage that computes them, and the page has channels, filters or units to
   * switch.
   */
  static reveals = false
  /** URL keys to request. A pinned cell determines the channel shown. */
  static asked = [...COMPUTED, "cell"]
  /** Suffix of the page's own help messages (web.help.…), or "". */
  static words = ""

  /** URL keys that the numbers depend on. */
  computed = COMPUTED
  /** Milliseconds before a notice says that there is no response. */
  patience = 4000
  /** @type {ChainFocus | NetworkFocus}  the cells under the pointer and pinned */
  focus = new ChainFocus()

  /** @param {View} view */
  constructor(view) {
    this.view = view
    this.root = view.root
  }

  /** Last update that the page can go to. */
  get end() {
    return Number.POSITIVE_INFINITY
  }

  /** Name of the map or chart to enlarge. */
  get large() {
    return this.view.stage
  }

  /**
   * Return the chart of this name followed by others over the same x, or [] if there is none.
   * @param {string} name
   * @returns {LargeChart[]}
   */
  charts(name) {
    const losses = this.view.data?.arrays.losses?.values
    return name === "L" && losses ? [lossChart(losses)] : []
  }

  /**
   * Return the response's setup. A page that has moved on while it waited inserts its own position.
   * @param {Setup} setup
   * @param {Answer} _answer
   * @returns {Setup}
   */
  keep(setup, _answer) {
    return setup
  }

  /** Called when the stage or the snapshot has changed. */
  arrive() {}

  /**
   * Return whether a map's cells can be selected, which is not the case before it is computed.
   * @param {string} symbol
   */
  isOpen(symbol) {
    return !this.isAhead(symbol)
  }

  /**
   * Apply a new response.
   * @param {Answer} _answer
   */
  receive(_answer) {}

  /**
   * Draw the current state.
   * @param {boolean} [_pointed] whether only the pointer has moved
   */
  draw(_pointed) {}

  /** Discard drawings that depend on the size. */
  outdate() {}

  /**
   * Return the arrays that can be shown as tables, and the index of the first to show.
   * @returns {{ sources: Source[], first: number }}
   */
  tables() {
    return { sources: [], first: 0 }
  }

  /**
   * Apply an action to the training on many images. Return whether one is on screen.
   * @param {string} _act
   */
  train(_act) {
    return false
  }

  /** Return the announcement for a move between cells: number and position, or "" if there is none. */
  brief() {
    return ""
  }

  /** Return the description for screen readers. */
  spoken() {
    return ""
  }

  /**
   * Return changes of the setup to prefetch, most likely first.
   * @returns {Setup[]}
   */
  ahead() {
    const k = Number(this.view.setup.k)
    const updates = [k + 1, k - 1].filter((k) => k >= 0 && k <= this.end)
    return /** @type {typeof Content} */ (this.constructor).walks ? updates.map((k) => ({ k: String(k) })) : []
  }

  /**
   * Go to an update whose numbers are already here.
   * @param {number} _k
   */
  seek(_k) {}

  /**
   * Called when the address has changed. `_here` is whether its numbers are already here.
   * @param {Setup} _address
   * @param {boolean} _here
   */
  travelled(_address, _here) {}

  /**
   * Advance the playback by some milliseconds, and return whether it continues.
   * @param {number} _milliseconds
   */
  advance(_milliseconds) {
    return false
  }

  /**
   * Return the number of kernel positions of a stage, and the duration of the slide in milliseconds at speed 1.
   * @param {string} _stage
   */
  slide(_stage) {
    return { places: 1, duration: 0 }
  }

  /**
   * Return the cell at a position of the kernel.
   * @param {string} _stage
   * @param {number} _place
   * @returns {Cell}
   */
  cellAt(_stage, _place) {
    return []
  }

  /**
   * Return the selected cell of a map, or [].
   * @param {string} _map
   * @returns {Cell}
   */
  cellOf(_map) {
    return []
  }

  /**
   * Return the change of the setup that opens the selection on Step.
   * @returns {Setup}
   */
  opening() {
    return {}
  }

  /**
   * Switch to another channel, filter or unit.
   * @param {number} _by
   */
  turn(_by) {}

  /**
   * Choose the answer with this index, and return whether it was open.
   * @param {number} _n
   */
  choose(_n) {
    return false
  }

  /**
   * Return whether a map is computed only at a later stage.
   * @param {string} _symbol
   */
  isAhead(_symbol) {
    return false
  }

  /**
   * @param {string | null} map  a map's symbol, or null when the pointer leaves
   * @param {Cell} cell
   */
  point(map, cell = []) {
    if (map !== null && this.view.player.running) return // hovering does not interrupt the playback
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

  /** Go to a cell that was selected elsewhere. @param {string} _map @param {Cell} _cell */
  reach(_map, _cell) {}

  /**
   * Called when the stage changes: the pinned cell may follow.
   * @param {string} stage
   */
  follow(stage) {
    this.focus.follow(stage)
  }

  /** Release the pinned cell. Return whether there was one. */
  unpin() {
    if (!this.focus.pinned) return false
    this.focus.release()
    return true
  }
}
