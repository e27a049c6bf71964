"""Every array that the page shows: where it comes from, how it is laid out and coloured.

The linked component, the boards and the large Plotly charts take their arrays from here, so that one
symbol is one picture on every page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.ops import pad_widths
from cnnviz.core.trajectory import Moment
from cnnviz.export.colour import SCALES as COLOURS
from cnnviz.words import Message, message

SCALES: dict[str, tuple[str, ...]] = COLOURS | {
    # ColorBrewer's Reds, for relative errors.
    "error": ("#fff5f0", "#fee0d2", "#fcbba1", "#fc9272", "#fb6a4a", "#ef3b2c", "#cb181d", "#a50f15", "#67000d"),
}
"""Anchor colours by scale, evenly spaced."""


@dataclass(frozen=True)
class Map:
    """One array on the screen: its label, what it is in words, its family, its colours, and where it comes from.

    Maps of one family are laid out alike and share the cell that is explained: "pixel" as the image,
    "weight" as the kernel, "unit" as z1, "synapse" as z1 with a layer an output, "output" with a cell an output.
    """

    label: str
    words: Message
    family: str
    scale: str
    array: Callable[[Lesson, Moment], np.ndarray]


MOST_PRINTED = 16
"""Cells up to which a map prints its numbers; with more they could not be read."""

MAPS: dict[str, Map] = {
    "x": Map("x", message("ui.maps.x"), "pixel", "pixel", lambda _, m: m.trace.x),
    "f": Map("f", message("ui.maps.f"), "weight", "signed", lambda _, m: m.params.f),
    "z1": Map("z₁", message("ui.maps.z1"), "unit", "signed", lambda _, m: m.trace.z1),
    "a1": Map("a₁", message("ui.maps.a1"), "unit", "activation", lambda _, m: m.trace.a1),
    "v": Map("v", message("ui.maps.v"), "unit", "activation", lambda _, m: m.trace.v),
    "w": Map("w", message("ui.maps.w"), "synapse", "signed", lambda _, m: m.params.w),
    "b": Map("b", message("ui.maps.b"), "output", "signed", lambda _, m: m.params.b),
    "z2": Map("z₂", message("ui.maps.z2"), "output", "signed", lambda _, m: m.trace.z2),
    "o": Map("o", message("ui.maps.o"), "output", "activation", lambda _, m: m.trace.o),
    "y": Map("y", message("ui.maps.y"), "output", "activation", lambda lesson, _: np.array(lesson.y)),
    "L": Map("L", message("ui.maps.L"), "output", "activation", lambda _, m: m.losses[-1:]),
    "do": Map("∂o", message("ui.maps.do"), "output", "signed", lambda _, m: m.gradients.do),
    "dz2": Map("∂z₂", message("ui.maps.dz2"), "output", "signed", lambda _, m: m.gradients.dz2),
    "dw": Map("∂w", message("ui.maps.dw"), "synapse", "signed", lambda _, m: m.gradients.dw),
    "db": Map("∂b", message("ui.maps.db"), "output", "signed", lambda _, m: m.gradients.db),
    "da1": Map("∂a₁", message("ui.maps.da1"), "unit", "signed", lambda _, m: m.gradients.da1),
    "dz1": Map("∂z₁", message("ui.maps.dz1"), "unit", "signed", lambda _, m: m.gradients.dz1),
    "df": Map("∂f", message("ui.maps.df"), "weight", "signed", lambda _, m: m.gradients.df),
    "f_next": Map("f′", message("ui.maps.f_next"), "weight", "signed", lambda _, m: m.after.f),
    "dx": Map("∂x", message("ui.maps.dx"), "pixel", "signed", lambda _, m: m.gradients.dx),
}


def arrays(lesson: Lesson, moment: Moment) -> dict[str, np.ndarray]:
    """Every map's values, by symbol, in the shapes of the core."""
    return {symbol: entry.array(lesson, moment) for symbol, entry in MAPS.items()}


def focus(lesson: Lesson, moment: Moment) -> dict[str, list[int]]:
    """The cell of each family of maps that is worth explaining before anybody points: the largest gradient's."""
    trace, gradients = moment.trace, moment.gradients
    strength = np.abs(gradients.dz1 if gradients.dz1.any() else trace.z1)
    unit = _largest(strength)
    output = _largest(np.abs(gradients.dz2))
    middle = 1 - pad_widths(3, lesson.pad)[0]
    pixel = [min(max(lesson.stride * i + middle, 0), n - 1) for i, n in zip(unit, trace.x.shape, strict=True)]
    weight = _largest(np.abs(gradients.df if gradients.df.any() else moment.params.f))
    return {"pixel": pixel, "weight": weight, "unit": unit, "synapse": unit + output, "output": output}


def _largest(array: np.ndarray) -> list[int]:
    return [int(i) for i in np.unravel_index(array.argmax(), array.shape)]
