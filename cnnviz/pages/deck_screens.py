"""Addresses of the screens of decks."""

from collections.abc import Mapping

from cnnviz.core.setup.setup import SETUP_KEYS
from cnnviz.decks.deck import Deck
from cnnviz.decks.library import library
from cnnviz.decks.scope import setup_of
from cnnviz.decks.screen_address import LEARN
from cnnviz.words import Problem


def address_of(deck: Deck, number: int) -> tuple[str, dict[str, str]]:
    """Return the path of a screen's page and its complete query. Questions are on the page Learn.

    >>> from cnnviz.decks.library import lectures
    >>> page, query = address_of(lectures()[0], 2)
    >>> page, query["stage"], address_of(lectures()[0], 3)
    ('', 'z1', ('learn', {'lesson': 'lecture-kernel', 'step': '3'}))
    """
    screen = deck.screens[number - 1]
    return (LEARN, {"lesson": deck.id, "step": str(number)}) if screen.asks else (screen.place.page, setup_of(screen.at).to_query() | screen.place.own)


def place_in(deck: Deck, text: str) -> int | None:
    """Return the number of the screen that an address names, from 1, or None if there is no such screen.

    >>> from cnnviz.decks.library import lectures
    >>> place_in(lectures()[0], "12"), place_in(lectures()[0], "13"), place_in(lectures()[0], "")
    (12, None, 1)
    """
    text = text or "1"
    found = int(text[:4]) if text.isascii() and text.isdigit() else 0
    return found if 1 <= found <= len(deck.screens) else None


def opened(page: str, query: Mapping[str, str]) -> Mapping[str, str]:
    """Add the query of a deck's screen to a query that names one without a setup, if the screen is on this page.

    >>> opened("", {"script": "story", "screen": "6"})["k"]
    '10'
    """
    id = query.get("script", "")
    if not isinstance(id, str) or not id or not SETUP_KEYS.isdisjoint(query) or "lesson" in query:
        return query
    deck = library().find_deck(id)
    number = deck and place_in(deck, str(query.get("screen", "")))
    if not deck or not number:
        return query
    try:
        there, shown = address_of(deck, number)
    except Problem:  # its image is not available here
        return query
    return {**query, **shown} if there == page else query
