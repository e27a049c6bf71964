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
