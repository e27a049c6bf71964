"""The seed notebook's rule beside the exact one, and its theory."""

from __future__ import annotations

from cnnviz.ui import address, boards, component, dialogs
from cnnviz.ui.address import Now
from cnnviz.ui.pages.notebook import theory
from cnnviz.ui.pages.notebook.board import board


def show() -> None:
    """The page from top to bottom."""
    now = address.current()
    shown = board(now.lesson, now.moment)
    opened = component.mount(boards.answer("notebook", now, shown))
    theory.show()
    dialogs.show(opened, now, shown.named_charts)


def answer(now: Now) -> bytes:
    """Everything that the page shows."""
    return boards.answer("notebook", now, board(now.lesson, now.moment))
