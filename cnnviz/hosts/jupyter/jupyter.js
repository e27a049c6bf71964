// A widget of Jupyter (anywidget): a frame of its own in the cell, so that neither keys nor styles of the notebook and of
// the component meet. Inside it cell.js starts the component, and says so here.

/** @import { WidgetModel } from "../../view/types/view.js" */

const HEIGHT = 720

/** @type {() => { render: (call: { model: WidgetModel, el: HTMLElement }) => () => void }} */
export default function widget() {
  return {
    render({ model, el }) {
      const frame = document.createElement("iframe")
      let leave = () => {}
      frame.addEventListener("cnnviz", (event) => {
        leave = /** @type {CustomEvent} */ (event).detail(model, document.body.dataset.jpThemeLight)
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
