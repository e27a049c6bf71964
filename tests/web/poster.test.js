// The whole network as a poster: its layout for every network, its ribbons, and what is written on it.

import assert from "node:assert/strict"
import { test } from "node:test"
import { FONT_SIZES } from "../../cnnviz/view/draw/font_sizes.js"
import { itemsOf, layOutPoster } from "../../cnnviz/view/model/layout/poster.js"
import { pairNorms, ribbonsOf } from "../../cnnviz/view/model/layout/poster_ribbons.js"
import { plainNumber } from "../../cnnviz/view/model/numbers/format.js"
import { poster, posterLayout } from "../../cnnviz/view/scene/pictures/poster.js"
import { CHARACTER } from "../../cnnviz/view/scene/scene_view.js"
import { fixture } from "./hooks.js"
import { elementsOf, htmlOf, snapshots } from "./scene.js"

const networks = [
  ...fixture("posters"),
  ...snapshots.map(({ numbers: { network, maps } }) => ({ text: network.text, columns: network.columns, maps })),
]
const WIDE = [
  { width: 1280, height: 680 },
  { width: 1920, height: 1040 },
]
const UPRIGHT = [
  { width: 390, height: 780, isPhone: true },
  { width: 820, height: 1100, isPhone: true },
]

/** Each network on each sheet, with and without gradients. */
function* posters(sheets) {
  for (const network of networks)
    for (const sheet of sheets)
      for (const isOpen of [false, true]) {
        const items = itemsOf(network)
        yield {
          network,
          items,
          layout: layOutPoster(items, { isPhone: false, ...sheet, isOpen }),
          sheet: { ...sheet, isOpen },
          where: `${network.text} at ${sheet.width}×${sheet.height}${isOpen ? " with gradients" : ""}`,
        }
      }
}

const right = ({ x, width }) => x + width
const bottom = ({ y, height }) => y + height
const areApart = (a, b) =>
  right(a) <= b.x + 0.01 || right(b) <= a.x + 0.01 || bottom(a) <= b.y + 0.01 || bottom(b) <= a.y + 0.01
const isIn = (a, b) =>
  a.x >= b.x - 0.01 && a.y >= b.y - 0.01 && right(a) <= right(b) + 0.01 && bottom(a) <= bottom(b) + 0.01
const side = ({ tiles: [{ width, height }] }) => Math.max(width, height)

test("every map is on the poster, in the order in which it is computed, and its gradient below it", () => {
  for (const { network, layout, sheet, where } of posters([...WIDE, ...UPRIGHT])) {
    const maps = network.columns.filter(({ kind }) => kind === "maps")
    const shown = (band) => layout.groups.filter((group) => group.band === band).map(({ symbol }) => symbol)
    const values = shown("values").filter((symbol) => network.maps[symbol].kind === "map")
    assert.deepEqual(
      values,
      maps.map(({ values: [symbol] }) => symbol),
      where,
    )
    assert.ok(shown("values").includes("o"), where)
    const gradients = maps.slice(1).map(({ gradients: [symbol] }) => symbol)
    for (const symbol of gradients)
      assert.equal(shown("gradients").includes(symbol), sheet.isOpen, `${where}: ${symbol}`)
  }
})

test("nothing on a poster lies over anything else, and everything is on the sheet", () => {
  for (const { layout, where } of posters([...WIDE, ...UPRIGHT])) {
    const sheet = { x: 0, y: 0, width: layout.width, height: layout.height }
    const boxes = layout.groups.flatMap(({ symbol, tiles }) => tiles.map((box, n) => ({ of: `${symbol} ${n}`, box })))
    boxes.push({ of: "L", box: layout.loss }, { of: "title", box: layout.title })
    for (const { of, box } of boxes) assert.ok(isIn(box, sheet), `${where}: ${of} is cut off`)
    const groups = layout.groups.map(({ symbol, box }) => ({ of: symbol, box }))
    for (const parts of [boxes.slice(0, 400), groups])
      parts.forEach((a, n) => {
        for (const b of parts.slice(n + 1)) assert.ok(areApart(a.box, b.box), `${where}: ${a.of} and ${b.of}`)
      })
    for (const { symbol, box, tiles } of layout.groups)
      for (const tile of tiles) assert.ok(isIn(tile, box), `${where}: ${symbol}`)
  }
})

test("heads are above their maps, and none reaches the next one", () => {
  for (const { layout, where } of posters([...WIDE, ...UPRIGHT])) {
    const heads = layout.groups.map(({ symbol, head }) => ({ of: symbol, box: head }))
    heads.forEach((a, n) => {
      for (const b of heads.slice(n + 1)) assert.ok(areApart(a.box, b.box), `${where}: ${a.of} and ${b.of}`)
      for (const { symbol, tiles } of layout.groups)
        for (const tile of tiles) assert.ok(areApart(a.box, tile), `${where}: ${a.of} over ${symbol}`)
    })
  }
})

test("a poster fits its screen unless its maps would become too small, and then it scrolls along the network", () => {
  let fitting = 0
  for (const { network, layout, sheet, where } of posters(WIDE)) {
    assert.equal(layout.height, sheet.height, where)
    const maps = layout.groups.filter(({ item }) => item.kind === "maps")
    for (const group of maps) assert.ok(side(group) >= 14, `${where}: ${group.symbol} has ${side(group)} px`)
    if (layout.width === sheet.width) fitting += 1
    else assert.ok(Math.min(...maps.map(side)) <= 24 && network.columns.length > 12, where)
  }
  assert.ok(fitting > 40, `only ${fitting}`)
  for (const { layout, sheet, where } of posters(UPRIGHT)) assert.equal(layout.width, sheet.width, where)
})

test("stages with the same number of channels have maps of the same size", () => {
  for (const { layout, where } of posters([...WIDE, ...UPRIGHT])) {
    const maps = layout.groups.filter(({ item }) => item.kind === "maps" && item.symbol !== "x")
    for (const [count, groups] of Map.groupBy(maps, ({ item }) => item.tiles))
      for (const group of groups)
        assert.ok(Math.abs(side(group) - side(groups[0])) < 0.01, `${where}: ${group.symbol} of ${count}`)
  }
})

test("on a phone the network runs down", () => {
  for (const { layout, where } of posters(UPRIGHT)) {
    const values = layout.groups.filter(({ band, item }) => band === "values" && item.kind !== "kernel")
    values.slice(1).forEach(({ symbol, box }, n) => {
      assert.ok(box.y >= bottom(values[n].box), `${where}: ${symbol}`)
    })
  }
})

test("cells of all maps of one channel have the same size, and few gradients have full height", () => {
  const [seed] = networks.filter(({ text }) => text === "conv1x3-sigmoid-dense2-sigmoid-mse")
  const { groups, isBeside } = layOutPoster(itemsOf(seed), { ...WIDE[0], isPhone: false, isOpen: false })
  const maps = groups.filter(({ item }) => item.kind === "maps")
  assert.deepEqual(
    maps.map((group) => side(group) / group.columns),
    [9, 9, 9],
  )
  assert.ok(isBeside && groups.find(({ symbol }) => symbol === "a1").isFolded)
})

test("a line is as strong as the weights of its pair of channels", () => {
  let count = 0
  for (const { numbers } of snapshots) {
    const { groups } = posterLayout(numbers, { ...WIDE[0], isPhone: false, isOpen: false })
    groups.forEach(({ item }, n) => {
      if (!item.by || item.kind === "weights" || ["kernel", "weights"].includes(groups[n - 1].item.kind)) return
      count += 1
      const [sources, targets] = [groups[n - 1].item.tiles, item.tiles]
      const norms = pairNorms(numbers, item.by, sources, targets)
      const shape = numbers.shape(item.by)
      const values = numbers.values(item.by)
      const expected = new Array(sources * targets).fill(0)
      values.forEach((value, at) => {
        const cell = numbers.cell(item.by, at)
        const [target, source] =
          shape.length === 4 && item.by.startsWith("f")
            ? cell
            : [cell.at(-1), Math.floor((at * sources) / values.length)]
        expected[source * targets + target] += value ** 2
      })
      expected.forEach((norm, at) => {
        assert.ok(Math.abs(norms[at] - norm) <= 1e-9 * (1 + norm), `${numbers.network.text} ${item.symbol} ${at}`)
      })
    })
    const normsOf = (symbol, sources, targets) => pairNorms(numbers, symbol, sources, targets)
    for (const { d, to, strength } of ribbonsOf(groups, normsOf, false)) {
      assert.match(d, /^M[\d.\s]+[CH]/, `${numbers.network.text} ${to}: ${d}`)
      assert.ok(!d.includes("NaN") && strength >= 0 && strength <= 1)
    }
  }
  assert.ok(count > 5, `only ${count}`)
})

const WORDS = { title: "", note: "", button: "", way: "" }

/** @param {any} numbers @param {(symbol: string) => number} done */
function shown(numbers, done, isOpen = false, sheet = WIDE[0]) {
  const layout = posterLayout(numbers, { isPhone: false, ...sheet, isOpen })
  const how = { role: () => "", reason: () => "later", words: WORDS, isPhone: "isPhone" in sheet, isOpen }
  return { layout, text: htmlOf(poster({ numbers, layout, done, ...how })) }
}

test("a poster names each map, and says of those to come that they are", () => {
  for (const { numbers } of snapshots) {
    const all = shown(numbers, () => Number.POSITIVE_INFINITY, true)
    const buttons = elementsOf(all.text).filter((element) => element["data-poster"])
    assert.deepEqual(
      buttons.map((button) => button["data-poster"]),
      [...all.layout.groups.map(({ symbol }) => symbol), "L"],
    )
    for (const button of buttons) assert.ok(button["aria-label"] && !button["aria-label"].includes("later"))
    for (const name of numbers.classes.length === numbers.count("o") ? numbers.classes : [])
      assert.ok(all.text.includes(name), name)
    const none = shown(numbers, (symbol) => (symbol === "x" ? Number.POSITIVE_INFINITY : 0))
    const later = elementsOf(none.text).filter((element) => element["aria-label"]?.endsWith("later"))
    assert.equal(later.length, none.layout.groups.length - 1)
    assert.equal(none.text.includes("<path"), false, "a ribbon leads to what is still to come")
  }
})

test("digits of a kernel and answers are the core's numbers", () => {
  let count = 0
  for (const { numbers, arrays } of snapshots) {
    const { text } = shown(numbers, () => Number.POSITIVE_INFINITY)
    const answers = [...text.matchAll(/<em>([^<]*)<\/em>/g)].map(([, digits]) => Number(plainNumber(digits)))
    assert.equal(answers.length, arrays.o.length)
    answers.forEach((value, n) => {
      assert.ok(
        Math.abs(value - arrays.o[n]) <= 0.0005 * Math.max(1, Math.abs(arrays.o[n])),
        `${value}, ${arrays.o[n]}`,
      )
    })
    const [, kernel = ""] = /digits-of"[^>]*>(.*?)<\/span><\/button>/s.exec(text) ?? []
    const digits = [...kernel.matchAll(/<span[^>]*>([^<]+)<\/span>/g)].map(([, value]) => Number(plainNumber(value)))
    if (!digits.length) continue
    count += 1
    const size = Math.max(...arrays.f.map(Math.abs))
    digits.forEach((value, n) => {
      assert.ok(Math.abs(value - arrays.f[n]) <= 0.05 * size, `${value}, ${arrays.f[n]}`)
    })
  }
  assert.ok(count > 2, `only ${count} kernels`)
})

test("digits of a kernel fit into its cells on every sheet", () => {
  let count = 0
  for (const { numbers } of snapshots)
    for (const sheet of [...WIDE, ...UPRIGHT])
      for (const isOpen of [false, true]) {
        const { layout, text } = shown(numbers, () => Number.POSITIVE_INFINITY, isOpen, sheet)
        for (const button of text.match(/<button.*?<\/button>/gs) ?? []) {
          const [, cells] = /class="digits-of"[^>]*>(.*)<\/span>/s.exec(button) ?? []
          if (!cells) continue
          const symbol = /data-poster="?(\w+)/.exec(button)?.[1]
          const { box, columns } = layout.groups.find((group) => group.symbol === symbol) ?? assert.fail(symbol)
          for (const [, digits] of cells.matchAll(/<span[^>]*>([^<]+)<\/span>/g)) {
            count += 1
            const where = `${symbol} of ${numbers.network.text} at ${sheet.width}: ${digits}`
            assert.ok(digits.length * FONT_SIZES.small * CHARACTER <= box.width / columns, where)
          }
        }
      }
  assert.ok(count > 50, `only ${count} digits`)
})
