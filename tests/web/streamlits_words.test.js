import assert from "node:assert/strict"
import { test } from "node:test"

const { translated } = await import("../../cnnviz/hosts/streamlit/streamlits_words.js?fr")
const { say } = await import("../../cnnviz/view/model/words.js?fr")
const english = await import("../../cnnviz/hosts/streamlit/streamlits_words.js")

test("what Streamlit says is said in the reader's language, with what it is about, and nothing else is touched", () => {
  assert.equal(translated("Remove a.npz"), say("web.streamlit.remove", { name: "a.npz" }))
  assert.equal(translated(" 5MB per file "), say("web.streamlit.size", { size: "5" }))
  const low = say("web.streamlit.between", { low: "0", high: "9" })
  const error = "Error: Number is outside the allowed range. Please enter a value between 0 and 9."
  assert.equal(translated(error), say("web.streamlit.error", { sentence: low }))
  for (const text of ["Upload", "Press Enter to apply"]) assert.equal(english.translated(text), text)
  for (const text of ["", "Uploads", "mon image"]) assert.equal(translated(text), text)
})
