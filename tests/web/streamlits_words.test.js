// What Streamlit says beside the component, in the reader's language.

import assert from "node:assert/strict"
import { test } from "node:test"

const { translated } = await import("../../cnnviz/hosts/streamlit/streamlits_words.js?fr")
const { say } = await import("../../cnnviz/view/model/words.js?fr")
const english = await import("../../cnnviz/hosts/streamlit/streamlits_words.js")

test("what Streamlit says is said in the reader's language, and nothing else is touched", () => {
  assert.equal(translated(" Connection error "), say("web.streamlit.lost"))
  assert.equal(translated("Zoom in"), say("web.streamlit.chart.zoom_in"))
  for (const text of ["Connection error", "Zoom in"]) assert.equal(english.translated(text), text)
  for (const text of ["", "Connection errors", "mon image", "toString"]) assert.equal(translated(text), text)
})
