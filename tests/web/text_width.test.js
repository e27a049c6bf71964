// How wide texts are: numbers are put together of what is known of their pairs of letters.

import assert from "node:assert/strict"
import { test } from "node:test"
import { forgetWidths, widthOf } from "../../cnnviz/view/draw/text_width.js"

/** A typeface whose letters stand closer by pairs, as in any. @param {string} text */
const drawn = (text) =>
  [...text].reduce((sum, letter, n) => sum + letter.charCodeAt(0) - (n ? (text.charCodeAt(n - 1) * 7) % 5 : 0), 0)

const NUMBERS = Array.from({ length: 2000 }, (_, n) => {
  const text = Math.abs(Math.sin(n) * 10 ** (n % 5)).toFixed(n % 6)
  return `${n % 3 ? "" : "≈ "}${["", "+", "−"][n % 3]}${text}`
})

test("numbers have their drawn width, although at most two of their letters are measured", () => {
  forgetWidths()
  /** @type {string[]} */
  const measured = []
  const measure = (/** @type {string} */ text) => {
    measured.push(text)
    return drawn(text)
  }
  for (const text of NUMBERS) assert.equal(widthOf("15px Inter", text, measure), drawn(text), text)
  assert.ok(measured.every((text) => text.length <= 2))
  assert.equal(new Set(measured).size, measured.length, "something is measured twice")
  assert.ok(measured.length < 0.1 * new Set(NUMBERS).size, `${measured.length}`)
  assert.equal(widthOf("13px Inter", "the kernel", measure), drawn("the kernel"))
  assert.equal(measured.at(-1), "the kernel", "words are measured whole")
})
