"""Directions of the JavaScript's imports: hosts -> rooms -> pages -> view, and no circle."""

import re
from graphlib import TopologicalSorter

from cnnviz.view.modules import FOLDER

ROOMS = ("hosts", "rooms", "pages", "view")
CHOOSE_PAGES = {"view/shell/registry.js", "view/shell/registry_of_step.js"}
"""Modules of view/ that bring what a page shows."""


def imported() -> dict[str, list[str]]:
    """The modules that each imports, by their paths."""
    result = {}
    for path in FOLDER.rglob("*.js"):
        named = re.findall(r'(?:from|import\(?) ?"(\.[^"]+)"', re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL))
        result[path.relative_to(FOLDER).as_posix()] = [(path.parent / name).resolve().relative_to(FOLDER.resolve()).as_posix() for name in named]
    return result


def room(path: str) -> int:
    return ROOMS.index(path.split("/")[0])


def test_imports_point_one_way():
    wrong = {(path, other) for path, others in imported().items() for other in others if room(other) < room(path)}
    assert {path for path, _ in wrong} <= CHOOSE_PAGES
    assert {ROOMS[room(other)] for _, other in wrong} == {"pages"}


def test_there_is_no_circle():
    TopologicalSorter(imported()).prepare()
