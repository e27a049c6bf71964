"""A deck in the body of a request. It is used for one response and not stored."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from cnnviz.decks.deck import Deck
from cnnviz.decks.deck_fields import Diagnostic

MOST_SECONDS = 1.0
"""Upper limit of CPU seconds for its diagnostics, since a user waits for the deck."""


@dataclass(frozen=True)
class RequestDeck:
    """A deck from a request: the deck (None if its syntax, a field or an address is invalid), the file's tables, and
    its bytes."""

    deck: Deck | None
    tables: Mapping[str, Any]
    content: bytes

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Diagnostics that must be fixed, in line order. Computing its questions and texts takes at most a second."""
        from cnnviz.decks.deck_checker import check

        return [diagnostic for diagnostic in check(self.content, MOST_SECONDS)[1] if diagnostic.is_fatal and diagnostic.what.id != "lessons.check.too_long"]


_CURRENT: ContextVar[RequestDeck | None] = ContextVar("given", default=None)


def current_request_deck() -> RequestDeck | None:
    """Return the deck of the current request, or None."""
    return _CURRENT.get()


@contextmanager
def use_deck(content: bytes) -> Iterator[RequestDeck]:
    """Use this deck for the current request, in preference to those of the library.

    >>> with use_deck(b'id = "a"\\n[[screen]]\\nat = "/?k=1"\\n') as found:
    ...     found.deck.id, current_request_deck() is found
    ('a', True)
    """
    from cnnviz.decks.deck_checker import check_syntax  # a browser imports it only for users' decks

    deck, reading = check_syntax(content)
    request_deck = RequestDeck(deck, reading.tables, content)
    token = _CURRENT.set(request_deck)
    try:
        yield request_deck
    finally:
        _CURRENT.reset(token)
