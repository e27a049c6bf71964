// Cells of a map, and bands of them.

/** @typedef {number[]} Cell  row and column, and the layer in a map of several */
/** @typedef {{ start: number, count: number, step: number }} Band  evenly spaced rows, or columns */
/** @typedef {{ rows: Band, columns: Band, output?: number | null }} Block  cells of one map; all outputs where it is null */

/**
 * @param {number} at
 * @returns {Band}
 */
export const one = (at) => ({ start: at, count: 1, step: 1 })
