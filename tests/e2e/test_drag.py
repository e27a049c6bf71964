"""A number is dragged: everything follows, the card says what was promised and what came, and one entry of the history has it."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Locator, expect

from cnnviz import Setup, curve, load_image, run_updates
from cnnviz.words import say
from tests.e2e.page import Screen, been_here, read

SEEN = Setup(seed=39, k=2, stage="z2", cell="z2:0")
X = load_image("test-0")


def card(screen: Screen) -> Locator:
    return screen.page.locator(".drag-card")


def hold(screen: Screen) -> tuple[float, float]:
    """Presses the button on the first bias, in the strip."""
    box = screen.canvas("b").bounding_box()
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 4
    screen.page.mouse.move(*at)
    screen.page.mouse.down()
    return at


def test_everything_follows_and_the_card_keeps_what_was_promised_beside_what_came(screen: Screen):
    screen.open("/", **SEEN.to_query())
    before = screen.address
    along = curve(SEEN, X, "b:0")
    x, y = hold(screen)
    screen.page.mouse.move(x, y - 40, steps=8)
    value = round(along.at + 40 * along.span / 100, 6)
    expect(screen.root).to_have_attribute("data-dragged", re.compile(r"^[\d.]+$"))
    expect(card(screen).locator("h2")).to_have_text("The loss along b[0]")
    expect(screen.page.locator(".explain .title")).to_have_text("b[0] changes, and everything after it")
    expect(screen.numbers).to_have_text(re.compile(r"^.+: \S+ → \S+$"))  # a cell, before and now
    screen.page.wait_for_function("(most) => Math.abs(Number(document.querySelector('.cnnviz').dataset.dragged) - most) < 0.01", arg=value)
    shown = float(screen.root.get_attribute("data-dragged"))
    moved = replace(SEEN, set=f"b:0:{shown}~2")
    promised, really = (read(text) for text in card(screen).locator("dl").first.locator("dd").all_inner_texts())
    change = run_updates(moved, X, 2).losses[-1] - along.loss[32]
    assert promised == pytest.approx(along.gradient * (shown - along.at), rel=0.01) and really == pytest.approx(change, rel=0.01)
    assert screen.address == before, "nothing is in the address before it is let go"
    screen.page.mouse.up()
    expect(screen.page).to_have_url(re.compile("set=b:0:"))
    screen.shows(replace(moved, cell=screen.setup.cell))
    expect(card(screen)).to_be_hidden()
    screen.page.go_back()
    screen.shows(SEEN)
    assert "set" not in screen.address, "one entry of the history"


def test_a_line_says_that_numbers_can_be_dragged_until_one_was(browser: Browser, browser_context_args: dict):
    context = been_here(browser.new_context(**browser_context_args))
    screen = Screen(context.new_page())
    screen.open("/", **replace(SEEN, stage="z1", cell="").to_query())
    line, words = screen.page.locator(".explain .said"), say("web.drag.once")
    expect(line).to_contain_text(words)
    x, y = hold(screen)
    screen.page.mouse.move(x, y - 40, steps=8)
    screen.page.mouse.up()
    expect(screen.page).to_have_url(re.compile("set=b:0:"))
    expect(line).not_to_contain_text(words)
    screen.page.reload()
    screen.ready()
    expect(line).not_to_contain_text(words)
    context.close()
    assert screen.thrown == []


def test_a_target_is_dragged_in_the_strip_before_there_are_updates(screen: Screen):
    setup = replace(SEEN, k=0)
    screen.open("/", **setup.to_query())
    box = screen.canvas("y").bounding_box()
    at = box["x"] + box["width"] / 2, box["y"] + 0.75 * box["height"]
    screen.page.mouse.move(*at)
    screen.page.mouse.down()
    screen.page.mouse.move(at[0], at[1] - 30, steps=6)
    expect(screen.root).to_have_attribute("data-dragged", re.compile(r"^[\d.]+$"))
    expect(card(screen).locator("h2")).to_have_text("The loss along y[1]")
    screen.page.wait_for_function("Math.abs(Number(document.querySelector('.cnnviz').dataset.dragged) - 0.3) < 0.01")
    screen.page.mouse.up()
    expect(screen.page).to_have_url(re.compile("y=1.*0.3"))
    screen.shows(replace(setup, y=(1.0, 0.3), cell=screen.setup.cell))


def test_the_rate_is_dragged_in_its_field(screen: Screen):
    setup = Setup(stage="update")
    screen.open("/", **setup.to_query())
    along = curve(setup, X, "lr")
    with screen.reaching("learning_rate") as field:
        box = field.bounding_box()
        screen.page.mouse.move(box["x"] + 10, box["y"] + 10)
        screen.page.mouse.down()
        screen.page.mouse.move(box["x"] + 10, box["y"] + 2, steps=4)
        expect(screen.root).to_have_attribute("data-dragged", str(along.theta[40]))
        _, really = (read(text) for text in card(screen).locator("dl").first.locator("dd").all_inner_texts())
        assert really == pytest.approx(along.loss[40] - along.loss[32], rel=0.01)
        screen.page.mouse.up()
    expect(screen.page).to_have_url(re.compile(f"lr={along.theta[40]}"))


def test_the_rate_is_moved_by_keys_in_its_field(screen: Screen):
    setup = Setup(stage="update")
    screen.open("/", **setup.to_query())
    along = curve(setup, X, "lr")
    with screen.reaching("learning_rate") as field:
        field.focus()
        screen.page.keyboard.press("Shift+ArrowUp")
        expect(card(screen)).to_be_visible()
        screen.page.keyboard.press("Escape")
        expect(card(screen)).to_be_hidden()
        expect(field).to_be_visible()  # the sheet stays
        screen.page.keyboard.press("Shift+ArrowUp")
        screen.page.keyboard.press("ArrowUp")
        expect(screen.root).to_have_attribute("data-dragged", re.compile(r"^[\d.]+$"))
        screen.page.keyboard.press("Enter")
    expect(screen.page).to_have_url(re.compile(r"lr=0\.01\d"))
    assert float(screen.setup.lr) > along.at


def test_escape_puts_it_back(screen: Screen):
    screen.open("/", **SEEN.to_query())
    x, y = hold(screen)
    screen.page.mouse.move(x, y - 30, steps=4)
    expect(card(screen)).to_be_visible()
    expect(screen.root).to_have_attribute("data-dragged", re.compile("."))
    screen.page.keyboard.press("Escape")
    expect(card(screen)).to_be_hidden()
    screen.page.mouse.up()
    screen.shows(SEEN)


def test_a_click_is_a_click(screen: Screen):
    screen.open("/", **SEEN.to_query())
    x, y = hold(screen)
    screen.page.mouse.move(x + 1, y + 1)
    screen.page.mouse.up()
    expect(card(screen)).to_be_hidden()
    screen.ready(stage="z2")  # the stage that reads it first


def test_by_keyboard_arrows_shift_and_enter(screen: Screen):
    screen.open("/", **SEEN.to_query())
    screen.canvas("x").focus()
    screen.page.keyboard.press("Shift+ArrowDown")
    expect(card(screen)).to_be_visible()
    screen.page.keyboard.press("ArrowDown")
    expect(screen.root).to_have_attribute("data-dragged", re.compile("."))
    screen.page.keyboard.press("Enter")
    expect(screen.page).to_have_url(re.compile("set=x:"))
    (one,) = screen.setup.set
    assert one.update == 2 and one.value == pytest.approx(X[one.at] - 0.011, abs=1e-3)
    screen.agrees()


def test_one_value_is_asked_for_at_a_time(screen: Screen):
    screen.open("/", **SEEN.to_query())
    under_way, most = [], [0]
    screen.page.on("request", lambda request: "set=b" in request.url and (under_way.append(request.url), most.append(len(under_way))))
    screen.page.on("requestfinished", lambda request: request.url in under_way and under_way.remove(request.url))
    x, y = hold(screen)
    for up in range(1, 40):
        screen.page.mouse.move(x, y - up)
    expect(screen.root).to_have_attribute("data-dragged", re.compile("."))
    screen.page.keyboard.press("Escape")
    screen.page.mouse.up()
    assert max(most) == 1, "one after the other"


def test_the_card_stands_beside_the_number_that_keys_have_taken_hold_of(screen: Screen):
    screen.open("/", stage="z1")  # the image stands large at the left
    screen.canvas("x").focus()
    screen.page.keyboard.press("Shift+ArrowUp")
    expect(card(screen)).to_be_visible()
    number, box = screen.canvas("x").bounding_box(), card(screen).bounding_box()
    assert number["width"] > 100 and number["x"] + number["width"] <= box["x"]
