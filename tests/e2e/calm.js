// The number of controls in sight, and the left edge of the first title.
() => {
  const seen = (part) => {
    const box = part.getBoundingClientRect()
    if (box.width <= 3 || box.height <= 3 || box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth) return false
    if (!part.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || part.closest(".cnnviz :is(.live, .live-only, .spoken)") || getComputedStyle(part).clipPath === "inset(50%)") return false
    for (let around = part.parentElement; around; around = around.parentElement) {
      const { overflowX, overflowY, display } = getComputedStyle(around)
      if (display === "contents" || (overflowX === "visible" && overflowY === "visible")) continue
      const { left, right, top, bottom } = around.getBoundingClientRect()
      if (box.right <= left + 1 || box.left >= right - 1 || box.bottom <= top + 1 || box.top >= bottom - 1) return false
    }
    return true
  }
  const all = "button, a[href], input, select, textarea, summary, [role=button], [role=radio], [role=tab], [role=slider]"
  const controls = [...document.querySelectorAll(all)].filter(seen)
  const title = [...document.querySelectorAll("h1, .explain .title, h2")].find(seen)
  return {
    controls: controls.filter((one) => !controls.some((other) => other !== one && other.contains(one))).length,
    left: Math.round(title?.getBoundingClientRect().left ?? -1),
  }
}
