// The page's frame: the lesson that the server answered, where the visitor goes next, and the painting
// loop. What stands in the middle is the content: the linked maps (step.js) or a board (board.js).

import { COMPUTED, link, read, same, visit } from "../model/address.js"
import { Board } from "./board.js"
import { Film } from "./film.js"
import { bindControls, fillControls } from "./controls.js"
import { bindKeys } from "./keys.js"
import { frame } from "./layout.js"
import { fillStatus } from "./status.js"
import { Player } from "./player.js"
import { Step } from "./step.js"

const ANSWER_IN = 4000 // milliseconds after which we say that the server is silent
const ASK_AGAIN = 5000 // and how often it is then asked again
const SILENT = "The server has not answered; it is asked again and again. What is on the screen still works, and the address keeps your change."

export class View {
  constructor(root, page) {
    Object.assign(this, { root, page })
    root.innerHTML = frame(page)
    this.stop = new AbortController() // ends every listener at once
    this.player = new Player(this)
    this.content = new ({ "": Step, train: Film }[page] ?? Board)(this)
    this.computed = this.content.computed ?? COMPUTED
    bindControls(this)
    bindKeys(this)
    addEventListener("popstate", () => this.travelled(), { signal: this.stop.signal })
    this.resizes = new ResizeObserver(() => {
      this.content.drawn = false // curves are drawn once, for the size they have
      this.paint()
    })
    for (const element of [root, ...root.querySelectorAll("canvas")]) this.resizes.observe(element)
  }

  $(selector) {
    return this.root.querySelector(selector)
  }

  leave() {
    this.stop.abort()
    this.resizes.disconnect()
    this.player.stop()
    clearInterval(this.silence)
  }

  // ---- what the server says

  receive(data) {
    const address = read()
    const answers = same(data.asked, address, this.computed)
    const again = this.data && !this.waiting && same(data.asked, this.data.asked, this.computed)
    if (!answers && !again) return // a newer answer is on its way
    const first = !this.data
    this.answered()
    this.data = data
    // A film is where it was scrubbed or played to meanwhile, whatever the server was asked for.
    if (!first && this.content.seek) data.lesson.k = String(Math.min(this.k, data.film.n))
    this.lesson = data.lesson
    this.k = Number(data.lesson.k)
    this.order = data.stages.map(({ symbol }) => symbol)
    const follows = same(data.asked, address, ["stage"]) || !this.order.includes(address.stage)
    this.stage = follows ? data.lesson.stage : address.stage
    if (Object.keys(address).length && !same(address, this.wanted)) visit(this.wanted, { replace: true, server: false })
    this.content.receive(data)
    fillControls(this)
    this.adopt(first)
    this.paint(true)
    this.player.received()
  }

  // What was chosen in a dialog becomes part of the address here, as every other change does.
  adopt(first) {
    const [count, change] = this.data.adopt
    const fresh = !first && count !== this.adopted
    this.adopted = count
    if (!fresh) return
    const { page, ...lesson } = change
    page === undefined ? this.go(lesson) : this.turn(page, lesson)
  }

  answered() {
    clearInterval(this.silence) // or the timeout before it
    this.silence = undefined
    this.waiting = undefined
    this.notice("")
  }

  notice(text) {
    const element = this.$(".notice")
    element.hidden = !text
    element.textContent = text
  }

  // ---- where the visitor goes

  get wanted() {
    return { ...this.lesson, stage: this.stage }
  }

  link() {
    return link(this.wanted)
  }

  // Changes the lesson. A change of the stage alone is done here and now, and nobody is asked.
  go(change, { replace = false } = {}) {
    const next = { ...(this.waiting ?? this.wanted), ...change }
    if (change.stage) this.stage = change.stage
    this.reveal()
    if (change.k && this.content.seek) this.content.seek(Number(change.k))
    if (same(next, this.waiting ?? this.lesson, this.computed)) {
      if (this.waiting) this.waiting = next
      if (!same(next, read())) visit(next, { replace, server: false })
      this.content.release()
      return this.paint(true)
    }
    this.expect(next)
    visit(next, { replace })
  }

  // On a phone the sheet of words covers half of the maps: the stage's own comes out from under it.
  reveal() {
    if (matchMedia("(max-width: 760px)").matches) this.$(`.maps [data-figure="${this.stage}"]`)?.scrollIntoView({ block: "nearest" })
  }

  // From now on until the answer, what is on the screen is not what was asked for.
  expect(next) {
    this.waiting = next
    this.root.dataset.ready = "0"
    this.silence ??= setTimeout(() => this.unanswered(), ANSWER_IN)
  }

  unanswered() {
    this.notice(SILENT)
    this.player.pause()
    this.silence = setInterval(() => dispatchEvent(new PopStateEvent("popstate")), ASK_AGAIN)
  }

  // The address changed: by Back or Forward, or by our own `visit`.
  travelled() {
    if (!this.data) return
    const address = read()
    if (this.waiting && same(address, this.waiting, this.computed)) return
    if (same(address, this.lesson, this.computed) || same(address, this.data.asked, this.computed)) {
      this.answered()
      const before = `${this.k} ${this.stage}`
      if (this.order.includes(address.stage)) this.stage = address.stage
      this.content.travelled?.(address)
      if (before !== `${this.k} ${this.stage}`) this.content.release()
      this.paint(true)
      return
    }
    if (this.content.seek) this.k = Number(address.k) || 0
    this.expect({ ...this.wanted, ...address })
  }

  // The address follows what was changed here alone, when it has come to rest.
  settle() {
    if (!this.waiting && !same(read(), this.wanted)) visit(this.wanted, { server: false })
  }

  // Another page, with the same lesson or a change of it.
  turn(path, change = {}) {
    if (path === this.page) return
    this.player.pause() // the film would go on, and the address with it
    const base = location.pathname.slice(0, location.pathname.length - this.page.length)
    const next = { ...this.wanted, ...change }
    this.expect(next)
    visit(next, { path: base + path })
  }

  nextStage(by, options) {
    if (this.content.seek) return this.nextUpdate(by)
    const at = this.order.indexOf(this.stage) + by
    if (at >= this.order.length) return this.nextUpdate(1, "x", options)
    if (at >= 0) return this.go({ stage: this.order[at] }, options)
    if (this.k > 0) this.nextUpdate(-1, this.order.at(-1), options)
  }

  nextUpdate(by, stage = this.stage, options) {
    const k = Number((this.waiting ?? this.lesson).k) + by
    if (k >= 0 && k <= (this.content.film?.n ?? k)) this.go({ k: String(k), stage }, options)
  }

  // Has something opened large, or as files: of the moment on the screen, which the server may not know yet.
  open(what) {
    this.player.pause()
    this.settle()
    if (!this.waiting && !same(read(), this.data.asked)) dispatchEvent(new PopStateEvent("popstate"))
    this.ask(what)
  }

  // ---- painting

  paint(announce = false) {
    this.announce ||= announce
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined
      if (this.data && this.root.isConnected) this.draw()
    })
  }

  draw() {
    fillStatus(this)
    this.content.draw()
    Object.assign(this.root.dataset, { update: this.lesson.k, stage: this.stage, ready: this.waiting ? "0" : "1" })
    this.root.style.visibility = "visible"
    if (this.announce && !this.player.running) this.speak()
    this.announce = false
  }

  // For those who listen: where this is, and what is to be seen there.
  speak() {
    this.$(".live").textContent = this.content.spoken()
  }

  // Where a lesson stands that goes stage by stage, in words.
  get place() {
    return `Update ${this.k}, stage ${this.order.indexOf(this.stage) + 1} of ${this.order.length}, ${this.stage}.`
  }
}
