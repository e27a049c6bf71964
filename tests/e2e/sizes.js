// Texts in sight whose font size on the screen is none of the page's, as [text, size]. Digits of Step's pictures follow their cells.
() => {
  const root = document.querySelector(".cnnviz")
  const style = getComputedStyle(root)
  const sizes = ["--small", "--text", "--large", "--title", "--figure"].map((name) => Number.parseFloat(style.getPropertyValue(name)))
  const scaleOf = (svg) => {
    const [{ width, height }, view] = [svg.getBoundingClientRect(), svg.viewBox.baseVal]
    return view?.width ? Math.min(width / view.width, height / view.height) / svg.currentCSSZoom : 1
  }
  const words = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) => (node.data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT))
  const found = []
  while (words.nextNode()) {
    const [{ data }, parent] = [words.currentNode, words.currentNode.parentElement]
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || parent.closest(".cnnviz :is(.live, .live-only, .spoken)")) continue
    const svg = parent.closest("svg")
    const size = Number.parseFloat(getComputedStyle(parent).fontSize) * (svg ? scaleOf(svg) : 1)
    if (!sizes.some((each) => Math.abs(each - size) < 0.1)) found.push([data.trim(), Number(size.toFixed(1))])
  }
  return found
}
