"""How far the maps are behind the pointer while a number is dragged, and how many frames a second there are meanwhile.

    python -m tests.bench.dragging

A pixel is moved up and down, once a frame, in the notebook's network and in Tiny VGG. Behind is, of each value
that comes to be shown, the time from the pointer's move to it to the frame after its numbers are painted. The server's share is
what its answers take; on a busy machine compare runs with each other alone.
"""

import statistics
import sys
import urllib.parse

from playwright.sync_api import Page, sync_playwright

from tests.bench.loss_along import NETWORKS
from tests.conftest import Server
from tests.e2e.conftest import launch_arguments
from tests.e2e.page import ready

SECONDS, FAR = 4, 25
WANTED = {"the notebook's": 34.0, "Tiny VGG": 100.0}
"""Milliseconds that maps may be behind."""

PULL = """async ({seconds, far}) => {
  const root = document.querySelector(".cnnviz")
  const canvas = document.querySelector('canvas[data-map="x"]')
  const frame = () => new Promise(requestAnimationFrame)
  const press = (key, shiftKey = false) => canvas.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true }))
  const moves = [], seen = [], gaps = []
  let steps = 0.1, way = -1
  const observer = new MutationObserver(async () => {
    const value = Number(root.dataset.dragged)
    await frame()
    await frame()
    seen.push([value, performance.now()])
  })
  canvas.focus()
  observer.observe(root, { attributeFilter: ["data-dragged"] })
  press("ArrowUp", true)
  for (let n = 0; n < 600 && !root.dataset.dragged; n++) await frame()
  const start = Number(root.dataset.dragged) - 0.001 // what Shift and an arrow have raised it by
  let last = performance.now()
  const end = last + 1000 * seconds
  while (last < end) {
    const now = await frame()
    gaps.push(now - last)
    last = now
    if (Math.abs(steps + way) > far) way = -way
    steps += way
    moves.push([steps, performance.now()])
    press(way < 0 ? "ArrowDown" : "ArrowUp")
  }
  press("Escape")
  observer.disconnect()
  return { moves, seen, gaps, start }
}"""


def main() -> int:
    missed = 0
    with Server() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments(playwright.chromium.executable_path))
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        for name, most in WANTED.items():
            setup = {key: text for key, text in NETWORKS[name].to_query().items() if key in ("net", "ch", "img")}
            page.goto(f"{server.url}/?{urllib.parse.urlencode(setup | {'stage': 'z1'})}")
            ready(page, stage="z1")
            missed += behind(name, most, page)
        browser.close()
    return int(bool(missed))


def behind(name: str, most: float, page: Page) -> bool:
    """Prints the medians of one network's drag, and says whether it is too slow."""
    result = page.evaluate(PULL, {"seconds": SECONDS, "far": FAR})
    start = result["start"]
    late = [at - moved for value, at in result["seen"] if (moved := last_move(result["moves"], 100 * (value - start), at))]
    if not late:
        print(f"{name}: nothing was dragged")
        return True
    gap, delay = statistics.median(result["gaps"]), statistics.median(late)
    print(f"{name}: {1000 / gap:.0f} frames a second; {len(result['seen'])} values shown in {SECONDS} s, {delay:.0f} ms behind the pointer (wanted {most:.0f})")
    return delay > most or gap > 17


def last_move(moves: list[tuple[float, float]], steps: float, before: float) -> float | None:
    """When the pointer was last so many steps from its start, before a time."""
    return max((at for up, at in moves if abs(up - steps) < 0.6 and at < before), default=None)


if __name__ == "__main__":
    sys.exit(main())
