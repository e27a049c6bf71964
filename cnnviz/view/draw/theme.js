// Whether the page is dark, by its theme or by the system setting that the theme defers to.

/** @param {Element} element */
export function isDark(element) {
  const { colorScheme } = getComputedStyle(element)
  if (colorScheme.includes("light"))
    return colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches
  return colorScheme.includes("dark")
}
