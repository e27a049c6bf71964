// An anywidget for Jupyter: a frame in the cell, which isolates keys and styles from the notebook. Inside it, cell.js
// passes the function that starts the component.

/** @import { WidgetModel } from "../../view/types/view.js" */

const HEIGHT = 720

/** @type {() => { render: (call: { model: WidgetModel, el: HTMLElement }) => () => void }} */
export default function widget() {
  return {
    render({ model, el }) {
      const frame = document.createElement("iframe")
      let leave = () => {}
      frame.addEventListener("cnnviz", (event) => {
        leave = /** @type {CustomEvent} */ (event).detail(model, document.body)
      })
      frame.title = "cnnviz"
      frame.style.cssText = `width: 100%; height: ${HEIGHT}px; border: 1px solid #8884; border-radius: 6px; display: block`
      frame.allow = "clipboard-write"
      frame.srcdoc = model.get("document")
      el.append(frame)
      return () => leave()
    },
  }
}
