"""Mistakes that a question can detect, because its key changes if the backward pass contains them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.core.mistakes import MISTAKES, PlacedMistake
from cnnviz.decks.deck import Deck, Screen
from cnnviz.decks.mistaken_snapshot import mistaken_scope, placed_mistakes
from cnnviz.decks.question import is_same_answer, key_of, tolerance_of
from cnnviz.decks.scope import Scope, scope_of, setup_of
from cnnviz.words import Problem


@dataclass(frozen=True)
class Matrix:
    """Table of questions (rows, such as "kernel 6") and `mistakes` (columns). An entry is whether the mistake changes
    the question's key, or None if it is impossible there."""

    mistakes: tuple[str, ...]
    rows: tuple[tuple[str, tuple[bool | None, ...]], ...]

    def count(self, column: int) -> int:
        """Return the number of keys that a column's mistake changes."""
        return sum(row[column] is True for _, row in self.rows)


def matrix(decks: Sequence[Deck]) -> Matrix:
    """Return the matrix of all questions of some decks.

    >>> from cnnviz.decks.library import bundled_lessons
    >>> found = matrix([next(deck for deck in bundled_lessons() if deck.id == "kernel")])
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


@np.errstate(all="ignore")  # values may become infinite after a mistake
def changes_key(screen: Screen, mistake: str) -> bool | None:
    """Return whether a question's key changes if all updates and the backward pass contain this mistake, at any
    position where it is possible. None if no such position exists, if nothing is computed, or if the setup follows
    the notebook's rule."""
    setup = setup_of(screen.at)
    if not screen.key or setup.deviations:
        return None
    mistakes = placed_mistakes(setup, mistake)
    scope = scope_of(setup) if mistakes else None
    return any(_changes_key_at(screen, scope, placed_mistake) for placed_mistake in mistakes) if scope else None


def _changes_key_at(screen: Screen, scope: Scope, mistake: PlacedMistake) -> bool:
    """Return whether a mistake at one position changes the key."""
    key = key_of(screen, scope)
    try:
        wrong_key = key_of(screen, mistaken_scope(scope, mistake))
    except Problem:  # the key is not finite with the mistake
        return True
    if screen.kind == "number":
        return not abs(float(wrong_key) - float(key)) <= max(tolerance_of(screen, scope, key), 1e-12)
    return not is_same_answer(wrong_key, key)
