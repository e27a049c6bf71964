// The zoom of an element, by the browser or by the styles of its ancestors.

import assert from "node:assert/strict"
import { test } from "node:test"
import { cssZoom } from "../../cnnviz/view/draw/css_zoom.js"

test("the browser's own zoom is used if it has one", () => {
  assert.equal(cssZoom(/** @type {Element} */ (/** @type {unknown} */ ({ currentCSSZoom: 1.5 }))), 1.5)
})

test("otherwise the zoom is the product of those of all ancestors", () => {
  /** @type {any} */
  globalThis.getComputedStyle = (/** @type {{ zoom: string }} */ { zoom }) => ({ zoom })
  const page = { zoom: "1.5", parentElement: { zoom: "1", parentElement: null } }
  const inner = { zoom: "normal", parentElement: { zoom: ".5", parentElement: page } }
  assert.equal(cssZoom(/** @type {Element} */ (/** @type {unknown} */ (inner))), 0.75)
})
