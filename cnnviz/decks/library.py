"""Library of decks: bundled decks, and decks in the folders that CNNVIZ_SCRIPTS or CNNVIZ_LESSONS name.

A lesson is a deck in which every screen has a question; the others are lectures and stories.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path as File

from cnnviz.decks.deck import Deck
from cnnviz.decks.deck_fields import Diagnostic
from cnnviz.decks.deck_file import read
from cnnviz.decks.prerequisites import prerequisite_faults
from cnnviz.decks.request_deck import current_request_deck
from cnnviz.decks.toml_lines import lines_of
from cnnviz.words import message

SETTING = "CNNVIZ_LESSONS"
SETTINGS = ("CNNVIZ_SCRIPTS", SETTING)
"""Environment variables that name a folder; both mean the same."""
MOST_FILES = 60
LATER = ("sums", "zero", "dead", "rate", "mean", "norm")
"""Ids of bundled lessons that a user's lesson may override, because they were added later."""
_HERE = File(__file__).parent


@dataclass(frozen=True)
class Library:
    """Lessons in order, diagnostics of unusable files by file name, and the other decks."""

    lessons: tuple[Deck, ...]
    diagnostics: tuple[tuple[str, Diagnostic], ...] = ()
    lectures: tuple[Deck, ...] = ()

    def find(self, id: str) -> Deck | None:
        """Return the lesson with this id, or else the lecture, or None."""
        return next((deck for deck in (*self.lessons, *self.lectures) if deck.id == id), None)

    def find_deck(self, id: str) -> Deck | None:
        """Return the lecture with this id, or else the lesson, or None."""
        return next((deck for deck in (*self.lectures, *self.lessons) if deck.id == id), None)

    def with_deck(self, deck: Deck) -> Library:
        """Return the library with another deck, which replaces decks with the same id."""
        lessons, lectures = (tuple(other for other in decks if other.id != deck.id) for decks in (self.lessons, self.lectures))
        new_lessons, new_lectures = ((deck,), ()) if deck.is_lesson else ((), (deck,))
        return replace(self, lessons=lessons + new_lessons, lectures=lectures + new_lectures)


@cache
def bundled_lessons() -> tuple[Deck, ...]:
    """Return the bundled lessons. A test checks that they have no diagnostics."""
    return _read_all("bundled")


@cache
def lectures() -> tuple[Deck, ...]:
    """Return the bundled lectures and stories. A test checks that they have no diagnostics.

    >>> [deck.id for deck in lectures()]
    ['lecture-kernel', 'lecture-gradient', 'story', 'notebook']
    """
    return _read_all("lectures")


def _read_all(folder: str) -> tuple[Deck, ...]:
    decks = [read(file.read_bytes())[0] for file in sorted((_HERE / folder).glob("*.toml"))]
    return tuple(deck for deck in decks if deck is not None)


def deck_key(deck: Deck) -> tuple[str, bool]:
    """Return the key that identifies a deck: its id, and whether it is a lesson."""
    return deck.id, deck.is_lesson


def reserved_decks() -> tuple[Deck, ...]:
    """Return the bundled decks whose ids users' decks cannot have."""
    return (*(deck for deck in bundled_lessons() if deck.id not in LATER), *lectures())


def user_folders() -> tuple[str, ...]:
    """Return the folders that the environment names."""
    return tuple(dict.fromkeys(folder for name in SETTINGS if (folder := os.environ.get(name, ""))))


def library() -> Library:
    """Return the current library. Users' files may change while the server runs, and a request may carry a deck
    (request_deck.py)."""
    request_deck, stored_library = current_request_deck(), _library()
    return stored_library.with_deck(request_deck.deck) if request_deck and request_deck.deck else stored_library


def _library() -> Library:
    files: list[tuple[File, int]] = []
    diagnostics: list[tuple[str, Diagnostic]] = []
    for folder in user_folders():
        try:
            folder_files = sorted(file for file in File(folder).iterdir() if file.suffix == ".toml" and file.is_file())
            files += [(file, file.stat().st_mtime_ns) for file in folder_files]
        except OSError as error:
            diagnostics.append((folder, Diagnostic(1, message("lessons.file.no_folder", why=error.strerror or str(error)))))
    stored_library = _with_user_decks(tuple(files[:MOST_FILES]))
    return Library(stored_library.lessons, (*stored_library.diagnostics, *diagnostics), stored_library.lectures) if diagnostics else stored_library


@lru_cache(maxsize=4)
def _with_user_decks(files: tuple[tuple[File, int], ...]) -> Library:
    from cnnviz.decks.deck_checker import check_file  # a browser imports it only for users' decks

    decks, used_keys, diagnostics = {deck_key(deck): deck for deck in (*bundled_lessons(), *lectures())}, set(map(deck_key, reserved_decks())), []
    file_of: dict[str, File] = {}
    for file, _ in files:
        deck, file_diagnostics = check_file(file)
        if deck is not None and deck_key(deck) in used_keys:
            file_diagnostics, deck = [Diagnostic(1, message("lessons.file.taken", id=deck.id))], None
        if deck:
            used_keys.add(deck_key(deck))
            decks[deck_key(deck)] = deck
            file_of |= {deck.id: file} if deck.is_lesson else {}
        diagnostics += [(file.name, diagnostic) for diagnostic in file_diagnostics if diagnostic.is_fatal]
    lessons = {deck.id: deck for deck in decks.values() if deck.is_lesson}
    while faults := {id: fault for id, fault in prerequisite_faults(lessons) if id in file_of}:  # a refused lesson may be another's prerequisite
        diagnostics += [(file_of[id].name, Diagnostic(line_of_after(file_of[id]), fault)) for id, fault in faults.items()]
        lessons = {id: deck for id, deck in lessons.items() if id not in faults}
    return Library(tuple(lessons.values()), tuple(diagnostics), tuple(deck for deck in decks.values() if not deck.is_lesson))


def line_of_after(file: File) -> int:
    """Return the line of a valid deck file's `after`."""
    return lines_of(file.read_text("utf-8-sig")).get(("after",), 1)
