"""Test patterns: images simple enough to predict a kernel's output."""

import numpy as np

from cnnviz.core.runtime.read_only import freeze
from cnnviz.core.setup.image_ids import PATTERNS

SIZE = 32
ROWS, COLUMNS = freeze(np.indices((SIZE, SIZE)))


def pattern(name: str) -> np.ndarray:
    """Return the pattern `name` as pixels (32,32,3), uint8, with three equal channels. Raise ValueError if there is
    none.

    >>> pattern("gradient")[0, [0, 1, 31], 0].tolist()
    [0, 8, 255]
    >>> int((pattern("dot")[..., 0] > 0).sum())
    1
    """
    if name not in PATTERNS:
        raise ValueError(f"pattern: {name!r} is none of {', '.join(PATTERNS)}")
    gray = {"edges": _edges, "checkerboard": _checkerboard, "gradient": _gradient, "dot": _dot}[name]()
    return np.repeat(np.rint(255 * gray)[..., np.newaxis], 3, axis=-1).astype(np.uint8)


def _edges() -> np.ndarray:
    """Return a vertical, a horizontal and two diagonal edges, one in each quadrant."""
    half = SIZE // 2
    i, j = np.indices((half, half))
    vertical, horizontal, falling, rising = j >= half // 2, i >= half // 2, j > i, i + j >= half
    return np.block([[vertical, horizontal], [falling, rising]])


def _checkerboard() -> np.ndarray:
    """Return squares of 4×4 pixels: a 3×3 kernel sees flat areas, edges and corners."""
    return (ROWS // 4 + COLUMNS // 4) % 2


def _gradient() -> np.ndarray:
    """Return a linear ramp from black on the left to white on the right."""
    return COLUMNS / (SIZE - 1)


def _dot() -> np.ndarray:
    """Return one white pixel: z1 then shows the kernel rotated by 180°, since cross-correlation does not flip it."""
    return (ROWS == SIZE // 2) & (COLUMNS == SIZE // 2)
