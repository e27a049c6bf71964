"""The size of arrays, which tolerances go by."""

import numpy as np


def largest(array: np.ndarray) -> float:
    """The size of the largest entry that is a number; 0 where there is none."""
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0))
