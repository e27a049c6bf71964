// The bytes that the server packs -> header and typed arrays.

/** @import { Header } from "../types/wire.js" */
/** @typedef {{ values: Float64Array | Float32Array | Uint8Array, shape: number[] }} Values  an array of the core's */
/** @typedef {Record<string, Values>} Arrays */
/** @typedef {Header & { arrays: Arrays }} Answer  what every page gets; the pages' own answers have more */

/** @type {Record<string, Float64ArrayConstructor | Float32ArrayConstructor | Uint8ArrayConstructor>} */
const KINDS = { float64: Float64Array, float32: Float32Array, uint8: Uint8Array }

/**
 * The header's length as little-endian uint32, the header as JSON, the arrays one after another; the header
 * says of each its kind, where it starts, and its shape.
 * @param {Uint8Array} bytes
 * @returns {Answer}
 */
export function decode(bytes) {
  const buffer = bytes.slice().buffer // a copy starts at 0, where every kind of array is aligned
  const length = new DataView(buffer).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)))
  /** @type {Arrays} */
  const arrays = {}
  for (const [name, [kind, at, ...shape]] of Object.entries(header.arrays)) {
    const size = shape.reduce((/** @type {number} */ product, /** @type {number} */ n) => product * n, 1)
    arrays[name] = { values: new KINDS[kind](buffer, 4 + length + at, size), shape }
  }
  return { ...header, arrays }
}
