"""The site in a browser, from a plain file server under a path: there at once, live when Python is, and a sentence where it never is."""

import shutil

import pytest
from playwright.sync_api import Page, expect

from cnnviz import Setup
from cnnviz.hosts.static.site import write_site
from cnnviz.words import say, use_language
from tests.e2e.page import printed_loss, ready, snapshot
from tests.wasm.conftest import COURSE, served

IDLE = "export async function start() {\n  return await new Promise(() => {})\n}\n"
BROKEN = 'export async function start() {\n  throw new Error("no memory")\n}\n'
STORED = """export async function start(files) {
  const body = new Uint8Array(await fetch(new URL("answers/0.bin", files)).then((answer) => answer.arrayBuffer()))
  return () => ({ status: 200, headers: {}, body: body.slice() })
}
"""
TELLING = """export async function start() {
  return (path, sent) => {
    const sentence = `${path.split("?")[0]}: ${sent.length} bytes`
    return { status: 422, headers: {}, body: new TextEncoder().encode(JSON.stringify({ sentence })) }
  }
}
"""
BUSY = "export async function start() {\n  return () => {\n    for (;;);\n  }\n}\n"
"""Stand-ins for Python: one that never comes, one that cannot start, one that has a single answer, one that says what it got, one that is at work for ever."""


@pytest.fixture
def stand_in(tmp_path):
    """The address of a site with a stand-in for Python."""
    closing = []

    def make(starts: str) -> str:
        write_site(tmp_path / COURSE, {}, starts)
        server = served(tmp_path)
        closing.append(server)
        return server.__enter__() + COURSE

    yield make
    for server in closing:
        server.__exit__(None, None, None)


def loss(page: Page):
    return page.locator(".status .loss")


def shows(page: Page, setup: Setup) -> None:
    ready(page, update=setup.k, stage=setup.stage)
    expect(loss(page)).to_have_text(printed_loss(snapshot(setup).losses[-1]))


def test_the_opening_lesson_is_there_before_python_and_what_is_asked_for_waits_in_sight(page: Page, stand_in):
    page.goto(stand_in(IDLE))
    shows(page, Setup(stage="x"))
    page.keyboard.press("ArrowRight")
    shows(page, Setup(stage="z1"))
    page.keyboard.press("PageDown")  # another update: nobody here has that yet
    expect(page.locator(".notice")).to_have_text(say("web.site.starting"))
    expect(page.locator(".cnnviz")).to_have_attribute("data-ready", "0")
    page.locator('nav a[data-page="train"]').click()  # what is there stays until that has its numbers
    expect(page.locator(".notice")).to_have_text(say("web.site.starting"))
    expect(page.locator('nav a[data-page=""][aria-current]')).to_be_visible()
    page.goto(page.url)
    expect(page.locator(".waits")).to_have_text(say("web.site.starting"))
    page.goto(page.url.partition("?")[0])
    ready(page)
    expect(page.locator(".waits")).to_have_text("")
    for name in ("check", "notebook", "learn", ""):
        page.locator(f'nav a[data-page="{name}"]').click()
        expect(page.locator(f'nav a[data-page="{name}"][aria-current]')).to_be_visible()
        ready(page)


def test_a_link_to_a_screen_of_a_deck_starts_python_and_waits_for_it_in_sight(page: Page, stand_in):
    page.goto(f"{stand_in(STORED)}?script=story&screen=2")
    expect(page.locator("html")).to_have_attribute("data-python", "ready")
    page.goto(f"{stand_in(IDLE)}?script=story&screen=2")
    expect(page.locator(".notice")).to_have_text(say("web.site.starting"))


def test_what_waits_for_python_at_work_says_so(page: Page, stand_in):
    page.goto(f"{stand_in(BUSY)}?k=9")
    expect(page.locator(".waits")).to_have_text(say("web.site.working"))


def test_where_python_cannot_start_a_sentence_says_so_and_the_opening_lesson_stays(page: Page, stand_in):
    page.goto(stand_in(BROKEN))
    shows(page, Setup(stage="x"))
    page.keyboard.press("PageDown")
    expect(page.locator(".notice")).to_contain_text("no memory")
    shows(page, Setup(stage="x"))
    page.keyboard.press("ArrowRight")
    shows(page, Setup(stage="z1"))
    page.locator('nav a[data-page="check"]').click()
    expect(page.locator('nav a[data-page="check"][aria-current]')).to_be_visible()
    ready(page)
    page.goto(f"{page.url.partition('check')[0]}?k=9")  # and in the place of a link's
    shows(page, Setup(stage="x"))
    expect(page.locator(".notice")).to_contain_text("no memory")


def test_it_is_live_with_webassembly_from_page_to_page_and_back(page: Page, site: str):
    page.goto(site)
    shows(page, Setup(stage="x"))
    page.keyboard.press("PageDown")
    shows(page, Setup(k=1, stage="x"))
    page.goto(f"{site}?img=test-3&k=4&lr=0.2&stage=z1")  # a link that somebody has sent
    setup = Setup(img="test-3", k=4, lr=0.2, stage="z1")
    shows(page, setup)
    page.locator('nav a[data-page="train"]').click()
    ready(page, update=4)
    assert page.url.startswith(f"{site}train/?") and "lr=0.2" in page.url
    expect(page).to_have_title("Train · cnnviz")
    page.go_back()
    shows(page, setup)
    expect(page).to_have_title("Step · cnnviz")
    page.evaluate("document.querySelector('[data-key=model_in]').click()")
    page.locator("[data-key=model_text]").fill("nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3600, 10))")
    page.locator("[data-key=model_read]").click()
    page.locator("[data-key=model_open]").click()
    page.wait_for_url("**net=conv4x3b-relu-dense10-softmax-ce**")


def test_what_needs_a_server_says_so(page: Page, stand_in):
    page.goto(stand_in(IDLE))
    ready(page)
    for key, sentence in (("room", "room"),):
        page.evaluate("(key) => document.querySelector(`[data-key=${key}]`).click()", key)
        expect(page.locator(".notice")).to_have_text(say(f"web.site.needs.{sentence}"))
    page.goto(page.url.partition("?")[0] + "train/")
    ready(page)
    expect(page.locator(".training .what")).to_have_text(say("web.training.elsewhere"))


def test_a_file_of_ones_own_goes_to_python_in_the_browser(page: Page, stand_in):
    page.goto(stand_in(TELLING))
    ready(page)
    page.evaluate("document.querySelector('[data-key=upload]').click()")
    page.locator("[data-key=picture_file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"PNG????"})
    expect(page.get_by_role("alert").last).to_have_text("dialogs/picture: 7 bytes")


def test_after_one_visit_it_is_there_without_a_network(page: Page, stand_in, tmp_path):
    site = stand_in(STORED)
    page.goto(site)
    ready(page)
    kept = "Promise.race([navigator.serviceWorker.ready.then(() => true), new Promise((end) => setTimeout(end, 60000, false))])"
    assert page.evaluate(kept)
    shutil.rmtree(tmp_path / COURSE)  # the server has nothing left to give
    page.goto(f"{site}?k=0")
    ready(page)
    page.goto(f"{site}check/")
    ready(page)


def test_a_site_is_in_the_language_that_was_asked_for(page: Page, stand_in):
    with use_language("fr"):
        site = stand_in(IDLE)
        sentence = say("web.site.needs.room")
    page.goto(site)
    ready(page)
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.evaluate("document.querySelector('[data-key=room]').click()")
    expect(page.locator(".notice")).to_have_text(sentence)
