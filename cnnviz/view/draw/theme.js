// Colours of the page's theme, for canvases.

/** @typedef {{ ink: string, soft: string, line: string, paper: string, accent: string, warm: string }} Palette */

/** Return the colours of the page's theme. @param {HTMLElement} root @returns {Palette} */
export function paletteOf(root) {
  const style = getComputedStyle(root)
  const variable = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`)
  const dark = isDark(root)
  return {
    ink: style.color,
    soft: variable("soft"),
    line: variable("line"),
    paper: style.backgroundColor,
    accent: dark ? "#6ab0f3" : "#0b6bcb",
    warm: dark ? "#ffa066" : "#c2570c",
  }
}

/** Return whether the page is dark, by its theme or by the system setting that the theme defers to. @param {Element} element */
export function isDark(element) {
  const { colorScheme } = getComputedStyle(element)
  if (colorScheme.includes("light"))
    return colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches
  return colorScheme.includes("dark")
}
