// How wide texts are on a canvas: browsers measure slowly, so what is known of a typeface is kept, and a number is known by
// its pairs of letters, of which there are few.

const NUMBER = /^([=≈] )?[+−]?\d[\d.,]*$/
const MOST_KNOWN = 4000

/** @type {Map<string, Map<string, number>>}  of texts, by typeface */
const known = new Map()

/** A size of letters in half pixels, so that there are few typefaces: a browser makes each of them slowly. @param {number} size */
export const halves = (size) => Math.floor(2 * size) / 2

/** Forgets how wide texts are: the page's own letters have come. */
export const forgetWidths = () => known.clear()

/** Tells how wide a text is in a typeface. @param {string} font @param {string} text @param {(text: string) => number} measured by a context on which the typeface is set @returns {number} */
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

/** The width of a number: letters stand closer or further apart by pairs alone. @param {string} font @param {string} text @param {(text: string) => number} measured @returns {number} */
function byPairs(font, text, measured) {
  let width = widthOf(font, text.slice(0, 2), measured)
  for (let n = 2; n < text.length; n++)
    width += widthOf(font, text.slice(n - 1, n + 1), measured) - widthOf(font, text[n - 1], measured)
  return width
}
