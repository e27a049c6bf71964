// Whether the page is dark: its theme says so, or where it leaves that to the reader's system, that does.

/** @param {Element} element */
export function isDark(element) {
  const { colorScheme } = getComputedStyle(element)
  if (colorScheme.includes("light"))
    return colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches
  return colorScheme.includes("dark")
}
