"""Weights that are too many to travel whole: they go as colours, and the exact ones of one unit or output are a resource of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from cnnviz.core.trajectory import Moment

MOST_ENTRIES = 100_000
"""Of the weights of one layer that travel whole."""

COLOURS = 127
"""Steps of a colour on either side of zero."""


def is_wide(weights: np.ndarray) -> bool:
    """Tells whether these are a layer's weights, and too many."""
    return weights.ndim == 2 and weights.size > MOST_ENTRIES and bool(np.isfinite(weights).all())


def coloured(weights: np.ndarray) -> np.ndarray:
    """Their colours, from -COLOURS to COLOURS, the largest of either sign at its end.

    >>> coloured(np.array([[0.5, -1.0, 0.0]]))
    array([[  64, -127,    0]], dtype=int8)
    """
    return np.rint(weights * (COLOURS / (np.abs(weights).max() or 1.0))).astype(np.int8)


def lines(moment: Moment, of: str) -> Mapping[str, np.ndarray]:
    """Exactly, the weights "w2:,57" to an output or "w2:12," from a unit, and what the update makes of them; "w2:" are all. Nothing where there are none."""
    found = re.fullmatch(r"(w[0-9]*):(?:([0-9]{1,7}),|,([0-9]{1,7}))?", of)
    if not found or found[1] not in moment.params:
        return {}
    name, unit, output = found.groups()
    if not unit and not output:
        return {name: moment.params[name]}
    rows, columns = moment.params[name].shape
    if int(unit or 0) >= rows or int(output or 0) >= columns:
        return {}
    place = (int(unit),) if unit else (slice(None), int(output))
    return {name: moment.params[name][place], f"{name}_next": moment.after[name][place]}
