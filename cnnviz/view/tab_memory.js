// What this tab remembers over a reload, and that it loads itself again after an update.

import { inTab } from "./model/storage.js"

export const remembered = inTab.read
export const remember = inTab.write

/**
 * After an update of the server a page that was open loads itself again, once, and the address brings the lesson back.
 * @param {string} [version]  the server's
 * @returns {boolean}  whether it does
 */
export function loadAgain(version = "") {
  if (remembered("cnnviz.loaded") === version) return false
  remember("cnnviz.loaded", version)
  location.reload()
  return true
}
