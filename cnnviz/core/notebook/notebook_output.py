"""Numbers printed in the teaching notebook's published run. The deviations must reproduce them to the last digit."""

from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.notebook.notebook import OBJECT_ORIENTED, PROCEDURAL, notebook_step

DRAWN = ((10, 6, 13), (13, 8, 9), (8, 7, 15))
"""The kernel that it draws first, and uses."""
SECOND_DRAWN = ((6, 14, 14), (9, 10, 4), (6, 3, 9))
"""The kernel that it draws second, and never uses."""
TARGET, RATE = 0.9, 0.01
"""Target and learning rate of the procedural call in cell 8. The class has the target 1 and the same rate."""
KERNEL = ((14, 8, 17), (13, 8, 9), (9, 7, 18))
"""The kernel printed by cell 15."""
# fmt: off
SUMS = (
    (3116, 4177, 6565, 9045, 10976, 11917, 12139, 11978, 11516, 10947, 10753, 11186, 11458, 11670, 11646, 11524,
     11255, 11371, 11631, 12069, 12351, 12164, 12398, 12564, 12951, 13349, 13264, 12901, 12542, 0),
    (3244, 4796, 7356, 9502, 10795, 11214, 11095, 10913, 10758, 10325, 10163, 10797, 11031, 11531, 11285, 11109,
     10999, 11047, 11415, 11843, 12265, 12097, 11949, 11843, 11934, 12320, 12322, 12054, 11555, 0),
    (5034, 7043, 9363, 10660, 11149, 11033, 10614, 10661, 10874, 10653, 10460, 10916, 11289, 11768, 11151, 10985,
     10900, 11081, 11660, 12077, 12477, 12533, 12309, 12027, 11840, 12023, 11659, 11109, 10348, 0),
    (6803, 8743, 10726, 11421, 11409, 10969, 10515, 10721, 11012, 10860, 10648, 10757, 10973, 11079, 10377, 10033,
     9861, 10095, 10698, 11046, 11259, 11710, 11965, 12285, 11974, 11574, 10786, 9843, 8442, 0),
    (8497, 10103, 11503, 12007, 11832, 11419, 11072, 11327, 11311, 11169, 10619, 9867, 9505),
)
# fmt: on
"""z1 as printed by cell 11, row by row. The fifth row is truncated in the output."""


@dataclass(frozen=True, eq=False)
class Rerun:
    """A rerun of the notebook on its image: the kernels before and after each call of the class, the exact kernel
    gradients before the first two calls, and the first z1."""

    kernels: tuple[np.ndarray, ...]
    exact_gradients: tuple[np.ndarray, ...]
    sums: np.ndarray

    @property
    def kernel_agrees(self) -> bool:
        """Whether the kernel after two calls is the printed one, and a third call does not change it."""
        return self.weights_that_agree == self.kernels[2].size and bool((self.kernels[3] == self.kernels[2]).all())

    @property
    def weights_that_agree(self) -> int:
        """The number of printed weights that are reproduced."""
        return int((self.kernels[2] == np.array(KERNEL)).sum())

    @property
    def sums_that_agree(self) -> int:
        """The number of printed sums that are reproduced."""
        return sum(int((self.sums[i, : len(row)] == np.array(row)).sum()) for i, row in enumerate(SUMS))

    @property
    def sums_printed(self) -> int:
        """The number of printed sums.

        >>> sum(map(len, SUMS))
        133
        """
        return sum(map(len, SUMS))


def rerun(x: np.ndarray) -> Rerun:
    """Run cell 8, then call the class three times, on the red channel of CIFAR-10's training image 0: (32,32), 0 …
    255."""
    n = (x.shape[0] - 2) * (x.shape[1] - 2)
    start = Params(np.array(DRAWN, np.float64), np.zeros((n, 2)), np.zeros(2))
    params = notebook_step(start, x, np.full(2, TARGET), RATE, PROCEDURAL)[2]
    params = Params(params.f, np.zeros((n, 2)), np.zeros(2))
    kernels, exact_gradients, sums = [params.f], [], np.zeros(0)
    for call in range(3):
        exact_gradients.append(notebook_step(params, x, np.ones(2), RATE)[1].df)
        trace, _, params = notebook_step(params, x, np.ones(2), RATE, OBJECT_ORIENTED)
        kernels.append(params.f)
        sums = sums if call else trace.z1
    return Rerun(tuple(kernels), tuple(exact_gradients[:2]), sums)
