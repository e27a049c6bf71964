// Two fingers that go apart or together.

const LEAST = 1.2 // times as far apart, before anything follows

/** @typedef {{ clientX: number, clientY: number, target: EventTarget | null }} Between  the middle of two fingers, and what lies under the first */

/** @param {TouchEvent} event */
function fingers({ touches: [one, other] }) {
  const [across, down] = [one.clientX - other.clientX, one.clientY - other.clientY]
  const middle = { clientX: one.clientX - across / 2, clientY: one.clientY - down / 2, target: one.target }
  return { apart: Math.hypot(across, down), middle }
}

/** Has two fingers on an element act: by how much they went apart, and where. @param {HTMLElement} area @param {AbortSignal} signal @param {(by: number, where: Between) => boolean | void} act whether the fingers are to be lifted before anything follows */
export function bindPinch(area, signal, act) {
  let apart = 0
  const began = (/** @type {TouchEvent} */ event) => {
    apart = event.touches.length === 2 ? fingers(event).apart : 0
  }
  const moved = (/** @type {TouchEvent} */ event) => {
    if (event.touches.length !== 2) return
    event.preventDefault() // the page keeps its size, to the end of the gesture
    if (!apart) return
    const now = fingers(event)
    const by = now.apart / apart
    if (Math.max(by, 1 / by) < LEAST) return
    apart = act(by, now.middle) ? 0 : now.apart
  }
  area.addEventListener("touchstart", began, { signal, passive: true })
  area.addEventListener("touchmove", moved, { signal, passive: false })
}
