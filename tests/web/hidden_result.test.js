// Pictures of hidden results: they show what an operation reads, and nothing of what it computes.

import assert from "node:assert/strict"
import { test } from "node:test"
import { isDeepStrictEqual } from "node:util"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { number } from "../../cnnviz/view/model/numbers/format.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { spoken } from "../../cnnviz/view/model/spoken.js"
import { say } from "../../cnnviz/view/model/words.js"
import { printAlone, printCells } from "../../cnnviz/view/scene/digits.js"
import { pictureOf } from "../../cnnviz/view/scene/pictures.js"
import { fixture } from "./hooks.js"
import { elementsOf, htmlOf, relationsOf, sceneOf, snapshots } from "./scene.js"

const all = [
  ...snapshots.map(({ numbers }) => numbers),
  ...["batch", "normalized"].map(
    (name) => new Numbers(decode(new Uint8Array(Buffer.from(fixture(name).bytes, "base64")))),
  ),
]
const PLANTED = 7.351926483 // no other number looks like it

/** Each stage while its result is hidden, at two cells, on wide screens and on phones. */
function* hiddenStages() {
  for (const numbers of all)
    for (const [n, { symbol }] of numbers.stages.entries()) {
      const first = symbol === "update" ? numbers.said.update.makes[0] : symbol
      const isAhead = (map) => numbers.stageIndexOf(map) >= n
      const done = (map) => (isAhead(map) ? 0 : Number.POSITIVE_INFINITY)
      const shape = numbers.shape(first)
      for (const cell of [shape.map(() => 0), shape.map((size) => size >> 1)])
        for (const isUpright of [false, true])
          for (const moves of [() => false, (map) => numbers.maps[map].kind === "map" && numbers.shape(map)[0] === 1])
            yield { numbers, symbol, first, cell, isAhead, how: { done, isUpright, moves } }
    }
}

const where = ({ numbers, symbol, cell, how }) => `${numbers.network.text} ${symbol}[${cell}] ${how.isUpright}`

const templateOf = ({ numbers, symbol, first, cell, how }, isHidden = true) =>
  pictureOf(numbers, symbol, false, isHidden)(sceneOf(numbers, how), first, cell)

/** All that a template holds: its text, attributes, properties, styles and pixels. */
function contentOf(part) {
  if (Array.isArray(part)) return part.flatMap(contentOf)
  if (part?.strings) return [...part.strings, ...part.values.flatMap(contentOf)]
  if (part?._$litDirective$) return contentOf(part.values)
  if (typeof part === "function" || ArrayBuffer.isView(part)) return typeof part === "function" ? [] : [part]
  if (part && typeof part === "object")
    return Object.entries(part).flatMap(([name, value]) => [name, ...contentOf(value)])
  return [typeof part === "symbol" ? part : String(part)]
}

/** The same numbers, except of all that is not computed yet. */
function withOtherResults({ numbers, symbol, isAhead }) {
  const changed = { arrays: { ...numbers.arrays }, maps: { ...numbers.maps } }
  for (const [map, record] of Object.entries(numbers.maps)) {
    if (!numbers.stages.some((stage) => stage.symbol === map) || !isAhead(map)) continue
    changed.arrays[map] = { ...numbers.arrays[map], values: new Float64Array(numbers.count(map)).fill(PLANTED) }
    changed.maps[map] = { ...record, limits: [-PLANTED, PLANTED] }
  }
  const own = Object.fromEntries(Object.entries(changed).map(([name, value]) => [name, { value }]))
  return Object.create(numbers, symbol === "update" ? { ...own, next: { value: () => PLANTED } } : own)
}

test("the picture of a hidden result stays the same whatever the result is", () => {
  const found = [0, 0]
  for (const stage of hiddenStages()) {
    const changed = { ...stage, numbers: withOtherResults(stage) }
    assert.deepEqual(contentOf(templateOf(changed)), contentOf(templateOf(stage)), where(stage))
    if (!stage.how.isUpright) {
      const [one, other] = [stage, changed].map((each) => contentOf(templateOf({ ...each, how: {} }, false)))
      found[Number(isDeepStrictEqual(one, other))] += 1
    }
  }
  assert.ok(found[0] > 10 * found[1], `${found}`) // the same comparison finds the numbers of results that are shown
})

test("a hidden number is not printed, spoken or stored in any precision", () => {
  const digits = [3, 4, 5, 6, 7, 8, 9, 10]
  const texts = [
    ...digits.map((count) => number(PLANTED, count)),
    ...digits.map((count) => printAlone(PLANTED, count)),
    ...[4, 6, 9, 12].map((letters) => printCells([PLANTED], letters).write(PLANTED)),
    String(PLANTED),
  ]
  assert.ok(new Set(texts).size > 7)
  for (const stage of hiddenStages()) {
    const content = contentOf(templateOf({ ...stage, numbers: withOtherResults(stage) }))
    const strings = (parts) => parts.filter((part) => typeof part === "string").join(" ")
    const written = strings(content)
    const others = () => strings(contentOf(templateOf(stage))) // a number of an input may look like it
    for (const text of texts) assert.ok(!written.includes(text) || others().includes(text), `${where(stage)}: ${text}`)
    for (const part of content) assert.ok(!ArrayBuffer.isView(part) || !part.includes(PLANTED), where(stage))
  }
})

test("nothing under the pointer says a value of a hidden result", () => {
  for (const stage of hiddenStages())
    for (const relate of relationsOf(templateOf(stage))) assert.equal(relate.say, undefined, where(stage))
})

test("a hidden result stands beside everything computed that it is made of, as one area without colours", () => {
  for (const stage of hiddenStages()) {
    const { numbers, symbol, first, cell, how } = stage
    const html = htmlOf(templateOf(stage))
    const elements = elementsOf(html)
    const heads = elements.filter(({ tag }) => tag === "i").map((element) => element["aria-label"])
    const inputs =
      symbol === "update"
        ? [first, `d${first}`]
        : numbers.links(symbol).flatMap(({ source }) => (source !== symbol && how.done(source) ? [source] : []))
    for (const source of inputs)
      assert.ok(
        heads.some((head) => head.startsWith(spoken(numbers.maps[source].label))),
        `${where(stage)}: ${source}`,
      )
    assert.equal(heads.length, new Set(inputs).size + 1, where(stage))
    const area = html.slice(html.indexOf('class="unknown'))
    assert.match(area.replace(/<[^>]*>/g, " "), /\s\?\s*$/)
    assert.ok(!area.includes("colour-bar") && !area.includes('role="cell"'), where(stage))
    const words = spoken(say("web.maps.ahead", { map: numbers.maps[first].label }))
    const isMoved = numbers.maps[first].kind === "map" && how.moves(first)
    const [field] = elementsOf(area).filter((element) => element.class === "field")
    assert.equal(area.includes(`aria-label="${words}"`), !isMoved, where(stage)) // the strip's canvas has its own label
    assert.equal(field["data-slot"] ?? "", isMoved ? first : "", where(stage))
    if (isMoved) assert.equal(field["data-at"], String(cell[0]))
  }
})
