"""A deck that comes with a question, as a file's text, and is in no library: it counts for one answer, and nothing of it is kept."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from cnnviz.decks.deck import Deck
from cnnviz.decks.deck_checker import check, look
from cnnviz.decks.deck_fields import Diagnostic

MOST_SECONDS = 1.0
"""Of a processor's time, that its diagnostics may take: somebody waits for the deck."""


@dataclass(frozen=True)
class RequestDeck:
    """The deck, None where its form or an address leaves none; the file's tables as they stand, and its bytes."""

    deck: Deck | None
    tables: Mapping[str, Any]
    content: bytes

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Diagnostics that stop it or are to be mended, in the order of lines; its questions and sentences are computed for a second at most."""
        return [diagnostic for diagnostic in check(self.content, MOST_SECONDS)[1] if diagnostic.breaks and diagnostic.what.id != "lessons.check.too_long"]


_GIVEN: ContextVar[RequestDeck | None] = ContextVar("given", default=None)


def given() -> RequestDeck | None:
    """The deck that came with the question that is being answered, None where none did."""
    return _GIVEN.get()


@contextmanager
def giving(content: bytes) -> Iterator[RequestDeck]:
    """Within it this deck stands before those of the library.

    >>> with giving(b'id = "a"\\n[[screen]]\\nat = "/?k=1"\\n') as found:
    ...     found.deck.id, given() is found
    ('a', True)
    """
    deck, reading = look(content)
    found = RequestDeck(deck, reading.tables, content)
    token = _GIVEN.set(found)
    try:
        yield found
    finally:
        _GIVEN.reset(token)
