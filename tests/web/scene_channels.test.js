// Convolutions of several channels or filters as templates: all channels add up, and the open one shows its numbers.

import assert from "node:assert/strict"
import { test } from "node:test"
import { plainNumber } from "../../cnnviz/view/model/numbers/format.js"
import { channels, channelsBack } from "../../cnnviz/view/scene/pictures/channels.js"
import { pictureOf } from "../../cnnviz/view/scene/pictures.js"
import { elementsOf, pictureHtml, relationsOf, sceneOf, snapshots, sumsOf, textOf } from "./scene.js"

const LAYOUTS = [{}, { isUpright: true }, { choice: { unfolded: true } }, { choice: { open: 1 } }, { isSteady: true }]

/** Every stage that sums over channels, at four of its cells. */
function* stages() {
  for (const { numbers, arrays } of snapshots)
    for (const { symbol } of numbers.stages.filter(({ symbol }) => numbers.maps[symbol])) {
      const picture = pictureOf(numbers, symbol)
      if (picture !== channels && picture !== channelsBack) continue
      const x = numbers.source(symbol, picture === channels ? "window" : "covering")
      const shape = numbers.shape(symbol)
      for (const cell of [shape.map(() => 0), shape.map((n) => n >> 1), shape.map((n) => n - 1)])
        yield {
          numbers,
          arrays,
          picture,
          symbol,
          cell,
          x,
          f: filtersOf(numbers, symbol),
          where: `${numbers.network.text} ${symbol}[${cell}]`,
        }
    }
}

const filtersOf = (numbers, symbol) =>
  numbers.links(symbol).find(({ source }) => numbers.maps[source].kind === "filters").source

const fresh = (how) => ({ ...how, choice: { ...how.choice } })

/** The cells of an open channel's tables, by their term: what is written in them, and their places. */
const tableOf = (html, symbol) =>
  new Map(
    [
      ...html.matchAll(/role="cell"[^>]*data-term="([^"]*)" data-symbol="([^"]*)" data-cell="([\d,]*)"[^>]*>([^<]*)</g),
    ].flatMap(([, term, of, cell, text]) =>
      of === symbol && term ? [[term, { cell: cell.split(",").map(Number), text }]] : [],
    ),
  )

test("the sums of all channels and the bias add up to the core's own entry in every layout", () => {
  const kinds = new Set()
  for (const { numbers, arrays, picture, symbol, cell, where } of stages())
    for (const how of LAYOUTS) {
      const [{ terms, total }] = sumsOf(picture, numbers, symbol, cell, fresh(how))
      if (!Object.keys(numbers.answer.deviations).length)
        assert.equal(total, arrays[symbol][numbers.offset(symbol, cell)], where)
      const size = terms.reduce((all, value) => all + Math.abs(value), 1e-15)
      const end = terms.reduce((all, value) => all + value, 0)
      assert.ok(Math.abs(end - total) <= 1e-9 * size, `${where}: ${end}, ${total}`)
      kinds.add(picture.name)
    }
  assert.equal(kinds.size, 2)
})

test("every weight that a cell reads is in a table, in a tile, or counted", () => {
  let counted = 0
  for (const { numbers, picture, symbol, cell, f, where } of stages())
    for (const how of LAYOUTS) {
      const html = pictureHtml(picture, numbers, symbol, cell, fresh(how))
      const elements = elementsOf(html)
      const tiles = new Set(elements.flatMap((element) => element["data-id"]?.match(/^k(\d+)$/)?.[1] ?? []))
      const printed = new Set([...tableOf(html, f).values()].map(({ cell }) => String(cell)))
      const rest = Number(html.match(/<b>\+ (\d+)</)?.[1] ?? 0)
      const axis = picture === channels ? 1 : 0
      const weights = numbers.sources(numbers.link(symbol, f), cell)
      const left = new Set(
        weights
          .filter((weight) => !tiles.has(String(weight[axis])) && !printed.has(String(weight)))
          .map((weight) => weight[axis]),
      )
      assert.equal(left.size, rest, where)
      counted += rest
    }
  assert.ok(counted)
})

test("an open channel shows the core's numbers, and its products add up to its step", () => {
  let count = 0
  for (const { numbers, picture, symbol, cell, x, f, where } of stages())
    for (const how of LAYOUTS) {
      const html = pictureHtml(picture, numbers, symbol, cell, fresh(how))
      const [window, kernel] = [x, f].map((name) => tableOf(html, name))
      for (const li of elementsOf(html).filter(({ tag }) => tag === "li")) {
        const pairs = [...window].filter(([term]) => term.startsWith(`${li["data-term"]},`))
        if (!pairs.length) continue
        const sum = pairs.reduce(
          (all, [term, own]) => all + numbers.at(x, own.cell) * numbers.at(f, kernel.get(term).cell),
          0,
        )
        assert.ok(Math.abs(sum - Number(li["data-value"])) <= 1e-9 * (1 + Math.abs(sum)), `${where}: ${sum}`)
        count += 1
      }
    }
  assert.ok(count > 100)
})

test("with up to four channels all are open, and no number is wrong by more than its last digit", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text.startsWith("conv4x3-relu-max2-conv4x3"))
  for (const [symbol, count] of [
    ["z1", 3],
    ["z2", 4],
    ["dp1", 4],
  ])
    for (let letters = 2; letters < 9; letters++) {
      const cell = numbers.shape(symbol).map((n) => n >> 1)
      const html = pictureHtml(pictureOf(numbers, symbol), numbers, symbol, cell, { letters })
      assert.doesNotMatch(html, /aria-expanded/)
      const kernel = [...tableOf(html, filtersOf(numbers, symbol)).values()]
      assert.equal(kernel.length, 9 * count)
      for (const { cell: at, text } of kernel) {
        if (!text) continue
        const half = 0.5001 / 10 ** (text.split(".")[1]?.length ?? 0)
        const value = numbers.at(filtersOf(numbers, symbol), at)
        assert.ok(Math.abs(Number(plainNumber(text)) - value) <= half, `${symbol}, ${letters}: ${text}, ${value}`)
      }
      if (letters > 4)
        assert.ok(
          kernel.every(({ text }) => text),
          `${symbol}, ${letters}`,
        )
    }
})

test("each step has its number below it, and they are in order", () => {
  let count = 0
  for (const { numbers, picture, symbol, cell, where } of stages()) {
    const html = pictureHtml(picture, numbers, symbol, cell, { letters: 9 })
    const steps = [...html.matchAll(/<li class="(?!total)[^>]*data-value="([^"]*)"[^>]*>.*?<b[^>]*>([^<]*)</gs)]
    const texts = steps.toSorted(([, one], [, other]) => one - other).map(([, , text]) => Number(plainNumber(text)))
    assert.deepEqual(
      texts,
      texts.toSorted((one, other) => one - other),
      where,
    )
    assert.ok(
      steps.every(([, , text]) => text),
      where,
    )
    count += steps.length
  }
  assert.ok(count > 50)
})

test("the printed steps add up to the printed total, in smaller digits if needed", () => {
  const sizes = new Set()
  for (const { numbers, picture, symbol, cell, where } of stages())
    for (const [letters, most] of [
      [5, 8],
      [9, 12],
    ]) {
      const html = pictureHtml(picture, numbers, symbol, cell, { letters, most })
      const steps = [...html.matchAll(/<li class="(?!total).*?<b[^>]*>([^<]*)</gs)].map(([, text]) => text)
      const [, total] = html.match(/<li class="total".*?<b[^>]*>[=≈] (\S*)/s)
      const end = steps.reduce((sum, text) => sum + Number(plainNumber(text)), 0)
      const rounding = 0.501 / 10 ** (total.split(".")[1]?.length ?? 0)
      assert.ok(Math.abs(end - plainNumber(total)) <= rounding, `${where}: ${steps} = ${total}`)
      sizes.add(html.match(/(text|small)-steps/)?.[0])
    }
  assert.deepEqual(sizes, new Set([undefined, "text-steps", "small-steps"]))
})

test("the bars of the sum fall one after another, beginning at zero", () => {
  for (const { numbers, picture, symbol, cell, where } of stages())
    for (const how of LAYOUTS) {
      const html = pictureHtml(picture, numbers, symbol, cell, fresh(how))
      const times = [...html.matchAll(/<li .*?class="bar" data-enter="drop \S+ ([\d.]+)"/gs)].map(([, at]) =>
        Number(at),
      )
      assert.ok(times.length > 1, where)
      assert.deepEqual(
        times,
        times.toSorted((one, other) => one - other),
        where,
      )
    }
})

const expandedIn = (html) =>
  elementsOf(html).flatMap((element) => (element["aria-expanded"] === "true" ? [element["data-term"]] : []))

test("a channel that is open stays open while the cell changes, until another one is chosen", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text.startsWith("conv24x3"))
  const choice = {}
  const opened = new Set()
  for (let column = 0; column < 20; column += 3) {
    const html = pictureHtml(channels, numbers, "z2", [1, 5, column], { choice })
    opened.add(String(expandedIn(html)))
  }
  assert.equal(opened.size, 1)
  const html = pictureHtml(channels, numbers, "z2", [1, 5, 5], { choice })
  const buttons = elementsOf(html).filter((element) => element["data-choose"]?.includes("open"))
  const other = buttons.find((button) => button["aria-expanded"] !== "true")
  Object.assign(choice, JSON.parse(other["data-choose"]))
  assert.deepEqual(expandedIn(pictureHtml(channels, numbers, "z2", [1, 5, 5], { choice })), [other["data-term"]])
})

test("beyond sixteen channels, the largest sums are shown and the rest is one step that opens into all", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text.startsWith("conv24x3"))
  const cell = [1, 5, 5]
  const [{ terms }] = sumsOf(channels, numbers, "z2", cell)
  assert.equal(terms.length, 12 + 1 + 1) // and the bias
  const elements = elementsOf(pictureHtml(channels, numbers, "z2", cell))
  const rest = elements.find((element) => element["data-term"] === "rest" && element["data-choose"])
  const choice = JSON.parse(rest["data-choose"])
  const [{ terms: all }] = sumsOf(channels, numbers, "z2", cell, { choice })
  assert.equal(all.length, 24 + 1)
  const size = (terms) => terms.map(Math.abs).toSorted((one, other) => other - one)
  assert.deepEqual(size(terms.slice(0, 12)), size(all.slice(0, 24)).slice(0, 12))
  const [{ terms: few }] = sumsOf(channels, numbers, "z2", cell, { isUpright: true })
  assert.equal(few.length, 9 + 1 + 1)
})

test("while the kernel slides, neither the digits nor the channels change", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text.startsWith("conv24x3"))
  for (const [picture, symbol] of [
    [channels, "z2"],
    [channelsBack, "da1"],
  ]) {
    const [found, choice] = [new Set(), {}]
    for (let n = 0; n < 200; n += 17) {
      const html = pictureHtml(picture, numbers, symbol, [0, 3 + Math.floor(n / 20), n % 20], {
        isSteady: true,
        choice,
      })
      const texts = [...html.matchAll(/(?:role="cell"|<b data-enter)[^>]*>([−+]?\d+\.\d+)</g)].map(([, text]) => text)
      const places = [...html.matchAll(/data-id="k(\d+)"/g)].map(([, channel]) => channel)
      assert.ok(texts.length > 9)
      const decimals = texts.map((text) => text.split(".")[1].length)
      found.add(`${[...new Set(decimals)]} ${places}`)
    }
    assert.equal(found.size, 1, [...found].join("; "))
  }
})

test("on a phone two buttons open every channel in turn", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text.startsWith("conv24x3"))
  for (const turn of [0, 1]) {
    const [opened, choice] = [new Set(), { open: 0 }]
    for (let n = 0; n < 24; n++) {
      opened.add(choice.open)
      const html = pictureHtml(channels, numbers, "z2", [1, 5, 5], { choice, isUpright: true })
      const own = [...tableOf(html, "f2").values()].map(({ cell }) => cell[1])
      assert.deepEqual([...new Set(own)], [choice.open])
      const buttons = elementsOf(html).filter(({ tag }) => tag === "button")
      assert.equal(buttons.length, 2)
      Object.assign(choice, JSON.parse(buttons[turn]["data-choose"]))
    }
    assert.equal(opened.size, 24)
  }
})

test("a cell under the window of an open channel is the term of its number, any other cell that of its channel", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text.startsWith("conv24x3"))
  const [row, column] = [5, 7]
  const scene = sceneOf(numbers, { choice: { open: 3 } })
  const relations = relationsOf(channels(scene, "z2", [1, row, column]))
  const open = relations.find(({ term }) => term(row + 2, column + 1) === "3,7")
  assert.deepEqual(open.place("3,7"), [row + 2, column + 1])
  assert.equal(open.term(0, 0), "3")
  assert.equal(open.place("4,7"), null)
  const closed = relations.filter((relate) => relate !== open && relate.term(row, column))
  assert.equal(closed.length, 11)
  for (const { term, place } of closed) {
    assert.match(term(row, column), /^\d+$/)
    assert.equal(place(term(row, column)), null)
  }
})

test("on a phone what a channel adds is never written as 0.000", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text.startsWith("conv24x3"))
  const said = []
  for (let row = 0; row < 30; row += 3)
    for (let column = 0; column < 30; column += 3)
      said.push(textOf(channelsBack, numbers, "da1", [3, row, column], { isUpright: true }))
  assert.ok(said.some((text) => /: [+−]\d.*e−\d/.test(text)))
  assert.deepEqual(
    said.filter((text) => /: [+−]?0\.000 /.test(text)),
    [],
  )
})

test("cells without room for their numbers have none, and the largest product is a sentence", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text.startsWith("conv24x3"))
  assert.match(textOf(channels, numbers, "z2", [1, 5, 5], { letters: 1 }), /[\d.]+ · [^ ]+ [=≈] /)
  assert.doesNotMatch(textOf(channels, numbers, "z2", [1, 5, 5]), / · /)
})
