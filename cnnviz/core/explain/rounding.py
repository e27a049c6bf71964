"""Element-wise error that a correct pass at a given precision may have.

Two correct programs may add in different orders, and round differently. So each line is off by a fraction of the numbers that it
adds up (`sizes`), and later lines propagate that. A few passes with random errors of this size show the effect.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op, PassValues

PASSES, PASSES_IF_SMALL, SMALL = 3, 12, 10_000
"""Number of randomly rounded passes, each run with both signs. Small passes get more, since the errors of a few
numbers may cancel in all draws."""
EQUAL = 4
"""Two numbers count as equal if they differ by at most this many round-offs of the largest number."""
NUDGE = 1e-6
"""Relative change of a source that measures the sensitivity of its line."""


@dataclass(frozen=True, eq=False)
class ErrorBound:
    """The possible error of each entry of a gradient, and a mask of the entries that are exactly 0 regardless of
    round-off. Both have the gradient's shape."""

    size: np.ndarray
    structural: np.ndarray

    def maximum(self, other: Self) -> Self:
        """Return the element-wise maximum of two error bounds."""
        return replace(self, size=np.maximum(self.size, other.size))


@np.errstate(all="ignore")
def error_bounds(program: Program, values: PassValues, epsilon: float, smallest: float, submitted: Mapping[str, np.ndarray] | None = None) -> dict[str, ErrorBound]:
    """Return the error bound of every gradient of a pass with round-off `epsilon`. Numbers below `smallest` have the
    round-off of `smallest`.

    `values` are the arrays of its forward pass, the parameters and y. If `submitted` holds gradients of a program that does not treat
    ties (core/network/ties.py), they replace the computed ones as inputs of later lines; round-off then decides ReLU gates and
    winners of max pools.
    """
    exact, overrides = dict(values), submitted or {}
    gradients: dict[str, np.ndarray] = {}
    errors: dict[str, np.ndarray] = {}
    structural: dict[str, np.ndarray] = {}
    for line in program.backward_lines:
        line.step(exact)
        name, size = line.target, sizes(program, line, exact)
        gradients[name], structural[name] = exact[name], np.broadcast_to(size == 0, exact[name].shape)
        errors[name] = epsilon * np.maximum(sizes(program, line, exact, smallest), smallest)
        exact[name] = overrides.get(name, gradients[name])
    for signed_epsilon, rng in draws(exact, epsilon):
        rounded_pass = run_rounded(program, values, signed_epsilon, smallest, rng, submitted)
        for name, array in gradients.items():
            difference = np.abs(rounded_pass[name] - array)
            errors[name] = np.maximum(errors[name], np.where(np.isfinite(difference), difference, 0.0))
    for line in program.backward_lines:
        name = line.target
        if structural[name].any():
            errors[name] = np.where(structural[name], np.maximum(errors[name], _propagated_error(program, line, exact, epsilon, errors)), errors[name])
    return {name: ErrorBound(np.broadcast_to(errors[name], array.shape), structural[name]) for name, array in gradients.items()}


def _propagated_error(program: Program, line: Op, values: PassValues, epsilon: float, error_bound: Mapping[str, np.ndarray]) -> np.ndarray | float:
    """Propagate the error of a line's sources through the line. The random draws may miss it, for example if the output
    of a saturated unit is off by its last bit."""
    if line.layer is None or not any(source in error_bound for source in line.sources):
        return 0.0
    layer = program.network.layers[line.layer]
    sources = [error_bound.get(source, np.abs(values[source]) if layer.parameter_letters else values[source]) for source in line.sources]
    propagated = np.abs(line.run(*sources))
    change = layer.movable_gradient(equality_tolerance(line, values, epsilon), *sources) if line.role == "dx" else None
    return propagated if change is None else np.maximum(propagated, change)


def equality_tolerance(line: Op, values: PassValues, epsilon: float) -> float:
    """Return the difference below which another program may treat two numbers that this line compares as equal."""
    return EQUAL * epsilon * max((largest(values[name]) for name in line.sources if name[0] != "d"), default=0.0)


def draws(values: PassValues, epsilon: float) -> Iterator[tuple[float, np.random.Generator]]:
    """Yield a signed epsilon and a generator for each randomly rounded pass: every seed once with each sign."""
    rng, passes = np.random.default_rng(0), PASSES_IF_SMALL if sum(np.size(array) for array in values.values()) < SMALL else PASSES
    for _ in range(passes if epsilon else 0):
        seed = int(rng.integers(2**31))
        for signed_epsilon in (epsilon, -epsilon):
            yield signed_epsilon, np.random.default_rng(seed)


def run_rounded(
    program: Program,
    start: PassValues,
    epsilon: float,
    smallest: float,
    rng: np.random.Generator,
    submitted: Mapping[str, np.ndarray] | None,
    moved: Callable[[Op, PassValues], np.ndarray | None] | None = None,
) -> PassValues:
    """Return the arrays of a pass in which each line is off by ± epsilon times its `sizes`. The next lines also read
    it shifted by ± `moved`."""
    values = {name: start[name] for name in ("x", "y", *program.parameters, *program.buffers, *program.draws)}
    results, overrides = {}, submitted or {}
    for line in (*program.forward_lines, *program.backward_lines):
        line.step(values)
        name, array = line.target, values[line.target]
        if name.endswith(".bound") and submitted is not None:
            array = np.full_like(array, np.inf)  # an infinite bound: nothing counts as a tie
        elif line.role:  # lines without a role only change the layout
            signs, size = 2.0 * rng.integers(0, 2, array.shape) - 1.0, sizes(program, line, values)
            array = array + epsilon * signs * np.where(size == 0, 0.0, np.maximum(size, smallest))
        results[name], values[name] = array, overrides.get(name, array)
        if moved is not None and (shift := moved(line, values)) is not None:
            values[name] = array + shift * (2.0 * rng.integers(0, 2, array.shape) - 1.0)
    return results


def largest(array: np.ndarray) -> float:
    """Return the largest absolute value of the finite entries, or 0 if there are none.

    >>> largest(np.array([1.0, -3.0, np.inf, np.nan]))
    3.0
    """
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0))


def sizes(program: Program, line: Op, values: PassValues, floor: float = 0.0) -> np.ndarray | float:
    """Return the magnitude of the terms that each entry of a line sums. Gradients that the line reads count as at least
    `floor`. For an element-wise line it is the entry, or its sensitivity to the sources if that is larger.
    """
    result = values[line.target]
    layer = None if line.layer is None else program.network.layers[line.layer]
    if layer is None and line.role.partition(".")[0] in ("do", "dz"):  # o - y may cancel: take the larger of both
        return np.maximum(np.abs(result), np.maximum(np.abs(values["o"]), np.abs(values["y"])))
    if layer is None:
        return np.abs(result)
    if line.role != "y" and line.target[0] != "d":
        # a statistic, or a copy that is kept for the backward pass
        return np.abs(result) if line.role in layer.kept else 0.0
    parameters, links = layer.parameter_letters, {pattern for role_links in layer.links().values() for _, pattern in role_links}
    if not parameters and line.role == "y" and links & {"winner", "same", "all"}:
        return 0.0 if "winner" in links else np.abs(result)  # a max pool copies its maximum
    if not parameters and "all" in links:
        return np.maximum(np.abs(result), max(floor, largest(values[line.sources[0]])))
    if not parameters and "same" in links:
        return np.maximum(np.abs(result), _sensitivity(line, values))
    if line.role == "dx" and (terms := layer.terms_of_dx(*(values[source] for source in line.sources), **line.settings)) is not None:
        return terms
    absolute = []
    for source in line.sources:
        array = values[source]
        if source[0] == "d":
            array = np.maximum(np.abs(array), floor)
        elif parameters or line.role == "y":
            array = np.abs(array)
        absolute.append(array)
    return line.run(*absolute)


def _sensitivity(line: Op, values: PassValues) -> np.ndarray:
    """Return the relative sensitivity of an element-wise line: the change of its result per relative change of its
    sources."""
    sources = [values[source] for source in line.sources]
    result, total = line.run(*sources), np.zeros(values[line.target].shape)
    for index in range(len(sources)):
        nudged_result = line.run(*[array * (1 + NUDGE) if n == index else array for n, array in enumerate(sources)])
        total = total + np.abs(nudged_result - result) / NUDGE
    return total
