"""Analysis of a film's curves: each parameter's share of the loss decrease, milestones of the decrease, and the first
failure of a run."""

import numpy as np

from cnnviz.core.network.network import Network
from cnnviz.core.training.film import Film

NEARLY_ALL = 0.9
"""Share of saturated units from which a run counts as saturated. The notebook's threshold, a half, is never reached."""

LEAP = 0.05
"""Minimum distance of a loss above the best so far that counts as a leap over the valley."""


def fall_shares(run: Film) -> tuple[np.ndarray, np.ndarray]:
    """Return each parameter's share of the promised decrease of the loss: at each update, and over the run.

    The shapes are (n+1,P) and (P,). Rows add up to 1, or are 0 if no decrease is promised. With momentum a step may raise
    the loss to first order; its share is negative then.

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
    """Return the contribution of each output to the loss, (n+1,N). It is NaN if the terms do not add up to the loss,
    because the logarithm of an output near 0 or 1 is inaccurate.

    >>> from cnnviz import Setup
    >>> from cnnviz.core.training.film import film
    >>> run = film(Setup(), np.zeros((32, 32)), 1, most_frames=2)
    >>> bool(np.isclose(loss_terms(run, Setup().network, np.array([1.0, 0.0]))[0].sum(), run.losses[0]))
    True
    """
    with np.errstate(all="ignore"):
        terms = network.loss_kind.terms(run.o, y)
        is_close = np.isclose(terms.sum(axis=-1), run.losses, rtol=1e-5, atol=0)
    return np.where(is_close[:, None], terms, np.nan)


def milestones(losses: np.ndarray, shares: tuple[float, ...] = (0.5, 0.9, 0.99)) -> dict[float, int]:
    """Return the updates by which given shares of the total decrease are reached. Empty if the loss does not fall.

    >>> milestones(np.array([1.0, 0.4, 0.05, 0.0]))
    {0.5: 1, 0.9: 2, 0.99: 3}
    """
    fall = losses[0] - losses[-1]
    if not fall > 0:
        return {}
    return {share: int(np.argmax(losses <= losses[0] - share * fall)) for share in shares}


def turning_points(run: Film) -> list[tuple[int, str]]:
    """Return the updates at which a run first goes wrong, and how: at most one for its loss and one for its units, in
    order.

    The loss "leaps" when it first exceeds the best so far by LEAP, and the run "diverges" if the loss never recovers (`_leap`).
    The run "saturates" when NEARLY_ALL of its units do.
    """
    is_saturated = run.saturated >= NEARLY_ALL
    points = [*_leap(run.losses), *([(int(is_saturated.argmax()), "saturates")] if is_saturated.any() else [])]
    return sorted(points)


def _leap(losses: np.ndarray) -> list[tuple[int, str]]:
    """Return the update of a loss's first leap, or the one after which it never recovers.

    >>> [_leap(np.array(run)) for run in ([1, 3, 0.5], [1, 3, 9], [1, 3, 0.5, 0.9], [1, 3, 0.5, 0.9, np.nan])]
    [[(1, 'leaps')], [(1, 'diverges')], [(1, 'leaps')], [(3, 'diverges')]]
    """
    lowest_losses = np.fmin.accumulate(losses)
    is_above = ~(losses <= lowest_losses + LEAP)  # negated, so that NaN counts as a leap
    if not is_above.any():
        return []
    first_index = int(is_above.argmax())
    comes_back = bool((losses[first_index:] < lowest_losses[first_index]).any())
    if not is_above[-1] or (comes_back and losses[-1] <= losses[0]):
        return [(first_index, "leaps")]
    return [(len(losses) - int(is_above[::-1].argmin()) if comes_back else first_index, "diverges")]
