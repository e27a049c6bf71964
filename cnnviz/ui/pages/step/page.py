"""One lesson, stage by stage, and its dialogs."""

from __future__ import annotations

import numpy as np

from cnnviz.export.arrays import named_arrays
from cnnviz.ui import dialogs
from cnnviz.ui.address import Now
from cnnviz.ui.component.mount import mount
from cnnviz.ui.pages.step import PAGE
from cnnviz.ui.pages.step.answer import answer as answer  # what the page shows
from cnnviz.ui.pages.step.answer import part as part  # and a part of it, exactly


def show() -> None:
    """The page from top to bottom."""
    dialogs.show(mount(PAGE.path))


def exact(now: Now) -> dict[str, np.ndarray]:
    """Every array by its symbol, whole and in float64, for programs."""
    return named_arrays(now.lesson, now.moment)
