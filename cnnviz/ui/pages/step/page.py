"""One lesson, stage by stage, and its dialogs."""

from __future__ import annotations

import numpy as np

from cnnviz.export.arrays import named_arrays
from cnnviz.ui import address, component, dialogs
from cnnviz.ui.address import Now
from cnnviz.ui.component.answer import encode, header, losses
from cnnviz.ui.component.network import arrays, network_record
from cnnviz.ui.network_maps import program_of
from cnnviz.ui.pages.step import PAGE


def show() -> None:
    """The page from top to bottom."""
    now = address.current(PAGE.first)
    opened = component.mount(answer(now))
    dialogs.show(opened, now)


def answer(now: Now) -> bytes:
    """Everything that the page shows."""
    lesson, moment = now.lesson, now.moment
    program = program_of(lesson, moment)
    head = header("", now) | {"network": network_record(lesson, program, moment)}
    return encode(head, arrays(lesson, program, moment) | losses(moment))


def exact(now: Now) -> dict[str, np.ndarray]:
    """Every array by its symbol, whole and in float64, for programs."""
    return named_arrays(now.lesson, now.moment)
