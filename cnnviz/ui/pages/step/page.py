"""One lesson, stage by stage, and its dialogs."""

from __future__ import annotations

from cnnviz.core.ops import pad_widths
from cnnviz.ui import address, component, dialogs, maps
from cnnviz.ui.address import Now
from cnnviz.ui.component.answer import encode, header, losses
from cnnviz.ui.remarks import formulas


def show() -> None:
    """The page from top to bottom."""
    now = address.current()
    opened = component.mount(answer(now))
    dialogs.show(opened, now)


def answer(now: Now) -> bytes:
    """Everything that the page shows."""
    lesson, moment = now.lesson, now.moment
    values = maps.arrays(lesson, moment)
    head = header("", now) | {
        "geometry": {"stride": lesson.stride, "before": pad_widths(3, lesson.pad)[0], "k": 3},
        "formulas": formulas(lesson),
        "limits": {symbol: maps.limits(symbol, array, lesson.scale) for symbol, array in values.items()},
    }
    values |= maps.totals(lesson, moment) | {"b_next": moment.after.b}
    return encode(head, values | losses(moment))
