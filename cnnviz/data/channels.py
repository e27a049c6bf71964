"""Selection of an image's channels as network input: red, green, blue, gray or all three."""

import numpy as np

from cnnviz.core.setup.setup import CHANNELS
from cnnviz.words import Problem

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in perceived brightness (ITU-R BT.601)."""


def take_channel(pixels: np.ndarray, channel: str, dtype: type = np.float64) -> np.ndarray:
    """Return one channel of `pixels` (…,H,W,3) as a new array: (…,H,W), or (…,3,H,W) for "rgb".

    "gray" is 0.299 R + 0.587 G + 0.114 B, not rounded. Raise Problem if the channel is unknown.

    >>> take_channel(np.array([[[10, 20, 30], [1, 2, 3]]]), "green").tolist()
    [[20.0, 2.0]]
    >>> take_channel(np.zeros((7, 32, 32, 3), np.uint8), "rgb").shape
    (7, 3, 32, 32)
    """
    if check_channel(channel) == "rgb":
        return np.moveaxis(pixels, -1, -3).astype(dtype, order="C")
    if channel == "gray":
        r, g, b = (share * pixels[..., c].astype(np.float64) for c, share in enumerate(LUMA))
        return (r + g + b).astype(dtype, copy=False)
    return pixels[..., CHANNELS.index(channel)].astype(dtype, order="C")


def check_channel(channel: str) -> str:
    """Return `channel`. Raise Problem if it is unknown."""
    if channel not in CHANNELS:
        raise Problem("data.image.no_channel", channel=repr(channel), channels=CHANNELS)
    return channel
