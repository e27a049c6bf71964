// Previews for the presenter view: the next screen in full, and a thumbnail of each screen.

/** @import { Preview } from "./preview_screen.js" */
/** @import { RoomStep } from "../view/types/view.js" */

const PATIENCE = 60_000 // milliseconds to wait for a screen to be painted before it gets no thumbnail

export class Previews {
  /** @type {Map<string, string>}  by the screen's address; "" where there is none */
  pictures = new Map()
  /** @type {string[]}  addresses of which there is no picture yet */
  queue = []
  /** @type {HTMLIFrameElement | undefined}  paints one after the other, unseen */
  painter = undefined
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  late = undefined

  /** @param {HTMLIFrameElement} frame  shows what comes next @param {() => void} changed */
  constructor(frame, changed) {
    this.frame = frame
    this.changed = changed
    addEventListener("message", ({ data, origin }) => {
      const { preview, picture } = /** @type {Partial<Preview>} */ (data ?? {})
      if (origin === location.origin && preview !== undefined) this.came(preview, picture ?? "")
    })
  }

  /**
   * Show the next screen, and queue thumbnails of all.
   * @param {readonly RoomStep[]} screens
   * @param {string | undefined} next
   */
  show(screens, next) {
    const { frame } = this
    const box = /** @type {HTMLElement} */ (frame.parentElement)
    box.hidden = next === undefined
    if (next !== undefined) navigateFrame(frame, next)
    this.queue = screens.map(({ query }) => query).filter((query) => !this.pictures.has(query))
    this.goOn()
  }

  goOn() {
    const [query] = this.queue
    clearTimeout(this.late)
    if (query === undefined) {
      this.painter?.remove()
      this.painter = undefined
      return
    }
    if (!this.painter) {
      this.painter = /** @type {HTMLIFrameElement} */ (this.frame.cloneNode())
      this.painter.removeAttribute("src")
      delete this.painter.dataset.at
      this.painter.className = "unseen"
      this.frame.ownerDocument.body.append(this.painter)
    }
    navigateFrame(this.painter, query)
    this.late = setTimeout(() => this.came(query, ""), PATIENCE)
  }

  /** @param {string} query @param {string} picture */
  came(query, picture) {
    if (picture || !this.pictures.has(query)) this.pictures.set(query, picture)
    const isNextInQueue = this.queue[0] === query
    this.queue = this.queue.filter((other) => other !== query)
    this.changed()
    if (isNextInQueue) this.goOn()
  }
}

/** Navigate a frame to a screen's address. @param {HTMLIFrameElement} frame @param {string} query */
function navigateFrame(frame, query) {
  const { src = "", at } = frame.dataset
  if (at === query) return
  frame.dataset.at = query
  const previewURL = new URL(`${src}#${query}`, location.href).href
  if (at === undefined) frame.src = previewURL
  else frame.contentWindow?.location.replace(previewURL)
}
