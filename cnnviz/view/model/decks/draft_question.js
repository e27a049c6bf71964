// A question of a deck that is being made: what a form holds as a screen's fields, and back. Answers are words, or pictures and numbers that are
// computed from an expression.

import { placeIn, textOf } from "./draft.js"

/** @import { Table } from "../../types/view.js" */
/** @typedef {"choose" | "pictures" | "number" | "click"} AskedKind */
/**
 * @typedef {object} Asked  a question as the form has it
 * @property {AskedKind} kind
 * @property {string} ask
 * @property {string[]} answers  in words, or as expressions of pictures
 * @property {number} right  which of them is, from 0
 * @property {string} key  an expression, of a number or of which cells are right
 * @property {string} tolerance
 */
/** @typedef {(what: string) => string} Feedback  says what is right */

/** @type {readonly AskedKind[]} */
export const ASKED_KINDS = ["choose", "pictures", "number", "click"]

/** What of a question is its own. */
const ASKING = [
  "ask",
  "kind",
  "key",
  "right",
  "otherwise",
  "answers",
  "show",
  "hide",
  "cells",
  "change",
  "hint",
  "tolerance",
  "map",
]

/** What is shown of it: the map, and what it is made from; as it was, where the same map is asked about again. @param {Table} screen @param {string} map @param {readonly string[]} inputs */
const shown = ({ show }, map, inputs) => (show?.at(-1) === map ? show : [...inputs, map])

/** A question of which nothing is written. @param {AskedKind} [kind] @returns {Asked} */
export const unasked = (kind = "choose") => ({ kind, ask: "", answers: [], right: 0, key: "", tolerance: "" })

/** The map that is asked about: the one of the screen's stage. @param {Table} screen */
export function mapOf(screen) {
  const stage = new URLSearchParams(placeIn(screen).query).get("stage") ?? ""
  return stage === "update" ? "" : stage
}

/** Gives what was asked here; null for another question, or none. @param {Table} screen @param {string} lang @returns {Asked | null} */
export function askedOf(screen, lang) {
  const { kind, key = "", tolerance = "" } = screen
  const answers = /** @type {Table[]} */ (screen.answers ?? [])
  const asked = { ...unasked(), ask: textOf(screen.ask, lang), right: answers.findIndex((answer) => !("is" in answer)) }
  const labels = answers.map(({ label }) => textOf(label, lang))
  if (kind === "choose" && key === "1") return { ...asked, answers: labels }
  if (kind === "choose" && labels.every((label, n) => label === quoted(answers[n].is ?? key)))
    return { ...asked, kind: "pictures", answers: answers.map(({ is = key }) => is) }
  if ((kind === "number" || kind === "click") && !answers.length) return { ...asked, kind, key, tolerance, right: 0 }
  return null
}

/** An expression as words show it. @param {string} expression */
const quoted = (expression) => `\`${expression}\``

/**
 * A screen that asks this, of the map of its stage; where too little is written, one that asks nothing.
 * @param {Table} screen
 * @param {Asked} asked
 * @param {Feedback} feedback
 * @param {readonly string[]} [inputs]  what that map is made from
 * @returns {Table}
 */
export function asking(screen, asked, feedback, inputs = []) {
  const rest = Object.fromEntries(Object.entries(screen).filter(([key]) => !ASKING.includes(key)))
  const { query: lesson } = placeIn(screen)
  const map = mapOf(screen)
  const own = asked.ask.trim() ? fieldsOf(asked, map, map ? { show: shown(screen, map, inputs) } : {}, feedback) : null
  if (!own) return { ...rest, at: `/?${lesson}` }
  return { ...rest, at: lesson, ask: asked.ask.trim(), ...own }
}

/** @param {Asked} asked @param {string} map @param {{ show?: string[] }} show @param {Feedback} feedback @returns {Table | null} */
function fieldsOf({ kind, answers, right, key, tolerance }, map, show, feedback) {
  if (kind === "click") {
    const said = feedback("")
    return key.trim() && map
      ? { show: [map], hide: [], kind, map, key: key.trim(), right: said, otherwise: said }
      : null
  }
  if (kind === "number") {
    const said = feedback(`{${key.trim()}:4}`)
    const within = tolerance.trim() ? { tolerance: tolerance.trim() } : {}
    return key.trim() ? { ...show, kind, key: key.trim(), ...within, right: said, otherwise: said } : null
  }
  const given = answers.map((label, n) => ({ label: label.trim(), right: n === right })).filter(({ label }) => label)
  const best = given.find((answer) => answer.right)?.label
  if (given.length < 2 || best === undefined) return null
  const drawn = kind === "pictures"
  const said = feedback(drawn ? quoted(best) : best.replace(/\.$/, ""))
  return {
    ...(drawn ? {} : show),
    kind: "choose",
    key: drawn ? best : "1",
    right: said,
    answers: given.map(({ label, right }, n) => ({
      label: drawn ? quoted(label) : label,
      ...(right ? {} : { is: drawn ? label : String(n + 2), say: said }),
    })),
  }
}
