// The page's frame: the setup that was answered, where the visitor goes next, and the painting loop. What
// stands in the middle is the content (page.js). Who shows it hands over its address and its numbers.

import { bindActions } from "../controls/actions.js"
import { bindControls, fillControls } from "../controls/controls.js"
import { bindKeys } from "../controls/keys.js"
import { bindLanguage } from "../controls/language.js"
import { Player } from "../controls/player.js"
import { closeSheets } from "../controls/rail.js"
import { bindStages, fillStatus } from "../controls/transport.js"
import { bindDeck } from "../decks/deck_walk.js"
import { fillDrawer, seenScreen } from "../decks/drawer.js"
import { bindDrawer } from "../decks/drawer_bind.js"
import { DIALOGS } from "../dialogs/dialogs.js"
import { showChart } from "../dialogs/large_chart.js"
import { forgetWidths } from "../draw/text_width.js"
import { same } from "../model/state/address.js"
import { withSets } from "../model/state/set_values.js"
import { accepts, begin, hides, isWaiting, next } from "../model/state/state.js"
import { withTargets } from "../model/state/targets.js"
import { say } from "../model/words.js"
import { frame } from "./frame.js"
import { arrived, bindFocus, leaving } from "./keyboard_focus.js"
import { parentPage } from "./parent_page.js"
import { kindOf } from "./registry.js"
import { dress, recolour, speak } from "./view_look.js"

/** @import { Event } from "../model/state/state.js" */
/** @import { Answer, Host, Setup } from "../types/view.js" */
/** @typedef {{ replace?: boolean, label?: string }} How  whether the address becomes a new entry of the history; what is on another image, where its id does not say so */

const WORKING = 1000 // milliseconds after which we say that there is something to compute
const ASK_AGAIN = 5000 // and how often it is then asked again

/** Puts an empty page where one stands, so that nothing of that clings to it. @param {string} classes  besides that of every page */
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
  /** @type {boolean | undefined}  whether the page is dark */
  dark = undefined
  loss = 0
  /** @type {number | null}  the share of units on flat parts, where there are such units */
  saturated = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  silence = undefined
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  working = undefined
  /** @type {number | undefined} */
  frame = undefined
  /** @type {{ field: HTMLInputElement, text: string } | undefined}  what was typed last, and where */
  typed = undefined
  announce = false
  pointed = true // whether nothing but what one points at has changed
  spokenOf = "" // the place that was spoken of last,
  /** @type {unknown}  and its numbers */
  spokenData = undefined
  note = ""
  complaint = "" // what is wrong with the address
  stood = "" // where one was when the deck's sentence was written
  /** @type {ResizeObserver | undefined}  of the row of stages */
  stageSizes = undefined
  stop = new AbortController() // ends every listener at once
  /** @type {Map<string, Element | null>}  elements by the selectors that name them */
  found = new Map()

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
      this.content.outdate() // curves are drawn once, for the size they have
      this.paint()
    })
    this.content = new this.kind(this)
    const address = host.address.read()
    this.computed = this.content.computed
    this.state = begin(page, this.computed, this.kind.reveals, address)
    this.content.focus.hold(address.cell ?? "")
    this.redrawWhenTyped()
    bindControls(this)
    bindLanguage(this)
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
    const arrived = bindDeck(this)
    this.arrived = () => {
      arrived()
      fillDrawer(this)
    }
    bindDrawer(this)
  }

  /** All that is known of where the visitor is and goes changes here. @param {Event} event */
  dispatch(event) {
    this.state = next(this.state, event)
  }

  /** The setup that is shown, as it was answered. @returns {Setup} */
  get setup() {
    return this.state.shown?.setup ?? {}
  }

  /** Tells how it is looked at: what of the address no number depends on. */
  get look() {
    return this.state.look
  }

  get stage() {
    return this.state.stage
  }

  /** The stages of the setup's network. */
  get order() {
    return this.state.shown?.order ?? []
  }

  /** Tells whether this stage's numbers are still hidden (hide=1, predict=1). */
  get veiled() {
    return this.state.veiled
  }

  /** Tells whether what was asked for is not answered yet. */
  get waiting() {
    return isWaiting(this.state)
  }

  // A canvas does not wait for the typefaces that it is written in.
  redrawWhenTyped() {
    const faces = ["400 12px Inter", "700 12px Inter", 'italic 12px "STIX Two Text"']
    Promise.all(faces.map((face) => document.fonts.load(face))).then(
      () => {
        forgetWidths()
        this.content.outdate()
        this.paint()
      },
      () => {}, // then in those that there are
    )
  }

  /**
   * The one element that a selector names, which is looked for once.
   * @template {HTMLElement} [E=HTMLElement]
   * @param {string} selector
   * @returns {E}
   */
  $(selector) {
    const known = this.found.get(selector)
    const found = known?.isConnected && known.matches(selector) ? known : this.root.querySelector(selector)
    if (found !== known) this.found.set(selector, found)
    return /** @type {E} */ (found)
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
    if (this.frame !== undefined) cancelAnimationFrame(this.frame) // another page may stand here by then
    this.frame = undefined
    this.stop.abort()
    this.resizes.disconnect()
    this.stageSizes?.disconnect()
    this.player.stop()
    clearTimeout(this.working)
    clearInterval(this.silence)
  }

  // ---- what is answered

  /** @param {Answer} data */
  receive(data) {
    const { address } = this.host
    const here = address.read()
    if (!accepts(this.state, data.asked, here)) return
    const first = !this.data
    const predicted = first || this.state.onward
    const setup = first ? data.lesson : this.content.keep(data.lesson, data)
    const order = data.stages.map(({ symbol }) => symbol)
    this.answered()
    this.data = data
    this.dispatch({ type: "answered", asked: data.asked, setup, order, here, running: this.player.running })
    Object.assign(this, { k: Number(setup.k), loss: data.loss ?? Number.NaN, saturated: data.saturated })
    recolour(this)
    this.content.receive(data)
    if (first) this.content.focus.hold(data.lesson.cell ?? "")
    if (predicted) this.content.arrive()
    this.cover()
    if (Object.keys(here).length && !same(here, this.wanted))
      address.visit(this.wanted, { replace: true, by: "answer" })
    fillControls(this, data)
    this.paint(true)
    this.player.received()
    this.ahead(this.content.ahead())
  }

  /**
   * What was chosen in a dialog becomes part of the address here, as every other change does.
   * @param {Setup} change
   */
  adopt({ page, note = "", label, ...setup }) {
    page === undefined || page === this.page ? this.go(setup, { label }) : this.turn(page, setup)
    this.tell(note)
  }

  /**
   * What the visitor may want next, as changes of the setup, the likeliest first.
   * @param {Setup[]} changes
   * @param {string} [page]  another one
   */
  ahead(changes, page = this.page) {
    if (this.waiting || !changes.length) return
    const lessons = changes.map((change) => ({ ...this.wanted, ...change }))
    this.host.numbers.ahead?.(lessons, page)
  }

  answered() {
    clearTimeout(this.working)
    this.working = undefined
    clearInterval(this.silence) // or the timeout before it
    this.silence = undefined
    this.notice("")
    this.complaint = ""
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
   * What came of something that the visitor did elsewhere; it stays until they go on.
   * @param {string} note
   */
  tell(note) {
    this.note = note
    const said = [this.complaint, note].filter(Boolean).join(" ")
    if (!said) return
    this.notice(said)
    this.$(".notice").classList.toggle("calm", !this.complaint)
  }

  // ---- where the visitor goes

  /** Finds where the visitor goes, as the address has it. @returns {Setup} */
  get wanted() {
    return { ...this.setup, ...this.state.wanted, stage: this.stage, cell: this.content.focus.text, ...this.look }
  }

  /** Tells whether numbers are hidden until somebody reveals them, or predicts one. */
  get hides() {
    return hides(this.state)
  }

  /** Shows the numbers that are hidden; whether there were any. */
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

  // Whoever leads a room hides and reveals them for all at once.
  cover() {
    const { veiled } = this
    this.dispatch({ type: "led", hidden: this.host.veiled?.() })
    if (this.veiled === veiled) return
    this.forget()
    this.content.arrive()
  }

  /** What came of something done elsewhere is read. */
  forget() {
    if (this.note) this.notice("")
    this.note = ""
  }

  /**
   * Another way of looking at it, which the address then holds.
   * @param {Setup} change
   */
  lookAt(change) {
    this.dispatch({ type: "looked", change })
    this.hold({ cell: this.content.focus.text, ...change })
    this.settle()
    this.paint()
  }

  /** Pins what an address names. @param {Setup} address */
  hold({ cell = "" }) {
    this.content.focus.hold(cell)
    this.content.outdate()
  }

  link() {
    return this.host.address.link(this.wanted)
  }

  /**
   * Changes the setup. A change of the stage alone is done here and now, and nobody is asked.
   * @param {Setup} change
   * @param {How} [how]
   */
  go(change, { replace = false, label } = {}) {
    const { address } = this.host
    change = withTargets(withSets(this.wanted, change), this.wanted, label)
    this.forget()
    if (this.refused({ ...this.wanted, ...change })) return
    const before = this.state
    this.dispatch({ type: "went", change, running: this.player.running })
    if (this.stage !== before.stage) {
      this.content.arrive()
      this.content.follow(this.stage)
    }
    const goal = { ...this.wanted, ...change }
    if (change.k) this.content.seek(Number(change.k))
    if (same(before.wanted, goal, this.computed)) {
      if (!same(goal, address.read())) address.visit(goal, { replace })
      return this.paint(true)
    }
    this.expect()
    address.visit(goal, { replace })
    this.host.numbers.ask()
  }

  /**
   * Whether nobody here has the numbers of a setup; then it is said, and whatever plays stops.
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

  // From now on until the answer, what is on the screen is not what was asked for.
  expect() {
    this.root.dataset.ready = "0"
    this.silence ??= setTimeout(() => this.unanswered(), this.content.patience)
    this.working ??= setTimeout(() => this.notice(this.awaited("working")), WORKING)
  }

  /** Gives what there is to say of an answer that has not come. @param {"working" | "silent"} since */
  awaited(since) {
    return this.host.awaits?.() ?? say(`web.notice.${since}`)
  }

  /** Says, if it takes long, that something beside the numbers is awaited, until the function that it gives is called. */
  awaiting() {
    let said = ""
    const soon = setTimeout(() => {
      said = this.awaited("working")
      this.notice(said)
    }, WORKING)
    return () => {
      clearTimeout(soon)
      if (said && this.$(".notice").textContent === said) this.notice("")
    }
  }

  unanswered() {
    this.notice(this.awaited("silent"))
    this.player.pause()
    this.silence = setInterval(() => this.host.numbers.ask(), ASK_AGAIN)
  }

  // The address changed: by Back or Forward, or by our own `visit`.
  travelled() {
    this.arrived()
    const { address: port, numbers } = this.host
    const address = port.read()
    const before = this.state
    this.dispatch({ type: "travelled", address })
    if (!this.data) return numbers.ask()
    if (this.state === before) return // it is on its way
    if (this.waiting) {
      this.content.travelled(address, false)
      this.hold(address)
      this.expect()
      return numbers.ask()
    }
    this.answered()
    const { k } = this
    this.content.travelled(address, true)
    if (k !== this.k || before.stage !== this.stage) this.content.focus.release()
    this.hold(address)
    this.cover()
    this.paint(true)
  }

  // The address follows what was changed here alone, when it has come to rest.
  settle() {
    const { address } = this.host
    if (!this.waiting && !same(address.read(), this.wanted)) address.visit(this.wanted)
  }

  /**
   * Another address of this page, as it stands: what it does not say is for the server to say.
   * @param {Setup} address
   */
  leap(address) {
    this.player.pause()
    this.dispatch({ type: "leapt", address })
    this.expect()
    this.host.address.visit(address)
    this.host.numbers.ask()
  }

  /**
   * Another page, with the same setup or a change of it.
   * @param {string} page
   * @param {Setup} change
   */
  turn(page, change = {}) {
    if (page === this.page) return
    this.player.pause() // the film would go on, and the address with it
    leaving(this)
    const next = { ...this.wanted, ...change }
    if (this.refused(next, page)) return
    this.dispatch({ type: "turned", change, page })
    this.expect()
    this.host.address.visit(next, { page })
    this.host.numbers.ask()
  }

  /**
   * An address of any page, as it stands.
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
    leaving(this)
    this.dispatch({ type: "turned", change: address, page })
    this.expect()
    this.host.address.visit(address, { replace, page })
    this.host.numbers.ask()
  }

  /**
   * @param {number} by
   * @param {How} [how]
   */
  nextStage(by, how) {
    const at = this.order.indexOf(this.stage) + by
    if (at >= this.order.length) return this.nextUpdate(1, this.order[0], how)
    if (at >= 0) return this.go({ stage: this.order[at] }, how)
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
   * Opens a dialog, of the moment on the screen: one of those by name, or a chart of the page.
   * @param {string} what
   */
  open(what) {
    this.player.pause()
    this.settle()
    closeSheets(this)
    const charts = this.content.charts(what)
    if (DIALOGS[what] && (this.host.fetch || what === "keys")) DIALOGS[what](this)
    else if (charts.length) showChart(this, charts)
    else this.notice(say("web.file.opens_nothing"))
  }

  // ---- painting

  /** Paints what has changed: at once what one did, which is announced, so that the next frame shows it; with the next frame what one may do many times in it. Nothing around the content where one has `pointed` at something in it. @param {boolean} [announce] @param {boolean} [pointed] */
  paint(announce = false, pointed = false) {
    this.announce ||= announce
    this.pointed &&= pointed
    const draw = () => this.redraw()
    if (announce && this.root.style.visibility === "visible") queueMicrotask(draw)
    this.frame ??= requestAnimationFrame(draw)
  }

  // What is drawn already is not drawn again.
  redraw() {
    if (this.frame === undefined) return
    cancelAnimationFrame(this.frame)
    const { pointed } = this
    Object.assign(this, { frame: undefined, pointed: true })
    if (this.root.isConnected) this.draw(pointed)
  }

  draw(pointed = false) {
    if (!this.data) return
    if (!pointed) this.surround(this.data)
    this.content.draw(pointed)
    this.parent?.tell()
    if (pointed) return
    const { k } = this.setup
    Object.assign(this.root.dataset, { update: k, stage: this.stage, ready: this.waiting ? "0" : "1" })
    this.root.style.visibility = "visible"
    arrived(this)
    if (this.look.script) this.stand()
    if (this.announce && !this.player.running) speak(this)
    this.announce = false
    if (!recolour(this)) return // asked last: before, it would have the page styled once more
    this.content.receive(this.data)
    this.draw()
  }

  /** What stands around the content. @param {Answer} data */
  surround(data) {
    dress(this)
    fillStatus(this, data)
  }

  // The deck's sentence is that of its screen alone.
  stand() {
    const place = `${this.k} ${this.stage} ${this.setup.img} ${this.setup.net}`
    if (place === this.stood) return
    this.stood = place
    this.arrived()
    seenScreen(this)
  }

  /** Tells whether the stage comes before the loss. */
  get isEarly() {
    const loss = this.order.indexOf("L")
    return this.kind.reveals && this.order.indexOf(this.stage) < loss
  }

  // Where a setup stands that goes stage by stage, in words.
  get place() {
    const number = this.order.indexOf(this.stage) + 1
    const stage = this.stage === "update" ? say("web.phases.update") : this.stage
    return say("web.spoken.place", { k: this.k, number, count: this.order.length, stage })
  }
}
