"""What is wrong with somebody's backward pass: the first wrong stage, what only inherits it, and the slip that it looks like.

A wrong stage is explained by what gives its numbers from *their* own inputs: a classic mistake (core/mistakes.py), our
line times a factor, our line with its numbers in other places (core/comparison/rearrangements.py), or two of these. So each of several
slips is found by itself. Where arrays are missing, the slip may be in one of those that the stage is made from.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np

from cnnviz.core.comparison.array_verdicts import Compared, Given, compared, fitting, given
from cnnviz.core.comparison.rearrangements import Rearrangement, rearrangements
from cnnviz.core.comparison.slips import AXES, Match, Slip, named_factor
from cnnviz.core.comparison.stage_verdicts import RIGHT, WRONG, by_stage, first_wrong
from cnnviz.core.comparison.tolerance import Tolerance, differing
from cnnviz.core.mistaken import Placed
from cnnviz.core.mistakes import mistakes_for
from cnnviz.core.optimizers import Optimizer, State
from cnnviz.core.program import Inner, Override, Program
from cnnviz.core.values import Params, Trace

Arrays = Mapping[str, np.ndarray]

ROUNDED_64 = Tolerance(relative=1e-6, floor=1e-9, epsilon=8 * float(np.finfo(np.float64).eps), smallest=8 * float(np.finfo(np.float64).tiny))
"""For double precision: what two right programs differ by, with room for numbers that were printed with seven digits."""
ROUNDED_32 = Tolerance(relative=1e-3, floor=1e-4, epsilon=8 * float(np.finfo(np.float32).eps), smallest=8 * float(np.finfo(np.float32).tiny))
"""For single precision, whose sums of hundreds of numbers differ in the fourth digit."""


@dataclass(frozen=True, eq=False)
class Case:
    """One backward pass to judge somebody's by: all that ours is made from, and the rule that takes the step after it."""

    program: Program
    params: Params
    trace: Trace
    y: np.ndarray
    optimizer: Optimizer
    state: State = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """Every array that was given beside ours, a verdict on each stage, and for each wrong one what it looks like, nearest first."""

    case: Case
    arrays: Mapping[str, Compared]
    matches: Mapping[str, tuple[Match, ...]]
    tolerance: Tolerance

    @cached_property
    def stages(self) -> dict[str, str]:
        """"right", "inherits" or "wrong" for each stage that there is an array of, in the order of the backward pass."""
        return by_stage(self.case.program.network, {name: one.verdict for name, one in self.arrays.items()})

    @property
    def first(self) -> str:
        """The first wrong stage, "" if all is right."""
        return first_wrong(self.stages)

    def stage_of(self, name: str) -> str:
        """The stage that an array belongs to."""
        return next(iter(by_stage(self.case.program.network, {name: RIGHT})))

    @property
    def missing(self) -> tuple[str, ...]:
        """The gradients that the file does not have; dv is asked of nobody."""
        return tuple(name for name in gradient_names(self.case.program) if name not in self.arrays and name != "dv")

    @property
    def wrong(self) -> int:
        """How many numbers differ from ours."""
        return sum(int(one.wrong.sum()) for one in self.arrays.values())

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return sum(one.wrong.size for one in self.arrays.values())

    @property
    def ours_finite(self) -> bool:
        """Whether there is anything to compare with: after a run that diverged there is not."""
        return all(bool(np.isfinite(one.ours).all()) for one in self.arrays.values())


def gradient_names(program: Program) -> tuple[str, ...]:
    """Every gradient of a backward pass, from the loss to the image.

    >>> from cnnviz.core.network import DEFAULT, Network
    >>> gradient_names(Network.parse(DEFAULT).program((4, 4)))
    ('do', 'dz2', 'dw', 'db', 'dv', 'da1', 'dz1', 'df', 'dx')
    """
    return tuple(line.target for line in program.backward_lines)


@np.errstate(all="ignore")
def diagnose(case: Case, theirs: Mapping[str, np.ndarray], tolerance: Tolerance = ROUNDED_64) -> Diagnosis:
    """What is wrong with the gradients `theirs`, by name, of which any may be missing. Raises Problem where a shape does not fit.

    >>> from cnnviz.core.network import DEFAULT, Network
    >>> from cnnviz.core.optimizers import gd
    >>> network, x, y = Network.parse(DEFAULT), np.arange(25.0).reshape(5, 5) / 25, np.array([1.0, 0.0])
    >>> params = network.init(x.shape)
    >>> trace = network.forward(params, x)
    >>> exact = network.backward(params, trace, y)
    >>> theirs = {"dz2": exact["dz2"], "dz1": exact["da1"]}
    >>> found = diagnose(Case(network.program(x.shape), params, trace, y, gd(0.1)), theirs)
    >>> found.first, found.matches["dz1"][0].slip.placed.address
    ('dz1', 'hidden_slope_forgotten@dz1')
    """
    exact = case.program.backward(case.params, case.trace, case.y)
    arrays = {name: given(case.program, name, array, exact[name]) for name, array in theirs.items()}
    found = compared(case.program, case.params, case.trace, case.y, arrays, tolerance)
    stages = by_stage(case.program.network, {name: one.verdict for name, one in found.items()})
    wrong = [stage for stage, verdict in stages.items() if verdict == WRONG]
    matches = {stage: _explained(case, arrays, exact, found, stage, tolerance) for stage in wrong}
    return Diagnosis(case, found, matches, tolerance)


def _explained(
    case: Case, arrays: Mapping[str, Given], exact: Arrays, found: Mapping[str, Compared], stage: str, tolerance: Tolerance
) -> tuple[Match, ...]:
    """What a stage looks like, made from their numbers before it; where nothing fits, from ours: they may have been spoilt afterwards."""
    theirs = _Suspect(case, {name: one.array for name, one in arrays.items()}, found, stage, tolerance).matches()
    if any(match.exact for match in theirs):
        return theirs
    ours = _Suspect(case, {name: exact[name] for name in arrays}, found, stage, tolerance).matches()
    return ours if any(match.exact for match in ours) else theirs


class _Suspect:
    """A wrong stage: `own` are its arrays that were given, `open` all lines in which the slip can be; `arrays` are what was before it."""

    def __init__(self, case: Case, arrays: Arrays, found: Mapping[str, Compared], stage: str, tolerance: Tolerance):
        self.case, self.stage, self.tolerance, self.found = case, stage, tolerance, found
        self.own = [name for name in found if stage in by_stage(case.program.network, {name: RIGHT})]
        self.wrong = [name for name in self.own if found[name].verdict != RIGHT]
        self.turned = any(found[name].turned for name in self.own)
        self.fed = {name: fitting(case.program, name, array) for name, array in arrays.items() if name not in self.own}
        self.open = self._open()
        lines = case.program.backward_lines
        places = [place for place, line in enumerate(lines) if line.target in self.open]
        self.values = self._run(case.program.inner(case.params, case.trace) | {"y": case.y}, 0, places[0], {})
        self.first, self.last = places[0], max(place for place in places if lines[place].target in self.own) + 1

    def _open(self) -> set[str]:
        """Its own arrays, and those that are missing on the way to them."""
        reached = set(self.own)
        for line in reversed(self.case.program.backward_lines):
            if line.target in reached:
                reached |= {name for name in line.sources if name[0] == "d" and name not in self.fed}
        return reached

    def _run(self, values: Inner, first: int, last: int, instead: Mapping[str, Override]) -> Inner:
        for line in self.case.program.backward_lines[first:last]:
            if line.target in self.fed:
                values[line.target] = self.fed[line.target]
            elif override := instead.get(line.target):
                values[line.target] = override(values, partial(line.make, values))
            else:
                line.step(values)
        return values

    def _made(self, instead: Mapping[str, Override]) -> Arrays:
        """What its arrays are when some lines are made in another way."""
        values = self._run(dict(self.values), self.first, self.last, instead)
        return {name: values[name].reshape(self.found[name].theirs.shape) for name in self.own}

    # ---- what it may be

    def matches(self) -> tuple[Match, ...]:
        """What explains it, nearest first; of what explains all of it, only what is simplest."""
        plain, mistakes = self._made({}), [(one, self._made(instead)) for one, instead in self._mistakes()]
        mistakes = [(one, made) for one, made in mistakes if any(not np.array_equal(made[name], plain[name]) for name in self.own)]
        tried = [self._match(Slip(one), made) for one, made in mistakes]
        tried += [self._match(Slip(turn=turn, target=target), made) for target, turn, made in self._line_turned()]
        if self.turned:
            tried.append(self._match(Slip(turn=AXES, target=self.wrong[0]), plain))
        tried += self._times(Slip(), plain)
        if not any(match.exact for match in tried):
            for target, turn, made in self._line_turned():
                tried += self._times(Slip(turn=turn, target=target), made)
            for one, made in mistakes:
                tried += self._times(Slip(one), made)
                tried += [self._match(Slip(one, turn, target), other) for target, turn, other in self._result_turned(made)]
        return _ranked(tried)

    def _mistakes(self) -> Iterator[tuple[Placed, Mapping[str, Override]]]:
        case = self.case
        for one in mistakes_for(case.program.network, case.optimizer):
            if (instead := one.overrides(case.program, case.optimizer, case.state)) and self.open & set(instead):
                yield one, instead

    def _line_turned(self) -> Iterator[tuple[str, Rearrangement, Arrays]]:
        """Its arrays where an open line gives its numbers in other places."""
        for target in [line.target for line in self.case.program.backward_lines if line.target in self.open]:
            for turn in rearrangements(self.case.program, target):
                yield target, turn, self._made({target: partial(_turned, turn)})

    def _result_turned(self, made: Arrays) -> Iterator[tuple[str, Rearrangement, Arrays]]:
        """What was made with one of its wrong arrays turned."""
        for target in self.wrong:
            for turn in rearrangements(self.case.program, target):
                array = turn.of(fitting(self.case.program, target, made[target]))
                yield target, turn, {**made, target: array.reshape(made[target].shape)}

    def _times(self, slip: Slip, made: Arrays) -> list[Match]:
        """The same times the factor that fits its wrong arrays, if one does."""
        pairs = [(self.found[name].theirs, made[name]) for name in self.wrong]
        finite = [np.isfinite(theirs) & np.isfinite(ours) for theirs, ours in pairs]
        size = sum(float((ours[at] ** 2).sum()) for (_, ours), at in zip(pairs, finite, strict=True))
        if not size or not math.isfinite(size):
            return []
        number = sum(float((theirs[at] * ours[at]).sum()) for (theirs, ours), at in zip(pairs, finite, strict=True)) / size
        factor = named_factor(number, self._named(), self.tolerance.relative)
        if not factor.simple and sum(int(np.count_nonzero(ours)) for _, ours in pairs) < 2:
            return []  # of two numbers, one is always the other times a factor
        times = {name: factor.number * array if name in self.wrong else array for name, array in made.items()}
        match = self._match(slip.times(factor), times)
        return [match] if match.exact and factor.number != 1 else []

    def _named(self) -> dict[str, float]:
        outputs, rate = self.case.trace.o.size, self.case.optimizer.lr
        return {"minus": -1.0, "zero": 0.0, "outputs": float(outputs), "per_output": 1 / outputs, "rate": rate, "minus_rate": -rate,
                "pixels": 255.0, "per_pixel": 1 / 255}  # fmt: skip

    def _match(self, slip: Slip, made: Arrays) -> Match:
        reproduced = of = spoiled = 0
        left = before = 0.0
        for name in self.own:
            one, wrong = self.found[name], self.found[name].wrong
            same = ~differing(one.theirs, made[name], self.tolerance)
            reproduced, of = reproduced + int((same & wrong).sum()), of + int(wrong.sum())
            spoiled += int((~same & ~wrong).sum())
            left += float(((one.theirs - made[name]) ** 2).sum())
            before += float(((one.theirs - one.redone) ** 2).sum())
        share = math.sqrt(left / before) if before and math.isfinite(left / before) else math.inf
        return Match(slip, self.stage, reproduced, of, spoiled, share)


def _turned(turn: Rearrangement, values: Inner, right: Callable[[], np.ndarray]) -> np.ndarray:
    return turn.of(right())


def _ranked(tried: Iterable[Match]) -> tuple[Match, ...]:
    exact = [match for match in tried if match.exact]
    if exact:
        least = min(match.slip.parts for match in exact)
        exact = [match for match in exact if match.slip.parts == least]
    others = sorted((match for match in tried if not match.exact), key=lambda match: (-match.reproduced, match.left))
    return (*exact, *others)
