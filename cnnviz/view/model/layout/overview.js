// Layout of all maps of a network, by one rule for every network (in pixels; pure). Maps start small. The most
// cramped one grows by a pixel until width or height is used up.

/** @typedef {{ kind: string, tiles: number, rows: number, columns: number, scale: number, under?: number, beside?: boolean, images?: number, least?: number }} Need  of a column; `under` is the height of what is below, `beside` whether layers of weights are side by side, `images` the number of images in each tile, `least` the minimum side of a map */
/** @typedef {{ width: number, height: number, side: number, across: number, wrap: number }} ColumnLayout  layout of a column's figures, in pixels */

export const GAP = 2 // between tiles
export const STACK = 3 // between layers of weights
const INITIAL_SIDE = 17 // initial side of a map
const MIN_SIDE = 11 // minimum side, if large maps could not grow otherwise
const KERNEL_SHARE = 0.6 // maximum side of one of several kernels, relative to a map
const ROW_HEIGHT = 5.5 // height of a cell of a long row
const MIN_SHARE = 0.8 // minimum side of a map relative to the largest one, with a single channel
export const FIXED = { cells: 48, loss: 50, classes: 120, v: 12 }

/** @param {number} tiles @param {number} side @param {number} height @param {number} ratio height of a tile divided by its width */
function tilesPerRow(tiles, side, height, ratio = 1) {
  const rows = Math.max(1, Math.floor((height + GAP) / (side * ratio + GAP)))
  let columns = Math.ceil(tiles / Math.min(rows, tiles))
  while (tiles % columns && 2 * (tiles % columns) < columns) columns += 1 // the last row is at least half full
  return columns
}

/** @param {Need} need @param {number} side @param {number} height */
function widthOf(need, side, height) {
  const n = tilesPerRow(need.tiles, side, height - (need.under ?? 0), need.rows / need.columns)
  return n * side + (n - 1) * GAP
}

/** @param {Need} need @param {number} height @returns {ColumnLayout} layout of a column that does not grow */
function fixedLayout(need, height) {
  const { kind, rows, columns } = need
  height -= need.under ?? 0
  const layoutOf = (/** @type {number} */ width, /** @type {number} */ tall = height, across = 1, wrap = 1) => ({
    width,
    height: tall,
    side: 0,
    across,
    wrap,
  })
  if (kind === "cells" || kind === "classes") return layoutOf(FIXED[kind])
  if (kind === "loss") return layoutOf(FIXED.loss, Math.min(height, FIXED.loss))
  if (kind === "weights") {
    if (need.scale <= 1) return layoutOf(Math.max(14, Math.min(36, columns * 4)))
    const across = need.beside ? need.tiles : 1
    const side = need.beside ? height : height / 2
    return layoutOf(across * side + (across - 1) * STACK, height, across)
  }
  if (need.scale === 0) return layoutOf(FIXED.v) // v has a cell per row
  const wrap = Math.max(1, Math.ceil((rows * columns) / Math.floor(height / ROW_HEIGHT)))
  if (rows * columns <= 16) return layoutOf(12, height, 1, wrap)
  const lines = Math.ceil((rows * columns) / wrap)
  return layoutOf(Math.max(12, wrap * 6), Math.min(height, lines * ROW_HEIGHT), 1, wrap)
}

/** @param {Need} need */
const isGrowing = ({ kind }) => kind === "maps" || kind === "filters"

/**
 * Return the sides of maps for a given height of the bands.
 * @param {Need[]} needs @param {number} width @param {number} height
 */
function groupSides(needs, width, height) {
  const layouts = needs.map((need) => (isGrowing(need) ? null : fixedLayout(need, height)))
  const fixedWidth = layouts.reduce((sum, place) => sum + (place?.width ?? 0), 0)
  /** @type {Map<string, { of: Need[], side: number, size: number, open: boolean }>} */
  const groups = new Map()
  for (const need of needs.filter(isGrowing)) {
    const key = `${need.kind}${need.tiles}`
    const group = groups.get(key) ?? {
      of: [],
      side: Math.min(need.least ?? (need.kind === "filters" ? INITIAL_SIDE - 5 : INITIAL_SIDE), height),
      size: 0,
      open: true,
    }
    group.of.push(need)
    group.size = Math.max(group.size, need.rows)
    groups.set(key, group)
  }
  const total = () =>
    fixedWidth
    + [...groups.values()].reduce(
      (sum, { of, side }) => sum + of.reduce((all, need) => all + widthOf(need, side, height), 0),
      0,
    )
  // If even that is too wide, filters shrink first, then maps.
  for (const [kind, least] of /** @type {[string, number][]} */ ([
    ["filters", 5],
    ["maps", MIN_SIDE],
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
    const openGroups = [...groups.values()].filter((group) => group.open)
    if (!openGroups.length) break
    const next = openGroups.reduce((best, group) => (cramped(group) < cramped(best) ? group : best))
    const maxHeight = height - (next.of[0].under ?? 0)
    const tall = Math.max(...next.of.map(({ rows, columns }) => rows / columns))
    next.side += 1
    const tooLarge =
      next.side > INITIAL_SIDE && (next.side * tall > maxHeight || next.side > maxKernelSide(next.of[0], groups))
    if (tooLarge || total() > width) {
      next.side -= 1
      next.open = false
    }
  }
  return { groups, places: layouts }
}

/**
 * Return the maximum side of a kernel. One of several only needs to be distinguishable.
 * @param {Need} need @param {Map<string, { of: Need[], side: number }>} groups
 */
function maxKernelSide({ kind, tiles }, groups) {
  const maps = [...groups.values()].filter(({ of }) => of[0].kind === "maps")
  if (kind !== "filters" || tiles === 1 || !maps.length) return Number.POSITIVE_INFINITY
  return KERNEL_SHARE * Math.max(...maps.map(({ side, of: [{ images = 1 }] }) => side / images))
}

/**
 * Return the scale of a map relative to the largest one. With one channel, cells of z₁ and x have the same size, but
 * small maps stay large enough.
 * @param {Need} need
 * @param {Need[]} needs
 */
function relativeScale(need, needs) {
  const maps = needs.filter(({ kind }) => kind === "maps")
  if (need.kind !== "maps" || need.images || maps.some(({ tiles }) => tiles > 1)) return 1
  return Math.max(MIN_SHARE, need.columns / Math.max(...maps.map(({ columns }) => columns)))
}

/** @param {Need[]} needs @param {number} width available for maps @param {number} height @returns {ColumnLayout[]} layout of each column */
export function arrange(needs, width, height) {
  const { groups, places: layouts } = groupSides(needs, width, height)
  return needs.map((need, n) => {
    const group = groups.get(`${need.kind}${need.tiles}`)
    if (layouts[n] || !group) return layouts[n] ?? fixedLayout(need, height)
    const side = group.side * relativeScale(need, needs)
    const tall = (side * need.rows) / need.columns
    const columns = tilesPerRow(need.tiles, side, height - (need.under ?? 0), need.rows / need.columns)
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
