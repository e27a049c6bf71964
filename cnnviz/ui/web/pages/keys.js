// Keys for everything a lecturer does. They are silent while somebody types or a dialog is open.

const TYPING = "input:not([type=range]), select, textarea, [contenteditable=true], [role=dialog] *, dialog[open] *"

export function bindKeys(view) {
  const press = (key) => view.$(`[data-key="${key}"]`).click()
  const keys = {
    ArrowRight: () => press("stage_next"),
    ArrowLeft: () => press("stage_back"),
    "Shift+ArrowRight": () => press("update_next"),
    "Shift+ArrowLeft": () => press("update_back"),
    PageDown: () => press("update_next"),
    PageUp: () => press("update_back"),
    " ": () => press("play"),
    Home: () => press("restart"),
    ...(view.content.seek && { End: () => view.go({ k: String(view.content.film.n) }) }),
    l: () => press("lecture"),
    o: () => view.open(view.content.large ?? view.stage),
    "[": () => view.content.turn?.(-1),
    "]": () => view.content.turn?.(1),
    "?": () => press("keys"),
    Escape: () => escape(view),
  }
  addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !view.data) return
      const target = event.composedPath()[0]
      if (target.matches?.(TYPING) || document.querySelector("dialog[open], [role=dialog]")) return
      if (event.key === " " && target.matches?.("button, a, summary")) return
      const name = event.key.length === 1 ? event.key.toLowerCase() : event.key
      const action = keys[event.shiftKey && name !== "?" ? `Shift+${name}` : name]
      if (!action) return
      event.preventDefault()
      action()
    },
    { signal: view.stop.signal },
  )
}

function escape(view) {
  if (view.root.querySelector("canvas:focus")) return document.activeElement.blur()
  if (view.content.focus.pinned) {
    view.content.release()
    return view.paint(true)
  }
  if (view.root.classList.contains("lecture")) view.$('[data-key="lecture"]').click()
}
