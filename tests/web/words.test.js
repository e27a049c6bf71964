import assert from "node:assert/strict"
import { test } from "node:test"
import { has, plural, say, written } from "../../cnnviz/ui/web/model/words.js"
import { fixture } from "./hooks.js"

const { written: values, plurals, said } = fixture("words")

test("values are written as Python writes them", () => {
  for (const [value, spec, text] of values) assert.equal(written(value, spec), text, `${value} as "${spec}"`)
  assert.equal(written(Number.NaN, "3"), "NaN")
  assert.equal(written([1, "a", -2.5]), "1, a, −2.5")
})

test("plural forms are those of Python", () => {
  for (const [n, lang, form] of plurals) assert.equal(plural(n, lang), form, `${n} in ${lang}`)
})

test("every message is said as Python says it", () => {
  for (const [id, fields, text] of said) assert.equal(say(id, fields), text)
})

test("what is missing is an error and not a gap", () => {
  assert.ok(has("words.unknown") && !has("toString"))
  assert.throws(() => say("no.such"), /There are no words for no\.such\./)
  assert.throws(() => say("words.unknown", {}), /no value id/)
})
