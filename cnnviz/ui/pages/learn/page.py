"""Guided lessons: a list of them, or one step beside the live view."""

from __future__ import annotations

from cnnviz.ui import address, component, dialogs
from cnnviz.ui.pages.learn import PAGE
from cnnviz.ui.pages.learn.answer import answer


def show() -> None:
    """The page from top to bottom."""
    now = address.current(PAGE.first)
    opened = component.mount(answer(now))
    dialogs.show(opened, now)
