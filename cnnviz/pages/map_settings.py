"""Settings of all maps on the screen: colours, and the number of cells that have their numbers printed."""

import numpy as np

from cnnviz.core.gradcheck import TOLERANCE
from cnnviz.export.colour_scales import SCALES as COLOURS
from cnnviz.export.colour_scales import between

LEAST_ERROR = 1e-16
"""The least relative error on the scale; it ends at 1."""


RIGHT, WRONG = ("#fbfbfc", "#d3d7dc"), ("#fcbba1", "#fc9272", "#fb6a4a", "#ef3b2c", "#cb181d", "#a50f15", "#67000d")
"""Greys, where an error is rounding alone, and ColorBrewer's Reds, where a gradient is wrong."""
RIGHT_BY_NIGHT, WRONG_BY_NIGHT = ("#1c222a", "#3a424d"), ("#6b2320", "#8f2b25", "#b7372d", "#dd4b3a", "#f0705a", "#f8987f", "#ffc2ab")

UNDECIDED, UNDECIDED_BY_NIGHT = "#b9c7e6", "#34466e"
"""A quiet blue, where a check has nothing to say of an entry."""


def _errors(grey: tuple[str, ...], red: tuple[str, ...], steps: int = 160) -> tuple[str, ...]:
    """One up to TOLERANCE, the other above."""
    last = round(steps * (1 - np.log10(TOLERANCE) / np.log10(LEAST_ERROR)))
    return tuple(f"#{bytes(colour).hex()}" for colour in (*between(grey, last + 1), *between(red, steps - last)))


SCALES: dict[str, tuple[str, ...]] = COLOURS | {
    **{"error": _errors(RIGHT, WRONG), "error_dark": _errors(RIGHT_BY_NIGHT, WRONG_BY_NIGHT)},
    **{"undecided": (UNDECIDED, UNDECIDED), "undecided_dark": (UNDECIDED_BY_NIGHT, UNDECIDED_BY_NIGHT)},
}
"""Anchor colours by scale, evenly spaced."""

MOST_PRINTED = 16
"""Cells up to which a map prints its numbers; with more they could not be read."""
