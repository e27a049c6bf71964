// The results of a question: raw counts until the key is revealed, then groups; rounds are side by side.

import { largestValue, letter, numberTable, rich } from "../pages/learn/learn_words.js"
import { COLON, escapeHtml, formula, percent } from "../view/model/numbers/format.js"
import { formatValue, say } from "../view/model/words.js"
import { countOf, mostOf, rightCounts, shareOf } from "./question.js"
import { drawMap, drawPatch } from "./question_map.js"

/** @import { GroupData, RoomQuestion, RoomResults, RoomRound } from "../view/types/view.js" */

/**
 * @param {RoomQuestion} question
 * @param {RoomResults} results
 * @param {number | null} [own]  this device's answer
 */
export function resultsHTML(question, results, own = null) {
  const isClick = question.kind === "click"
  const isGrouped = results.groups.length > 0 && question.kind !== "choose"
  const raw = isClick ? heatTable(results) : bars(question, results, own)
  const headline = results.revealed ? `<p class="headline">${foundIt(results)}</p>` : ""
  return `<div class="results${isClick ? " clicked" : ""}${isGrouped ? " grouped" : ""}">${headline}
    <div class="raw">${raw}</div>${isGrouped ? groups(results) : ""}</div>`
}

/** Return a sentence on the number of right answers. @param {RoomResults} results */
export function foundIt(results) {
  const { n, of } = rightCounts(results)
  return say(of ? "web.hall.found" : "web.hall.unanswered", { n, of })
}

/**
 * Return the results for screen readers: the right answers once they are revealed, and the counts of the last round.
 * @param {RoomQuestion} question @param {RoomResults} results
 */
export function spokenResults({ kind, options }, results) {
  const lastRound = results.rounds.length - 1
  const count = (/** @type {unknown} */ _, /** @type {number} */ n) =>
    `${letter(n)}${results.groups[n]?.right ? " ✓" : ""}${COLON}${countOf(results.rounds[lastRound], n)}`
  const headline = results.revealed ? foundIt(results).replace(/<[^>]*>/g, "") : `${roundName(results, lastRound)}.`
  return [headline, kind === "choose" ? `${options.map(count).join(", ")}.` : ""].join(" ").trim()
}

/** @param {RoomResults} results @param {number} n */
const roundName = ({ rounds }, n) =>
  rounds.length > 1
    ? say("web.hall.round", { n: n + 1, votes: rounds[n].votes })
    : say("web.hall.votes", { n: rounds[n].votes })

/** @param {RoomResults} results */
function heatTable(results) {
  const { map, rounds } = results
  if (!map) return ""
  const largestCount = mostOf(results)
  const figure = (/** @type {RoomRound} */ _, /** @type {number} */ n) =>
    `<figure><figcaption><i>${formula(map.label)}</i> ${escapeHtml(roundName(results, n))}</figcaption><div class="layers" style="--across:${Math.min(2, layersOf(results, n).length)}">
      ${layersOf(results, n)
        .map(
          (layer) =>
            `<canvas data-round="${n}" data-layer="${layer}" role="img" aria-label="${escapeHtml(say("web.hall.heat", { map: map.label, n: rounds[n].votes }))}"></canvas>`,
        )
        .join("")}</div></figure>`
  return `${rounds.map(figure).join("")}<p class="scale"><span></span>${say("web.hall.clicks", { n: largestCount })}</p>`
}

/** Return the layers of a map with the most clicks, at most four. @param {RoomResults} results @param {number} round */
function layersOf({ map, rounds }, round) {
  if (!map || map.layers === 1) return [0]
  const size = map.rows * map.columns
  const sums = Array.from({ length: map.layers }, () => 0)
  for (const [cell, , count] of rounds[round].counts) sums[Math.floor(cell / size)] += count
  return [...sums.keys()]
    .sort((a, b) => sums[b] - sums[a])
    .slice(0, 4)
    .sort((a, b) => a - b)
}

/** @param {RoomQuestion} question @param {RoomResults} results @param {number | null} own */
function bars(question, results, own) {
  const isChoice = question.kind === "choose"
  const scale = largestValue(question.options)
  const lows = isChoice
    ? question.options.map((_, n) => n)
    : [...new Set(results.rounds.flatMap(({ counts }) => counts.map(([low]) => low)))].sort((a, b) => a - b)
  const name = (/** @type {number} */ low) => {
    if (isChoice) {
      const { label, picture: rows } = question.options[low]
      return `${rows ? numberTable(rows, scale) : ""}${rich(label)}`
    }
    const high = results.rounds.flatMap(({ counts }) => counts.filter(([from]) => from === low)).at(-1)?.[1] ?? low
    return high === low
      ? formatValue(low, "4")
      : say("web.hall.range", { low: formatValue(low, "3"), high: formatValue(high, "3") })
  }
  const line = (/** @type {number} */ low, /** @type {number} */ n) => {
    const { right = null, say: said = "" } = (isChoice && results.groups[low]) || {}
    const counts = results.rounds.map((round) => countOf(round, low))
    return `<li class="${own === low ? "own" : ""}${right ? " right" : ""}"><span class="letter">${isChoice ? letter(n) : ""}</span><div class="name">${name(low)}${
      right ? ` <b class="key">✓</b>` : ""
    }${said ? `<small>${rich(said)}</small>` : ""}</div>${roundBars(results, counts)}</li>`
  }
  const axis = [0, 0.5, 1].map((share) => `<span>${percent(share)}</span>`).join("")
  return `<ul class="bars" style="--rounds:${Math.min(results.rounds.length, 2)}"><li class="heads"><div class="meters">${headings(results)}</div></li>${lows.map(line).join("")}
    <li class="axis" aria-hidden="true"><div class="meters">${results.rounds.map((_, n) => `<p data-round="${roundsBack(results, n)}">${axis}</p>`).join("")}</div></li></ul>${legend(results)}`
}

/** Return the position of a round relative to the last: 0, −1, … @param {RoomResults} results @param {number} n */
const roundsBack = ({ rounds }, n) => n - rounds.length + 1

/** Return the names of the rounds. @param {RoomResults} results */
const headings = (results) =>
  results.rounds
    .map((_, n) => `<span data-round="${roundsBack(results, n)}">${escapeHtml(roundName(results, n))}</span>`)
    .join("")

/** @param {RoomResults} results */
const legend = (results) => (results.rounds.length > 1 ? `<p class="rounds">${headings(results)}</p>` : "")

/**
 * Return a bar for each round on one scale from 0 to 100 %, the last one in the strongest colour.
 * @param {RoomResults} results
 * @param {readonly number[]} counts
 */
function roundBars(results, counts) {
  const bar = (/** @type {number} */ count, /** @type {number} */ n) => {
    const share = shareOf(count, results.rounds[n])
    const round = roundsBack(results, n)
    return `<div class="meter" data-round="${round}"><i style="width:${100 * share}%"></i></div><b data-round="${round}">${count}</b><small data-round="${round}">${percent(share)}</small>`
  }
  return `<div class="meters">${counts.map(bar).join("")}</div>`
}

/** @param {RoomResults} results */
function groups(results) {
  const scale = largestValue(results.groups)
  const group = (
    /** @type {GroupData} */ { label, say: said, right, counts, picture: rows, patch },
    /** @type {number} */ n,
  ) =>
    `<li class="${right ? "right" : ""}"><span class="letter">${letter(n)}</span>
      ${rows ? numberTable(rows, scale) : patch ? `<canvas data-patch="${n}" role="presentation"></canvas>` : results.map ? '<span class="none"></span>' : ""}
      <div><h2>${rich(label)}${right ? " ✓" : ""}</h2><p>${rich(said)}</p>${roundBars(results, counts)}</div></li>`
  return `<ol class="groups">${results.groups.map(group).join("")}</ol>${results.map ? "" : legend(results)}`
}

/**
 * Paint the canvases of the results.
 * @param {HTMLElement} root
 * @param {RoomResults} results
 */
export function paintResults(root, results) {
  const largestCount = mostOf(results)
  const letters = results.groups.flatMap(({ example, right }, n) =>
    example === null ? [] : [{ name: letter(n), cell: example, right: Boolean(right) }],
  )
  for (const canvas of root.querySelectorAll(/** @type {"canvas"} */ ("canvas[data-round]"))) {
    const round = results.rounds[Number(canvas.dataset.round)]
    const isLast = round === results.rounds.at(-1)
    if (results.map)
      drawMap(canvas, results.map, {
        layer: Number(canvas.dataset.layer),
        round,
        most: largestCount,
        key: results.key,
        letters: isLast ? letters : [],
      })
  }
  for (const canvas of root.querySelectorAll(/** @type {"canvas"} */ ("canvas[data-patch]"))) {
    const { patch } = results.groups[Number(canvas.dataset.patch)]
    if (patch) drawPatch(canvas, patch)
  }
}
