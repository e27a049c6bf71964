// Products in print: who multiplies the printed factors comes to the printed product.

import assert from "node:assert/strict"
import { test } from "node:test"
import { number, plainNumber, short } from "../../cnnviz/view/model/numbers/format.js"
import { distinctDigits, gridFormatters, productText } from "../../cnnviz/view/model/numbers/printed_digits.js"
import {
  decimalsOrDigits,
  distinctDecimals,
  formatFixed,
  printSum,
} from "../../cnnviz/view/model/numbers/printed_sums.js"

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
    const [, left, right, sign, end] = /^(\S+) · (\S+) ([=≈]) (\S+)$/.exec(productText(a, b))
    assert.equal(number(read(left) * read(right), 3), end, `${a} · ${b}`)
    assert.equal(sign === "=", read(end) === a * b)
  }
  assert.equal(productText(0.5, -3), "0.500 · (−3.00) = −1.50")
})

test("so do the cells of a window, its kernel and their products, but for what is about nothing", () => {
  let [right, all, nothing] = [0, 0, 0]
  for (let n = 0; n < 300; n++) {
    const window = Array.from({ length: 9 }, (_, at) => (at === n % 20 ? Number.NaN : random()))
    const kernel = Array.from({ length: 9 }, () => (random() < 0.3 ? Math.round(4 * random() - 2) : some()))
    const { writes, sign } = gridFormatters(window, kernel)
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
  const { writes, sign } = gridFormatters([12, 200], [-1, 2]) // stored pixels and a kernel of whole numbers
  assert.deepEqual([writes[0](12, 0), writes[1](-1, 0), writes[0](200, 1), sign], ["12", "−1", "200", "="])
})

test("a sum reads right: the terms that are printed come to the total that is printed", () => {
  for (let n = 0; n < 2000; n++) {
    const values = Array.from({ length: 1 + (n % 10) }, () => (random() < 0.2 ? 0 : some() * 10 ** -(n % 6)))
    const total = values.reduce((sum, value) => sum + value, 0)
    const { texts, total: end, power } = printSum(values, total)
    const decimals = (/[.](\d+)$/.exec(end)?.[1] ?? "").length
    const added = texts.reduce((sum, text) => sum + read(text), 0)
    assert.ok(Math.abs(added - read(end)) <= 0.51 * 10 ** -decimals, `${texts} ${end}`)
    assert.ok(Math.abs(read(end) - total / 10 ** power) <= 0.51 * 10 ** -decimals)
    values.forEach((value, at) => assert.equal(texts[at] === "0", value === 0))
  }
})

test("if few digits fit, the terms are shortened and the total keeps the digits that it needs", () => {
  const values = [-0.1725, 0.1765, -0.3608, 0.3059, -0.1922, 0.1647]
  const total = values.reduce((sum, value) => sum + value, 0)
  assert.deepEqual(printSum(values, total).texts, ["−0.172", "0.176", "−0.361", "0.306", "−0.192", "0.165"])
  const narrow = printSum(values, total, { fits: (text) => text.length < 5 })
  assert.deepEqual([narrow.texts, narrow.total], [["−0.17", "0.18", "−0.36", "0.31", "−0.19", "0.16"], "−0.078"])
  assert.deepEqual([formatFixed(0, 2), formatFixed(-0.0004, 2), formatFixed(-1.5, 2)], ["0", "0.00", "−1.50"])
})

test("before and after differ in print, by two digits of what they differ by", () => {
  for (let n = 0; n < 500; n++) {
    const [old, step] = [some(), some() * 10 ** -(n % 7)]
    const digits = distinctDecimals(old, old + step)
    const printed = read(formatFixed(old + step, digits)) - read(formatFixed(old, digits))
    if (digits < 12) assert.ok(Math.abs(printed - step) <= 0.11 * Math.abs(step), `${old} ${step}`)
  }
  const [old, next] = [-1.0001, -1.0001 + 0.0000962] // to five digits −1.0001 and −1.0000: a step of 0.0001
  assert.deepEqual(
    [old, next].map((value) => number(value, distinctDigits(old, next))),
    ["−1.000100", "−1.000004"],
  )
  assert.equal(formatFixed(-1.0001, distinctDecimals(-1.00014, -1.000035)), "−1.00010")
})

test("a number that its decimals do not show at all is written as any number", () => {
  assert.equal(decimalsOrDigits(-5e-18, 12), "−5.00e−18")
  assert.equal(decimalsOrDigits(0.00649, 4), "0.0065")
  assert.equal(decimalsOrDigits(0, 2), "0")
})

test("a number that begins far behind the point has a power of ten, in as many digits as its decimals showed", () => {
  assert.equal(decimalsOrDigits(-2.7e-9, 11), "−2.70e−9")
  assert.equal(decimalsOrDigits(0.00002, 6), "0.000020")
})
