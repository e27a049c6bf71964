// Media queries of the screen and system, created once: browsers are slow to create them.

/** @param {string} query */
function mediaQuery(query) {
  /** @type {MediaQueryList | undefined} */
  let list
  return () => {
    list ??= matchMedia(query)
    return list.matches
  }
}

export const isPhone = mediaQuery("(max-width: 699px)")
export const isNarrow = mediaQuery("(max-width: 1099px)")
export const prefersReducedMotion = mediaQuery("(prefers-reduced-motion: reduce)")
export const isPortraitTablet = mediaQuery("(min-width: 700px) and (max-width: 1099px) and (min-height: 900px)") // a tablet in portrait orientation
export const isTouch = mediaQuery("(pointer: coarse)")
