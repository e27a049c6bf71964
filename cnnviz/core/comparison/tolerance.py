"""When two numbers are called the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tolerance:
    """How far numbers may be apart that agree: by `relative` of the larger one, or by `floor` of the array's largest.

    `epsilon` is the round-off of one operation: a number is no surer than this share of the largest that it is made from.
    What is below `smallest` may as well be 0.
    """

    relative: float = 0.0
    floor: float = 0.0
    epsilon: float = 0.0
    smallest: float = 0.0


def agree(a: np.ndarray, b: np.ndarray, tolerance: float | Tolerance = 0.0) -> bool:
    """Whether no entry differs; NaN agrees with NaN. A `tolerance` that is a number is a share of b's largest entry.

    >>> agree(np.array([1.0, 1e-9]), np.array([1.0, 0.0]), 1e-6), agree(np.zeros(2), np.full(2, np.nan), 1.0)
    (True, False)
    """
    return np.array_equal(a, b, equal_nan=True) or not differing(a, b, tolerance).any()


@np.errstate(all="ignore")
def differing(a: np.ndarray, b: np.ndarray, tolerance: float | Tolerance = 0.0, least: np.ndarray | float = 0.0) -> np.ndarray:
    """Which entries of `a` are not those of `b`: they are further apart than `tolerance` and `least`.

    >>> differing(np.array([1.0, 2.0, np.nan]), np.array([1.0, 2.1, 0.0]), Tolerance(relative=0.01))
    array([False,  True,  True])
    """
    allowed = tolerance if isinstance(tolerance, Tolerance) else Tolerance(floor=tolerance)
    finite = np.isfinite(a) & np.isfinite(b)
    most = allowed.floor * largest(b) + allowed.relative * np.maximum(np.abs(a), np.abs(b)) + least
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    wrong: np.ndarray = ~(same | finite & (np.abs(a - b) <= most))
    return wrong


def largest(array: np.ndarray) -> float:
    """The size of the largest entry that is a number; 0 where there is none."""
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0))
