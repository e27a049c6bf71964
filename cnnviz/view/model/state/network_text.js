// A network as text, "conv4x3-relu-max2-dense10-softmax-ce": parsing and editing its words. The core decides whether
// the result can be built.

/**
 * @typedef {object} Word  the word of a layer
 * @property {string} kind
 * @property {number} [count]  number of filters or units
 * @property {number} [percent]  the slope of leaky ReLU below 0, in hundredths
 * @property {number} [size]  of a kernel or a window
 * @property {boolean} [bias]
 * @property {number} [stride]
 * @property {number} [dilation]
 * @property {string} [padding]  "same", "full", or "p" with a number of zeros
 */

export const ACTIVATIONS = ["sigmoid", "tanh", "relu", "leaky", "identity", "softmax"]
export const POOLS = ["max", "avg"]
export const LOSSES = ["mse", "bce", "ce"]

const CONV = /^conv(\d+)x(\d+)(b?)(?:s(\d+))?(?:d(\d+))?(same|full|p\d+)?$/
const POOL = /^(max|avg)(\d+)(?:s(\d+))?$/

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
  const dense = /^dense(\d+)$/.exec(word)
  if (dense) return { kind: "dense", count: Number(dense[1]) }
  const [leaky, percent] = /^leaky(\d+)?$/.exec(word) ?? []
  if (leaky) return { kind: "leaky", percent: integerOf(percent) }
  const [pool, kind, window, step] = POOL.exec(word) ?? []
  return pool ? { kind, size: Number(window), stride: integerOf(step) } : { kind: word }
}

/** @param {Word} word */
export function formatWord({ kind, count, percent, size, bias, stride, dilation, padding = "" }) {
  if (kind === "leaky") return `leaky${percent ?? ""}`
  const shape = kind === "conv" ? `${count}x${size}` : `${count ?? ""}${size ?? ""}`
  return `${kind}${shape}${bias ? "b" : ""}${stride ? `s${stride}` : ""}${dilation ? `d${dilation}` : ""}${padding}`
}

/** Replace the word at an index. @param {string} text @param {number} place @param {Partial<Word>} change */
export function changeWord(text, place, change) {
  const words = text.split("-")
  return words.with(place, formatWord({ ...parseWord(words[place]), ...change })).join("-")
}

/** @param {string} text @param {number} place */
export const removeWord = (text, place) => text.split("-").toSpliced(place, 1).join("-")

/** Insert a word after an index. @param {string} text @param {number} place @param {string} word */
export const insertWord = (text, place, word) =>
  text
    .split("-")
    .toSpliced(place + 1, 0, word)
    .join("-")

/** Return the words that may follow a layer whose output is a row of numbers or maps. @param {boolean} isRow */
export const followers = (isRow) =>
  isRow
    ? ["dense16", "relu", "leaky", "sigmoid", "tanh"]
    : ["conv4x3", "relu", "leaky", "sigmoid", "tanh", "max2", "avg2", "gap", "dense10"]
