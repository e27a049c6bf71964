"""Diagnosis of another backward pass: the first wrong stage, the stages that only inherit its error, and the
explanation that fits.

Each wrong stage is explained separately, from the submitted arrays before it, so several mistakes are all found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.core.diagnosis.array_verdicts import Compared, compared
from cnnviz.core.diagnosis.explanation_search import Suspect, same
from cnnviz.core.diagnosis.explanations import Match
from cnnviz.core.diagnosis.given_arrays import GivenArray, given, with_numbers
from cnnviz.core.diagnosis.precision import DOUBLE, Precision
from cnnviz.core.diagnosis.reference_pass import ReferencePass
from cnnviz.core.diagnosis.stage_verdicts import INHERITS, RIGHT, WRONG, by_stage, first_wrong
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.program import Program
from cnnviz.core.runtime.cached import cached_property

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """Result of the comparison: every submitted array, a verdict on each stage, and for each wrong stage the matching
    explanations, best first."""

    reference: ReferencePass
    arrays: Mapping[str, Compared]
    matches: Mapping[str, tuple[Match, ...]]

    @cached_property
    def stages(self) -> dict[str, str]:
        """"right", "inherits" or "wrong" for each stage with a submitted array, in the order of the backward pass."""
        return by_stage(self.reference.program.network, {name: one.verdict for name, one in self.arrays.items()})

    @property
    def first(self) -> str:
        """The first wrong stage, or "" if there is none."""
        return first_wrong(self.stages)

    @property
    def another_pass(self) -> PlacedMistake | None:
        """The mistake of the forward pass that makes all submitted gradients correct, or None."""
        wrong = [stage for stage, verdict in self.stages.items() if verdict == WRONG]
        return _of_forward(self.matches.get(self.first, ())) if len(wrong) == 1 else None

    @property
    def verdict(self) -> str:
        """"wrong", "right", "undecided" if no entry can be judged, or "not finite" if our gradients are not."""
        if not self.ours_finite:
            return "not finite"
        return "wrong" if self.first else "undecided" if self.undecided == self.count else "right"

    def stage_of(self, name: str) -> str:
        """Return the stage that an array belongs to."""
        return next(iter(by_stage(self.reference.program.network, {name: RIGHT})))

    @property
    def missing(self) -> tuple[str, ...]:
        """The gradients that were not submitted. dv is not counted: it is the gradient of a map, flattened."""
        return tuple(name for name in gradient_names(self.reference.program) if name not in self.arrays and name != "dv")

    @property
    def wrong(self) -> int:
        """The number of entries that differ from ours."""
        return sum(int(one.wrong.sum()) for one in self.arrays.values())

    @property
    def undecided(self) -> int:
        """The number of entries that are too small compared with round-off."""
        return sum(one.undecided for one in self.arrays.values())

    @property
    def count(self) -> int:
        """The number of entries."""
        return sum(one.marks.size for one in self.arrays.values())

    @property
    def precision(self) -> Precision:
        """The precision of the least precise array."""
        return max((one.precision for one in self.arrays.values()), key=lambda one: (one.relative, one.epsilon), default=DOUBLE)

    @property
    def ours_finite(self) -> bool:
        """Whether our gradients are finite. After a run that diverged they are not, and nothing can be compared."""
        return all(bool(np.isfinite(one.ours).all()) for one in self.arrays.values())


def gradient_names(program: Program) -> tuple[str, ...]:
    """Return the names of all gradients of a backward pass, from the loss to the image.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> gradient_names(Network.parse(DEFAULT).program((4, 4)))
    ('do', 'dz2', 'dw', 'db', 'dv', 'da1', 'dz1', 'df', 'dx')
    """
    return tuple(line.target for line in program.backward_lines if "." not in line.target)


@np.errstate(all="ignore")
def diagnose(reference: ReferencePass, theirs: Arrays, precision: Precision | Mapping[str, Precision] = DOUBLE) -> Diagnosis:
    """Diagnose the gradients `theirs`, by name; any of them may be missing. Raise Problem if a shape does not fit.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> from cnnviz.core.network.optimizers import gd
    >>> network, x, y = Network.parse(DEFAULT), np.arange(25.0).reshape(5, 5) / 25, np.array([1.0, 0.0])
    >>> params = network.init(x.shape)
    >>> trace = network.forward(params, x)
    >>> exact = network.backward(params, trace, y)
    >>> theirs = {"dz2": exact["dz2"], "dz1": exact["da1"]}
    >>> found = diagnose(ReferencePass(network.program(x.shape), params, trace, y, gd(0.1)), theirs)
    >>> found.first, found.matches["dz1"][0].explanation.placed.address
    ('dz1', 'hidden_slope_forgotten@dz1')
    """
    exact = reference.program.backward(reference.params, reference.trace, reference.y)
    of = {name: precision if isinstance(precision, Precision) else precision[name] for name in theirs}
    arrays = {name: given(reference.program, name, array, exact[name], of[name]) for name, array in theirs.items()}
    found = compared(reference.program, reference.params, reference.trace, reference.y, arrays)
    stages = by_stage(reference.program.network, {name: one.verdict for name, one in found.items()})
    first = first_wrong(stages)
    matches = {first: _explained(reference, arrays, exact, found, first)} if first else {}
    if other := _of_forward(matches.get(first, ())):
        found = _right_for(reference, other, found, first)
        stages = by_stage(reference.program.network, {name: one.verdict for name, one in found.items()})
    later = [stage for stage, verdict in stages.items() if verdict == WRONG and stage != first]
    return Diagnosis(reference, found, matches | {stage: _explained(reference, arrays, exact, found, stage) for stage in later})


def _right_for(reference: ReferencePass, other: PlacedMistake, found: Mapping[str, Compared], first: str) -> dict[str, Compared]:
    """Return the arrays, marking those after the `first` wrong stage as inheriting if they are right for another
    forward pass."""
    made = other.run(reference.program, reference.params, reference.trace, reference.y, reference.optimizer, reference.state)
    later = {name for name in found if first not in by_stage(reference.program.network, {name: RIGHT})}
    fits = {name for name in later if found[name].verdict == WRONG and same(found[name], made[name].reshape(found[name].theirs.shape)).all()}
    return {name: replace(one, verdict=INHERITS) if name in fits else one for name, one in found.items()}


def _of_forward(matches: tuple[Match, ...]) -> PlacedMistake | None:
    """Return the mistake of the forward pass that explains a stage exactly, or None."""
    return next((match.explanation.placed for match in matches if match.exact and match.explanation.placed and match.explanation.placed.is_forward), None)


def _explained(reference: ReferencePass, arrays: Mapping[str, GivenArray], exact: Arrays, found: Mapping[str, Compared], stage: str) -> tuple[Match, ...]:
    """Return the explanations of a stage, computed from the submitted arrays before it. If none is exact, try ours,
    since the submitted ones may have been overwritten later."""
    theirs = Suspect(reference, {name: with_numbers(one.array, exact[name]) for name, one in arrays.items()}, found, stage).matches()
    if any(match.exact for match in theirs):
        return theirs
    ours = Suspect(reference, {name: exact[name] for name in arrays}, found, stage).matches()
    return ours if any(match.exact for match in ours) else theirs
