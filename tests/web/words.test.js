import assert from "node:assert/strict"
import { test } from "node:test"
import { formatValue, hasMessage, plural, say } from "../../cnnviz/view/model/words.js"
import { fixture } from "./hooks.js"

const { written: values, plurals, said } = fixture("words")

test("values are formatted as in Python, in every language", async () => {
  for (const [lang, cases] of Object.entries(values)) {
    const own = await import(`../../cnnviz/view/model/words.js?${lang}`)
    for (const [value, spec, text] of cases)
      assert.equal(own.formatValue(value, spec), text, `${value} as "${spec}" in ${lang}`)
  }
  assert.equal(formatValue(Number.NaN, "3"), "NaN")
  assert.equal(formatValue([1, "a", -2.5]), "1, a, −2.5")
})

test("plural forms equal Python's", () => {
  for (const [n, lang, form] of plurals) assert.equal(plural(n, lang), form, `${n} in ${lang}`)
})

test("numbers have Unicode's separators of the language, and are parsed back", async () => {
  for (const lang of Object.keys(values)) {
    const { say, formatValue } = await import(`../../cnnviz/view/model/words.js?${lang}`)
    const { number, plainNumber, inField, localFormula } = await import(
      `../../cnnviz/view/model/numbers/format.js?${lang}`
    )
    const parts = new Intl.NumberFormat(lang, { style: "percent", minimumFractionDigits: 1 }).formatToParts(12345.678)
    const sign = (/** @type {string} */ type) => parts.find((part) => part.type === type)?.value
    assert.equal(say("words.point"), sign("decimal"))
    assert.equal(say("words.thousands"), sign("group"))
    assert.equal(say("words.percent").trim(), sign("percentSign"))
    assert.equal(/^\s/.test(say("words.percent")), parts.at(-2)?.type === "literal")
    for (const value of [0.5, -12.25, 1234.5, 1234567, 0.001]) {
      assert.equal(Number(plainNumber(formatValue(value))), value, lang)
      assert.equal(Number(plainNumber(inField(String(value)))), value, lang)
    }
    assert.deepEqual(
      ["1.234.567", "-1.234", "0.125", "1.5", "12.345,6"].map((text) => plainNumber(text, ".")),
      ["1234567", "-1234", "0.125", "1.5", "12345.6"],
    )
    assert.equal(number(0.25, 3), `${formatValue(0.25)}0`)
    assert.equal(
      localFormula("<mn>0.9</mn><mtext>velocity</mtext>"),
      `<mn>${formatValue(0.9)}</mn><mtext>${say("formula.velocity")}</mtext>`,
    )
    assert.deepEqual([".5", "0,5", "0.5", "−3", "1.234.567,5"].map(plainNumber), [
      ".5",
      "0.5",
      "0.5",
      "-3",
      "1234567.5",
    ])
  }
})

test("every message equals Python's", () => {
  for (const [id, fields, text] of said) assert.equal(say(id, fields), text)
})

test("a missing value is an error, not a gap", () => {
  assert.ok(hasMessage("words.unknown") && !hasMessage("toString"))
  assert.throws(() => say("no.such"), /No message no\.such\./)
  assert.throws(() => say("words.unknown", {}), /no value id/)
})
