// Units of a dense layer as pixels: as the flattened maps side by side, or in lines.

/** @typedef {{ values: Float64Array, rows: number, columns: number }} Tiles  NaN where there is no unit */

const MOST_ACROSS = 4 // channels side by side

/**
 * Return units as the cells of one heat map.
 * @param {number[]} shape of the units: channels, rows, columns; or their number @param {(n: number) => number} pick returns the value of a unit @returns {Tiles}
 */
export function tileUnits(shape, pick) {
  const [channels, height, width] = shape.length === 3 ? shape : [1, 1, shape[0]]
  const side = shape.length === 3 ? width : Math.ceil(Math.sqrt(width))
  const lines = shape.length === 3 ? height : Math.ceil(width / side)
  const across = Math.min(channels, Math.max(MOST_ACROSS, Math.ceil(Math.sqrt(channels))))
  const [rows, columns] = [Math.ceil(channels / across) * lines, across * side]
  const values = new Float64Array(rows * columns).fill(Number.NaN)
  const count = shape.reduce((all, n) => all * n, 1)
  for (let n = 0; n < count; n++) {
    const [channel, at] = [Math.floor(n / (lines * side)), n % (lines * side)]
    const row = Math.floor(channel / across) * lines + Math.floor(at / side)
    values[row * columns + (channel % across) * side + (at % side)] = pick(n)
  }
  return { values, rows, columns }
}
