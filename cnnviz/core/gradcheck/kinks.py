"""Central differences of a parameter's entries, refined if they disagree with the gradient.

If the loss is smooth within reach, a step and one twice as long determine the error of both. If a kink of ReLU or max pooling
lies there, or the loss jumps, as behind a saturated unit with large weights, smaller steps may avoid it. If the smallest does
not, the entry lies at a kink or is undecided.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cnnviz.core.gradcheck.differences import Differences, Sides
from cnnviz.core.gradcheck.verdict import SAFETY, TOLERANCE, relative_error, threshold

CLOSER = (10, 100)
"""Divisors of the step, tried one after another while a kink or a jump is within the step."""
CLOSEST = (*CLOSER, 1_000, 10_000)
"""Divisors of the step for an entry that is about to be called wrong without a confirmation by a smaller step."""
STEADY = 0.1
"""Largest relative change of a central difference by doubling the step if the loss is smooth."""


class ParameterCheck(NamedTuple):
    """Results per entry, (n,): the central difference, its possible error, the relative error, and whether the entry
    is a structural 0 or at a kink."""

    central: np.ndarray
    error_bound: np.ndarray
    error: np.ndarray
    structural: np.ndarray
    kinks: np.ndarray


def check_parameter(pass_differences: Differences, name: str, analytic: np.ndarray, step: float, progress: Callable[[float], None]) -> ParameterCheck:
    """Compute the results by which a parameter's entries are judged. `analytic` (n,) is the gradient to check."""
    sides = pass_differences.sides(name, step, progress=progress)
    terms, kinks = pass_differences.terms(name), np.zeros(analytic.size, bool)
    # The gradient has round-off, too: if its terms cancel, as before a normalization, the difference may be exact.
    gradient_error_bound = pass_differences.round_off.eps * (terms.max(initial=0) if name == "x" else terms)
    central, error_bound = sides.central, np.maximum(sides.error_bound, gradient_error_bound)
    error, unclear = _error(analytic, central, error_bound), np.flatnonzero(_needs_refinement(sides, error_bound, analytic))
    if unclear.size:
        end_change, is_rough = sides.moved.copy(), np.zeros(analytic.size, bool)
        refined = _refine(pass_differences, name, step, unclear, sides.subset(unclear), analytic[unclear])
        central[unclear], error_bound[unclear], kinks[unclear], end_change[unclear], is_rough[unclear] = refined
        error_bound = np.maximum(error_bound, gradient_error_bound)
        # If a nudge changes the output only by round-off, but the exact gradient differs, the two losses lie on plateaus
        # before and after a jump.
        distance = np.abs(pass_differences.gradients[f"d{name}"].reshape(-1) - central)
        is_plateau = (np.abs(central) <= SAFETY * error_bound) & (end_change == 0)
        # Where the loss is not smooth, a central difference decides only together with the exact gradient.
        error_bound[(is_plateau | is_rough & ~kinks) & (distance > SAFETY * error_bound)] = np.inf
        is_different = ~(_error(analytic, central, error_bound) <= TOLERANCE)
        if is_different.any():
            error_bound[is_different] = np.hypot(error_bound, pass_differences.own_errors[f"d{name}"])[is_different]
        error[unclear] = _error(analytic[unclear], central[unclear], error_bound[unclear])
    return ParameterCheck(central, error_bound, error, terms == 0, kinks)


def _error(analytic: np.ndarray, central: np.ndarray, error_bound: np.ndarray) -> np.ndarray:
    return relative_error(analytic, central, threshold(error_bound) / TOLERANCE)


def _needs_refinement(sides: Sides, error_bound: np.ndarray, analytic: np.ndarray) -> np.ndarray:
    """Return a mask of the entries to refine: not well within the tolerance, or with different one-sided slopes."""
    one_sided = np.abs(sides.apart) > np.abs(sides.central) / 1000 + 2 * SAFETY * error_bound
    return np.asarray(~(_error(analytic, sides.central, error_bound) <= TOLERANCE / 10) | one_sided)


def is_at_kink(pass_differences: Differences, name: str, entry: int, analytic: float, step: float) -> bool:
    """Return whether one entry (flat index) lies at a kink, as `check_parameter` finds for all.

    >>> from cnnviz.core.network.network import Network
    >>> network, x = Network.parse("relu-dense1-mse"), np.array([[0.5, 0.0]])
    >>> nudged = Differences(network.program((1, 2)), network.init((1, 2)), x, np.ones(1))
    >>> [is_at_kink(nudged, "x", entry, nudged.gradients.dx.flat[entry], 1e-5) for entry in (0, 1)]
    [False, True]
    """
    if not pass_differences.path(name).kinks:
        return False
    entries, gradient = np.array([entry]), np.array([analytic])
    sides = pass_differences.sides(name, step, entries)
    return bool(_needs_refinement(sides, sides.error_bound, gradient)[0] and _refine(pass_differences, name, step, entries, sides, gradient)[2][0])


def _refine(
    pass_differences: Differences, name: str, step: float, entries: np.ndarray, near: Sides, analytic: np.ndarray
) -> np.ndarray:
    """Return refined central differences, error bounds, kinks, changes of the end of the pass, and whether the loss is not
    smooth within a step that was tried, (5,n), from a step twice as long or from smaller ones.

    Two steps may agree by chance if the loss has plateaus or bends strongly. An entry is wrong only if the next smaller
    step confirms it; otherwise it is undecided.
    """
    pair = _Pair(near, pass_differences.sides(name, 2 * step, entries, bends=True))
    results = pair.found
    is_rough = np.asarray(results[2:4].any(axis=0))
    unconfirmed = _error(analytic, *results[:2]) > TOLERANCE
    for divisor in CLOSEST:
        is_unsure = np.asarray(results[2:4].any(axis=0))
        unconfirmed &= results[2] == 0  # an entry at a kink is not called wrong
        retried = np.flatnonzero(is_unsure & (divisor in CLOSER) | unconfirmed)
        if not retried.size:
            break
        pair = _Pair(*(pass_differences.sides(name, n * step / divisor, entries[retried], bends=n > 1) for n in (1, 2)))
        central, error_bound = results[:2, retried]
        is_different = is_unsure[retried] | (np.abs(pair.central - central) > SAFETY * (pair.error_bound + error_bound))
        is_better = is_different | (pair.error_bound < error_bound)
        results[:, retried[is_better]] = pair.found[:, is_better]
        is_rough[retried] |= is_different | pair.jumps | pair.bent
        unconfirmed[retried] = (is_different | pair.jumps | pair.bent) & (_error(analytic[retried], *results[:2, retried]) > TOLERANCE)
    central, error_bound, bent, jumps, end_change = results
    return np.stack([central, np.where((jumps > bent) | (unconfirmed & (bent == 0)), np.inf, error_bound), bent, end_change, is_rough])


class _Pair:
    """Comparison of nudges by a step, `near`, and by one twice as long, `far`, (n,) each.

    `central` is corrected for truncation if that exceeds round-off, and `error_bound` is its possible error. `bent` marks entries where
    a kink may make a correct gradient look wrong, and `jumps` those where the loss is not smooth.
    """

    def __init__(self, near: Sides, far: Sides):
        # The truncation error is O(ε²) and the one-sided slopes differ by ε·L″: doubling ε multiplies the former by
        # four and the latter by two.
        error = (far.central - near.central) / 3
        asymmetry = np.maximum(0, np.abs(far.apart / 2 - near.apart) - 2 * near.error_bound)
        size = np.abs(near.central)
        error_bounds = np.hypot(near.error_bound, error), np.hypot(far.error_bound, 4 * error)
        corrected = np.where(np.abs(error) > near.error_bound, near.central - error, near.central)
        # A longer step has less round-off, which pays off while its truncation error is negligible.
        self.central = np.where(error_bounds[1] < error_bounds[0], far.central, corrected)
        self.bent = far.bend > np.maximum(far.error_bound, TOLERANCE / 10 * np.abs(far.central))
        # A jump within both steps has twice the slope over the shorter one, beyond the round-off of both.
        self.jumps = (3 * np.abs(error) > np.maximum(2 * near.error_bound, STEADY * size)) | (asymmetry > STEADY * np.maximum(size, np.abs(near.apart)))
        self.jumps |= (np.abs(far.moved / 2 - near.moved) > STEADY * near.moved) & (near.moved > 0)
        # A kink that does not matter adds its bend to the error bound.
        self.error_bound = np.minimum(*error_bounds) + np.where(self.bent, 0, asymmetry + far.bend)
        self.found = np.stack([self.central, self.error_bound, self.bent, self.jumps, near.moved])
