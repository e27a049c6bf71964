"""Addresses of the screens of decks."""

from collections.abc import Mapping
from functools import cache

from cnnviz.core.setup.setup import SETUP_KEYS
from cnnviz.decks.deck import Deck
from cnnviz.decks.library import lectures, library
from cnnviz.decks.scope import setup_of
from cnnviz.decks.screen_address import LEARN
from cnnviz.words import Problem


def screen_query(deck: Deck, number: int) -> tuple[str, dict[str, str]]:
    """Return the path of a screen's page and its complete query. Questions are on the page Learn.

    >>> from cnnviz.decks.library import lectures
    >>> page, query = screen_query(lectures()[0], 2)
    >>> page, query["stage"], screen_query(lectures()[0], 3)
    ('', 'z1', ('learn', {'lesson': 'lecture-kernel', 'step': '3'}))
    """
    screen = deck.screens[number - 1]
    return (LEARN, {"lesson": deck.id, "step": str(number)}) if screen.asks else (screen.place.page, setup_of(screen.at).to_query() | screen.place.page_query)


def opening_deck() -> Deck:
    """Return the deck that the opening of a first visit plays (pages/step/opening)."""
    return next(deck for deck in lectures() if deck.id == "story")


@cache
def story_query() -> dict[str, str]:
    """Return the setup that a new visitor's browser requests first, as a complete query.

    >>> story_query()["seed"], "stage" in story_query()
    ('39', False)
    """
    return {key: text for key, text in screen_query(opening_deck(), 1)[1].items() if key != "stage"}


def screen_number(deck: Deck, text: str) -> int | None:
    """Return the number of the screen that an address names, from 1, or None if no such screen exists.

    >>> from cnnviz.decks.library import lectures
    >>> screen_number(lectures()[0], "12"), screen_number(lectures()[0], "13"), screen_number(lectures()[0], "")
    (12, None, 1)
    """
    text = text or "1"
    number = int(text[:4]) if text.isascii() and text.isdigit() else 0
    return number if 1 <= number <= len(deck.screens) else None


def expand_deck_screen(page: str, query: Mapping[str, str]) -> Mapping[str, str]:
    """Add the query of a deck's screen to a query that names one without a setup, if the screen is on this page.

    >>> expand_deck_screen("", {"script": "story", "screen": "4"})["k"]
    '10'
    """
    id = query.get("script", "")
    if not isinstance(id, str) or not id or not SETUP_KEYS.isdisjoint(query) or "lesson" in query:
        return query
    deck = library().find_deck(id)
    number = deck and screen_number(deck, str(query.get("screen", "")))
    if not deck or not number:
        return query
    try:
        screen_page, screen_keys = screen_query(deck, number)
    except Problem:  # its image is not available here
        return query
    return {**query, **screen_keys} if screen_page == page else query
