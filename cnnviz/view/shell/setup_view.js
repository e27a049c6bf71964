// The view: state, navigation and redraw loop. Its content is a page (page.js); its host provides the address and the
// numbers.

import { bindActions } from "../controls/actions.js"
import { bindControls, fillControls } from "../controls/controls.js"
import { bindKeys } from "../controls/keys.js"
import { bindLanguage } from "../controls/language.js"
import { Player } from "../controls/player.js"
import { closePanels } from "../controls/rail.js"
import { bindTheme } from "../controls/theme.js"
import { bindStages, fillStatus } from "../controls/transport.js"
import { bindDeck } from "../decks/deck_walk.js"
import { captureThumbnail, fillDrawer } from "../decks/drawer.js"
import { bindDrawer } from "../decks/drawer_bind.js"
import { DIALOGS } from "../dialogs/dialogs.js"
import { showChart } from "../dialogs/large_chart.js"
import { forgetWidths } from "../draw/text_width.js"
import { spokenSymbol } from "../model/spoken.js"
import { isEqual } from "../model/state/address.js"
import { withSets } from "../model/state/set_values.js"
import { accepts, canHide, initialState, isWaiting, nextState } from "../model/state/state.js"
import { withTargets } from "../model/state/targets.js"
import { say } from "../model/words.js"
import { frame } from "./frame.js"
import { bindFocus, rememberFocus, restoreFocus } from "./keyboard_focus.js"
import { parentPage } from "./parent_page.js"
import { kindOf } from "./registry.js"
import { announceChange, applyLook, recolour } from "./view_look.js"

/** @import { Event } from "../model/state/state.js" */
/** @import { Answer, Host, Setup } from "../types/view.js" */
/** @typedef {{ replace?: boolean, label?: string }} How  whether to replace the history entry; the class of another image if its id does not contain it */

const WORKING = 1000 // milliseconds before a notice says that the server computes
const ASK_AGAIN = 5000 // and how often it is then asked again

/**
 * Replace the page by an empty one, so that no state is left on its root.
 * @param {string} classes  added to those of every page
 */
export function emptyPage(classes) {
  const root = document.createElement("main")
  root.className = `cnnviz ${classes}`
  root.style.visibility = "hidden"
  document.querySelector(".cnnviz")?.replaceWith(root)
  return root
}

export class View {
  /** @type {Answer | undefined} */
  data = undefined
  k = 0
  /** @type {boolean | undefined}  whether the theme is dark */
  dark = undefined
  loss = 0
  /** @type {number | null}  share of saturated units; null without units that saturate */
  saturated = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  silenceTimer = undefined
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  workingTimer = undefined
  /** @type {number | undefined} */
  frame = undefined
  /** @type {{ field: HTMLInputElement, text: string } | undefined}  the last typed text and its field */
  typed = undefined
  announce = false
  pointed = true // whether only the pointer has moved since the last redraw
  announcedPosition = "" // the last announced position
  /** @type {unknown}  and its response */
  announcedData = undefined
  note = ""
  errorText = "" // what is wrong with the address
  screenKey = "" // the position for which the deck's sentence was rendered
  /** @type {ResizeObserver | undefined}  watches the row of stages */
  stageSizes = undefined
  stop = new AbortController() // removes all listeners
  /** @type {Map<string, Element | null>}  cached elements by selector */
  elements = new Map()

  /**
   * @param {HTMLElement} root
   * @param {string} page
   * @param {Host} host
   */
  constructor(root, page, host) {
    this.root = root
    this.page = page
    this.host = host
    this.kind = kindOf(page)
    root.innerHTML = frame(page, this.kind)
    this.player = new Player(this)
    this.resizes = new ResizeObserver(() => {
      this.content.invalidate() // curves are drawn for a fixed size
      this.paint()
    })
    this.content = new this.kind(this)
    const address = host.address.read()
    this.computed = this.content.computed
    this.state = initialState(page, this.computed, this.kind.reveals, address)
    this.content.focus.hold(address.cell ?? "")
    this.redrawWhenTyped()
    bindControls(this)
    bindLanguage(this)
    bindTheme(this)
    bindActions(this)
    bindStages(this)
    this.parent = parentPage(this)
    bindKeys(this)
    bindFocus(this)
    host.address.onTravel(() => this.travelled(), this.stop.signal)
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint(), {
      signal: this.stop.signal,
    })
    host.numbers.receive((answer) => this.receive(answer))
    for (const element of [root, ...root.querySelectorAll("canvas")]) this.resizes.observe(element)
    const onArrival = bindDeck(this)
    this.arrived = () => {
      onArrival()
      fillDrawer(this)
    }
    bindDrawer(this)
  }

  /** Apply an event to the state. All navigation goes through here. @param {Event} event */
  dispatch(event) {
    this.state = nextState(this.state, event)
  }

  /** The shown setup, as in the response. @returns {Setup} */
  get setup() {
    return this.state.shown?.setup ?? {}
  }

  /** URL keys that no number depends on. */
  get look() {
    return this.state.look
  }

  get stage() {
    return this.state.stage
  }

  /** Stages of the setup's network. */
  get order() {
    return this.state.shown?.order ?? []
  }

  /** Whether this stage's numbers are still hidden (hide=1, predict=1). */
  get veiled() {
    return this.state.veiled
  }

  /** Whether a response is pending. */
  get waiting() {
    return isWaiting(this.state)
  }

  // Redraw when the fonts are loaded: a canvas does not wait for them.
  redrawWhenTyped() {
    const faces = ["400 12px Inter", "700 12px Inter", 'italic 12px "STIX Two Text"']
    Promise.all(faces.map((face) => document.fonts.load(face))).then(
      () => {
        forgetWidths()
        this.content.invalidate()
        this.paint()
      },
      () => {}, // draw with fallback fonts
    )
  }

  /**
   * Return the first element that matches a selector, cached.
   * @template {HTMLElement} [E=HTMLElement]
   * @param {string} selector
   * @returns {E}
   */
  $(selector) {
    const cached = this.elements.get(selector)
    const element = cached?.isConnected && cached.matches(selector) ? cached : this.root.querySelector(selector)
    if (element !== cached) this.elements.set(selector, element)
    return /** @type {E} */ (element)
  }

  /** @param {string} key */
  control(key) {
    return this.$(`[data-key="${key}"]`)
  }

  /**
   * @param {string} key
   * @returns {HTMLInputElement | HTMLSelectElement}
   */
  field(key) {
    return this.$(`[data-key="${key}"]`)
  }

  leave() {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame) // its root may show another page by then
    this.frame = undefined
    this.stop.abort()
    this.resizes.disconnect()
    this.stageSizes?.disconnect()
    this.player.stop()
    clearTimeout(this.workingTimer)
    clearInterval(this.silenceTimer)
  }

  // ---- responses

  /** @param {Answer} data */
  receive(data) {
    const { address } = this.host
    const current = address.read()
    if (!accepts(this.state, data.asked, current)) return
    const isFirst = !this.data
    const isExpected = isFirst || this.state.onward
    const setup = isFirst ? data.lesson : this.content.keep(data.lesson, data)
    const order = data.stages.map(({ symbol }) => symbol)
    this.clearPending()
    this.data = data
    this.dispatch({ type: "answered", asked: data.asked, setup, order, here: current, running: this.player.running })
    Object.assign(this, { k: Number(setup.k), loss: data.loss ?? Number.NaN, saturated: data.saturated })
    recolour(this)
    this.content.receive(data)
    if (isFirst) this.content.focus.hold(data.lesson.cell ?? "")
    if (isExpected) this.content.arrive()
    this.applyVeil()
    if (Object.keys(current).length && !isEqual(current, this.wanted))
      address.visit(this.wanted, { replace: true, by: "answer" })
    fillControls(this, data)
    this.paint(true)
    this.player.received()
    this.ahead(this.content.ahead())
  }

  /**
   * Apply what was chosen in a dialog.
   * @param {Setup} change
   */
  adopt({ page, note = "", label, ...setup }) {
    page === undefined || page === this.page ? this.go(setup, { label }) : this.turn(page, setup)
    this.tell(note)
  }

  /**
   * Prefetch changes of the setup, most likely first.
   * @param {Setup[]} changes
   * @param {string} [page]  another one
   */
  ahead(changes, page = this.page) {
    if (this.waiting || !changes.length) return
    const lessons = changes.map((change) => ({ ...this.wanted, ...change }))
    this.host.numbers.ahead?.(lessons, page)
  }

  clearPending() {
    clearTimeout(this.workingTimer)
    this.workingTimer = undefined
    clearInterval(this.silenceTimer) // also clears the timeout that precedes it
    this.silenceTimer = undefined
    this.notice("")
    this.errorText = ""
    this.tell(this.note)
  }

  /** @param {string} text */
  notice(text) {
    const element = this.$(".notice")
    element.hidden = !text
    element.textContent = text
    element.classList.remove("calm")
  }

  /**
   * Show the result of an action in another part of the page, until the visitor goes on.
   * @param {string} note
   */
  tell(note) {
    this.note = note
    const text = [this.errorText, note].filter(Boolean).join(" ")
    if (!text) return
    this.notice(text)
    this.$(".notice").classList.toggle("calm", !this.errorText)
  }

  // ---- navigation

  /** The setup that the address should have. @returns {Setup} */
  get wanted() {
    return { ...this.setup, ...this.state.wanted, stage: this.stage, cell: this.content.focus.text, ...this.look }
  }

  /** Whether numbers are hidden until they are revealed or predicted. */
  get hides() {
    return canHide(this.state)
  }

  /** Reveal the hidden numbers. Return whether there were any. */
  unveil() {
    if (!this.veiled) return false
    if (this.host.veiled?.() && this.look.predict !== "1") {
      this.tell(say("web.room.held"))
      return true
    }
    this.dispatch({ type: "unveiled" })
    this.paint(true)
    this.host.unveiled?.()
    return true
  }

  /** Hide this stage's numbers again, for another question. */
  veil() {
    this.dispatch({ type: "veiled" })
  }

  // Apply the presenter's choice to hide or reveal numbers in a room.
  applyVeil() {
    const { veiled } = this
    this.dispatch({ type: "led", hidden: this.host.veiled?.() })
    if (this.veiled === veiled) return
    this.clearNote()
    this.content.arrive()
  }

  /** Hide the note about an action elsewhere. */
  clearNote() {
    if (this.note) this.notice("")
    this.note = ""
  }

  /**
   * Change URL keys that no number depends on.
   * @param {Setup} change
   */
  lookAt(change) {
    this.dispatch({ type: "looked", change })
    this.hold({ cell: this.content.focus.text, ...change })
    this.settle()
    this.paint()
  }

  /** Pin the cell that an address names. @param {Setup} address */
  hold({ cell = "" }) {
    this.content.focus.hold(cell)
    this.content.invalidate()
  }

  link() {
    return this.host.address.link(this.wanted)
  }

  /**
   * Change the setup. A change of the stage alone needs no request.
   * @param {Setup} change
   * @param {How} [how]
   */
  go(change, { replace = false, label } = {}) {
    const { address } = this.host
    change = withTargets(withSets(this.wanted, change), this.wanted, label)
    this.clearNote()
    if (this.refused({ ...this.wanted, ...change })) return
    const previous = this.state
    this.dispatch({ type: "went", change, running: this.player.running })
    if (this.stage !== previous.stage) {
      this.content.arrive()
      this.content.follow(this.stage)
    }
    const goal = { ...this.wanted, ...change }
    if (change.k) this.content.seek(Number(change.k))
    if (isEqual(previous.wanted, goal, this.computed)) {
      if (!isEqual(goal, address.read())) address.visit(goal, { replace })
      return this.paint(true)
    }
    this.markPending()
    address.visit(goal, { replace })
    this.host.numbers.ask()
  }

  /**
   * Return whether no source has the numbers of a setup. If so, show why and pause the player.
   * @param {Setup} next
   * @param {string} [page]
   */
  refused(next, page) {
    if (!this.host.refuses) return false
    const sentence = this.host.refuses(next, page)
    if (sentence) this.player.pause()
    this.notice(sentence)
    return Boolean(sentence)
  }

  // Mark the screen as outdated until the response arrives.
  markPending() {
    this.root.dataset.ready = "0"
    this.silenceTimer ??= setTimeout(() => this.onTimeout(), this.content.patience)
    this.workingTimer ??= setTimeout(() => this.notice(this.pendingText("working")), WORKING)
  }

  /** Return the notice about a pending response. @param {"working" | "silent"} since */
  pendingText(since) {
    return this.host.awaits?.() ?? say(`web.notice.${since}`)
  }

  /** Show a notice if something besides the numbers takes long. Return a function to call when it is done. */
  showPending() {
    let notice = ""
    const timer = setTimeout(() => {
      notice = this.pendingText("working")
      this.notice(notice)
    }, WORKING)
    return () => {
      clearTimeout(timer)
      if (notice && this.$(".notice").textContent === notice) this.notice("")
    }
  }

  onTimeout() {
    this.notice(this.pendingText("silent"))
    this.player.pause()
    this.silenceTimer = setInterval(() => this.host.numbers.ask(), ASK_AGAIN)
  }

  // Called when the address has changed: by Back or Forward, or by `visit`.
  travelled() {
    this.arrived()
    const { address: port, numbers } = this.host
    const address = port.read()
    const previous = this.state
    this.dispatch({ type: "travelled", address })
    if (!this.data) return numbers.ask()
    if (this.state === previous) return // already requested
    if (this.waiting) {
      this.content.travelled(address, false)
      this.hold(address)
      this.markPending()
      return numbers.ask()
    }
    this.clearPending()
    const { k } = this
    this.content.travelled(address, true)
    if (k !== this.k || previous.stage !== this.stage) this.content.focus.release()
    this.hold(address)
    this.applyVeil()
    this.paint(true)
  }

  // Write pending local changes to the address.
  settle() {
    const { address } = this.host
    if (!this.waiting && !isEqual(address.read(), this.wanted)) address.visit(this.wanted)
  }

  /**
   * Go to an address of this page as it is. The server fills in missing keys.
   * @param {Setup} address
   */
  leap(address) {
    this.player.pause()
    this.dispatch({ type: "leapt", address })
    this.markPending()
    this.host.address.visit(address)
    this.host.numbers.ask()
  }

  /**
   * Go to another page, with the current setup or a change of it.
   * @param {string} page
   * @param {Setup} change
   */
  turn(page, change = {}) {
    if (page === this.page) return
    this.player.pause() // the playback would go on and change the address
    rememberFocus(this)
    const nextSetup = { ...this.wanted, ...change }
    if (this.refused(nextSetup, page)) return
    this.dispatch({ type: "turned", change, page })
    this.markPending()
    this.host.address.visit(nextSetup, { page })
    this.host.numbers.ask()
  }

  /**
   * Go to an address of any page as it is.
   * @param {string} page
   * @param {Setup} address
   * @param {How} [how]
   */
  travel(page, address, { replace = false } = {}) {
    this.player.pause()
    if (this.refused(address, page === this.page ? undefined : page)) return
    if (page === this.page) {
      this.host.address.visit(address, { replace })
      return this.travelled()
    }
    rememberFocus(this)
    this.dispatch({ type: "turned", change: address, page })
    this.markPending()
    this.host.address.visit(address, { replace, page })
    this.host.numbers.ask()
  }

  /**
   * @param {number} by
   * @param {How} [how]
   */
  nextStage(by, how) {
    const index = this.order.indexOf(this.stage) + by
    if (index >= this.order.length) return this.nextUpdate(1, this.order[0], how)
    if (index >= 0) return this.go({ stage: this.order[index] }, how)
    if (this.k > 0) this.nextUpdate(-1, this.order.at(-1), how)
  }

  /**
   * @param {number} by
   * @param {string} stage
   * @param {How} [how]
   */
  nextUpdate(by, stage = this.stage, how) {
    const k = Number(this.wanted.k) + by
    if (k >= 0 && k <= this.content.end) this.go({ k: String(k), stage }, how)
  }

  /**
   * Open a dialog by name, or enlarge a chart of the page.
   * @param {string} what
   */
  open(what) {
    this.player.pause()
    this.settle()
    closePanels(this)
    const charts = this.content.charts(what)
    if (DIALOGS[what] && (this.host.fetch || what === "keys")) DIALOGS[what](this)
    else if (charts.length) showChart(this, charts)
    else this.notice(say("web.file.opens_nothing"))
  }

  // ---- painting

  /**
   * Schedule a redraw. Announced changes are drawn in a microtask, so that the next frame shows them; others are
   * merged into one redraw per frame. If `pointed`, only the content is redrawn.
   * @param {boolean} [announce] @param {boolean} [pointed]
   */
  paint(announce = false, pointed = false) {
    this.announce ||= announce
    this.pointed &&= pointed
    const draw = () => this.redraw()
    if (announce && this.root.style.visibility === "visible") queueMicrotask(draw)
    this.frame ??= requestAnimationFrame(draw)
  }

  // Redraw unless that has been done since it was scheduled.
  redraw() {
    if (this.frame === undefined) return
    cancelAnimationFrame(this.frame)
    const { pointed } = this
    Object.assign(this, { frame: undefined, pointed: true })
    if (this.root.isConnected) this.draw(pointed)
  }

  draw(pointed = false) {
    if (!this.data) return
    if (!pointed) this.fillFrame(this.data)
    this.content.draw(pointed)
    this.parent?.tell()
    if (pointed) return
    const { k } = this.setup
    Object.assign(this.root.dataset, { update: k, stage: this.stage, ready: this.waiting ? "0" : "1" })
    this.root.style.visibility = "visible"
    restoreFocus(this)
    if (this.look.script) this.updateScreen()
    if (this.announce && !this.player.running) announceChange(this)
    this.announce = false
    if (!recolour(this)) return // checked last, to avoid a second style computation
    this.content.receive(this.data)
    this.draw()
  }

  /** Update everything around the content. @param {Answer} data */
  fillFrame(data) {
    applyLook(this)
    fillStatus(this, data)
  }

  // Hide the deck's sentence after its screen has been left.
  updateScreen() {
    const key = `${this.k} ${this.stage} ${this.setup.img} ${this.setup.net}`
    if (key === this.screenKey) return
    this.screenKey = key
    this.arrived()
    captureThumbnail(this)
  }

  /** Whether the stage comes before the loss. */
  get isEarly() {
    const loss = this.order.indexOf("L")
    return this.kind.reveals && this.order.indexOf(this.stage) < loss
  }

  // The position as text: update, stage and number of the stage.
  get place() {
    const number = this.order.indexOf(this.stage) + 1
    const stage = this.stage === "update" ? say("web.phases.update") : spokenSymbol(this.stage)
    return say("web.spoken.place", { k: this.k, number, count: this.order.length, stage })
  }
}
