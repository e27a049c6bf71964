import assert from "node:assert/strict"
import { test } from "node:test"
import {
  escapeHtml,
  exponentOf,
  factor,
  formatToFit,
  formula,
  lossText,
  markupWithFormulas,
  number,
  percent,
  sentence,
  short,
  signedHTML,
  timesPower,
  withSymbols,
} from "../../cnnviz/view/model/numbers/format.js"
import { anyNumbers, read } from "./numbers.js"

test("symbols in a sentence are formatted, and words are not", () => {
  const marked = {
    "Raise f[1,1] by 0.1, a tenth of ∂f[1,1]": "<i>f</i>[1,1] <i>∂f</i>[1,1]",
    "a₁ passes what ∂a₁ brings": "<i>a₁</i> <i>∂a₁</i>",
    "the loss L falls; η is too large": "<i>L</i> <i>η</i>",
  }
  for (const [text, symbols] of Object.entries(marked))
    assert.equal([...withSymbols(text).matchAll(/<i>.*?<\/i>(\[[\d,]+\])?/g)].map(([all]) => all).join(" "), symbols)
  for (const text of ["il y a une image", "L’image d'un chat", 'a dog & a "cat", it\'s 3x larger', "Look: fox"])
    assert.equal(withSymbols(text), escapeHtml(text))
})

test("a number has at most the requested digits, and is parsed back to itself", () => {
  for (const value of anyNumbers()) {
    for (const digits of [3, 4, 9]) {
      const text = number(value, digits)
      assert.ok(!text.includes("-"), text)
      assert.ok(Math.abs(read(text) - value) <= Math.abs(value) * 0.5001 * 10 ** (1 - digits), `${value} as ${text}`)
      if (value) assert.equal(text.replace(/e.*|[−.]/g, "").replace(/^0+/, "").length, digits, text)
    }
  }
  assert.deepEqual(
    [0, 0.001, 0.0009, 9999, 12345, 123456].map((value) => number(value)),
    ["0", "0.001000", "9.000e−4", "9999", "1.235e4", "1.235e5"],
  )
})

test("a short number is short", () => {
  for (const value of anyNumbers()) {
    const text = short(value)
    assert.ok(text.length <= 8, text)
    assert.ok(Math.abs(read(text) - value) <= Math.max(Math.abs(value) * 0.06, 0), `${value} as ${text}`)
  }
  assert.deepEqual([0, 0.05, 1, -12.34, 123.4, 12345].map(short), ["0", "0.050", "1.00", "−12.3", "123", "1.2e4"])
})

test("a field's number fits and is as exact as possible", () => {
  for (const value of anyNumbers()) {
    const text = formatToFit(String(value))
    assert.ok(text.length <= 7, text)
    if (value) assert.ok(Math.abs(Number(text) / value - 1) < 0.5, `${value} as ${text}`)
  }
  assert.equal(formatToFit("0.142857142857"), "0.14286")
  assert.equal(formatToFit("−1".replace("−", "-")), "-1")
})

test("signs, powers and shares", () => {
  assert.equal(signedHTML(-2), '<b class="neg">−2</b>')
  assert.equal(signedHTML(2.5), '<b class="pos">+2.500</b>')
  assert.equal(signedHTML(2110, 3), '<b class="pos">+2110</b>') // a whole number has all its digits, and no power of ten
  assert.equal(factor(-0.5, 2), "(−0.50)")
  assert.deepEqual([0.5, 0.05, 2e-5, 0].map(exponentOf), [0, -3, -6, 0])
  assert.equal(timesPower(-12), "× 10⁻¹²")
  assert.deepEqual([0, 0.001, 0.285, 0.5, 0.999, 1].map(percent), ["0%", "<1%", "29%", "50%", ">99%", "100%"])
  assert.deepEqual([0.25, 1e-5, 0, 12345].map(lossText), ["0.25000", "1.000e−5", "0.00000", "1.235e4"])
})

test("text becomes HTML, and markup in it is escaped", () => {
  assert.equal(escapeHtml(`<a b="c">&'`), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;")
  assert.equal(formula("z₁ = mean x"), 'z<sub>1</sub> = <span class="word">mean</span> x')
  const L = "<math><mi>L</mi></math>"
  for (const name of ["constructor", "__proto__", "toString"]) assert.equal(sentence(`a $${name}$`), `a $${name}$`)
  assert.equal(sentence("$L$ < 2, $5 & <b>$ $1"), `${L} &lt; 2, $5 &amp; &lt;b&gt;$ $1`)
  assert.equal(markupWithFormulas("<b>$L$</b>"), `<b>${L}</b>`)
})

test("infinity is written as a sign", () => {
  assert.deepEqual([number(Number.POSITIVE_INFINITY), number(Number.NEGATIVE_INFINITY, 3)], ["∞", "−∞"])
})
