// Layout of all maps of a network, by one rule for every network (in pixels; pure). Maps start small. The most
// cramped one grows by a pixel until width or height is used up.

/** @typedef {{ kind: string, tiles: number, rows: number, columns: number, scale: number, under?: number, share?: number, beside?: boolean, images?: number, least?: number }} Need  of a column; `under` is the height of what is below, `share` its maximum share of the height, `beside` whether layers of weights are side by side, `images` the number of images in each tile, `least` the minimum side of a map */
/** @typedef {{ width: number, height: number, side: number, across: number, wrap: number }} Place  layout of a column's figures, in pixels */

export const GAP = 2 // between tiles
export const STACK = 3 // between layers of weights
const LEAST = 17 // initial side of a map
const SMALL = 11 // minimum side, if large maps could not grow otherwise
const KERNEL = 0.6 // maximum side of one of several kernels, relative to a map
const ROW = 5.5 // height of a cell of a long row
const LEAST_SHARE = 0.8 // minimum side of a map relative to the largest one, with a single channel
export const FIXED = { cells: 48, loss: 50, classes: 120, v: 12 }

/** @param {number} tiles @param {number} side @param {number} height @param {number} ratio height of a tile divided by its width */
export function across(tiles, side, height, ratio = 1) {
  const rows = Math.max(1, Math.floor((height + GAP) / (side * ratio + GAP)))
  let least = Math.ceil(tiles / Math.min(rows, tiles))
  while (tiles % least && 2 * (tiles % least) < least) least += 1 // the last row is at least half full
  return least
}

/** @param {Need} need @param {number} side @param {number} height */
function widthOf(need, side, height) {
  const n = across(need.tiles, side, height - (need.under ?? 0), need.rows / need.columns)
  return n * side + (n - 1) * GAP
}

/** @param {Need} need @param {number} height @returns {Place} layout of a column that does not grow */
function fixed(need, height) {
  const { kind, rows, columns } = need
  height -= need.under ?? 0
  const alone = (/** @type {number} */ width, /** @type {number} */ tall = height, across = 1, wrap = 1) => ({
    width,
    height: tall,
    side: 0,
    across,
    wrap,
  })
  if (kind === "cells" || kind === "classes") return alone(FIXED[kind])
  if (kind === "loss") return alone(FIXED.loss, Math.min(height, FIXED.loss))
  if (kind === "weights") {
    if (need.scale <= 1) return alone(Math.max(14, Math.min(36, columns * 4)))
    const across = need.beside ? need.tiles : 1
    const side = need.beside ? height : height / 2
    return alone(across * side + (across - 1) * STACK, height, across)
  }
  if (need.scale === 0) return alone(FIXED.v) // v has a cell per row
  const wrap = Math.max(1, Math.ceil((rows * columns) / Math.floor(height / ROW)))
  if (rows * columns <= 16) return alone(12, height, 1, wrap)
  const lines = Math.ceil((rows * columns) / wrap)
  return alone(Math.max(12, wrap * 6), Math.min(height, lines * ROW), 1, wrap)
}

/** @param {Need} need */
const grows = ({ kind }) => kind === "maps" || kind === "filters"

/**
 * Return the sides of maps for a given height of the bands.
 * @param {Need[]} needs @param {number} width @param {number} height
 */
function sides(needs, width, height) {
  const places = needs.map((need) => (grows(need) ? null : fixed(need, height)))
  const taken = places.reduce((sum, place) => sum + (place?.width ?? 0), 0)
  /** @type {Map<string, { of: Need[], side: number, size: number, open: boolean }>} */
  const groups = new Map()
  for (const need of needs.filter(grows)) {
    const key = `${need.kind}${need.tiles}`
    const group = groups.get(key) ?? {
      of: [],
      side: Math.min(need.least ?? (need.kind === "filters" ? LEAST - 5 : LEAST), height),
      size: 0,
      open: true,
    }
    group.of.push(need)
    group.size = Math.max(group.size, need.rows)
    groups.set(key, group)
  }
  const total = () =>
    taken
    + [...groups.values()].reduce(
      (sum, { of, side }) => sum + of.reduce((all, need) => all + widthOf(need, side, height), 0),
      0,
    )
  // If even that is too wide, filters shrink first, then maps.
  for (const [kind, least] of /** @type {[string, number][]} */ ([
    ["filters", 5],
    ["maps", SMALL],
  ])) {
    for (const group of groups.values()) {
      const end = group.of[0].least ?? least
      while (group.of[0].kind === kind && group.side > end && total() > width) group.side -= 1
    }
  }
  // The most cramped map grows first. Filters only need to be distinguishable, so they count as larger; a single
  // kernel must be legible.
  const cramped = (/** @type {{ side: number, size: number, of: Need[] }} */ { side, size, of: [{ kind, tiles }] }) =>
    (side / Math.sqrt(size)) * (kind !== "filters" ? 1 : tiles > 1 ? 1.6 : 0.45)
  for (;;) {
    const open = [...groups.values()].filter((group) => group.open)
    if (!open.length) break
    const next = open.reduce((best, group) => (cramped(group) < cramped(best) ? group : best))
    const most = (next.of[0].share ?? 1) * (height - (next.of[0].under ?? 0))
    const tall = Math.max(...next.of.map(({ rows, columns }) => rows / columns))
    next.side += 1
    const tooLarge = next.side > LEAST && (next.side * tall > most || next.side > kernelAt(next.of[0], groups))
    if (tooLarge || total() > width) {
      next.side -= 1
      next.open = false
    }
  }
  return { groups, places }
}

/**
 * Return the maximum side of a kernel. One of several only needs to be distinguishable.
 * @param {Need} need @param {Map<string, { of: Need[], side: number }>} groups
 */
function kernelAt({ kind, tiles }, groups) {
  const maps = [...groups.values()].filter(({ of }) => of[0].kind === "maps")
  if (kind !== "filters" || tiles === 1 || !maps.length) return Number.POSITIVE_INFINITY
  return KERNEL * Math.max(...maps.map(({ side, of: [{ images = 1 }] }) => side / images))
}

/**
 * Return the scale of a map relative to the largest one. With one channel, cells of z₁ and x have the same size, but
 * small maps stay large enough.
 * @param {Need} need
 * @param {Need[]} needs
 */
function shrunk(need, needs) {
  const maps = needs.filter(({ kind }) => kind === "maps")
  if (need.kind !== "maps" || need.images || maps.some(({ tiles }) => tiles > 1)) return 1
  return Math.max(LEAST_SHARE, need.columns / Math.max(...maps.map(({ columns }) => columns)))
}

/** @param {Need[]} needs @param {number} width available for maps @param {number} height @returns {Place[]} layout of each column */
export function arrange(needs, width, height) {
  const { groups, places } = sides(needs, width, height)
  return needs.map((need, n) => {
    const group = groups.get(`${need.kind}${need.tiles}`)
    if (places[n] || !group) return places[n] ?? fixed(need, height)
    const side = group.side * shrunk(need, needs)
    const tall = (side * need.rows) / need.columns
    const columns = across(need.tiles, side, height - (need.under ?? 0), need.rows / need.columns)
    const down = Math.ceil(need.tiles / columns)
    return {
      width: columns * side + (columns - 1) * GAP,
      height: down * tall + (down - 1) * GAP,
      side,
      across: columns,
      wrap: 1,
    }
  })
}
