"""Differences of the loss by nudging single entries of any network, many nudged copies at once.

A layer is linear in its parameters, so nudging an entry by h changes its output y by exactly h·∂y/∂θ
(`Layer.effects`). Only the lines after y are recomputed, with the copies along leading axes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.explain.rounding import error_bounds
from cnnviz.core.gradcheck.nudge_path import Path, end_symbol, path
from cnnviz.core.gradcheck.round_off import RoundOff, norm
from cnnviz.core.network.named_arrays import Gradients
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op, PassValues
from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.runtime.work_cancellation import check_cancelled

SEEN = 1e-9
"""Smallest relative change of the pass's output that exceeds round-off."""


@dataclass(frozen=True, eq=False)
class Sides:
    """Changes of the loss by nudging some entries, (n,) each: `up` = L(θ + h) - L(θ) and `down` = L(θ) - L(θ - h).

    `error_bound` is the possible round-off of (up + down) / 2h, and `bend` what kinks within h may add to it (0 if not requested).
    `moved` is the change of the end of the pass by both nudges, 0 if negligible.
    """

    h: float
    up: np.ndarray
    down: np.ndarray
    error_bound: np.ndarray
    bend: np.ndarray
    moved: np.ndarray

    @property
    def central(self) -> np.ndarray:
        """The central difference (L(θ + h) - L(θ - h)) / 2h."""
        return (self.up + self.down) / (2 * self.h)

    @property
    def apart(self) -> np.ndarray:
        """The difference of the one-sided slopes: h·L″, or more at a kink."""
        return (self.up - self.down) / self.h

    def subset(self, entries: np.ndarray) -> Sides:
        """Return the differences of these entries only."""
        return Sides(self.h, *(array[entries] for array in (self.up, self.down, self.error_bound, self.bend, self.moved)))


class Differences:
    """One pass of a network from which entries of its parameters, or of x, are nudged, in the precision `dtype`.

    `pass_inputs` are the pass's buffers and random masks, which stay fixed while batch means and variances follow a nudge.
    """

    def __init__(
        self, program: Program, params: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray, dtype: type = np.float64,
        pass_inputs: Mapping[str, np.ndarray] | None = None,
    ):  # fmt: skip
        self.program, self.params, self.dtype, self.end = program, params, np.dtype(dtype), end_symbol(program)
        self.trace = program.forward(params, x, pass_inputs=pass_inputs)
        self.values: PassValues = program.all_values(params, self.trace)
        if self.dtype != np.float64:
            start = ("x", *program.parameters, *program.buffers, *program.draws)
            self.values = program.run_forward({name: self.values[name].astype(dtype) for name in start})
        self.y = y.astype(self.dtype)

    def sides(
        self,
        name: str,
        step: float,
        entries: np.ndarray | None = None,
        progress: Callable[[float], None] | None = None,
        bends: bool = False,
    ) -> Sides:
        """Return the one-sided changes of the loss for every entry of a parameter, or for the flat indices `entries`.
        `progress` receives increments of the completed share.

        `bends` requests `Sides.bend`.
        """
        path, change, end = self.path(name), self.program.loss_change, self.values[self.end]
        h, blocks, size = self._nudge_size(path, step), [], path.size if entries is None else len(entries)
        for values, effect in self._blocks(path, h, entries):
            # In Fortran order, sums over the few outputs of many copies are several times as fast.
            ends = np.asfortranarray(values[self.end].reshape(2 * len(effect), *end.shape))
            up, down = change(ends, end, self.y).reshape(2, -1)
            # A nudge that changes the loss by more than the loss itself, behind large weights, adds its own
            # round-off.
            error_bound = self.round_off.loss_error(path, effect, ends[: len(effect)] - ends[len(effect) :]) + self.round_off.eps * (np.abs(up) + np.abs(down))
            changes = norm((ends - end).reshape(len(ends), -1)).reshape(2, -1)
            bend = self._kink_change(path, values, changes).sum(axis=0) / (2 * h) if bends else np.zeros(len(effect))
            blocks.append((up, -down, error_bound / h, bend, np.where(changes > SEEN * np.abs(end).max(), changes, 0).sum(axis=0)))
            if progress:
                progress(len(effect) / size)
        return Sides(h, *map(np.concatenate, zip(*blocks, strict=True)))

    def _kink_change(self, path: Path, values: PassValues, end_change: np.ndarray) -> np.ndarray:
        """Return the largest change of the loss, (2, n), by which lines with kinks may deviate from their slopes at
        θ. `end_change` is the change of the end of the pass.

        Σ ∂y·Δy - Σ ∂x·Δx over these lines is 0 while all gates and winners stay the same. If ∂y vanishes only at θ, as in a
        network that has learned its target, a kink still bends what is squared in the loss. An input that is 0 within
        round-off changes as it would without that rounding, which may hide a nudge.
        """
        exact = {line.target: line.without_rounding for line in path.lines if line.rounding}
        bends = sum(
            (sign * self._weighted_changes(values, symbol, exact.get(symbol) if sign < 0 else None) for symbol, sign in path.kinks.items()),
            np.zeros((2, *end_change.shape)),
        )
        return np.abs(bends[0]) + end_change / 2 * np.abs(bends[1])

    def _weighted_changes(self, values: PassValues, symbol: str, line: Op | None) -> np.ndarray:
        """Return Σ ∂s·Δs of each copy for both kinds of slopes, (2, 2, n). `line` computes s, if it is not in `values`."""
        nudged, base = (line.make(arrays) if line else arrays[symbol] for arrays in (values, self.values))
        slopes = np.stack([gradients[f"d{symbol}"].reshape(-1) for gradients in self.slopes])
        return np.moveaxis((nudged - base).reshape(2, -1, base.size) @ slopes.T, -1, 0)

    def central(self, name: str, step: float, entries: np.ndarray | None = None) -> np.ndarray:
        """Return only the central differences, (n,). They are 0 if the step is too small for the precision."""
        path, change, shape = self.path(name), self.program.loss_change, self.values[self.end].shape
        h = self._nudge_size(path, step)
        ends = [values[self.end].reshape(2, len(effect), *shape) for values, effect in self._blocks(path, h, entries)]
        return np.concatenate([change(plus, minus, self.y) for plus, minus in ends]) / self.dtype.type(2 * h)

    def path(self, name: str) -> Path:
        """Return the path of a nudge of a parameter, or of x."""
        return path(self.program, name, len(self.values["x"]) if self.program.run.images else 1)

    def _nudge_size(self, path: Path, step: float) -> float:
        """Return the size of a nudge: the step, divided by the largest input if that exceeds 1, since inputs amplify
        it."""
        if path.place is None or not self.program.parameters[path.name].fan_in:
            return step
        x = self.values[self.program.network.names[path.place].input]
        return step / max(1.0, float(np.abs(x).max()))

    def _blocks(self, path: Path, h: float, entries: np.ndarray | None) -> Iterator[tuple[PassValues, np.ndarray]]:
        """Yield block by block the passes with entries raised and lowered by h, (2, rows, …), and the effects per
        unit (n, …)."""
        for block in _entry_blocks(path, np.arange(path.size) if entries is None else entries):
            check_cancelled()
            effect = self._effects(path, block.reshape(-1))
            shift, value = self.dtype.type(h) * effect.reshape(*block.shape, *effect.shape[1:]), self.values[path.target]
            copies = np.empty((2, *shift.shape), self.dtype)
            np.add(value, shift, out=copies[0])
            np.subtract(value, shift, out=copies[1])
            values = self.values | {path.target: copies}
            for line in path.lines:
                line.step(values)
            yield values, effect
            # frees the arrays, so that the next block reuses their memory, which is several times as fast as new
            # memory
            values.clear()

    def _effects(self, path: Path, entries: np.ndarray) -> np.ndarray:
        """Return ∂target/∂θ for some entries, (n, …)."""
        if path.place is not None:
            values = {role: self.values[symbol] for role, symbol in path.roles.items()}
            return self.program.network.layers[path.place].effects(path.name[0], entries, values)
        effect = np.zeros((len(entries), path.size), self.dtype)
        effect[np.arange(len(entries)), entries] = 1
        return effect.reshape(-1, *self.values["x"].shape)

    @cached_property
    def gradients(self) -> Gradients:
        """The gradients of the backward pass."""
        return self.program.backward(self.params, self.trace, self.y)

    def terms(self, name: str) -> np.ndarray:
        """Return Σ |effect| · |∂target| of each entry, (n,): the sum of the absolute terms of its gradient. It is 0 if
        the input or the gradient is 0."""
        if name == "x":
            return np.abs(self.gradients["dx"]).reshape(-1)
        # The entry's line of the backward pass is this sum of products, with signs.
        line = next(line for line in self.program.backward_lines if line.target == f"d{name}")
        return line.make({source: np.abs(self._array_of(source)) for source in line.sources}).reshape(-1)

    @cached_property
    def own_errors(self) -> Mapping[str, np.ndarray]:
        """The possible round-off error of each gradient. If its terms cancel, as before a normalization, nothing but
        round-off may remain."""
        info = np.finfo(self.dtype)
        gradient_error_bounds = error_bounds(self.program, self.values | {"y": self.y}, float(info.eps), float(info.tiny / info.eps), {})
        return {name: error_bound.size.reshape(-1) for name, error_bound in gradient_error_bounds.items()}

    def _array_of(self, symbol: str) -> np.ndarray:
        """Return a value or a gradient in the shape that lines use."""
        if symbol in self.values:
            return self.values[symbol]
        return self.gradients[symbol].reshape(self.values[symbol[1:]].shape)

    @cached_property
    def slopes(self) -> tuple[Gradients, Gradients]:
        """The gradients, and those of a pass whose output gradient is set to slopes from ½ to 1. The latter show which
        arrays matter if the former vanish only at θ.

        They are not all 1: a softmax, whose outputs add up to 1, would pass back nothing. Outputs that do not affect the loss get 0.
        """
        shape = self.values[self.end].shape
        end_slopes = np.linspace(1, 0.5, math.prod(shape), dtype=self.dtype) * self.program.network.depends_on(self.y).reshape(-1)
        overrides = {f"d{self.end}": lambda values, exact: end_slopes.reshape(shape)}
        return self.gradients, self.program.backward(self.params, self.trace, self.y, overrides)

    @cached_property
    def round_off(self) -> RoundOff:
        """Estimate of the effect of round-off on the loss."""
        return RoundOff(self.program, self.values, self.y, self.slopes, float(np.finfo(self.dtype).eps))


def _entry_blocks(path: Path, entries: np.ndarray) -> Iterator[np.ndarray]:
    """Yield blocks of entries in rows of equal length, (rows, entries per row)."""
    full_count = len(entries) // path.row * path.row
    for start in range(0, full_count, path.block):
        yield entries[start : min(full_count, start + path.block)].reshape(-1, path.row)
    if full_count < len(entries):
        yield entries[None, full_count:]
