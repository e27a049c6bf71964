// The bytes that the server packs -> header and typed arrays. They are the same for everybody: messages come as ids and
// values, and are said here in the reader's language.

import { LANG } from "../../spec.js"
import { has, say } from "../words.js"

/** @import { Header } from "../../types/view.js" */
/** @typedef {{ values: Float64Array | Float32Array | Uint8Array | Int8Array, shape: number[] }} Values  an array of the core's */
/** @typedef {Record<string, Values>} Arrays */
/** @typedef {Header & { arrays: Arrays }} Answer  what every page gets; the pages' own answers have more */

/** @type {Record<string, Float64ArrayConstructor | Float32ArrayConstructor | Uint8ArrayConstructor | Int8ArrayConstructor>} */
const KINDS = { float64: Float64Array, float32: Float32Array, uint8: Uint8Array, int8: Int8Array }

/**
 * The header's length as little-endian uint32, the header as JSON, the arrays one after another; the header
 * says of each its kind, where it starts, and its shape. The kind of what follows from other arrays names them.
 * @param {Uint8Array} bytes
 * @param {(name: string, found: Values, read: (name: string) => Values | undefined) => void} [mend]  what is done with numbers of 64 bits before they are read
 * @returns {Answer}
 */
export function decode(bytes, mend) {
  const buffer = bytes.slice().buffer // a copy starts at 0, where every kind of array is aligned
  const length = new DataView(buffer).getUint32(0, true)
  const header = told(JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))))
  /** @type {Arrays} */
  const arrays = {}
  /** @param {string} name @returns {Values} */
  const read = (name) => {
    if (arrays[name]) return arrays[name]
    const [kind, at, ...shape] = header.arrays[name]
    const [made, ...sources] = kind.split(" ")
    const size = shape.reduce((/** @type {number} */ product, /** @type {number} */ n) => product * n, 1)
    const [a, b] = sources.map((/** @type {string} */ source) => read(source).values)
    const start = 4 + length + at
    const values =
      made === "outer"
        ? outer(a, b)
        : made === "same"
          ? same(a, new Uint8Array(buffer, start, Math.ceil(size / 8)))
          : new KINDS[kind](buffer, start, size)
    const found = { values, shape }
    arrays[name] = found
    if (!mend || kind !== "float64" || !size) return found
    const first = Object.keys(header.arrays).find((other) => stands(header.arrays[other], at)) ?? name // others may stand in its place
    if (first === name) mend(name, found, (other) => (header.arrays[other] ? read(other) : undefined))
    else read(first)
    return found
  }
  for (const name of Object.keys(header.arrays)) read(name)
  return { ...header, arrays }
}

/** Tells whether an array's numbers of 64 bits begin at a place. @param {readonly (string | number)[]} array @param {number} at */
const stands = ([kind, own, ...shape], at) => kind === "float64" && own === at && !shape.includes(0)

/** The entry of another array where a bit is set; elsewhere 0. @param {Values["values"]} source @param {Uint8Array} bits */
function same(source, bits) {
  const values = new Float64Array(source.length)
  for (let n = 0; n < values.length; n++) if ((bits[n >> 3] >> (n & 7)) & 1) values[n] = source[n]
  return values
}

/** The product of every entry of one with every entry of another. @param {Values["values"]} rows @param {Values["values"]} columns */
function outer(rows, columns) {
  const values = new Float64Array(rows.length * columns.length)
  for (let i = 0; i < rows.length; i++)
    for (let j = 0; j < columns.length; j++) values[i * columns.length + j] = rows[i] * columns[j]
  return values
}

/** A header with its messages as sentences: in a third of the time of a reviver. @param {any} value @returns {any} */
export function told(value) {
  if (value && typeof value === "object") for (const key of Object.keys(value)) value[key] = told(value[key])
  return said(value)
}

/**
 * What stands at one place of the header, from the inside out: a message as its sentence.
 * @param {any} value
 */
function said(value) {
  if (Array.isArray(value?.say)) {
    const [id, values] = value.say
    return has(id) ? say(id, values) : id
  }
  const versions = value?.versions
  return versions ? (versions[LANG] ?? versions.en ?? Object.values(versions)[0] ?? "") : value
}
