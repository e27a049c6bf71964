"""Mutants of right backward functions, by which tests are judged: which of the known mistakes does a test let pass?

A mutant is the right function with one mistake in it, for arrays of any shape. Mistakes that are as good as right on all of our
cases, where nothing is tied and nothing is 0, make no mutant, and several with the same numbers make one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.judge.case import RETURNS, Array, Case
from cnnviz.judge.cases import cases_of
from cnnviz.judge.courses import CS231n, course_named
from cnnviz.judge.mistakes import Mistake, known_mistakes
from cnnviz.judge.right_gradients import Right, right
from cnnviz.words import Problem

Function = Callable[..., Any]
Test = Callable[[Function], object]


@dataclass(eq=False)
class Calls:
    """Counts of a mutant's calls, and of those with arrays of which its mistake cannot be made."""

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
        """Whether it was called, but never with arrays of which the mistake can be made."""
        return 0 < self.calls.count == self.calls.impossible


def right_function(kind: str, like: str = "cs231n") -> Function:
    """The right backward function of a kind, with the signature of a course.

    >>> right_function("relu")(np.array([3.0, 4.0]), np.array([1.0, -1.0])).tolist()
    [3.0, 0.0]
    """
    return _function(course_named(like), kind, "", Calls())


def mutants(kind: str, like: str = "cs231n") -> Iterator[Mutant]:
    """Each known mistake of a kind as a function. Problem where there is no such kind or course.

    >>> [mutant.mistake.key for mutant in mutants("relu")][:2]
    ['hidden_slope_forgotten.dx', 'relu_gate_of_gradient.dx']
    """
    course = course_named(like)
    if kind not in RETURNS:
        raise Problem("judge.kind", kind=repr(kind), known=tuple(RETURNS))
    cases = [right(case) for case in cases_of(course, like, kind)]
    seen: list[list[Array]] = []
    for key, mistake in {mistake.key: mistake for of in cases for mistake in known_mistakes(of)}.items():
        made = [_gradients(of, key)[mistake.role] for of in cases]
        if not any(_same(made, other) for other in (*seen, [of.gradients[mistake.role] for of in cases]) if len(other) == len(made)):
            seen.append(made)
            calls = Calls()
            yield Mutant(mistake, _function(course, kind, key, calls), calls)


def _same(some: list[Array], others: list[Array]) -> bool:
    return all(a.shape == b.shape and np.allclose(a, b, 1e-9, 1e-12, equal_nan=True) for a, b in zip(some, others, strict=True))


def _gradients(of: Right, key: str) -> dict[str, Array]:
    """The right gradients but for one mistake, where it can be made."""
    found = dict(of.gradients)
    mistake = next((mistake for mistake in known_mistakes(of) if mistake.key == key), None)
    made = mistake.make() if mistake else None
    return found | ({mistake.role: np.asarray(made)} if mistake and made is not None else {})


def _function(course: CS231n, kind: str, key: str, calls: Calls) -> Function:
    def backward(*arguments: Any) -> Any:
        case: Case = course.read(kind, arguments)
        of = right(case)
        calls.count += 1
        calls.impossible += bool(key) and not _can_be_made(of, key)
        arrays = _gradients(of, key) if key else of.gradients
        found = tuple(course.laid_out(case, role, arrays[role]) for role in RETURNS[kind])
        return found if len(found) > 1 else found[0]

    backward.__name__ = f"{kind}_backward"
    return backward


def _can_be_made(of: Right, key: str) -> bool:
    """Return whether a mistake can be made here.

    One of the core's that this layer does not have, as of a stride of 1, changes nothing; for oblong windows none can be made.
    """
    mistake = next((mistake for mistake in known_mistakes(of) if mistake.key == key), None)
    return of.case.has_square_windows if mistake is None else mistake.make() is not None


def passes(test: Test, function: Function) -> BaseException | None:
    """Runs a test on a function: None where it passes, else what it raises, as pytest's own failures."""
    try:
        with np.errstate(all="ignore"):
            test(function)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return error
    return None
