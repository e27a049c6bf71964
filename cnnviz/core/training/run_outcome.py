"""Outcome of a run of many updates: the cause of its success or failure, and the snapshot that shows it best."""

from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import Film, default_maps
from cnnviz.core.training.film_analysis import NEARLY_ALL, milestones, turning_points

LOW = 0.1
"""Largest final loss of a successful run, with targets of 0 and 1."""
KEPT, SMALL_FALL = 0.9, 0.5
"""Minimum ratio of actual to promised decrease in a run whose steps are short enough, and relative decrease of the loss
below which a run is slow."""
MANY = 50
"""Number of updates from which a run may be called slow."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run, most visible at update `k` on this stage. `how` is "wins.start", "wins.turned", "wins.one"
    (no single correct output), "diverges", "saturates", "silent", "sparse" or "slow"."""

    how: str
    k: int
    stage: str
    values: dict[str, float] = field(default_factory=dict)


def outcome(setup: Setup, run: Film) -> Outcome | None:
    """Return the outcome of a setup's film: the first cause that explains it, or None.

    >>> from cnnviz.core.training.film import film
    >>> x = np.ones((8, 8))
    >>> [outcome(setup, film(setup, x, 200, 2)).how for setup in (Setup(lr=0.5), Setup(lr=1e-4), Setup(lr=90.0, net="conv1x3-relu-dense2-mse"))]
    ['wins.turned', 'slow', 'diverges']
    """
    if setup.deviations:
        return None  # steps do not follow a gradient
    return _divergence(run) or _success(setup, run) or _blocked_units(setup, run) or _slow_progress(run)


def _divergence(run: Film) -> Outcome | None:
    """Return the outcome of a diverging run. The first step that is too large is the one from its lowest loss."""
    divergence_k = next((k for k, kind in turning_points(run) if kind == "diverges"), None)
    if divergence_k is None:
        return None
    best_k = int(np.nanargmin(run.losses[: divergence_k + 1])) if np.isfinite(run.losses[0]) else 0
    next_loss = run.losses[min(best_k + 1, len(run.losses) - 1)]
    return Outcome("diverges", best_k, "update", {"next": best_k + 1, "before": float(run.losses[best_k]), "after": float(next_loss)})


def _success(setup: Setup, run: Film) -> Outcome | None:
    if not run.losses[-1] <= min(LOW, run.losses[0]):
        return None
    half_k = milestones(run.losses).get(0.5, 0)
    y = np.array(setup.y)
    if run.o.ndim != 2 or (y == y.max()).sum() > 1 or len(y) < 2:  # no single correct output
        return Outcome("wins.one", half_k, "o", {"half": half_k})
    wrong_updates = np.flatnonzero(run.o.argmax(axis=1) != y.argmax())
    first_k = int(wrong_updates[-1]) + 1 if len(wrong_updates) else 0
    if first_k == len(run.losses):
        return None
    return Outcome("wins.turned" if first_k else "wins.start", first_k or half_k, "o", {"half": half_k})


def _blocked_units(setup: Setup, run: Film) -> Outcome | None:
    """Return the outcome of a run whose hidden units pass almost no gradient from some update to the end."""
    hidden_name = default_maps(setup.network)[1]
    for kind, shares, threshold in (("silent", run.silent, 1.0), ("sparse", run.silent, NEARLY_ALL), ("saturates", run.saturated, NEARLY_ALL)):
        open_updates = np.flatnonzero(~(shares >= threshold))
        k = int(open_updates[-1]) + 1 if len(open_updates) else 0
        if k < len(shares):
            return Outcome(kind, k, hidden_name, {"share": float(shares[-1]), "open": float(1 - shares[-1])})
    return None


def _slow_progress(run: Film) -> Outcome | None:
    """Return the outcome of a run whose loss falls as promised but slowly, so that the learning rate could be
    larger."""
    fall, promised_fall = run.losses[0] - run.losses[-1], run.promised[:-1].sum()
    if len(run.losses) <= MANY or not (0 <= fall < SMALL_FALL * run.losses[0] and fall >= KEPT * promised_fall > 0):
        return None
    return Outcome("slow", 0, "update", {"fallen": float(fall / run.losses[0]), "kept": float(fall / promised_fall)})
