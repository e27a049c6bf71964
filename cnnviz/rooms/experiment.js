// A class experiment: a device highlights its run among the others, and a projector shows all runs.

import { rich } from "../pages/learn/learn_words.js"
import { paintRuns } from "../pages/train/sweep_chart.js"
import { HIGH, headline, nearestRun, rankRun, scaleOf, summarizeRuns } from "../pages/train/sweep_model.js"
import { escapeHtml, inField, number } from "../view/model/numbers/format.js"
import { say } from "../view/model/words.js"
import { closest, setHTML } from "../view/shell/html.js"
import { paintPlates, platesHTML } from "./plate_row.js"
import { bestOf, hasDiverged, paintRates, tick } from "./rate_chart.js"
import { inReaders } from "./screen_bar.js"

/** @import { Runs } from "../pages/train/sweep_chart.js" */
/** @import { roomClient } from "./requests.js" */
/** @import { RoomExperiment, RoomInside, RoomPoll, RoomRun, RoomScreen } from "../view/types/view.js" */
/** @typedef {Pick<ReturnType<typeof roomClient>, "place" | "experiment" | "inside">} Asking */

const LOOK_IN = 1000 // milliseconds until a phone first fetches the other runs, with a random factor of 1 to 2
const SLOWER = 2 // growth of that delay from fetch to fetch
const LOOKS = 7 // number of fetches
const LEAST = 1e-6 // lower end of the chart's scale

/** Decode base64 to numbers. @param {string} text @param {4 | 8} bytes  of each */
function numbersIn(text, bytes) {
  const buffer = Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0)).buffer
  return bytes === 8 ? new Float64Array(buffer) : new Float32Array(buffer)
}

/**
 * Convert an experiment to the chart's data, including the device's run.
 * @param {RoomExperiment} found
 * @param {RoomRun} [own]
 * @returns {Runs}
 */
export function runsIn(found, own) {
  const lastLosses = numbersIn(found.last, 8)
  const curves = numbersIn(found.curves, 4)
  const ownCurve = own && numbersIn(own.curve, 8)
  const pointCount = found.at.length
  const indexByRun = new Map(found.shown.map((run, n) => [run, n]))
  return {
    key: found.key,
    n: found.updates,
    values: [...found.values],
    rates: [...found.rates],
    last: lastLosses,
    scale: scaleOf([...curves, ...lastLosses]),
    shown: [...found.shown],
    curve(run) {
      if (ownCurve && run === own.run) return ownCurve
      const n = indexByRun.get(run) ?? 0
      return curves.subarray(n * pointCount, (n + 1) * pointCount)
    },
  }
}

/** Return a sentence on the device's run. @param {RoomRun} own @param {RoomExperiment | undefined} found */
export function saidOf(own, found) {
  const loss = numbersIn(own.curve, 8).at(-1) ?? Number.NaN
  const sentences = [
    Number.isFinite(loss) ? say("web.hall.experiment.you", { loss: number(loss, 4) }) : say("web.hall.experiment.lost"),
  ]
  const lastLosses = found ? numbersIn(found.last, 8) : []
  if (own.run < lastLosses.length && lastLosses.length > 1) {
    const { same, lower } = rankRun(lastLosses, own.run)
    if (same && Number.isFinite(loss)) sentences.push(say("web.hall.experiment.same", { n: same }))
    else sentences.push(say("web.hall.experiment.lower", { n: lower, of: lastLosses.length - 1 }))
  }
  return sentences.join(" ")
}

/** Return the question that an experiment answers. @param {RoomExperiment} found */
const askOf = ({ key, updates }) =>
  say(`web.hall.experiment.ask.${key === "lr" ? "lr" : "seed"}`, { n: updates, limit: HIGH })

/** Return the learning rate with the lowest loss, as a sentence. @param {RoomExperiment} found @param {ArrayLike<number>} last */
function winnerSentence(found, last) {
  const bestRun = bestOf(last)
  const loss = last[bestRun] < LEAST ? say("web.hall.experiment.below", { loss: tick(-6) }) : number(last[bestRun], 2)
  return say("web.hall.experiment.wins", { rate: inField(found.values[bestRun]), loss })
}

/**
 * Return the conclusion from all runs, and the number of devices that predicted it.
 * @param {RoomExperiment} found
 * @returns {{ headline: string, predicted: string }}
 */
export function conclusion(found) {
  const lastLosses = numbersIn(found.last, 8)
  const predictionCount = found.predicted.reduce((sum, count) => sum + count, 0)
  const predictionText =
    predictionCount && found.confirmed !== null
      ? say("web.hall.experiment.predicted", { n: found.predicted[found.confirmed], of: predictionCount })
      : ""
  const rates = found.key === "lr"
  const allFacts = summarizeRuns(lastLosses, undefined)
  const { runs } = allFacts
  const start = rates ? numbersIn(found.curves, 4)[0] : 0
  const divergedCount = rates ? lastLosses.filter((loss) => hasDiverged(loss, start)).length : allFacts.lost
  const sentences = [
    rates && runs > 1 && divergedCount < runs
      ? winnerSentence(found, lastLosses)
      : `${headline({ ...allFacts, lost: divergedCount }, found.updates)}.`,
    !rates && allFacts.times ? say("web.sweep.same", { times: allFacts.times, loss: number(allFacts.same, 4) }) : "",
    divergedCount && divergedCount < runs ? say("web.hall.experiment.diverged", { n: divergedCount, of: runs }) : "",
  ]
  return { headline: sentences.filter(Boolean).join(" "), predicted: predictionText }
}

/**
 * Paint all runs: over a horizontal axis for learning rates, as curves and stacked dots otherwise.
 * @param {HTMLCanvasElement} canvas
 * @param {RoomExperiment} found
 * @param {RoomRun | undefined} own
 * @param {{ revealed?: boolean, pointed?: number, font?: number, narrow?: boolean }} look
 */
function paintRunCharts(canvas, found, own, { revealed = false, pointed = -1, font = 13, narrow = false }) {
  const runs = runsIn(found, own)
  const ownRun = own && own.run < runs.last.length ? own.run : -1
  if (found.key === "lr")
    return paintRates(canvas, runs, { own: ownRun, pointed, best: revealed ? bestOf(runs.last) : -1, font, narrow })
  return paintRuns(canvas, runs, {
    pointed: ownRun >= 0 ? ownRun : pointed,
    font,
    narrow,
    grouped: revealed && !narrow,
  })
}

/** Return the maps of a run and the reason of its outcome. @param {RoomInside | undefined} inside */
const insideHTML = (inside) =>
  inside?.plates.length || inside?.say ? `${platesHTML(inside.plates)}<p>${rich(inside.say)}</p>` : ""

/** The device's own run, on a phone. */
export class DeviceRun {
  /** @type {RoomPoll | null} */
  poll = null
  /** @type {RoomRun | undefined} */
  run = undefined
  /** @type {RoomExperiment | undefined} */
  found = undefined
  /** @type {RoomInside | undefined} */
  inside = undefined
  note = ""
  /** @type {RoomScreen | null} */
  screen = null
  isComplete = false // whether `found` has the runs of all devices, fetched after the experiment ended
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer = undefined

  /** @param {HTMLElement} element @param {Asking} asking @param {(query: string) => void} explore  goes to an address on one's own */
  constructor(element, asking, explore) {
    this.element = element
    this.asking = asking
    element.addEventListener("click", (event) => {
      const query = closest(event, "[data-query]")?.dataset.query
      if (query) explore(query)
    })
  }

  /** @param {RoomPoll | null} poll */
  async hear(poll) {
    const isKnown = poll?.number === this.poll?.number
    this.poll = poll
    if (isKnown && poll && this.isRevealed && !this.isComplete) this.later(0, 0)
    if (isKnown) return poll ? this.show() : undefined
    clearTimeout(this.timer)
    this.run = this.found = this.inside = undefined
    this.isComplete = false
    this.note = ""
    if (!poll) return
    this.show()
    const { ok, sentence, data } = await this.asking.place()
    if (this.poll?.number !== poll.number) return
    if (ok) this.run = data
    else this.note = sentence || say("web.notice.silent")
    this.show()
    this.later(0)
  }

  get isRevealed() {
    return this.poll?.phase === "revealed"
  }

  // Other devices join over time, so fetch their runs again at growing intervals, until the experiment has ended.
  /** @param {number} times @param {number} [least]  least delay, relative to the longest random one */
  later(times, least = 1) {
    if (times === LOOKS) return
    clearTimeout(this.timer)
    const loadResults = async () => {
      const { poll, isRevealed } = this
      const response = await this.asking.experiment(false)
      if (!poll || this.poll?.number !== poll.number) return
      this.found = response ?? this.found
      this.isComplete ||= isRevealed && response !== undefined
      this.show()
      if (!this.inside && this.run) this.inside = await this.asking.inside(this.run.run)
      if (this.poll?.number !== poll.number) return
      this.show()
      if (!this.isComplete && isRevealed === this.isRevealed) this.later(times + 1)
    }
    this.timer = setTimeout(loadResults, LOOK_IN * SLOWER ** times * (least + Math.random()))
  }

  show() {
    const { element, run, found, note, inside } = this
    const sentence = this.screen ? inReaders(this.screen.say) : ""
    const end = this.isComplete && found?.values.length ? conclusion(found) : undefined
    const heading = run
      ? `<div class="own"><h1 tabindex="-1">${say("web.hall.experiment.your", { key: say(`web.sweep.key.${run.key}`), value: escapeHtml(inField(run.value)) })}</h1><span class="tag">${say("web.hall.experiment.made", { n: run.updates })}</span></div>
        <p class="stand" role="status">${saidOf(run, found)}</p>`
      : `<p class="stand" role="status">${escapeHtml(note) || say("web.hall.experiment.waiting")}</p>`
    element.innerHTML = `<p class="of">${say("web.hall.experiment.tag")}${sentence ? ` · ${escapeHtml(sentence)}` : ""}</p>${heading}
      ${end ? `<p class="headline"><b>${escapeHtml(end.headline)}</b> ${end.predicted}</p>` : ""}
      ${insideHTML(inside)}
      ${found ? `${found.values.length > 1 ? `<h2>${say("web.hall.experiment.among", { runs: found.values.length })}</h2>` : ""}<canvas class="runs" role="img" aria-label="${escapeHtml(end?.headline ?? askOf(found))}"></canvas>` : ""}
      ${run?.query && inside?.look ? `<button type="button" data-key="room_look" data-query="${escapeHtml(inside.look)}">${say("web.film.look", { k: inside.k })} ›</button>` : ""}
      ${run?.query ? `<button type="button" class="primary" data-key="room_inside" data-query="${escapeHtml(run.query)}">${say("web.hall.experiment.inside")}</button>` : ""}`
    this.paint()
  }

  paint() {
    const canvas = this.element.querySelector(/** @type {"canvas"} */ ("canvas.runs"))
    const { found, run } = this
    if (this.inside) paintPlates(this.element, this.inside.plates)
    if (!canvas?.clientWidth || !found) return
    paintRunCharts(canvas, found, run, { revealed: this.isComplete, narrow: true })
  }
}

/**
 * Return the index of a run that learns least, or −1 if all runs learn. Several runs with exactly the same loss come
 * before the highest loss.
 * @param {ArrayLike<number>} last
 */
export function worstOf(last) {
  const { same, times, high } = summarizeRuns(last, undefined)
  const losses = Array.from(last)
  if (times && same > HIGH) return losses.indexOf(same)
  return high ? losses.indexOf(Math.max(...losses.filter(Number.isFinite))) : -1
}

/** All runs, on a projector. */
export class AllRuns {
  /** @type {RoomPoll | null} */
  poll = null
  /** @type {RoomExperiment | undefined} */
  found = undefined
  /** @type {RoomInside | undefined}  of one that does not learn, or learns least */
  inside = undefined
  asked = -1 // number of devices at the last fetch
  devices = -1
  asking = false
  pointed = -1 // the run whose maps are shown
  chosen = false // whether its dot was clicked
  /** @type {RoomScreen | null} */
  screen = null
  /** @type {import("../pages/train/sweep_model.js").Dots | undefined} */
  dots = undefined

  /** @param {HTMLElement} element @param {Asking} requests */
  constructor(element, requests) {
    this.element = element
    this.requests = requests
    element.addEventListener("click", ({ target, offsetX, offsetY }) => {
      if (!this.dots || !(/** @type {Element} */ (target).matches("canvas.runs"))) return
      const run = nearestRun(this.dots, offsetX, offsetY)
      if (run < 0) return
      this.chosen = true
      this.explain(run)
    })
  }

  /** @param {RoomPoll | null} poll */
  hear(poll) {
    if (poll?.number !== this.poll?.number) {
      this.found = this.inside = this.dots = undefined
      this.asked = this.pointed = -1
      this.chosen = false
    }
    this.poll = poll
    if (poll && this.revealed && !this.chosen) this.explainWorst()
  }

  /** Whether the conclusion from the runs is shown. */
  get revealed() {
    return this.poll?.phase === "revealed"
  }

  /** Show the maps of a run that does not learn. */
  async explainWorst() {
    if (!this.found || this.chosen) return
    const worstRun = worstOf(numbersIn(this.found.last, 8))
    if (worstRun >= 0 && worstRun !== this.inside?.run) await this.explain(worstRun)
  }

  /** Show the maps of a run. @param {number} run */
  async explain(run) {
    const { poll } = this
    this.pointed = run
    const insideRun = await this.requests.inside(run)
    if (this.poll?.number !== poll?.number || this.pointed !== run || !insideRun) return
    this.inside = insideRun
    this.show()
  }

  /** Fetch the runs again if the number of devices has changed. @param {number} devices */
  async look(devices) {
    const { poll } = this
    this.devices = devices
    if (!poll || this.asking || devices === this.asked) return
    this.asking = true
    this.asked = devices
    const response = await this.requests.experiment(true)
    this.asking = false
    if (!response)
      this.asked = this.devices = -1 // the next count event retries
    else if (this.poll?.number === poll.number) {
      this.found = response
      this.show()
      if (this.revealed) await this.explainWorst()
    }
    await this.look(this.devices) // the number of devices or the experiment may have changed meanwhile
  }

  show() {
    const { element, found } = this
    const setText = (/** @type {string} */ selector, /** @type {string} */ text) => {
      const container = element.querySelector(selector)
      if (container) container.textContent = text
    }
    const sentence = this.screen ? inReaders(this.screen.say) : ""
    setText(".premise", sentence)
    if (!found?.values.length) return setText(".found", say("web.hall.experiment.join"))
    const { headline: end, predicted } = conclusion(found)
    setText(".found", this.revealed ? end : askOf(found))
    setText(".premise", sentence || say(`web.sweep.differs.${found.key}`, { runs: found.values.length }))
    const predictions = element.querySelector(".predicted")
    if (predictions) setHTML(predictions, this.revealed ? predicted : "")
    const { inside } = this
    const insideElement = element.querySelector(".inside")
    if (insideElement && (inside?.plates.length || inside?.say))
      setHTML(
        insideElement,
        `<b>${say(`web.sweep.key.${found.key}`)} ${escapeHtml(inField(inside.value))}</b>${insideHTML(inside)}`,
      )
    if (inside) paintPlates(/** @type {HTMLElement} */ (element), inside.plates)
    this.paint()
  }

  paint() {
    const { element, found } = this
    const canvas = element.querySelector(/** @type {"canvas"} */ ("canvas.runs"))
    if (!canvas?.clientWidth || !found?.values.length) return
    const font = Number.parseFloat(getComputedStyle(canvas).fontSize)
    this.dots = paintRunCharts(canvas, found, undefined, {
      font,
      revealed: this.revealed,
      pointed: this.chosen ? this.pointed : -1,
    })
  }
}
