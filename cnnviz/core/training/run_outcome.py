"""The outcome of a run of many updates: why it wins or fails, and the moment at which that is seen."""

from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import Film, maps_of
from cnnviz.core.training.film_analysis import NEARLY_ALL, milestones, turning_points

LOW = 0.1
"""A loss that is low after a training, with targets of 0 and 1."""
KEPT, LITTLE = 0.9, 0.5
"""The share of what its steps promised from which on a run goes straight, and the share of its loss that is little of a fall."""
MANY = 50
"""Updates from which on a run has had its time."""


@dataclass(frozen=True)
class Outcome:
    """The end of a run, seen best at update `k` on this stage: it "wins" (from the start, turned, or with no one right answer), "diverges",
    "saturates", is "silent", "sparse" or "slow".
    """

    how: str
    k: int
    stage: str
    values: dict[str, float] = field(default_factory=dict)


def outcome(setup: Setup, run: Film) -> Outcome | None:
    """The outcome of a setup's film, the first cause that explains it; None where none does.

    >>> from cnnviz.core.training.film import film
    >>> x = np.ones((8, 8))
    >>> [outcome(setup, film(setup, x, 200, 2)).how for setup in (Setup(lr=0.5), Setup(lr=1e-4), Setup(lr=90.0, net="conv1x3-relu-dense2-mse"))]
    ['wins.turned', 'slow', 'diverges']
    """
    if setup.deviations:
        return None  # its steps are no gradient's
    return _diverged(run) or _won(setup, run) or _shut(setup, run) or _slow(run)


def _diverged(run: Film) -> Outcome | None:
    """The step from its least loss on is the first that is too large."""
    leap = next((k for k, how in turning_points(run) if how == "diverges"), None)
    if leap is None:
        return None
    best = int(np.nanargmin(run.losses[: leap + 1])) if np.isfinite(run.losses[0]) else 0
    after = run.losses[min(best + 1, len(run.losses) - 1)]
    return Outcome("diverges", best, "update", {"next": best + 1, "before": float(run.losses[best]), "after": float(after)})


def _won(setup: Setup, run: Film) -> Outcome | None:
    if not run.losses[-1] <= min(LOW, run.losses[0]):
        return None
    half = milestones(run.losses).get(0.5, 0)
    y = np.array(setup.y)
    if run.o.ndim != 2 or (y == y.max()).sum() > 1 or len(y) < 2:  # no output is the right answer alone
        return Outcome("wins.one", half, "o", {"half": half})
    wrong = np.flatnonzero(run.o.argmax(axis=1) != y.argmax())
    first = int(wrong[-1]) + 1 if len(wrong) else 0
    if first == len(run.losses):
        return None
    return Outcome("wins.turned" if first else "wins.start", first or half, "o", {"half": half})


def _shut(setup: Setup, run: Film) -> Outcome | None:
    """Its units pass no gradient back, or hardly any, from an update to the end."""
    hidden = maps_of(setup.network)[1]
    for how, shares, least in (("silent", run.silent, 1.0), ("sparse", run.silent, NEARLY_ALL), ("saturates", run.saturated, NEARLY_ALL)):
        passing = np.flatnonzero(~(shares >= least))
        k = int(passing[-1]) + 1 if len(passing) else 0
        if k < len(shares):
            return Outcome(how, k, hidden, {"share": float(shares[-1]), "open": float(1 - shares[-1])})
    return None


def _slow(run: Film) -> Outcome | None:
    """Its steps keep what they promise, and so could be longer, and the loss has hardly fallen."""
    fall, promised = run.losses[0] - run.losses[-1], run.promised[:-1].sum()
    if len(run.losses) <= MANY or not (0 <= fall < LITTLE * run.losses[0] and fall >= KEPT * promised > 0):
        return None
    return Outcome("slow", 0, "update", {"fallen": float(fall / run.losses[0]), "kept": float(fall / promised)})
