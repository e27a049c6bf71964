"""Colour scales of the maps."""

from collections.abc import Mapping

import numpy as np

from cnnviz.core.network.architecture import Architecture
from cnnviz.wire.records import Scale

SCALES: dict[str, tuple[str, ...]] = {
    # Anchor colours, evenly spaced. Diverging: ColorBrewer's RdBu reversed; sequential: matplotlib's viridis and
    # plain gray. "answer" has one hue, for outputs and targets, since red, blue and green have other meanings. "dark"
    # and "answer_dark" replace "signed" and "answer" in dark mode. All are safe for colour-blind readers.
    "signed": ("#053061", "#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#f7f7f7",
               "#fddbc7", "#f4a582", "#d6604d", "#b2182b", "#67001f"),
    "dark": ("#7cc9fc", "#4ca2ea", "#3080d0", "#2a60a5", "#254470", "#262a30",
             "#712827", "#aa2a29", "#d73f36", "#f06e59", "#fea58a"),
    "activation": ("#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89",
                   "#35b779", "#6ece58", "#b5de2b", "#fde725"),
    "pixel": ("#000000", "#ffffff"),
    "answer": ("#f6f7f9", "#35465f"),
    "answer_dark": ("#1d2531", "#c9d6e6"),
}  # fmt: skip

SCALE_OF_RANGE: Mapping[str, Scale] = {"pixel": "pixel", "signed": "signed", "positive": "activation", "share": "activation"}
"""Colour scale of each range of values."""


def value_ranges(network: Architecture) -> dict[str, str]:
    """Return the range of values (Layer.scale) of each symbol: "pixel", "signed", "positive" or "share". Symbols that are
    not in it are "signed".

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> value_ranges(Network.parse(DEFAULT))["a1"]
    'share'
    """
    ranges = {"x": "pixel", "y": "share", "L": "share"}
    for layer, names in zip(network.layers, network.names, strict=True):
        ranges[names.input] = source = ranges[names.source]
        ranges[names.output] = source if layer.scale == "same" else layer.scale
    return ranges


def limits_of(array: np.ndarray, value_range: str, pixels: str) -> tuple[float, float]:
    """Return the finite values at the ends of an array's colour scale, symmetric about zero if its values are "signed".
    `pixels` is the setup's scale of pixels.

    >>> limits_of(np.array([1.0, -3.0]), "signed", "unit"), limits_of(np.array([0.2]), "share", "unit")
    ((-3.0, 3.0), (0.0, 1.0))
    """
    array = np.nan_to_num(array, nan=0.0)  # training with too large a rate ends in NaN
    if value_range == "signed":
        limit = float(np.abs(array).max())
        return -limit, limit
    if value_range == "pixel":
        return (0.0, 255.0) if pixels == "raw" else (0.0, 1.0)
    return 0.0, float(array.max()) if value_range == "positive" else max(1.0, float(array.max()))


def ramp(scale: str, levels: int) -> np.ndarray:
    """Return `levels` colours of a scale from its low to its high end, uint8 (levels, 3).

    >>> ramp("pixel", 3).tolist()
    [[0, 0, 0], [128, 128, 128], [255, 255, 255]]
    """
    return interpolate(SCALES[scale], levels)


def interpolate(colours: tuple[str, ...], levels: int) -> np.ndarray:
    """Interpolate between anchor colours, as `ramp` does."""
    anchors = np.array([list(bytes.fromhex(colour[1:])) for colour in colours])
    positions = np.linspace(0, len(anchors) - 1, levels)
    channels = [np.interp(positions, np.arange(len(anchors)), channel) for channel in anchors.T]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


def levels_of(values: np.ndarray, low: float, high: float, levels: int) -> np.ndarray:
    """Return the level of each value between `low` and `high`, as integers from 0 to levels - 1.

    NaN gets the middle level, and so does every value if `low` equals `high`.

    >>> levels_of(np.array([-2.0, 0.0, 1.0, 9.0]), -2.0, 2.0, 5).tolist()
    [0, 2, 3, 4]
    """
    share = (values - low) / (high - low) if high > low else np.full(values.shape, 0.5)
    return np.rint(np.clip(np.nan_to_num(share, nan=0.5), 0, 1) * (levels - 1)).astype(np.uint8)
