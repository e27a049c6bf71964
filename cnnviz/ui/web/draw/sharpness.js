// How finely canvases are drawn: as the screen can show it, or finer while a picture is made of them.

let finer = 0

export const ratio = () => finer || devicePixelRatio || 1

export function sharply(times, act) {
  finer = times
  try {
    return act()
  } finally {
    finer = 0
  }
}
