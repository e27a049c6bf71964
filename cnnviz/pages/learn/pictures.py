"""A thumbnail for each lesson in the list: the first map in it."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from cnnviz.decks.deck import Deck
from cnnviz.decks.question import setup_at
from cnnviz.decks.scope import Scope, scope_of
from cnnviz.pages.map_records import records
from cnnviz.wire.learn import LearnPicture
from cnnviz.words import Problem

LEAST, MOST = 3, 64
"""Least and largest side of a map that can be a thumbnail."""


def lesson_thumbnails(lessons: Sequence[Deck]) -> tuple[list[LearnPicture | None], dict[str, np.ndarray]]:
    """Return a thumbnail for each lesson, None if it has no suitable map, and the arrays by name.

    >>> from cnnviz.decks.library import bundled
    >>> found, arrays = lesson_thumbnails(bundled()[:2])
    >>> [picture["scale"] for picture in found], [array.shape for array in arrays.values()]
    (['signed', 'signed'], [(30, 30), (3, 3)])
    """
    thumbnails: list[LearnPicture | None] = []
    arrays: dict[str, np.ndarray] = {}
    for n, deck in enumerate(lessons):
        first = _find_map(deck)
        thumbnails.append(None)
        if first:
            name, (scope, symbol, array) = f"lesson.{n}", first
            thumbnails[-1] = _picture(name, scope, symbol, array)
            arrays[name] = array
    return thumbnails, arrays


def _find_map(deck: Deck) -> tuple[Scope, str, np.ndarray] | None:
    """Return the first map with variation among the stages of the deck's screens (first channel), or else an image;
    None without either."""
    candidates = [(screen, "") for screen in deck.screens] + [(screen, "x") for screen in deck.screens]
    for screen, symbol in candidates:
        with suppress(Problem):
            scope = scope_of(setup_at(screen, {}))
            stage = symbol or str(scope.setup.stage)
            array = scope.arrays.get("f_next" if stage == "update" else stage, np.zeros(0))
            array = array[(0,) * (array.ndim - 2)] if array.ndim > 2 else array
            if array.ndim == 2 and min(array.shape) >= LEAST and max(array.shape) <= MOST and _varies(array):
                return scope, stage, array
    return None


def _varies(array: np.ndarray) -> bool:
    """Return whether more than half of the values are distinct, or more than MOST.

    >>> _varies(np.eye(3)), _varies(np.arange(9))
    (False, True)
    """
    return len(np.unique(array)) > array.size / 2 or len(np.unique(array)) > MOST


def _picture(name: str, scope: Scope, symbol: str, array: np.ndarray) -> LearnPicture:
    """Return a thumbnail with its scale and limits. The limits of a signed scale come from this channel alone."""
    program = scope.setup.network.program(scope.snapshot.trace.x.shape)
    record = records(scope.setup, program, scope.snapshot).get(symbol)
    if record and record["scale"] != "signed":
        return LearnPicture(array=name, scale=record["scale"], limits=record["limits"])
    maximum = float(np.abs(array).max())
    return LearnPicture(array=name, scale="signed", limits=(-maximum, maximum))
