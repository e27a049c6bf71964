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
from cnnviz.judge.right_gradients import CorrectResult
from cnnviz.words import Message, join_messages, message


@dataclass(frozen=True, eq=False)
class ReturnedArray:
    """An array in the course's layout, as float64, and its original precision."""

    course: CS231n
    right: CorrectResult
    role: str
    array: Array
    precision: Precision

    @cached_property
    def expected(self) -> Array:
        """The correct array in the course's layout."""
        return self.course.to_course_layout(self.right.case, self.role, self.right.gradients[self.role])

    @cached_property
    def error_bound(self) -> Array:
        """Possible round-off of each number."""
        return self.precision.epsilon * np.abs(self.course.to_course_layout(self.right.case, self.role, self.right.sizes[self.role]))

    @cached_property
    def wrong(self) -> Array:
        """Mask of wrong numbers. If the shape is wrong, all are."""
        if self.array.shape != self.expected.shape:
            return np.ones(self.array.shape, bool)
        return marks(self.array, self.expected, self.error_bound, tolerance=self.precision.relative) == WRONG

    @property
    def is_right(self) -> bool:
        """Whether the array's shape and all its numbers are correct."""
        return self.array.shape == self.expected.shape and not self.wrong.any()

    @cached_property
    def has_only_wrong_shape(self) -> bool:
        """Whether only the shape is wrong."""
        shape = self.expected.shape
        return self.array.shape != shape and self.array.size == self.expected.size and np.allclose(self.array.reshape(shape), self.expected, 1e-3)

    def equals(self, candidate: Array) -> bool:
        """Return whether the array equals `candidate`, in the core's layout, up to precision and axes of length 1."""
        candidate = self.course.to_course_layout(self.right.case, self.role, np.asarray(candidate, np.float64))
        if candidate.squeeze().shape != self.array.squeeze().shape:
            return False
        candidate = candidate.reshape(self.array.shape)
        error_bound = self.error_bound if self.error_bound.shape == candidate.shape else self.precision.epsilon * np.abs(candidate)
        return bool(self.precision.equal_entries(self.array, candidate, error_bound).all())

    # ---- in words

    @property
    def name(self) -> str:
        """The array's name in the course."""
        return self.course.names(self.right.case.kind)[self.role]

    @property
    def place(self) -> Message:
        """Sentence on the positions of wrong numbers, without revealing a correct number."""
        if self.array.shape == self.expected.shape and self.wrong.ndim and np.isfinite(self.array).all():
            index = tuple(int(n) for n in np.argwhere(self.wrong)[0])
            count = {"n": int(self.wrong.sum()), "count": self.wrong.size}
            return message("judge.place", name=self.name, case=describe_case(self.course, self.right.case), at=str(index), **count)
        if self.array.shape == self.expected.shape and np.isfinite(self.array).all():
            return message("judge.place_of_number", name=self.name, case=describe_case(self.course, self.right.case))
        return self._invalid_sentence or self.fault

    @property
    def _invalid_sentence(self) -> Message | None:
        """Sentence on a wrong shape or on non-finite numbers, or None."""
        case = describe_case(self.course, self.right.case)
        if self.array.shape != self.expected.shape:
            return message("judge.shape_of", name=self.name, case=case, shape=str(self.array.shape), wanted=str(self.expected.shape))
        is_strange = ~np.isfinite(self.array)
        if not is_strange.any():
            return None
        index = tuple(int(n) for n in np.argwhere(is_strange)[0])
        return message("judge.not_finite", name=self.name, case=case, n=int(is_strange.sum()), count=is_strange.size, at=str(index))

    @property
    def fault(self) -> Message:
        """Sentence on the array's fault: its shape, a non-finite number, or the first wrong number."""
        if strange := self._invalid_sentence:
            return join_messages([strange, message("judge.only_shape")]) or strange if self.has_only_wrong_shape else strange
        case, index = describe_case(self.course, self.right.case), tuple(int(n) for n in np.argwhere(self.wrong)[0])
        numbers = {"yours": float(self.array[index]), "right": float(self.expected[index])}
        if not index:
            return message("judge.number", name=self.name, case=case, **numbers)
        return message("judge.numbers", name=self.name, case=case, n=int(self.wrong.sum()), count=self.wrong.size, at=str(index), **numbers)


def compare_results(course: CS231n, right: CorrectResult, result: Any) -> list[ReturnedArray]:
    """Return each array that a function returned. Raise AssertionError if their number is wrong or one is not an
    array of numbers."""
    roles, names = RETURNS[right.case.kind], course.names(right.case.kind)
    arrays = result if isinstance(result, tuple) or (isinstance(result, list) and len(roles) > 1) else (result,)
    if result is None or len(arrays) != len(roles):
        n = 0 if result is None else len(arrays)
        raise AssertionError(str(message("judge.count", n=n, names=[names[role] for role in roles], wanted=len(roles))))
    return compare_with_correct(course, right, roles, arrays)


def compare_with_correct(course: CS231n, right: CorrectResult, roles: Sequence[str], arrays: Sequence[Any]) -> list[ReturnedArray]:
    """Return the arrays of these roles for comparison. Raise AssertionError if one is not an array of numbers."""
    names = course.names(right.case.kind)
    numbers = {role: as_numbers(names[role], array) for role, array in zip(roles, arrays, strict=True)}
    precision = max(precisions(numbers).values(), key=lambda candidate: (candidate.relative, candidate.epsilon), default=DOUBLE)
    reshaped = {role: array.reshape(()) if role == "loss" and array.size == 1 else array for role, array in numbers.items()}
    return [ReturnedArray(course, right, role, array.astype(np.float64), precision) for role, array in reshaped.items()]


def as_numbers(name: str, value: Any) -> Array:
    """Convert a value to an array of numbers. Raise AssertionError if that is impossible."""
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "fiub":
        raise AssertionError(str(message("judge.no_numbers", name=name, type="None" if value is None else type(value).__name__)))
    return array


def describe_case(course: CS231n, case: Case) -> Message:
    """Return a case in words: the shapes of its arrays, and its settings."""
    names = course.names(case.kind)
    shapes = [f"{names[role]} {course.to_course_layout(case, role, case.arrays[role]).shape}" for role in ("x", "w") if role in case.arrays]
    settings: Mapping[str, object] = course.settings(case) if case.kind in ("conv", *POOLS, "dropout") else {}
    return message("judge.case_said", parts=[*shapes, *(f"{name} {value}" for name, value in settings.items() if name != "mode")])


def call_function(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Call a function. If it takes one argument less, omit the last of several arguments, which is a dictionary or a
    mode.

    >>> call_function(lambda dout, cache: cache, (1, 2, "max"))
    2
    """
    used_arguments = arguments[:-1] if len(arguments) > 2 and not _takes(function, arguments) and _takes(function, arguments[:-1]) else arguments
    return function(*used_arguments)


def _takes(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bool:
    try:
        inspect.signature(function).bind(*arguments)
    except (TypeError, ValueError):
        return False
    return True


def wrong_arrays(arrays: Iterable[ReturnedArray]) -> list[ReturnedArray]:
    """Return the arrays that are wrong."""
    return [array for array in arrays if not array.is_right]
