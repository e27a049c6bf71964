// The losses so far as a small curve.

/** @typedef {{ context: CanvasRenderingContext2D, width: number, height: number, root: Element }} Sheet  what is drawn on */

/**
 * Draws the curve.
 * @param {Sheet} sheet
 * @param {ArrayLike<number>} values
 */
export function losses({ context, width, height, root }, values) {
  const style = getComputedStyle(root)
  const most = Math.max(...Array.from(values), 1e-12)
  const x = (/** @type {number} */ i) => 4 + (values.length > 1 ? i / (values.length - 1) : 0) * (width - 8)
  const y = (/** @type {number} */ value) => height - 5 - (value / most) * (height - 12)
  context.strokeStyle = style.getPropertyValue("--accent")
  context.fillStyle = context.strokeStyle
  context.lineWidth = 2
  context.beginPath()
  for (let i = 0; i < values.length; i++) context.lineTo(x(i), y(values[i]))
  context.stroke()
  context.beginPath()
  context.arc(x(values.length - 1), y(values[values.length - 1]), 3, 0, 7)
  context.fill()
}
