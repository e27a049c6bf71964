// What this tab remembers over a reload; where a browser lets a page in a frame keep nothing, only until then.

/** @type {Record<string, string>} */
const memory = {}

/** @param {string} key @returns {string} */
export function remembered(key) {
  try {
    return sessionStorage.getItem(key) ?? ""
  } catch {
    return memory[key] ?? ""
  }
}

/** @param {string} key @param {string} value */
export function remember(key, value) {
  memory[key] = value
  try {
    sessionStorage.setItem(key, value)
  } catch {} // see above
}

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
