// The component's entry. Streamlit calls it again with every answer, for the same element.

import { decode } from "../model/decode.js"
import { View } from "../pages/view.js"

const views = new WeakMap()
const stylesheet = new Promise((resolve) => {
  const link = document.createElement("link")
  link.rel = "stylesheet"
  link.href = new URL("style.css", import.meta.url)
  link.onload = link.onerror = resolve
  document.head.append(link)
})

export default function component({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".cnnviz")
  const answer = decode(data)
  let view = views.get(root)
  if (view?.page !== answer.page) {
    view?.leave()
    views.set(root, (view = new View(root, answer.page)))
  }
  view.ask = (what) => setTriggerValue("open", what)
  stylesheet.then(() => view.receive(answer))
  // Called before every new call, too: only an element that has left the page is done with.
  return () =>
    setTimeout(() => {
      if (root.isConnected) return
      views.get(root)?.leave()
      views.delete(root)
    }, 0)
}
