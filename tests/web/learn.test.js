// The part of a map in which cells are chosen, what an answer has in common with the key, and where the kernel slides.

import assert from "node:assert/strict"
import { test } from "node:test"
import { barScale } from "../../cnnviz/pages/learn/bar_scale.js"
import { coloursOf, formatCell, formatNumber } from "../../cnnviz/pages/learn/cells.js"
import { centreStart, outputAt, shiftStart, windowRange } from "../../cnnviz/pages/learn/crop_bounds.js"
import { arithmeticOf, sumOf } from "../../cnnviz/pages/learn/kernel_places.js"
import { pictureColours } from "../../cnnviz/pages/learn/learn_board.js"
import { caption, curveScale } from "../../cnnviz/pages/learn/learn_plates.js"
import { spokenQuestion } from "../../cnnviz/pages/learn/learn_words.js"
import {
  agreementByNumber,
  askedCells,
  figuresOf,
  hasSingleKernel,
  isOfOutputs,
  signsOf,
  tileOf,
  valuesOf,
  visibleBlock,
} from "../../cnnviz/pages/learn/plate_figures.js"
import { cellOf, sizeOf, sizesOf } from "../../cnnviz/pages/learn/plate_sizes.js"
import { outlineOf } from "../../cnnviz/pages/learn/region_outline.js"
import { cellArithmetic } from "../../cnnviz/view/model/explain/arithmetic.js"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { fixture } from "./hooks.js"

test("a question is spoken with its symbols, after a title that may be a question too", () => {
  assert.equal(spokenQuestion("What comes back?", "What is `dz1`?"), "What comes back. What is ∂z₁?")
  assert.equal(spokenQuestion("Et puis\u202f?", "Que vaut **`w`**\u202f?"), "Et puis. Que vaut w\u202f?")
})

const link = (stride, before, k = 3) => ({ geometry: { stride, before, k, dilation: 1 } })

test("the visible part of a map follows the chosen cell, no further than necessary, and stays within the map", () => {
  for (const size of [5, 9, 30])
    for (let start = 0; start <= Math.max(size - 9, 0); start++)
      for (let at = 0; at < size; at++) {
        const next = shiftStart(start, 9, size, at, at)
        assert.ok(next <= at && at < next + 9 && next >= 0 && next <= Math.max(size - 9, 0))
        if (start <= at && at < start + 9) assert.equal(next, start)
        assert.ok(centreStart(at, 9, size) <= at && at < centreStart(at, 9, size) + 9)
      }
  assert.equal(shiftStart(0, 9, 32, 8, 10), 2)
  assert.equal(shiftStart(20, 9, 32, 8, 10), 8)
})

test("the cell under a pixel is the one whose window is centred there", () => {
  for (const [stride, before, places, size] of [
    [1, 0, 30, 32],
    [2, 0, 15, 32],
    [1, 1, 32, 32],
    [1, 2, 34, 32],
  ])
    for (let at = 0; at < places; at++) {
      const [first, last] = windowRange(link(stride, before), at)
      assert.equal(last - first, 2)
      assert.equal(outputAt(link(stride, before), first + 1, places), at)
      assert.ok(outputAt(link(stride, before), size - 1, places) < places)
    }
  assert.deepEqual([windowRange(undefined, 4), outputAt(undefined, 40, 30)], [[4, 4], 29])
})

const steps = fixture("lessons").map(({ answer }) => {
  const found = decode(Uint8Array.from(Buffer.from(answer, "base64")))
  return { step: found.learn.step, numbers: new Numbers(found) }
})
const at = (lesson, number) => steps.find(({ step }) => step.lesson === lesson && step.number === number)

test("a kernel's map follows an equals sign, and the cells of the question have their own position", () => {
  const { step, numbers } = at("kernel", 3)
  const figures = figuresOf(numbers, step, false)
  assert.deepEqual(signsOf(numbers, figures), ["", "∗", "="])
  assert.deepEqual(
    figures.map(({ form, hidden }) => [form, hidden]),
    [
      ["map", false],
      ["grid", false],
      ["map", true],
    ],
  )
  assert.deepEqual(visibleBlock(figures[2]), { tile: 0, top: 14, left: 14, tall: 3, wide: 3 })
  const turned = valuesOf(figures[1], tileOf(figures[1])).reverse()
  assert.deepEqual(valuesOf(figures[2], visibleBlock(figures[2])), turned)
  assert.deepEqual(agreementByNumber(valuesOf(figures[1], tileOf(figures[1])), turned), [
    false,
    false,
    true,
    false,
    true,
    false,
    true,
    false,
    false,
  ])
})

test("each position of a block has a sum that equals the core's number", () => {
  for (const [lesson, number] of [
    ["kernel", 1],
    ["kernel", 2],
    ["kernel", 3],
    ["kernel", 7],
  ]) {
    const { step, numbers } = at(lesson, number)
    const { map } = step.cells
    assert.ok(hasSingleKernel(numbers, map))
    for (const place of askedCells(numbers, step.cells)) {
      const said = Number(/<b>([^<]*)<\/b>$/.exec(sumOf(numbers, map, place))[1].replace("−", "-"))
      assert.ok(Math.abs(said - numbers.at(map, place)) <= 0.006 * Math.abs(said), `${map} ${place}`)
    }
  }
})

test("a number of another rule is shown next to the result of the arithmetic", () => {
  const { step, numbers } = at("notebook", 5)
  const said = arithmeticOf(numbers, step.cells.map, askedCells(numbers, step.cells)[0])
  assert.match(said, /; the notebook has <b>−236<\/b>$/)
  assert.doesNotMatch(said, /[=≈] <b>/)
})

test("the same holds for a position with few products", () => {
  const { step, numbers } = at("kernel", 1)
  const { map } = step.cells
  const few = askedCells(numbers, step.cells).filter((place) => / = .* · /.test(sumOf(numbers, map, place)))
  assert.ok(few.length)
  const other = Object.assign(Object.create(numbers), { answer: { ...numbers.answer, deviations: { [map]: "twice" } } })
  for (const place of few) {
    assert.match(sumOf(other, map, place), /; the notebook has <b>[^<]*<\/b>$/)
    assert.doesNotMatch(sumOf(other, map, place), /[=≈] <b>/)
  }
})

test("every step's plates fit next to the text and on a phone, and cells keep their sizes", () => {
  for (const { step, numbers } of steps) {
    const figures = figuresOf(numbers, step, false).filter(({ form }) => form !== "number")
    const signs = signsOf(numbers, figures)
    for (const [room, least] of [
      [{ width: 720, height: 460, phone: 0 }, 44],
      [{ width: 358, height: 190, phone: 358 }, 29],
    ]) {
      const sizes = sizesOf(figures, signs, room)
      assert.ok(sizes.side >= 84, `${step.lesson} ${step.number}`)
      for (const figure of figures) {
        const [width] = sizeOf(figure, sizes, room.phone)
        assert.ok(
          width <= room.width || figure.form === "curve",
          `${step.lesson} ${step.number} ${figure.plate.array} ${width}`,
        )
        assert.ok(cellOf(figure, room.phone, sizes.grown) >= least)
        if (figure.form === "grid") assert.ok(width >= figure.face.columns * least)
      }
    }
  }
  const { step, numbers } = at("kernel", 3)
  const figures = figuresOf(numbers, step, false)
  const map = figures.filter(({ form }) => form === "map").slice(0, 1)
  const [alone] = sizeOf(map[0], sizesOf(map, [""], { width: 300, height: 600, phone: 0 }), 0)
  assert.ok(alone <= 300, `a map alone is no wider than its room: ${alone}`)
  const widths = figures.map(
    (figure) =>
      sizeOf(figure, sizesOf(figures, signsOf(numbers, figures), { width: 358, height: 190, phone: 358 }), 358)[0],
  )
  assert.ok(
    widths.reduce((sum, width) => sum + width) + 2 * 32 <= 358,
    "a phone has the kernel's three plates in one row",
  )
})

test("nonzero numbers have colours even if their reference map is all 0", () => {
  for (const { step, numbers } of steps)
    for (const { plate, values, limits } of figuresOf(numbers, step, true))
      assert.ok(
        !Array.from(values).some(Boolean) || limits.some(Boolean),
        `${step.lesson} ${step.number} ${plate.array}`,
      )
})

test("on a phone, visible numbers fit their cells, and no grid is wider than the screen", () => {
  const wide = (text) => [...text].reduce((sum, sign) => sum + (sign === "." ? 3.8 : 8.3), 0) // of a digit of 13 px
  for (const { step, numbers } of steps)
    for (const figure of figuresOf(numbers, step, true).filter(({ form }) => form === "grid")) {
      const cell = cellOf(figure, 358)
      const colours = coloursOf(figure.values, figure.limits, figure.scale)
      const longest = Math.max(...Array.from(figure.values, (value) => wide(formatCell(value, colours))))
      const where = `${step.lesson} ${step.number} ${figure.plate.array}`
      assert.ok(longest <= cell + 1, `${where}: ${longest} in ${cell}`)
      assert.ok(sizeOf(figure, { side: 84, grown: 1 }, 358)[0] <= 358, where)
    }
})

test("numbers of a grid fit their cells beside the text, too, and have the decimals of the largest one", () => {
  const decimalsOf = (text) => text.split(".")[1]?.length ?? 0
  for (const { step, numbers } of steps)
    for (const figure of figuresOf(numbers, step, true).filter(({ form }) => form === "grid")) {
      const colours = coloursOf(figure.values, figure.limits, figure.scale)
      const texts = Array.from(figure.values, (value) => formatCell(value, colours))
      const where = `${step.lesson} ${step.number} ${figure.plate.array}: ${texts}`
      assert.ok(Math.max(...texts.map((text) => text.length)) * 7.6 <= cellOf(figure, 0), where)
      assert.ok(Math.max(...texts.map(decimalsOf)) <= colours.decimals, where)
    }
  const of = (...values) => values.map((value) => formatCell(value, coloursOf(values, [-1, 1], "signed")))
  assert.deepEqual(of(2.42, 0.0039, -0.083, 0), ["2.42", "0.00", "−0.08", "0"])
  assert.deepEqual(of(0.714, 0.0039, -0.083), ["0.71", "0.00", "−0.08"])
  assert.deepEqual(of(0.0468, -0.00557), ["46.8", "−5.6"])
  assert.deepEqual(of(236.5, 0.4), ["237", "0"])
})

test("the captions of outputs, weights and biases begin with their symbols", () => {
  const captions = steps.flatMap(({ step, numbers }) =>
    figuresOf(numbers, step, true)
      .filter(({ plate }) => ["o", "w", "b"].includes(plate.symbol))
      .map((figure) => [figure.plate.symbol, JSON.stringify(caption(numbers, figure))]),
  )
  assert.deepEqual([...new Set(captions.map(([symbol]) => symbol))].sort(), ["b", "o", "w"])
  for (const [symbol, text] of captions)
    assert.ok(text.includes('class=\\"name\\"') && text.includes(`"values":["${symbol}"]`), text)
})

test("no caption says its symbol twice", () => {
  const gains = steps.flatMap(({ step, numbers }) =>
    figuresOf(numbers, step, true)
      .filter(({ plate }) => plate.symbol === "g")
      .map((figure) => JSON.stringify(caption(numbers, figure))),
  )
  assert.ok(gains.length)
  for (const text of gains) assert.ok(text.includes("γ, ") && !text.includes('class=\\"name\\"'), text)
})

test("cells grow if no map fills the space, and stay within it", () => {
  const grown = []
  for (const { step, numbers } of steps) {
    const figures = figuresOf(numbers, step, false).filter(({ form }) => form !== "number")
    const room = { width: 720, height: 460, phone: 0 }
    const sizes = sizesOf(figures, signsOf(numbers, figures), room)
    if (sizes.grown === 1) continue
    grown.push(`${step.lesson} ${step.number}`)
    assert.ok(figures.every(({ form }) => form === "grid" || form === "row" || form === "map"))
    const all = figures.map((figure) => sizeOf(figure, sizes, 0))
    assert.ok(all.every(([, tall]) => tall < room.height))
    assert.ok(all.reduce((sum, [wide]) => sum + wide, 0) <= room.width)
  }
  assert.ok(grown.includes("dead 2") && !grown.includes("kernel 4"), `${grown}`)
})

test("a row of outputs is labelled as such, and hidden numbers have no power of ten", () => {
  const named = (lesson, number, symbol) => {
    const { step, numbers } = at(lesson, number)
    return isOfOutputs(
      numbers,
      figuresOf(numbers, step, false).find(({ plate }) => plate.symbol === symbol || plate.like === symbol),
    )
  }
  for (const [lesson, number, symbol] of [
    ["blame", 2, "o"],
    ["blame", 2, "dz2"],
    ["zero", 6, "db"],
    ["norm", 9, "o"],
  ])
    assert.ok(named(lesson, number, symbol), symbol)
  for (const [lesson, number, symbol] of [
    ["norm", 2, "db1"],
    ["norm", 3, "g"],
    ["sums", 5, "db1"],
  ])
    assert.ok(!named(lesson, number, symbol), symbol)
  const { step, numbers } = at("blame", 5)
  const [before, after] = [false, true].map((open) =>
    JSON.stringify(
      caption(
        numbers,
        figuresOf(numbers, step, open).find(({ plate }) => plate.symbol === "df"),
      ),
    ),
  )
  assert.ok(!before.includes("10") && after.includes("10"), before)
  const sent = at("sums", 4)
  const each = figuresOf(sent.numbers, sent.step, true)[0]
  assert.ok(JSON.stringify(caption(sent.numbers, each)).includes("10⁻³"), "also of what is worked out")
})

test("a hidden plate does not reveal its size, and no plate reveals a requested one", () => {
  for (const { step, numbers } of steps) {
    for (const figure of figuresOf(numbers, step, false)) {
      const sizes = JSON.stringify(caption(numbers, figure)).match(/\d+(×\d+)+/g) ?? []
      if (figure.hidden) assert.deepEqual(sizes, [], `${step.lesson} ${step.number} ${figure.plate.symbol}`)
      const told = sizes.flatMap((size) => size.split("×").map(Number))
      if (step.kind === "number") assert.ok(!told.includes(step.value), `${step.lesson} ${step.number}: ${told}`)
    }
  }
})

test("bars start at 0 on a linear scale, and at a named power of ten over more than three decades", () => {
  const linear = barScale([0.5, 0.001, 0])
  assert.deepEqual([linear.part(0.5), linear.part(0.25), linear.part(0), linear.decades.length], [1, 0.5, 0, 0])
  assert.deepEqual([barScale([]).part(0), barScale([0, 0]).part(0)], [0, 0])
  for (const magnitudes of [
    [3e-12, 2e-3, 0.0],
    [1e-5, 1],
    [2e-9, 7e4],
    [1e-300, 1e300],
  ]) {
    const { part, decades } = barScale(magnitudes)
    const [low, high] = [Math.min(...magnitudes.filter(Boolean)), Math.max(...magnitudes)]
    assert.ok(part(low) > 0 && part(high) <= 1 && part(low) < part(high) && part(0) === 0)
    const named = decades.filter(({ isNamed }) => isNamed)
    assert.ok(named.length >= 2 && named.length <= 7)
    for (const { power, at } of decades) assert.ok(Math.abs(part(10 ** power) - at) < 1e-9 && at >= 0 && at <= 1)
  }
})

test("bars of numbers with both signs begin at 0, and each keeps its side", () => {
  const { part, from } = barScale([-0.5, 1.5])
  assert.deepEqual([part(-0.5), from(-0.5), part(1.5), from(1.5)], [0.25, 0, 0.75, 0.25])
  const positive = barScale([0.5, 2])
  assert.deepEqual([positive.from(0.5), positive.from(2)], [0, 0])
})

test("curves beside each other have one scale, logarithmic with named decades over more than three decades", () => {
  const scaleOf = (lesson, number) => {
    const { step, numbers } = at(lesson, number)
    assert.equal(curveScale(figuresOf(numbers, step, false)), null, "a hidden curve says nothing")
    const figures = figuresOf(numbers, step, true)
    return { scale: curveScale(figures), curves: figures.filter(({ form }) => form === "curve") }
  }
  for (const [lesson, number, isLogarithmic] of [
    ["saturated", 8, true],
    ["saturated", 3, false],
    ["rate", 1, true],
    ["rate", 4, true],
    ["dead", 3, false],
  ]) {
    const { scale, curves } = scaleOf(lesson, number)
    assert.equal(scale.isLogarithmic, isLogarithmic, `${lesson} ${number}`)
    assert.ok(scale.ticks.length >= 2 && scale.ticks.length <= 7)
    const values = curves.flatMap(({ values }) => Array.from(values))
    const parts = values.map((value) => scale.part(value))
    assert.ok(parts.every((part) => part >= 0 && part <= 1) && Math.max(...parts) > 0.85)
    assert.ok(
      values.every((value, n) => values.every((other, m) => other <= value || parts[m] >= parts[n])),
      "one scale for all",
    )
  }
})

test("numbers beside a sentence are printed as in the sentence", () => {
  assert.deepEqual([0.000293, 0.0025, -0.139749, 1.6471, 15, 2.757e-16, 3.3e-5, 1.25e23, 0].map(formatNumber), [
    "0.000293",
    "0.0025",
    "−0.14",
    "1.65",
    "15",
    "2.76e−16",
    "3.3e−5",
    "1.25e23",
    "0",
  ])
})

test("a sum of zeros is 0, and a single term among many zeros stands alone", () => {
  const sum = (lesson, number) => {
    const { step, numbers } = at(lesson, number)
    return arithmeticOf(numbers, step.cells.map, askedCells(numbers, step.cells)[0]).replace(/<[^>]*>/g, "")
  }
  assert.equal(sum("saturated", 2), "∂f[0,0] = 0")
  assert.equal(sum("sums", 2), "∂a₁[13,7] = +0.238 ≈ 0.23758")
  assert.match(sum("blame", 5), /^∂f\[1,1\] = \+0\.2086 −0\.1853 ≈ 0\.023375$/)
})

test("terms of 0 are left out of a sum on request, but not its bias", () => {
  const { numbers } = at("saturated", 6)
  const sum = (how) => cellArithmetic(numbers, "z2", [0], how).replace(/<[^>]*>/g, "")
  assert.equal(sum(), "z₂[0] = +0 +0 +0 (bias) = 0")
  assert.equal(sum({ skipsZeros: true }), "z₂[0] = +0 (bias) = 0")
})

test("numbers compared as bars use a log scale over more than three decades", () => {
  const logarithmic = steps
    .filter(({ step, numbers }) => {
      const numbersOnly = figuresOf(numbers, step, true).filter(({ form }) => form === "number")
      return barScale(numbersOnly.map(({ values }) => Math.abs(values[0]))).decades.length
    })
    .map(({ step }) => `${step.lesson} ${step.number}`)
  assert.ok(logarithmic.includes("check 3") && logarithmic.includes("blame 6"), `${logarithmic}`)
  assert.ok(!logarithmic.includes("blame 7"), `${logarithmic}`)
})

test("the outline of cells consists of the edges of their union", () => {
  const block = (top, left, tall = 1, wide = 1, tile = 0) => ({ tile, top, left, tall, wide })
  assert.equal(outlineOf([]).length, 0)
  assert.equal(outlineOf([block(2, 3)]).length, 4)
  assert.equal(outlineOf([block(0, 0, 3, 2)]).length, 10)
  assert.equal(outlineOf([block(0, 0), block(0, 1), block(0, 1)]).length, 6)
  assert.equal(outlineOf([block(0, 0), block(0, 0, 1, 1, 1)]).length, 8)
  for (const { from, to } of outlineOf([block(4, 5, 2, 2)])) {
    const [across, down] = [to[1] - from[1], to[0] - from[0]]
    assert.equal(across + down, 1)
    assert.ok(from[across ? 0 : 1] === (across ? 4 : 5) || from[across ? 0 : 1] === (across ? 6 : 7))
  }
})

test("equal numbers have equal colours in all pictures of a question and in its map", () => {
  let compared = 0
  for (const { step, numbers } of steps.filter(({ step }) => step.options.some(({ picture }) => picture))) {
    const colours = pictureColours(step, numbers)
    for (const { plate, values, limits, form } of figuresOf(numbers, step, true)) {
      if (form !== "grid" && plate.symbol !== step.cells?.map) continue
      const shown = step.options.flatMap(({ picture }) => picture?.flat() ?? [])
      if (plate.symbol !== step.cells?.map && !Array.from(values).every((value) => shown.includes(value))) continue
      assert.deepEqual(limits, colours.limits, `${step.lesson} ${step.number} ${plate.array}`)
      compared += 1
    }
  }
  assert.ok(compared >= 3)
})
