// The answers that a file holds, out of its bytes: packing.py's Store, read.

/** @import { FileContents } from "../../view/types/wire.js" */

/**
 * What gives the answer to an update, by its number, as decode.js reads it.
 * @param {FileContents} contents
 * @param {Uint8Array} bytes  the headers, then of all numbers their first byte, their second, and so on
 * @returns {(k: string) => Uint8Array}
 */
export function answersOf({ heads, parts, answers }, bytes) {
  const ends = sums(heads)
  const starts = sums(parts.map(([length]) => length))
  const numbers = gathered(bytes.subarray(ends[heads.length]))
  parts.forEach(([length, like], n) => {
    if (like >= 0) add(numbers, starts[n], starts[like], length)
  })
  const order = Object.keys(answers).sort((a, b) => Number(a) - Number(b))
  const part = (/** @type {number} */ n) => new Uint8Array(numbers.buffer, 8 * starts[n], 8 * parts[n][0])
  return (k) => {
    const place = order.indexOf(k)
    return joined([bytes.subarray(ends[place], ends[place + 1]), ...answers[k].map(part)])
  }
}

/** Where each begins that has such lengths, and where the last one ends. @param {readonly number[]} lengths */
function sums(lengths) {
  let end = 0
  return [0, ...lengths.map((length) => (end += length))]
}

/** Numbers of 64 bits whose first bytes stand together, their second bytes, and so on. @param {Uint8Array} planes */
function gathered(planes) {
  const count = planes.length / 8
  const bytes = new Uint8Array(planes.length)
  for (let plane = 0; plane < 8; plane += 1)
    for (let n = 0; n < count; n += 1) bytes[8 * n + plane] = planes[plane * count + n]
  return new Uint32Array(bytes.buffer)
}

const WHOLE = 2 ** 32

/**
 * Adds numbers of 64 bits, in two halves, to differences from them.
 * @param {Uint32Array} halves
 * @param {number} to
 * @param {number} from
 * @param {number} length
 */
function add(halves, to, from, length) {
  for (let n = 0; n < 2 * length; n += 2) {
    const low = halves[2 * to + n] + halves[2 * from + n]
    halves[2 * to + n + 1] += halves[2 * from + n + 1] + (low < WHOLE ? 0 : 1)
    halves[2 * to + n] = low
  }
}

/** One after another. @param {Uint8Array[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
