// A network as a text, "conv4x3-relu-max2-dense10-softmax-ce": its words read and changed. Whether what comes out can be
// built is for the core to say.

/** @typedef {{ kind: string, count?: number, size?: number, rest?: string }} Word  a layer's word: 4 filters of 3×3, a window of 2 */

export const ACTIVATIONS = ["sigmoid", "tanh", "relu", "identity", "softmax"]
export const POOLS = ["max", "avg"]
export const LOSSES = ["mse", "bce", "ce"]

/** @param {string} word @returns {Word} */
export function read(word) {
  const conv = /^conv(\d+)x(\d+)(.*)$/.exec(word)
  if (conv) return { kind: "conv", count: Number(conv[1]), size: Number(conv[2]), rest: conv[3] }
  const dense = /^dense(\d+)$/.exec(word)
  if (dense) return { kind: "dense", count: Number(dense[1]) }
  const pool = /^(max|avg)(\d+)(.*)$/.exec(word)
  if (pool) return { kind: pool[1], size: Number(pool[2]), rest: pool[3] }
  return { kind: word }
}

/** @param {Word} word */
export function written({ kind, count, size, rest = "" }) {
  if (kind === "conv") return `conv${count}x${size}${rest}`
  return `${kind}${count ?? ""}${size ?? ""}${rest}`
}

/** Another word in the place of one. @param {string} text @param {number} place @param {Partial<Word>} change */
export function changed(text, place, change) {
  const words = text.split("-")
  return words.with(place, written({ ...read(words[place]), ...change })).join("-")
}

/** @param {string} text @param {number} place */
export const without = (text, place) => text.split("-").toSpliced(place, 1).join("-")

/** A word after the one at a place. @param {string} text @param {number} place @param {string} word */
export const added = (text, place, word) =>
  text
    .split("-")
    .toSpliced(place + 1, 0, word)
    .join("-")

/** What may follow a layer that gives maps, or a row of numbers. @param {boolean} isRow */
export const followers = (isRow) =>
  isRow
    ? ["dense16", "relu", "sigmoid", "tanh"]
    : ["conv4x3", "relu", "sigmoid", "tanh", "max2", "avg2", "gap", "dense10"]
