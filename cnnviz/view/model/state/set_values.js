// Values set by hand, as in the address: "x:3,4:0.5;w:120,0:0.31~2".

/** @import { Setup } from "../../types/view.js" */
/** @typedef {{ symbol: string, at: string, value: string, update: number }} SetValue */

const PIXELS = ["img", "ch", "scale"] // keys that determine the pixels

/** @param {string} text @returns {SetValue[]} */
export const parseSets = (text) =>
  text
    .split(";")
    .filter(Boolean)
    .map((entry) => {
      const [place, update = "0"] = entry.split("~")
      const [symbol, at = "", value = ""] = place.split(":")
      return { symbol, at, value, update: Number(update) }
    })

/** @param {SetValue[]} sets */
export const writeSets = (sets) =>
  sets.map(({ symbol, at, value, update }) => `${symbol}:${at}:${value}${update ? `~${update}` : ""}`).join(";")

/**
 * Return the change of a setup that sets a number from the current update on. The learning rate and the targets have
 * keys of their own.
 * @param {Setup} setup @param {string} along "f:1,1" or "lr" @param {number} value @returns {Setup}
 */
export function changeOfNumber(setup, along, value) {
  if (along === "lr") return { lr: String(value) }
  const [symbol, at] = along.split(":")
  if (symbol === "y") return { y: setup.y.split(",").with(Number(at), String(value)).join(",") }
  const update = Number(setup.k ?? 0)
  const otherSets = parseSets(setup.set ?? "").filter(
    (one) => one.symbol !== symbol || one.at !== at || one.update !== update,
  )
  return { set: writeSets([...otherSets, { symbol, at, value: String(value), update }]) }
}

/**
 * Return a change of a setup, including its effect on values set by hand. Another network drops all of them, another
 * image drops pixels, and typed filters replace their initial values.
 * @param {Setup} setup
 * @param {Setup} change
 * @returns {Setup}
 */
export function withSets(setup, change) {
  if (!setup.set || "set" in change) return change
  const isChanged = (/** @type {string} */ key) => key in change && change[key] !== (setup[key] ?? "")
  if (isChanged("net")) return { ...change, set: "" }
  const typedFilters = Object.keys(change).filter((key) => /^f\d?$/.test(key) && isChanged(key))
  const pixels = PIXELS.some(isChanged)
  const isReplaced = (/** @type {SetValue} */ { symbol, update }) =>
    !update && typedFilters.some((key) => symbol === key || (key === "f" && symbol === "f1"))
  const sets = parseSets(setup.set)
  const keptSets = sets.filter((one) => !(pixels && one.symbol === "x") && !isReplaced(one))
  return keptSets.length < sets.length ? { ...change, set: writeSets(keptSets) } : change
}
