"""Central differences of a parameter's entries, with a second look where they do not agree with what was given.

Where the loss bends smoothly, the slopes of the two sides of an entry are ε·L″ apart; a kink of ReLU or max pooling
within reach breaks that rule. If they are as far apart at a smaller step, the entry stands at the kink; if not, the
smaller step has passed it by.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cnnviz.core.gradcheck.differences import Differences, Sides
from cnnviz.core.gradcheck.verdict import SAFETY, TOLERANCE, relative_error

CLOSER = 10
"""Where a kink is suspected, the step is so many times smaller."""


class Found(NamedTuple):
    """Of each entry, (n,): the central difference, how far it may be off, and whether it is a structural 0 or at a kink."""

    central: np.ndarray
    doubt: np.ndarray
    structural: np.ndarray
    kinks: np.ndarray


def compared(nudged: Differences, name: str, analytic: np.ndarray, step: float, told: Callable[[float], None]) -> Found:
    """All that a parameter's entries are judged by; `analytic` (n,) is what was given."""
    at = nudged.sides(name, step, progress=told)
    central, doubt, kinks = at.central, at.doubt, np.zeros(analytic.size, bool)
    error = relative_error(analytic, central, SAFETY * doubt / TOLERANCE)
    one_sided = np.abs(at.apart) > np.abs(central) / 1000 + 2 * SAFETY * doubt
    look = np.flatnonzero(~(error <= TOLERANCE / 10) | one_sided)
    if look.size:
        central[look], doubt[look], kinks[look] = _looked_at(nudged, name, step, look, at)
    return Found(central, doubt, nudged.structural(name), kinks)


def _looked_at(
    nudged: Differences, name: str, step: float, entries: np.ndarray, at: Sides
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Central differences, doubts and kinks of some entries, from a longer step and from a smaller one too."""
    central, apart, doubt = at.central[entries], at.apart[entries], at.doubt[entries]
    twice, closer = nudged.sides(name, 2 * step, entries), nudged.sides(name, step / CLOSER, entries)
    sharp = (np.abs(twice.apart / 2 - apart) > 2 * SAFETY * doubt) | (
        np.abs(closer.apart - apart / CLOSER) > 2 * SAFETY * closer.doubt
    )
    stays = np.abs(closer.apart) > np.maximum(np.abs(apart) / 5, 2 * SAFETY * closer.doubt)
    passed_by = sharp & ~stays
    # The error of a long step is ε²: doubling ε adds three times what it was.
    truncated = doubt + np.abs(twice.central - central) / 3
    near = closer.doubt + np.abs(closer.apart) / 2
    return np.where(passed_by, closer.central, central), np.where(passed_by, near, truncated), stays
