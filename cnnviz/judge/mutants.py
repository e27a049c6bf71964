"""Mutants of right backward functions, by which tests are judged: which of the known slips does a test let pass?

A mutant is the right function with one slip in it, for arrays of any shape. Slips that are as good as right on all of our
cases, where nothing is tied and nothing is 0, make no mutant, and several with the same numbers make one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.judge.case import RETURNS, Array, Case
from cnnviz.judge.cases import cases_of
from cnnviz.judge.courses import CS231n, course_named
from cnnviz.judge.right_gradients import Right, right
from cnnviz.judge.slips import Slip, known_slips
from cnnviz.words import Problem

Function = Callable[..., Any]
Test = Callable[[Function], object]


@dataclass(eq=False)
class Calls:
    """Counts of a mutant's calls, and of those with arrays of which its slip cannot be made."""

    count: int = 0
    impossible: int = 0


@dataclass(frozen=True, eq=False)
class Mutant:
    """A backward function with one slip."""

    slip: Slip
    function: Function
    calls: Calls = field(default_factory=Calls)

    @property
    def was_impossible(self) -> bool:
        """Whether it was called, but never with arrays of which the slip can be made."""
        return 0 < self.calls.count == self.calls.impossible


def right_function(kind: str, like: str = "cs231n") -> Function:
    """The right backward function of a kind, with the signature of a course.

    >>> right_function("relu")(np.array([3.0, 4.0]), np.array([1.0, -1.0])).tolist()
    [3.0, 0.0]
    """
    return _function(course_named(like), kind, "", Calls())


def mutants(kind: str, like: str = "cs231n") -> Iterator[Mutant]:
    """Each known slip of a kind as a function. Problem where there is no such kind or course.

    >>> [mutant.slip.key for mutant in mutants("relu")][:2]
    ['hidden_slope_forgotten.dx', 'relu_gate_of_gradient.dx']
    """
    course = course_named(like)
    if kind not in RETURNS:
        raise Problem("judge.kind", kind=repr(kind), known=tuple(RETURNS))
    cases = [right(case) for case in cases_of(course, like, kind)]
    seen: list[list[Array]] = []
    for key, slip in {slip.key: slip for of in cases for slip in known_slips(of)}.items():
        made = [_gradients(of, key)[slip.role] for of in cases]
        if not any(_same(made, other) for other in (*seen, [of.gradients[slip.role] for of in cases]) if len(other) == len(made)):
            seen.append(made)
            calls = Calls()
            yield Mutant(slip, _function(course, kind, key, calls), calls)


def _same(some: list[Array], others: list[Array]) -> bool:
    return all(a.shape == b.shape and np.allclose(a, b, 1e-9, 1e-12, equal_nan=True) for a, b in zip(some, others, strict=True))


def _gradients(of: Right, key: str) -> dict[str, Array]:
    """The right gradients but for one slip, where it can be made."""
    found = dict(of.gradients)
    slip = next((slip for slip in known_slips(of) if slip.key == key), None)
    made = slip.make() if slip else None
    return found | ({slip.role: np.asarray(made)} if slip and made is not None else {})


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
    """Return whether a slip can be made here.

    One of the core's that this layer does not have, as of a stride of 1, changes nothing; for oblong windows none can be made.
    """
    slip = next((slip for slip in known_slips(of) if slip.key == key), None)
    return of.case.has_square_windows if slip is None else slip.make() is not None


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
