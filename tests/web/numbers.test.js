import assert from "node:assert/strict"
import { test } from "node:test"
import { explainCell, stepOf } from "../../cnnviz/view/model/explain/explanation.js"
import { expression } from "../../cnnviz/view/model/explain/expression.js"
import { Filling, terms } from "../../cnnviz/view/model/explain/formula_values.js"
import { promiseOf } from "../../cnnviz/view/model/explain/gradient_promise.js"
import { detailsOf, meaningOf, signsOf, wordsOf } from "../../cnnviz/view/model/explain/meanings.js"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { integerOrNumber, number, short } from "../../cnnviz/view/model/numbers/format.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { distinctDigits } from "../../cnnviz/view/model/numbers/printed_digits.js"
import { hasMessage } from "../../cnnviz/view/model/words.js"
import { fixture } from "./hooks.js"

const unsigned = (value) => value + 0 // -0 is 0 to who reads it

const snapshots = fixture("snapshots").map(({ bytes, ...core }) => ({
  core: {
    ...core,
    arrays: Object.fromEntries(Object.entries(core.arrays).map(([map, all]) => [map, all.map(unsigned)])),
  },
  numbers: new Numbers(decode(new Uint8Array(Buffer.from(bytes, "base64")))),
}))

// Corners and a middle, where padding and stride show.
function someCells(shape) {
  const along = shape.map((n) => [...new Set([0, n >> 1, n - 1])])
  return along.reduce((cells, places) => cells.flatMap((cell) => places.map((at) => [...cell, at])), [[]]).slice(0, 60)
}

const exact = ({ numbers }) => !Object.keys(numbers.answer.deviations).length

test("what is decoded is number for number what the core computed", () => {
  for (const { core, numbers } of snapshots) {
    for (const [map, values] of Object.entries(core.arrays))
      assert.deepEqual([...numbers.values(map)].map(unsigned), values, map)
    assert.equal(numbers.answer.loss, core.loss)
  }
})

test("formulas have the language's decimal point too", async () => {
  const french = await import("../../cnnviz/view/model/explain/explanation.js?fr")
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.optimizer === "adam")
  const formulas = [explainCell, french.explainCell].map((said) => said(numbers, "update", [0, 0]).formula)
  const decimals = formulas.map((html) => html.match(/\d[.,]\d+/g))
  assert.ok(decimals[0].includes("0.999"))
  assert.deepEqual(
    decimals[1],
    decimals[0].map((text) => text.replace(".", ",")),
  )
})

test("a cell has the sources that the core says", () => {
  for (const { core, numbers } of snapshots) {
    assert.ok(core.behind.length > 100)
    for (const { map, source, cell, sources } of core.behind) {
      const link = numbers.links(map).find((one) => one.source === source)
      const got = numbers.sources(link, cell)
      assert.deepEqual(
        got.map(String).sort(),
        sources.map(String).sort(),
        `${numbers.network.text} ${map}[${cell}] ${source}`,
      )
      if (link.pattern === "winner" || link.pattern === "won") continue
      const count = numbers.reach(link, cell).reduce((product, range) => product * Math.max(range.count, 0), 1)
      assert.equal(count, got.length)
    }
  }
})

test("a cell is found in its array, and its array's place gives the cell back", () => {
  for (const { core, numbers } of snapshots) {
    for (const [map, { shape }] of Object.entries(numbers.maps)) {
      for (const cell of someCells(shape)) {
        const offset = numbers.offset(map, cell)
        assert.equal(unsigned(numbers.at(map, cell)), core.arrays[map][offset])
        assert.deepEqual(numbers.cell(map, offset), cell)
      }
    }
  }
})

test("every template comes to the core's number", () => {
  for (const { numbers } of snapshots.filter(exact)) {
    for (const [map, template] of Object.entries(numbers.network.arithmetic)) {
      if (!numbers.maps[map]) continue
      for (const cell of someCells(numbers.shape(map))) {
        const value = new Filling(numbers, map, cell).value(expression(template))
        const size = terms(numbers, map, cell).reduce((sum, term) => sum + Math.abs(term.value), Math.abs(value))
        const apart = Math.abs(value - numbers.at(map, cell))
        assert.ok(apart <= 1e-9 * size + 1e-15, `${numbers.network.text} ${map}[${cell}] = ${template}: ${value}`)
      }
    }
  }
})

/** Whether a number stands in some array as it is printed. */
const exactly = (numbers, text) => {
  const value = Number(text.replaceAll("−", "-"))
  return Object.values(numbers.arrays).some(({ values }) => values.includes(value))
}

test("the words about a cell are complete and end in the core's number", () => {
  for (const { numbers } of snapshots) {
    for (const map of Object.keys(numbers.maps)) {
      for (const cell of someCells(numbers.shape(map))) {
        const words = explainCell(numbers, map, cell)
        const raw = map === "x" && numbers.answer.lesson.scale === "raw"
        const said = [...words.numbers.matchAll(/ ([=≈]) <b>([^<]+)<\/b>/g)].map(([, , text]) => text)
        const expected = raw ? String(numbers.at(map, cell)) : integerOrNumber(numbers.at(map, cell), 5)
        for (const [, sign, text] of words.numbers.matchAll(/ ([=≈]) <b>([^<]+)<\/b>/g))
          if (sign === "=") assert.ok(exactly(numbers, text), `${words.numbers}: ${text} is rounded`)
        assert.ok(said.includes(expected), `${map}[${cell}]: ${words.numbers} without ${expected}`)
        assert.doesNotMatch(JSON.stringify(words), /undefined|NaN/)
        assert.ok(words.title && words.sentence.endsWith(".") && words.formula, map)
      }
    }
  }
})

/** What a printed expression of plain numbers comes to; nothing where there is more in it. */
function workedOut(printed) {
  const plain = printed
    .replace(/<[^>]*>/g, "")
    .replaceAll("−", "-")
    .replaceAll("·", "*")
    .replaceAll("²", "**2")
    .replace(/\[([^\]]+)\]/g, "Number($1)")
    .replaceAll("√(", "Math.sqrt(")
    .replace(/\b(max|tanh|log)\(/g, "Math.$1(")
    .replace(/σ\(/g, "1/(1+Math.exp(-1)**(")
    .replace(/(1\/\(1\+Math\.exp\(-1\)\*\*\([^)]*\))/g, "$1)")
  return /^[\d.e+\-*/() >,]*$/.test(plain.replace(/Math\.(max|tanh|log|exp|sqrt)|Number/g, ""))
    ? Function(`return ${plain}`)()
    : undefined
}

test("who works out what is printed of a cell comes to the number that is printed", () => {
  let count = 0
  for (const { numbers } of snapshots.filter(exact)) {
    for (const map of Object.keys(numbers.network.arithmetic).filter((map) => numbers.maps[map])) {
      for (const cell of someCells(numbers.shape(map)).slice(0, 12)) {
        const words = explainCell(numbers, map, cell).numbers
        const [, printed, end] = / = (.*) [=≈] <b>([^<]+)<\/b>$/.exec(words) ?? []
        if (!printed || /<b class|<i>|<math>|padded/.test(printed)) continue // terms of a sum are rounded each
        const value = workedOut(printed)
        if (value === undefined) continue
        count += 1
        assert.equal(integerOrNumber(value, 5), end, words)
      }
    }
  }
  assert.ok(count > 100, `only ${count}`)
})

test("two products are printed with their factors, and of many numbers few digits, none below 0 added", () => {
  const [{ numbers }] = snapshots
  for (const cell of someCells(numbers.shape("da1")))
    assert.match(explainCell(numbers, "da1", cell).numbers, / · .* [+−] .* · /)
  const images = new Numbers(decode(new Uint8Array(Buffer.from(fixture("batch").bytes, "base64"))))
  for (const cell of someCells(images.shape("n1"))) {
    const words = explainCell(images, "n1", cell).numbers
    const [, printed, end] = / = (.*) [=≈] <b>([^<]+)<\/b>$/.exec(words) ?? []
    assert.equal(number(workedOut(printed), 3), end, words)
    assert.ok(printed.includes("√(") && !printed.includes("+ (−") && words.length < 110, words)
  }
})

test("gray is called a weighted sum, which no channel stores, and zeros of the padding are counted apart", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.answer.lesson.ch === "gray")
  const pixel = explainCell(numbers, "x", [0, 3, 4]).numbers
  assert.match(pixel, /weighted sum/)
  assert.doesNotMatch(pixel, /stored/)
  const [, said] = /([\d.]+) \/ 255/.exec(pixel)
  assert.ok(Math.abs(Number(said) / 255 - numbers.at("x", [0, 3, 4])) < 1e-5)
  const [link] = numbers.links("f")
  const corners = [0, 2].flatMap((u) => [0, 2].map((v) => explainCell(numbers, "f", [0, 0, u, v]).numbers))
  const counts = corners.map((text) => /multiplies (\d+) values(?:; padding zeros: (\d+))?/.exec(text))
  for (const [, values, zeros = "0"] of counts)
    assert.equal(Number(values) + Number(zeros), link.places[0] * link.places[1])
  assert.ok(
    counts.some(([, , zeros]) => zeros),
    "no corner of a kernel of 3×3 meets the padding",
  )
})

test("the update says what the core's next parameter is", () => {
  for (const { numbers } of snapshots.filter(exact)) {
    const [first] = numbers.said.update.makes
    const cell = numbers.shape(first).map(() => 0)
    const [old, next] = [numbers.values(first)[0], numbers.next(first, 0)]
    assert.ok(explainCell(numbers, "update", cell).numbers.includes(integerOrNumber(next, distinctDigits(old, next))))
  }
})

test("every symbol and every operator of a network has words in the glossary", () => {
  const lacking = new Set()
  const check = (id) => Object.values(wordsOf(id)).every(hasMessage) || lacking.add(id)
  for (const { numbers } of snapshots) {
    for (const symbol of Object.keys(numbers.maps)) check(meaningOf(numbers, symbol))
    for (const { kind } of numbers.network.layers) if (!["conv", "dense"].includes(kind)) check(`signs.${kind}`)
    for (const column of numbers.network.columns)
      for (const { text, id } of signsOf(numbers, column) ?? []) if (text) check(id)
  }
  assert.deepEqual([...lacking], [])
})

test("a glossary entry uses the network's symbols and formula", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text.startsWith("conv4x3-relu-max2-conv4x3"))
  assert.deepEqual(detailsOf(numbers, "glossary.sum", "z2"), {
    label: "z₂",
    letter: "z",
    formula: numbers.network.formulas.z2,
    facts: ["4 × 13 × 13"],
  })
  assert.equal(detailsOf(numbers, "signs.convolution", "f2").formula, numbers.network.formulas.z2)
  assert.equal(detailsOf(numbers, "glossary.gradient", "dw").letter, "b") // the text's example
  for (const [id, symbol] of [
    ["signs.back", "z1"],
    ["glossary.pixel", "x"],
  ])
    assert.equal(detailsOf(numbers, id, symbol).formula, "")
})

test("a symbol's card has its shape, and where its numbers are shown its ends and what its gradient means", () => {
  const { numbers } = snapshots[0]
  const cell = numbers.network.focus.f
  assert.deepEqual(detailsOf(numbers, "glossary.gradient", "df").facts, ["3 × 3"])
  const [size, promise] = detailsOf(numbers, "glossary.gradient", "df", cell).facts
  const [low, high] = [Math.min, Math.max].map((end) => short(end(...numbers.values("df"))))
  assert.equal(size, `3 × 3, from ${low} to ${high}`) // its own, not those of its colours
  const fresh = snapshots.find(({ numbers }) => numbers.arrays.b?.values.every((value) => value === 0)).numbers
  assert.deepEqual(detailsOf(fresh, "glossary.bias", "b", [0]).facts, ["2 numbers, all 0"])
  assert.equal(promise, promiseOf(numbers, "df", cell))
  assert.equal(detailsOf(numbers, "glossary.kernel", "f", cell).facts.length, 1)
  assert.deepEqual(detailsOf(numbers, "signs.back", "df", cell).facts, [])
  assert.deepEqual(detailsOf(numbers, "glossary.loss", "L", [0]).facts, [])
  const deviating = snapshots.find((moment) => !exact(moment)).numbers
  assert.equal(detailsOf(deviating, "glossary.gradient", "df", cell).facts.length, 1)
})

test("at any update a parameter whose gradient is round-off alone has no step, and is 0 where nothing else has moved it", () => {
  for (const rule of ["gd", "momentum", "adam"]) {
    const { numbers } = snapshots.find(
      ({ numbers: { network, maps } }) => network.optimizer === rule && (maps.b ?? maps.b2),
    )
    const { answer } = numbers
    const bias = numbers.maps.b ? "b" : "b2"
    const losing = (...symbols) => {
      const lost = symbols.map((symbol) => [symbol, { ...answer.network.maps[symbol], round_off: true }])
      const maps = { ...answer.network.maps, ...Object.fromEntries(lost) }
      return new Numbers({ ...answer, network: { ...answer.network, maps } })
    }
    const [lost, zero] = [losing(`d${bias}`), losing(`d${bias}`, bias)]
    assert.equal(lost.next(bias, 0), numbers.values(bias)[0])
    assert.deepEqual([zero.values(bias)[0], zero.next(bias, 0), zero.values(`d${bias}`)[0]], [0, 0, 0])
    assert.match(stepOf(lost, bias, [0]), /· 0( \/ \S+)? [=≈] <b>\S+<\/b> <small>\(up to round-off\)<\/small>$/)
    assert.match(stepOf(zero, bias, [0]), /← 0 − \S+ · 0( \/ \S+)? = <b>0<\/b> <small>\(up to round-off\)<\/small>$/)
    assert.match(explainCell(lost, `d${bias}`, [0]).numbers, /[^\d] = <b>0<\/b> <small>\(up to round-off\)<\/small>$/)
    assert.match(explainCell(zero, bias, [0]).numbers, / = <b>0<\/b> <small>\(up to round-off\)<\/small>/)
    for (const made of [`past.${bias}:0`, `pulls.d${bias}`, `velocity.${bias}`, `mean.${bias}`]) {
      lost.storePart(made, { [made]: { values: new Float64Array([1e-18, 2e-18]), shape: [2] } })
      assert.deepEqual([...lost.arrays[made].values], [0, 0], made)
    }
  }
})
