"""Read-only arrays, which visitors can share because none can modify them."""

from typing import TypeVar

import numpy as np

Value = TypeVar("Value")


def as_frozen(values: object) -> np.ndarray:
    """Return `values` as a read-only float64 array. Copies unless they already are one.

    >>> as_frozen([1, 2]).flags.writeable
    False
    """
    if type(values) is np.ndarray and values.dtype == np.float64 and not _writable(values):
        return values
    array = np.array(values, dtype=np.float64)
    array.setflags(False)  # type: ignore[call-arg]  # a positional argument takes half the time of `write=False`
    return array


def freeze(array: np.ndarray) -> np.ndarray:
    """Make `array` and its base read-only and return it. Only for arrays that the core created.

    >>> row = freeze(np.zeros((2, 2)).reshape(-1))
    >>> row.flags.writeable, row.base.flags.writeable
    (False, False)
    """
    array.setflags(False)  # type: ignore[call-arg]
    if isinstance(array.base, np.ndarray):
        array.base.setflags(False)  # type: ignore[call-arg]
    return array


def freeze_all(value: Value) -> Value:
    """Make an array, or all arrays in a dict, tuple or list, read-only, and return `value`.

    >>> freeze_all({"losses": np.zeros(2)})["losses"].flags.writeable
    False
    """
    if isinstance(value, np.ndarray):
        freeze(value)
    elif isinstance(value, dict | tuple | list):
        for one in value.values() if isinstance(value, dict) else value:
            freeze_all(one)
    return value


class ReadOnly:
    """Base of dataclasses that makes the arrays in all fields read-only on creation."""

    def __post_init__(self) -> None:
        freeze_all(vars(self))


def _writable(array: object) -> bool:
    """Return whether `array` or any of its bases is writable."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return True
        array = array.base
    return not (array is None or isinstance(array, bytes))
