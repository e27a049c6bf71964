// Pinch gestures.

const LEAST = 1.2 // least change of distance that counts, as a factor

/** @typedef {{ clientX: number, clientY: number, target: EventTarget | null }} Between  the centre between two fingers, and the element under the first */

/** @param {TouchEvent} event */
function fingers({ touches: [one, other] }) {
  const [across, down] = [one.clientX - other.clientX, one.clientY - other.clientY]
  const middle = { clientX: one.clientX - across / 2, clientY: one.clientY - down / 2, target: one.target }
  return { apart: Math.hypot(across, down), middle }
}

/**
 * Call `act` with the factor and centre of each pinch on an element.
 * @param {HTMLElement} area @param {AbortSignal} signal @param {(by: number, where: Between) => boolean | void} act returns whether to ignore the rest of the gesture
 */
export function bindPinch(area, signal, act) {
  let apart = 0
  const began = (/** @type {TouchEvent} */ event) => {
    apart = event.touches.length === 2 ? fingers(event).apart : 0
  }
  const moved = (/** @type {TouchEvent} */ event) => {
    if (event.touches.length !== 2) return
    event.preventDefault() // disable the browser's zoom until the gesture ends
    if (!apart) return
    const now = fingers(event)
    const by = now.apart / apart
    if (Math.max(by, 1 / by) < LEAST) return
    apart = act(by, now.middle) ? 0 : now.apart
  }
  area.addEventListener("touchstart", began, { signal, passive: true })
  area.addEventListener("touchmove", moved, { signal, passive: false })
}
