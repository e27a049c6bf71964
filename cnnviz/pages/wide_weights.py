"""Parameters that are too many to travel whole: they go as colours, and the exact ones of one filter, channel, unit or output are a resource of their own."""

import re
from collections.abc import Mapping

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment

MOST_ENTRIES = {2: 100_000, 4: 16_000}
"""Of the weights of one layer that travel whole, and of its filters, whose gradients are no product of two rows."""

SHADES = 127
"""Shades of a colour on either side of zero."""


def is_wide(weights: np.ndarray) -> bool:
    """Tells whether these are a layer's weights or filters, and too many."""
    return weights.size > MOST_ENTRIES.get(weights.ndim, weights.size) and bool(np.isfinite(weights).all())


def coloured(weights: np.ndarray) -> np.ndarray:
    """Their colours, from -SHADES to SHADES, the largest of either sign at its end.

    >>> coloured(np.array([[0.5, -1.0, 0.0]]))
    array([[  64, -127,    0]], dtype=int8)
    """
    return np.rint(weights * (SHADES / (np.abs(weights).max() or 1.0))).astype(np.int8)


def parts(lesson: Lesson, moment: Moment, name: str) -> dict[str, np.ndarray]:
    """The parts of a parameter's step (`Optimizer.parts`), by "mean.f2"."""
    if not lesson.optimizer.KEEPS:
        return {}
    return {f"{part}.{name}": array for part, array in lesson.optimizer.parts(name, moment.state, moment.state_after).items()}


def lines(lesson: Lesson, moment: Moment, of: str) -> Mapping[str, np.ndarray]:
    """Exactly, the weights "w2:,57" to an output or "w2:12," from a unit, the filter "f2:3," or the kernels "f2:,3" of a channel, what the
    update makes of them, and by which parts; "w2:" are all weights, "start.f2" the filters before the first update. Nothing where there are none.
    """
    start = of.removeprefix("start.")
    if start != of and start in moment.params:
        return {of: lesson.first_params(moment.trace.x.shape)[start]}
    found = re.fullmatch(r"([wf][0-9]*):(?:([0-9]{1,7}),|,([0-9]{1,7}))?", of, re.ASCII)
    if not found or found[1] not in moment.params:
        return {}
    name, first, second = found.groups()
    now = moment.params[name]
    if not first and not second:
        return {name: now}
    if int(first or 0) >= now.shape[0] or int(second or 0) >= now.shape[1]:
        return {}
    place = (int(first),) if first else (slice(None), int(second))
    arrays = {name: now, f"{name}_next": moment.after[name]} | parts(lesson, moment, name)
    return {name: array[place] for name, array in arrays.items()}
