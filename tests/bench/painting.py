"""From a click to the painted screen: a stage step, an update, another image, another page, a switch; and the frames of
pointing, of playing, of scrubbing and of a crowd that walks.

    python -m tests.bench.painting          # all of it
    python -m tests.bench.painting hover    # pointing alone
    python -m tests.bench.painting crowd    # 300 images that walk, alone
    python -m tests.bench.painting largest  # steps of the largest networks, alone

Times are taken in the page: from the click to the frame after the component says that it has painted.
"""

import statistics
import sys
import urllib.parse
from collections.abc import Callable

from playwright.sync_api import CDPSession, Page, sync_playwright

from cnnviz.core.setup.presets import PRESETS, Preset
from tests.conftest import Server
from tests.e2e.conftest import launch_arguments
from tests.e2e.page import ready

STEPS = 60
MOVES = 180  # of a pointer: nobody stops after sixty cells
TWO_FRAMES = 34.0
CHANGE = 60.0
WANTED = {"stage step": 20.0, "update step": TWO_FRAMES, "image": CHANGE, "page": CHANGE, "update on Check": CHANGE}
WANTED |= {"switch on Check": 150.0, "switch on Notebook": 150.0}
LARGEST = ("pytorch", "cs231n", "keras", "tinygrad")
WANTED |= {f"{step} step, {name}": 40.0 for name in LARGEST for step in ("stage", "update")}

CLICKS = """async ({keys, count}) => {
  const root = () => document.querySelector(".cnnviz")
  const state = () => `${root()?.dataset.update} ${root()?.dataset.stage} ${location}`
  const frame = () => new Promise(requestAnimationFrame)
  const times = []
  for (let i = 0; i < count; i++) {
    const before = state()
    const start = performance.now()
    document.querySelector(keys[i % keys.length]).click()
    do await frame()
    while (state() === before || root()?.dataset.ready !== "1")
    times.push(performance.now() - start)
    for (let n = 0; n < 30; n++) await frame() // nobody clicks faster
  }
  return times
}"""

FRAMES = """async (seconds) => {
  document.querySelector('[data-key="play"]').click()
  const gaps = []
  let last = performance.now()
  const end = last + 1000 * seconds
  while (last < end) {
    const now = await new Promise(requestAnimationFrame)
    gaps.push(now - last)
    last = now
  }
  return gaps
}"""

SCRUB = """async (seconds) => {
  const scrub = document.querySelector('[data-key="scrub"]')
  const gaps = []
  let last = performance.now()
  const end = last + 1000 * seconds
  while (last < end) {
    scrub.value = Math.round(scrub.max * (end - last) / 1000 / seconds)
    scrub.dispatchEvent(new Event("input"))
    const now = await new Promise(requestAnimationFrame)
    gaps.push(now - last)
    last = now
  }
  return gaps
}"""
FEWEST_FRAMES = 55

WALKS = """async (walks) => {
  const scrub = document.querySelector('[data-key="train_epoch"]')
  const canvas = document.querySelector(".crowd canvas")
  const gaps = []
  for (let n = 0; n < walks; n++) {
    scrub.value = n % 2 ? scrub.max : 0
    scrub.dispatchEvent(new Event("input"))
    let last = await new Promise(requestAnimationFrame)
    while (canvas.dataset.walks) {
      const now = await new Promise(requestAnimationFrame)
      gaps.push(now - last)
      last = now
    }
  }
  return gaps
}"""
CROWD = "of=many&train=0,1,2,3,4,5,6,7,8,9,{epochs},64,0.002,0,adam,float32,gray,conv4x3-relu-max2-dense10-softmax-ce"
"""Ten classes for a network of four filters; 300 of their images are shown."""

ARRIVING = """async (epochs) => {
  const training = document.querySelector(".training")
  const canvas = document.querySelector(".crowd canvas")
  const gaps = []
  let last = await new Promise(requestAnimationFrame)
  while (Number(training.dataset.epoch) < epochs || canvas.dataset.walks) {
    const now = await new Promise(requestAnimationFrame)
    if (canvas.dataset.walks) gaps.push(now - last)
    last = now
  }
  return gaps
}"""

POINT = """async ({map, i}) => {
  const canvas = document.querySelector(`canvas[data-map="${map}"]`)
  const { left, top, width, height } = canvas.getBoundingClientRect()
  const [clientX, clientY] = [left + width * (0.1 + 0.8 * ((i * 0.37) % 1)), top + height * (0.1 + 0.8 * ((i * 0.61) % 1))]
  canvas.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true, pointerType: "mouse" }))
  for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame)
}"""
COPY = """async ({i}) => {
  window.copies ??= [...document.querySelectorAll(".plate canvas[data-map]")].filter(({ width }) => width).map((canvas) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height)
    copy.getContext("2d").drawImage(canvas, 0, 0)
    const shown = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height })
    shown.style.cssText = "position:fixed;left:0;top:0;z-index:9;pointer-events:none"
    document.body.append(shown)
    return [copy, shown.getContext("2d")]
  })
  for (const [copy, context] of i < 0 ? [] : copies) {
    context.clearRect(0, 0, copy.width, copy.height)
    context.drawImage(copy, 0, 0)
  }
  for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame)
}"""
TINY_VGG = next(preset for preset in PRESETS if preset.name == "explainer")
HOVERS = (("seed", {}, "z1", 5.0), ("Tiny VGG", TINY_VGG.query, "z2", 8.0))


def main() -> int:
    missed = 0
    with Server() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments(playwright.chromium.executable_path))
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        if sys.argv[1:] in ([], ["crowd"]):
            missed += walked(page, server)
        if sys.argv[1:] in ([], ["largest"]):
            missed += sum(largest(page, server, preset) for preset in PRESETS if preset.name in LARGEST)
        if sys.argv[1:] in (["crowd"], ["largest"]):
            browser.close()
            return int(bool(missed))
        for name, query, stage, most in HOVERS:
            page.goto(f"{server.url}/?{urllib.parse.urlencode(query | {'stage': stage})}")
            ready(page, stage=stage)
            missed += hovered(name, most, page, stage)
        if sys.argv[1:] == ["hover"]:
            browser.close()
            return int(bool(missed))
        page.goto(f"{server.url}/?stage=df")
        ready(page)
        missed += report("stage step", clicks(page, ["stage_back", "stage_next"]))
        missed += report("update step", clicks(page, ["update_next"]))
        missed += report("image", page.evaluate(CLICKS, {"keys": [f'[data-value="test-{n}"]' for n in range(2, 20)], "count": 18}))
        missed += report("page", page.evaluate(CLICKS, {"keys": ['nav [data-page="check"]', 'nav [data-page=""]'], "count": 20}))
        page.goto(f"{server.url}/?stage=z1")
        ready(page, stage="z1")
        missed += frames("playback", page.evaluate(FRAMES, 5))
        for updates in (200, 10_000):
            page.goto(f"{server.url}/train?n={updates}")
            ready(page)
            missed += frames(f"film of {updates:,} updates, scrubbed", page.evaluate(SCRUB, 5))
            missed += frames(f"film of {updates:,} updates, played", page.evaluate(FRAMES, 5))
        for path, mistake in (
            ("check?check=break", ["mistake_sign_flipped", "mistake_none"]),
            ("notebook?part=experiment", ["rule_procedural", "rule_exact"]),
        ):
            page.goto(f"{server.url}/{path}")
            ready(page)
            name = path.partition("?")[0]
            if name == "check":
                missed += report("update on Check", clicks(page, ["update_next"]))
            missed += report(f"switch on {name.title()}", clicks(page, mistake))
        browser.close()
    return int(bool(missed))


def clicks(page: Page, keys: list[str]) -> list[float]:
    return page.evaluate(CLICKS, {"keys": [f'[data-key="{key}"]' for key in keys], "count": STEPS})


def frames(name: str, gaps: list[float]) -> bool:
    """Prints the median of frames a second and says whether they are too few."""
    rate, late = 1000 / statistics.median(gaps), sum(gap > TWO_FRAMES for gap in gaps)
    print(f"{name}: {rate:.1f} frames a second, median of {len(gaps)}, {late} late; wanted: {FEWEST_FRAMES}")
    return rate < FEWEST_FRAMES


def walked(page: Page, server: Server) -> bool:
    """Trains ten classes and lets 300 images walk: while epochs arrive from the server, and to and fro afterwards."""
    epochs = 12
    page.goto(f"{server.url}/train?{CROWD.format(epochs=epochs)}")
    page.locator('[data-key="train"]').click()
    page.locator(".crowd canvas").wait_for()
    missed = frames("300 images that walk while four filters learn", page.evaluate(ARRIVING, epochs))
    page.locator('.training[data-state="done"][data-follows=""]').wait_for()
    return frames("300 images that walk", page.evaluate(WALKS, 10)) or missed


def largest(page: Page, server: Server, preset: Preset) -> int:
    """Steps on a network with many numbers, at its second layer."""
    page.goto(f"{server.url}/?{urllib.parse.urlencode(preset.query | {'stage': 'z2'})}")
    ready(page, stage="z2")
    steps = {"stage": ["stage_next", "stage_back"], "update": ["update_next"]}
    return sum(report(f"{step} step, {preset.name}", clicks(page, keys)) for step, keys in steps.items())


def hovered(name: str, most: float, page: Page, stage: str) -> bool:
    """Prints what pointing at a cell takes of the main thread's own time, beside copying all maps; whether it is too much."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def times(script: str, **arguments: object) -> list[float]:
        return [spent(session, lambda i=i: page.evaluate(script, {"map": stage, "i": i, **arguments})) for i in range(MOVES)]

    moved = times(POINT)
    idle, copied = statistics.median(times(COPY, i=-1)), statistics.median(times(COPY))
    median, late = statistics.median(moved) - idle, statistics.quantiles(moved, n=20)[-1] - idle
    print(f"hover, {name}: {median:.1f} ms of the main thread, median of {MOVES} (p95 {late:.1f}); all maps copied: {copied - idle:.1f} ms; wanted: {most:.0f}")
    return median > most


def spent(session: CDPSession, act: Callable[[], object]) -> float:
    """Milliseconds of its own time that the main thread works meanwhile, however busy the machine is."""

    def now() -> float:
        result = session.send("Performance.getMetrics")["metrics"]
        return 1000 * next(metric["value"] for metric in result if metric["name"] == "TaskDuration")

    start = now()
    act()
    return now() - start


def report(name: str, times: list[float]) -> bool:
    """Prints the median and says whether it is more than wanted."""
    median, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(f"{name}: {median:.0f} ms, median of {len(times)} (p95 {late:.0f}); wanted: at most {WANTED[name]:.0f}")
    return median > WANTED[name]


if __name__ == "__main__":
    sys.exit(main())
