"""Read-only arrays: numbers are shared between visitors, and none may change them."""

from typing import TypeVar

import numpy as np

Value = TypeVar("Value")


def as_frozen(values: object) -> np.ndarray:
    """`values` as a read-only float64 array; a copy unless they are one already.

    >>> as_frozen([1, 2]).flags.writeable
    False
    """
    if type(values) is np.ndarray and values.dtype == np.float64 and not _writable(values):
        return values
    array = np.array(values, dtype=np.float64)
    array.setflags(False)  # type: ignore[call-arg]  # write: by place, which takes half as long
    return array


def freeze(array: np.ndarray) -> np.ndarray:
    """`array`, read-only from now on, as is the array that it is a view of. Only for what was made here.

    >>> row = freeze(np.zeros((2, 2)).reshape(-1))
    >>> row.flags.writeable, row.base.flags.writeable
    (False, False)
    """
    array.setflags(False)  # type: ignore[call-arg]
    if isinstance(array.base, np.ndarray):
        array.base.setflags(False)  # type: ignore[call-arg]
    return array


def freeze_all(value: Value) -> Value:
    """`value`, an array or the arrays in a dict, a tuple or a list, read-only from now on.

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
    """A record, as a base of dataclasses: the arrays of its fields, which are its own, are read-only once it is made."""

    def __post_init__(self) -> None:
        freeze_all(vars(self))


def _writable(array: object) -> bool:
    """Tells whether `array` can be written to, or what it is a view of."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return True
        array = array.base
    return not (array is None or isinstance(array, bytes))
