"""Display settings of all maps: colours, and the number of cells up to which numbers are printed."""

import numpy as np

from cnnviz.core.gradcheck import TOLERANCE
from cnnviz.export.colour_scales import SCALES as COLOURS
from cnnviz.export.colour_scales import interpolate

LEAST_ERROR = 1e-16
"""Lower end of the scale of relative errors, which ends at 1."""


RIGHT, WRONG = ("#fbfbfc", "#d3d7dc"), ("#fcbba1", "#fc9272", "#fb6a4a", "#ef3b2c", "#cb181d", "#a50f15", "#67000d")
"""Greys for errors that are round-off alone, and ColorBrewer's Reds for wrong gradients."""
RIGHT_BY_NIGHT, WRONG_BY_NIGHT = ("#1c222a", "#3a424d"), ("#6b2320", "#8f2b25", "#b7372d", "#dd4b3a", "#f0705a", "#f8987f", "#ffc2ab")

UNDECIDED, UNDECIDED_BY_NIGHT = "#b9c7e6", "#34466e"
"""A quiet blue for entries that the check cannot decide."""


def _errors(grey: tuple[str, ...], red: tuple[str, ...], steps: int = 160) -> tuple[str, ...]:
    """Return the scale of errors: `grey` up to TOLERANCE, `red` above."""
    tolerance_step = round(steps * (1 - np.log10(TOLERANCE) / np.log10(LEAST_ERROR)))
    return tuple(f"#{bytes(colour).hex()}" for colour in (*interpolate(grey, tolerance_step + 1), *interpolate(red, steps - tolerance_step)))


SCALES: dict[str, tuple[str, ...]] = COLOURS | {
    **{"error": _errors(RIGHT, WRONG), "error_dark": _errors(RIGHT_BY_NIGHT, WRONG_BY_NIGHT)},
    **{"undecided": (UNDECIDED, UNDECIDED), "undecided_dark": (UNDECIDED_BY_NIGHT, UNDECIDED_BY_NIGHT)},
}
"""Evenly spaced anchor colours by scale."""

MOST_PRINTED = 16
"""Largest number of cells whose numbers a map prints; more would be unreadable."""
