"""What a lecture shows is read from the last row of a hall, on each projector page and at three sizes of the picture."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.page import been_here, faults, ready
from tests.e2e.test_language import nothing_is_cut
from tests.e2e.test_lecture import DECK
from tests.pictures_rooms import LiveRoom

SIZES = ((1280, 720), (1920, 1080), (3840, 2160))
PATHS = (
    *(f"/?img=test-0&k=1&stage={stage}" for stage in ("x", "z1", "a1", "v", "z2", "o", "L", "dz2", "df", "update")),
    "/?net=conv3x10-relu-conv3x10-relu-max2-dense10-softmax-ce&stage=z1",
    "/train?img=test-0&k=200&n=200",
    "/train?img=test-0&n=60&net=conv1x3-relu-dense2-mse",
    "/check?img=test-0",
    "/check?mistake=sign_flipped",
    "/notebook?img=test-0",
    "/learn?lesson=kernel&step=3",
    "/?stage=L&whole=1",
    "/learn?seed=0",
    "/train?of=many",
)

TINY_VGG = "net=conv10x3b-relu-conv10x3b-relu-max2-conv10x3b-relu-conv10x3b-relu-max2-dense10-softmax-ce"
CROWDED = (
    *("/?seed=39&stage=update&cell=f:1,1", "/?img=test-0&k=1&stage=o", "/learn?seed=0"),
    *(f"/?{TINY_VGG}&stage={stage}&cell={cell}" for stage, cell in (("z2", "z2:5,6,7"), ("df2", "df2:5,4,0,0"), ("da1", "da1:5,6,7"))),
)
"""Screens whose texts are close to each other."""


@pytest.fixture
def projector(browser, browser_context_args):
    context = been_here(browser.new_context(**browser_context_args, reduced_motion="reduce"))
    context.add_init_script(Path(__file__).with_name("last_row.js").read_text("utf-8"))
    yield context.new_page()
    context.close()


def readable(page: Page) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert faults(page, "() => unreadable()") == [], (page.url, height)
        nothing_is_cut(page, f"{page.url} at {height}")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_numbers_of_pictures_have_room_in_the_lecture_view(projector: Page, lang: str):
    """Its smallest text is larger than elsewhere."""
    for path in CROWDED:
        projector.goto(f"{path}&view=lecture&lang={lang}")
        ready(projector)
        nothing_is_cut(projector, path)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_each_page_is_read_in_the_lecture_view(projector: Page, lang: str):
    for path in PATHS:
        projector.goto(f"{path}&view=lecture&lang={lang}")
        ready(projector)
        readable(projector)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_each_screen_of_a_room_is_read_on_its_projector(projector: Page, server, lang: str):
    live = LiveRoom(server.url, {"script": DECK})
    projector.goto(f"{live.path}/screen?lang={lang}")
    board = projector.locator(".board")

    def see(selector: str) -> None:
        projector.locator(selector).first.wait_for()
        readable(projector)

    for screen, page in ((1, "step"), (4, "step"), (6, "filming"), (8, "chains"), (10, "chains")):
        live.show(screen)
        see(f'.cnnviz{"" if page == "step" else f".{page}"}[data-ready="1"] .deck-bar:not([hidden])')
    for screen, right, wrong in ((3, 0, 1), (5, 900, 9), (7, 385, 17)):
        live.show(screen)
        for n, device in enumerate(live.join(8)):
            live.send("POST", f"{live.path}/vote", {"device": device, "answer": wrong if n % 2 else right})
        see(".board:not(.resulting) h1")
        live.turn("close", "show")
        see(".board.resulting")
        live.turn("again")
        live.vote((8,)) if screen == 3 else None
        live.turn("close", "reveal")
        see(".board .right")
    live.show(9)
    see(".board > .options")
    live.turn("run")
    live.take_part(8)
    see(".board canvas.runs")
    live.turn("reveal")
    see(".board .predicted, .board h1")
    for cover in ("join", "black"):
        live.send("PUT", live.path, {"cover": cover})
        see(f".curtain.{cover}ing" if cover == "join" else ".curtain.black")
    assert board.count() == 1
    live.send("DELETE", live.path)
