// Texts of the page that cannot be read whole: cut off without an ellipsis, beyond the edge, or one over another.
() => {
  const found = new Set()
  const SCROLLED = ".formula, .stages, .gradient-chain, nav, pre, .shared-digits, .cells" // made to be scrolled sideways
  const named = (/** @type {Element} */ element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`
  const texts = []
  const walker = document.createTreeWalker(document.querySelector("dialog[open], [role=dialog]") ?? document.querySelector(".board.asking") ?? document.querySelector(".cnnviz"), NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    const element = node.parentElement
    const text = node.data.trim()
    if (!text || element.closest("option, .live, [data-key=skip], dialog:not([open])")) continue
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    let rects = [...range.getClientRects()].filter((rect) => rect.width > 1 && rect.height > 1)
    let readable = true // and not only for those who listen, or behind an ellipsis
    for (let at = element; readable && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at)
      const box = at.getBoundingClientRect()
      const beyond = (rect) => rect.right > box.right + 2 || rect.left < box.left - 2
      const hides = ["hidden", "clip"].includes(style.overflowX)
      if (/auto|scroll/.test(style.overflowY))
        rects = rects.filter((rect) => rect.bottom <= box.bottom + 1 && rect.top >= box.top - 1)
      if (at.matches(SCROLLED)) rects = rects.filter((rect) => !beyond(rect))
      if (style.clipPath !== "none" || (hides && style.textOverflow === "ellipsis" && rects.some(beyond))) readable = false
      else if (hides) {
        if (rects.some((rect) => beyond(rect) || rect.bottom > box.bottom + 2 || rect.top < box.top - 2))
          found.add(`cut by ${named(at)}: ${named(element)} ${text}`)
      } else if (/auto|scroll/.test(style.overflowX) && rects.some(beyond))
        found.add(`beyond ${named(at)}: ${named(element)} ${text}`)
    }
    // What is scrolled under something opaque is read once it is scrolled out.
    const above = (rect) => document.elementFromPoint((rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2)
    rects = rects.filter((rect) => !above(rect)?.closest(".legend") || element.closest(".legend"))
    if (readable) texts.push(...rects.map((rect) => ({ rect, node, name: `${named(element)} ${text}` })))
  }
  for (const [n, a] of texts.entries()) {
    if (a.rect.right > innerWidth + 1) found.add(`beyond the window: ${a.name}`)
    for (const b of texts.slice(n + 1)) {
      const wide = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left)
      const high = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top)
      if (a.node !== b.node && wide > 2 && high > 0.4 * Math.min(a.rect.height, b.rect.height)) found.add(`${a.name} over ${b.name}`)
    }
  }
  return [...found]
}
