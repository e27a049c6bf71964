"""The scripts that there are: those that come along, and folders of one's own, by the environment's CNNVIZ_SCRIPTS or CNNVIZ_LESSONS.

A lesson is a script that asks on every screen; the others are lectures and stories.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from cnnviz.scripts.given_script import given
from cnnviz.scripts.script import Script
from cnnviz.scripts.script_checker import check_file
from cnnviz.scripts.script_fields import Fault
from cnnviz.scripts.script_file import read
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
    """Lessons in order, what is wrong with files that could not be used, by their names, and the other scripts."""

    lessons: tuple[Script, ...]
    faults: tuple[tuple[str, Fault], ...] = ()
    lectures: tuple[Script, ...] = ()

    def find(self, id: str) -> Script | None:
        """The lesson of an id, or else the lecture."""
        return next((script for script in (*self.lessons, *self.lectures) if script.id == id), None)

    def find_script(self, id: str) -> Script | None:
        """The lecture of an id, or else the lesson."""
        return next((script for script in (*self.lectures, *self.lessons) if script.id == id), None)

    def beside(self, script: Script) -> Library:
        """The same with another script, which stands for those of its id."""
        lessons, lectures = (tuple(other for other in listed if other.id != script.id) for listed in (self.lessons, self.lectures))
        setup, lecture = ((script,), ()) if script.is_lesson else ((), (script,))
        return replace(self, lessons=lessons + setup, lectures=lectures + lecture)


@cache
def bundled() -> tuple[Script, ...]:
    """The lessons that come along, which tests hold to be without fault."""
    return _read_all("bundled")


@cache
def lectures() -> tuple[Script, ...]:
    """The lectures and stories that come along, likewise.

    >>> [script.id for script in lectures()]
    ['lecture-kernel', 'lecture-gradient', 'story', 'notebook']
    """
    return _read_all("lectures")


def _read_all(folder: str) -> tuple[Script, ...]:
    found = [read(file.read_bytes())[0] for file in sorted((_HERE / folder).glob("*.toml"))]
    return tuple(script for script in found if script is not None)


def named(script: Script) -> tuple[str, bool]:
    """The key of a script among others: its id, among lessons or among lectures."""
    return script.id, script.is_lesson


def reserved() -> tuple[Script, ...]:
    """Those that come along whose ids nobody else's can have."""
    return (*(script for script in bundled() if script.id not in LATER), *lectures())


def own_folders() -> tuple[str, ...]:
    """The folders of one's own."""
    return tuple(dict.fromkeys(folder for name in SETTINGS if (folder := os.environ.get(name, ""))))


def library() -> Library:
    """All scripts now: a file of one's own may be changed while the page is served, and one may come with a question (given_script.py)."""
    now, known = given(), _library()
    return known.beside(now.script) if now and now.script else known


def _library() -> Library:
    files: list[tuple[Path, int]] = []
    faults: list[tuple[str, Fault]] = []
    for folder in own_folders():
        try:
            found = sorted(file for file in Path(folder).iterdir() if file.suffix == ".toml" and file.is_file())
            files += [(file, file.stat().st_mtime_ns) for file in found]
        except OSError as error:
            faults.append((folder, Fault(1, message("lessons.file.no_folder", why=error.strerror or str(error)))))
    known = _with_own(tuple(files[:MOST_FILES]))
    return Library(known.lessons, (*known.faults, *faults), known.lectures) if faults else known


@lru_cache(maxsize=4)
def _with_own(files: tuple[tuple[Path, int], ...]) -> Library:
    known, taken, faults = {named(script): script for script in (*bundled(), *lectures())}, set(map(named, reserved())), []
    for file, _ in files:
        script, found = check_file(file)
        if script is not None and named(script) in taken:
            found, script = [Fault(1, message("lessons.file.taken", id=script.id))], None
        if script:
            taken.add(named(script))
            known[named(script)] = script
        faults += [(file.name, fault) for fault in found if fault.breaks]
    lessons, others = ([script for script in known.values() if script.is_lesson is asks] for asks in (True, False))
    return Library(tuple(lessons), tuple(faults), tuple(others))
