// A room on the projector: how to join, the question with the number of answers, and the results.

import { largestValue, letter, numberTable, rich } from "../pages/learn/learn_words.js"
import { clock, escapeHtml, formula } from "../view/model/numbers/format.js"
import { say } from "../view/model/words.js"
import { setHTML } from "../view/shell/html.js"
import { AllRuns } from "./experiment.js"
import { paintPlates, platesHTML } from "./plate_row.js"
import { cellIn, endOf, leftUntil, windowAt } from "./question.js"
import { drawMap } from "./question_map.js"
import { foundIt, paintResults, resultsHTML } from "./results.js"
import { inReaders } from "./screen_bar.js"

/** @import { Asking } from "./ballot.js" */
/** @import { RoomMap, RoomPlate, RoomPoll, RoomQuestion, RoomResults, RoomScreen } from "../view/types/view.js" */

const TICK = 250

const MOST_LAYERS = 16
const MOST_DOTS = 600 // of followers that have joined

/** Return the number of layers of a map to draw. @param {RoomMap} map */
const layersOf = ({ layers }) => Math.min(layers, MOST_LAYERS)

export class RoomBoard {
  /** @type {RoomPoll | null} */
  poll = null
  /** @type {RoomQuestion | undefined} */
  question = undefined
  /** @type {RoomResults | undefined} */
  results = undefined
  /** @type {RoomScreen | null} */
  screen = null
  counts = { votes: 0, followers: 0, alone: 0, lost: 0 }
  link = ""
  ends = 0
  covered = "" // "black", "join" or ""
  coveredHere = false // covered by this page, not by the room

  /**
   * @param {HTMLElement} element
   * @param {Pick<Asking, "question" | "results"> & import("./experiment.js").Asking} asking
   * @param {URL} base
   * @param {string} code
   * @param {() => void} changed
   */
  constructor(element, asking, base, code, changed) {
    this.element = element
    this.asking = asking
    this.base = base
    this.code = code
    this.changed = changed
    this.curtain = document.createElement("section")
    this.curtain.className = "room-ui curtain"
    this.curtain.addEventListener("click", () => this.cover(""))
    element.after(this.curtain)
    this.runs = new AllRuns(element, asking)
    new ResizeObserver(() => this.paint()).observe(element)
    this.timer = setInterval(() => this.tick(), TICK)
    this.look().then(() => {
      this.changed()
      if (this.open) this.show() // the corner shows the link
      this.cover(this.covered)
    })
  }

  get open() {
    return Boolean(this.poll)
  }

  /** Show or hide the note that the server has lost the room. The question stays visible. @param {boolean} is */
  setGone(is) {
    this.element.classList.toggle("gone", is)
    this.element.dataset.gone = is ? say("web.room.gone") : ""
  }

  /** Fetch the room's link and its number of followers. */
  async look() {
    const answer = await fetch(new URL(`room/${this.code}`, this.base)).catch(() => undefined)
    const room = await answer?.json().catch(() => undefined)
    if (!room?.link) return
    this.link = room.link
    this.counts = { ...this.counts, followers: room.followers }
  }

  /** Set the current screen of the room's deck. @param {RoomScreen | null} screen */
  shown(screen) {
    const isNew = screen?.number !== this.screen?.number
    this.screen = this.runs.screen = screen
    if (this.runs.poll) this.runs.show()
    else if (isNew && this.poll?.kind === "predict") this.show() // the screen's sentence is the premise
  }

  /** @param {RoomPoll | null} poll */
  async hear(poll) {
    this.poll = poll
    this.ends = endOf(poll)
    this.changed()
    this.question = this.results = undefined
    const experiment = poll?.kind === "experiment"
    this.runs.hear(experiment ? poll : null)
    if (poll && !experiment) {
      const isShown = poll.phase === "shown" || poll.phase === "revealed"
      const [question, results] = await Promise.all([
        this.asking.question(poll.number),
        isShown ? this.asking.results() : undefined,
      ])
      if (this.poll !== poll) return
      this.question = question
      this.results = results
    }
    this.show()
    if (experiment) this.runs.look(this.counts.votes)
  }

  /** @param {{ votes: number, followers: number, alone: number, lost: number }} counts */
  count(counts) {
    this.counts = counts
    if (!this.link) this.look().then(this.changed) // the room did not exist when this page loaded
    this.tick()
    this.changed()
    this.runs.look(counts.votes)
  }

  leave() {
    clearInterval(this.timer)
    this.element.remove()
    this.curtain.remove()
  }

  // ---- render

  show() {
    const { element, question, poll, runs } = this
    element.classList.toggle("asking", Boolean(question || runs.poll))
    element.classList.toggle("resulting", Boolean(this.results))
    element.innerHTML = poll && question ? this.asked(poll, question) : runs.poll ? this.experiment : ""
    this.tick()
    if (runs.poll) runs.show()
    else this.paint()
  }

  /**
   * Cover the lecture and its question: "black", "join" (how to join), or "" for neither. What it covers keeps its
   * state.
   * @param {string} how
   */
  cover(how) {
    const { curtain } = this
    this.covered = how
    this.coveredHere = false
    curtain.classList.toggle("black", how === "black")
    curtain.classList.toggle("joining", how === "join")
    curtain.innerHTML = how === "join" ? this.invitation : ""
    this.tick()
    this.changed()
  }

  /** Cover or uncover only this page, until the next move. @param {string} how */
  toggle(how) {
    this.cover(this.covered === how ? "" : how)
    this.coveredHere = this.covered !== ""
  }

  /** Uncover a page if only this page is covered. */
  goesOn() {
    if (this.coveredHere) this.cover("")
  }

  /** The address at which followers type the code. */
  get plainLink() {
    return this.link.replace(/^https?:\/\//, "").replace(/\/[^/]*$/, "")
  }

  get invitation() {
    return `<h1>${say("web.room.follow_on")}</h1><img src="${this.qr}" alt="${escapeHtml(say("web.room.qr", { link: this.link }))}">
      <div><p>${say("web.room.go_to")}</p><p class="link">${escapeHtml(this.plainLink)}</p><p>${say("web.room.and_type")}</p><b>${escapeHtml(this.code)}</b><p>${say("web.room.nameless")}</p></div>
      <footer><p class="joined"></p><p class="dots" aria-hidden="true"></p><p class="starts"><kbd>${say("web.keys.PageDown")}</kbd> ${say("web.room.starts")}</p></footer>`
  }

  /** Instructions for joining, for a corner of the page. */
  get corner() {
    return `<p class="corner"><span>${say("web.room.join_at")}<em>${escapeHtml(this.plainLink)}</em></span><b>${escapeHtml(this.code)}</b></p>`
  }

  get qr() {
    return new URL(`room/${this.code}/qr.svg`, this.base).href
  }

  get experiment() {
    return `<header><div><p class="premise-line"><span class="tag">${say("web.hall.experiment.tag")}</span> <span class="premise"></span></p><h1 class="found"></h1></div>${this.corner}</header>
      <div class="body"><canvas class="runs" role="img"></canvas></div>
      <footer><p class="predicted headline"></p><div class="inside"></div><p>${say("web.hall.experiment.dot")}</p></footer>`
  }

  /** @param {RoomPoll} poll @param {RoomQuestion} question */
  asked(poll, question) {
    const { results } = this
    if (results) {
      const sentence = results.right
        ? `<p class="premise">${rich(question.ask)}</p><h1>${rich(results.right)}</h1>`
        : `<h1>${rich(question.ask)}</h1>`
      return `<header><div>${sentence}</div>${this.corner}</header>
        <div class="body">${platesHTML(platesBeside(question, results))}${resultsHTML(question, results)}</div>
        <footer><p class="headline">${results.revealed ? foundIt(results) : ""}</p><p class="soft">${say(`web.hall.phase.${poll.phase}`)}</p></footer>`
    }
    const sentence = poll.kind === "predict" && this.screen ? escapeHtml(inReaders(this.screen.say)) : ""
    return `<header><div><p class="premise">${sentence || rich(question.text)}</p><h1>${rich(question.ask)}</h1></div>${this.corner}</header>
      <div class="body"><div class="scene">${this.scene(question)}</div>
        <div class="status"><p class="time"><b></b> <small></small></p><p class="answered"></p><div class="meter"><i></i></div><p class="soft">${say(`web.hall.phase.${poll.phase}`)}</p></div></div>
      ${question.kind === "choose" ? options(question) : ""}`
  }

  /** @param {RoomQuestion} question */
  scene(question) {
    const { map, source, kernel, kind, plates } = question
    if (kind !== "click")
      return `${platesHTML(plates)}${kind === "number" ? `<p class="lead">${say("web.hall.type")}</p>` : ""}`
    if (!map) return ""
    const cells = `<p class="cells${map.plane ? "" : " on"}"><b>${say("web.hall.cells", { n: map.cells })}</b> ${say("web.hall.any")}</p>`
    const figure = (/** @type {string} */ name, /** @type {typeof map} */ shown) =>
      `<figure><figcaption><i>${formula(shown.label)}</i> ${escapeHtml(shown.plane ? shown.words : say("web.hall.hidden", { words: shown.words }))}</figcaption><div class="layers" style="--across:${Math.ceil(Math.sqrt(layersOf(shown)))}">${Array.from({ length: layersOf(shown) }, (_, layer) => `<canvas data-shows="${name}" data-layer="${layer}"></canvas>`).join("")}</div>${name === "map" ? cells : ""}</figure>`
    const weights = kernel
      ? `<figure class="kernel"><figcaption><i>f</i> ${say("web.hall.kernel")}</figcaption>${numberTable(kernel, largestValue([{ picture: kernel }]))}</figure>`
      : ""
    const arrow = `<svg class="arrow" aria-hidden="true"><path></path><path class="head"></path><text>${escapeHtml(say("web.hall.here"))}</text></svg>`
    return `${source ? `${figure("source", source)}<b class="sign">∗</b>${weights}<b class="sign">=</b>` : ""}${figure("map", map)}${source ? arrow : ""}`
  }

  paint() {
    const { element, question, results } = this
    if (this.runs.poll) return this.runs.paint()
    if (question) paintPlates(element, results ? platesBeside(question, results) : question.plates)
    if (results) return paintResults(element, results)
    if (!question?.map) return
    const { map, source } = question
    const [row, column] = [map.rows - 1 - Math.floor(map.rows / 10), Math.floor((3 * map.columns) / 4)]
    const example = cellIn(map, 0, row, column)
    for (const canvas of element.querySelectorAll(/** @type {"canvas"} */ ("canvas[data-shows]"))) {
      const layer = Number(canvas.dataset.layer)
      if (canvas.dataset.shows === "source" && source) drawMap(canvas, source, { window: windowAt(question, example) })
      else drawMap(canvas, map, { layer, window: source ? [row, column, 1, 1] : undefined })
    }
    this.arrow(question, row, column)
  }

  /**
   * Draw the arrow from the example's window to the cell that it produces, below the maps, whose captions are above.
   * @param {RoomQuestion} question
   * @param {number} row
   * @param {number} column
   */
  arrow({ map, source, window }, row, column) {
    const [scene, svg] = this.element.querySelectorAll(/** @type {"svg"} */ (".scene, .arrow"))
    const [from, to] = scene?.querySelectorAll("canvas") ?? []
    if (!svg || !to || !map || !source) return
    const base = scene.getBoundingClientRect()
    const [left, right] = [from.getBoundingClientRect(), to.getBoundingClientRect()]
    const [top, at, , wide] = windowAt(/** @type {RoomQuestion} */ ({ map, window }), cellIn(map, 0, row, column))
    const [here, there] = [left.width / source.columns, right.width / map.columns] // side of a cell in each canvas
    const x = left.x - base.x + (at + wide) * here
    const y = left.y - base.y + (top + wide / 2) * here
    const end = { x: right.x - base.x + column * there - 3, y: right.y - base.y + (row + 0.5) * there }
    const middle = {
      x: (left.right + right.x) / 2 - base.x,
      y: Math.max(left.bottom, right.bottom) - base.y + 0.24 * left.height,
    }
    const [line, head, text] = svg.children
    line.setAttribute("d", `M${x},${y} Q${middle.x},${middle.y} ${end.x},${end.y}`)
    head.setAttribute("d", `M${end.x},${end.y} l-12,5 l1.5,-6.5 l-3,-4.5 z`)
    text.setAttribute("x", String(middle.x))
    text.setAttribute("y", String((middle.y + Math.max(y, end.y)) / 2))
    text.setAttribute("dy", "1em")
  }

  // Update the number of answers and the time left.
  tick() {
    const { element, poll, counts } = this
    for (const line of this.curtain.querySelectorAll(/** @type {"p"} */ (".joined"))) {
      setHTML(line, counts.followers ? say("web.room.joined", { n: counts.followers }) : say("web.room.nobody"))
      const dots = /** @type {HTMLElement} */ (line.nextElementSibling)
      setHTML(dots, "<i></i>".repeat(Math.min(counts.followers, MOST_DOTS)))
    }
    const answeredElement = element.querySelector(".answered")
    if (!answeredElement || !poll) return
    answeredElement.innerHTML = say("web.hall.answered", {
      n: counts.votes,
      of: Math.max(counts.followers, counts.votes),
    })
    const bar = element.querySelector(/** @type {"i"} */ (".status .meter i"))
    if (bar) bar.style.width = `${(100 * counts.votes) / Math.max(counts.followers, counts.votes, 1)}%`
    const secondsLeft = leftUntil(this.ends, poll)
    const [time, words] = element.querySelectorAll(".time > *")
    time.textContent = secondsLeft === null ? "" : clock(secondsLeft)
    words.textContent = secondsLeft === null ? "" : say("web.hall.to_answer")
  }
}

/**
 * Return the pictures beside the results: the question's own, or for a click the image and the kernel of the scene.
 * @param {RoomQuestion} question @param {RoomResults} results
 * @returns {RoomPlate[]}
 */
function platesBeside({ source, kernel }, { plates }) {
  if (plates.length || !source?.plane) return plates
  const { label, words, rows, columns } = source
  const shown = { label, words, hidden: false, ring: null }
  const image = { ...shown, rows, columns, picture: null, map: source }
  if (!kernel) return [image]
  const size = { rows: kernel.length, columns: kernel[0].length }
  return [image, { ...shown, ...size, label: "f", words: say("web.hall.kernel"), picture: kernel, map: null }]
}

/** Return the options of a question as cards. @param {RoomQuestion} question */
function options({ options: all }) {
  const scale = largestValue(all)
  const card = (/** @type {RoomQuestion["options"][number]} */ { label, picture: rows }, /** @type {number} */ n) =>
    `<li><span class="letter">${letter(n)}</span>${rows ? numberTable(rows, scale) : ""}<span>${rich(label)}</span></li>`
  return `<ul class="options${all.length > 4 ? " many" : ""}">${all.map(card).join("")}</ul>`
}
