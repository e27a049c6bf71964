// How the maps of the seed's network lie on a board, and cells in them.

import { FAMILIES } from "../spec.js"

/** @typedef {number[]} Cell  [i, j], or [i, j, n] in w and dw; [n, 0] in arrays with an entry an output */
/** @typedef {{ start: number, count: number, step: number }} Band  evenly spaced rows, or columns */
/** @typedef {{ rows: Band, columns: Band, output?: number | null }} Block  cells of one map; all outputs where it is null */

/** @param {string} map */
export const isFlat = (map) => FAMILIES[map] === "output"
/** @param {string} map */
export const isLayered = (map) => FAMILIES[map] === "synapse"

/**
 * @param {number} at
 * @returns {Band}
 */
export const one = (at) => ({ start: at, count: 1, step: 1 })
