"""A deck that one walks through: Page Down leads from screen to screen, across pages and questions, and a link opens a screen."""

import re

from playwright.sync_api import expect

from cnnviz.decks.library import lectures
from cnnviz.pages.deck_screens import screen_query
from cnnviz.pages.registry import pages
from tests.e2e.page import Screen

LECTURE = lectures()[0]


def stands(screen: Screen, number: int) -> None:
    """The screen of that number is shown, on its page."""
    page, query = screen_query(LECTURE, number)
    expect(screen.page).to_have_url(re.compile(rf"/{page}\?.*screen={number}(&|$)"))
    expect(screen.page.locator(".deck-place")).to_have_text(f"{number} of 12")
    screen.ready()
    assert query.items() <= screen.address.items()


def test_a_remote_walks_across_pages_and_comes_back_after_a_question(screen: Screen):
    screen.open("/", script=LECTURE.id, screen="2")
    stands(screen, 2)
    expect(screen.page.locator(".deck-bar p")).to_contain_text("at 900 places")
    for key, number in (("PageDown", 3), ("PageDown", 4), ("PageUp", 3), ("PageUp", 2)):
        screen.press(key)
        stands(screen, number)
    screen.page.go_back()
    stands(screen, 3)


def test_a_deck_that_there_is_not_is_said_and_the_lesson_stays(screen: Screen):
    screen.open("/", script="nothere", screen="3", k="2", lr="fast")
    for fault in ("nothere", "fast"):  # neither takes the other's place
        expect(screen.page.locator(".notice")).to_contain_text(fault)
    assert screen.address["k"] == "2"


def test_a_link_opens_its_screen_on_its_page_and_the_ends_are_ends(screen: Screen):
    screen.open("/", script=LECTURE.id, screen="11")
    stands(screen, 11)
    screen.press("PageDown")
    stands(screen, 12)
    expect(screen.key("screen_next")).to_be_disabled()
    screen.press("PageDown")
    stands(screen, 12)
    screen.key("script_leave").click()
    expect(screen.page.locator(".deck-bar")).to_be_hidden()
    expect(screen.page).not_to_have_url(re.compile("script="))
    assert [page.path for page in pages()][1] in screen.page.url
