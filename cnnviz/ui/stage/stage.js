// The component's entry. Streamlit calls it again with every answer, for the same element.

import { decode } from "./decode.js"
import { View } from "./view.js"

const views = new WeakMap()
const stylesheet = new Promise((resolve) => {
  const link = document.createElement("link")
  link.rel = "stylesheet"
  link.href = new URL("stage.css", import.meta.url)
  link.onload = link.onerror = resolve
  document.head.append(link)
})

export default function component({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".cnnviz")
  let view = views.get(root)
  if (!view) views.set(root, (view = new View(root)))
  view.open = (what) => setTriggerValue("open", what)
  const bytes = data.slice()
  stylesheet.then(() => view.receive(decode(bytes)))
  // Called before every new call, too: only an element that has left the page is done with.
  return () =>
    setTimeout(() => {
      if (root.isConnected) return
      view.leave()
      views.delete(root)
    }, 0)
}
