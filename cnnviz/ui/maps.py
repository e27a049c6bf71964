"""What is common to all maps on the screen: colours, and how many cells have their numbers printed."""

from __future__ import annotations

from cnnviz.export.colour import SCALES as COLOURS

SCALES: dict[str, tuple[str, ...]] = COLOURS | {
    # ColorBrewer's Reds, for relative errors.
    "error": ("#fff5f0", "#fee0d2", "#fcbba1", "#fc9272", "#fb6a4a", "#ef3b2c", "#cb181d", "#a50f15", "#67000d"),
}
"""Anchor colours by scale, evenly spaced."""

MOST_PRINTED = 16
"""Cells up to which a map prints its numbers; with more they could not be read."""
