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
  keep(KEY, known)
}

export const forget = () => keep(KEY, {})

/** @param {string} key @param {object} value */
function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch {}
}

const PREDICTED = "cnnviz.predict"

/** How many predictions were right, of how many. @returns {{ right: number, n: number }} */
export function scores() {
  try {
    const { right, n } = JSON.parse(localStorage.getItem(PREDICTED) ?? "{}")
    return { right: Number(right) || 0, n: Number(n) || 0 }
  } catch {
    return { right: 0, n: 0 }
  }
}

/** Counts a prediction. @param {boolean} hit */
export function score(hit) {
  const { right, n } = scores()
  keep(PREDICTED, { right: right + Number(hit), n: n + 1 })
}

export const startCount = () => keep(PREDICTED, {})

const MISSIONS = "cnnviz.missions"

/** @returns {Record<string, boolean>} */
function missions() {
  try {
    return JSON.parse(localStorage.getItem(MISSIONS) ?? "{}") ?? {}
  } catch {
    return {}
  }
}

/** Whether a mission was reached once. @param {string} id */
export const remembered = (id) => Boolean(missions()[id])

/** Remembers that a mission was reached. @param {string} id */
export const reached = (id) => keep(MISSIONS, { ...missions(), [id]: true })
