"""The terms of momentum's velocity: every gradient so far, multiplied by 0.9 for each step since."""

import numpy as np

from cnnviz.core.network.optimizers import Momentum
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates

MOST = 6
"""Number of gradients that are shown separately; older ones are added up."""


def velocity_terms(setup: Setup, x: np.ndarray, k: int, name: str, index: int) -> np.ndarray:
    """Return the terms of one entry's velocity in update `k`, (n, 2): each gradient, and its remaining contribution.

    `index` is the flat index of the entry in the parameter `name`. The last row is the gradient of update k, and the rows before
    it are those of earlier updates. If there are more than MOST, the first row is the velocity that the older ones left.

    >>> setup = Setup(opt="momentum", rule="exact")
    >>> terms = velocity_terms(setup, np.eye(32), 2, "b", 0)
    >>> terms.shape, np.allclose(terms[:, 1], [0.81, 0.9, 1] * terms[:, 0])
    ((3, 2), True)
    """
    first_k = max(k + 1 - MOST, 0)
    snapshots = [run_updates(setup, x, i) for i in range(first_k, k + 1)]
    values = [float(snapshot.gradients[f"d{name}"].flat[index]) for snapshot in snapshots]
    if first_k:
        values.insert(0, float(snapshots[0].state[f"velocity.{name}"].flat[index]))
    ages = [min(age, MOST) for age in reversed(range(len(values)))]
    return np.array([[value, Momentum.share**age * value] for value, age in zip(values, ages, strict=True)])
