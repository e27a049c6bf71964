"""One array that a function returned, compared with the correct one."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.diagnosis.precision import DOUBLE, Precision, precisions
from cnnviz.core.gradcheck.verdict import WRONG, marks
from cnnviz.core.runtime.cached import cached_property
from cnnviz.judge.case import POOLS, RETURNS, Array, Case
from cnnviz.judge.courses import CS231n
from cnnviz.judge.right_gradients import Right
from cnnviz.words import Message, join_messages, message


@dataclass(frozen=True, eq=False)
class Returned:
    """An array in the course's layout, as float64, and its original precision."""

    course: CS231n
    right: Right
    role: str
    array: Array
    precision: Precision

    @cached_property
    def wanted(self) -> Array:
        """The correct array in the course's layout."""
        return self.course.laid_out(self.right.case, self.role, self.right.gradients[self.role])

    @cached_property
    def doubt(self) -> Array:
        """Possible round-off of each number."""
        return self.precision.epsilon * np.abs(self.course.laid_out(self.right.case, self.role, self.right.sizes[self.role]))

    @cached_property
    def wrong(self) -> Array:
        """Mask of wrong numbers. If the shape is wrong, all are."""
        if self.array.shape != self.wanted.shape:
            return np.ones(self.array.shape, bool)
        return marks(self.array, self.wanted, self.doubt, tolerance=self.precision.relative) == WRONG

    @property
    def is_right(self) -> bool:
        """Whether the shape and all numbers are correct."""
        return self.array.shape == self.wanted.shape and not self.wrong.any()

    @cached_property
    def only_shape(self) -> bool:
        """Whether only the shape is wrong."""
        shape = self.wanted.shape
        return self.array.shape != shape and self.array.size == self.wanted.size and np.allclose(self.array.reshape(shape), self.wanted, 1e-3)

    def is_as(self, made: Array) -> bool:
        """Return whether it equals an array in the core's layout, up to its precision and axes of length 1."""
        made = self.course.laid_out(self.right.case, self.role, np.asarray(made, np.float64))
        if made.squeeze().shape != self.array.squeeze().shape:
            return False
        made = made.reshape(self.array.shape)
        doubt = self.doubt if self.doubt.shape == made.shape else self.precision.epsilon * np.abs(made)
        return bool(self.precision.alike(self.array, made, doubt).all())

    # ---- in words

    @property
    def name(self) -> str:
        """Its name in the course."""
        return self.course.names(self.right.case.kind)[self.role]

    @property
    def place(self) -> Message:
        """Sentence on where it is wrong, which does not reveal a correct number."""
        if self.array.shape == self.wanted.shape and self.wrong.ndim and np.isfinite(self.array).all():
            at = tuple(int(n) for n in np.argwhere(self.wrong)[0])
            count = {"n": int(self.wrong.sum()), "count": self.wrong.size}
            return message("judge.place", name=self.name, case=said(self.course, self.right.case), at=str(at), **count)
        if self.array.shape == self.wanted.shape and np.isfinite(self.array).all():
            return message("judge.place_of_number", name=self.name, case=said(self.course, self.right.case))
        return self._strange or self.fault

    @property
    def _strange(self) -> Message | None:
        """Sentence on a wrong shape or on numbers that are not finite, or None."""
        case = said(self.course, self.right.case)
        if self.array.shape != self.wanted.shape:
            return message("judge.shape_of", name=self.name, case=case, shape=str(self.array.shape), wanted=str(self.wanted.shape))
        strange = ~np.isfinite(self.array)
        if not strange.any():
            return None
        at = tuple(int(n) for n in np.argwhere(strange)[0])
        return message("judge.not_finite", name=self.name, case=case, n=int(strange.sum()), count=strange.size, at=str(at))

    @property
    def fault(self) -> Message:
        """Sentence on its fault: the shape, a number that is not finite, or the first wrong number."""
        if strange := self._strange:
            return join_messages([strange, message("judge.only_shape")]) or strange if self.only_shape else strange
        case, at = said(self.course, self.right.case), tuple(int(n) for n in np.argwhere(self.wrong)[0])
        numbers = {"yours": float(self.array[at]), "right": float(self.wanted[at])}
        if not at:
            return message("judge.number", name=self.name, case=case, **numbers)
        return message("judge.numbers", name=self.name, case=case, n=int(self.wrong.sum()), count=self.wrong.size, at=str(at), **numbers)


def returned(course: CS231n, right: Right, given: Any) -> list[Returned]:
    """Return each array that a function returned. Raise AssertionError if their number is wrong or one is not an
    array of numbers."""
    roles, names = RETURNS[right.case.kind], course.names(right.case.kind)
    arrays = given if isinstance(given, tuple) or (isinstance(given, list) and len(roles) > 1) else (given,)
    if given is None or len(arrays) != len(roles):
        n = 0 if given is None else len(arrays)
        raise AssertionError(str(message("judge.count", n=n, names=[names[role] for role in roles], wanted=len(roles))))
    return beside(course, right, roles, arrays)


def beside(course: CS231n, right: Right, roles: Sequence[str], arrays: Sequence[Any]) -> list[Returned]:
    """Return the arrays of these roles for comparison. Raise AssertionError if one is not an array of numbers."""
    names = course.names(right.case.kind)
    numbers = {role: numbers_of(names[role], array) for role, array in zip(roles, arrays, strict=True)}
    precision = max(precisions(numbers).values(), key=lambda one: (one.relative, one.epsilon), default=DOUBLE)
    shaped = {role: array.reshape(()) if role == "loss" and array.size == 1 else array for role, array in numbers.items()}
    return [Returned(course, right, role, array.astype(np.float64), precision) for role, array in shaped.items()]


def numbers_of(name: str, given: Any) -> Array:
    """Convert a value to an array of numbers. Raise AssertionError if that is impossible."""
    try:
        found = np.asarray(given)
    except ValueError:  # lists of different lengths
        found = np.asarray(None)
    if found.dtype.kind not in "fiub":
        raise AssertionError(str(message("judge.no_numbers", name=name, type="None" if given is None else type(given).__name__)))
    return found


def said(course: CS231n, case: Case) -> Message:
    """Return a case in words: the shapes of its arrays, and its settings."""
    names = course.names(case.kind)
    shapes = [f"{names[role]} {course.laid_out(case, role, case.arrays[role]).shape}" for role in ("x", "w") if role in case.arrays]
    settings: Mapping[str, object] = course.settings(case) if case.kind in ("conv", *POOLS, "dropout") else {}
    return message("judge.case_said", parts=[*shapes, *(f"{name} {value}" for name, value in settings.items() if name != "mode")])


def called(function: Callable[..., Any], given: tuple[Any, ...]) -> Any:
    """Call a function. The last of several arguments, a dictionary or a mode, is omitted if the function takes one
    less.

    >>> called(lambda dout, cache: cache, (1, 2, "max"))
    2
    """
    fewer = given[:-1] if len(given) > 2 and not _takes(function, given) and _takes(function, given[:-1]) else given
    return function(*fewer)


def _takes(function: Callable[..., Any], given: tuple[Any, ...]) -> bool:
    try:
        inspect.signature(function).bind(*given)
    except (TypeError, ValueError):
        return False
    return True


def wrong_ones(arrays: Iterable[Returned]) -> list[Returned]:
    """Return the wrong ones."""
    return [one for one in arrays if not one.is_right]
