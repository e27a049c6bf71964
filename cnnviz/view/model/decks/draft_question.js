// A question of a deck being edited: conversion between the form and a screen's fields. Answers are words, or
// pictures and numbers computed from an expression.

import { parseAddress, textOf } from "./draft.js"

/** @import { Table } from "../../types/view.js" */
/** @typedef {"choose" | "pictures" | "number" | "click"} AskedKind */
/**
 * @typedef {object} QuestionForm  content of the question form
 * @property {AskedKind} kind
 * @property {string} ask
 * @property {string[]} answers  texts, or expressions of pictures
 * @property {number} right  index of the right answer
 * @property {string} key  expression of the number, or of the cells that are right
 * @property {string} tolerance
 */
/** @typedef {(what: string) => string} Feedback  returns the feedback for a right answer */

/** @type {readonly AskedKind[]} */
export const ASKED_KINDS = ["choose", "pictures", "number", "click"]

/** Fields of a screen that belong to its question. */
const QUESTION_FIELDS = [
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
  "hint2",
  "tolerance",
  "map",
]

/**
 * Return the symbols to show with a question: the map and its inputs, or the existing list if it is for the same map.
 * @param {Table} screen @param {string} map @param {readonly string[]} inputs
 */
const shownSymbols = ({ show }, map, inputs) => (show?.at(-1) === map ? show : [...inputs, map])

/** Return an empty question form. @param {AskedKind} [kind] @returns {QuestionForm} */
export const emptyQuestion = (kind = "choose") => ({ kind, ask: "", answers: [], right: 0, key: "", tolerance: "" })

/** Return the symbol of the map that the screen's stage computes, or "" for an update. @param {Table} screen */
export function mapOf(screen) {
  const stage = new URLSearchParams(parseAddress(screen).query).get("stage") ?? ""
  return stage === "update" ? "" : stage
}

/**
 * Return the form for a screen's question, or null if it has none or one that the form cannot edit.
 * @param {Table} screen @param {string} lang @returns {QuestionForm | null}
 */
export function questionOf(screen, lang) {
  const { kind, key = "", tolerance = "" } = screen
  const answers = /** @type {Table[]} */ (screen.answers ?? [])
  const form = {
    ...emptyQuestion(),
    ask: textOf(screen.ask, lang),
    right: answers.findIndex((answer) => !("is" in answer)),
  }
  const labels = answers.map(({ label }) => textOf(label, lang))
  if (kind === "choose" && key === "1") return { ...form, answers: labels }
  if (kind === "choose" && labels.every((label, n) => label === quote(answers[n].is ?? key)))
    return { ...form, kind: "pictures", answers: answers.map(({ is = key }) => is) }
  if ((kind === "number" || kind === "click") && !answers.length) return { ...form, kind, key, tolerance, right: 0 }
  return null
}

/** Return an expression as quoted in a message. @param {string} expression */
const quote = (expression) => `\`${expression}\``

/**
 * Return the screen with this question about the map of its stage, or without a question if the form is incomplete.
 * @param {Table} screen
 * @param {QuestionForm} form
 * @param {Feedback} feedback
 * @param {readonly string[]} [inputs]  inputs of that map
 * @returns {Table}
 */
export function withQuestion(screen, form, feedback, inputs = []) {
  const otherFields = Object.fromEntries(Object.entries(screen).filter(([key]) => !QUESTION_FIELDS.includes(key)))
  const { query: lesson } = parseAddress(screen)
  const map = mapOf(screen)
  const fields = form.ask.trim()
    ? fieldsOf(form, map, map ? { show: shownSymbols(screen, map, inputs) } : {}, feedback)
    : null
  if (!fields) return { ...otherFields, at: `/?${lesson}` }
  return { ...otherFields, at: lesson, ask: form.ask.trim(), ...fields }
}

/** @param {QuestionForm} asked @param {string} map @param {{ show?: string[] }} show @param {Feedback} feedback @returns {Table | null} */
function fieldsOf({ kind, answers, right, key, tolerance }, map, show, feedback) {
  if (kind === "click") {
    const message = feedback("")
    return key.trim() && map
      ? { show: [map], hide: [], kind, map, key: key.trim(), right: message, otherwise: message }
      : null
  }
  if (kind === "number") {
    const message = feedback(`{${key.trim()}:4}`)
    const toleranceField = tolerance.trim() ? { tolerance: tolerance.trim() } : {}
    return key.trim() ? { ...show, kind, key: key.trim(), ...toleranceField, right: message, otherwise: message } : null
  }
  const options = answers.map((label, n) => ({ label: label.trim(), right: n === right })).filter(({ label }) => label)
  const rightLabel = options.find((answer) => answer.right)?.label
  if (options.length < 2 || rightLabel === undefined) return null
  const isPictures = kind === "pictures"
  const message = feedback(isPictures ? quote(rightLabel) : rightLabel.replace(/\.$/, ""))
  return {
    ...(isPictures ? {} : show),
    kind: "choose",
    key: isPictures ? rightLabel : "1",
    right: message,
    answers: options.map(({ label, right }, n) => ({
      label: isPictures ? quote(label) : label,
      ...(right ? {} : { is: isPictures ? label : String(n + 2), say: message }),
    })),
  }
}
