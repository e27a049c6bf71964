// Restore the focus after Streamlit detaches the view and the host attaches it again.

/** @type {HTMLElement | undefined}  what has the focus, or had it when all around it was taken out of the page */
let last
addEventListener("focusin", ({ target }) => {
  last = /** @type {HTMLElement} */ (target)
})
// `focusout` fires before the node is detached, so check `isConnected` in a microtask.
addEventListener("focusout", ({ target }) =>
  queueMicrotask(() => {
    if (last === target && last?.isConnected) last = undefined
  }),
)

/** Restore the focus in a part of the page that is attached again. @param {HTMLElement} root */
export function restored(root) {
  if (last && root.contains(last) && document.activeElement === document.body) last.focus({ preventScroll: true })
}
