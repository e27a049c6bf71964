// Media queries of the screen and system, created once: browsers are slow to create them.

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
export const isTall = asked("(min-width: 700px) and (max-width: 1099px) and (min-height: 900px)") // a tablet in portrait orientation
export const isTouched = asked("(pointer: coarse)")
