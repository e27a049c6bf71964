// Pinch gestures.

const LEAST = 1.2 // least change of distance that counts, as a factor

/** @typedef {{ clientX: number, clientY: number, target: EventTarget | null }} Between  the centre between two fingers, and the element under the first */

/** @param {TouchEvent} event */
function fingerPositions({ touches: [one, other] }) {
  const [across, down] = [one.clientX - other.clientX, one.clientY - other.clientY]
  const middle = { clientX: one.clientX - across / 2, clientY: one.clientY - down / 2, target: one.target }
  return { apart: Math.hypot(across, down), middle }
}

/**
 * Call `act` with the factor and centre of each pinch on an element.
 * @param {HTMLElement} area @param {AbortSignal} signal @param {(by: number, where: Between) => boolean | void} act returns whether to ignore the rest of the gesture
 */
export function bindPinch(area, signal, act) {
  let distance = 0
  const onStart = (/** @type {TouchEvent} */ event) => {
    distance = event.touches.length === 2 ? fingerPositions(event).apart : 0
  }
  const onMove = (/** @type {TouchEvent} */ event) => {
    if (event.touches.length !== 2) return
    event.preventDefault() // disable the browser's zoom until the gesture ends
    if (!distance) return
    const pinch = fingerPositions(event)
    const factor = pinch.apart / distance
    if (Math.max(factor, 1 / factor) < LEAST) return
    distance = act(factor, pinch.middle) ? 0 : pinch.apart
  }
  area.addEventListener("touchstart", onStart, { signal, passive: true })
  area.addEventListener("touchmove", onMove, { signal, passive: false })
}
