// How far a learner has come: kept in this browser, and known to nobody else.

const KEY = "cnnviz.learn"

/** @typedef {"right" | "seen"} Mark */

/** @returns {Record<string, Record<string, Mark>>} */
function all() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}")
    return found && typeof found === "object" ? found : {}
  } catch {
    return {} // not every browser lets a page keep something
  }
}

/**
 * The mark of each step that was answered, by its number.
 * @param {string} lesson
 */
export const progress = (lesson) => all()[lesson] ?? {}

/**
 * Remembers an answer; once right, a step stays so.
 * @param {string} lesson
 * @param {number} step
 * @param {boolean} right
 */
export function remember(lesson, step, right) {
  const known = all()
  known[lesson] = { ...known[lesson] }
  if (known[lesson][step] !== "right") known[lesson][step] = right ? "right" : "seen"
  write(known)
}

export const forget = () => write({})

/** @param {Record<string, Record<string, Mark>>} known */
function write(known) {
  try {
    localStorage.setItem(KEY, JSON.stringify(known))
  } catch {}
}
