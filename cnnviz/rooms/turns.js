// The presenter's steps, one after another. A key that is pressed before the room has announced the last step waits
// for it, so that quick presses have the same effect as slow ones.

const PATIENCE = 3000 // milliseconds to wait for an announcement, since the stream may be lost

/** @typedef {"asked" | "moved" | "covered"} Announced  by which event of the room's stream (events.js) */

export function stepsInTurn() {
  /** @type {Promise<void>} */
  let lastStep = Promise.resolve()
  /** @type {Set<Announced>}  since the current step began */
  let heardEvents = new Set()
  let check = () => {}

  /** Run a step, and wait for its announcement. @param {() => Promise<Announced | undefined>} step */
  async function run(step) {
    heardEvents = new Set()
    const event = await step()
    if (!event || heardEvents.has(event)) return
    await new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
      const timer = setTimeout(resolve, PATIENCE)
      check = () => {
        if (!heardEvents.has(event)) return
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    /**
     * Run a step after all earlier ones. The step returns the event with which the room announces it, or nothing if
     * it was refused.
     * @param {() => Promise<Announced | undefined>} step
     */
    take(step) {
      const nextTurn = lastStep.then(() => run(step))
      lastStep = nextTurn.catch(() => {}) // a step that throws, as without a server, holds up nothing
      return nextTurn
    },
    /** Report an event of the room's stream. @param {Announced} by */
    hear(by) {
      heardEvents.add(by)
      check()
    },
  }
}
