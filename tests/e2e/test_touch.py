"""A finger drags any number: it holds one until it is taken, and what is too small for it becomes large at a tap."""

import re

import pytest
from playwright.sync_api import expect

from cnnviz import Setup
from tests.e2e.page import Screen

SEEN = Setup(seed=39, stage="z2")
SCREENS = {
    (390, 844): ((0.5, 0.17), (0.5, 0.8)),  # where a weight lies in the picture of z2, and where one does in its own
    (820, 1180): ((0.35, 0.12), (0.7, 0.17)),
    (1024, 768): ((0.35, 0.3), (0.7, 0.3)),
}


WITHIN = """(card) => {
  const box = card.getBoundingClientRect()
  const beyond = ({ left, right, top, bottom }) => left < box.left || right > box.right || top < box.top || bottom > box.bottom
  const parts = [card, ...card.children].filter((part) => part.checkVisibility() && !part.matches(".spoken"))
  const out = box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight ? ["the screen"] : []
  return [...out, ...parts.filter((part) => beyond(part.getBoundingClientRect())).map((part) => part.textContent)]
}"""
"""What reaches beyond a card, or beyond the screen."""


def at(screen: Screen, share: tuple[float, float]) -> tuple[float, float]:
    """A place in the picture."""
    box = screen.page.locator(".drawn .scene").bounding_box()
    return box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"]


def drag(screen: Screen, place: tuple[float, float], up: int = 40) -> None:
    """Holds what lies at a place until it is taken, and takes it upwards."""
    session = screen.page.context.new_cdp_session(screen.page)
    x, y = place

    def touch(kind: str, *points: tuple[float, float]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", (x, y))
    expect(screen.root).to_have_class(re.compile(r"\bdragging\b"))
    for part in range(1, 6):
        touch("touchMove", (x, y - up * part / 5))
    expect(screen.root).to_have_attribute("data-dragged", re.compile("."))
    touch("touchEnd")


@pytest.mark.parametrize(("size", "places"), SCREENS.items())
def test_one_of_many_weights_is_read_at_a_tap_and_dragged(finger: Screen, size: tuple[int, int], places: tuple):
    tapped, held = places
    finger.page.set_viewport_size({"width": size[0], "height": size[1]})
    finger.open("/", **SEEN.to_query())
    expect(finger.page.locator(".holds")).to_contain_text("Tap w")
    finger.page.touchscreen.tap(*at(finger, tapped))
    expect(finger.page).to_have_url(re.compile(r"cell=w:\d+,\d+,0"))
    expect(finger.page.locator(".holds")).to_contain_text("Hold a number of w")
    finger.painted()
    drag(finger, at(finger, held))
    expect(finger.page).to_have_url(re.compile(r"set=w:\d+,0:"))
    finger.agrees()


def test_a_bias_is_dragged_beside_its_sum_and_in_its_own_picture(finger: Screen):
    finger.page.set_viewport_size({"width": 390, "height": 844})
    finger.open("/", **SEEN.to_query())
    drag(finger, at(finger, (0.44, 0.55)))
    expect(finger.page).to_have_url(re.compile("set=b:0:"))
    finger.open("/", **SEEN.to_query() | {"cell": "b:1"})
    drag(finger, at(finger, (0.2, 0.5)))
    expect(finger.page).to_have_url(re.compile("set=b:1:"))
    finger.agrees()


def test_the_rate_is_dragged_and_the_card_says_what_it_is(finger: Screen):
    finger.page.set_viewport_size({"width": 390, "height": 844})
    finger.open("/", **Setup(stage="update").to_query())
    with finger.reaching("learning_rate") as field:
        box = field.bounding_box()
        place = box["x"] + 20, box["y"] + 20
        session = finger.page.context.new_cdp_session(finger.page)
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": place[0], "y": place[1]}]})
        expect(finger.root).to_have_class(re.compile(r"\bdragging\b"))
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": place[0], "y": place[1] - 16}]})
        expect(finger.page.locator(".drag-card .loss").get_by_text(re.compile(r"^0\.01000 → 0\.01500$"))).to_be_visible()
        expect(finger.page.locator(".said")).to_contain_text("a second finger")
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(finger.page).to_have_url(re.compile("lr=0.015"))


def test_on_a_phone_the_card_never_lies_over_the_number_that_is_held(finger: Screen):
    finger.page.set_viewport_size({"width": 390, "height": 844})
    finger.open("/", **Setup(seed=39, stage="z1", cell="z1:13,18").to_query())
    session = finger.page.context.new_cdp_session(finger.page)
    box = finger.page.locator('.scene [data-id="f6"]').bounding_box()  # a weight in the lower half
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    expect(finger.page.locator(".drag-card")).to_be_visible()
    box = finger.page.locator(".drag-card").bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] < y
    above = "(card) => getComputedStyle(card).zIndex > getComputedStyle(document.querySelector('.status')).zIndex"
    assert finger.page.locator(".drag-card").evaluate(above), "the update's number stands on it"
    finger.page.set_viewport_size({"width": 820, "height": 1180})  # what it says is whole, on a tablet too
    assert finger.page.locator(".drag-card").evaluate(WITHIN) == []
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_the_page_keeps_its_size_while_two_fingers_open_a_map(finger: Screen):
    finger.page.set_viewport_size({"width": 390, "height": 844})
    finger.open("/", **SEEN.to_query() | {"stage": "z1"})
    session = finger.page.context.new_cdp_session(finger.page)
    x, y = at(finger, (0.74, 0.24))
    for part in range(8):
        points = [{"x": x + side * (15 + 8 * part), "y": y, "id": side + 1} for side in (-1, 1)]
        session.send("Input.dispatchTouchEvent", {"type": "touchMove" if part else "touchStart", "touchPoints": points})
    expect(finger.page.locator("dialog[open]")).to_be_visible()
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert finger.page.evaluate("visualViewport.scale") == 1
