"""The precision of a backward pass that was worked out elsewhere: by its numbers' dtype, or by the digits that were printed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.gradcheck.verdict import SAFETY
from cnnviz.core.runtime.cached import cached_property
from cnnviz.words import Message, message


@dataclass(frozen=True)
class Precision:
    """The distance that two right passes may have: by `relative` of a number, and by what round-off leaves of it.

    `epsilon` is the round-off of one operation as a share of the numbers that it adds up; below `smallest` round-off no
    longer shrinks with the number. `kind` names it: "double", "single", "half", or "printed" with so many `digits`.
    """

    relative: float = 0.0
    epsilon: float = 0.0
    smallest: float = 0.0
    kind: str = ""
    digits: int = 0

    @cached_property
    def words(self) -> Message | None:
        """The sentence about it; None for double precision."""
        if self.kind in ("", "double"):
            return None
        return message(f"own.precision.{self.kind}", relative=self.relative, digits=self.digits)

    @np.errstate(all="ignore")
    def alike(self, one: np.ndarray, other: np.ndarray, doubt: np.ndarray) -> np.ndarray:
        """The entries that are the same, as far as this precision goes; what is not finite has to be so in both."""
        apart, size = np.abs(one - other), np.maximum(np.abs(one), np.abs(other))
        near = np.isfinite(size) & ((apart <= self.relative * size) | (apart <= SAFETY * doubt))
        return near | (one == other) | (np.isnan(one) & np.isnan(other))


def _of(dtype: type, relative: float, kind: str) -> Precision:
    """The precision of a dtype; below its smallest normal number a product may as well be 0, but in half precision."""
    info = np.finfo(dtype)
    return Precision(relative, float(info.eps), float(info.tiny / (1 if dtype is np.float16 else info.eps)), kind)


EXACT = Precision()
"""Not a bit may differ."""
DOUBLE = _of(np.float64, 1e-6, "double")
"""The difference between two right programs in double precision."""
SINGLE = _of(np.float32, 1e-3, "single")
"""Sums of hundreds of numbers of single precision differ in the fourth digit."""
HALF = _of(np.float16, 1e-2, "half")
"""Half precision has three digits, and nothing below 6e-8."""

ROUND = 0.75
"""The share of a significand's bits that round numbers have at the most, as whole ones: all precisions hold them, so they tell of none."""
FEWEST, MOST = 3, 12
"""Significant digits that a printed number has; with more of them it is as good as double precision."""
DECIMALS = 4
"""Digits behind the point at the least: numbers that have fewer are not rounded, but round."""


def precisions(arrays: Mapping[str, np.ndarray]) -> dict[str, Precision]:
    """The precision of each array, which are in the order of a backward pass: none is more exact than those before it.

    Double precision may hold numbers that were of another kind before: all of them together tell.

    >>> found = precisions({"dz1": np.array([0.1, 0.7], np.float32), "df": np.array([0.1234567, 12.34567])})
    >>> [one.kind for one in found.values()], precisions({"df": np.array([0.1234567, 12.34567])})["df"].digits
    (['single', 'single'], 7)
    """
    wide = _of_numbers([array for array in arrays.values() if _dtype(array) is DOUBLE])
    found, so_far = {}, DOUBLE
    for name, array in arrays.items():
        own = wide if _dtype(array) is DOUBLE else _dtype(array)
        so_far = max(so_far, own, key=lambda one: (one.relative, one.epsilon))
        found[name] = so_far
    return found


def _dtype(array: np.ndarray) -> Precision:
    size = array.dtype.itemsize if array.dtype.kind == "f" else 8
    return HALF if size == 2 else SINGLE if size == 4 else DOUBLE


def _of_numbers(arrays: Iterable[np.ndarray]) -> Precision:
    """The precision that numbers in double precision had before."""
    numbers = np.concatenate([np.ravel(array).astype(np.float64) for array in arrays] or [np.zeros(0)])
    numbers = np.unique(numbers[np.isfinite(numbers) & (numbers != 0)])
    if not numbers.size:
        return DOUBLE
    for precision, dtype in ((HALF, np.float16), (SINGLE, np.float32)):
        with np.errstate(over="ignore", under="ignore"):
            if np.array_equal(numbers.astype(dtype), numbers):
                return DOUBLE if _are_round(numbers, np.finfo(dtype)) else precision
    return _printed(numbers)


def _are_round(numbers: np.ndarray, info: np.finfo) -> bool:
    """Tells whether all are multiples of one power of 2, and small ones, as sums and means of whole numbers are."""
    unit = np.ldexp(1.0, np.frexp(np.abs(numbers).max())[1] - int(ROUND * (info.nmant + 1)))
    return not np.fmod(numbers, max(unit, float(info.tiny))).any()


def _printed(numbers: np.ndarray) -> Precision:
    digits = next((n for n in range(FEWEST, MOST + 1) if _has(numbers, n)), None)
    decimals = next((n for n in range(DECIMALS, MOST + 1) if np.array_equal(np.round(numbers, n), numbers)), None)
    if digits is None and decimals is None:
        return DOUBLE
    epsilon = 0.5 * 10.0 ** (1 - (digits or MOST))
    smallest = DOUBLE.smallest if decimals is None else 0.5 * 10.0**-decimals / epsilon
    return Precision(max(DOUBLE.relative, 4 * epsilon), epsilon, smallest, "printed", digits or decimals or 0)


def _has(numbers: np.ndarray, digits: int) -> bool:
    """Tells whether no number has more significant digits; the first ones mostly tell."""
    return all(float(f"{number:.{digits - 1}e}") == number for number in numbers.tolist())
