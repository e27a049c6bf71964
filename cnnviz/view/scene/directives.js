// Directives of the parts: pixels of a canvas, and styles that are written only when they change.

import { cssGradient, pixelOf } from "../model/numbers/colour.js"
import { Directive, directive, elementOf, noChange } from "../shell/html.js"

/** @import { Part } from "../shell/html.js" */
/** @import { Scale } from "../types/view.js" */
/** @typedef {{ values: ArrayLike<number>, from: number, rows: number, columns: number, limits: number[], scale: Scale, done: number, isPhoto?: boolean }} Pixels  `isPhoto`: whether the values are red, green and blue of each pixel, 0 to 255 */

const BYTE = 256

/** Return a function from pixels of a photograph to packed colours. @param {ArrayLike<number>} values @returns {(n: number) => number} */
const photoPixel = (values) => (n) =>
  values[3 * n] + BYTE * (values[3 * n + 1] + BYTE * (values[3 * n + 2] + BYTE * (BYTE - 1)))

/** Paint a canvas with one pixel per cell. Cells from `done` on are transparent. */
export const pixels = directive(
  class extends Directive {
    /** @type {unknown[]} */
    painted = []

    /** @override @param {Pixels} _of */
    render(_of) {
      return noChange
    }

    /** @override @param {Part} part @param {[Pixels]} of */
    update(part, [{ values, from, rows, columns, limits, scale, done, isPhoto = false }]) {
      const state = [values, from, rows, columns, String(limits), cssGradient(scale), done, isPhoto]
      if (state.every((each, n) => each === this.painted[n])) return noChange
      this.painted = state
      const canvas = /** @type {HTMLCanvasElement} */ (elementOf(part))
      if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows })
      const colours = new Uint32Array(rows * columns)
      const pixel = pixelOf(limits, scale)
      const colourAt = isPhoto ? photoPixel(values) : (/** @type {number} */ n) => pixel(values[from + n])
      for (let n = 0; n < Math.min(done, colours.length); n++) colours[n] = colourAt(n)
      const image = new ImageData(new Uint8ClampedArray(colours.buffer), columns, rows)
      canvas.getContext("2d")?.putImageData(image, 0, 0)
      return noChange
    }
  },
)

/** Set the style properties that have changed: `<b ${styles({ "--row": 3 })}>`. */
export const styles = directive(
  class extends Directive {
    /** @type {Record<string, string | number>} */
    current = {}

    /** @override @param {Record<string, string | number>} _of */
    render(_of) {
      return noChange
    }

    /** @override @param {Part} part @param {[Record<string, string | number>]} of */
    update(part, [of]) {
      const { style } = /** @type {HTMLElement} */ (elementOf(part))
      for (const name in of) if (of[name] !== this.current[name]) style.setProperty(name, String(of[name]))
      this.current = of
      return noChange
    }
  },
)
