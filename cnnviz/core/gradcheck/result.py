"""Result of a gradient check: both gradients of every entry, and its mark."""

from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.gradcheck.verdict import KINK, RIGHT, UNDECIDED, WRONG, threshold
from cnnviz.core.runtime.read_only import ReadOnly


@dataclass(frozen=True)
class Entry:
    """One entry of a parameter's gradient: its value by the backward pass and by central differences."""

    parameter: str
    index: tuple[int, ...]
    backward: float
    central: float
    relative_error: float


@dataclass(frozen=True, eq=False)
class GradientCheck(ReadOnly):
    """Analytic and numerical gradients of each parameter and their relative error, as dicts of arrays with the
    parameters' shapes.

    `marks` is the judgement of each entry: right, wrong, at a kink or undecided (gradcheck/verdict.py). `kinks` marks entries at
    a kink of ReLU or max pooling, and `error_bound` is the possible error of the central difference. If the pass is not
    `finite`, all entries are undecided. `structural` marks entries that are 0 for any values of the numbers.
    """

    analytic: dict[str, np.ndarray]
    numeric: dict[str, np.ndarray]
    relative_error: dict[str, np.ndarray]
    kinks: dict[str, np.ndarray] = field(default_factory=dict)
    error_bound: dict[str, np.ndarray] = field(default_factory=dict)
    marks: dict[str, np.ndarray] = field(default_factory=dict)
    finite: bool = True
    structural: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def worst(self) -> Entry:
        """The judged entry with the largest relative error. NaN counts as infinite."""
        errors = {name: np.where(np.isnan(error), np.inf, error) for name, error in self.relative_error.items()}
        errors = {name: np.where(self.marks[name] <= WRONG, error, -1.0) for name, error in errors.items()}
        name = max(errors, key=lambda name: errors[name].max())
        index = tuple(int(i) for i in np.unravel_index(int(np.argmax(errors[name])), errors[name].shape))
        return Entry(name, index, *(float(arrays[name][index]) for arrays in (self.analytic, self.numeric, self.relative_error)))

    @property
    def count(self) -> int:
        """The number of entries, including those at a kink and undecided ones."""
        return sum(marks.size for marks in self.marks.values())

    def _mark_count(self, mark: int) -> int:
        return sum(int((marks == mark).sum()) for marks in self.marks.values())

    @property
    def right(self) -> int:
        """The number of correct entries."""
        return self._mark_count(RIGHT)

    @property
    def wrong(self) -> int:
        """The number of wrong entries."""
        return self._mark_count(WRONG)

    @property
    def at_kinks(self) -> int:
        """The number of entries at a kink."""
        return self._mark_count(KINK)

    @property
    def undecided(self) -> int:
        """The number of entries that are too small compared with round-off."""
        return self._mark_count(UNDECIDED)

    @property
    def floor(self) -> float:
        """Smallest magnitude from which every entry can be judged; 0 if all entries were judged."""
        error_bounds = [error_bound[(self.marks[name] == UNDECIDED) & np.isfinite(error_bound)] for name, error_bound in self.error_bound.items()]
        return max((float(threshold(error_bound.max())) for error_bound in error_bounds if error_bound.size), default=0.0)

    @property
    def verdict(self) -> str:
        """"right", "wrong", "undecided" if no entry could be judged, or "not finite" if the pass is not finite."""
        if not self.finite:
            return "not finite"
        return "wrong" if self.wrong else "right" if self.right else "undecided"

    @property
    def passed(self) -> bool:
        """Whether at least one entry was judged, and all judged entries are correct."""
        return self.verdict == "right"
