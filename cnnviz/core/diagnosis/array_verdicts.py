"""Comparison of each submitted gradient with the reference, and with the reference operation applied to the submitted
inputs."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from cnnviz.core.diagnosis.given_arrays import SubmittedArray, in_program_shape, replace_nonfinite
from cnnviz.core.diagnosis.precision import Precision
from cnnviz.core.diagnosis.stage_verdicts import INHERITS, RIGHT, WRONG
from cnnviz.core.explain.rounding import ErrorBound, draws, equality_tolerance, error_bounds, run_rounded
from cnnviz.core.gradcheck import SAFETY, verdict
from cnnviz.core.network.named_arrays import Params, Trace
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op, Override, PassValues
from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.runtime.read_only import freeze


@dataclass(frozen=True, eq=False)
class ArrayComparison:
    """A submitted array, the reference array `ours`, and `redone`, the reference operation applied to the submitted
    inputs, all in display shape.

    `marks` are those of the gradient check: right (0), wrong (1), at a tie or kink (2), or undecided (3). `error_bound` is the possible
    error of ours. `turned` is the permutation of axes that made the submitted array fit, or ().
    """

    name: str
    theirs: np.ndarray
    ours: np.ndarray
    redone: np.ndarray
    marks: np.ndarray
    verdict: str
    error_bound: np.ndarray
    precision: Precision
    turned: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for array in (self.redone, self.marks, self.error_bound):  # not `theirs`, which belongs to the caller
            freeze(array)

    @cached_property
    def wrong(self) -> np.ndarray:
        """Mask of the entries that differ from ours."""
        return freeze(np.asarray(self.marks == verdict.WRONG))

    @property
    def ties(self) -> int:
        """Number of entries that differ only because round-off decides a tie, and count as correct."""
        return int((self.marks == verdict.KINK).sum())

    @property
    def undecided(self) -> int:
        """The number of entries that are too small compared with round-off."""
        return int((self.marks == verdict.UNDECIDED).sum())

    @property
    def nothing_decided(self) -> bool:
        """Whether no entry can be judged, because all sums cancel to round-off."""
        return self.undecided == self.marks.size


@np.errstate(all="ignore")
def compare_arrays(program: Program, params: Params, trace: Trace, y: np.ndarray, theirs: Mapping[str, SubmittedArray]) -> dict[str, ArrayComparison]:
    """Compare each array of `theirs` with ours, in the order of the backward pass."""
    comparison = _Comparison(program, params, trace, y, theirs)
    program.backward(params, trace, y, {line.target: comparison.judge(line) for line in program.backward_lines}).get("dx")
    return _ignore_round_off(comparison.found)


class _Comparison:
    """One run of the backward lines in which submitted arrays replace the computed ones."""

    def __init__(self, program: Program, params: Params, trace: Trace, y: np.ndarray, theirs: Mapping[str, SubmittedArray]):
        self.program, self.theirs = program, theirs
        self.exact = program.backward(params, trace, y)
        self.arrays = {name: in_program_shape(program, name, submitted.array) for name, submitted in theirs.items() if name in self.exact}
        self.values = program.all_values(params, trace) | {"y": y}
        self.error_bounds: dict[tuple[Precision, bool], Mapping[str, ErrorBound]] = {}
        self.found: dict[str, ArrayComparison] = {}
        self.without_numbers: set[str] = set()

    def judge(self, line: Op) -> Override:
        """Return an override that substitutes the submitted array, with reference values in place of NaN and
        infinities."""

        def judge_array(values: PassValues, right: Callable[[], np.ndarray]) -> np.ndarray:
            redone, submitted = right(), self.arrays.get(line.target)
            is_nonfinite_inherited = bool(self.without_numbers & set(line.sources))
            if is_nonfinite_inherited if submitted is None else not np.isfinite(submitted).all():
                self.without_numbers.add(line.target)
            if submitted is None:
                return redone
            ours = in_program_shape(self.program, line.target, self.exact[line.target])
            self.found[line.target] = self._compare(line, values, submitted, ours, redone, is_nonfinite_inherited)
            return replace_nonfinite(submitted, ours)

        return judge_array

    def _compare(self, line: Op, values: PassValues, submitted: np.ndarray, ours: np.ndarray, redone: np.ndarray, is_nonfinite_inherited: bool) -> ArrayComparison:
        target, submitted_array, shape = line.target, self.theirs[line.target], self.exact[line.target].shape
        error_bound = self._round_off_bound(submitted_array.precision, target)
        marks, by_itself = (_mark_entries(submitted, reference, error_bound, submitted_array.precision) for reference in (ours, redone))
        if submitted_array.turned:
            marks = by_itself = np.full(submitted.shape, verdict.WRONG, np.int8)
        elif (marks == verdict.WRONG).any():
            error_bound_of_submitted = self._round_off_bound(submitted_array.precision, target, for_submitted=True)
            ties = self._tied_entries(line, values, submitted, submitted_array.precision)
            if ties is None or line.sources[0] not in self.arrays:
                error_bound = error_bound.maximum(error_bound_of_submitted)
                by_itself = _mark_entries(submitted, redone, error_bound, submitted_array.precision)
            if (wrong_alone := by_itself == verdict.WRONG).any():
                by_itself = np.where(wrong_alone & self._other_choice(line, values, submitted, redone, submitted_array.precision), np.int8(verdict.RIGHT), by_itself)
            if ties is not None:
                marks, by_itself = (np.where(ties & (stage_verdict == verdict.WRONG), np.int8(verdict.KINK), stage_verdict) for stage_verdict in (marks, by_itself))
        wrong, wrong_by_itself = marks == verdict.WRONG, (by_itself == verdict.WRONG) & (np.isfinite(submitted) | (not is_nonfinite_inherited))
        stage_verdict = WRONG if wrong.any() and wrong_by_itself.any() else INHERITS if wrong.any() else RIGHT
        submitted, ours, redone, marks, size = (array.reshape(shape) for array in (submitted, ours, redone, marks, error_bound.size))
        return ArrayComparison(target, submitted, ours, redone, marks, stage_verdict, size, submitted_array.precision, submitted_array.turned)

    def _round_off_bound(self, precision: Precision, name: str, for_submitted: bool = False) -> ErrorBound:
        """Return the possible round-off of a right gradient, without ties. With `for_submitted`, of the gradient that
        results from the submitted arrays."""
        if (precision, for_submitted) not in self.error_bounds:
            submitted = self._with_numbers() if for_submitted else None
            self.error_bounds[precision, for_submitted] = error_bounds(self.program, self.values, precision.epsilon, precision.smallest, submitted)
        return self.error_bounds[precision, for_submitted][name]

    def _tied_entries(self, line: Op, values: PassValues, submitted: np.ndarray, precision: Precision) -> np.ndarray | None:
        """Return the entries that round-off decides, at a tie of a pool or at a kink, or None if that cannot be
        determined."""
        if not precision.epsilon or line.layer is None or line.role != "dx":
            return None
        dx, dy = (self._round_off_bound(precision, name, for_submitted=True).size for name in (line.target, line.sources[0]))
        sources = [values[name] for name in line.sources]
        return self.program.network.layers[line.layer].undecided(submitted, equality_tolerance(line, values, precision.epsilon), (dx, dy), *sources)

    def _other_choice(self, line: Op, values: PassValues, submitted: np.ndarray, redone: np.ndarray, precision: Precision) -> np.ndarray | bool:
        """Return the entries that are correct if an earlier layer, whose dx was not submitted, chose another winner
        among equal cells."""
        earlier_lines = self.program.backward_lines[: self.program.backward_lines.index(line)]
        changes = (choice_change(self.program, earlier_line, values, submitted=self.arrays, precision=precision, values=values) for earlier_line in earlier_lines)
        if line.role != "dx" or all(change is None for change in changes):
            return False
        return explained_by_choice(self.program, self.values, self._with_numbers(), line.target, redone, submitted - redone, precision)

    def _with_numbers(self) -> dict[str, np.ndarray]:
        """Return the submitted arrays, with our values in place of NaN and infinities."""
        return {name: replace_nonfinite(array, in_program_shape(self.program, name, self.exact[name])) for name, array in self.arrays.items()}


def _mark_entries(submitted: np.ndarray, ours: np.ndarray, error_bound: ErrorBound, precision: Precision) -> np.ndarray:
    """Judge each entry like the gradient check. An entry is undecided if the right value is not finite."""
    judgement = verdict.marks(submitted, ours, error_bound.size, error_bound.structural, tolerance=precision.relative)
    return np.where(np.isfinite(ours), judgement, np.int8(verdict.UNDECIDED))


def _ignore_round_off(comparisons: dict[str, ArrayComparison]) -> dict[str, ArrayComparison]:
    """Mark differences before the first wrong array as right, since they are accumulated round-off."""
    for name, comparison in comparisons.items():
        if comparison.verdict == WRONG:
            break
        marks = np.where(comparison.wrong, np.int8(verdict.RIGHT), comparison.marks)
        comparisons[name] = replace(comparison, marks=marks, verdict=RIGHT)
    return comparisons


def choice_change(program: Program, line: Op, drawn: PassValues, *, submitted: Container[str], precision: Precision, values: PassValues) -> np.ndarray | None:
    """Return the maximum change of an operation's result by another choice among equal cells, for the `drawn` values.
    None if its array was submitted, or if it makes no choice."""
    if line.layer is None or line.role != "dx" or line.target in submitted:
        return None
    return program.network.layers[line.layer].movable_gradient(equality_tolerance(line, values, precision.epsilon), *(drawn[source] for source in line.sources))


def explained_by_choice(
    program: Program, values: PassValues, submitted: Mapping[str, np.ndarray], name: str, redone: np.ndarray, deviation: np.ndarray, precision: Precision
) -> np.ndarray:
    """Return the entries of `name` whose deviation `deviation` from `redone` can be due to other choices among equal
    cells, in lines whose arrays were not submitted.

    An entry may gain or lose everything that equal cells can pass to each other. But each gradient is passed on exactly once, so the
    sum over a map may deviate only by round-off.
    """
    choice_changes = partial(choice_change, program, submitted=submitted, precision=precision, values=values)
    size, map_size = np.zeros(deviation.shape), np.zeros(deviation.shape[:-2])
    for epsilon, rng in draws(values, precision.epsilon):
        by_round_off, by_choice = (run_rounded(program, values, epsilon, precision.smallest, rng, submitted, change)[name] - redone for change in (None, choice_changes))
        size, map_size = np.maximum(size, np.abs(by_choice)), np.maximum(map_size, np.abs(by_round_off.sum(axis=(-2, -1))))
    has_equal_sum = np.abs(deviation.sum(axis=(-2, -1))) <= SAFETY * map_size
    return (np.abs(deviation) <= SAFETY * size) & has_equal_sum[..., None, None]
