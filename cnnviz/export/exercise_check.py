"""Check of an exercise's gradients, with NumPy only. These functions are copied into the exercise.

Each entry is nudged. The error of a difference is estimated from steps of several lengths and from the effect of round-off on
the loss. The verdict is that of the gradient check (core/gradcheck/verdict.py).
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from cnnviz.core.gradcheck.verdict import SAFETY, TOLERANCE, WRONG, marks

Passed = tuple[float, Sequence[np.ndarray]]
"""Result of a pass: its loss, and the decisions of its layers with kinks."""

LONGEST, SHORTEST = 1e-4, 1e-8
"""Longest and shortest step of the nudges."""
SCREENED = 5
"""Number of candidate entries per checked entry. A single nudge of each shows whether it changes the loss."""


def round_off(loss_with: Callable[..., Passed], arrays: Mapping[str, np.ndarray]) -> float:
    """Return the estimated error of the loss: its change if the last digits of all `arrays` change."""
    rng, eps = np.random.default_rng(0), np.finfo(float).eps
    loss = loss_with()[0]
    losses = [loss_with(**{name: a * (1 + eps * rng.choice([-1, 1], a.shape)) for name, a in arrays.items()})[0] for _ in range(6)]
    # 1, the argument of the logarithm
    return SAFETY * (max(abs(other - loss) for other in losses) + eps * max(1.0, abs(loss)))


def slope(
    loss_of: Callable[[np.ndarray], Passed], array: np.ndarray, at: tuple[int, ...], value: float, noise: float, unmoved: Passed
) -> tuple[float, float, bool, bool]:
    """Return ∂L/∂array[at] by central differences, its possible error, whether the loss never changes, and whether
    there is a kink.

    Steps are shortened until the difference is accurate enough or confirms `value`.
    """
    middle, choices = unmoved
    size = max(1.0, abs(array[at]))
    step, previous, best, is_constant, kink = LONGEST * size, None, (np.nan, np.inf), True, True
    while step > SHORTEST * size:
        up, down = array.copy(), array.copy()
        up[at] += step
        down[at] -= step
        (loss_up, choices_up), (loss_down, choices_down) = loss_of(up), loss_of(down)
        central = (loss_up - loss_down) / (up[at] - down[at])
        is_constant = is_constant and loss_up == middle == loss_down
        same_choices = all(np.array_equal(a, b) and np.array_equal(a, c) for a, b, c in zip(choices, choices_up, choices_down, strict=True))
        kink = kink and not same_choices
        if same_choices and previous is not None:
            # the error is proportional to step², so it is a hundredth of the longer step's
            error = noise / step + abs(previous - central) / 10
            best = min(best, (central, error), key=lambda estimate: estimate[1])
            is_right = abs(value - central) <= SAFETY * error <= abs(value)
            if is_constant or is_right or SAFETY * best[1] <= TOLERANCE * abs(best[0]):
                break
        previous = central if same_choices else None
        step /= 10
    return (*best, is_constant, kink)


def entries_to_try(gradient: np.ndarray, array: np.ndarray, loss_of: Callable[[np.ndarray], Passed], loss: float, most: int) -> list[int]:
    """Return up to `most` entries to check: half with the largest gradients, half random. Entries that change the loss
    are preferred."""
    if array.size <= most:
        return list(range(array.size))
    size = np.nan_to_num(np.abs(gradient), nan=np.inf)
    largest = np.argsort(-size, axis=None, kind="stable")[: most // 2].tolist()
    random_entries = [place for place in np.random.default_rng(0).permutation(array.size)[: SCREENED * most].tolist() if place not in largest]
    moving, constant = [], []
    for place in random_entries:
        nudged_array = array.copy()
        nudged_array.flat[place] += LONGEST * max(1.0, abs(array.flat[place]))
        if loss_of(nudged_array)[0] != loss:
            moving.append(place)
        else:
            constant.append(place)
        if len(moving) == most - len(largest):
            break
    return [*largest, *moving, *constant][:most]


def check_entries(
    gradient: np.ndarray, array: np.ndarray, loss_of: Callable[[np.ndarray], Passed], noise: float, most: int
) -> tuple[dict[int, int], tuple[tuple[int, ...], float, float] | None]:
    """Return the marks of up to `most` entries of one gradient, compared with central differences, and the worst
    entry: index, given and expected value."""
    worst_entry, marks_by_index, worst_error, base_pass = None, {}, -1.0, loss_of(array)
    for index in entries_to_try(gradient, array, loss_of, base_pass[0], most):
        cell = tuple(map(int, np.unravel_index(index, array.shape)))
        value = float(gradient[cell])
        central, error, is_constant, kink = slope(loss_of, array, cell, value, noise, base_pass)
        verdict = int(marks(np.array(value), np.array(central), error, np.array(is_constant), np.array(kink)))
        marks_by_index[index] = verdict
        if verdict == WRONG and not abs(value - central) <= worst_error:
            worst_entry, worst_error = (cell, value, central), abs(value - central)
    return marks_by_index, worst_entry
