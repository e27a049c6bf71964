// The mechanism pictures, drawn on nothing: what they add up is the core's own entry.

import assert from "node:assert/strict"
import { test } from "node:test"
import { drawMechanism, pictureOf } from "../../cnnviz/view/draw/mechanism.js"
import { padding, underWindow } from "../../cnnviz/view/draw/mechanisms/windows.js"
import { Pen } from "../../cnnviz/view/draw/pen.js"
import { TEXT } from "../../cnnviz/view/draw/sheet.js"
import { forgetWidths } from "../../cnnviz/view/draw/text_width.js"
import { explainCell, stepOf } from "../../cnnviz/view/model/explain/explanation.js"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { decimalsOrDigits } from "../../cnnviz/view/model/numbers/printed_sums.js"
import { say } from "../../cnnviz/view/model/words.js"
import { isScene } from "../../cnnviz/view/scene/scene.js"
import { fixture } from "./hooks.js"
import { pictureHtml } from "./scene.js"
import { snapshotsOf } from "./snapshots.js"

const nothing = new Proxy(function nothing() {}, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => 0 : nothing),
  set: () => true,
  apply: () => nothing,
})
/** As wide as Inter's figures are: six tenths of their size. */
const context = new Proxy(
  {
    font: "",
    measureText: (text) => ({
      width: text.length * 0.6 * Number.parseFloat(context.font.match(/[\d.]+(?=px)/)?.[0] ?? 12),
    }),
  },
  {
    get: (own, name) => own[name] ?? nothing,
    set: (own, name, value) =>
      ["font", "fillText", "measureText"].includes(name) ? Reflect.set(own, name, value) : true,
  },
)
class Canvas {
  getContext = () => context
  setAttribute() {}
}
Object.assign(globalThis, { OffscreenCanvas: Canvas, devicePixelRatio: 1 })
const palette = new Proxy({}, { get: () => "#888" })

const ROOM = { width: 1168, height: 340 } // of a stage on a screen of 720 lines
const TABLET = { width: 788, height: 830, upright: true }
const all = () => Number.POSITIVE_INFINITY

/** Has something act while methods of the pen are others. */
function instead(methods, act) {
  const before = Object.keys(methods).map((name) => [name, Object.getOwnPropertyDescriptor(Pen.prototype, name)])
  Object.assign(Pen.prototype, methods)
  try {
    return act()
  } finally {
    for (const [name, own] of before) own ? Object.defineProperty(Pen.prototype, name, own) : delete Pen.prototype[name]
  }
}

/** What is written in a picture: text and size, as large as it is laid out. */
function written(numbers, map, cell, { room = ROOM, stepping = false } = {}) {
  const found = []
  const text = (text, _x, _y, { size = TEXT } = {}) => found.push({ text, size })
  instead({ writeText: text }, () => drawMechanism(new Canvas(), numbers, map, cell, room, palette, all, stepping))
  return found
}

const snapshots = snapshotsOf()

/** The texts of a picture with the boxes that they take, in its own pixels. */
function placed(numbers, map, cell, { room = ROOM, stepping = false } = {}) {
  const found = []
  const text = function (words, x, y, { size = 15, align = "left", room: most = 1e9, math, bold } = {}) {
    const width = Math.min(this.widthOf(words, { size, math, bold }) * (math ? 0.8 : 0.93), most)
    const left = align === "right" ? x - width : align === "center" ? x - width / 2 : x
    if (words.trim())
      found.push({ words, size, left, right: left + width, top: y - 0.36 * size, bottom: y + 0.36 * size })
  }
  instead({ writeText: text }, () => drawMechanism(new Canvas(), numbers, map, cell, room, palette, all, stepping))
  return found
}

/** What is wrong with how a picture's texts lie: what runs over an edge, and what stands on another. */
function crowding(texts, width, height) {
  const over = texts.filter(
    ({ left, right, top, bottom }) => left < -6 || right > width + 6 || bottom > height + 3 || top < -3,
  )
  const meets = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
    && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1
  const pairs = texts.flatMap((one, n) => texts.slice(n + 1).map((other) => [one, other]))
  return [
    ...over.map(({ words }) => `${words} over the edge`),
    ...texts
      .filter(({ size }) => size < (width < 500 ? 11 : 13))
      .map(({ words, size }) => `${words} of ${size} pixels`),
    ...pairs.filter(([one, other]) => meets(one, other)).map(([one, other]) => `${one.words} on ${other.words}`),
  ]
}

test("texts of a diagram do not overlap, stay within its edges and are legible", () => {
  const images = new Numbers(decode(new Uint8Array(Buffer.from(fixture("batch").bytes, "base64"))))
  const bad = []
  for (const numbers of [...snapshots.map((each) => each.numbers), images]) {
    for (const { symbol } of numbers.stages) {
      const stepping = symbol === "update"
      const map = stepping ? numbers.said.update.makes[0] : symbol
      const cell = numbers.shape(map).map((n) => n >> 1)
      const upright = [
        { width: 358, height: 426, upright: true }, // of a phone, and of a tablet
        { width: 358, height: 372, upright: true }, // of a phone, under a remark
        TABLET,
      ]
      for (const room of [ROOM, ...upright]) {
        const found = crowding(placed(numbers, map, cell, { room, stepping }), room.width, room.height)
        bad.push(...found.map((words) => `${numbers.network.text} ${symbol} ${room.width}: ${words}`))
      }
    }
  }
  assert.deepEqual(bad, [])
})

test("in portrait layout no text is smaller than 13 pixels or outside the diagram", () => {
  const { numbers } = snapshots[0]
  const room = { width: 358, height: 426, upright: true }
  for (const { symbol } of numbers.stages.filter(({ symbol }) => symbol !== "update")) {
    const map = symbol
    const cell = numbers.shape(map).map((n) => n >> 1)
    const small = written(numbers, map, cell, { room }).filter(({ text, size }) => text && size < 13)
    assert.deepEqual(small, [], symbol)
    const { spots, shown } = drawMechanism(new Canvas(), numbers, map, cell, room, palette, all)
    for (const { box } of [...spots, ...shown])
      assert.ok(box.x > -2 && box.x + box.width < room.width + 2 && box.y + box.height < room.height + 2, symbol)
  }
})

test("a number that its decimals do not show at all is written as any number", () => {
  assert.equal(decimalsOrDigits(-5e-18, 12), "−5.00e−18")
  assert.equal(decimalsOrDigits(0.00649, 4), "0.0065")
  assert.equal(decimalsOrDigits(0, 2), "0")
})

test("a number that begins far behind the point has a power of ten, in as many digits as its decimals showed", () => {
  assert.equal(decimalsOrDigits(-2.7e-9, 11), "−2.70e−9")
  assert.equal(decimalsOrDigits(0.00002, 6), "0.000020")
})

test("every stage has a portrait layout: backward through dense and convolution, channel averages, per-image gradients and paths", () => {
  const images = new Numbers(decode(new Uint8Array(Buffer.from(fixture("batch").bytes, "base64"))))
  const kinds = new Set()
  const bad = []
  for (const numbers of [...snapshots.map((each) => each.numbers), images]) {
    for (const { symbol, phase } of numbers.stages.filter(({ symbol }) => !["x", "update"].includes(symbol))) {
      const several = `parts.${symbol}` in numbers.arrays || `pulls.${symbol}` in numbers.arrays ? " of images" : ""
      kinds.add(`${phase} ${numbers.links(symbol)[0].pattern}${several}`)
      const cell = numbers.shape(symbol).map((n) => n >> 1)
      for (const width of [288, 358, 450]) {
        const room = { width, height: 412, upright: true }
        const found = crowding(placed(numbers, symbol, cell, { room }), room.width, room.height)
        const { spots, shown } = drawMechanism(new Canvas(), numbers, symbol, cell, room, palette, all)
        for (const { box } of [...spots, ...shown])
          assert.ok(box.x > -2 && box.x + box.width < width + 2 && box.y + box.height < room.height + 2, symbol)
        bad.push(...found.map((words) => `${numbers.network.text} ${symbol} ${width}: ${words}`))
      }
    }
  }
  for (const kind of ["unit", "passing", "channel", "unit of images", "group of images", "touched of images"])
    assert.ok(kinds.has(`backward ${kind}`), kind)
  assert.ok(kinds.has("forward channel"))
  assert.deepEqual(bad, [])
})

test("no line of a phone's picture crosses the colours under a map", () => {
  const { numbers } = snapshots[0]
  const room = { width: 358, height: 426, upright: true }
  for (const { symbol } of numbers.stages.filter(({ symbol }) => symbol !== "update")) {
    const [lines, bars] = [[], []]
    const methods = {
      drawLead: (...points) => lines.push(points),
      drawColourBar: (_limits, _scale, box) => bars.push(box),
    }
    const cell = numbers.shape(symbol).map((n) => (n - 2 > 0 ? n - 2 : n >> 1))
    instead(methods, () => drawMechanism(new Canvas(), numbers, symbol, cell, room, palette, all))
    for (const points of lines)
      for (const [n, [x, y]] of points.slice(1).entries()) {
        const [low, high] = [y, points[n][1]].sort((a, b) => a - b)
        const crosses = ({ x: left, y: top, width, height }) =>
          x > left && x < left + width && low < top + height + 13 && high > top + height + 13
        assert.deepEqual(x === points[n][0] ? bars.filter(crosses) : [], [], symbol)
      }
  }
})

test("as many zeros are drawn around a map as its first and its last window reach beyond it", () => {
  let around = 0
  for (const { numbers } of snapshots) {
    for (const { symbol } of numbers.stages) {
      if (symbol === "update") continue
      const link = numbers.links(symbol).find(({ pattern }) => pattern === "window")
      if (!link) continue
      const zeros = padding(numbers, symbol, link.source)
      const [rows, columns] = numbers.shape(link.source).slice(-2)
      const first = underWindow(numbers, symbol, link.source, [0, 0, 0])
      const last = underWindow(
        numbers,
        symbol,
        link.source,
        numbers.shape(symbol).map((n) => n - 1),
      )
      const end = ({ start, count, step }) => start + (count - 1) * step + 1
      assert.equal(first.rows.start + zeros.before, 0)
      assert.equal(zeros.below, Math.max(0, end(last.rows) - rows))
      assert.equal(zeros.right, Math.max(0, end(last.columns) - columns))
      around += zeros.before + zeros.below
    }
  }
  assert.ok(around > 0)
})

test("what was measured once is not measured again, until the page's own letters have come", () => {
  const { measureText } = context
  const draw = () => {
    let measured = 0
    context.measureText = (text) => {
      measured += 1
      return measureText(text)
    }
    const pen = new Pen(new Canvas(), ROOM, palette, false)
    for (const text of ["0.25", "window", "0.25"]) pen.widthOf(text, { size: TEXT })
    context.measureText = measureText
    return measured
  }
  forgetWidths()
  const first = draw()
  assert.ok(first > 0)
  assert.equal(draw(), 0)
  forgetWidths()
  assert.equal(draw(), first)
})

test("a picture sets each typeface once, whatever the order of its texts", () => {
  const fonts = []
  context.fillText = () => fonts.push(context.font)
  const pen = new Pen(new Canvas(), ROOM, palette, false)
  for (let n = 0; n < 12; n++) pen.writeText(`${n}`, 40 * n, 20, { size: TEXT + (n % 2), bold: n % 3 === 0 })
  pen.flushTexts()
  context.fillText = () => {}
  assert.equal(fonts.length, 12)
  const changes = fonts.filter((font, n) => font !== fonts[n - 1])
  assert.deepEqual(changes, [...new Set(fonts)])
  assert.equal(changes.length, 4)
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

/** Every stage of every snapshot, with a cell of it. */
function* pictures() {
  for (const { numbers } of snapshots)
    for (const { symbol } of numbers.stages) {
      const map = symbol === "update" ? numbers.said.update.makes[0] : symbol
      yield { numbers, map: symbol, cell: numbers.shape(map).map((n) => n >> 1) }
    }
}

test("nothing is written smaller than 13 pixels on a stage of 720 lines", () => {
  for (const { numbers, map, cell } of pictures()) {
    if (isScene(pictureOf(numbers, map))) continue
    const small = written(numbers, map, cell).filter(({ text, size }) => text && size < 13)
    assert.deepEqual(small, [], `${numbers.network.text} ${map}`)
    assert.ok(written(numbers, map, cell).length > 3, map)
  }
})

test("what is drawn lies on the picture, and a number that can be taken is that of its cell", () => {
  for (const { numbers, map, cell } of pictures()) {
    const { spots, shown } = drawMechanism(new Canvas(), numbers, map, cell, ROOM, palette, all)
    for (const { box, symbol, cell: own } of spots) {
      const where = `${numbers.network.text} ${map} ${symbol}[${own}] ${JSON.stringify(box)}`
      assert.ok(
        box.x >= -4 && box.y >= -4 && box.x + box.width <= ROOM.width + 4 && box.y + box.height <= ROOM.height + 8,
        where,
      )
      if (symbol)
        assert.ok(
          own.length === numbers.shape(symbol).length && own.every((at, axis) => at < numbers.shape(symbol)[axis]),
          where,
        )
    }
    for (const { symbol, at } of shown) assert.equal(at.length, numbers.shape(symbol).length - 2)
  }
})

/** All that is written in the picture of a first cell, whether it is a template or drawn. */
const allOf = (numbers, map) =>
  isScene(pictureOf(numbers, map))
    ? pictureHtml(pictureOf(numbers, map), numbers, map, [0])
    : written(numbers, map, [0])
        .map(({ text }) => text)
        .join(" ")

test("a hidden layer's bias gradients are alone, the last layer's are beside outputs and targets", () => {
  let hidden = 0
  for (const { numbers } of snapshots)
    for (const map of Object.keys(numbers.maps).filter((symbol) => /^db\d*$/.test(symbol))) {
      const picture = allOf(numbers, map)
      assert.doesNotMatch(picture, /NaN/, `${numbers.network.text} ${map}`)
      const all = numbers.network.text.split("-").filter((layer) => /^(conv|dense)/.test(layer))
      const [last] = Object.keys(numbers.maps)
        .filter((symbol) => /^b\d*$/.test(symbol))
        .slice(-1)
      const own = numbers.link(map, `dz${all.length}`) !== undefined
      assert.equal(own, map === `d${last}`)
      assert.equal(
        picture.includes(say("web.mechanism.dots", { symbol: "<i>o</i>" })),
        own,
        `${numbers.network.text} ${map}`,
      )
      hidden += !own
    }
  assert.ok(hidden > 1)
})

test("filters and units that are as many as the classes are not called by them while layers weigh them", () => {
  const { numbers } = snapshots.find(({ numbers }) =>
    numbers.network.text.startsWith("conv24x3-relu-conv2x3b-relu-dense2"),
  )
  for (const symbol of ["z2", "dz2", "db2", "b2", "f2"]) assert.equal(numbers.nameOf(1, 2, symbol), "1", symbol)
  for (const symbol of ["o", "y", "z3", "dz3", "w", "db3"])
    assert.equal(numbers.nameOf(1, 2, symbol), numbers.classes[1])
  const named = (symbol) => allOf(numbers, symbol).includes(numbers.classes[1])
  assert.deepEqual(["db2", "db3"].map(named), [false, true])
})

test("filters whose means are the outputs are called by the classes in the pictures of their biases and of what comes back to these", () => {
  const averaged = new Numbers(decode(new Uint8Array(Buffer.from(fixture("averaged").bytes, "base64"))))
  for (const symbol of ["b", "db"]) assert.ok(allOf(averaged, symbol).includes(averaged.classes[1]), symbol)
})
