"""A deck that is given in a room: from its text to its screens, and what an audience is told of the one where it is."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from cnnviz.core.runtime.isolation import isolated
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.decks.deck import ROOM_KINDS, Deck, Screen
from cnnviz.decks.deck_checker import check
from cnnviz.decks.deck_file import MOST_BYTES
from cnnviz.decks.expression_limits import Allowance
from cnnviz.decks.library import library
from cnnviz.decks.question import filled
from cnnviz.decks.scope import scope_of, setup_of
from cnnviz.pages.deck_screens import address_of
from cnnviz.wire.rooms import RoomScreen
from cnnviz.words import LocalizedText, Problem

MOST_DECK = MOST_BYTES
"""Bytes of a deck's text."""
CHECK_SECONDS = 5.0
"""Of a processor's time, that looking through a deck may take."""
MOST_SAID, MOST_LANGUAGES = 2_000, 8
"""Characters of a sentence, and languages of it, that go to everybody."""


def is_text(deck: str) -> bool:
    """Tells whether that is a deck's own text: else it is the id of one that comes along.

    >>> is_text("lecture-kernel"), is_text('id = "a"')
    (False, True)
    """
    return "=" in deck or "\n" in deck


def deck_of(deck: str) -> Deck:
    """The deck of a text or of an id. Raises Problem: the text's first fault, with its line, or that there is none of that id."""
    if not is_text(deck):
        found = library().find_deck(deck)
        if found is None:
            raise Problem("ui.learn.no_script", id=deck[:40])
        return found
    digest = hashlib.sha256(deck.encode("utf-8", "replace")).digest()
    return _KNOWN.get_or_make(digest, lambda: isolated(_checked, deck, seconds=CHECK_SECONDS + 1.0))  # its own limit comes first


def _checked(text: str) -> Deck:
    found, diagnostics = check(text.encode("utf-8", "replace"), CHECK_SECONDS)
    if found is None:
        first = next(diagnostic for diagnostic in diagnostics if diagnostic.breaks)
        raise Problem("ui.rooms.script", line=first.line, what=first.what)
    return found


_KNOWN: LruCache[bytes, Deck] = LruCache(16_000_000, held_bytes)


def screen_of(deck: Deck, number: object) -> Screen:
    """A screen by its number, from 1; Problem where there is none."""
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= len(deck.screens):
        raise Problem("ui.rooms.no_screen", number=str(number)[:10], most=len(deck.screens))
    return deck.screens[number - 1]


def is_asked(screen: Screen) -> bool:
    """Tells whether an audience is asked the screen's question."""
    return screen.asks and screen.kind in ROOM_KINDS


def query_of_screen(deck: Deck, number: int, own: bool) -> str:
    """The address of a screen as it travels: a question's is its lesson on Step where Learn does not know the deck, which is somebody's `own`."""
    page, query = address_of(deck, number)
    screen = deck.screens[number - 1]
    if screen.asks and own:
        page, query = "", setup_of(screen.at).to_query()
    return urlencode({**({"page": page} if page else {}), **query}, safe=",:;")


def told(deck: Deck, number: int, digest: str) -> str:
    """The public state of a screen, as JSON on a line: which it is, and its sentence; a question says its own words."""
    screen = deck.screens[number - 1]
    said = LocalizedText({}) if is_asked(screen) else screen.text
    if any("{" in part for part in said.by_language.values()):
        said = filled(said, scope_of(setup_of(screen.at)), Allowance())
    texts = {lang: text[:MOST_SAID] for lang, text in [*said.by_language.items()][:MOST_LANGUAGES]}
    return json.dumps(RoomScreen(number=number, count=len(deck.screens), say=texts, script=digest))


def number_in(screen: str) -> int:
    """The number of the screen that `told` told of; 0 for none."""
    found: Mapping[str, Any] = json.loads(screen) if screen else {}
    number = found.get("number", 0)
    return number if type(number) is int else 0
