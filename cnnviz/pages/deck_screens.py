"""The screens of decks as addresses of pages."""

from collections.abc import Mapping

from cnnviz.core.setup.setup import SETUP_KEYS
from cnnviz.decks.deck import Deck
from cnnviz.decks.library import library
from cnnviz.decks.scope import setup_of
from cnnviz.decks.screen_address import LEARN
from cnnviz.words import Problem


def address_of(deck: Deck, number: int) -> tuple[str, dict[str, str]]:
    """The page of a deck's screen, by its path, and the whole query there; a question is one of Learn's.

    >>> from cnnviz.decks.library import lectures
    >>> page, query = address_of(lectures()[0], 2)
    >>> page, query["stage"], address_of(lectures()[0], 3)
    ('', 'z1', ('learn', {'lesson': 'lecture-kernel', 'step': '3'}))
    """
    screen = deck.screens[number - 1]
    return (LEARN, {"lesson": deck.id, "step": str(number)}) if screen.asks else (screen.place.page, setup_of(screen.at).to_query() | screen.place.own)


def place_in(deck: Deck, text: str) -> int | None:
    """The number of the screen that an address names, from 1; None where there is none of it.

    >>> from cnnviz.decks.library import lectures
    >>> place_in(lectures()[0], "12"), place_in(lectures()[0], "13"), place_in(lectures()[0], "")
    (12, None, 1)
    """
    text = text or "1"
    found = int(text[:4]) if text.isascii() and text.isdigit() else 0
    return found if 1 <= found <= len(deck.screens) else None


def opened(page: str, query: Mapping[str, str]) -> Mapping[str, str]:
    """A query without a setup that names a deck's screen, with what that shows, where it is on this page; else the query as it is.

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
    except Problem:  # its image is not here
        return query
    return {**query, **shown} if there == page else query
