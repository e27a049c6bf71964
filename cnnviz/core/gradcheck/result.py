"""The outcome of a check: both gradients of every entry, and what each entry is marked as."""

from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.gradcheck.verdict import KINK, RIGHT, UNDECIDED, WRONG, threshold
from cnnviz.core.runtime.read_only import ReadOnly


@dataclass(frozen=True)
class Entry:
    """One entry of a parameter's gradient, said twice: by the backward pass and by central differences."""

    parameter: str
    index: tuple[int, ...]
    backward: float
    central: float
    relative_error: float


@dataclass(frozen=True, eq=False)
class GradientCheck(ReadOnly):
    """Both gradients of each parameter and their relative error, each a dict of arrays shaped like the parameter.

    `marks` says of each entry whether it is right, wrong, at a kink or undecided (gradcheck/verdict.py), `kinks` which are at
    a kink of ReLU or max pooling, and `doubt` how far the central difference may be off. `finite` is whether the pass is,
    from which the differences are taken; where it is not, all is undecided. `structural` are the entries that are 0 whatever the numbers are.
    """

    analytic: dict[str, np.ndarray]
    numeric: dict[str, np.ndarray]
    relative_error: dict[str, np.ndarray]
    kinks: dict[str, np.ndarray] = field(default_factory=dict)
    doubt: dict[str, np.ndarray] = field(default_factory=dict)
    marks: dict[str, np.ndarray] = field(default_factory=dict)
    finite: bool = True
    structural: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def worst(self) -> Entry:
        """The entry with the largest relative error of those that could be told; one that is not a number is worse than any."""
        judged = {name: np.where(np.isnan(error), np.inf, error) for name, error in self.relative_error.items()}
        judged = {name: np.where(self.marks[name] <= WRONG, error, -1.0) for name, error in judged.items()}
        name = max(judged, key=lambda name: judged[name].max())
        index = tuple(int(i) for i in np.unravel_index(int(np.argmax(judged[name])), judged[name].shape))
        return Entry(name, index, *(float(of[name][index]) for of in (self.analytic, self.numeric, self.relative_error)))

    @property
    def count(self) -> int:
        """The number of entries, those at a kink and the undecided ones too."""
        return sum(marks.size for marks in self.marks.values())

    def _marked(self, mark: int) -> int:
        return sum(int((marks == mark).sum()) for marks in self.marks.values())

    @property
    def right(self) -> int:
        """The number of right entries."""
        return self._marked(RIGHT)

    @property
    def wrong(self) -> int:
        """The number of wrong entries."""
        return self._marked(WRONG)

    @property
    def at_kinks(self) -> int:
        """The number of entries at a kink."""
        return self._marked(KINK)

    @property
    def undecided(self) -> int:
        """The number of entries that are too small beside round-off to be told."""
        return self._marked(UNDECIDED)

    @property
    def floor(self) -> float:
        """The size from which every entry could be told; 0 if all could."""
        doubts = [doubt[(self.marks[name] == UNDECIDED) & np.isfinite(doubt)] for name, doubt in self.doubt.items()]
        return max((float(threshold(doubt.max())) for doubt in doubts if doubt.size), default=0.0)

    @property
    def verdict(self) -> str:
        """ "right", "wrong", "undecided" where nothing could be told, or "not finite" where our own pass is not."""
        if not self.finite:
            return "not finite"
        return "wrong" if self.wrong else "right" if self.right else "undecided"

    @property
    def passed(self) -> bool:
        """Tells whether every entry that could be told is right, and one could."""
        return self.verdict == "right"
