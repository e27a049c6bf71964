"""The setup after any number of updates, recomputed from its start: nothing is stored and patched.

A step takes tens of microseconds, a millisecond or two for the largest networks, so going back, scrubbing and
replaying cost next to nothing and cannot drift. What is remembered is only there to be forgotten: a few states on
the way of the most recent setups, from which the same numbers come out bit for bit.
"""

from __future__ import annotations

import math
import threading
import time
from array import array
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from cnnviz.core.network.named_arrays import Gradients, Params, Trace
from cnnviz.core.network.network import Network
from cnnviz.core.network.optimizers import State
from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.runtime.lru_cache import LruCache
from cnnviz.core.runtime.read_only import ReadOnly, freeze
from cnnviz.core.runtime.work_cancellation import check_wanted, held
from cnnviz.core.setup.first_params import DRAWN
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import SPACING, STATE_BYTES, check_updates, updates_a_turn
from cnnviz.core.training.updates import Point, Step, Updates, check_shape, reached, walk

__all__ = ["SPACING", "Snapshot", "forget", "run_updates", "walk"]

MOST_BYTES = 96_000_000
"""Bytes of all cached runs: 200 of the teaching notebook's network near update 1,000."""
NEAR = 10
"""Updates between two states that are remembered around the last visit, so that Back computes few again."""
NEAR_BYTES, KERNEL_BYTES = 16_000_000, 4_000_000
"""The most bytes of one setup's states around the last visit, and of its kernels."""


class Evaluated(NamedTuple):
    """A pass as in eval mode, and its loss."""

    trace: Trace
    loss: float


@dataclass(frozen=True, eq=False)
class Snapshot(ReadOnly):
    """The network after k updates: `params`, the pass they give, its gradients, and every loss so far (k + 1,).

    `after` are the parameters that the next update leaves. `kernels` are the first convolution's filters so far, as
    they are shown, of every update, (k + 1, K, K) or (k + 1, M, C, K, K); of every `every`-th where they are many.
    `state` is what the optimizer remembers before the update, `state_after` what it hands on ("velocity.w", "m.f1"), and so
    are `buffers` and `buffers_after` of what training keeps ("n1.running_mean").
    `image` is the setup's, without the pixels that are set by hand, which `trace.x` has.
    """

    params: Params
    trace: Trace
    gradients: Gradients
    losses: np.ndarray
    after: Params
    kernels: np.ndarray
    network: Network | None = None
    state: State = field(default_factory=dict)
    state_after: State = field(default_factory=dict)
    every: int = 1
    image: np.ndarray = field(default_factory=lambda: np.zeros(0))
    buffers: Mapping[str, np.ndarray] = field(default_factory=dict)
    buffers_after: Mapping[str, np.ndarray] = field(default_factory=dict)
    y: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @cached_property
    def evaluated(self) -> Evaluated:
        """The same parameters as in eval mode: with what it keeps, nothing dropped, each image for itself."""
        assert self.network is not None
        trace = self.network.forward(self.params, self.trace.x, training=False, given=self.buffers)
        return Evaluated(trace, self.network.loss(trace, self.y))

    @cached_property
    def in_eval_mode(self) -> Snapshot:
        """The snapshot as it is then: that pass, its gradients, and its loss as the last one."""
        assert self.network is not None
        trace, loss = self.evaluated
        gradients = self.network.backward(self.params, trace, self.y)
        return replace(self, trace=trace, gradients=gradients, losses=np.append(self.losses[:-1], loss))

    def in_mode(self, mode: str) -> Snapshot:
        """Return the snapshot with the pass of a mode, "train" or "eval"."""
        return self if mode == "train" or not self.trace.training else self.in_eval_mode


def run_updates(setup: Setup, x: np.ndarray, k: int) -> Snapshot:
    """The snapshot after `k` updates of `lesson` on the image `x`, (H,W) or (C,H,W), or on several, (m,C,H,W), whatever `lesson.k` says.

    The same bits by any path. Raises Problem, a ValueError, if k is negative or more than the network can be taken
    to, or if something does not fit, and NotKept if the setup starts from parameters that are no longer kept.

    >>> snapshot = run_updates(Setup(), np.zeros((32, 32)), 3)
    >>> snapshot.losses.shape, snapshot.params.w.shape
    ((4,), (900, 2))
    """
    if k < 0:
        raise ValueError(f"run_updates: k is {k}; it needs to be 0 or more")
    x = np.asarray(x, dtype=np.float64)
    check_shape(setup, x)
    check_updates(k, setup.network, x.shape, setup.opt)
    name = (setup.start.until(k), x.tobytes(), x.shape)
    run = _run(name)
    snapshot = run.at(k)
    _RUNS.put(name, run)  # it has grown
    return snapshot


def _run(name: _Name) -> _Run:
    """The updates of a setup on an image, from the last one on at which values are set by hand; those before are another setup's."""

    def made() -> _Run:
        setup, image, shape = name
        x, last = np.frombuffer(image).reshape(shape), setup.last_set
        if not last:
            return _Run(setup, x)
        earlier = setup.until(last - 1), image, shape
        run = _run(earlier)
        way = run.way(last)
        _RUNS.put(earlier, run)
        return _Run(setup, x, way._replace(point=reached(setup, last, way.point)))

    return _RUNS.get_or_make(name, made)


def updates_ahead(setup: Setup, x: np.ndarray, k: int) -> int:
    """The number of updates that `run_updates` would have to compute for this: 1, or more where nothing near is remembered.

    >>> forget(); updates_ahead(Setup(), np.zeros((32, 32)), 50)
    51
    """
    x, setup = np.asarray(x, dtype=np.float64), setup.start.until(k)
    run = _RUNS.get((setup, x.tobytes(), x.shape))
    if run:
        return 1 + k - run.nearest(k)
    last = setup.last_set
    return 1 + k - last + (updates_ahead(setup.until(last - 1), x, last) if last else 0)


def forget() -> None:
    """Forgets all that is remembered: only time is lost."""
    _RUNS.clear()
    DRAWN.clear()


class _Way(NamedTuple):
    """An update, where it starts, and the losses and kernels of those before it."""

    update: int
    point: Point
    losses: bytes = b""
    kernels: bytes = b""


class _Run:
    """One setup's updates from one on: all losses and kernels so far, states every SPACING updates, and closer ones near the last visit."""

    def __init__(self, setup: Setup, x: np.ndarray, begin: _Way | None = None):
        self.updates = updates = Updates(setup, x)
        self.filters, begin = updates.filters, begin or _Way(0, updates.first)
        self.begin = begin.update
        self.points: dict[int, Point] = {self.begin: begin.point}
        self.near: dict[int, Point] = {}
        self.latest: dict[int, Point] = {}
        self.losses, self.kernels = array("d", begin.losses), array("d", begin.kernels)
        self.lock = threading.Lock()
        self.filter_shape = self.filters(begin.point.params).shape
        self.point_bytes = begin.point.bytes * (1 + len(setup.optimizer.KEEPS))
        self.apart = max(NEAR, math.ceil(SPACING * self.point_bytes / NEAR_BYTES))
        self.every = max(1, math.ceil(8 * math.prod(self.filter_shape) * setup.most_updates / KERNEL_BYTES))
        self.turn = updates_a_turn(updates.network, x.shape)

    @property
    def bytes(self) -> int:
        """The bytes of what is remembered, and of the image."""
        kept = self.point_bytes * (len(self.points) + len(self.near) + len(self.latest))
        return kept + 8 * (len(self.losses) + len(self.kernels)) + self.updates.x.nbytes + 20_000

    def at(self, k: int) -> Snapshot:
        with held(self.lock):
            point = self._reached(k)
            trace, gradients, after = self._step(k, point)
            self.latest = {k: point, k + 1: after}
            losses = _as_frozen(self.losses, (k + 1,))
            kernels = _as_frozen(self.kernels, (k // self.every + 1, *self.filter_shape))
        used, network, x = self.updates.used(point), self.updates.network, self.updates.x
        states = point.state, after.state, self.every, x, point.buffers, after.buffers, self.updates.y
        return Snapshot(used, trace, gradients, losses, after.params, kernels, network, *states)

    def way(self, k: int) -> _Way:
        """Update `k`, and what was before it."""
        with held(self.lock):
            point = self._reached(k)
            self.latest = {k: point}
            kernels = math.prod(self.filter_shape) * -(-k // self.every)
            return _Way(k, point, self.losses[:k].tobytes(), self.kernels[:kernels].tobytes())

    def _reached(self, k: int) -> Point:
        i = self.nearest(k)
        return self._go_on(i, self.latest.get(i) or self.near.get(i) or self.points[i], k)

    def nearest(self, k: int) -> int:
        """The last update up to `k` whose state is remembered."""
        return max(known for known in (self._coarse(k), *list(self.near), *list(self.latest)) if known <= k)

    def _coarse(self, k: int) -> int:
        return max(self.begin, SPACING * min(k // SPACING, self._last))

    @property
    def _last(self) -> int:
        """The last multiple of SPACING, divided by it, up to which states are remembered."""
        return self.begin // SPACING + len(self.points) - 1

    def _go_on(self, i: int, point: Point, k: int) -> Point:
        """From update `i` to `k`. Long jumps take turns: threads that all compute only hinder each other."""
        while i < k:
            jump = k - i > self.turn
            check_wanted()
            with _ONE_AT_A_TIME if jump else nullcontext():
                for at in range(i, min(k, i + self.turn)):
                    point = self._step(at, point)[2]
                    self._remember(at + 1, point)
            i = min(k, i + self.turn)
            if jump and threading.active_count() > 1:
                time.sleep(0)  # others that wait get a turn; alone in a browser's WebAssembly, it may wait for a long time
        return point

    def _step(self, i: int, point: Point) -> Step:
        step = self.updates.step(point)
        if i == len(self.losses):
            self.losses.append(self.updates.loss(step[0]))
            if i % self.every == 0:
                self.kernels.extend(self.filters(point.params).reshape(-1).tolist())
        return step

    def _remember(self, i: int, point: Point) -> None:
        """A state every SPACING updates, as far as there is room, and closer ones since the last of these."""
        if i % SPACING == 0:
            self.near.clear()
            if i == SPACING * (self._last + 1) and self.point_bytes * len(self.points) < STATE_BYTES:
                self.points[i] = point
        elif i % self.apart == 0:
            if next(iter(self.near), i) // SPACING != i // SPACING:
                self.near.clear()
            self.near[i] = point


_Name = tuple[Setup, bytes, tuple[int, ...]]
"""Setup, image and its shape: what a run follows from."""

_RUNS: LruCache[_Name, _Run] = LruCache(MOST_BYTES, lambda run: run.bytes)
_ONE_AT_A_TIME = threading.Lock()


def _as_frozen(numbers: array[float], shape: tuple[int, ...]) -> np.ndarray:
    """The first of `numbers` as a read-only array of this shape; a copy, since they grow."""
    return freeze(np.array(np.frombuffer(numbers, count=math.prod(shape))).reshape(shape))
