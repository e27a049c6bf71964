"""The check of an exercise's gradients, with NumPy alone: its functions are printed into the exercise as they stand here.

The loss is nudged entry by entry; how far a difference may be off comes from steps of several lengths and from what round-off in
all numbers does to the loss. The judgement is the gradient check's own (core/gradcheck/verdict.py).
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from cnnviz.core.gradcheck.verdict import SAFETY, TOLERANCE, WRONG, marks

Passed = tuple[float, Sequence[np.ndarray]]
"""A pass: its loss, and what its layers decide by comparing numbers."""

LONGEST, SHORTEST = 1e-4, 1e-8
"""The steps of the nudges: ever shorter ones, until the difference is sure enough."""
SCREENED = 5
"""Entries that are nudged once, for each that is tried, to find those that move the loss."""


def round_off(loss_with: Callable[..., Passed], arrays: Mapping[str, np.ndarray]) -> float:
    """The error that the loss may have: its changes by changes in the last digits of all `arrays` that it starts from."""
    rng, eps = np.random.default_rng(0), np.finfo(float).eps
    loss = loss_with()[0]
    shaken = [loss_with(**{name: a * (1 + eps * rng.choice([-1, 1], a.shape)) for name, a in arrays.items()})[0] for _ in range(6)]
    return SAFETY * (max(abs(other - loss) for other in shaken) + eps * max(1.0, abs(loss)))  # 1: what a logarithm is taken of


def slope(
    loss_of: Callable[[np.ndarray], Passed], array: np.ndarray, at: tuple[int, ...], given: float, noise: float, unmoved: Passed
) -> tuple[float, float, bool, bool]:
    """∂L/∂array[at] by central differences: how large, how far it may be off, whether the loss never moves, whether it is a kink.

    Shorter and shorter steps are tried, until the difference is sure enough or `given` is told to be right.
    """
    middle, choices = unmoved
    size = max(1.0, abs(array[at]))
    step, before, best, still, kink = LONGEST * size, None, (np.nan, np.inf), True, True
    while step > SHORTEST * size:
        up, down = array.copy(), array.copy()
        up[at] += step
        down[at] -= step
        (above, chosen), (below, others) = loss_of(up), loss_of(down)
        central = (above - below) / (up[at] - down[at])
        still = still and above == middle == below
        same = all(np.array_equal(a, b) and np.array_equal(a, c) for a, b, c in zip(choices, chosen, others, strict=True))
        kink = kink and not same
        if same and before is not None:
            doubt = noise / step + abs(before - central) / 10  # the error goes with step², so it is a hundredth of the longer one's
            best = min(best, (central, doubt), key=lambda one: one[1])
            right = abs(given - central) <= SAFETY * doubt <= abs(given)
            if still or right or SAFETY * best[1] <= TOLERANCE * abs(best[0]):
                break
        before = central if same else None
        step /= 10
    return (*best, still, kink)


def tried_places(gradient: np.ndarray, array: np.ndarray, loss_of: Callable[[np.ndarray], Passed], loss: float, most: int) -> list[int]:
    """Up to `most` entries: half the largest that were given, and half drawn, of which those that move the loss come first."""
    if array.size <= most:
        return list(range(array.size))
    size = np.nan_to_num(np.abs(gradient), nan=np.inf)
    largest = np.argsort(-size, axis=None, kind="stable")[: most // 2].tolist()
    drawn = [place for place in np.random.default_rng(0).permutation(array.size)[: SCREENED * most].tolist() if place not in largest]
    moving, still = [], []
    for place in drawn:
        nudged = array.copy()
        nudged.flat[place] += LONGEST * max(1.0, abs(array.flat[place]))
        if loss_of(nudged)[0] != loss:
            moving.append(place)
        else:
            still.append(place)
        if len(moving) == most - len(largest):
            break
    return [*largest, *moving, *still][:most]


def checked(
    gradient: np.ndarray, array: np.ndarray, loss_of: Callable[[np.ndarray], Passed], noise: float, most: int
) -> tuple[dict[int, int], tuple[tuple[int, ...], float, float] | None]:
    """The marks of up to `most` entries of one gradient beside central differences, and the worst of them: place, yours, theirs."""
    worst, found, apart, unmoved = None, {}, -1.0, loss_of(array)
    for place in tried_places(gradient, array, loss_of, unmoved[0], most):
        at = tuple(map(int, np.unravel_index(place, array.shape)))
        given = float(gradient[at])
        central, doubt, still, kink = slope(loss_of, array, at, given, noise, unmoved)
        mark = int(marks(np.array(given), np.array(central), doubt, np.array(still), np.array(kink)))
        found[place] = mark
        if mark == WRONG and not abs(given - central) <= apart:
            worst, apart = (at, given, central), abs(given - central)
    return found, worst
