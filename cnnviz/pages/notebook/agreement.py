"""The distance between two arrays, in direction and in size."""

import numpy as np


def agreement(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """The cosine between two arrays and the ratio of their norms, theirs to ours; NaN where one is zero.

    >>> agreement(np.array([1.0, 0.0]), np.array([2.0, 0.0]))
    (1.0, 2.0)
    """
    left, right = np.linalg.norm(ours), np.linalg.norm(theirs)
    if not left or not right:
        return float("nan"), float("nan") if not left else 0.0
    return float(np.clip((ours / left).ravel() @ (theirs / right).ravel(), -1, 1)), float(right / left)
