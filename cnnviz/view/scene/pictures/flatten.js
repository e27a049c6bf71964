// A map flattened into a list: its rows, joined end to end.

import { singleIndex } from "../../model/explain/cell_links.js"
import { formula } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { html, markup, nothing } from "../../shell/html.js"
import { beam, leads } from "../leads.js"
import { cellRing, head, heat, mapOf, nameOf } from "../parts.js"
import { scenePicture } from "../scene.js"

/** @import { Relate, Ring } from "../parts.js" */

export const flatten = scenePicture((scene, symbol, cell) => {
  const { numbers, isUpright } = scene
  const [{ source }] = numbers.links(symbol)
  const shape = numbers.shape(source)
  const at = numbers.offset(symbol, cell)
  const count = numbers.count(symbol)
  const { limits, scale, label, plain } = numbers.maps[symbol]
  const [channel, row, column] = numbers.cell(source, at)
  const [, rows, columns] = shape
  const start = (/** @type {number} */ of) => numbers.offset(source, [channel, of, 0])
  const isMap = shape.length === 3
  const shown = isMap
    ? [...new Set(isUpright ? [row] : [0, 1, row, rows - 1])].filter((of) => of < rows).sort((a, b) => a - b)
    : []
  /** @type {(from: number, length: number) => Relate} */
  const alongFrom = (from, length) => ({
    term: (_, n) => String(from + n),
    place: (term) => (term && Number(term) >= from && Number(term) < from + length ? [0, Number(term) - from] : null),
  })
  const along = { start: 0, count: columns, step: 1 }
  const rings = shown.map((of) => /** @type {Ring} */ ({ rows: singleIndex(of), columns: along, id: `row${of}` }))
  const width = (/** @type {number} */ from) => ({ start: from, count: columns, step: 1 })
  return html`<div class="picture flatten" style="--high:${rows ?? 1};--across:${columns ?? 1}">
    ${
      isMap
        ? mapOf(scene, source, channel, {
            id: "source",
            place: "source",
            head: head(nameOf(numbers, source, channel), numbers.maps[source].plain),
            rings: [...rings, cellRing(row, column)],
            bar: !isUpright,
            relate: {
              term: (of, n) => String(start(of) + n),
              place: (term) => {
                const [inChannel, of, n] = term ? numbers.cell(source, Number(term)) : []
                return inChannel === channel ? [of, n] : null
              },
            },
          })
        : nothing
    }
    <div class="rows">${shown.map(
      (of, n) =>
        html`<div class="strip ${n && of - shown[n - 1] > 1 ? "after-others" : ""}">${heat(
          numbers.values(source),
          1,
          columns,
          {
            label: say("web.mechanism.row", { row: of }),
            head: html`<figcaption><b>${say("web.mechanism.row", { row: of })}</b> <small>${markup(formula(`v[${start(of)} … ${start(of) + columns - 1}]`))}</small></figcaption>`,
            from: start(of),
            done: scene.done(source) > of * columns ? columns : 0,
            limits: numbers.maps[source].limits,
            scale: numbers.maps[source].scale,
            rings: [
              { rows: singleIndex(0), columns: along, id: `line${of}` },
              ...(of === row ? [cellRing(0, column)] : []),
            ],
            bar: false,
            relate: alongFrom(start(of), columns),
            enter: `fly row${of} ${0.05 + 0.1 * n}`,
          },
        )}</div>`,
    )}</div>
    <div class="strip list">${heat(numbers.values(symbol), 1, count, {
      id: "list",
      role: "made",
      label: `${label}, ${plain}, ${count}`,
      head: head(label, plain, say("web.mechanism.number_of", { n: at, count })),
      limits,
      scale,
      done: scene.done(symbol),
      rings: [
        ...(isMap ? [{ rows: singleIndex(0), columns: width(start(row)), id: "place", enter: "fade 0.7" }] : []),
        cellRing(0, at, { enter: "fade 0.95" }),
      ],
      bar: false,
      relate: { ...alongFrom(0, count), symbol, cell: (_, n) => numbers.cell(symbol, n) },
    })}<p><small>0</small><small>${count - 1}</small></p></div>
    ${leads(
      shown.map((of) => beam(`row${of}`, `line${of}`)),
      isMap ? beam(`line${row}`, "place", "fade 0.6 0.2") : nothing,
    )}
  </div>`
})
