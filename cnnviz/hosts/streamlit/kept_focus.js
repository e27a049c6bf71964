// Streamlit takes the view out of the page and the host puts it back: what had the focus in it has it again.

/** @type {HTMLElement | undefined}  what has the focus, or had it when all around it was taken out of the page */
let last
addEventListener("focusin", ({ target }) => {
  last = /** @type {HTMLElement} */ (target)
})
// Browsers say so before they take it out: whether it was taken out is known when they have.
addEventListener("focusout", ({ target }) =>
  queueMicrotask(() => {
    if (last === target && last?.isConnected) last = undefined
  }),
)

/** Gives a part of the page that is back in it the focus that it had. @param {HTMLElement} root */
export function restored(root) {
  if (last && root.contains(last) && document.activeElement === document.body) last.focus({ preventScroll: true })
}
