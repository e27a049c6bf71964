// Streamlit's connection, which its page says of itself.

const STATE = "data-test-connection-state"

/**
 * Calls `act` whenever the connection is there again after it was lost: the server may be another one by then.
 * @param {() => void} act
 */
export function whenReconnected(act) {
  let was = ""
  const look = () => {
    const state = document.querySelector(`[${STATE}]`)?.getAttribute(STATE) ?? ""
    if (state === was) return
    if (state === "CONNECTED" && was) act()
    if (state === "CONNECTED" || was) was = state // before the first time nothing was lost
  }
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributeFilter: [STATE] })
}

/**
 * Closes Streamlit's own dialogs as they open: it says that the connection is lost, over a lecture that goes on.
 * @param {() => boolean} when  whether they are in the way
 */
export function closeDialogs(when) {
  new MutationObserver(() => {
    if (when()) document.querySelector(/** @type {"button"} */ (".stDialog [role=dialog] > button"))?.click()
  }).observe(document.body, { childList: true })
}
