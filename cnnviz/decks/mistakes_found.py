"""The mistakes that a question finds out: those with which its key, computed from a backward pass that makes them, is another one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.core.mistakes import MISTAKES, PlacedMistake
from cnnviz.decks.deck import Deck, Screen
from cnnviz.decks.mistaken_snapshot import mistaken, places_in
from cnnviz.decks.question import key_of, same, tolerance_of
from cnnviz.decks.scope import Scope, scope_of, setup_of
from cnnviz.words import Problem


@dataclass(frozen=True)
class Matrix:
    """Questions as rows, "kernel 6", and `mistakes` as columns: whether the key changes, None where the mistake cannot be made there."""

    mistakes: tuple[str, ...]
    rows: tuple[tuple[str, tuple[bool | None, ...]], ...]

    def count(self, column: int) -> int:
        """The number of keys that change with the mistake of a column."""
        return sum(row[column] is True for _, row in self.rows)


def matrix(decks: Sequence[Deck]) -> Matrix:
    """The matrix of all questions of some decks.

    >>> from cnnviz.decks.library import bundled
    >>> found = matrix([next(deck for deck in bundled() if deck.id == "kernel")])
    >>> found.rows[0][0], {*found.rows[0][1]} <= {False, None}
    ('kernel 1', True)
    """
    rows = [
        (f"{deck.id} {number}", tuple(changes_key(screen, name) for name in MISTAKES))
        for deck in decks
        for number, screen in enumerate(deck.screens, 1)
        if screen.asks
    ]
    return Matrix(tuple(MISTAKES), tuple(rows))


@np.errstate(all="ignore")  # what a mistake leads to may be infinite
def changes_key(screen: Screen, mistake: str) -> bool | None:
    """Tells whether a question's key is another one when the backward pass, and every update so far, makes this mistake
    in one of the places where it can be made; None where there is none, or nothing is computed, or the notebook's rule takes the exact one's place.
    """
    setup = setup_of(screen.at)
    if not screen.key or setup.deviations:
        return None
    places = places_in(setup, mistake)
    here = scope_of(setup) if places else None
    return any(_changes(screen, here, place) for place in places) if here else None


def _changes(screen: Screen, here: Scope, mistake: PlacedMistake) -> bool:
    """Tells whether the key is another one with a mistake in one place."""
    key = key_of(screen, here)
    try:
        wrong = key_of(screen, mistaken(here, mistake))
    except Problem:  # it is no number any more
        return True
    if screen.kind == "number":
        return not abs(float(wrong) - float(key)) <= max(tolerance_of(screen, here, key), 1e-12)
    return not same(wrong, key)
