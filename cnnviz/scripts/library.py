"""The lessons that there are: those that come along, and a folder of one's own, by the environment's CNNVIZ_LESSONS."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from cnnviz.scripts.lesson_checker import check_file
from cnnviz.scripts.lesson_file import Fault, GuidedLesson, read
from cnnviz.words import message

SETTING = "CNNVIZ_LESSONS"
MOST_FILES = 60
_BUNDLED = Path(__file__).with_name("bundled")


@dataclass(frozen=True)
class Library:
    """Lessons in order, and what is wrong with files that could not be used, by their names."""

    lessons: tuple[GuidedLesson, ...]
    faults: tuple[tuple[str, Fault], ...] = ()

    def find(self, id: str) -> GuidedLesson | None:
        """The lesson of an id."""
        return next((lesson for lesson in self.lessons if lesson.id == id), None)


@cache
def bundled() -> tuple[GuidedLesson, ...]:
    """Those that come along, which tests hold to be without fault."""
    found = [read(file.read_bytes())[0] for file in sorted(_BUNDLED.glob("*.toml"))]
    return tuple(lesson for lesson in found if lesson is not None)


def library() -> Library:
    """All lessons now: a file of one's own may be changed while the page is served."""
    folder = os.environ.get(SETTING, "")
    if not folder:
        return Library(bundled())
    try:
        files = sorted(file for file in Path(folder).iterdir() if file.suffix == ".toml" and file.is_file())
        return _with_own(tuple((file, file.stat().st_mtime_ns) for file in files[:MOST_FILES]))
    except OSError as error:
        return Library(bundled(), ((folder, Fault(1, message("lessons.file.no_folder", why=error.strerror or str(error)))),))


@lru_cache(maxsize=4)
def _with_own(files: tuple[tuple[Path, int], ...]) -> Library:
    lessons, faults = list(bundled()), []
    for file, _ in files:
        lesson, found = check_file(file)
        if lesson is not None and lesson.id in [known.id for known in lessons]:
            found, lesson = [Fault(1, message("lessons.file.taken", id=lesson.id))], None
        lessons += [lesson] if lesson else []
        faults += [(file.name, fault) for fault in found if fault.breaks]
    return Library(tuple(lessons), tuple(faults))
