"""What is common to all maps on the screen: colours, and how many cells have their numbers printed."""

from __future__ import annotations

import numpy as np

from cnnviz.core.gradcheck import TOLERANCE
from cnnviz.export.colour import SCALES as COLOURS

LEAST_ERROR = 1e-16
"""Where the scale of relative errors begins; it ends at 1."""


def _errors(steps: int = 160) -> tuple[str, ...]:
    """Grey up to TOLERANCE, where an error is rounding alone; ColorBrewer's Reds above, where a gradient is wrong."""
    grey, red = ("#fbfbfc", "#d3d7dc"), ("#fcbba1", "#fc9272", "#fb6a4a", "#ef3b2c", "#cb181d", "#a50f15", "#67000d")
    last = round(steps * (1 - np.log10(TOLERANCE) / np.log10(LEAST_ERROR)))
    return (*_between(grey, last + 1), *_between(red, steps - last))


def _between(anchors: tuple[str, ...], count: int) -> list[str]:
    channels = np.array([list(bytes.fromhex(anchor[1:])) for anchor in anchors])
    places = np.linspace(0, len(anchors) - 1, count)
    found = np.stack([np.interp(places, np.arange(len(anchors)), channel) for channel in channels.T], axis=1)
    return [f"#{bytes(colour).hex()}" for colour in np.rint(found).astype(np.uint8)]


SCALES: dict[str, tuple[str, ...]] = COLOURS | {"error": _errors()}
"""Anchor colours by scale, evenly spaced."""

MOST_PRINTED = 16
"""Cells up to which a map prints its numbers; with more they could not be read."""
