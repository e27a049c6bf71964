"""The seed notebook's rule beside the exact one, and its theory."""

from __future__ import annotations

from cnnviz.ui import address, boards, component, dialogs
from cnnviz.ui.address import Now
from cnnviz.ui.boards import Board
from cnnviz.ui.pages.notebook import theory
from cnnviz.ui.pages.notebook.board import board, more


def show() -> None:
    """The page from top to bottom."""
    now = address.current()
    shown = board(now.lesson, now.moment, now.asked)
    opened = component.mount(_bytes(now, shown))
    theory.show()
    dialogs.show(opened, now, shown.named_charts)


def answer(now: Now) -> bytes:
    """Everything that the page shows."""
    return _bytes(now, board(now.lesson, now.moment, now.asked))


def _bytes(now: Now, shown: Board) -> bytes:
    head, arrays = more(now.lesson, now.moment, now.asked)
    return boards.answer("notebook", now, shown, head, arrays)
