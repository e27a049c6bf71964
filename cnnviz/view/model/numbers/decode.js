// Decoding of packed responses into a header and typed arrays. Responses are the same in all languages: messages are
// sent as ids with values and formatted here.

import { LANG } from "../../spec.js"
import { hasMessage, say } from "../words.js"

/** @import { Header } from "../../types/view.js" */
/** @typedef {{ values: Float64Array | Float32Array | Uint8Array | Int8Array, shape: number[] }} Values  an array from the core */
/** @typedef {Record<string, Values>} Arrays */
/** @typedef {Header & { arrays: Arrays }} Answer  response of any page; pages add fields of their own */

/** @type {Record<string, Float64ArrayConstructor | Float32ArrayConstructor | Uint8ArrayConstructor | Int8ArrayConstructor>} */
const KINDS = { float64: Float64Array, float32: Float32Array, uint8: Uint8Array, int8: Int8Array }

/**
 * Decode a response: the header's length as little-endian uint32, the header as JSON, the arrays one after another.
 * The header contains the kind, offset and shape of each array. The kind of a derived array names its sources.
 * @param {Uint8Array} bytes
 * @param {(name: string, array: Values, read: (name: string) => Values | undefined) => void} [mend]  processes float64 arrays before they are read
 * @returns {Answer}
 */
export function decode(bytes, mend) {
  const buffer = bytes.slice().buffer // the copy starts at offset 0, so every typed array is aligned
  const length = new DataView(buffer).getUint32(0, true)
  const header = withMessages(JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))))
  /** @type {Arrays} */
  const arrays = {}
  /** @param {string} name @returns {Values} */
  const readArray = (name) => {
    if (arrays[name]) return arrays[name]
    const [kind, at, ...shape] = header.arrays[name]
    const [operation, ...sources] = kind.split(" ")
    const size = shape.reduce((/** @type {number} */ product, /** @type {number} */ n) => product * n, 1)
    const [a, b] = sources.map((/** @type {string} */ source) => readArray(source).values)
    const start = 4 + length + at
    const values =
      operation === "outer"
        ? outerProduct(a, b)
        : operation === "same"
          ? maskedCopy(a, new Uint8Array(buffer, start, Math.ceil(size / 8)))
          : new KINDS[kind](buffer, start, size)
    const array = { values, shape }
    arrays[name] = array
    if (!mend || kind !== "float64" || !size) return array
    const firstName = Object.keys(header.arrays).find((other) => startsAt(header.arrays[other], at)) ?? name // several arrays may share one offset
    if (firstName === name) mend(name, array, (other) => (header.arrays[other] ? readArray(other) : undefined))
    else readArray(firstName)
    return array
  }
  for (const name of Object.keys(header.arrays)) readArray(name)
  return { ...header, arrays }
}

/**
 * Return whether a float64 array begins at an offset.
 * @param {readonly (string | number)[]} array @param {number} at
 */
const startsAt = ([kind, own, ...shape], at) => kind === "float64" && own === at && !shape.includes(0)

/**
 * Return the entries of the source whose bit is set, and 0 for all others.
 * @param {Values["values"]} source @param {Uint8Array} bits
 */
function maskedCopy(source, bits) {
  const values = new Float64Array(source.length)
  for (let n = 0; n < values.length; n++) if ((bits[n >> 3] >> (n & 7)) & 1) values[n] = source[n]
  return values
}

/** Return the outer product of two arrays. @param {Values["values"]} rows @param {Values["values"]} columns */
function outerProduct(rows, columns) {
  const values = new Float64Array(rows.length * columns.length)
  for (let i = 0; i < rows.length; i++)
    for (let j = 0; j < columns.length; j++) values[i * columns.length + j] = rows[i] * columns[j]
  return values
}

/**
 * Return a header with its messages as sentences. A JSON reviver would take three times as long.
 * @param {any} value @returns {any}
 */
export function withMessages(value) {
  if (value && typeof value === "object") for (const key of Object.keys(value)) value[key] = withMessages(value[key])
  return messageText(value)
}

/**
 * Return one value of the header; a message becomes its sentence.
 * @param {any} value
 */
function messageText(value) {
  if (Array.isArray(value?.say)) {
    const [id, values] = value.say
    return hasMessage(id) ? say(id, values) : id
  }
  const versions = value?.versions
  return versions ? (versions[LANG] ?? versions.en ?? Object.values(versions)[0] ?? "") : value
}
