"""When the server is gone the stages go on; when it is back, so is the setup."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from cnnviz import Setup
from tests.conftest import Server
from tests.e2e.page import Screen

OPENED = """document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "o", bubbles: true }))"""
"""Opens what the stage is about large: at L a chart."""

TIMER_HELD = """
const [wait, held] = [window.setTimeout, []]
Object.assign(window, { held, setTimeout: (act, after, ...rest) => (after === 5000 ? void held.push(act) : wait(act, after, ...rest)) })
"""
"""Holds what Streamlit's icons wait for (loader.py), and lets all other timers run."""


@pytest.fixture
def fragile(server: Server):
    """The server, which the next test finds running again."""
    yield server
    if server.process.poll() is not None:
        server.start()


def test_without_a_server_stages_go_on_and_an_update_says_why_it_does_not(screen: Screen, fragile: Server):
    screen.open("/", k=1, stage="z1", seed=4711)  # of which the browser keeps nothing from another test
    fragile.stop()
    screen.press("PageDown", "PageDown", "PageDown")  # one of them was asked for ahead
    notice = screen.page.locator(".notice")
    expect(notice).to_contain_text("The server has not responded")
    expect(screen.root).to_have_attribute("data-update", re.compile("[12]"))
    screen.close_dialog()  # Streamlit's own, which says that the connection is lost
    for symbol in ("a1", "v"):
        screen.press("ArrowRight")
        expect(screen.root).to_have_attribute("data-stage", symbol)
    expect(screen.numbers).to_contain_text("v[")
    assert screen.address["k"] == "4"  # what was asked for is not forgotten
    fragile.start()
    screen.shows(Setup(k=4, stage="v", seed=4711))  # it was asked again
    expect(notice).to_be_hidden()


def test_a_restarted_server_brings_back_the_same_screen(screen: Screen, fragile: Server):
    setup = Setup(img="test-9", k=5, stage="da1", lr=0.02)
    screen.open("/", img="test-9", k=5, stage="da1", lr=0.02).shows(setup)
    message = screen.numbers.inner_text()
    with screen.page.expect_event("websocket"):  # Streamlit comes back by itself
        fragile.stop()
        fragile.start()
    screen.shows(setup)
    assert screen.numbers.inner_text() == message
    screen.connected()
    expect(screen.page.get_by_role("dialog")).to_have_count(0)
    screen.press("PageDown")
    screen.shows(Setup(img="test-9", k=6, stage="da1", lr=0.02))
    screen.press("PageUp")
    screen.shows(setup)
    screen.page.reload()
    screen.shows(setup)
    assert screen.numbers.inner_text() == message


def test_a_page_that_was_open_while_the_server_was_updated_loads_itself_again_and_keeps_the_lesson(screen: Screen):
    """The first time, the browser gets the component of yesterday's server."""
    loads: list[str] = []

    def answered(route):
        loads.append(route.request.url)
        text = route.fetch().text()
        route.fulfill(body=text.replace("const CODE = ", "const CODE = 'yesterday' || ") if len(loads) == 1 else text, content_type="text/javascript")

    screen.page.route(re.compile(r"/web/bundle\.js"), answered)
    screen.open("/", k=2, stage="z1")
    screen.shows(Setup(k=2, stage="z1"))
    assert len(loads) == 2
    screen.press("PageDown")
    screen.shows(Setup(k=3, stage="z1"))
    assert len(loads) == 2


def test_nobody_waits_for_streamlits_own_scripts_and_what_was_done_before_them_stays(screen: Screen):
    held = []
    screen.page.route(re.compile(r"/static/js/index\."), lambda route: held.append(route))
    screen.page.goto("/?k=2&stage=L", wait_until="commit")
    screen.shows(Setup(k=2, stage="L"))
    screen.press("PageDown")
    screen.shows(Setup(k=3, stage="L"))
    screen.page.evaluate(OPENED)
    for route in held:
        route.continue_()
    screen.close_dialog()
    expect(screen.page.locator(".stApp .cnnviz")).to_have_count(1)
    expect(screen.page.locator(".cnnviz")).to_have_count(1)
    screen.shows(Setup(k=3, stage="L"))
    screen.press("PageUp")
    screen.shows(Setup(k=2, stage="L"))


class HeldBack:
    """What Streamlit says to a page, from `hold` on kept back until `let_go`."""

    def __init__(self, screen: Screen):
        self.screen, self.holds = screen, False
        self.said: list[tuple[WebSocketRoute, bytes]] = []
        screen.page.route_web_socket("**/_stcore/stream", self._through)

    def _through(self, route: WebSocketRoute) -> None:
        route.connect_to_server().on_message(lambda message: self.said.append((route, message)) if self.holds else route.send(message))

    def hold(self) -> None:
        self.holds = True

    def ran(self) -> None:
        """Waits until it has run a page."""
        while not any(ForwardMsg.FromString(message).WhichOneof("type") == "script_finished" for _, message in self.said):
            self.screen.painted()

    def let_go(self) -> None:
        self.holds = False
        for route, message in self.said:
            route.send(message)


def numbers_held_back(screen: Screen, page: str) -> Callable[[], None]:
    """Holds back what the page asks for; the result lets it go, and what is asked for later."""
    held, free = [], []
    screen.page.route(re.compile(f"/numbers/.*/{page}"), lambda route: route.continue_() if free else held.append(route))

    def go_on() -> None:
        free.append(True)
        for route in held:
            route.continue_()

    return go_on


def test_what_streamlit_has_typefaces_for_is_not_waited_for(screen: Screen):
    screen.page.add_init_script(TIMER_HELD)
    screen.open(k=1)
    screen.connected()
    screen.page.wait_for_function("window.held.length")
    assert not [url for url in screen.requested if "SourceSans" in url], "a text of Streamlit's is in its typeface"
    assert not [url for url in screen.requested if "MaterialSymbols" in url], "beside the lesson"
    with screen.page.expect_request("**/MaterialSymbols*"):
        screen.page.evaluate("for (const act of held) act()")


def test_who_goes_to_another_page_before_streamlit_has_made_the_first_one_gets_there(screen: Screen):
    """Its word on the first page, and the numbers of the other, come when one has gone on."""
    streamlit = HeldBack(screen)
    streamlit.hold()
    go_on = numbers_held_back(screen, "train")
    screen.page.goto("/?k=3")
    screen.ready(update=3)
    streamlit.ran()
    screen.page.locator("nav").get_by_text("Train", exact=True).click()
    screen.page.wait_for_url("**/train?**")
    streamlit.let_go()
    screen.painted()
    go_on()
    expect(screen.page.locator("nav [aria-current=page]")).to_have_text("Train")
    expect(screen.page.locator(".stApp .cnnviz")).to_have_count(1)
    screen.ready(update=3)
    screen.connected()
