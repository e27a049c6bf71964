// How the tiles of a map are spread over a room, so that their cells are square and as large as can be.

import { GAP } from "./overview.js"

/** @import { Face } from "../types/view.js" */

const MOST_CELL = 56 // pixels of a cell

/**
 * How many tiles stand side by side, and how large all of it is.
 * @param {Pick<Face, "tiles" | "rows" | "columns">} face
 * @param {{ width: number, height: number }} room
 */
export function spread({ tiles, rows, columns }, { width, height }) {
  let best = { across: 1, cell: 0 }
  for (let across = 1; across <= tiles; across++) {
    const down = Math.ceil(tiles / across)
    const cell = Math.min(
      (width - (across - 1) * GAP) / across / columns,
      (height - (down - 1) * GAP) / down / rows,
      MOST_CELL,
    )
    if (cell > best.cell) best = { across, cell }
  }
  const { across, cell } = best
  const down = Math.ceil(tiles / across)
  return { across, width: across * columns * cell + (across - 1) * GAP, height: down * rows * cell + (down - 1) * GAP }
}
