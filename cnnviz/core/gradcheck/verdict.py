"""The judgement of a gradient against central differences, entry by entry: right, wrong, at a kink, or undecided.

All judgements of gradients use `marks`. The exported exercise repeats it with NumPy alone.
"""

import numpy as np

RIGHT, WRONG, KINK, UNDECIDED = range(4)
"""Marks of an entry."""
TOLERANCE = 1e-6
"""Largest relative error of a gradient that is called right."""
SAFETY = 4
"""Safety factor on the estimated error of a central difference."""
UNDERFLOW = 1e-290
"""Size below which an entry is undecided: the numbers behind it may have lost digits to underflow."""


def threshold(error_bound: np.ndarray | float) -> np.ndarray:
    """Return the smallest magnitude at which an entry with this error bound can be distinguished from 0."""
    return np.asarray(np.maximum(SAFETY * error_bound, UNDERFLOW))


@np.errstate(over="ignore", invalid="ignore")  # values that are not finite are handled below
def marks(
    analytic: np.ndarray,
    central: np.ndarray,
    error_bound: np.ndarray | float,
    structural: np.ndarray | bool = False,
    kinks: np.ndarray | bool = False,
    tolerance: float = TOLERANCE,
) -> np.ndarray:
    """Return an int8 array shaped like `analytic`: RIGHT 0, WRONG 1, KINK 2 or UNDECIDED 3 for each entry.

    `error_bound` is the possible error of `central`. `structural` marks entries that are 0 for any values, for example behind an
    inactive unit, and `kinks` those without a derivative. `tolerance` is larger for numbers of lower precision. An entry is

        wrong       if |analytic - central| > threshold(error_bound) and > tolerance·max(|analytic|, |central|)
        undecided   else if |analytic| < threshold(error_bound), except for a structural 0, or if central or error_bound is not finite
        right       otherwise

    An entry at a kink is none of these. An analytic entry that is not finite is wrong.

    >>> analytic = np.array([1.0, 1.001, 1e-13, 0.0, 1e-3, np.nan])
    >>> marks(analytic, np.array([1, 1, 0, 0, 0, 1]), 1e-12).tolist()
    [0, 1, 3, 3, 1, 1]
    >>> marks(np.array([2e-300, 1e-5]), np.array([1e-300, 0.0]), 0.0).tolist()
    [3, 1]
    >>> marks(np.zeros(2), np.array([1e-13, 0.3]), 1e-12, structural=np.ones(2, bool), kinks=np.array([False, True])).tolist()
    [0, 2]
    """
    difference, size, smallest_decidable = np.abs(analytic - central), np.abs(analytic), threshold(error_bound)
    is_unknown = ~(np.isfinite(central) & np.isfinite(error_bound))
    is_equal = (difference <= smallest_decidable) | (difference <= tolerance * np.maximum(size, np.abs(central)))
    is_decided = (size >= smallest_decidable) | (structural & (analytic == 0))
    result = np.where(is_unknown, UNDECIDED, np.where(is_equal, np.where(is_decided, RIGHT, UNDECIDED), WRONG))
    result = np.where(kinks, KINK, result)
    return np.where(np.isfinite(analytic), result, WRONG).astype(np.int8)


def relative_error(a: np.ndarray, n: np.ndarray, floor: float | np.ndarray = 0.0) -> np.ndarray:
    """Return |a - n| / max(|a|, |n|, floor) for each entry, or 0 if both are 0.

    `check_gradients` sets the floor so that SAFETY times the error bound of a central difference is TOLERANCE times
    the floor. Round-off in a tiny entry then causes no false alarm, and an error of 0.1 % is seen down to a
    thousandth of the floor.

    >>> relative_error(np.array([2.0, 0.0, 1e-9]), np.array([1.0, 0.0, 2e-9]), floor=1e-3).tolist()
    [0.5, 0.0, 1e-06]
    """
    scale = np.maximum(np.maximum(np.abs(a), np.abs(n)), np.maximum(floor, np.finfo(np.float64).tiny))
    return np.abs(np.asarray(a) - n) / scale
