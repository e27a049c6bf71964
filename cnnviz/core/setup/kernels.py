"""Named 3×3 kernels, and reproducible random ones."""

import numpy as np

KERNELS: dict[str, tuple[float, ...]] = {
    name: tuple(float(weight) for weight in weights)
    for name, weights in {
        "sobel-x": (-1, 0, 1, -2, 0, 2, -1, 0, 1),
        "sobel-y": (-1, -2, -1, 0, 0, 0, 1, 2, 1),
        "identity": (0, 0, 0, 0, 1, 0, 0, 0, 0),
        "blur": (1 / 16, 1 / 8, 1 / 16, 1 / 8, 1 / 4, 1 / 8, 1 / 16, 1 / 8, 1 / 16),
        "sharpen": (0, -1, 0, -1, 5, -1, 0, -1, 0),
        "laplacian": (0, 1, 0, 1, -4, 1, 0, 1, 0),
        "emboss": (-2, -1, 0, -1, 1, 1, 0, 1, 2),
        "notebook": (10, 6, 13, 13, 8, 9, 8, 7, 15),
    }.items()
}
"""Kernels by name, row by row. "notebook" is the kernel that the teaching notebook drew from the integers 0 to 17."""


def random_kernel(seed: int) -> tuple[float, ...]:
    """Return nine draws from N(0, 1), rounded to two decimals for readability. The same seed gives the same draws.

    >>> random_kernel(0)
    (0.13, -0.13, 0.64, 0.1, -0.54, 0.36, 1.3, 0.95, -0.7)
    """
    return tuple(float(weight) for weight in np.random.default_rng(seed).normal(size=9).round(2) + 0.0)
