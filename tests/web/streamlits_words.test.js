// What Streamlit says beside the component, in the reader's language.

import assert from "node:assert/strict"
import { test } from "node:test"

const { translateText } = await import("../../cnnviz/hosts/streamlit/streamlits_words.js?fr")
const { say } = await import("../../cnnviz/view/model/words.js?fr")
const english = await import("../../cnnviz/hosts/streamlit/streamlits_words.js")

test("Streamlit's texts are translated, and no others", () => {
  assert.equal(translateText(" Connection error "), say("web.streamlit.lost"))
  assert.equal(translateText("Zoom in"), say("web.streamlit.chart.zoom_in"))
  for (const text of ["Connection error", "Zoom in"]) assert.equal(english.translateText(text), text)
  for (const text of ["", "Connection errors", "mon image", "toString"]) assert.equal(translateText(text), text)
})
