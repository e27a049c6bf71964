// How many times as large as on a screen of 1280×720 everything is shown. The lecture view has neither header nor rail,
// so that what is left is larger.

const [WIDE, HIGH] = [1280, 720]
const [RAIL, HEADER] = [64, 40]

/** The page's zoom for the size of the window: never less than 1. @param {boolean} lecture */
export const times = (lecture) =>
  Math.max(1, Math.min(innerWidth / (WIDE - (lecture ? RAIL : 0)), innerHeight / (HIGH - (lecture ? HEADER : 0))))
