// Font sizes of the page, for texts that a style sheet does not size.

export const FONT_SIZES = { small: 13, text: 15, large: 18, title: 24 } // pixels; the tokens of frame.css

/** Return the largest font size of the page that fits into `room` pixels, or the smallest if none fits. @param {number} room */
export const fontSizeWithin = (room) => Object.values(FONT_SIZES).findLast((size) => size <= room) ?? FONT_SIZES.small
