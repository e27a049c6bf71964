// A network as text, "conv4x3-relu-max2-dense10-softmax-ce": parsing and editing its words. The core decides whether
// the result can be built.

import { ACTIVATIONS, POOLS } from "../../spec.js"

/**
 * @typedef {object} Word  the word of a layer
 * @property {string} kind
 * @property {number} [count]  number of filters or units
 * @property {number} [setting]  number of another kind, such as the slope of leaky ReLU in hundredths
 * @property {string} [suffix]  "m" of dropout that drops whole maps
 * @property {number} [size]  of a kernel or a window
 * @property {boolean} [bias]
 * @property {number} [stride]
 * @property {number} [dilation]
 * @property {string} [padding]  "same", "full", or "p" with a number of zeros
 */

const CONV = /^conv(\d+)x(\d+)(b?)(?:s(\d+))?(?:d(\d+))?(same|full|p\d+)?$/
const POOL = new RegExp(`^(${POOLS.join("|")})(\\d+)(?:s(\\d+))?$`)
const OTHER = /^([a-z]+)(?:(\d+)(m?))?$/

/** @type {(text: string | undefined) => number | undefined} */
const integerOf = (text) => (text ? Number(text) : undefined)

/** @param {string} word @returns {Word} */
export function parseWord(word) {
  const [conv, count, size, bias, stride, dilation, padding] = CONV.exec(word) ?? []
  if (conv)
    return {
      kind: "conv",
      count: Number(count),
      size: Number(size),
      bias: bias === "b",
      stride: integerOf(stride),
      dilation: integerOf(dilation),
      padding,
    }
  const [pool, poolKind, window, step] = POOL.exec(word) ?? []
  if (pool) return { kind: poolKind, size: Number(window), stride: integerOf(step) }
  const [, kind = word, setting, suffix] = OTHER.exec(word) ?? []
  return kind === "dense" ? { kind, count: integerOf(setting) } : { kind, setting: integerOf(setting), suffix }
}

/** @param {Word} word */
export function formatWord({ kind, count, setting, suffix, size, bias, stride, dilation, padding = "" }) {
  const shape = kind === "conv" ? `${count}x${size}` : `${count ?? ""}${size ?? ""}${setting ?? ""}${suffix ?? ""}`
  return `${kind}${shape}${bias ? "b" : ""}${stride ? `s${stride}` : ""}${dilation ? `d${dilation}` : ""}${padding}`
}

/** Replace the word at an index. @param {string} text @param {number} place @param {Partial<Word>} change */
export function changeWord(text, place, change) {
  const words = text.split("-")
  const { setting, suffix, ...word } = parseWord(words[place])
  return words.with(place, formatWord({ ...word, ...(change.kind ? {} : { setting, suffix }), ...change })).join("-")
}

/** @param {string} text @param {number} place */
export const removeWord = (text, place) => text.split("-").toSpliced(place, 1).join("-")

/** Insert a word after an index. @param {string} text @param {number} place @param {string} word */
export const insertWord = (text, place, word) =>
  text
    .split("-")
    .toSpliced(place + 1, 0, word)
    .join("-")

const hiddenActivations = () => ACTIVATIONS.filter((kind) => kind !== "identity" && kind !== "softmax")

/** Return the words that may follow a layer whose output is a row of numbers or maps. @param {boolean} isRow */
export const allowedSuccessors = (isRow) =>
  isRow
    ? ["dense16", ...hiddenActivations()]
    : ["conv4x3", ...hiddenActivations(), ...POOLS.map((kind) => `${kind}2`), "gap", "dense10"]
