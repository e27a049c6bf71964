"""The main walk in Firefox and WebKitGTK: stages, hover, drag, setup, frame, file; each holds a number of the screen against the core."""

import json
import re
import time

import pytest

from cnnviz import Setup
from cnnviz.data.images import find_image
from cnnviz.hosts.file import setup_html
from tests.browsers.drivers import Browser
from tests.conftest import Server
from tests.e2e.page import ORDER, printed_loss, read, snapshot, values
from tests.e2e.slides import written_deck

SEEN = Setup(seed=39, k=2, stage="z1")
ADDRESSES = [
    *((f"/?seed=39&k=2&stage={stage}", ".drawn") for stage in ("x", "z1", "a1", "z2", "L", "do", "df", "update")),
    ("/?seed=39&k=2&whole=1", ".poster"),
    ("/train?k=3", ".film"),
    ("/check?k=3", ".content"),
    ("/learn?lesson=kernel&step=1", ".scenery"),
]
"""Twelve addresses, and the part of each page that shows most."""
OPENING = ("look", "areas", "number", "updates")
MANY = 20
"""Colours of a picture; an empty one has a few."""
PAINTED = 10
"""Seconds in which the window shows what the page has drawn."""
TERM = "[...document.querySelectorAll('[data-meaning]')].find((term) => term.getBoundingClientRect().width)"
GLIDED = """!document.querySelector('[data-gliding="1"], [data-flying="1"]')"""


def opened(browser: Browser, server: Server, path: str) -> None:
    """Opens a page as somebody who has seen the story."""
    browser.open(f"{server.url}/_stcore/health")
    browser.value("localStorage.setItem('cnnviz.story', '1')")
    browser.open(server.url + path)
    app = '.stApp[data-test-connection-state="CONNECTED"][data-test-script-state="notRunning"]'
    browser.until(f"!!document.querySelector({json.dumps(app)})")  # until then Streamlit takes the page in, and a click may fall between two of its states


def shows(browser: Browser, setup: Setup) -> None:
    at = f'.cnnviz[data-ready="1"][data-update="{setup.k}"][data-stage="{setup.stage}"]'
    browser.until(f"document.querySelector({json.dumps(at)})")
    loss = printed_loss(snapshot(setup).losses[-1])
    browser.until(f"document.querySelector('.status .loss').textContent === {json.dumps(loss)}")
    browser.until(GLIDED)


def colours_in(browser: Browser, place: str) -> int:
    """How many colours a part of the window has."""
    box = browser.value(f"(({{ left, top, right, bottom }}) => [left, top, right, bottom])(document.querySelector({json.dumps(place)}).getBoundingClientRect())")
    return len(browser.picture().crop(tuple(map(round, box))).getcolors(1 << 24))


@pytest.mark.parametrize(("path", "place"), ADDRESSES)
def test_a_page_that_a_link_opens_is_painted_each_time(path: str, place: str, browser: Browser, server):
    for _ in range(2):
        opened(browser, server, path)
        browser.until(f"document.querySelector('.stApp .cnnviz[data-ready=\"1\"]') && {GLIDED}")
        end = time.monotonic() + PAINTED
        while (colours := colours_in(browser, place)) < MANY and time.monotonic() < end:
            time.sleep(0.2)
        assert colours >= MANY


def test_the_opening_has_its_pictures_and_a_term_its_explanation_beside_it(browser: Browser, server):
    browser.open(f"{server.url}/_stcore/health")
    browser.value("localStorage.removeItem('cnnviz.story')")
    browser.open(server.url)
    browser.until("!!document.querySelector('.stApp .opening[data-loaded=\"1\"]')")
    for n in range(4):
        browser.value(f"void document.querySelector('[data-key=story_{n + 1}]').click()")
        browser.until(f"!!document.querySelector('.opening[data-screen=\"{OPENING[n]}\"][data-loaded=\"1\"]')")
        assert colours_in(browser, ".tale") >= MANY
    opened(browser, server, "/?seed=39&k=2&stage=z1")
    shows(browser, SEEN)
    browser.value(f"void ({TERM}.id = 'term')")
    browser.click("#term")
    left, top = browser.middle("#term", 0, 0)
    x, y = browser.middle(".meaning:popover-open", 0, 0)
    assert abs(x - left) < 400 and abs(y - top) < 400 and min(x, y) > 0


def test_the_whole_network_joins_its_maps_and_a_picture_of_it_can_be_saved(browser: Browser, server):
    opened(browser, server, "/?seed=39&k=2&stage=z1&whole=1")
    browser.until(f"document.querySelector('.stApp .cnnviz[data-ready=\"1\"]') && {GLIDED}")
    browser.until("document.querySelector('.ways-of path').getBoundingClientRect().width > 10")
    browser.value("void (HTMLAnchorElement.prototype.click = () => {})")
    browser.value("void (URL.createObjectURL = (file) => (file.text().then((text) => (window.saved = text)), '#'))")
    browser.value("void document.querySelector('[data-key=export_svg]').click()")
    saved = browser.until("window.saved")
    assert "<image" in saved and "<path" in saved and "NaN" not in saved


def test_all_stages_there_and_back_and_the_next_update(browser: Browser, server):
    opened(browser, server, "/?seed=39&stage=x")
    shows(browser, Setup(seed=39, stage="x"))
    for stage in ORDER[1:]:
        browser.press("ArrowRight")
        shows(browser, Setup(seed=39, stage=stage))
    browser.press("ArrowRight")
    shows(browser, Setup(seed=39, k=1, stage="x"))
    browser.press("ArrowLeft")
    shows(browser, Setup(seed=39, stage="update"))


def test_a_cell_that_is_pointed_at_is_explained_and_one_that_is_clicked_is_in_the_address(browser: Browser, server):
    opened(browser, server, "/?seed=39&k=2&stage=a1")
    shows(browser, Setup(seed=39, k=2, stage="a1"))
    browser.mouse(browser.middle('canvas[data-map="z1"]', 10.5 / 30, 15.5 / 30))
    arithmetic = browser.until("document.querySelector('.numbers').textContent.includes('[15,10]') && document.querySelector('.numbers').innerHTML")
    value = read(re.search(r"[=≈] <b>([^<]+)</b>", arithmetic)[1])
    assert value == pytest.approx(values(SEEN)["z1"][15, 10], rel=1e-3)
    browser.mouse("down", "up")
    browser.until("location.search.includes('cell=z1:15,10')")


def test_a_number_is_dragged_and_everything_follows(browser: Browser, server):
    opened(browser, server, "/?seed=39&k=2&stage=z1")
    shows(browser, SEEN)
    x, y = browser.middle('canvas[data-map="b"]', down=0.25)
    browser.mouse((x, y), "down", *((x, y - up) for up in (5, 15, 25, 40)))
    browser.until("document.querySelector('.cnnviz').dataset.dragged")
    browser.mouse("up")
    query = browser.until("location.search.includes('set=b:0:') && location.search")
    setup = SEEN.with_query({"set": re.search(r"set=([^&]+)", query)[1].replace("%7E", "~")})[0]
    assert setup.set
    shows(browser, setup)


def test_a_question_of_a_lesson_is_answered(browser: Browser, server):
    opened(browser, server, "/learn?lesson=kernel&step=1")
    browser.until("document.querySelector('.stApp .cnnviz[data-ready=\"1\"] [name=answer]')")
    browser.until("(document.querySelector('[name=answer]').checked || document.querySelector('[name=answer]').click(), document.querySelector('[name=answer]').checked)")
    browser.click("[data-key=learn_commit]:not(:disabled)")
    browser.until("document.querySelector('.feedback.good, .feedback.missed')")


def test_slides_with_two_frames_are_walked_by_page_down(browser: Browser, tmp_path):
    browser.open(written_deck(tmp_path))
    at = "[...slides].findIndex((one) => one.classList.contains('now'))"
    browser.until(f"document.readyState === 'complete' && {at} === 0")
    browser.press("PageDown")
    for slide, start in ((1, "a1"), (2, "z1")):
        assert browser.until(f"{at} === {slide} && told.some(([from, data]) => from === {slide - 1} && data.cnnviz === 'size')")
        for _ in ORDER[ORDER.index(start) + 1 :]:
            assert browser.value(at) == slide
            browser.press("PageDown")
        browser.until(f"told.some(([from, data]) => from === {slide - 1} && data.cnnviz === 'end')")
        browser.press("PageDown")
    browser.until(f"{at} === 3")


def test_a_lesson_as_a_file_has_its_numbers(browser: Browser, tmp_path):
    setup = Setup(k=3, lr=0.2, stage="df")
    (tmp_path / "lesson.html").write_text(setup_html(setup, find_image(setup.img)), encoding="utf-8")
    browser.open((tmp_path / "lesson.html").as_uri())
    shows(browser, setup)
    browser.press("ArrowRight")
    shows(browser, Setup(k=3, lr=0.2, stage="update"))
    browser.open("about:blank")
    browser.open((tmp_path / "lesson.html").as_uri() + "#k=4&stage=df")
    shows(browser, Setup(k=4, lr=0.2, stage="df"))
