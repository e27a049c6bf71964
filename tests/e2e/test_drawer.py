"""A deck that is made in the browser: by keys alone, as a file that has no fault, and as a link that another browser walks through."""

import base64
import re
import tomllib
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cnnviz.decks.deck_checker import check
from tests.e2e.page import Screen, faults
from tests.e2e.test_accessibility import violations
from tests.e2e.test_file import WALK

SMALL = """(middle) => [...middle.querySelectorAll("button, select")].filter((one) => one.checkVisibility({ visibilityProperty: true })).filter((one) => {
  const { width, height } = one.getBoundingClientRect()
  return Math.min(width, height) < 24
}).map((one) => one.outerHTML)"""
UNDER_THE_DRAWER = """() => {
  const { left } = document.querySelector(".drawer").getBoundingClientRect()
  const maps = [...document.querySelectorAll(".middle canvas")].map((map) => map.getBoundingClientRect()).filter(({ width }) => width)
  return maps.length ? maps.filter(({ right }) => right > left + 1).map(({ right }) => [right, left]) : ["no map"]
}"""
SAID = ("One channel is 1,024 numbers.", "Nine weights ask: brighter on the right?", "The loss falls.")


@pytest.fixture
def maker(screen: Screen) -> Iterator[Screen]:
    """A page whose browser has no draft, before and afterwards."""
    screen.open("/", img="test-3", stage="x")
    yield screen
    screen.page.evaluate("localStorage.removeItem('cnnviz.draft'), localStorage.removeItem('cnnviz.draft.pictures')")


def linked(toml: str) -> str:
    packer = zlib.compressobj(9, wbits=-15)
    return "#script=" + base64.urlsafe_b64encode(packer.compress(toml.encode()) + packer.flush()).decode().rstrip("=")


def add(screen: Screen, sentence: str, number: int) -> None:
    screen.press("a")
    expect(screen.key("script_say")).to_be_focused()
    screen.page.keyboard.type(sentence)
    screen.press("Enter")
    expect(rows(screen)).to_have_count(number)
    expect(rows(screen).nth(number - 1).locator(".draft-says")).to_have_text(sentence)
    expect(screen.page.locator(".deck-place")).to_have_text(f"{number} of {number}")


def rows(screen: Screen):
    return screen.page.locator("[data-screen]")


def says(screen: Screen, *sentences: str) -> None:
    expect(screen.page.locator(".draft-says")).to_have_text(sentences)


def on(screen: Screen, page: str) -> None:
    """Another page has come, which the address says before."""
    expect(screen.page.locator("nav [aria-current]")).to_have_text(page)
    screen.ready()


def make(screen: Screen) -> None:
    """Three screens on two pages, by keys alone."""
    add(screen, SAID[0], 1)
    screen.press("ArrowRight")
    screen.ready(stage="z1")
    expect(screen.key("script_say")).to_be_hidden()  # the sentence is another screen's
    add(screen, SAID[1], 2)
    screen.press("2")
    on(screen, "Train")
    assert faults(screen.page.locator(".middle"), SMALL) == []
    add(screen, SAID[2], 3)


def file_of(page: Page, key: str) -> bytes:
    with page.expect_download() as download:
        page.locator(f"[data-key={key}]").click()
    return Path(download.value.path()).read_bytes()


def test_a_lecture_is_made_by_keys_alone_and_its_file_has_no_fault(maker: Screen):
    make(maker)
    expect(maker.page.locator(".screens img")).to_have_count(3)
    result = file_of(maker.page, "draft_save")
    script, faults = check(result)
    assert script is not None and faults == [] and len(script.screens) == 3
    assert [screen["say"] for screen in tomllib.loads(result.decode())["screen"]] == [*SAID]
    maker.press("PageUp")
    maker.ready(stage="z1")
    expect(maker.page.locator(".deck-place")).to_have_text("2 of 3")
    expect(maker.key("script_say")).to_have_value(SAID[1])
    assert violations(maker) == []
    maker.key("draft_present").click()
    expect(maker.page.locator(".deck-bar p")).to_have_text(SAID[1])
    expect(maker.key("script_say")).to_be_hidden()  # an audience reads it, and writes nothing
    maker.press("l")
    expect(maker.key("script_say")).to_be_visible()
    with maker.page.expect_response(lambda answer: answer.url.endswith("/room") and answer.request.method == "POST") as opened:
        maker.key("room").click()
        maker.key("room_open").click()
    maker.close_dialog()
    expect(maker.page.locator(".deck-bar")).to_have_attribute("data-room", "1")
    expect(maker.key("script_say")).to_be_hidden()  # the audience's sentence, and no field of the draft's over it
    expect(maker.page.locator(".deck-bar p")).to_be_visible()
    maker.press("PageUp")
    expect(maker.page.locator(".deck-bar p")).to_have_text(SAID[0])
    room = opened.value.json()
    assert maker.page.request.delete(f"/room/{room['code']}", headers={"Authorization": f"Bearer {room['driver']}"}).status == 204


def test_screens_are_put_in_order_and_taken_out_and_all_of_it_can_be_taken_back(maker: Screen):
    make(maker)
    first, second, third = SAID
    rows(maker).nth(2).focus()
    maker.press("Alt+ArrowUp")
    expect(rows(maker).nth(1).locator(".draft-says")).to_have_text(third)
    expect(rows(maker).nth(1)).to_be_focused()
    maker.press("Delete")
    expect(rows(maker)).to_have_count(2)
    says(maker, first, second)
    on(maker, "Step")
    maker.press("Control+z", "Control+z")
    expect(rows(maker)).to_have_count(3)
    says(maker, first, second, third)
    grip = maker.page.locator(".grip").nth(0)
    grip.hover(position={"x": 8, "y": 20})
    maker.page.mouse.down()
    last = rows(maker).nth(2).bounding_box()
    maker.page.mouse.move(last["x"] + 8, last["y"] + 40, steps=4)
    maker.page.mouse.up()
    expect(rows(maker).nth(2).locator(".draft-says")).to_have_text(first)
    maker.page.reload()
    maker.ready()
    says(maker, second, third, first)


def test_a_link_holds_it_whole_and_a_question_comes_back_to_the_lecture(screen: Screen):
    screen.page.goto("/" + linked(WALK))
    expect(screen.page).to_have_url(re.compile(r"screen=1(&|$)"))
    screen.ready(stage="z1")
    assert "#" not in screen.page.url
    expect(screen.page.locator(".deck-bar p")).to_have_text(re.compile(r"The largest sum is 1\.\d+\."))
    expect(screen.page.locator(".explain .said")).to_be_hidden()
    screen.press("l", "PageDown")
    expect(screen.page.locator(".question h2")).to_have_text("Which output is larger?")
    screen.press("a")
    screen.page.locator(".question .primary").click()
    screen.page.locator("[data-key=learn_continue]").click()
    expect(screen.page).to_have_url(re.compile(r"/train\?.*screen=3(&|$)"))
    screen.ready()
    expect(screen.page.locator(".deck-bar p")).to_have_text("And now it learns.")
    screen.page.reload()
    screen.ready()
    expect(screen.page.locator(".deck-place")).to_have_text("3 of 3")


def test_a_link_to_a_screen_opens_it_and_what_holds_no_deck_is_said(screen: Screen):
    screen.page.goto("/?screen=3" + linked(WALK))
    expect(screen.page).to_have_url(re.compile(r"/train\?.*screen=3(&|$)"))
    screen.ready()
    for bad, message in ((linked(WALK.replace("key", "keys")), "Line"), ("#script=none", "readable script"), (linked("#" * 200_001), "readable script")):
        screen.page.evaluate("hash => { location.hash = hash }", bad)
        expect(screen.page.locator(".notice")).to_contain_text(message)
        expect(screen.page.locator(".deck-place")).to_have_text("3 of 3")


def test_a_question_is_written_on_the_spot_and_a_file_is_opened(maker: Screen, tmp_path):
    make(maker)
    rows(maker).nth(1).click()
    on(maker, "Step")
    maker.key("draft_question").click()
    form = maker.page.locator(".draft-asking")
    expect(form.locator("[name=ask]")).to_be_focused()
    form.locator("[name=ask]").fill("Where is it brightest?")
    for n, label in enumerate(("left", "right")):
        form.locator("[name=answer]").nth(n).fill(label)
    form.locator("[name=right]").nth(1).check()
    maker.key("draft_asked").click()
    expect(form.get_by_role("alert")).to_contain_text("contains the answer, right")  # the screen's sentence has the word
    on(maker, "Step")  # the fault is reported where it was typed
    form.locator("[name=answer]").nth(1).fill("below")
    maker.key("draft_asked").click()
    expect(maker.page.locator(".question h2")).to_have_text("Where is it brightest?")
    maker.press("a")  # adds a screen, and answers nothing
    expect(rows(maker)).to_have_count(4)
    expect(maker.page.locator(".question .chosen, .question [aria-checked=true], .question :checked")).to_have_count(0)
    maker.key("draft_undo").click()
    expect(rows(maker)).to_have_count(3)
    rows(maker).nth(1).click()
    expect(maker.page.locator(".question h2")).to_have_text("Where is it brightest?")
    kinds = {"number": ("max(z1)", "input[name=number]"), "click": ("z1 == max(z1)", ".middle canvas[data-map=z1]"), "pictures": ("", ".middle :text('turned(f)')")}
    for kind, (key, shown) in kinds.items():
        maker.key("draft_question").click()
        maker.key("draft_kind").select_option(kind)
        expect(form.locator("[name=ask]")).to_have_value("Where is it brightest?")
        for n, one in enumerate([key] if key else ["f", "turned(f)"]):
            form.locator(f"[name={'key' if key else 'answer'}]").nth(n).fill(one)
        maker.key("draft_asked").click()
        expect(maker.page.locator(shown).first).to_be_visible()
        if kind == "click":
            assert faults(maker.page, UNDER_THE_DRAWER) == []
        result = file_of(maker.page, "draft_save")
        script, wrong = check(result)
        assert script is not None and wrong == [] and script.screens[1].kind == ("choose" if kind == "pictures" else kind)
    file = tmp_path / "own.toml"
    titled = WALK.replace("\n", '\ntitle = "Own"\n', 1)
    nameless = WALK + WALK[WALK.rindex("[[screen]]") :]
    unknown = nameless.replace("max(z1)", "max(q1)", 1)
    more = ((nameless, "", "walk", 4), (unknown, "no array q1", "walk", 4), (titled + "# é\n", "UTF-8", "walk", 4))
    files = ((titled, "", "Own", 3), (titled + "x = 1\n", "Line", "Own", 3), *more)
    for content, told, title, count in (*files, files[0]):
        file.write_bytes(content.encode("latin-1"))
        with maker.page.expect_file_chooser() as chooser:
            maker.key("draft_open").click()
        chooser.value.set_files(file)
        expect(maker.page.locator(".drawer-note")).to_contain_text(told)
        expect(maker.key("draft_title")).to_have_value(title)
        expect(rows(maker)).to_have_count(count)
    expect(maker.page.locator(".drawer-note")).to_be_empty()  # of a file that was mended
    maker.key("draft_close").click()
    drop = maker.page.evaluate_handle("(toml) => { const all = new DataTransfer(); all.items.add(new File([toml], 'own.toml')); return all }", titled)
    for event in ("dragover", "drop"):
        maker.page.dispatch_event(".cnnviz .middle", event, {"dataTransfer": drop, "bubbles": True, "cancelable": True})
    expect(rows(maker)).to_have_count(3)
    expect(maker.key("draft_title")).to_have_value("Own")


def test_a_room_is_given_the_deck_of_this_tab(screen: Screen):
    screen.page.goto("/" + linked(WALK))
    screen.ready(stage="z1")
    with screen.page.expect_response(lambda answer: answer.url.endswith("/room") and answer.request.method == "POST") as opened:
        screen.key("room").click()
        screen.key("room_open").click()
    assert opened.value.status == 201
    sent = opened.value.request.post_data_json
    assert (sent["script"], sent["screen"]) == (WALK, 1)
    room = opened.value.json()
    assert screen.page.request.delete(f"/room/{room['code']}", headers={"Authorization": f"Bearer {room['driver']}"}).status == 204


@pytest.mark.parametrize("size", [(1280, 720), (1024, 768)])
def test_the_lecture_view_shows_each_screen_with_its_sentence(screen: Screen, size):
    screen.page.set_viewport_size({"width": size[0], "height": size[1]})
    screen.open("/", script="lecture-kernel", screen="2", view="lecture")
    bar = screen.page.locator(".deck-bar p")
    expect(bar).to_contain_text("at 900 places")
    expect(bar).to_be_in_viewport()
    for canvas in screen.page.locator(".drawn canvas:visible").all():
        expect(canvas).to_be_in_viewport()
    screen.press("PageDown")
    expect(screen.page.locator(".question h2")).to_be_in_viewport()
    screen.press("PageDown")
    expect(screen.page.locator(".deck-place")).to_have_text("4 of 12")
    expect(bar).to_be_in_viewport()
