"""Diagnosis of another backward pass: the first wrong stage, the stages that only inherit its error, and the
explanation that fits.

Each wrong stage is explained separately, from the submitted arrays before it, so several mistakes are all found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.core.diagnosis.array_verdicts import ArrayComparison, compare_arrays
from cnnviz.core.diagnosis.explanation_search import Suspect, matching_entries
from cnnviz.core.diagnosis.explanations import Match
from cnnviz.core.diagnosis.given_arrays import SubmittedArray, read_submitted, replace_nonfinite
from cnnviz.core.diagnosis.precision import DOUBLE, Precision
from cnnviz.core.diagnosis.reference_pass import ReferencePass
from cnnviz.core.diagnosis.stage_verdicts import INHERITS, RIGHT, WRONG, by_stage, first_wrong
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.program import Program
from cnnviz.core.runtime.cached import cached_property

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """Result of the comparison: all submitted arrays, a verdict on each stage, and the matching explanations of each
    wrong stage, best first."""

    reference: ReferencePass
    arrays: Mapping[str, ArrayComparison]
    matches: Mapping[str, tuple[Match, ...]]

    @cached_property
    def stages(self) -> dict[str, str]:
        """"right", "inherits" or "wrong" for each stage with a submitted array, in the order of the backward pass."""
        return by_stage(self.reference.program.network, {name: comparison.verdict for name, comparison in self.arrays.items()})

    @property
    def first(self) -> str:
        """The first wrong stage, or "" if there is none."""
        return first_wrong(self.stages)

    @property
    def forward_mistake(self) -> PlacedMistake | None:
        """The mistake of the forward pass that makes all submitted gradients correct, or None."""
        wrong_stages = [stage for stage, verdict in self.stages.items() if verdict == WRONG]
        return _forward_mistake(self.matches.get(self.first, ())) if len(wrong_stages) == 1 else None

    @property
    def verdict(self) -> str:
        """"wrong", "right", "undecided" if no entry can be judged, or "not finite" if the reference gradients are not
        finite."""
        if not self.is_reference_finite:
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
        return sum(int(comparison.wrong.sum()) for comparison in self.arrays.values())

    @property
    def undecided(self) -> int:
        """The number of entries that are too small compared with round-off."""
        return sum(comparison.undecided for comparison in self.arrays.values())

    @property
    def count(self) -> int:
        """The number of entries."""
        return sum(comparison.marks.size for comparison in self.arrays.values())

    @property
    def precision(self) -> Precision:
        """The precision of the least precise array."""
        return max((comparison.precision for comparison in self.arrays.values()), key=lambda comparison: (comparison.relative, comparison.epsilon), default=DOUBLE)

    @property
    def is_reference_finite(self) -> bool:
        """Whether the reference gradients are finite. After a diverged run they are not, so nothing can be compared."""
        return all(bool(np.isfinite(comparison.ours).all()) for comparison in self.arrays.values())


def gradient_names(program: Program) -> tuple[str, ...]:
    """Return the names of all gradients of a backward pass, from the loss to the image.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> gradient_names(Network.parse(DEFAULT).program((4, 4)))
    ('do', 'dz2', 'dw', 'db', 'dv', 'da1', 'dz1', 'df', 'dx')
    """
    return tuple(line.target for line in program.backward_lines if "." not in line.target)


@np.errstate(all="ignore")
def diagnose(reference: ReferencePass, theirs: Arrays, precision: Precision | Mapping[str, Precision] = DOUBLE) -> Diagnosis:
    """Diagnose the gradients `theirs` by name. Any of them may be missing. Raise Problem if a shape does not fit.

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
    precision_of = {name: precision if isinstance(precision, Precision) else precision[name] for name in theirs}
    arrays = {name: read_submitted(reference.program, name, array, exact[name], precision_of[name]) for name, array in theirs.items()}
    comparisons = compare_arrays(reference.program, reference.params, reference.trace, reference.y, arrays)
    stages = by_stage(reference.program.network, {name: comparison.verdict for name, comparison in comparisons.items()})
    first_stage = first_wrong(stages)
    matches = {first_stage: _explanations(reference, arrays, exact, comparisons, first_stage)} if first_stage else {}
    if forward_mistake := _forward_mistake(matches.get(first_stage, ())):
        comparisons = _mark_inherited(reference, forward_mistake, comparisons, first_stage)
        stages = by_stage(reference.program.network, {name: comparison.verdict for name, comparison in comparisons.items()})
    later_stages = [stage for stage, verdict in stages.items() if verdict == WRONG and stage != first_stage]
    return Diagnosis(reference, comparisons, matches | {stage: _explanations(reference, arrays, exact, comparisons, stage) for stage in later_stages})


def _mark_inherited(reference: ReferencePass, forward_mistake: PlacedMistake, comparisons: Mapping[str, ArrayComparison], first: str) -> dict[str, ArrayComparison]:
    """Return the arrays, marking those after the `first` wrong stage as inheriting if they are right for another
    forward pass."""
    gradients = forward_mistake.run(reference.program, reference.params, reference.trace, reference.y, reference.optimizer, reference.state)
    later_names = {name for name in comparisons if first not in by_stage(reference.program.network, {name: RIGHT})}
    wrong_names = {name for name in later_names if comparisons[name].verdict == WRONG}
    arrays = {name: gradients[name].reshape(comparisons[name].theirs.shape) for name in wrong_names}
    matching_names = {name for name, array in arrays.items() if matching_entries(comparisons[name], array).all()}
    return {name: replace(comparison, verdict=INHERITS) if name in matching_names else comparison for name, comparison in comparisons.items()}


def _forward_mistake(matches: tuple[Match, ...]) -> PlacedMistake | None:
    """Return the mistake of the forward pass that explains a stage exactly, or None."""
    return next((match.explanation.placed for match in matches if match.exact and match.explanation.placed and match.explanation.placed.is_forward), None)


def _explanations(reference: ReferencePass, arrays: Mapping[str, SubmittedArray], exact: Arrays, comparisons: Mapping[str, ArrayComparison], stage: str) -> tuple[Match, ...]:
    """Return the explanations of a stage, computed from the submitted arrays before it. If none is exact, retry with
    the reference arrays, since the submitted ones may have been overwritten later."""
    submitted_input_matches = Suspect(reference, {name: replace_nonfinite(submitted.array, exact[name]) for name, submitted in arrays.items()}, comparisons, stage).matches()
    if any(match.exact for match in submitted_input_matches):
        return submitted_input_matches
    exact_input_matches = Suspect(reference, {name: exact[name] for name in arrays}, comparisons, stage).matches()
    return exact_input_matches if any(match.exact for match in exact_input_matches) else submitted_input_matches
