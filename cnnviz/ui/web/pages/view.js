// The page's frame: the lesson that was answered, where the visitor goes next, and the painting loop. What
// stands in the middle is the content (content.js). Who shows it hands over its address and its numbers.

import { looks, same } from "../model/address.js"
import { say } from "../model/words.js"
import { bindActions } from "./actions.js"
import { bindControls, fillControls } from "./controls.js"
import { frame } from "./frame.js"
import { arrived, bindFocus, leaving } from "./keyboard_focus.js"
import { bindKeys } from "./keys.js"
import { bindLanguage } from "./language.js"
import { Player } from "./player.js"
import { kindOf } from "./registry.js"
import { bindStages, fillStatus } from "./transport.js"
import { dress, recolour, speak } from "./view_look.js"

/** @import { Lesson } from "../model/address.js" */
/** @import { Answer } from "../model/decode.js" */
/** @import { Host } from "../types/ports.js" */
/** @typedef {{ replace?: boolean }} How  whether the address becomes a new entry of the history */

const WORKING = 1000 // milliseconds after which we say that there is something to compute
const ASK_AGAIN = 5000 // and how often it is then asked again

export class View {
  /** @type {Answer | undefined} */
  data = undefined
  /** @type {Lesson} */
  lesson = {}
  /** @type {Lesson}  how it is looked at: what of the address no number depends on */
  look = {}
  k = 0
  stage = "x"
  /** @type {string[]}  the stages of the lesson's network */
  order = []
  /** @type {boolean | undefined}  whether the page is dark */
  dark = undefined
  loss = 0
  /** @type {number | null} */
  saturated = null
  /** @type {Lesson | undefined}  what was asked for and not answered yet */
  waiting = undefined
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  silence = undefined
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  working = undefined
  /** @type {number | undefined} */
  frame = undefined
  /** Whether this stage's numbers are still hidden (hide=1, predict=1). */
  veiled = false
  /** Where whoever leads a room hid them last. */
  covered = ""
  asks = false // the answer that is expected has other numbers, which are asked for before they are shown
  /** @type {{ field: HTMLInputElement, text: string } | undefined}  what was typed last, and where */
  typed = undefined
  announce = false
  spokenOf = "" // the place that was spoken of last,
  /** @type {unknown}  and its numbers */
  spokenData = undefined
  note = ""
  /** @type {unknown}  the answer whose losses are drawn */
  sparked = undefined
  /** @type {ResizeObserver | undefined}  of the row of stages */
  stageSizes = undefined
  stop = new AbortController() // ends every listener at once

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
    this.computed = this.content.computed
    this.looked(host.address.read())
    this.redrawWhenTyped()
    bindControls(this)
    bindLanguage(this)
    bindActions(this)
    bindStages(this)
    bindKeys(this)
    bindFocus(this)
    host.address.onTravel(() => this.travelled(), this.stop.signal)
    host.numbers.receive((answer) => this.receive(answer))
    for (const element of [root, ...root.querySelectorAll("canvas")]) this.resizes.observe(element)
  }

  // A canvas does not wait for the typefaces that it is written in.
  redrawWhenTyped() {
    const faces = ["400 12px Inter", "700 12px Inter", 'italic 12px "STIX Two Text"']
    Promise.all(faces.map((face) => document.fonts.load(face))).then(
      () => {
        this.content.outdate()
        this.paint()
      },
      () => {}, // then in those that there are
    )
  }

  /**
   * The one element that a selector names.
   * @template {HTMLElement} [E=HTMLElement]
   * @param {string} selector
   * @returns {E}
   */
  $(selector) {
    return /** @type {E} */ (this.root.querySelector(selector))
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
    const answers = same(data.asked, here, this.computed)
    const again = this.data && !this.waiting && same(data.asked, this.data.asked, this.computed)
    if (!answers && !again) return // a newer one is on its way
    const first = !this.data
    this.answered()
    this.data = data
    this.lesson = first ? data.lesson : this.content.keep(data.lesson, data)
    this.show(Number(this.lesson.k), data.loss ?? Number.NaN, data.saturated)
    this.order = data.stages.map(({ symbol }) => symbol)
    const follows = same(data.asked, here, ["stage"]) || !this.order.includes(here.stage)
    this.stage = follows ? data.lesson.stage : here.stage
    recolour(this)
    this.content.receive(data)
    if (first) this.content.hold(data.lesson.cell ?? "")
    if (first || this.asks) this.veil(true, this.stage)
    this.cover()
    this.asks = false
    if (Object.keys(here).length && !same(here, this.wanted)) address.visit(this.wanted, { replace: true })
    fillControls(this, data)
    this.paint(true)
    this.player.received()
    this.ahead(this.content.ahead())
  }

  /**
   * What was chosen in a dialog becomes part of the address here, as every other change does.
   * @param {Lesson} change
   */
  adopt({ page, note = "", ...lesson }) {
    page === undefined ? this.go(lesson) : this.turn(page, lesson)
    this.tell(note)
  }

  /**
   * What the visitor may want next, as changes of the lesson, the likeliest first.
   * @param {Lesson[]} changes
   * @param {string} [page]  another one
   */
  ahead(changes, page = this.page) {
    if (this.waiting || !changes.length) return
    const lessons = changes.map((change) => ({ ...this.wanted, ...change }))
    this.host.numbers.ahead?.(lessons, page)
  }

  /**
   * What the line above the maps says.
   * @param {number} k
   * @param {number} loss
   * @param {number | null} saturated  the share of units on flat parts, where there are such units
   */
  show(k, loss, saturated) {
    Object.assign(this, { k, loss, saturated })
  }

  answered() {
    clearTimeout(this.working)
    this.working = undefined
    clearInterval(this.silence) // or the timeout before it
    this.silence = undefined
    this.waiting = undefined
    this.notice("")
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
    if (!note) return
    this.notice(note)
    this.$(".notice").classList.add("calm")
  }

  // ---- where the visitor goes

  get wanted() {
    return { ...this.lesson, stage: this.stage, cell: this.content.cell, ...this.look }
  }

  /**
   * Has it looked at as an address says.
   * @param {Lesson} address
   */
  looked(address) {
    this.look = looks(address)
    this.content.hold(address.cell ?? "")
    this.content.outdate()
  }

  /**
   * Where numbers are hidden, those of a stage that one comes to going on are so until somebody reveals them.
   * @param {boolean} onward
   * @param {string} stage
   */
  veil(onward, stage) {
    this.veiled = onward && this.hides && !this.player.running && stage !== "x" && this.kind.turns
    this.content.arrive()
  }

  /** Whether numbers are hidden until somebody reveals them, or predicts one. */
  get hides() {
    return (this.look.hide === "1" || this.look.predict === "1") && this.kind.turns
  }

  /** Shows the numbers that are hidden; whether there were any. */
  unveil() {
    if (!this.veiled) return false
    if (this.host.veiled?.() && this.look.predict !== "1") {
      this.tell(say("web.room.held"))
      return true
    }
    this.veiled = false
    this.paint(true)
    this.host.unveiled?.()
    return true
  }

  // In a room they are hidden and revealed for all at once; but who has answered what was asked sees more from then on.
  cover() {
    const led = this.host.veiled?.()
    const here = `${this.page} ${this.k} ${this.stage}`
    if (led && here === this.covered) return
    this.covered = led ? here : ""
    if (led === undefined || this.veiled === (led && this.hides)) return
    this.veiled = led && this.hides
    if (this.note) this.notice("")
    this.note = ""
    this.content.arrive()
  }

  /**
   * Another way of looking at it, which the address then holds.
   * @param {Lesson} change
   */
  lookAt(change) {
    this.looked({ ...this.look, cell: this.content.cell, ...change })
    this.veiled = this.veiled && this.hides
    this.settle()
    this.paint()
  }

  link() {
    return this.host.address.link(this.wanted)
  }

  /**
   * Changes the lesson. A change of the stage alone is done here and now, and nobody is asked.
   * @param {Lesson} change
   * @param {How} [how]
   */
  go(change, { replace = false } = {}) {
    const { address } = this.host
    if (this.note) this.notice("")
    this.note = ""
    this.covered = ""
    if (this.refused({ ...(this.waiting ?? this.wanted), ...change })) return
    if (change.stage && change.stage !== this.stage) {
      this.veil(this.order.indexOf(change.stage) > this.order.indexOf(this.stage), change.stage)
      this.stage = change.stage
      this.content.follow(this.stage)
    }
    const next = { ...(this.waiting ?? this.wanted), cell: this.content.cell, ...change }
    if (change.k) this.content.seek(Number(change.k))
    if (same(next, this.waiting ?? this.lesson, this.computed)) {
      if (this.waiting) this.waiting = next
      if (!same(next, address.read())) address.visit(next, { replace })
      return this.paint(true)
    }
    this.asks = this.look.predict === "1" && !this.back(next)
    this.expect(next)
    address.visit(next, { replace })
    this.host.numbers.ask()
  }

  /** Whether a lesson is the one that is shown, an update or more before. @param {Lesson} next */
  back(next) {
    const k = String(this.k)
    return Number(next.k) < this.k && same({ ...next, k }, { ...this.lesson, k }, this.computed)
  }

  /**
   * Whether nobody here has the numbers of a lesson; then it is said, and whatever plays stops.
   * @param {Lesson} next
   * @param {string} [page]
   */
  refused(next, page) {
    if (!this.host.refuses) return false
    const sentence = this.host.refuses(next, page)
    if (sentence) this.player.pause()
    this.notice(sentence)
    return Boolean(sentence)
  }

  /**
   * From now on until the answer, what is on the screen is not what was asked for.
   * @param {Lesson} next
   */
  expect(next) {
    this.waiting = next
    this.root.dataset.ready = "0"
    this.silence ??= setTimeout(() => this.unanswered(), this.content.patience)
    this.working ??= setTimeout(() => this.notice(say("web.notice.working")), WORKING)
  }

  unanswered() {
    this.notice(say("web.notice.silent"))
    this.player.pause()
    this.silence = setInterval(() => this.host.numbers.ask(), ASK_AGAIN)
  }

  // The address changed: by Back or Forward, or by our own `visit`.
  travelled() {
    const { address: port, numbers } = this.host
    if (!this.data) return numbers.ask()
    const address = port.read()
    if (this.waiting && same(address, this.waiting, this.computed)) return
    const here = same(address, this.lesson, this.computed) || same(address, this.data.asked, this.computed)
    if (!here) {
      this.content.travelled(address, false)
      this.looked(address)
      this.expect({ ...this.wanted, ...address })
      return numbers.ask()
    }
    this.answered()
    const before = `${this.k} ${this.stage}`
    if (this.order.includes(address.stage)) this.stage = address.stage
    this.content.travelled(address, true)
    if (before !== `${this.k} ${this.stage}`) this.content.release()
    this.looked(address)
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
   * @param {Lesson} address
   */
  leap(address) {
    this.player.pause()
    this.expect(address)
    this.host.address.visit(address)
    this.host.numbers.ask()
  }

  /**
   * Another page, with the same lesson or a change of it.
   * @param {string} page
   * @param {Lesson} change
   */
  turn(page, change = {}) {
    if (page === this.page) return
    this.player.pause() // the film would go on, and the address with it
    leaving(this)
    const next = { ...this.wanted, ...change }
    if (this.refused(next, page)) return
    this.expect(next)
    this.host.address.visit(next, { page })
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
    const k = Number((this.waiting ?? this.lesson).k) + by
    if (k >= 0 && k <= this.content.end) this.go({ k: String(k), stage }, how)
  }

  /**
   * Has something opened large, or as files: of the moment on the screen.
   * @param {string} what
   */
  open(what) {
    this.player.pause()
    this.settle()
    const { open } = this.host
    open ? open(what) : this.notice(say("web.file.opens_nothing"))
  }

  // ---- painting

  paint(announce = false) {
    this.announce ||= announce
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined
      if (this.root.isConnected) this.draw()
    })
  }

  draw() {
    if (!this.data) return
    if (recolour(this)) this.content.receive(this.data)
    dress(this)
    fillStatus(this, this.data)
    this.content.draw()
    const { k } = this.lesson
    Object.assign(this.root.dataset, { update: k, stage: this.stage, ready: this.waiting ? "0" : "1" })
    this.root.style.visibility = "visible"
    arrived(this)
    if (this.announce && !this.player.running) speak(this)
    this.announce = false
  }

  /** Whether the stage comes before the loss. */
  get isEarly() {
    const loss = this.order.indexOf("L")
    return this.kind.reveals && this.order.indexOf(this.stage) < loss
  }

  // Where a lesson stands that goes stage by stage, in words.
  get place() {
    const number = this.order.indexOf(this.stage) + 1
    return say("web.spoken.place", { k: this.k, number, count: this.order.length, stage: this.stage })
  }
}
