// Texts that the last row of a hall cannot read, on the page and on its canvases.

// Record the sizes of texts on canvases, as lengths of the canvas. Run before the page's own scripts.
const drawnTexts = new WeakMap()
for (const kind of [CanvasRenderingContext2D, globalThis.OffscreenCanvasRenderingContext2D ?? class {}]) {
  const { fillText, clearRect } = kind.prototype
  if (!fillText) continue
  kind.prototype.fillText = function (text, ...rest) {
    const { a, b } = this.getTransform()
    const size = Number.parseFloat(/([\d.]+)px/.exec(this.font)[1]) * Math.hypot(a, b)
    const texts = drawnTexts.get(this.canvas) ?? new Map()
    drawnTexts.set(this.canvas, texts.set(String(text), Math.min(size, texts.get(String(text)) ?? size)))
    return fillText.call(this, text, ...rest)
  }
  kind.prototype.clearRect = function (...box) {
    if (box[2] >= this.canvas.width / 2) drawnTexts.delete(this.canvas)
    return clearRect.apply(this, box)
  }
}

const { set, get } = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, "width")
Object.defineProperty(HTMLCanvasElement.prototype, "width", {
  get,
  set(width) {
    drawnTexts.delete(this) // it is empty now
    set.call(this, width)
  },
})

/** Return [share of the height in %, text, element] of each visible text. */
globalThis.textSizes = () => {
  const found = []
  const add = (size, text, element) => found.push([(100 * size) / innerHeight, text.trim(), `${element.tagName}.${element.getAttribute("class") ?? ""}`])
  const isSeen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest(".live, .live-results, [data-key=skip], [inert] *, option")
  const inView = ({ left, right, top, bottom, width, height }) => width > 1 && height > 1 && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    const element = node.parentElement
    if (!node.data.trim() || element.closest("script, style, sub, sup, title, option, .small-picture, math :is(msub, msup, msubsup, munder, mover) > :not(:first-child)") || !isSeen(element)) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    const box = range.getBoundingClientRect()
    if (!inView(box)) continue
    const top = document.elementFromPoint(Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1), Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1))
    if (!top || !(element.contains(top) || top.contains(element) || getComputedStyle(element).pointerEvents === "none")) continue
    const size = Number.parseFloat(getComputedStyle(element).fontSize)
    const scale = element.ownerSVGElement ? Math.hypot(element.getScreenCTM().a, element.getScreenCTM().b) : element.currentCSSZoom
    add(size * scale, node.data, element)
  }
  for (const canvas of document.querySelectorAll("canvas")) {
    const box = canvas.getBoundingClientRect()
    if (!isSeen(canvas) || !inView(box)) continue
    for (const [text, size] of drawnTexts.get(canvas) ?? []) if (text.trim()) add((size * box.width) / canvas.width, text, canvas)
  }
  return found
}

const [LEAST, WORDS] = [1.9, 2.2] // shares of the height in %: of all texts, and of words outside diagrams

/** Return the texts that are too small, end in an ellipsis or are wider than their button, and what has to be scrolled to be seen. */
globalThis.unreadable = () => {
  const isSmall = ([share, text, element]) => {
    const isWord = /\p{L}{3}/u.test(text) && !element.startsWith("CANVAS")
    return share < (isWord ? WORDS : LEAST)
  }
  const scrolled = [...document.querySelectorAll(".cnnviz.lecture:not(.learn) :is(.middle, .below, .stages)")].filter((area) => area.scrollHeight > area.clientHeight + 2 || area.scrollWidth > area.clientWidth + 2)
  const isShortened = (element) => element.clientWidth > 2 && element.scrollWidth > element.clientWidth + 1 && (element.matches("button") || (getComputedStyle(element).textOverflow === "ellipsis" && getComputedStyle(element).overflowX !== "visible"))
  const shortened = [...document.querySelectorAll(".cnnviz *, .board *")].filter((element) => element.checkVisibility({ visibilityProperty: true }) && isShortened(element))
  return [...textSizes().filter(isSmall).map(String), ...shortened.map((element) => `${element.textContent} is shortened`), ...scrolled.map((area) => `${area.className} scrolls: ${[area.scrollWidth, area.clientWidth, area.scrollHeight, area.clientHeight]}`)]
}
