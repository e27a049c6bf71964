// What a visitor prefers, kept in this browser alone; where it may keep nothing, for as long as the page is open.

/** @type {Record<string, string>} */
const here = {}

/** @param {string} name */
export function kept(name) {
  try {
    return localStorage.getItem(`cnnviz.${name}`) ?? here[name] ?? ""
  } catch {
    return here[name] ?? ""
  }
}

/**
 * @param {string} name
 * @param {string} value  what is empty is forgotten
 */
export function keep(name, value) {
  here[name] = value
  try {
    value ? localStorage.setItem(`cnnviz.${name}`, value) : localStorage.removeItem(`cnnviz.${name}`)
  } catch {} // a browser that keeps nothing
}
