"""Guided lessons: a list of them, or one step beside the live view."""

from __future__ import annotations

import os
from collections.abc import Mapping

from cnnviz.lessons.library import SETTING
from cnnviz.ui import dialogs
from cnnviz.ui.component.mount import mount
from cnnviz.ui.pages.learn import PAGE
from cnnviz.ui.pages.learn.answer import answer as answer  # what the page shows


def show() -> None:
    """The page from top to bottom."""
    dialogs.show(mount(PAGE.path))


def lasts(asked: Mapping[str, str]) -> bool:
    """Whether the answer will always be the same: not where lessons of one's own may be changed while they are served."""
    return not os.environ.get(SETTING)
