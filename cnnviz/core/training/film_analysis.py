"""The meaning of a film's curves: what makes the loss fall, by when it has fallen, and where a run first goes wrong."""

import numpy as np

from cnnviz.core.network.network import Network
from cnnviz.core.training.film import Film

NEARLY_ALL = 0.9
"""The share of saturated units from which a run counts as saturated. (The notebook's border of halves never is.)"""

LEAP = 0.05
"""The share by which a loss lies above the best so far where a step has leapt over the valley."""


def fall_shares(run: Film) -> tuple[np.ndarray, np.ndarray]:
    """Each parameter's share of the promised fall of the loss: at each update, and over the run.

    (n+1,P) and (P,). Rows add up to 1, or are 0 where no fall is promised. With momentum a step may raise the loss to
    first order: then a share is negative.

    >>> from cnnviz import Setup
    >>> from cnnviz.core.training.film import film
    >>> run = film(Setup(), np.zeros((32, 32)), 4, most_frames=2)
    >>> fall_shares(run)[1].round(3).tolist()
    [0.0, 0.996, 0.004]
    """

    def share(parts: np.ndarray) -> np.ndarray:
        total = parts.sum(axis=-1, keepdims=True)
        return np.divide(parts, total, out=np.zeros_like(parts), where=np.isfinite(total) & (total > 0))

    with np.errstate(all="ignore"):
        return share(run.promised), share(run.promised[:-1].sum(axis=0))


def loss_terms(run: Film, network: Network, y: np.ndarray) -> np.ndarray:
    """The part of the loss that each output adds, (n+1,N).

    NaN where the terms do not come to the loss: where an output is so near 0 or 1 that its logarithm is lost.

    >>> from cnnviz import Setup
    >>> from cnnviz.core.training.film import film
    >>> run = film(Setup(), np.zeros((32, 32)), 1, most_frames=2)
    >>> bool(np.isclose(loss_terms(run, Setup().network, np.array([1.0, 0.0]))[0].sum(), run.losses[0]))
    True
    """
    with np.errstate(all="ignore"):
        terms = network.loss_kind.terms(run.o, y)
        right = np.isclose(terms.sum(axis=-1), run.losses, rtol=1e-5, atol=0)
    return np.where(right[:, None], terms, np.nan)


def milestones(losses: np.ndarray, shares: tuple[float, ...] = (0.5, 0.9, 0.99)) -> dict[float, int]:
    """By which update these shares of the whole fall have come; none where the loss does not fall.

    >>> milestones(np.array([1.0, 0.4, 0.05, 0.0]))
    {0.5: 1, 0.9: 2, 0.99: 3}
    """
    fall = losses[0] - losses[-1]
    if not fall > 0:
        return {}
    return {share: int(np.argmax(losses <= losses[0] - share * fall)) for share in shares}


def turning_points(run: Film) -> list[tuple[int, str]]:
    """The updates where a run first goes wrong, and how: at most one update for its loss and one for its units, in order.

    Its loss "leaps" where it first lies LEAP above the best so far, or a run "diverges" from where it never comes back (`_leap`).
    It "saturates" where NEARLY_ALL of its units do.
    """
    saturated = run.saturated >= NEARLY_ALL
    found = [*_leap(run.losses), *([(int(saturated.argmax()), "saturates")] if saturated.any() else [])]
    return sorted(found)


def _leap(losses: np.ndarray) -> list[tuple[int, str]]:
    """The update of a loss's first leap, or the one from which on it never comes back.

    >>> [_leap(np.array(run)) for run in ([1, 3, 0.5], [1, 3, 9], [1, 3, 0.5, 0.9], [1, 3, 0.5, 0.9, np.nan])]
    [[(1, 'leaps')], [(1, 'diverges')], [(1, 'leaps')], [(3, 'diverges')]]
    """
    best = np.fmin.accumulate(losses)
    leapt = ~(losses <= best + LEAP)  # written so that NaN has leapt
    if not leapt.any():
        return []
    first = int(leapt.argmax())
    back = bool((losses[first:] < best[first]).any())
    if not leapt[-1] or (back and losses[-1] <= losses[0]):
        return [(first, "leaps")]
    return [(len(losses) - int(leapt[::-1].argmin()) if back else first, "diverges")]
