"""Many updates of a lesson at once: every number that makes a curve, and frames of the maps for a film."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.ops import mse, saturated_share
from cnnviz.core.trajectory import walk

NEARLY_ALL = 0.9
"""The share of saturated units from which a run counts as saturated. (The notebook's border of halves never is.)"""

LEAP = 0.05
"""How far above the best so far a loss lies where a step has leapt over the valley."""


@dataclass(frozen=True, eq=False)
class Film:
    """Curves over updates 0 … n, each with n + 1 entries, and frames of the maps at `updates` (F,).

    losses (n+1,), o (n+1,N), kernel (n+1,K·K), norms of df, dw and db (n+1,3), saturated (n+1,);
    z1, a1, dz1 (F,H',W') float32, exact enough to be drawn.
    """

    losses: np.ndarray
    o: np.ndarray
    kernel: np.ndarray
    norms: np.ndarray
    saturated: np.ndarray
    updates: np.ndarray
    z1: np.ndarray
    a1: np.ndarray
    dz1: np.ndarray


def film(lesson: Lesson, x: np.ndarray, n: int, most_frames: int) -> Film:
    """`n` updates of `lesson` on `x`, with at most `most_frames` frames, evenly thinned, first and last among them.

    The numbers are those of `trajectory`, bit for bit.

    >>> film(Lesson(), np.zeros((32, 32)), 4, most_frames=3).updates
    array([0, 2, 4])
    """
    updates = np.unique(np.linspace(0, n, min(n + 1, most_frames)).round().astype(int))
    shown = set(updates.tolist())
    curves: dict[str, list] = {name: [] for name in ("losses", "o", "kernel", "norms", "saturated")}
    frames: dict[str, list] = {name: [] for name in ("z1", "a1", "dz1")}
    for k, (params, trace, gradients) in enumerate(walk(lesson, x, n)):
        curves["losses"].append(mse(trace.o, lesson.y))
        curves["o"].append(trace.o)
        curves["kernel"].append(params.f.reshape(-1))
        curves["norms"].append([_norm(gradients.df), _norm(gradients.dw), _norm(gradients.db)])
        curves["saturated"].append(saturated_share(trace.a1))
        if k in shown:
            for name, array in (("z1", trace.z1), ("a1", trace.a1), ("dz1", gradients.dz1)):
                frames[name].append(array.astype(np.float32))
    return Film(**{name: np.array(values) for name, values in (curves | frames).items()}, updates=updates)


def turning_points(run: Film) -> list[tuple[int, str]]:
    """Where a run first goes wrong, and how: at most one update for its loss and one for its units, in order.

    Its loss "leaps" where it lies LEAP above the best so far; a run "diverges" there if it lies so in the end,
    too. It "saturates" where NEARLY_ALL of its units do.
    """
    leapt = run.losses > np.minimum.accumulate(run.losses) + LEAP
    how = "diverges" if leapt[-1] else "leaps"
    found = ((how, leapt), ("saturates", run.saturated >= NEARLY_ALL))
    return sorted((int(wrong.argmax()), name) for name, wrong in found if wrong.any())


def _norm(array: np.ndarray) -> float:
    flat = array.reshape(-1)
    return float(np.sqrt(flat @ flat))
