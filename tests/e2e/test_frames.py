"""In a frame on another page: keys after any click, the deck's keys given back, its height, and setups that the page names.

The deck stands for reveal.js: it has the four functions of it that the plugin in docs/embedding.md uses. It is opened from disk, and
its frames are two setups as files, one of them in a sandbox.
"""

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.e2e.page import ORDER, PATIENCE
from tests.e2e.slides import written_deck


@pytest.fixture
def deck(browser, tmp_path):
    """The deck at its first slide, with both frames loaded."""
    context = browser.new_context(viewport={"width": 1000, "height": 760}, offline=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.goto(written_deck(tmp_path))
    yield page
    context.close()
    assert thrown == []


def frame_of(page: Page, name: str) -> Frame:
    return page.query_selector(f"#{name}").content_frame()


def on_slide(page: Page, number: int) -> None:
    expect(page.locator("section").nth(number)).to_be_visible()


def at(frame: Frame, stage: str) -> None:
    expect(frame.locator(f'.cnnviz[data-ready="1"][data-stage="{stage}"]')).to_be_visible()


def walked(page: Page, frame: Frame, stages: list[str], key: str) -> None:
    for stage in stages:
        page.keyboard.press(key)
        at(frame, stage)


def told(page: Page, frame: int, kind: str) -> list[dict]:
    return page.evaluate("([frame, kind]) => told.filter(([from, data]) => from === frame && data.cnnviz === kind).map(([, data]) => data)", [frame, kind])


def test_page_down_alone_walks_a_deck_with_two_frames_and_page_up_back(deck: Page):
    one, two = frame_of(deck, "one"), frame_of(deck, "two")
    stages = list(ORDER)
    deck.keyboard.press("PageDown")
    on_slide(deck, 1)
    at(one, "a1")
    walked(deck, one, stages[stages.index("a1") + 1 :], "PageDown")
    assert told(deck, 0, "end") == [{"cnnviz": "end"}]
    deck.keyboard.press("PageDown")
    on_slide(deck, 2)
    at(two, "z1")
    walked(deck, two, stages[stages.index("z1") + 1 :], "PageDown")
    deck.keyboard.press("PageDown")
    on_slide(deck, 3)
    deck.keyboard.press("PageUp")
    on_slide(deck, 2)
    walked(deck, two, stages[-2::-1], "PageUp")
    deck.keyboard.press("PageUp")
    on_slide(deck, 1)
    at(one, stages[-1])


def test_keys_are_the_frames_after_any_click_and_what_it_has_no_use_for_is_the_pages(deck: Page):
    one = frame_of(deck, "one")
    deck.evaluate("deck.turn(1)")
    at(one, "a1")
    for place in ('[data-key="stage_next"]', 'canvas[data-map="z2"]', '[data-key="whole"]', '[data-key="whole"]', ".said p", '[data-stage-chip="z1"]'):
        deck.evaluate("() => { document.activeElement.blur(); window.focus() }")
        one.locator(place).first.click()
        before = len(told(deck, 0, "key"))
        deck.keyboard.press("F2")  # none of ours
        deck.wait_for_function("(n) => told.filter(([, data]) => data.cnnviz === 'key').length === n", arg=before + 1)
    assert {one["key"] for one in told(deck, 0, "key")} == {"F2"}
    deck.keyboard.press("ArrowRight")
    at(one, "a1")


def test_a_frame_says_how_high_it_is_and_goes_where_the_page_around_it_says(deck: Page):
    deck.evaluate("deck.turn(1)")
    one = frame_of(deck, "one")
    at(one, "a1")
    deck.wait_for_function("told.some(([from, data]) => from === 0 && data.height === 700)")
    deck.evaluate("document.querySelector('#one').style.width = '390px'")
    deck.wait_for_function("told.some(([from, data]) => from === 0 && data.height > 700)")
    deck.evaluate("document.querySelector('#one').style.width = '960px'")
    deck.evaluate("document.querySelector('#one').style.height = '400px'")  # too low for the picture
    deck.wait_for_function("told.filter(([from]) => from === 0).at(-1)[1].height === 600")
    assert one.locator(".drawn").evaluate("(e) => e.clientHeight") > 200
    deck.evaluate("document.querySelector('#one').style.height = '700px'")

    def go(query: object) -> None:
        deck.evaluate("(query) => frames[0].postMessage({ cnnviz: 'go', query }, '*')", query)

    go("?k=3&stage=df")
    expect(one.locator('.cnnviz[data-update="3"][data-stage="df"]')).to_be_visible()
    for query in (17, None, "?stage=nothing&__proto__=1", "k=" + "9" * 9000):
        go(query)
    go("stage=o&k=2")  # what came before it was taken, or left, without harm
    expect(one.locator('.cnnviz[data-update="2"][data-stage="o"]')).to_be_visible()
    one.evaluate("window.postMessage({ cnnviz: 'go', query: 'stage=z1' }, '*')")  # not from the page around
    deck.evaluate("new Promise((done) => { addEventListener('message', done, { once: true }); frames[0].postMessage({ cnnviz: 'go', query: 'k=2&stage=update' }, '*') })")
    at(one, "update")
