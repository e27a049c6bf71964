// Widths of texts on a canvas. Measuring is slow in browsers, so widths are cached by font, and numbers are measured
// by pairs of characters.

const NUMBER = /^([=≈] )?[+−]?\d[\d.,]*$/
const MAX_CACHED = 4000

/** @type {Map<string, Map<string, number>>}  widths of texts, by font */
const widthsByFont = new Map()

/** Clear the cache of widths after the web fonts have loaded. */
export const forgetWidths = () => widthsByFont.clear()

/**
 * Return the width of a text in a font.
 * @param {string} font @param {string} text @param {(text: string) => number} measure measures a text with the font set @returns {number}
 */
export function widthOf(font, text, measure) {
  /** @type {Map<string, number>} */
  const widths = widthsByFont.get(font) ?? new Map()
  if (!widths.size) widthsByFont.set(font, widths)
  const cached = widths.get(text)
  if (cached !== undefined) return cached
  if (widths.size >= MAX_CACHED) widths.clear()
  const width = text.length > 2 && NUMBER.test(text) ? widthByPairs(font, text, measure) : measure(text)
  widths.set(text, width)
  return width
}

/**
 * Return the width of a number from its pairs of characters, because kerning only depends on pairs.
 * @param {string} font @param {string} text @param {(text: string) => number} measure @returns {number}
 */
function widthByPairs(font, text, measure) {
  let width = widthOf(font, text.slice(0, 2), measure)
  for (let n = 2; n < text.length; n++)
    width += widthOf(font, text.slice(n - 1, n + 1), measure) - widthOf(font, text[n - 1], measure)
  return width
}
