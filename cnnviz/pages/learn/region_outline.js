// The outline of a set of cells: the edges between them and all others.

/** @import { Block } from "./plate_figures.js" */
/** @typedef {{ tile: number, from: [row: number, column: number], to: [row: number, column: number] }} Edge  in cells of a tile */

/**
 * Return the edges of the union of some blocks.
 * @param {readonly Block[]} blocks @returns {Edge[]}
 */
export function outlineOf(blocks) {
  const cells = blocks.flatMap(({ tile, top, left, tall, wide }) =>
    Array.from({ length: tall * wide }, (_, n) => [tile, top + Math.floor(n / wide), left + (n % wide)]),
  )
  const cellSet = new Set(cells.map(String))
  /** @type {Map<string, Edge>} */
  const edges = new Map()
  for (const [tile, row, column] of cells)
    for (const [up, right, from, to] of /** @type {const} */ ([
      [-1, 0, [0, 0], [0, 1]],
      [1, 0, [1, 0], [1, 1]],
      [0, -1, [0, 0], [1, 0]],
      [0, 1, [0, 1], [1, 1]],
    ])) {
      if (cellSet.has(String([tile, row + up, column + right]))) continue
      edges.set(String([tile, row, column, up, right]), {
        tile,
        from: [row + from[0], column + from[1]],
        to: [row + to[0], column + to[1]],
      })
    }
  return [...edges.values()]
}
