// Where the maps of a network stand on a phone: the stage's own large, what it is computed from in a column beside it,
// all others further down (pixels; pure).

/** @typedef {import("./overview.js").Need} Need */
/** @typedef {import("./overview.js").Place} Place */
/** @typedef {{ now: string[], inputs: string[], large: boolean }} Phone  what the stage makes and reads; whether the words are folded away */
/** @typedef {{ width: number, most: number, column: string, row: string }} Spot  of a figure: its size at most, and its place in the grid */

export const GAP = 12
const INPUT = 100
const OWN = 240

/** Every figure's spot. @param {Phone} phone @param {string[]} symbols @param {number} width @returns {Record<string, Spot>} */
export function spots({ now, inputs, large }, symbols, width) {
  const own = large ? width : Math.min(OWN, width - INPUT - GAP)
  const half = (width - GAP) / 2
  const first = large ? Math.ceil(inputs.length / 2) + 1 : 1
  const across = (/** @type {number} */ n) => (n % 2 ? "3" : "1 / 3")
  let others = 0
  return Object.fromEntries(
    symbols.map((symbol) => {
      const [made, read] = [now.indexOf(symbol), inputs.indexOf(symbol)]
      if (made >= 0) {
        const row = now.length > 1 ? String(first + made) : `${first} / span ${large ? 1 : Math.max(inputs.length, 1)}`
        const size = now.length > 1 ? 0.7 * own : own
        return [symbol, { width: size, most: large ? size : own, column: large ? "1 / -1" : "2 / -1", row }]
      }
      if (read >= 0) {
        const row = String(large ? Math.floor(read / 2) + 1 : read + 1)
        return [symbol, { width: large ? 130 : INPUT, most: 130, column: large ? across(read) : "1", row }]
      }
      return [symbol, { width: half, most: 2 * half, column: across(others++), row: "auto" }]
    }),
  )
}

/** A figure's place within its spot; the channels of a map stand in a square. @param {Need} need @param {Spot} spot @param {boolean} loss @returns {Place} */
export function placeIn(need, { width, most }, loss) {
  const plain = { width, side: 0, across: 1, wrap: 1 }
  if (need.kind === "answers") return { ...plain, height: loss ? Math.min(60, width / 2) : width / 2 }
  if (need.kind === "loss") return { ...plain, height: 60 }
  if (need.kind === "classes") return { ...plain, height: 16 * need.rows }
  if (need.kind === "strip") {
    const count = need.rows * need.columns
    const wrap = need.scale ? count : Math.min(count, 60)
    return { ...plain, height: need.scale ? 24 : Math.max(24, Math.ceil(count / wrap) * 4), wrap }
  }
  if (need.kind === "weights")
    return { ...plain, width: width / 2, height: Math.min(most, need.scale > 1 ? width : width / 2) }
  const across = Math.ceil(Math.sqrt(need.tiles))
  const down = Math.ceil(need.tiles / across)
  const tall = (width / across) * down * (need.rows / need.columns)
  const times = Math.min(1, most / tall)
  return { width: width * times, height: tall * times, side: (width * times) / across, across, wrap: 1 }
}
