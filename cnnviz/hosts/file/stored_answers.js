// Decoder of the responses in a file, which packing.py's Store encodes.

import { decode } from "../../view/model/numbers/decode.js"
import { estimate, isUsable } from "./predictors.js"

/** @import { Answer, FileContents } from "../../view/types/view.js" */

/**
 * Return a function that decodes a response by name.
 * @param {FileContents} contents
 * @param {Uint8Array} bytes  the headers, then of all numbers their first byte, their second, and so on
 * @returns {(name: string) => Answer}
 */
export function answersOf({ names, heads, bodies, estimates }, bytes) {
  const ends = partOffsets(heads)
  const starts = partOffsets(bodies)
  const numbers = mergeBytePlanes(bytes.subarray(ends[heads.length]))
  /** @type {Answer[]}  worked out one after the other, the first from nothing */
  const responses = []
  return (name) => {
    for (let n = responses.length; n <= names.indexOf(name); n++) responses.push(next(n))
    return responses[names.indexOf(name)]
  }

  /** @param {number} n @returns {Answer} */
  function next(n) {
    const previousArrays = responses[n - 1]?.arrays ?? {}
    const body = numbers.subarray(8 * starts[n], 8 * starts[n + 1])
    return decode(concatenate(bytes.subarray(ends[n], ends[n + 1]), body), (name, found, read) => {
      const readSource = (/** @type {string} */ source) =>
        source[0] === "<" ? previousArrays[source.slice(1)] : read(source)
      const previous = previousArrays[name]
      const previousValues =
        previous && isUsable(previous) && String(previous.shape) === String(found.shape) ? previous.values : undefined
      const estimated = (estimates[name] && estimate(estimates[name], found.shape, readSource)) ?? previousValues
      if (estimated) add(/** @type {Float64Array} */ (found.values), /** @type {Float64Array} */ (estimated))
    })
  }
}

/** Return the offsets of parts with these lengths, and the end of the last one. @param {readonly number[]} lengths */
function partOffsets(lengths) {
  let end = 0
  return [0, ...lengths.map((length) => (end += length))]
}

/** Reassemble 64-bit numbers from eight byte planes. @param {Uint8Array} planes */
function mergeBytePlanes(planes) {
  const count = planes.length / 8
  const bytes = new Uint8Array(planes.length)
  for (let plane = 0; plane < 8; plane += 1)
    for (let n = 0; n < count; n += 1) bytes[8 * n + plane] = planes[plane * count + n]
  return bytes
}

const WHOLE = 2 ** 32

/**
 * Add predictions to differences as 64-bit integers, in two 32-bit halves.
 * @param {Float64Array} to
 * @param {Float64Array} from
 */
function add(to, from) {
  const halves = new Uint32Array(to.buffer, to.byteOffset, 2 * to.length)
  const words = new Uint32Array(from.buffer, from.byteOffset, 2 * from.length)
  for (let n = 0; n < halves.length; n += 2) {
    const low = halves[n] + words[n]
    halves[n + 1] += words[n + 1] + (low < WHOLE ? 0 : 1)
    halves[n] = low
  }
}

/** Concatenate a header and a body. @param {Uint8Array} head @param {Uint8Array} body */
function concatenate(head, body) {
  const bytes = new Uint8Array(head.length + body.length)
  bytes.set(head)
  bytes.set(body, head.length)
  return bytes
}
