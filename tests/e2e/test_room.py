"""An audience on its own screens: a lecturer's page drives, a follower's follows, wanders off and returns."""

import contextlib
import json
import re
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from cnnviz import Setup, load_image, run_updates
from tests.conftest import Server
from tests.e2e.page import Screen, been_here, faults, ready, screen_in
from tests.e2e.test_accessibility import violations


@pytest.fixture
def lecturer(browser, browser_context_args):
    with screen_in(browser, browser_context_args) as screen:
        yield screen


@pytest.fixture
def follower(browser, browser_context_args):
    context = been_here(browser.new_context(**browser_context_args))
    screen = Screen(context.new_page())
    yield screen
    assert screen.thrown == []
    context.close()


def open_room(lecturer: Screen) -> str:
    """Open a room, which the page asks about first, and return its code."""
    lecturer.key("room").click()
    dialog = lecturer.page.locator("dialog.room")
    expect(dialog).to_contain_text("follow this page")
    lecturer.key("room_open").click()
    expect(dialog.locator("img.qr")).to_have_js_property("complete", True)
    code = dialog.locator(".code").inner_text()
    dialog.get_by_role("button", name="Close").click()
    return code


def test_a_follower_is_where_the_lecturer_is_until_they_explore_alone(lecturer: Screen, follower: Screen, server: Server):
    lecturer.open("/", k=2, stage="z1")
    code = open_room(lecturer)
    follower.page.goto(f"/room/{code}")
    ready(follower.page, update=2, stage="z1")
    assert violations(follower) == []
    assert not any("_stcore" in url for url in follower.requested), "a session of Streamlit's"
    lecturer.press("PageDown", "ArrowRight")
    for screen in (lecturer, follower):
        ready(screen.page, update=3, stage="a1")
    message = lecturer.numbers.inner_text()
    expect(follower.numbers).to_have_text(message, use_inner_text=True)
    lecturer.page.locator("nav").get_by_text("Check", exact=True).click()
    expect(follower.page.locator("nav [aria-current=page]")).to_have_text("Check")
    expect(follower.page.locator(".verdict")).to_have_class(re.compile(r"\bgood\b"))
    lecturer.page.evaluate("history.back()")
    for screen in (lecturer, follower):
        expect(screen.page.locator("nav [aria-current=page]")).to_have_text("Step")
        ready(screen.page, update=3, stage="a1")
    lecturer.press("l")
    expect(follower.page.locator(".cnnviz")).to_have_class(re.compile(r"\blecture\b"))
    # its numbers are hidden and shown for all at once
    lecturer.press("h", "ArrowRight")
    hidden = re.compile(r"\bveiled\b")
    for screen in (lecturer, follower):
        ready(screen.page, stage="v")
        expect(screen.root).to_have_class(hidden)
    follower.page.keyboard.press("Space")
    expect(follower.page.locator(".notice")).to_have_text("These numbers are still hidden.")
    expect(follower.root).to_have_class(hidden)
    lecturer.press("Space")
    expect(follower.root).not_to_have_class(hidden)
    lecturer.press("h", "ArrowLeft", "l")
    ready(follower.page, stage="a1")
    ramps = [screen.root.evaluate("root => root.style.getPropertyValue('--ramp-signed')") for screen in (lecturer, follower)]
    assert ramps[0] == ramps[1] != "", "the follower's maps are those of a dark page"
    # alone
    bar = follower.page.locator(".room-bar")
    follower.page.keyboard.press("PageDown")
    ready(follower.page, update=4, stage="a1")
    expect(bar).to_contain_text("Exploring alone")
    follower.key("files").evaluate("(button) => button.click()")
    expect(follower.key("file_script")).to_have_attribute("download", "cnnviz-test-0-update-4.py")
    follower.close_dialog()
    lecturer.press("PageDown", "PageDown")
    ready(lecturer.page, update=5)
    expect(follower.root).to_have_attribute("data-update", "4")
    bar.get_by_role("button", name="Return to the lecture").click()
    ready(follower.page, update=5, stage="a1")
    expect(follower.page).to_have_url(f"{server.url}/room/{code}")
    # the presenter's link, on another device
    lecturer.key("room").click()
    expect(lecturer.page.locator("dialog.room .count")).to_have_text("1 follows")
    secret = lecturer.page.evaluate("sessionStorage.getItem('cnnviz.room')")
    presenter = lecturer.page.evaluate("text => JSON.parse(text).driver", secret)
    lecturer.page.goto("about:blank")
    with screen_in(follower.page.context.browser, {"base_url": server.url}) as device:
        device.page.goto(f"/?k=7&stage=df#room={code}&driver={presenter}")
        ready(follower.page, update=7, stage="df")
        assert presenter not in device.page.url
        device.key("room").click()
        device.page.get_by_role("button", name="End the room").click()
        expect(bar).to_contain_text("The room has ended")
    assert follower.page.locator('.cnnviz[data-update="7"]').count() == 1, "the lesson stays"


BESIDE = "() => [...document.querySelectorAll('.room-bar > *')].filter((e) => e.getBoundingClientRect().right > innerWidth - 4).map((e) => e.textContent)"
"""What of the line above a follower's lesson is beyond the screen; with it the whole page is as wide, and its buttons below the screen."""


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("width", [390, 360, 320])
def test_on_a_phone_all_that_a_follower_can_do_is_within_the_screen(browser, browser_context_args, lecturer: Screen, lang: str, width: int):
    lecturer.open("/", k=1, stage="z1")
    code = open_room(lecturer)
    phone = {"viewport": {"width": width, "height": 740}, "has_touch": True, "is_mobile": True}
    context = been_here(browser.new_context(**browser_context_args | phone))
    page = context.new_page()
    page.goto(f"/room/{code}?lang={lang}")
    ready(page, update=1, stage="z1")
    expect(page.locator("[data-key=room_leave]")).to_be_in_viewport(ratio=1)
    assert page.evaluate("innerWidth") == width and faults(page, BESIDE) == []
    expect(page.locator("[data-key=play]")).to_be_in_viewport(ratio=1)
    context.close()


def test_a_followers_phone_has_the_lesson_and_comes_back_by_itself(browser, browser_context_args, lecturer: Screen, server: Server):
    lecturer.open("/", k=1, stage="z1")
    code = open_room(lecturer)
    context = been_here(browser.new_context(**browser_context_args | {"viewport": {"width": 390, "height": 844}}))
    page = context.new_page()
    page.goto(f"/room/{code}")
    ready(page, update=1, stage="z1")
    page.wait_for_function("document.documentElement.scrollWidth <= 390")
    context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    lecturer.press("PageDown")
    lecturer.shows(Setup(k=2, stage="z1"))
    context.set_offline(False)
    ready(page, update=2, stage="z1")
    context.close()


def tap(phone: Page, row: int, column: int) -> None:
    """Taps where the window of a cell of z1 lies on the image."""
    canvas = phone.locator("canvas.pick")
    side = canvas.bounding_box()["width"] / 32
    canvas.tap(position={"x": (column + 1.5) * side, "y": (row + 1.5) * side})


def test_an_audience_is_asked_answers_and_sees_what_it_answered(browser, browser_context_args, lecturer: Screen, server: Server):
    """From the lecturer's private screen: two phones answer, the projector shows, a second round stands beside the first."""
    lecturer.open("/", stage="x", img="test-0", f="sobel-x")
    code = open_room(lecturer)
    presenter = json.loads(lecturer.page.evaluate("sessionStorage.getItem('cnnviz.room')"))["driver"]
    phone_size = {"viewport": {"width": 390, "height": 844}}
    contexts = [browser.new_context(**browser_context_args | phone_size | {"has_touch": touch}) for touch in (True, False)]
    phones = [context.new_page() for context in contexts]
    for phone in phones:
        phone.goto(f"/room/{code}")
        ready(phone, stage="x")
    presenter_view = contexts[1].new_page()
    presenter_view.goto(f"/room/{code}/cockpit#driver={presenter}")
    expect(presenter_view).to_have_url(f"{server.url}/room/{code}/cockpit")  # the secret has left the address bar
    expect(presenter_view.locator("header .count")).to_contain_text("2 follow")
    assert violations(Screen(presenter_view)) == []
    act = {name: presenter_view.locator(f"[data-act={name}]") for name in ("close", "show", "again", "reveal", "next")}

    expect(presenter_view.locator("[data-key=cockpit_script]")).to_be_visible()

    # it sees the next stage before the audience does
    expect(presenter_view.locator(".coming h2")).to_contain_text("z1, feature map")
    setup = Setup(img="test-0", f="sobel-x")
    largest = run_updates(setup, load_image("test-0"), k=0).trace.z1.max()
    expect(presenter_view.locator(".coming .numbers b").last).to_have_text(f"{largest:.5g}")

    # it drives: the lecturer's own page goes along, on the projector
    presenter_view.keyboard.press("ArrowRight")
    for page in (lecturer.page, *phones):
        ready(page, stage="z1")
    presenter_view.keyboard.press("ArrowLeft")
    for page in (lecturer.page, *phones):
        ready(page, stage="x")

    # a question on the spot, by touch and by keys
    presenter_view.locator("[data-key=cockpit_spot]").click()
    board = lecturer.page.locator(".board.asking")
    expect(board.locator("h1")).to_have_text("Click the largest cell of z1.")
    tap(phones[0], 7, 7)
    send = [phone.locator("[data-key=room_send]") for phone in phones]
    expect(send[0]).to_contain_text("Send row 7, column 7")
    send[0].click()
    expect(phones[0].locator(".in")).to_have_text("Your answer: row 7, column 7.")
    phones[1].locator("canvas.pick").focus()
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        phones[1].keyboard.press(key)
    expect(phones[1].locator(".in")).to_have_text("Your answer: row 15, column 16.")
    expect(board.locator(".answered")).to_have_text("2 of 2 have answered")
    expect(presenter_view.locator(".live .groups .right .meters b")).to_have_text("0")
    for page in (lecturer.page, *phones):
        expect(page.locator(".results")).to_have_count(0)

    # closed on the server, shown raw; voted on again; revealed, both rounds beside each other
    act["close"].click()
    expect(phones[0].locator(".wait")).to_contain_text("hidden for now")
    act["show"].click()
    for page in (lecturer.page, *phones):
        expect(page.locator(".results canvas[data-round]")).to_have_count(1)
        expect(page.locator(".groups")).to_have_count(0)
    act["again"].click()
    tap(phones[0], 10, 18)
    expect(send[0]).to_contain_text("Send row 10, column 18")
    send[0].click()
    expect(phones[0].locator(".in")).to_contain_text("Your answer")
    presenter_view.keyboard.press("c")
    expect(act["reveal"]).to_be_enabled()
    presenter_view.keyboard.press("r")
    for page in (lecturer.page, *phones):
        expect(page.locator(".results canvas[data-round]")).to_have_count(2)
        expect(page.locator(".groups .right .meters b")).to_have_text(["0", "1"])
    expect(phones[0].locator(".in")).to_have_text("✓ Right. Your answer: row 10, column 18.")
    expect(phones[1].locator(".in")).to_have_text("You sent no answer.")  # in this round

    # under a question no key moves the lesson; the key of a remote goes on with it
    lecturer.press("ArrowRight")
    lecturer.press("PageDown")
    expect(lecturer.page.locator(".board.asking")).to_have_count(0)
    ready(lecturer.page, stage="x")

    # alone, and a question meanwhile: it calls everybody back, and nobody leaves it
    expect(phones[0].locator(".ballot h1")).to_have_count(0)
    phones[0].get_by_role("button", name="Explore alone").click()
    expect(presenter_view.locator("header .count")).to_contain_text("1 exploring")
    before = phones[0].locator(".cnnviz").get_attribute("data-stage")
    presenter_view.locator("[data-key=cockpit_script]").select_option("kernel")
    presenter_view.locator("[data-screen='5']").click()
    expect(phones[0].locator(".ballot h1")).to_be_visible()
    expect(phones[0].locator("[data-key=room_leave]")).to_have_count(0)
    expect(phones[0].locator(".cnnviz")).to_have_attribute("data-stage", before)  # the screen of the question has its answer
    phones[0].evaluate("history.pushState(null, '', location.pathname + '?stage=z1'), dispatchEvent(new PopStateEvent('popstate'))")
    expect(phones[0].locator(".room-bar")).to_contain_text("Following")
    number = phones[0].locator("[name=number]")
    number.fill("nine")
    expect(phones[0].locator(".in")).to_contain_text("not a number")
    expect(send[0]).to_be_disabled()
    number.fill("15")
    expect(phones[0].locator(".in")).to_be_empty()
    send[0].click()
    expect(presenter_view.locator(".live .groups .right .meters b")).to_have_text("1")
    act["close"].click()
    act["reveal"].click()
    expect(phones[0].locator(".in")).to_contain_text("✓ Right.")
    expect(phones[1].locator(".in")).to_have_text("You sent no answer.")
    for context in contexts:
        context.close()


SMALLEST = """(root, least) => [...root.querySelectorAll("*")].filter((one) =>
  [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && one.getClientRects().length && !one.closest("svg, .small, sub")
  && parseFloat(getComputedStyle(one).fontSize) < least).map((one) => one.outerHTML.slice(0, 100))"""
CUT = """(root) => [...root.querySelectorAll("*")].filter((one) => one.getClientRects().length && !one.closest("svg")).filter((one) => {
  const { left, top, right, bottom } = one.getBoundingClientRect()
  return left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1
}).map((one) => one.outerHTML.slice(0, 100))"""
COVERED = """(one) => {
  const { x, y } = one.getBoundingClientRect()
  const above = document.elementFromPoint(x + 20, y + 20)
  return one.contains(above) ? [] : [above?.outerHTML.slice(0, 100)]
}"""
UNDER_THE_FOOT = """(board) => {
  const { top } = board.querySelector("footer").getBoundingClientRect()
  return [...board.querySelectorAll(".bars li")].map((row) => row.getBoundingClientRect().bottom - top).filter((by) => by > 0)
}"""
ASKEW = """(board) => {
  const places = [...board.querySelectorAll(".meter")].map((track) => track.getBoundingClientRect()).map(({ x, width }) => `${Math.round(x)} ${Math.round(width)}`)
  return places.length === 16 && new Set(places).size === 2 ? [] : [places]
}"""


WHOLE = """(one) => {
  const { left, top, right, bottom } = one.getBoundingClientRect()
  return left <= 0 && top <= 0 && right >= innerWidth && bottom >= innerHeight ? [] : [[left, top, right, bottom]]
}"""


def test_a_lecture_goes_from_screen_to_screen_of_its_deck(browser, browser_context_args, lecturer: Screen):
    """By the remote on the page that opened the room there: its sentence, its question with the premise, and an experiment; a phone follows."""
    lecturer.page.goto("/?script=lecture-kernel&screen=1")
    ready(lecturer.page, stage="x")
    code = open_room(lecturer)
    presenter = json.loads(lecturer.page.evaluate("sessionStorage.getItem('cnnviz.room')"))["driver"]
    context = been_here(browser.new_context(**browser_context_args | {"viewport": {"width": 390, "height": 844}}))
    phone, presenter_view = context.new_page(), context.new_page()
    phone.goto(f"/room/{code}")
    presenter_view.goto(f"/room/{code}/cockpit#driver={presenter}")
    expect(presenter_view.locator(".lesson .here")).to_contain_text("One channel of a picture")
    expect(presenter_view.frame_locator(".answers iframe").locator(".cnnviz[data-stage=z1]")).to_have_count(1)  # what comes next, as it will be
    expect(presenter_view.locator(".lesson li:nth-child(2) img")).to_have_count(1)
    curtain = lecturer.page.locator(".curtain")
    for key, covers in (("b", "black"), ("j", "joining")):
        presenter_view.keyboard.press(key)
        expect(curtain).to_have_class(re.compile(covers))
        expect(presenter_view.locator("[aria-pressed=true]")).to_have_count(1)
    lecturer.press("PageDown")
    expect(curtain).to_be_hidden()  # the lecture goes on
    lecturer.press("l")  # who is on the way to the next screen does not call the audience back
    for page in (lecturer.page, phone):
        ready(page, stage="z1")
        expect(page.locator(".deck-bar p")).to_contain_text("at 900 places")
    if not lecturer.root.evaluate("root => root.classList.contains('lecture')"):
        lecturer.press("l")
    corner = lecturer.page.locator(".join-corner")
    expect(corner).to_contain_text(code)
    assert faults(corner, COVERED) == faults(corner, SMALLEST, 0.022 * lecturer.page.viewport_size["height"]) == faults(corner, CUT) == []
    lecturer.press("l")
    expect(corner).to_be_hidden()
    lost = phone.locator("[data-key=room_lost]")
    lost.click()
    expect(presenter_view.locator("header .lost")).to_have_text("1 is lost")
    # a question, which brings its premise
    lecturer.press("PageDown")
    board = lecturer.page.locator(".board")
    expect(board.locator("h1")).to_have_text("What do these nine cells of z1 show?")
    expect(board.locator(".premise")).to_contain_text("One pixel is white")
    for place in (board, phone.locator(".ballot")):
        expect(place.locator(".plates .hides canvas")).to_have_count(1)
    expect(board.locator(".options li")).to_have_count(3)
    usual = lecturer.page.viewport_size
    lecturer.page.set_viewport_size({"width": 1920, "height": 1080})  # over Streamlit's page, with sizes of its own
    assert faults(board, SMALLEST, 0.022 * 1080) == []
    lecturer.page.set_viewport_size(usual)
    expect(lost).to_have_attribute("aria-pressed", "false")
    expect(presenter_view.locator("header .lost")).to_have_count(0)
    phone.locator(".option", has_text="turned by 180").click()  # its place is drawn
    phone.locator("[data-key=room_send]").click()
    expect(board.locator(".answered")).to_have_text("1 of 1 have answered")
    # B and J cover the question on every projector, from the remote too, and leave it as it was
    screen = context.new_page()
    screen.goto(f"/room/{code}/screen")
    expect(screen.locator(".board .answered")).to_have_text("1 of 1 have answered")
    for key, covers in (("b", "black"), ("j", "joining")):
        lecturer.press(key)
        for page in (lecturer.page, screen):
            expect(page.locator(".curtain")).to_have_class(re.compile(covers))
            assert faults(page.locator(".curtain"), WHOLE) == []
        lecturer.press("PageDown")  # does not close a question that nobody sees
        for page in (lecturer.page, screen):
            expect(page.locator(".curtain")).to_be_hidden()
            expect(page.locator(".board .answered")).to_have_text("1 of 1 have answered")
    screen.keyboard.press("b")
    expect(screen.locator(".curtain")).to_have_css("background-color", "rgb(0, 0, 0)")
    expect(curtain).to_be_hidden()
    screen.close()
    for phase, words in (("closed", "closed"), ("shown", "neighbour"), ("revealed", "green")):
        expect(phone.locator(".ballot h1")).to_be_visible()
        lecturer.press("PageDown")
        expect(board.locator(".soft").last).to_contain_text(words)  # the page that is pressed on knows it, too
        expect(presenter_view.locator(".now h2 small")).to_contain_text(phase)
    expect(phone.locator(".bars .right .meters b")).to_have_text("1")
    expect(phone.locator(".in")).to_contain_text("✓ Right.")
    expect(board.locator(".plates figure")).not_to_have_count(0)  # the picture of the question stays beside its results
    lecturer.press("PageDown")
    for page in (lecturer.page, phone):
        ready(page, stage="a1")
    # everybody has a run of their own
    presenter_view.locator("[data-screen='12']").click()
    expect(board.locator("h1")).to_contain_text("How many runs will not learn")
    phone.locator("[name=answer]").nth(1).check()
    phone.locator("[data-key=room_send]").click()
    expect(board.locator(".answered")).to_have_text("1 of 1 have answered")
    lecturer.press("PageDown")
    expect(presenter_view.locator("[data-act=run]")).to_have_class("primary")
    lecturer.press("PageDown")
    expect(phone.locator(".ballot .own h1")).to_have_text("Your start: 1")
    message = presenter_view.locator(".lesson .here").inner_text().split("\n")[-1]
    expect(board.locator(".premise")).to_have_text(message)
    expect(board.locator("h1")).to_contain_text("How many runs will not learn")
    expect(board.locator(".predicted")).to_be_empty()
    expect(phone.locator("canvas.runs")).to_be_visible()
    expect(phone.locator(".ballot .plates figure")).to_have_count(3)  # its kernel, z1 and a1
    expect(phone.locator("[data-key=room_look]")).to_be_visible()  # why its run ends as it does, where it is seen
    assert violations(Screen(phone)) == []
    lecturer.press("PageDown")  # the headline comes last
    expect(board.locator("h1")).to_contain_text("The loss at update 200 is")
    expect(board.locator(".predicted")).to_contain_text("of 1")
    phone.locator("[data-key=room_inside]").click()
    ready(phone, update=200)
    expect(phone.locator(".room-bar")).to_contain_text("The lecture has an experiment.")
    lecturer.press("PageUp")
    expect(presenter_view.locator(".lesson .here [data-screen]")).to_have_attribute("data-screen", "11")
    presenter_view.locator("[data-screen='2']").click()
    ready(lecturer.page, stage="z1")
    expect(lecturer.page.locator(".board.asking")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("size", [(3840, 2160), (1024, 768)], ids=str)
def test_a_projector_is_read_from_the_last_row_and_eight_options_fit(browser, browser_context_args, server: Server, size: tuple[int, int]):
    wide, high = size
    room = ask_server(server, "POST", "/room", {"query": "img=test-0&stage=z1"})
    path = f"/room/{room['code']}"
    answers = [{"label": f"answer number {n}, which is not short", "is": f"{n}"} for n in range(8)]
    ask_server(server, "PUT", f"{path}/question", {"kind": "choose", "ask": "Which of these eight?", "answers": answers, "key": "3", "seconds": 600}, room["driver"])
    context = browser.new_context(**browser_context_args | {"viewport": {"width": wide, "height": high}})
    page = context.new_page()
    page.goto(f"{path}/screen")
    board = page.locator(".board")
    expect(board.locator(".options li")).to_have_count(8)
    for act in ("close", "show", "again", "close", "reveal", None):
        assert faults(board, SMALLEST, 0.022 * high) == faults(board, CUT) == []
        if act:
            with page.expect_response(re.compile("/results")) if act in ("show", "reveal") else contextlib.nullcontext():
                ask_server(server, "PUT", f"{path}/question", {"act": act}, room["driver"])
            word = {"close": "closed", "show": "neighbour", "again": "last choice", "reveal": "green"}[act]
            expect(board.locator(".soft").last).to_have_text(re.compile(word))
    assert faults(board, ASKEW) == faults(board, UNDER_THE_FOOT) == [], "both rounds on one grid"
    expect(board.locator(".heads span:visible")).to_have_text([re.compile("round 1"), re.compile("round 2")])
    ask_server(server, "DELETE", f"{path}/question", None, room["driver"])
    page.locator("[data-key=room_join]").click()
    board = page.locator(".curtain")
    phones = [been_here(browser.new_context(**browser_context_args)).new_page() for _ in range(2)]
    for phone in phones:
        phone.goto(path)
    expect(board.locator(".dots i")).to_have_count(2)
    expect(board.locator(".joined")).to_have_text("2 have joined")
    code = board.locator("img")
    expect(code).to_have_js_property("complete", True)
    assert faults(code, "(code, least) => code.clientHeight < least ? [code.clientHeight] : []", 0.22 * high) == []
    assert faults(board, SMALLEST, 0.022 * high) == faults(board, CUT) == []
    for of in (context, *(phone.context for phone in phones)):
        of.close()


def ask_server(server: Server, method: str, path: str, body: object, presenter: str = "") -> dict:
    """What the server answers to a program."""
    headers = {"Authorization": f"Bearer {presenter}"} if presenter else {}
    asked = urllib.request.Request(server.url + path, None if body is None else json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(asked) as answer:
        return json.loads(answer.read() or b"{}")


def test_who_explores_stays_as_far_as_the_lecturer_says(browser, browser_context_args, server: Server):
    room = ask_server(server, "POST", "/room", {"query": "img=test-0&stage=z1&k=1"})
    path = f"/room/{room['code']}"
    context = been_here(browser.new_context(**browser_context_args))
    page = context.new_page()
    page.goto(f"/room?code={room['code'][:2].lower()} {room['code'][2:]}")
    expect(page).to_have_url(f"{server.url}{path}")
    ready(page, update=1, stage="z1")
    ask_server(server, "PUT", path, {"explore": "screens"}, room["driver"])
    page.keyboard.press("ArrowRight")
    ready(page, update=1, stage="a1")
    bar = page.locator(".room-bar")
    expect(bar).to_contain_text("Exploring alone")
    page.locator("nav").get_by_text("Check", exact=True).click()
    expect(bar).to_contain_text("stay with the lecture's screens")
    expect(page.locator("nav [aria-current=page]")).to_have_text("Step")
    ask_server(server, "PUT", path, {"explore": "paused"}, room["driver"])
    expect(bar).to_contain_text("Following")
    ready(page, update=1, stage="z1")
    expect(bar.locator("[data-key=room_leave]")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(bar).to_contain_text("Exploring is paused")
    ready(page, update=1, stage="z1")
    ask_server(server, "PUT", path, {"explore": "free"}, room["driver"])
    bar.locator("[data-key=room_leave]").click()
    page.locator("nav").get_by_text("Check", exact=True).click()
    expect(page.locator("nav [aria-current=page]")).to_have_text("Check")
    context.close()


def test_a_room_that_is_gone_says_so_everywhere_and_its_presenter_opens_it_again(browser, browser_context_args, lecturer: Screen, server: Server):
    """On a server that keeps rooms in its memory alone and is started again, while a question covers every page."""
    lecturer.open("/", stage="z1", img="test-0", f="sobel-x")
    code = open_room(lecturer)
    presenter = json.loads(lecturer.page.evaluate("sessionStorage.getItem('cnnviz.room')"))["driver"]
    context = been_here(browser.new_context(**browser_context_args))
    follower, projector, presenter_view = (context.new_page() for _ in range(3))
    follower.goto(f"/room/{code}")
    projector.goto(f"/room/{code}/screen")
    presenter_view.goto(f"/room/{code}/cockpit#driver={presenter}")
    presenter_view.locator("[name=spot]").select_option("hands")
    presenter_view.locator("[name=ask]").fill("Clear so far?")
    with lecturer.page.expect_response(re.compile("/asked$")) as asked:  # the page keeps the question, to ask it again
        presenter_view.locator("[data-key=cockpit_spot]").click()
    asked.value.finished()
    expect(lecturer.page.locator(".board h1")).to_have_text("Clear so far?")
    for page in (follower, projector):
        expect(page.locator("main.cnnviz")).to_have_js_property("inert", True)
    server.stop()
    server.start()
    for page in (follower, projector):
        expect(page.locator(".room-bar")).to_contain_text("The server was restarted")
    for page in (lecturer.page, presenter_view):
        expect(page.locator(".room-gone")).to_contain_text(f"The server has lost room {code}")
    for page in (lecturer.page, projector):  # the question stays, so that nobody sees what it hides
        expect(page.locator(".board h1")).to_have_text("Clear so far?")
    beside = "([board, gone]) => board.getBoundingClientRect().bottom > gone.getBoundingClientRect().top + 1 ? ['covered'] : []"
    assert faults(lecturer.page, f"() => ({beside})([...document.querySelectorAll('.board, .room-gone')])") == []
    expect(follower.locator(".ballot h1")).to_have_text("Clear so far?")
    expect(follower.locator("[data-key=room_send]")).to_be_disabled()
    expect(lecturer.page.locator("[data-testid=stDialog]")).to_have_count(0)
    assert violations(Screen(presenter_view)) == []
    wide = follower.viewport_size
    follower.set_viewport_size({"width": 390, "height": 844})
    state = follower.locator(".room-bar .state")
    assert faults(state, "({ scrollWidth, clientWidth, offsetWidth }) => scrollWidth <= clientWidth && offsetWidth < 390 ? [] : [scrollWidth]") == [], "nothing of it is cut"
    follower.set_viewport_size(wide)
    follower.keyboard.press("ArrowRight")
    expect(follower.locator("main.cnnviz")).to_have_attribute("data-stage", "z1")
    assert presenter not in lecturer.page.content()
    # it is opened again, with the question that was open, and everybody is back
    lecturer.page.locator("[data-key=room_again]").click()
    expect(lecturer.page.locator(".board h1")).to_have_text("Clear so far?")
    for page in (lecturer.page, presenter_view):
        expect(page.locator(".room-gone:visible")).to_have_count(0)
    for page in (follower, projector):
        expect(page.locator(".room-bar")).not_to_contain_text("The server was restarted")
    expect(projector.locator(".board h1")).to_have_text("Clear so far?")
    expect(follower.locator(".ballot h1")).to_have_text("Clear so far?")
    follower.locator("[name=answer]").first.check()
    follower.locator("[data-key=room_send]").click()
    expect(presenter_view.locator(".live .sum")).to_contain_text("1 of 1")
    context.close()


OF_A_MAP = '''
id = "map"
[[screen]]
at = "img=test-0&f=sobel-x&stage=a1"
show = ["z1"]
ask = "How many numbers does the sigmoid make of these?"
kind = "number"
key = "size(a1)"
right = "As many."
otherwise = "Count rows and columns."
'''


def test_a_dark_hall_stays_dark(browser, browser_context_args, lecturer: Screen, server: Server):
    """Also on a page that the lecturer has turned to, and on pages that are loaded while a question is open."""
    lecturer.page.emulate_media(color_scheme="dark")
    lecturer.open("/", img="test-0", stage="z1", f="sobel-x")
    code = open_room(lecturer)
    presenter = json.loads(lecturer.page.evaluate("sessionStorage.getItem('cnnviz.room')"))["driver"]
    context = been_here(browser.new_context(**browser_context_args, color_scheme="dark"))
    phone, projector = context.new_page(), context.new_page()
    for page, path in ((phone, ""), (projector, "/screen")):
        page.goto(f"/room/{code}{path}")
        ready(page, stage="z1")
    lecturer.page.locator("nav").get_by_text("Check", exact=True).click()
    expect(phone.locator("nav [aria-current=page]")).to_have_text("Check")
    ask_server(server, "PUT", f"/room/{code}", {"script": OF_A_MAP, "screen": 1}, presenter)
    dark = "rgb(16, 21, 29)"
    for page in (lecturer.page, projector):
        expect(page.locator(".board h1")).to_be_visible()
        expect(page.locator(".board")).to_have_css("background-color", dark)
    lecturer.press("j")
    for page in (lecturer.page, projector):
        expect(page.locator(".curtain")).to_be_visible()
        expect(page.locator(".curtain")).to_have_css("background-color", dark)
    lecturer.press("j")
    shown = "() => [...document.querySelectorAll('.ballot .plates canvas')].map((canvas) => canvas.toDataURL())"
    plates = phone.locator(".ballot .plates canvas")
    expect(plates.first).to_be_visible()
    before = phone.evaluate(shown)
    phone.reload()
    expect(plates).to_have_count(len(before))
    assert faults(phone, f"(before) => {{ const now = ({shown})(); return now.filter((picture, n) => picture !== before[n]) }}", before) == []
    context.close()


def test_a_presenter_who_closed_the_tab_comes_back_in_this_browser(browser, browser_context_args, follower: Screen):
    context = been_here(browser.new_context(**browser_context_args))  # a browser that has opened no other room
    lecturer = Screen(context.new_page()).open("/", k=1, stage="z1")
    code = open_room(lecturer)
    follower.page.goto(f"/room/{code}")
    ready(follower.page, update=1, stage="z1")
    lecturer.page.close()
    again = Screen(context.new_page())
    again.open("/", k=2, stage="a1")
    assert follower.root.get_attribute("data-update") == "1", "another page of this browser leads nobody by itself"
    again.key("room").click()
    again.key("room_resume").click()
    expect(again.page.locator("dialog.room .code")).to_have_text(code)
    with again.page.expect_popup() as opened:
        again.key("room_cockpit").click()
    expect(opened.value.locator("header .room")).to_have_text(f"room {code}")
    again.page.locator("dialog.room").get_by_role("button", name="Close").click()
    again.press("PageDown")
    ready(follower.page, update=3, stage="a1")
    again.key("room").click()
    again.page.get_by_role("button", name="End the room").click()
    expect(follower.page.locator(".room-bar")).to_contain_text("The room has ended")
    again.key("room").click()
    expect(again.key("room_open")).to_be_visible()
    expect(again.key("room_resume")).to_have_count(0)
    assert again.page.request.get(f"/room/{code}").status == 404
    assert again.thrown == []
    context.close()


def test_who_follows_reads_exact_numbers_of_what_came_as_colours(lecturer: Screen, follower: Screen):
    setup = Setup(net="conv32x3-relu-max4-conv64x3-relu-gap-dense10-softmax-ce", k=1, stage="df2")  # with 18,432 filter weights
    at = (15, 20, 1, 2)  # in a filter and a channel that no stage is about first
    lecturer.open("/", **setup.to_query(), cell=f"df2:{','.join(map(str, at))}")
    code = open_room(lecturer)
    follower.page.goto(f"/room/{code}")
    ready(follower.page, update=1, stage="df2")
    expect(follower.numbers).to_contain_text("[15,20,1,2]")
    exact = run_updates(setup, load_image(setup.img), setup.k).gradients["df2"][at]
    assert follower.value() == pytest.approx(exact, rel=1e-4)
