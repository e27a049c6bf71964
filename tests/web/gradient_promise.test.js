import assert from "node:assert/strict"
import { test } from "node:test"
import { promiseOf, raisedPart } from "../../cnnviz/view/model/explain/gradient_promise.js"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { fixture } from "./hooks.js"
import { read } from "./numbers.js"

const snapshots = fixture("snapshots").map(({ bytes }) => {
  const numbers = new Numbers(decode(new Uint8Array(Buffer.from(bytes, "base64"))))
  for (const name of Object.keys(numbers.arrays)) if (name.startsWith("raised.")) delete numbers.arrays[name] // not known yet
  return numbers
})

const gradients = (numbers) => Object.keys(numbers.maps).filter((map) => numbers.maps[map].band === "gradients")

test("the sentence of a gradient states the gradient times the change, and the direction of the loss", () => {
  for (const numbers of snapshots)
    for (const map of gradients(numbers)) {
      const cell = numbers.network.focus[numbers.maps[map].family] ?? numbers.shape(map).map(() => 0)
      const slope = numbers.at(map, cell)
      const sentence = promiseOf(numbers, map, cell)
      const by = numbers.maps[map.slice(1)].raised_by
      if (!slope) assert.match(sentence, /the loss does not change, because ∂.* is 0\.$/)
      else {
        const [, way, promised] = /the loss (rises|falls) by about (\S+), a /.exec(sentence) ?? []
        assert.equal(way, slope > 0 ? "rises" : "falls")
        assert.ok(Math.abs(read(promised) - Math.abs(slope * by)) <= 0.051 * Math.abs(slope * by), sentence)
        assert.ok(sentence.startsWith(`Raise ${numbers.maps[map.slice(1)].label}[`) && sentence.includes(` by ${by}: `))
      }
    }
})

test("the actual change is given as soon as it is known, even if its sign differs", () => {
  const numbers = snapshots[0]
  const cell = [0, 0, 1, 1]
  const part = raisedPart(numbers, "df", cell)
  assert.equal(part, `raised.f:4:${numbers.maps.f.raised_by}`)
  const way = Math.sign(numbers.at("df", cell))
  const known = (change) => {
    numbers.storePart(part, { [part]: { values: Float64Array.of(change), shape: [1] } })
    return promiseOf(numbers, "df", cell)
  }
  assert.ok(!promiseOf(numbers, "df", cell).includes("really"))
  const decimals = (sentence) =>
    [...sentence.matchAll(/by (?:about )?(?:[−]?0\.|\d\.(?=\d*e))([\de−]+)(?=[,.]( |$))/g)].map(
      ([, digits]) => digits.length,
    )
  const promised = Math.abs(numbers.at("df", cell) * numbers.maps.f.raised_by)
  for (const share of [0.92, 0.9999, 1, 1.09]) {
    const sentence = known(way * share * promised)
    assert.match(sentence, /; really by \S+\.$/)
    const [about, really] = decimals(sentence)
    assert.equal(about, really, sentence)
  }
})

test("if the loss bends within a step, a smaller step is promised, down to the smallest", () => {
  const numbers = snapshots[0]
  const cell = [0, 0, 1, 2]
  const slope = numbers.at("df", cell)
  const happens = (share) => {
    const part = raisedPart(numbers, "df", cell)
    const by = Number(part.split(":")[2])
    numbers.storePart(part, { [part]: { values: Float64Array.of(share * slope * by), shape: [1] } })
    return promiseOf(numbers, "df", cell)
  }
  assert.match(promiseOf(numbers, "df", cell), / by 0\.1: /)
  assert.match(happens(0.3), / by 0\.01: [^;]*$/) // what really happens then is not known yet
  assert.match(happens(1.5), / by 0\.001: [^;]*$/)
  assert.match(happens(-1), / by 0\.001.*really by [−\de.]+\.$/) // the smallest is said as it is
  assert.match(raisedPart(numbers, "df", cell), /:0\.001$/)
})

test("a change lost in round-off is not reported as missing", () => {
  const numbers = snapshots[0]
  const cell = [0, 0, 2, 2]
  const happens = (slope) => {
    numbers.values("df")[numbers.offset("df", cell)] = slope
    for (let tried = 0; tried < 3; tried++) {
      const part = raisedPart(numbers, "df", cell)
      numbers.storePart(part, { [part]: { values: Float64Array.of(0), shape: [1] } })
    }
    return promiseOf(numbers, "df", cell)
  }
  assert.match(happens(4.3e-40), /the loss rises by about 4\.3e−43, a thousandth of ∂f\[2,2\]\.$/)
  assert.match(happens(0.43), /the loss should change by 0\.00043, a thousandth of ∂f\[2,2\]; really by 0\.$/)
})

test("a loss that changes although the gradient is 0, as near a kink, is reported", () => {
  const numbers = snapshots[5] // ReLU and max pooling
  const at = numbers.values("da1").indexOf(0)
  const cell = numbers.cell("da1", at)
  const happens = (change) => {
    const part = raisedPart(numbers, "da1", cell)
    numbers.storePart(part, { [part]: { values: Float64Array.of(change), shape: [1] } })
    return promiseOf(numbers, "da1", cell)
  }
  assert.match(happens(1.1e-3), /a little: the loss does not change, because ∂a₁\[.*\] is 0\.$/) // a smaller step is still to be tried
  happens(1.1e-4)
  assert.match(happens(1.1e-5), / by 0\.001: the loss should not change, because ∂a₁\[.*\] is 0; really by 1\.1e−5\.$/)
  assert.match(happens(0), /a little: the loss does not change/)
})

test("symbols without a gradient have no promise", () => {
  const [numbers] = snapshots
  assert.deepEqual(
    ["x", "f", "z1", "o", "y", "L"].map(
      (map) => promiseOf(numbers, map, [0, 0, 0, 0]) + raisedPart(numbers, map, [0, 0, 0, 0]),
    ),
    ["", "", "", "", "", ""],
  )
})

test("a gradient of round-off only is shown as 0, and causes no request", () => {
  const lost = fixture("snapshots").map(
    ({ bytes }) => new Numbers(decode(new Uint8Array(Buffer.from(bytes, "base64")))),
  )[6]
  const [symbol] = lost.said.update.makes.filter((name) => name.startsWith("b"))
  lost.maps[`d${symbol}`].round_off = true
  assert.match(promiseOf(lost, `d${symbol}`, [0]), /the loss does not change\..* is 0 up to round-off\.$/)
  assert.equal(raisedPart(lost, `d${symbol}`, [0]), "")
})
