// Widths of texts on a canvas. Measuring is slow in browsers, so widths are cached by font, and numbers are measured
// by pairs of characters.

const NUMBER = /^([=≈] )?[+−]?\d[\d.,]*$/
const MOST_KNOWN = 4000

/** @type {Map<string, Map<string, number>>}  widths of texts, by font */
const known = new Map()

/** Round a font size down to half pixels, because browsers are slow to set up each font. @param {number} size */
export const halves = (size) => Math.floor(2 * size) / 2

/** Clear the cache of widths after the web fonts have loaded. */
export const forgetWidths = () => known.clear()

/**
 * Return the width of a text in a font.
 * @param {string} font @param {string} text @param {(text: string) => number} measured measures a text with the font set @returns {number}
 */
export function widthOf(font, text, measured) {
  /** @type {Map<string, number>} */
  const widths = known.get(font) ?? new Map()
  if (!widths.size) known.set(font, widths)
  const found = widths.get(text)
  if (found !== undefined) return found
  if (widths.size >= MOST_KNOWN) widths.clear()
  const width = text.length > 2 && NUMBER.test(text) ? byPairs(font, text, measured) : measured(text)
  widths.set(text, width)
  return width
}

/**
 * Return the width of a number from its pairs of characters, because kerning only depends on pairs.
 * @param {string} font @param {string} text @param {(text: string) => number} measured @returns {number}
 */
function byPairs(font, text, measured) {
  let width = widthOf(font, text.slice(0, 2), measured)
  for (let n = 2; n < text.length; n++)
    width += widthOf(font, text.slice(n - 1, n + 1), measured) - widthOf(font, text[n - 1], measured)
  return width
}
