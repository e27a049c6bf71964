"""A gradient behind a max pool that was not given: another program may have chosen other ones of its equal cells.

Each entry may then be off by all that such cells can hand to each other; but together they have what comes back, once, so the
sum of a map is off by no more than round-off makes of it.
"""

from collections.abc import Container, Mapping
from functools import partial

import numpy as np

from cnnviz.core.comparison.precision import Precision
from cnnviz.core.gradcheck import SAFETY
from cnnviz.core.line import Inner, Line
from cnnviz.core.program import Program
from cnnviz.core.rounding import draws, equal_within, rounded


def movable(program: Program, line: Line, drawn: Inner, *, given: Container[str], precision: Precision, values: Inner) -> np.ndarray | None:
    """By how much other choices of equal cells may move what a line makes of the `drawn` values; None where it was given, or chooses nothing."""
    if line.layer is None or line.role != "dx" or line.target in given:
        return None
    return program.network.layers[line.layer].movable(equal_within(line, values, precision.epsilon), *(drawn[source] for source in line.sources))


def chosen_otherwise(
    program: Program, values: Inner, given: Mapping[str, np.ndarray], name: str, redone: np.ndarray, apart: np.ndarray, precision: Precision
) -> np.ndarray:
    """The entries of this name, so far `apart` from what is `redone` of the given ones, that other choices of equal cells in lines not given may make."""
    moved = partial(movable, program, given=given, precision=precision, values=values)
    size, whole = np.zeros(apart.shape), np.zeros(apart.shape[:-2])
    for epsilon, rng in draws(values, precision.epsilon):
        by_round_off, by_choice = (rounded(program, values, epsilon, precision.smallest, rng, given, way)[name] - redone for way in (None, moved))
        size, whole = np.maximum(size, np.abs(by_choice)), np.maximum(whole, np.abs(by_round_off.sum(axis=(-2, -1))))
    as_much = np.abs(apart.sum(axis=(-2, -1))) <= SAFETY * whole
    return (np.abs(apart) <= SAFETY * size) & as_much[..., None, None]
