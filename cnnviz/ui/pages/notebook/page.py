"""The seed notebook's rule beside the exact one, and its theory."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.core.lesson import Lesson
from cnnviz.ui import boards, dialogs
from cnnviz.ui.address import Now
from cnnviz.ui.boards import Board
from cnnviz.ui.component.mount import mount
from cnnviz.ui.pages.notebook import PAGE, theory
from cnnviz.ui.pages.notebook.board import board, more
from cnnviz.ui.pages.notebook.story import story
from cnnviz.ui.pages.notebook.tabs import place_in_story


def show() -> None:
    """The page from top to bottom."""
    opened = mount(PAGE.path)
    theory.show()
    dialogs.show(opened, lambda now: _board(now).named_charts())


def answer(now: Now) -> bytes:
    """Everything that the page shows."""
    head, arrays = more(now.lesson, now.moment, now.asked)
    return boards.answer("notebook", now, _board(now), head, arrays)


def opens(asked: Mapping[str, str]) -> Mapping[str, str]:
    """The lesson of an address that names a step of the story and none."""
    place = place_in_story(Lesson(), asked)
    return story()[place - 1].lesson.to_query() if place else {}


def _board(now: Now) -> Board:
    return board(now.lesson, now.moment, now.asked)
