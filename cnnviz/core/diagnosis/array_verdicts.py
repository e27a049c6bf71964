"""Comparison of each submitted gradient with ours, and with the result of our line for the submitted inputs."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from cnnviz.core.diagnosis.given_arrays import GivenArray, fitting, with_numbers
from cnnviz.core.diagnosis.precision import Precision
from cnnviz.core.diagnosis.stage_verdicts import INHERITS, RIGHT, WRONG
from cnnviz.core.explain.rounding import Doubt, doubts, draws, equal_within, rounded
from cnnviz.core.gradcheck import SAFETY, verdict
from cnnviz.core.network.named_arrays import Params, Trace
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op, Override, PassValues
from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.runtime.read_only import freeze


@dataclass(frozen=True, eq=False)
class Compared:
    """A submitted array and ours, in the shape that is shown, and `redone`, the result of our line for the submitted
    inputs.

    `marks` are those of the gradient check: right (0), wrong (1), at a tie or kink (2), or undecided (3). `doubt` is the possible
    error of ours. `turned` is the permutation of axes that made the submitted array fit, or ().
    """

    name: str
    theirs: np.ndarray
    ours: np.ndarray
    redone: np.ndarray
    marks: np.ndarray
    verdict: str
    doubt: np.ndarray
    precision: Precision
    turned: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for made in (self.redone, self.marks, self.doubt):  # not `theirs`, which belongs to the caller
            freeze(made)

    @cached_property
    def wrong(self) -> np.ndarray:
        """Mask of the entries that differ from ours."""
        return freeze(np.asarray(self.marks == verdict.WRONG))

    @property
    def ties(self) -> int:
        """The number of entries that differ but are correct, since round-off decides there."""
        return int((self.marks == verdict.KINK).sum())

    @property
    def undecided(self) -> int:
        """The number of entries that are too small compared with round-off."""
        return int((self.marks == verdict.UNDECIDED).sum())

    @property
    def nothing_decided(self) -> bool:
        """Whether no entry can be judged, because everything that is summed there cancels."""
        return self.undecided == self.marks.size


@np.errstate(all="ignore")
def compared(program: Program, params: Params, trace: Trace, y: np.ndarray, theirs: Mapping[str, GivenArray]) -> dict[str, Compared]:
    """Compare each array of `theirs` with ours, in the order of the backward pass."""
    comparison = _Comparison(program, params, trace, y, theirs)
    program.backward(params, trace, y, {line.target: comparison.judge(line) for line in program.backward_lines}).get("dx")
    return _without_round_off(comparison.found)


class _Comparison:
    """One run of the backward lines in which submitted arrays replace the computed ones."""

    def __init__(self, program: Program, params: Params, trace: Trace, y: np.ndarray, theirs: Mapping[str, GivenArray]):
        self.program, self.theirs = program, theirs
        self.exact = program.backward(params, trace, y)
        self.arrays = {name: fitting(program, name, given.array) for name, given in theirs.items() if name in self.exact}
        self.values = program.inner(params, trace) | {"y": y}
        self.doubts: dict[tuple[Precision, bool], Mapping[str, Doubt]] = {}
        self.found: dict[str, Compared] = {}
        self.without_numbers: set[str] = set()

    def judge(self, line: Op) -> Override:
        """Return the line's override, which passes on the submitted array, with our values in place of NaN and
        infinities."""

        def judged(values: PassValues, right: Callable[[], np.ndarray]) -> np.ndarray:
            redone, given = right(), self.arrays.get(line.target)
            handed_on = bool(self.without_numbers & set(line.sources))
            if handed_on if given is None else not np.isfinite(given).all():
                self.without_numbers.add(line.target)
            if given is None:
                return redone
            ours = fitting(self.program, line.target, self.exact[line.target])
            self.found[line.target] = self._compared(line, values, given, ours, redone, handed_on)
            return with_numbers(given, ours)

        return judged

    def _compared(self, line: Op, values: PassValues, given: np.ndarray, ours: np.ndarray, redone: np.ndarray, handed_on: bool) -> Compared:
        target, one, shape = line.target, self.theirs[line.target], self.exact[line.target].shape
        doubt = self._doubt(one.precision, target)
        marks, by_itself = (_marks(given, to, doubt, one.precision) for to in (ours, redone))
        if one.turned:
            marks = by_itself = np.full(given.shape, verdict.WRONG, np.int8)
        elif (marks == verdict.WRONG).any():
            of_given = self._doubt(one.precision, target, of_given=True)
            ties = self._ties(line, values, given, one.precision)
            if ties is None or line.sources[0] not in self.arrays:
                doubt = doubt.or_larger(of_given)
                by_itself = _marks(given, redone, doubt, one.precision)
            if (alone := by_itself == verdict.WRONG).any():
                by_itself = np.where(alone & self._chosen_otherwise(line, values, given, redone, one.precision), np.int8(verdict.RIGHT), by_itself)
            if ties is not None:
                marks, by_itself = (np.where(ties & (found == verdict.WRONG), np.int8(verdict.KINK), found) for found in (marks, by_itself))
        wrong, here = marks == verdict.WRONG, (by_itself == verdict.WRONG) & (np.isfinite(given) | (not handed_on))
        found = WRONG if wrong.any() and here.any() else INHERITS if wrong.any() else RIGHT
        given, ours, redone, marks, size = (array.reshape(shape) for array in (given, ours, redone, marks, doubt.size))
        return Compared(target, given, ours, redone, marks, found, size, one.precision, one.turned)

    def _doubt(self, precision: Precision, name: str, of_given: bool = False) -> Doubt:
        """Return the doubt of one of our gradients, or with `of_given` that of a pass fed with the submitted arrays,
        without ties."""
        if (precision, of_given) not in self.doubts:
            given = self._with_numbers() if of_given else None
            self.doubts[precision, of_given] = doubts(self.program, self.values, precision.epsilon, precision.smallest, given)
        return self.doubts[precision, of_given][name]

    def _ties(self, line: Op, values: PassValues, given: np.ndarray, precision: Precision) -> np.ndarray | None:
        """Return the entries that round-off decides, at a tie of a pool or at a kink, or None if that cannot be
        determined."""
        if not precision.epsilon or line.layer is None or line.role != "dx":
            return None
        dx, dy = (self._doubt(precision, name, of_given=True).size for name in (line.target, line.sources[0]))
        sources = [values[name] for name in line.sources]
        return self.program.network.layers[line.layer].undecided(given, equal_within(line, values, precision.epsilon), (dx, dy), *sources)

    def _chosen_otherwise(self, line: Op, values: PassValues, given: np.ndarray, redone: np.ndarray, precision: Precision) -> np.ndarray | bool:
        """Return the entries that are correct if an earlier layer, whose dx was not submitted, chose another winner
        among equal cells."""
        before = self.program.backward_lines[: self.program.backward_lines.index(line)]
        moved = (movable(self.program, one, values, given=self.arrays, precision=precision, values=values) for one in before)
        if line.role != "dx" or all(most is None for most in moved):
            return False
        return chosen_otherwise(self.program, self.values, self._with_numbers(), line.target, redone, given - redone, precision)

    def _with_numbers(self) -> dict[str, np.ndarray]:
        """Return the submitted arrays, with our values in place of NaN and infinities."""
        return {name: with_numbers(array, fitting(self.program, name, self.exact[name])) for name, array in self.arrays.items()}


def _marks(given: np.ndarray, ours: np.ndarray, doubt: Doubt, precision: Precision) -> np.ndarray:
    """Judge each entry as the gradient check does. Entries for which ours is not finite are undecided."""
    found = verdict.marks(given, ours, doubt.size, doubt.structural, tolerance=precision.relative)
    return np.where(np.isfinite(ours), found, np.int8(verdict.UNDECIDED))


def _without_round_off(found: dict[str, Compared]) -> dict[str, Compared]:
    """Mark differences before the first wrong array as right: they are only accumulated round-off."""
    for name, one in found.items():
        if one.verdict == WRONG:
            break
        marks = np.where(one.wrong, np.int8(verdict.RIGHT), one.marks)
        found[name] = replace(one, marks=marks, verdict=RIGHT)
    return found


def movable(program: Program, line: Op, drawn: PassValues, *, given: Container[str], precision: Precision, values: PassValues) -> np.ndarray | None:
    """Return by how much another choice among equal cells may change a line's result for the `drawn` values. None if
    its array was submitted or it makes no choice."""
    if line.layer is None or line.role != "dx" or line.target in given:
        return None
    return program.network.layers[line.layer].movable(equal_within(line, values, precision.epsilon), *(drawn[source] for source in line.sources))


def chosen_otherwise(
    program: Program, values: PassValues, given: Mapping[str, np.ndarray], name: str, redone: np.ndarray, apart: np.ndarray, precision: Precision
) -> np.ndarray:
    """Return the entries of `name` whose deviation `apart` from `redone` can be due to other choices among equal
    cells, in lines whose arrays were not submitted.

    An entry may gain or lose everything that equal cells can pass to each other. But each gradient is passed on exactly once, so the
    sum over a map may deviate only by round-off.
    """
    moved = partial(movable, program, given=given, precision=precision, values=values)
    size, whole = np.zeros(apart.shape), np.zeros(apart.shape[:-2])
    for epsilon, rng in draws(values, precision.epsilon):
        by_round_off, by_choice = (rounded(program, values, epsilon, precision.smallest, rng, given, way)[name] - redone for way in (None, moved))
        size, whole = np.maximum(size, np.abs(by_choice)), np.maximum(whole, np.abs(by_round_off.sum(axis=(-2, -1))))
    as_much = np.abs(apart.sum(axis=(-2, -1))) <= SAFETY * whole
    return (np.abs(apart) <= SAFETY * size) & as_much[..., None, None]
