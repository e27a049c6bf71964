"""Why a nudge must be neither long nor short: both losses digit by digit, and what is left of them."""

from __future__ import annotations

import math

import numpy as np

from cnnviz.core.gradcheck import Entry, StepSweep
from cnnviz.core.gradcheck.one_entry import Nudge, digits_right, nudges
from cnnviz.core.lesson import Lesson
from cnnviz.core.stages import label
from cnnviz.core.trajectory import Moment
from cnnviz.wire.check import DigitsData, NudgeRow
from cnnviz.words import message

LONG, SHORT = 1e-1, 1e-13
"""Nudges from both arms of the curve; between them stands the best one."""

def digits(lesson: Lesson, moment: Moment, worst: Entry, sweep: StepSweep) -> DigitsData | None:
    """The entry that a check found worst, by a long, the best and a short nudge; None where there are no numbers."""
    errors = np.nan_to_num(sweep.errors["float64"], nan=np.inf)
    best = float(sweep.steps[int(np.argmin(errors))])
    steps = sorted({LONG, best, SHORT}, reverse=True)
    found = nudges(moment.params, moment.trace.x, np.array(lesson.y), lesson.network, worst.parameter, worst.index, steps)
    values = [worst.backward, *(value for nudge in found for value in (nudge.up, nudge.down))]
    if not all(map(math.isfinite, values)) or not worst.backward:
        return None
    name = f"∂{label(worst.parameter)}[{','.join(map(str, worst.index))}]"
    title = message("ui.check.digits.title", entry=name, n=len(found))
    return DigitsData(title=title, rows=[_row(nudge, worst.backward) for nudge in found], backward=_written(worst.backward, worst.backward))


def _row(nudge: Nudge, backward: float) -> NudgeRow:
    up, down = (_loss(value, nudge.up) for value in (nudge.up, nudge.down))
    central, exact = (_written(value, backward) for value in (nudge.central, backward))
    right = digits_right(nudge.central, backward)
    shared, agree = _shared(up, down), _shared(central, exact)
    return NudgeRow(
        step=f"{nudge.step:.0e}".replace("e-0", "e−").replace("e-", "e−"),
        up=(up[:shared], up[shared:]),
        down=(down[:shared], down[shared:]),
        central=(central[:agree], central[agree:]),
        right=message("ui.check.digits.right", n=right),
    )


def _shared(a: str, b: str) -> int:
    """How many characters two numbers have in common from the left."""
    return next((at for at, (left, right) in enumerate(zip(a, b, strict=False)) if left != right), min(len(a), len(b)))


def _loss(value: float, like: float) -> str:
    """All 17 digits that float64 can have of a loss of the size of `like`."""
    size = math.floor(math.log10(abs(like))) if like else 0
    return f"{value:.{16 - size}f}" if -3 <= size <= 3 else f"{value:.16e}".replace("e-", "e−")


def _written(value: float, like: float) -> str:
    """Twelve digits of a gradient of the size of `like`."""
    size = math.floor(math.log10(abs(like)))
    text = f"{value:.{11 - size}f}" if -4 <= size <= 3 else f"{value:.11e}"
    return text.replace("-", "−")
