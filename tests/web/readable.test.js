// Products in print: who multiplies the printed factors comes to the printed product.

import assert from "node:assert/strict"
import { test } from "node:test"
import { number, plainNumber, short } from "../../cnnviz/view/model/format.js"
import { gridOf, product } from "../../cnnviz/view/model/printed_digits.js"

const read = (text) => Number(plainNumber(text.replace(/[()]/g, "")))
let seed = 1
const random = () => {
  seed = (seed * 48271) % 2147483647
  return seed / 2147483647
}
const some = () => (random() - 0.5) * 10 ** Math.floor(random() * 5 - 3)

test("a product reads right with the digits that are shown, and says whether it is rounded", () => {
  for (let n = 0; n < 2000; n++) {
    const [a, b] = [some(), some()]
    const [, left, right, sign, end] = /^(\S+) · (\S+) ([=≈]) (\S+)$/.exec(product(a, b))
    assert.equal(number(read(left) * read(right), 3), end, `${a} · ${b}`)
    assert.equal(sign === "=", read(end) === a * b)
  }
  assert.equal(product(0.5, -3), "0.500 · (−3.00) = −1.50")
})

test("so do the cells of a window, its kernel and their products, but for what is about nothing", () => {
  let [right, all, nothing] = [0, 0, 0]
  for (let n = 0; n < 300; n++) {
    const window = Array.from({ length: 9 }, (_, at) => (at === n % 20 ? Number.NaN : random()))
    const kernel = Array.from({ length: 9 }, () => (random() < 0.3 ? Math.round(4 * random() - 2) : some()))
    const { writes, sign } = gridOf(window, kernel)
    for (const at of window.keys()) {
      if (Number.isNaN(window[at])) continue
      const texts = [window[at], kernel[at], window[at] * kernel[at]].map((value, which) => writes[which](value, at))
      if (texts.includes("≈0")) {
        nothing += 1
        assert.equal(texts[2], "≈0")
        continue
      }
      all += 1
      const worked = read(texts[0]) * read(texts[1])
      if (short(worked).replace("−0.00", "0") === texts[2]) right += 1
    }
    assert.equal(sign, "≈")
  }
  assert.ok(nothing > 20 && right / all > 0.9, `${right} of ${all}, ${nothing} about nothing`)
  const { writes, sign } = gridOf([12, 200], [-1, 2]) // stored pixels and a kernel of whole numbers
  assert.deepEqual([writes[0](12, 0), writes[1](-1, 0), writes[0](200, 1), sign], ["12", "−1", "200", "="])
})
