// The presenter's preview of the next stage.

import assert from "node:assert/strict"
import { test } from "node:test"
import { previewOf } from "../../cnnviz/pages/step/next_stage.js"
import { elementsOf, htmlOf, snapshots } from "./scene.js"

test("the presenter's preview prints what the largest cell of the next stage is made of", () => {
  for (const { numbers } of snapshots)
    for (const { symbol } of numbers.stages) {
      const html = htmlOf(previewOf(numbers, symbol, 320))
      assert.doesNotMatch(html, /undefined|\[object/, `${numbers.network.text} ${symbol}`)
      const link = numbers.links(symbol === "update" ? "y" : symbol).find(({ pattern }) => pattern === "window")
      const tables = elementsOf(html.slice(html.indexOf("triple"))).filter(({ role }) => role === "table")
      assert.equal(tables.length, html.includes("triple") ? 3 : 0)
      assert.equal(html.includes("triple"), Boolean(link && numbers.shape(link.source)[0] === 1), symbol)
      for (const [, value] of html.slice(html.indexOf('data-room="p"')).matchAll(/data-id="p\d+"[^>]*>([^<]+)</g))
        assert.ok(value === "0" || /[1-9]/.test(value), `${symbol}: ${value}`) // no product looks like 0 that is not
    }
})
