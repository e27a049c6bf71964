"""The decks that there are: those that come along, and folders of one's own, by the environment's CNNVIZ_SCRIPTS or CNNVIZ_LESSONS.

A lesson is a deck that asks on every screen; the others are lectures and stories.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from cnnviz.decks.deck import Deck
from cnnviz.decks.deck_checker import check_file
from cnnviz.decks.deck_fields import Diagnostic
from cnnviz.decks.deck_file import read
from cnnviz.decks.request_deck import given
from cnnviz.words import message

SETTING = "CNNVIZ_LESSONS"
SETTINGS = ("CNNVIZ_SCRIPTS", SETTING)
"""The environment's settings that name a folder, which mean the same."""
MOST_FILES = 60
LATER = ("sums", "zero", "dead", "rate", "mean", "norm")
"""Lessons that came along later than others could write their own: one of one's own with such an id stands in its place."""
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Library:
    """Lessons in order, what is wrong with files that could not be used, by their names, and the other decks."""

    lessons: tuple[Deck, ...]
    diagnostics: tuple[tuple[str, Diagnostic], ...] = ()
    lectures: tuple[Deck, ...] = ()

    def find(self, id: str) -> Deck | None:
        """The lesson of an id, or else the lecture."""
        return next((deck for deck in (*self.lessons, *self.lectures) if deck.id == id), None)

    def find_deck(self, id: str) -> Deck | None:
        """The lecture of an id, or else the lesson."""
        return next((deck for deck in (*self.lectures, *self.lessons) if deck.id == id), None)

    def beside(self, deck: Deck) -> Library:
        """The same with another deck, which stands for those of its id."""
        lessons, lectures = (tuple(other for other in listed if other.id != deck.id) for listed in (self.lessons, self.lectures))
        setup, lecture = ((deck,), ()) if deck.is_lesson else ((), (deck,))
        return replace(self, lessons=lessons + setup, lectures=lectures + lecture)


@cache
def bundled() -> tuple[Deck, ...]:
    """The lessons that come along, which tests hold to be without diagnostic."""
    return _read_all("bundled")


@cache
def lectures() -> tuple[Deck, ...]:
    """The lectures and stories that come along, likewise.

    >>> [deck.id for deck in lectures()]
    ['lecture-kernel', 'lecture-gradient', 'story', 'notebook']
    """
    return _read_all("lectures")


def _read_all(folder: str) -> tuple[Deck, ...]:
    found = [read(file.read_bytes())[0] for file in sorted((_HERE / folder).glob("*.toml"))]
    return tuple(deck for deck in found if deck is not None)


def named(deck: Deck) -> tuple[str, bool]:
    """The key of a deck among others: its id, among lessons or among lectures."""
    return deck.id, deck.is_lesson


def reserved() -> tuple[Deck, ...]:
    """Those that come along whose ids nobody else's can have."""
    return (*(deck for deck in bundled() if deck.id not in LATER), *lectures())


def own_folders() -> tuple[str, ...]:
    """The folders of one's own."""
    return tuple(dict.fromkeys(folder for name in SETTINGS if (folder := os.environ.get(name, ""))))


def library() -> Library:
    """All decks now: a file of one's own may be changed while the page is served, and one may come with a question (request_deck.py)."""
    now, known = given(), _library()
    return known.beside(now.deck) if now and now.deck else known


def _library() -> Library:
    files: list[tuple[Path, int]] = []
    diagnostics: list[tuple[str, Diagnostic]] = []
    for folder in own_folders():
        try:
            found = sorted(file for file in Path(folder).iterdir() if file.suffix == ".toml" and file.is_file())
            files += [(file, file.stat().st_mtime_ns) for file in found]
        except OSError as error:
            diagnostics.append((folder, Diagnostic(1, message("lessons.file.no_folder", why=error.strerror or str(error)))))
    known = _with_own(tuple(files[:MOST_FILES]))
    return Library(known.lessons, (*known.diagnostics, *diagnostics), known.lectures) if diagnostics else known


@lru_cache(maxsize=4)
def _with_own(files: tuple[tuple[Path, int], ...]) -> Library:
    known, taken, diagnostics = {named(deck): deck for deck in (*bundled(), *lectures())}, set(map(named, reserved())), []
    for file, _ in files:
        deck, found = check_file(file)
        if deck is not None and named(deck) in taken:
            found, deck = [Diagnostic(1, message("lessons.file.taken", id=deck.id))], None
        if deck:
            taken.add(named(deck))
            known[named(deck)] = deck
        diagnostics += [(file.name, diagnostic) for diagnostic in found if diagnostic.breaks]
    lessons, others = ([deck for deck in known.values() if deck.is_lesson is asks] for asks in (True, False))
    return Library(tuple(lessons), tuple(diagnostics), tuple(others))
