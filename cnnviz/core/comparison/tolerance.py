"""When two arrays are called the same."""

from __future__ import annotations

import numpy as np


def agree(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether no entry differs; NaN agrees with NaN.

    >>> agree(np.array([1.0, np.nan]), np.array([1.0, np.nan])), agree(np.zeros(1), np.full(1, 1e-300))
    (True, False)
    """
    return np.array_equal(a, b, equal_nan=True)


def largest(array: np.ndarray) -> float:
    """The size of the largest entry that is a number; 0 where there is none."""
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0))
