"""Mutants of correct backward functions, for judging tests: which known mistakes does a test miss?

A mutant is the correct function with one mistake, for arrays of any shape. No mutant exists for mistakes that do not change the
result on our cases, which have no ties and no zeros, and only one for mistakes with equal results.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.judge.case import RETURNS, Array, Case
from cnnviz.judge.cases import make_cases
from cnnviz.judge.courses import CS231n, course_named
from cnnviz.judge.mistakes import Mistake, known_mistakes
from cnnviz.judge.right_gradients import CorrectResult, right
from cnnviz.words import Problem

Function = Callable[..., Any]
Test = Callable[[Function], object]


@dataclass(eq=False)
class Calls:
    """Number of all calls of a mutant, and of calls with arrays for which its mistake is impossible."""

    count: int = 0
    impossible: int = 0


@dataclass(frozen=True, eq=False)
class Mutant:
    """A backward function with one mistake."""

    mistake: Mistake
    function: Function
    calls: Calls = field(default_factory=Calls)

    @property
    def was_impossible(self) -> bool:
        """Whether all calls, and at least one, had arrays for which the mistake is impossible."""
        return 0 < self.calls.count == self.calls.impossible


def right_function(kind: str, like: str = "cs231n") -> Function:
    """Return the correct backward function of a kind, with a course's signature.

    >>> right_function("relu")(np.array([3.0, 4.0]), np.array([1.0, -1.0])).tolist()
    [3.0, 0.0]
    """
    return _function(course_named(like), kind, "", Calls())


def mutants(kind: str, like: str = "cs231n") -> Iterator[Mutant]:
    """Yield each known mistake of a kind as a function. Raise Problem if the kind or course is unknown.

    >>> [mutant.mistake.key for mutant in mutants("relu")][:2]
    ['hidden_slope_forgotten.dx', 'relu_gate_of_gradient.dx']
    """
    course = course_named(like)
    if kind not in RETURNS:
        raise Problem("judge.kind", kind=repr(kind), known=tuple(RETURNS))
    cases = [right(case) for case in make_cases(course, like, kind)]
    earlier_results: list[list[Array]] = []
    for key, mistake in {mistake.key: mistake for result in cases for mistake in known_mistakes(result)}.items():
        arrays = [_mistaken_gradients(result, key)[mistake.role] for result in cases]
        if not any(_all_close(arrays, other) for other in (*earlier_results, [result.gradients[mistake.role] for result in cases]) if len(other) == len(arrays)):
            earlier_results.append(arrays)
            calls = Calls()
            yield Mutant(mistake, _function(course, kind, key, calls), calls)


def _all_close(arrays: list[Array], others: list[Array]) -> bool:
    return all(a.shape == b.shape and np.allclose(a, b, 1e-9, 1e-12, equal_nan=True) for a, b in zip(arrays, others, strict=True))


def _mistaken_gradients(correct: CorrectResult, key: str) -> dict[str, Array]:
    """Return the correct gradients with one mistake, if it is possible here."""
    gradients = dict(correct.gradients)
    mistake = next((mistake for mistake in known_mistakes(correct) if mistake.key == key), None)
    array = mistake.make() if mistake else None
    return gradients | ({mistake.role: np.asarray(array)} if mistake and array is not None else {})


def _function(course: CS231n, kind: str, key: str, calls: Calls) -> Function:
    def backward(*arguments: Any) -> Any:
        case: Case = course.read(kind, arguments)
        correct_result = right(case)
        calls.count += 1
        calls.impossible += bool(key) and not _is_possible(correct_result, key)
        arrays = _mistaken_gradients(correct_result, key) if key else correct_result.gradients
        results = tuple(course.to_course_layout(case, role, arrays[role]) for role in RETURNS[kind])
        return results if len(results) > 1 else results[0]

    backward.__name__ = f"{kind}_backward"
    return backward


def _is_possible(correct: CorrectResult, key: str) -> bool:
    """Return whether a mistake is possible here.

    A mistake of the core that does not fit this layer, for example because of its stride of 1, changes nothing and counts as
    possible. With windows that are not square, none is possible.
    """
    mistake = next((mistake for mistake in known_mistakes(correct) if mistake.key == key), None)
    return correct.case.has_square_windows if mistake is None else mistake.make() is not None


def passes(test: Test, function: Function) -> BaseException | None:
    """Run a test on a function. Return None if it passes, otherwise the exception."""
    try:
        with np.errstate(all="ignore"):
            test(function)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return error
    return None
