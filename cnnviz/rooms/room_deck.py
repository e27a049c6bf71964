"""A room's deck: parse its text, and describe its current screen to the audience."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from cnnviz.core.runtime.isolation import run_isolated
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.decks.deck import ROOM_KINDS, Deck, Screen
from cnnviz.decks.deck_checker import check
from cnnviz.decks.deck_file import MOST_BYTES
from cnnviz.decks.expression_limits import Allowance
from cnnviz.decks.library import library
from cnnviz.decks.question import fill
from cnnviz.decks.scope import scope_of, setup_of
from cnnviz.pages.deck_screens import screen_query
from cnnviz.wire.rooms import RoomScreen
from cnnviz.words import LocalizedText, Problem

MOST_DECK = MOST_BYTES
"""Size limit of a deck's text in bytes."""
CHECK_SECONDS = 5.0
"""CPU time limit for checking a deck, in seconds."""
MOST_SAID, MOST_LANGUAGES = 2_000, 8
"""Limits of a sentence for the audience: characters, and languages."""


def is_text(deck: str) -> bool:
    """Return whether this is the text of a deck, and not the id of an included one.

    >>> is_text("lecture-kernel"), is_text('id = "a"')
    (False, True)
    """
    return "=" in deck or "\n" in deck


def deck_of(deck: str) -> Deck:
    """Return the deck of a text or an id. Raise Problem with the text's first error and its line, or if the id does
    not exist."""
    if not is_text(deck):
        deck_found = library().find_deck(deck)
        if deck_found is None:
            raise Problem("ui.learn.no_script", id=deck[:40])
        return deck_found
    digest = hashlib.sha256(deck.encode("utf-8", "replace")).digest()
    # the checker's limit applies first
    return _KNOWN.get_or_make(digest, lambda: run_isolated(_check_deck, deck, CHECK_SECONDS, seconds=CHECK_SECONDS + 1.0))


def _check_deck(text: str, seconds: float) -> Deck:
    deck, diagnostics = check(text.encode("utf-8", "replace"), seconds)
    if deck is None:
        error = next(diagnostic for diagnostic in diagnostics if diagnostic.is_fatal)
        raise Problem("ui.rooms.script", line=error.line, what=error.what)
    return deck


_KNOWN: LruCache[bytes, Deck] = LruCache(16_000_000, held_bytes)


def screen_of(deck: Deck, number: object) -> Screen:
    """Return a screen by its number, from 1. Raise Problem if it does not exist."""
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= len(deck.screens):
        raise Problem("ui.rooms.no_screen", number=str(number)[:10], most=len(deck.screens))
    return deck.screens[number - 1]


def is_asked(screen: Screen) -> bool:
    """Return whether an audience can answer the screen's question."""
    return screen.asks and screen.kind in ROOM_KINDS


def query_of_screen(deck: Deck, number: int, is_uploaded: bool) -> str:
    """Return the address of a screen for followers. For a question of an uploaded deck (`is_uploaded`), which Learn does not
    know, it is its setup on Step."""
    page, query = screen_query(deck, number)
    screen = deck.screens[number - 1]
    if screen.asks and is_uploaded:
        page, query = "", setup_of(screen.at).to_query()
    return urlencode({**({"page": page} if page else {}), **query}, safe=",:;")


def screen_state(deck: Deck, number: int, digest: str) -> str:
    """Return the public state of a screen as one line of JSON: its number and its sentence, which a question lacks."""
    screen = deck.screens[number - 1]
    sentence = LocalizedText({}) if is_asked(screen) else screen.text
    if any("{" in part for part in sentence.by_language.values()):
        sentence = fill(sentence, scope_of(setup_of(screen.at)), Allowance())
    texts = {lang: text[:MOST_SAID] for lang, text in [*sentence.by_language.items()][:MOST_LANGUAGES]}
    return json.dumps(RoomScreen(number=number, count=len(deck.screens), say=texts, script=digest))


def number_in(screen: str) -> int:
    """Return the number of the screen in the JSON of `screen_state`, or 0 for none."""
    state: Mapping[str, Any] = json.loads(screen) if screen else {}
    number = state.get("number", 0)
    return number if type(number) is int else 0
