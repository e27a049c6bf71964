// What is asked of the reader's screen and system. A browser makes a list of each question slowly, and keeps it up to date.

/** @param {string} query */
function asked(query) {
  /** @type {MediaQueryList | undefined} */
  let list
  return () => {
    list ??= matchMedia(query)
    return list.matches
  }
}

export const isPhone = asked("(max-width: 699px)")
export const isNarrow = asked("(max-width: 1099px)")
export const isStill = asked("(prefers-reduced-motion: reduce)")
export const isTall = asked("(min-width: 700px) and (max-width: 1099px) and (min-height: 900px)") // a tablet that stands upright
export const isTouched = asked("(pointer: coarse)")
