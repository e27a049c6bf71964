"""The distance between two arrays, in direction and in size."""

import numpy as np


def agreement(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """The cosine between two arrays and the ratio of their norms, theirs to ours; NaN where one is zero.

    >>> agreement(np.array([1.0, 0.0]), np.array([2.0, 0.0]))
    (1.0, 2.0)
    """
    most, others = (float(np.abs(one).max(initial=0)) for one in (ours, theirs))
    if not most or not others:
        return float("nan"), float("nan") if not most else 0.0
    ours, theirs = ours / most, theirs / others  # squares of very small and of very large numbers are 0 and ∞
    left, right = np.linalg.norm(ours), np.linalg.norm(theirs)
    return float(np.clip((ours / left).ravel() @ (theirs / right).ravel(), -1, 1)), float(right / left * (others / most))
