"""The error that a right pass of a given precision may have, entry by entry.

Two programs that are both right add in another order, and round. So each line is off by a share of the numbers that it adds up
(`sizes`), and hands that on: a few passes whose lines are off by so much, up or down at random, show what comes of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op, PassValues

PASSES, OF_FEW, FEW = 3, 12, 10_000
"""Passes that round at random, each with its opposite; more where there are few numbers, whose errors may happen to cancel in all of them."""
EQUAL = 4
"""Round-offs of the largest number that two numbers may be apart and equal all the same."""
NUDGE = 1e-6
"""The share by which a source is changed to see how its line answers."""


@dataclass(frozen=True, eq=False)
class Doubt:
    """The error that each entry of a gradient may have, of the gradient's shape, and the entries that are 0 whatever is rounded."""

    size: np.ndarray
    structural: np.ndarray

    def or_larger(self, other: Self) -> Self:
        """This doubt, or the other where that is larger."""
        return replace(self, size=np.maximum(self.size, other.size))


@np.errstate(all="ignore")
def doubts(program: Program, values: PassValues, epsilon: float, smallest: float, given: Mapping[str, np.ndarray] | None = None) -> dict[str, Doubt]:
    """The doubt of every gradient of a pass that rounds off by `epsilon`, and below `smallest` by no less than there.

    `values` are those of its forward pass, the parameters, and y. Gradients that are `given`, of a program that knows of no ties
    (core/network/ties.py), are taken for what is made of them; round-off then opens gates, and chooses winners.
    """
    exact, fed = dict(values), given or {}
    made: dict[str, np.ndarray] = {}
    found: dict[str, np.ndarray] = {}
    structural: dict[str, np.ndarray] = {}
    for line in program.backward_lines:
        line.step(exact)
        name, size = line.target, sizes(program, line, exact)
        made[name], structural[name] = exact[name], np.broadcast_to(size == 0, exact[name].shape)
        found[name] = epsilon * np.maximum(sizes(program, line, exact, smallest), smallest)
        exact[name] = fed.get(name, made[name])
    for either, rng in draws(exact, epsilon):
        passed = rounded(program, values, either, smallest, rng, given)
        for name, array in made.items():
            apart = np.abs(passed[name] - array)
            found[name] = np.maximum(found[name], np.where(np.isfinite(apart), apart, 0.0))
    for line in program.backward_lines:
        name = line.target
        if structural[name].any():
            found[name] = np.where(structural[name], np.maximum(found[name], _handed_on(program, line, exact, epsilon, found)), found[name])
    return {name: Doubt(np.broadcast_to(found[name], array.shape), structural[name]) for name, array in made.items()}


def _handed_on(program: Program, line: Op, values: PassValues, epsilon: float, doubt: Mapping[str, np.ndarray]) -> np.ndarray | float:
    """The error of what a line reads, as the line hands it on: all draws may miss it, as of a saturated unit that is off by one last bit."""
    if line.layer is None or not any(source in doubt for source in line.sources):
        return 0.0
    layer = program.network.layers[line.layer]
    sources = [doubt.get(source, np.abs(values[source]) if layer.parameter_letters else values[source]) for source in line.sources]
    handed = np.abs(line.run(*sources))
    moved = layer.movable(equal_within(line, values, epsilon), *sources) if line.role == "dx" else None
    return handed if moved is None else np.maximum(handed, moved)


def equal_within(line: Op, values: PassValues, epsilon: float) -> float:
    """The difference below which numbers that a line compares may be equal to another program."""
    return EQUAL * epsilon * max((largest(values[name]) for name in line.sources if name[0] != "d"), default=0.0)


def draws(values: PassValues, epsilon: float) -> Iterator[tuple[float, np.random.Generator]]:
    """The roundings of passes with so many values: epsilon, and the same draws with its opposite."""
    rng, passes = np.random.default_rng(0), OF_FEW if sum(np.size(array) for array in values.values()) < FEW else PASSES
    for _ in range(passes if epsilon else 0):
        seed = int(rng.integers(2**31))
        for either in (epsilon, -epsilon):
            yield either, np.random.default_rng(seed)


def rounded(
    program: Program,
    start: PassValues,
    epsilon: float,
    smallest: float,
    rng: np.random.Generator,
    given: Mapping[str, np.ndarray] | None,
    moved: Callable[[Op, PassValues], np.ndarray | None] | None = None,
) -> PassValues:
    """The arrays of a pass of these inputs each of whose lines is off by ± epsilon of what it adds up; what goes on from it, by ± `moved` as well."""
    values = {name: start[name] for name in ("x", "y", *program.parameters, *program.buffers, *program.draws)}
    found, fed = {}, given or {}
    for line in (*program.forward_lines, *program.backward_lines):
        line.step(values)
        name, made = line.target, values[line.target]
        if name.endswith(".bound") and given is not None:
            made = np.full_like(made, np.inf)  # beyond all bounds nothing is a tie
        elif line.role:  # else it is laid out in another way
            signs, size = 2.0 * rng.integers(0, 2, made.shape) - 1.0, sizes(program, line, values)
            made = made + epsilon * signs * np.where(size == 0, 0.0, np.maximum(size, smallest))
        found[name], values[name] = made, fed.get(name, made)
        if moved is not None and (most := moved(line, values)) is not None:
            values[name] = made + most * (2.0 * rng.integers(0, 2, made.shape) - 1.0)
    return found


def largest(array: np.ndarray) -> float:
    """The size of the largest entry that is a number; 0 where there is none.

    >>> largest(np.array([1.0, -3.0, np.inf, np.nan]))
    3.0
    """
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0))


def sizes(program: Program, line: Op, values: PassValues, least: float = 0.0) -> np.ndarray | float:
    """The size of the numbers that each entry of a line adds up; gradients that it reads count as `least` at the least.

    Of a sum these are its terms; of what is made entry by entry, the entry and how it answers to what it is made from.
    """
    made = values[line.target]
    layer = None if line.layer is None else program.network.layers[line.layer]
    if layer is None and line.role.partition(".")[0] in ("do", "dz"):  # of o - y, which may cancel: the larger of both
        return np.maximum(np.abs(made), np.maximum(np.abs(values["o"]), np.abs(values["y"])))
    if layer is None:
        return np.abs(made)
    if line.role != "y" and line.target[0] != "d":
        return np.abs(made) if line.role in layer.kept else 0.0  # a statistic, or kept for the way back as it is
    parameters, links = layer.parameter_letters, {pattern for of in layer.links().values() for _, pattern in of}
    if not parameters and line.role == "y" and links & {"winner", "same", "all"}:
        return 0.0 if "winner" in links else np.abs(made)  # a pool's winner is the number itself
    if not parameters and "all" in links:
        return np.maximum(np.abs(made), max(least, largest(values[line.sources[0]])))
    if not parameters and "same" in links:
        return np.maximum(np.abs(made), _answers(line, values))
    if line.role == "dx" and (terms := layer.terms_of_dx(*(values[source] for source in line.sources), **line.settings)) is not None:
        return terms
    absolute = []
    for source in line.sources:
        array = values[source]
        if source[0] == "d":
            array = np.maximum(np.abs(array), least)
        elif parameters or line.role == "y":
            array = np.abs(array)
        absolute.append(array)
    return line.run(*absolute)


def _answers(line: Op, values: PassValues) -> np.ndarray:
    """The change of an elementwise line when what it reads changes by a share of itself, per share."""
    sources = [values[source] for source in line.sources]
    made, total = line.run(*sources), np.zeros(values[line.target].shape)
    for place in range(len(sources)):
        moved = line.run(*[array * (1 + NUDGE) if n == place else array for n, array in enumerate(sources)])
        total = total + np.abs(moved - made) / NUDGE
    return total
