"""The precision of a backward pass that was computed elsewhere, from the dtype of its numbers or the number of
printed digits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.gradcheck.verdict import SAFETY
from cnnviz.core.runtime.cached import cached_property
from cnnviz.words import Message, message


@dataclass(frozen=True)
class Precision:
    """The difference allowed between two correct passes: a relative error of `relative`, or an effect of round-off.

    `epsilon` is the round-off of one operation relative to the numbers that it adds up; below `smallest` it no longer
    shrinks with the number. `kind` is "double", "single", "half", or "printed" with `digits` digits.
    """

    relative: float = 0.0
    epsilon: float = 0.0
    smallest: float = 0.0
    kind: str = ""
    digits: int = 0

    @cached_property
    def words(self) -> Message | None:
        """The sentence about the precision, or None for double precision."""
        if self.kind in ("", "double"):
            return None
        return message(f"own.precision.{self.kind}", relative=self.relative, digits=self.digits)

    @np.errstate(all="ignore")
    def equal_entries(self, array: np.ndarray, other: np.ndarray, error_bound: np.ndarray) -> np.ndarray:
        """Return which entries are equal at this precision. Entries that are not finite must agree exactly."""
        difference, size = np.abs(array - other), np.maximum(np.abs(array), np.abs(other))
        is_close = np.isfinite(size) & ((difference <= self.relative * size) | (difference <= SAFETY * error_bound))
        return is_close | (array == other) | (np.isnan(array) & np.isnan(other))


def _dtype_precision(dtype: type, relative: float, kind: str) -> Precision:
    """Return the precision of a dtype. Below its smallest normal number a product may be flushed to 0, except in half
    precision."""
    info = np.finfo(dtype)
    return Precision(relative, float(info.eps), float(info.tiny / (1 if dtype is np.float16 else info.eps)), kind)


EXACT = Precision()
"""Bitwise equality."""
DOUBLE = _dtype_precision(np.float64, 1e-6, "double")
"""Difference between two correct programs in double precision."""
SINGLE = _dtype_precision(np.float32, 1e-3, "single")
"""In single precision, sums of hundreds of numbers differ in the fourth digit."""
HALF = _dtype_precision(np.float16, 1e-2, "half")
"""Half precision has three digits, and its smallest number is 6e-8."""

ROUND = 0.75
"""Largest share of a significand's bits that round numbers, such as integers, use. Every dtype holds them exactly, so
they reveal no precision."""
FEWEST, MOST = 3, 12
"""Range of significant digits of printed numbers. Numbers with more digits count as double precision."""
DECIMALS = 4
"""Fewest decimals of a rounded number. Numbers with fewer count as round rather than rounded."""


def precisions(arrays: Mapping[str, np.ndarray]) -> dict[str, Precision]:
    """Return the precision of each array, in the order of the backward pass. No array is more precise than the ones
    before it. Float64 arrays may hold numbers of a lower precision, which is determined from all of them together.

    >>> found = precisions({"dz1": np.array([0.1, 0.7], np.float32), "df": np.array([0.1234567, 12.34567])})
    >>> [one.kind for one in found.values()], precisions({"df": np.array([0.1234567, 12.34567])})["df"].digits
    (['single', 'single'], 7)
    """
    float64_precision = _detect_precision([array for array in arrays.values() if _nominal_precision(array) is DOUBLE])
    result, least_precise = {}, DOUBLE
    for name, array in arrays.items():
        precision = float64_precision if _nominal_precision(array) is DOUBLE else _nominal_precision(array)
        least_precise = max(least_precise, precision, key=lambda candidate: (candidate.relative, candidate.epsilon))
        result[name] = least_precise
    return result


def _nominal_precision(array: np.ndarray) -> Precision:
    size = array.dtype.itemsize if array.dtype.kind == "f" else 8
    return HALF if size == 2 else SINGLE if size == 4 else DOUBLE


def _detect_precision(arrays: Iterable[np.ndarray]) -> Precision:
    """Return the precision that float64 numbers had before they were converted."""
    numbers = np.concatenate([np.ravel(array).astype(np.float64) for array in arrays] or [np.zeros(0)])
    numbers = np.unique(numbers[np.isfinite(numbers) & (numbers != 0)])
    if not numbers.size:
        return DOUBLE
    for precision, dtype in ((HALF, np.float16), (SINGLE, np.float32)):
        with np.errstate(over="ignore", under="ignore"):
            if np.array_equal(numbers.astype(dtype), numbers):
                return DOUBLE if _are_round(numbers, np.finfo(dtype)) else precision
    return _printed_precision(numbers)


def _are_round(numbers: np.ndarray, info: np.finfo) -> bool:
    """Return whether all numbers are small multiples of one power of 2, like sums and means of integers."""
    unit = np.ldexp(1.0, np.frexp(np.abs(numbers).max())[1] - int(ROUND * (info.nmant + 1)))
    return not np.fmod(numbers, max(unit, float(info.tiny))).any()


def _printed_precision(numbers: np.ndarray) -> Precision:
    digits = next((n for n in range(FEWEST, MOST + 1) if _fits_digits(numbers, n)), None)
    decimals = next((n for n in range(DECIMALS, MOST + 1) if np.array_equal(np.round(numbers, n), numbers)), None)
    if digits is None and decimals is None:
        return DOUBLE
    epsilon = 0.5 * 10.0 ** (1 - (digits or MOST))
    smallest = DOUBLE.smallest if decimals is None else 0.5 * 10.0**-decimals / epsilon
    return Precision(max(DOUBLE.relative, 4 * epsilon), epsilon, smallest, "printed", digits or decimals or 0)


def _fits_digits(numbers: np.ndarray, digits: int) -> bool:
    """Return whether no number has more than `digits` significant digits. Usually the first few numbers decide."""
    return all(float(f"{number:.{digits - 1}e}") == number for number in numbers.tolist())
