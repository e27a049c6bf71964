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
    central, doubt = at.central[entries], at.doubt[entries]
    twice = nudged.sides(name, 2 * step, entries, bends=True)
    # The error of a long step is ε²: doubling ε adds three times what it was. A kink that does not matter may add what it bends.
    doubt = doubt + np.abs(twice.central - central) / 3 + twice.bend
    kinks, bent = np.zeros(len(entries), bool), _matters(twice)
    if bent.any():
        closer, half = (nudged.sides(name, step / n, entries[bent], bends=True) for n in (CLOSER, 2 * CLOSER))
        central[bent], kinks[bent] = closer.central, _matters(closer)
        doubt[bent] = closer.doubt + np.abs(closer.central - half.central) * 4 / 3 + np.where(kinks[bent], 0.0, closer.bend)
    return central, doubt, kinks


def _matters(sides: Sides) -> np.ndarray:
    """Where kinks within the step may make a right gradient look wrong."""
    return sides.bend > np.maximum(sides.doubt, TOLERANCE / 10 * np.abs(sides.central))
