"""The worst entry of a wrong array, and the ratios of wrong entries to reference entries."""

from dataclasses import dataclass

import numpy as np

from cnnviz.core.diagnosis.array_verdicts import ArrayComparison
from cnnviz.core.gradcheck import relative_error
from cnnviz.core.network.stages import label


@dataclass(frozen=True)
class Worst:
    """The entry with the largest difference, its two values and their relative `error`, and the range of the ratio
    submitted ÷ reference over all wrong entries. `ratios` is None if no ratio is finite.
    """

    name: str
    index: tuple[int, ...]
    yours: float
    ours: float
    error: float
    ratios: tuple[float, float] | None

    @property
    def entry(self) -> str:
        """Name and index of the entry: "∂z₁[25,7]"."""
        return f"{label(self.name)}[{','.join(map(str, self.index))}]"


@np.errstate(all="ignore")
def worst_entry(comparison: ArrayComparison) -> Worst:
    """Return the wrong entry with the largest absolute difference. With a wrong factor, all relative errors would be
    equal."""
    differences = np.where(comparison.wrong, np.nan_to_num(np.abs(comparison.theirs - comparison.ours), nan=np.inf, posinf=np.inf), -1.0)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(differences)), differences.shape))
    ratios = (comparison.theirs / comparison.ours)[comparison.wrong]
    ratios = ratios[np.isfinite(ratios)]
    ratio_range = (float(ratios.min()), float(ratios.max())) if ratios.size else None
    error = float(np.asarray(relative_error(comparison.theirs[index], comparison.ours[index])))
    return Worst(comparison.name, index, float(comparison.theirs[index]), float(comparison.ours[index]), error, ratio_range)
