// Questions about a stage and verdicts on answers, in every network: right, close, wrong sign, wrong position.

import assert from "node:assert/strict"
import { test } from "node:test"
import { anotherCell, judge, judgeClick, questions } from "../../cnnviz/view/model/explain/prediction.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { fixture } from "./hooks.js"

const networks = fixture("networks").map(
  ({ answer, arrays }) =>
    new Numbers({
      ...answer,
      arrays: Object.fromEntries(
        Object.entries(arrays).map(([name, values]) => [name, { values: Float64Array.from(values) }]),
      ),
    }),
)

const asked = networks.flatMap((numbers) =>
  numbers.stages.slice(1).flatMap(({ symbol }) => {
    const map = symbol === "update" ? numbers.said.update.makes[0] : symbol
    const cell = numbers.cell(map, Math.floor(numbers.count(map) / 2))
    return questions(numbers, symbol, cell).map((question) => ({ numbers, symbol, question }))
  }),
)
const typed = asked.filter(({ question }) => !question.clicked)
const clicked = asked.filter(({ question }) => question.clicked)
const verdict = ({ numbers, question }, given) => judge(numbers, question, given).verdict

test("every stage of every network asks for something, in words without a blank", () => {
  for (const numbers of networks) {
    for (const { symbol } of numbers.stages.slice(1))
      assert.ok(
        asked.some((one) => one.numbers === numbers && one.symbol === symbol),
        symbol,
      )
  }
  for (const { question } of asked)
    assert.ok(!/undefined|NaN/.test(question.ask + question.what + (question.before ?? "")))
  const kinds = new Set(asked.map(({ question }) => question.kind))
  assert.deepEqual([...kinds].sort(), ["change", "factor", "index", "largest", "number", "product", "winner"])
})

test("the true number is right, one of the other sign is not, and one far away is too large or too small", () => {
  for (const one of typed) {
    const { value, scale } = one.question
    assert.equal(verdict(one, value), "right", one.symbol)
    assert.equal(verdict(one, value + 1000 * (value < 0 ? -1 : 1) * (Math.abs(value) + scale + 1)), "wrong")
    if (Math.abs(value) > 0.2 * scale) assert.notEqual(verdict(one, -value), "right")
    if (Math.abs(value) > 0.2 * scale && !["factor", "index"].includes(one.question.kind))
      assert.equal(verdict(one, -value), "sign")
    if (Math.abs(value) > 0.2 * scale && one.question.kind === "number")
      assert.equal(verdict(one, 1.06 * value), "near")
  }
})

test("what is shown of a product and its blank are a term of the sum, and another term's number is the wrong place", () => {
  let elsewhere = 0
  for (const { numbers, question } of typed.filter(({ question }) => question.kind === "factor")) {
    const [known] = question.known
    const other = question.others.find(({ value }) => value && Math.abs(value - question.value) > 0.1 * question.scale)
    if (!known || !other) continue
    const judged = judge(numbers, question, other.value)
    assert.equal(judged.verdict, "place")
    elsewhere++
    const shown = Number(question.before.split(" · ")[0].replace(/[()]/g, "").replace("−", "-"))
    assert.ok(Math.abs(shown - numbers.at(known.source, known.cell)) <= 1e-3 * Math.abs(shown))
  }
  assert.ok(elsewhere > 3)
})

test("of a block with several largest cells it is not asked which of them counts", () => {
  const numbers = networks.find((each) => each.network.text.startsWith("max3s2"))
  const asks = ([, row, column]) => {
    const cells = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => numbers.at("x", [0, 2 * row + i, 2 * column + j])))
    const winners = cells.filter((value) => value === Math.max(...cells)).length
    const isAsked = questions(numbers, "p1", [0, row, column]).some(({ kind }) => kind === "winner")
    assert.equal(isAsked, winners === 1)
    return winners
  }
  const places = Array.from(numbers.values("p1"), (_, n) => numbers.cell("p1", n)).filter(([channel]) => channel === 0)
  assert.ok(places.map(asks).some((winners) => winners > 1))
})

test("a click on the cell that counts is right, and of a block no other is", () => {
  for (const { numbers, question } of clicked) {
    assert.equal(judgeClick(numbers, question, question.cell).verdict, "right")
    assert.ok(question.among.some((cell) => String(cell) === String(question.cell)))
    for (const cell of question.among) {
      const same = numbers.at(question.clicked, cell) >= question.value
      const judged = judgeClick(numbers, question, cell)
      assert.ok(judged.say && !/undefined|NaN/.test(judged.say))
      if (question.kind === "winner") assert.equal(judged.verdict === "right", String(cell) === String(question.cell))
      else if (same) assert.equal(judged.verdict, "right")
    }
  }
})

test("a question needs no number that is not in it or in sight", () => {
  const isInSight = (numbers, source) =>
    numbers.maps[source].kind === "filters" || (numbers.maps[source].kind === "row" && numbers.count(source) <= 16)
  let [given, copied] = [0, 0]
  for (const { numbers, symbol, question } of typed) {
    const sources = numbers.links(question.map).map(({ source }) => source)
    if (question.kind === "factor")
      for (const { source } of question.others)
        assert.ok(isInSight(numbers, source) && sources.includes(source), `${numbers.network.text} ${symbol}`)
    if (question.kind === "product") {
      const factors = question.before
        .replaceAll("(", "")
        .replaceAll(")", "")
        .replaceAll("−", "-")
        .split(" · ")
        .map(Number)
      const product = factors.reduce((all, each) => all * each, 1)
      assert.ok(Math.abs(product - question.value) <= 2e-3 * Math.abs(question.value), `${symbol}: ${question.before}`)
      copied += 1
    }
    if (question.kind === "number" && question.ask.includes(" = ")) given += 1
    if (question.kind === "index") {
      const [{ source, cell }] = question.known
      assert.equal(numbers.values(question.map)[question.value], numbers.at(source, cell))
      assert.equal(verdict({ numbers, question }, question.value), "right")
      assert.equal(verdict({ numbers, question }, question.value + 1), "wrong")
    }
  }
  assert.ok(given > 10 && copied > 10, `${given} ${copied}`)
  const { question } = typed.find(({ symbol, question }) => symbol === "a1" && question.kind === "number")
  assert.match(question.ask, /a₁<\/i>\[[\d,]+\] = σ\(/)
})

test("the same question can be asked about another cell, with another answer, where there is one", () => {
  let count = 0
  for (const { numbers, symbol, question } of asked) {
    const cell = anotherCell(
      numbers,
      symbol,
      question.kind === "largest" ? numbers.cell(question.map, 0) : question.cell,
      question.kind,
    )
    if (numbers.count(question.map) === 1) assert.equal(cell, null)
    if (!cell) continue
    const again = questions(numbers, symbol, cell).find(({ kind }) => kind === question.kind)
    assert.ok(again && (String(again.cell) !== String(question.cell) || question.kind === "largest"))
    count += 1
  }
  assert.ok(count > 0.5 * asked.length, `${count} of ${asked.length}`)
})

test("after a miss the reason follows", () => {
  for (const { numbers, question } of typed)
    assert.ok(judge(numbers, question, 1000 + 2 * Math.abs(question.value)).say.endsWith(question.why))
  for (const { numbers, question } of clicked)
    for (const cell of [...question.among, question.cell.map(() => 0)])
      assert.ok(judgeClick(numbers, question, cell).say.endsWith(question.why), question.kind)
})
