// A drawing pad of 28 × 28 pixels: strokes of a round pen, and a cursor for the keyboard.

export const SIDE = 28
const PEN = 1.3 // radius in pixels

export class DrawingPad {
  ink = new Uint8ClampedArray(SIDE * SIDE) // 255 for ink
  cursor = [SIDE / 2, SIDE / 2] // row and column
  isDown = false // whether the keyboard's pen is on the pad

  get isEmpty() {
    return this.ink.every((value) => value === 0)
  }

  clear() {
    this.ink.fill(0)
    this.isDown = false
  }

  /** Put the pen at a point, in pixels from the top left. @param {number} row @param {number} column */
  dot(row, column) {
    for (let i = 0; i < SIDE; i++)
      for (let j = 0; j < SIDE; j++) {
        const distance = Math.hypot(i + 0.5 - row, j + 0.5 - column)
        const value = 255 * Math.min(Math.max(PEN + 0.5 - distance, 0), 1)
        if (value > this.ink[i * SIDE + j]) this.ink[i * SIDE + j] = value
      }
  }

  /** Draw from one point to another. @param {number[]} from @param {number[]} to */
  line([row, column], [toRow, toColumn]) {
    const steps = Math.max(1, Math.ceil(2 * Math.hypot(toRow - row, toColumn - column)))
    for (let n = 0; n <= steps; n++)
      this.dot(row + ((toRow - row) * n) / steps, column + ((toColumn - column) * n) / steps)
  }

  /** Move the cursor within the pad, and draw if the pen is down. @param {number} down @param {number} right */
  move(down, right) {
    const startPoint = this.cursor
    this.cursor = [startPoint[0] + down, startPoint[1] + right].map((at) => Math.min(Math.max(at, 1), SIDE - 1))
    if (this.isDown) this.line(startPoint, this.cursor)
  }

  /** Lower or lift the keyboard's pen. */
  toggle() {
    this.isDown = !this.isDown
    if (this.isDown) this.dot(this.cursor[0], this.cursor[1])
  }
}
