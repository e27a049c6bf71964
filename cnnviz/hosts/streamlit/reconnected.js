// The state of Streamlit's connection, which its page shows in an attribute.

const STATE = "data-test-connection-state"

/**
 * Call `act` whenever the connection is restored; the server may have changed.
 * @param {() => void} act
 */
export function whenReconnected(act) {
  let previousStatus = ""
  const checkStatus = () => {
    const state = document.querySelector(`[${STATE}]`)?.getAttribute(STATE) ?? ""
    if (state === previousStatus) return
    if (state === "CONNECTED" && previousStatus) act()
    if (state === "CONNECTED" || previousStatus) previousStatus = state // nothing is lost before the first connection
  }
  new MutationObserver(checkStatus).observe(document.body, { subtree: true, childList: true, attributeFilter: [STATE] })
}

/**
 * Close Streamlit's dialogs as they open, such as the one about a lost connection, which would cover a running
 * lecture.
 * @param {() => boolean} when  whether they are in the way
 */
export function closeDialogs(when) {
  new MutationObserver(() => {
    if (when()) document.querySelector(/** @type {"button"} */ (".stDialog [role=dialog] > button"))?.click()
  }).observe(document.body, { childList: true })
}
