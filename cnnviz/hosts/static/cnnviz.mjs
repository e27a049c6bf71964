// A setup in an article, as an anywidget without a kernel: a frame with a page of the site that holds this file.

const HEIGHT = 720

/** @param {{ model: { get: (name: string) => unknown }, el: HTMLElement }} call  `model` may have "page" ("train"), "query" ("?k=3") and "height" */
function render({ model, el }) {
  const page = String(model.get("page") ?? "")
  const query = String(model.get("query") ?? "")
  const frame = document.createElement("iframe")
  frame.title = "cnnviz"
  frame.src = new URL(`./${page && `${page}/`}${query && `?${query.replace(/^\?/, "")}`}`, import.meta.url).href
  frame.allow = "clipboard-write; fullscreen"
  frame.style.cssText = `width: 100%; height: ${Number(model.get("height")) || HEIGHT}px; border: 0`
  el.append(frame)
  return () => frame.remove()
}

export default { render }
