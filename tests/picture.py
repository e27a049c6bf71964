"""A picture of a screen: where it is, what is done there before, and what must then be seen."""

import json
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page

from tests.e2e.page import been_here, ready

PAINTED = "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))"
HALTED = """(time) => {
  const moving = document.getAnimations().filter((one) => one.effect.getTiming().duration > time)
  for (const one of moving) one.currentTime = time
  return moving.length > 0
}"""
OPENED = '.opening[data-loaded="1"]'
"""A screen of the opening that takes keys."""
DRAGGED = "document.querySelector('.cnnviz').dataset.dragged"


FRAME = 40
"""Milliseconds of a step of the page's clock."""


class Picture(NamedTuple):
    """A screen: its file's name, its address, size and theme, and what is clicked, pressed, pointed at and dragged before.

    `halted` is the millisecond of a move at which everything stands still, `until` an element that is waited for at the end; `scale` how many
    pixels of the picture one of the page is, `draft` a deck that is being made in its browser. If it `moves`, the page's clock goes on in
    steps until `until` is there, and then stands still.
    """

    name: str
    path: str
    size: tuple[int, int] = (1280, 720)
    theme: str = "light"
    clicked: tuple[str, ...] = ()
    pressed: tuple[str, ...] = ()
    pointed: tuple[int, int] | None = None
    down: int = 0
    halted: int | None = None
    until: str = ""
    scale: int = 1
    draft: dict[str, object] | None = None
    moves: bool = False


def _act(page: Page, picture: Picture) -> None:
    """Does what comes before the picture."""
    for selector in picture.clicked:
        page.locator(selector).first.click()
    if picture.until:
        page.locator(picture.until).first.wait_for(timeout=300_000)
    if picture.halted is not None:
        animations = page.context.new_cdp_session(page)
        animations.send("Animation.enable")
        animations.send("Animation.setPlaybackRate", {"playbackRate": 0})
    for key in picture.pressed:
        page.keyboard.press(key)
        ready(page)
        if page.locator(".opening").count():
            page.locator(OPENED).wait_for()
    if picture.halted is not None:
        page.wait_for_function(HALTED, arg=picture.halted)
    if not picture.pointed:
        return
    across, down = picture.pointed
    page.mouse.move(across, down)
    if picture.down:
        page.mouse.down()
        page.mouse.move(across, down + picture.down, steps=5)
        page.wait_for_function(DRAGGED)


def take(browser: Browser, url: str, picture: Picture, folder: Path) -> None:
    """Opens a screen, waits until it is painted and nothing moves, and writes its picture."""
    width, height = picture.size
    motion = "reduce" if picture.halted is None and not picture.moves else "no-preference"
    look = {"viewport": {"width": width, "height": height}, "color_scheme": picture.theme, "reduced_motion": motion}
    context = browser.new_context(base_url=url, device_scale_factor=picture.scale, **look)
    if picture.draft:
        been_here(context).add_init_script(f"localStorage.setItem('cnnviz.draft', {json.dumps(json.dumps(picture.draft))})")
    page = context.new_page()
    if picture.moves:
        page.clock.install()
        page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    page.goto(picture.path)
    if picture.moves:
        while not page.locator(picture.until).count():
            page.clock.run_for(FRAME)
        page.screenshot(path=folder / f"{picture.name}.png")
        return context.close()
    if not picture.path.startswith(("/room", "/numbers")):
        ready(page)
    _act(page, picture)
    if "room" not in picture.path:  # where something is always on its way
        page.wait_for_load_state("networkidle")
    page.evaluate(PAINTED)
    page.screenshot(path=folder / f"{picture.name}.png")
    context.close()
