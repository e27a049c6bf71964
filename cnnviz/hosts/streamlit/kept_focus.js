// Restore the focus after Streamlit detaches the view and the host attaches it again.

/** @type {HTMLElement | undefined}  what has the focus, or had it when all around it was taken out of the page */
let lastFocused
addEventListener("focusin", ({ target }) => {
  lastFocused = /** @type {HTMLElement} */ (target)
})
// `focusout` fires before the node is detached, so check `isConnected` in a microtask.
addEventListener("focusout", ({ target }) =>
  queueMicrotask(() => {
    if (lastFocused === target && lastFocused?.isConnected) lastFocused = undefined
  }),
)

/** Restore the focus in a part of the page that is attached again. @param {HTMLElement} root */
export function restoreFocusIn(root) {
  if (lastFocused && root.contains(lastFocused) && document.activeElement === document.body)
    lastFocused.focus({ preventScroll: true })
}
