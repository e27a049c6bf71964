"""Differences of the loss by nudges of single entries, for any network, many nudged copies at once.

A layer is linear in its parameters, so nudging an entry by h moves its output y by h·∂y/∂θ, exactly
(`Layer.effects`); only what comes after y is worked out again, with the copies along leading axes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.explain.rounding import doubts
from cnnviz.core.gradcheck.nudge_path import Path, end_of, path
from cnnviz.core.gradcheck.round_off import RoundOff, length
from cnnviz.core.network.named_arrays import Gradients
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import PassValues
from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.runtime.work_cancellation import check_wanted

SEEN = 1e-9
"""The share of the end of the pass that a nudge moves it by at the least, for what it is to be more than round-off."""


@dataclass(frozen=True, eq=False)
class Sides:
    """The changes of the loss by nudges of some entries, (n,) each: `up` = L(θ + h) - L(θ) and `down` = L(θ) - L(θ - h).

    `doubt` is how far round-off may put (up + down) / 2h off, and `bend` what kinks within h may add to it, 0 where it was not looked for.
    `moved` is how far both move the end of the pass, 0 where that is next to nothing.
    """

    h: float
    up: np.ndarray
    down: np.ndarray
    doubt: np.ndarray
    bend: np.ndarray
    moved: np.ndarray

    @property
    def central(self) -> np.ndarray:
        """(L(θ + h) - L(θ - h)) / 2h."""
        return (self.up + self.down) / (2 * self.h)

    @property
    def apart(self) -> np.ndarray:
        """By how much the slopes of both sides differ: h·L″, or more at a kink."""
        return (self.up - self.down) / self.h

    def some(self, entries: np.ndarray) -> Sides:
        """Those of some of the entries."""
        return Sides(self.h, *(array[entries] for array in (self.up, self.down, self.doubt, self.bend, self.moved)))


class Differences:
    """One pass of a network, and every entry of its parameters, or of x, nudged from there, in the precision `dtype`.

    `given` are the pass's buffers and what it draws: they are held, while means and variances follow a nudge.
    """

    def __init__(
        self, program: Program, params: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray, dtype: type = np.float64,
        given: Mapping[str, np.ndarray] | None = None,
    ):  # fmt: skip
        self.program, self.params, self.dtype, self.end = program, params, np.dtype(dtype), end_of(program)
        self.trace = program.forward(params, x, given=given)
        self.values: PassValues = program.inner(params, self.trace)
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
        """Both sides of every entry of a parameter, or of some by flat index; `progress` is told what further share is done.

        `bends`: whether kinks are looked for.
        """
        path, change, before = self.path(name), self.program.loss_change, self.values[self.end]
        h, found, size = self._h(path, step), [], path.size if entries is None else len(entries)
        for values, effect in self._blocks(path, h, entries):
            # Output by output in memory: sums over a few outputs of many copies are then several times as fast.
            ends = np.asfortranarray(values[self.end].reshape(2 * len(effect), *before.shape))
            up, back = change(ends, before, self.y).reshape(2, -1)
            # A nudge that moves the loss by more than it is, behind large weights, brings a round-off of its own.
            doubt = self.round_off.of(path, effect, ends[: len(effect)] - ends[len(effect) :]) + self.round_off.eps * (np.abs(up) + np.abs(back))
            moved = length((ends - before).reshape(len(ends), -1)).reshape(2, -1)
            bend = self._bend(path, values, moved).sum(axis=0) / (2 * h) if bends else np.zeros(len(effect))
            found.append((up, -back, doubt / h, bend, np.where(moved > SEEN * np.abs(before).max(), moved, 0).sum(axis=0)))
            if progress:
                progress(len(effect) / size)
        return Sides(h, *map(np.concatenate, zip(*found, strict=True)))

    def _bend(self, path: Path, values: PassValues, moved: np.ndarray) -> np.ndarray:
        """By how much lines with kinks may change the loss of each copy otherwise than their slopes at θ say, (2, n); they have `moved` its end.

        Σ ∂y·Δy - Σ ∂x·Δx of each of them: while all gates and winners stay as they are, nothing is left. Where ∂y vanishes
        at θ alone, as in a network that has learned its target, a kink still bends what is squared in the loss.
        """
        bends = sum((sign * self._moved(values, symbol) for symbol, sign in path.kinks.items()), np.zeros((2, *moved.shape)))
        return np.abs(bends[0]) + moved / 2 * np.abs(bends[1])

    def _moved(self, values: PassValues, symbol: str) -> np.ndarray:
        """Σ ∂s·Δs of each copy for both kinds of slopes, (2, 2, n)."""
        base = self.values[symbol]
        slopes = np.stack([gradients[f"d{symbol}"].reshape(-1) for gradients in self.slopes])
        return np.moveaxis((values[symbol] - base).reshape(2, -1, base.size) @ slopes.T, -1, 0)

    def central(self, name: str, step: float, entries: np.ndarray | None = None) -> np.ndarray:
        """Central differences alone, (n,); 0 where a step is too small for the precision to move anything."""
        path, change, shape = self.path(name), self.program.loss_change, self.values[self.end].shape
        h = self._h(path, step)
        ends = [values[self.end].reshape(2, len(effect), *shape) for values, effect in self._blocks(path, h, entries)]
        return np.concatenate([change(plus, minus, self.y) for plus, minus in ends]) / self.dtype.type(2 * h)

    def path(self, name: str) -> Path:
        """The way of a nudge of a parameter, or of x."""
        return path(self.program, name, len(self.values["x"]) if self.program.run.images else 1)

    def _h(self, path: Path, step: float) -> float:
        """The nudge of an entry: inputs above 1 multiply what it moves, so it is that much smaller."""
        if path.place is None or not self.program.parameters[path.name].fan_in:
            return step
        x = self.values[self.program.network.names[path.place].input]
        return step / max(1.0, float(np.abs(x).max()))

    def _blocks(self, path: Path, h: float, entries: np.ndarray | None) -> Iterator[tuple[PassValues, np.ndarray]]:
        """The passes with some entries raised and lowered by h, (2, rows, …) each, and what they move per unit (n, …), block by block."""
        for part in _parts(path, np.arange(path.size) if entries is None else entries):
            check_wanted()
            effect = self._effects(path, part.reshape(-1))
            shift, middle = self.dtype.type(h) * effect.reshape(*part.shape, *effect.shape[1:]), self.values[path.target]
            nudged = np.empty((2, *shift.shape), self.dtype)
            np.add(middle, shift, out=nudged[0])
            np.subtract(middle, shift, out=nudged[1])
            values = self.values | {path.target: nudged}
            for line in path.lines:
                line.step(values)
            yield values, effect
            values.clear()  # the next block then takes the same memory, which is several times as fast as new

    def _effects(self, path: Path, entries: np.ndarray) -> np.ndarray:
        """∂target/∂θ for some entries, (n, …)."""
        if path.place is not None:
            values = {role: self.values[symbol] for role, symbol in path.roles.items()}
            return self.program.network.layers[path.place].effects(path.name[0], entries, values)
        effect = np.zeros((len(entries), path.size), self.dtype)
        effect[np.arange(len(entries)), entries] = 1
        return effect.reshape(-1, *self.values["x"].shape)

    @cached_property
    def gradients(self) -> Gradients:
        """The backward pass's gradients."""
        return self.program.backward(self.params, self.trace, self.y)

    def terms(self, name: str) -> np.ndarray:
        """Σ |effect| · |∂target| of each entry, (n,): of what its gradient is summed. It is 0 where nothing comes in or nothing comes back."""
        if name == "x":
            return np.abs(self.gradients["dx"]).reshape(-1)
        # The entry's own line of the backward pass is that sum of products, with signs.
        line = next(line for line in self.program.backward_lines if line.target == f"d{name}")
        return line.make({source: np.abs(self._made(source)) for source in line.sources}).reshape(-1)

    @cached_property
    def own_errors(self) -> Mapping[str, np.ndarray]:
        """The error that each gradient may have itself: terms that cancel, as in front of a normalisation, may leave round-off alone."""
        info = np.finfo(self.dtype)
        found = doubts(self.program, self.values | {"y": self.y}, float(info.eps), float(info.tiny / info.eps), {})
        return {name: doubt.size.reshape(-1) for name, doubt in found.items()}

    def _made(self, symbol: str) -> np.ndarray:
        """A value or a gradient, with every axis that lines have."""
        if symbol in self.values:
            return self.values[symbol]
        return self.gradients[symbol].reshape(self.values[symbol[1:]].shape)

    @cached_property
    def slopes(self) -> tuple[Gradients, Gradients]:
        """The gradients; and those of a pass whose end has slopes from ½ to 1, which tell what counts where the former vanish at θ alone.

        They are not all 1: through a softmax, whose shares sum to 1, nothing would come back. What the loss does not depend on has none.
        """
        shape = self.values[self.end].shape
        some = np.linspace(1, 0.5, math.prod(shape), dtype=self.dtype) * self.program.network.depends_on(self.y).reshape(-1)
        at_1 = {f"d{self.end}": lambda values, exact: some.reshape(shape)}
        return self.gradients, self.program.backward(self.params, self.trace, self.y, at_1)

    @cached_property
    def round_off(self) -> RoundOff:
        """The effect of round-off on the loss."""
        return RoundOff(self.program, self.values, self.y, self.slopes, float(np.finfo(self.dtype).eps))


def _parts(path: Path, entries: np.ndarray) -> Iterator[np.ndarray]:
    """Blocks of entries in rows of equal length, (rows, entries in a row)."""
    whole = len(entries) // path.row * path.row
    for start in range(0, whole, path.block):
        yield entries[start : min(whole, start + path.block)].reshape(-1, path.row)
    if whole < len(entries):
        yield entries[None, whole:]
