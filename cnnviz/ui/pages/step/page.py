"""One lesson, stage by stage, and its dialogs."""

from __future__ import annotations

from cnnviz.ui import address, component, dialogs
from cnnviz.ui.pages.step.answer import answer


def show() -> None:
    """The page from top to bottom."""
    now = address.current(first="x")
    opened = component.mount(answer(now))
    dialogs.show(opened, now)
