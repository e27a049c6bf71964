"""Snapshots of a setup after any number of updates, computed from its start.

A step takes tens of microseconds, or a millisecond or two for the largest networks, so going back, scrubbing and
replaying cost next to nothing and cannot drift. Cached states of recent setups only save time: the numbers that
follow from them are the same bit for bit.
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
from cnnviz.core.runtime.work_cancellation import check_cancelled, hold_lock
from cnnviz.core.setup.first_params import DRAWN
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import SPACING, STATE_BYTES, check_updates, updates_per_turn
from cnnviz.core.training.updates import Point, Step, Updates, apply_set_values, check_shape, walk

__all__ = ["SPACING", "Snapshot", "forget", "run_updates", "walk"]

MOST_BYTES = 96_000_000
"""Maximum size of all cached runs in bytes, enough for 200 runs of the teaching notebook's network near update
1,000."""
NEAR = 10
"""Number of updates between cached states near the last visit, so that a step back recomputes few updates."""
NEAR_BYTES, KERNEL_BYTES = 16_000_000, 4_000_000
"""Maximum size in bytes of one setup's states near the last visit, and of its recorded kernels."""


class EvalPass(NamedTuple):
    """A pass in eval mode, and its loss."""

    trace: Trace
    loss: float


@dataclass(frozen=True, eq=False)
class Snapshot(ReadOnly):
    """The network after k updates: `params`, their pass, its gradients, and every loss so far (k + 1,).

    `after` are the parameters after the next update. `kernels` are the first convolution's filters of every update so far,
    (k + 1, K, K) or (k + 1, M, C, K, K), or of every `every`-th update if they are large. `state` and `state_after` are the
    optimizer's state ("velocity.w", "m.f1") before and after the update, `buffers` and `buffers_after` the running
    statistics ("n1.running_mean"). `image` is the setup's image without the pixels that are set by hand; `trace.x` has them.
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
    def evaluated(self) -> EvalPass:
        """The pass of the same parameters in eval mode: running statistics, no dropout, each image independent."""
        assert self.network is not None
        trace = self.network.forward(self.params, self.trace.x, training=False, pass_inputs=self.buffers)
        return EvalPass(trace, self.network.loss(trace, self.y))

    @cached_property
    def in_eval_mode(self) -> Snapshot:
        """The snapshot in eval mode: that pass, its gradients, and its loss as the last one."""
        assert self.network is not None
        trace, loss = self.evaluated
        gradients = self.network.backward(self.params, trace, self.y)
        return replace(self, trace=trace, gradients=gradients, losses=np.append(self.losses[:-1], loss))

    def in_mode(self, mode: str) -> Snapshot:
        """Return the snapshot with the pass of a mode, "train" or "eval"."""
        return self if mode == "train" or not self.trace.training else self.in_eval_mode


def run_updates(setup: Setup, x: np.ndarray, k: int) -> Snapshot:
    """Return the snapshot after `k` updates of `setup` on the image `x`, (H,W) or (C,H,W), or on several, (m,C,H,W).
    `setup.k` is ignored.

    The result is the same bit for bit, whatever is cached. Raise Problem, a ValueError, if k exceeds the network's limit
    or shapes do not fit, ValueError if k is negative, and NotStored if the setup's start parameters are no longer kept.

    >>> snapshot = run_updates(Setup(), np.zeros((32, 32)), 3)
    >>> snapshot.losses.shape, snapshot.params.w.shape
    ((4,), (900, 2))
    """
    if k < 0:
        raise ValueError(f"run_updates: k is {k}; it needs to be 0 or more")
    x = np.asarray(x, dtype=np.float64)
    check_shape(setup, x)
    check_updates(k, setup.network, x.shape, setup.opt)
    key = (setup.start.without_sets_after(k), x.tobytes(), x.shape)
    run = _cached_run(key)
    snapshot = run.at(k)
    _RUNS.put(key, run)  # re-insert: its size has changed
    return snapshot


def _cached_run(key: _Name) -> _Run:
    """Return a setup's updates on an image, starting from the last update at which values are set by hand. Earlier
    updates belong to another setup's run."""

    def create_run() -> _Run:
        setup, image, shape = key
        x, last_set_update = np.frombuffer(image).reshape(shape), setup.last_set_update
        if not last_set_update:
            return _Run(setup, x)
        earlier_run = setup.without_sets_after(last_set_update - 1), image, shape
        run = _cached_run(earlier_run)
        start = run.start_at(last_set_update)
        _RUNS.put(earlier_run, run)
        return _Run(setup, x, start._replace(point=apply_set_values(setup, last_set_update, start.point)))

    return _RUNS.get_or_make(key, create_run)


def updates_ahead(setup: Setup, x: np.ndarray, k: int) -> int:
    """Return the number of updates that `run_updates` has to compute: 1, or more if no state nearby is cached.

    >>> forget(); updates_ahead(Setup(), np.zeros((32, 32)), 50)
    51
    """
    x, setup = np.asarray(x, dtype=np.float64), setup.start.without_sets_after(k)
    run = _RUNS.get((setup, x.tobytes(), x.shape))
    if run:
        return 1 + k - run.nearest(k)
    last_set_update = setup.last_set_update
    return 1 + k - last_set_update + (updates_ahead(setup.without_sets_after(last_set_update - 1), x, last_set_update) if last_set_update else 0)


def forget() -> None:
    """Clear all caches. Only affects speed."""
    _RUNS.clear()
    DRAWN.clear()


class _RunStart(NamedTuple):
    """An update, its start, and the losses and kernels before it."""

    update: int
    point: Point
    losses: bytes = b""
    kernels: bytes = b""


class _Run:
    """The updates of one setup: all losses and kernels so far, a state every SPACING updates, and closer ones near
    the last visit."""

    def __init__(self, setup: Setup, x: np.ndarray, start: _RunStart | None = None):
        self.updates = updates = Updates(setup, x)
        self.filters, start = updates.filters, start or _RunStart(0, updates.first)
        self.begin = start.update
        self.points: dict[int, Point] = {self.begin: start.point}
        self.near: dict[int, Point] = {}
        self.latest: dict[int, Point] = {}
        self.losses, self.kernels = array("d", start.losses), array("d", start.kernels)
        self.lock = threading.Lock()
        self.filter_shape = self.filters(start.point.params).shape
        self.point_bytes = start.point.bytes * (1 + len(setup.optimizer.KEEPS))
        self.apart = max(NEAR, math.ceil(SPACING * self.point_bytes / NEAR_BYTES))
        self.every = max(1, math.ceil(8 * math.prod(self.filter_shape) * setup.most_updates / KERNEL_BYTES))
        self.turn = updates_per_turn(updates.network, x.shape)

    @property
    def bytes(self) -> int:
        """Estimated bytes of the cached states and the image."""
        state_bytes = self.point_bytes * (len(self.points) + len(self.near) + len(self.latest))
        return state_bytes + 8 * (len(self.losses) + len(self.kernels)) + self.updates.x.nbytes + 20_000

    def at(self, k: int) -> Snapshot:
        with hold_lock(self.lock):
            point = self._advance_to(k)
            trace, gradients, next_point = self._step(k, point)
            self.latest = {k: point, k + 1: next_point}
            losses = _as_frozen(self.losses, (k + 1,))
            kernels = _as_frozen(self.kernels, (k // self.every + 1, *self.filter_shape))
        params, network, x = self.updates.used_params(point), self.updates.network, self.updates.x
        states = point.state, next_point.state, self.every, x, point.buffers, next_point.buffers, self.updates.y
        return Snapshot(params, trace, gradients, losses, next_point.params, kernels, network, *states)

    def start_at(self, k: int) -> _RunStart:
        """Return the start of update `k` and the history before it."""
        with hold_lock(self.lock):
            point = self._advance_to(k)
            self.latest = {k: point}
            kernels = math.prod(self.filter_shape) * -(-k // self.every)
            return _RunStart(k, point, self.losses[:k].tobytes(), self.kernels[:kernels].tobytes())

    def _advance_to(self, k: int) -> Point:
        i = self.nearest(k)
        return self._step_until(i, self.latest.get(i) or self.near.get(i) or self.points[i], k)

    def nearest(self, k: int) -> int:
        """Return the last update up to `k` whose state is cached."""
        return max(update for update in (self._last_spaced_update(k), *list(self.near), *list(self.latest)) if update <= k)

    def _last_spaced_update(self, k: int) -> int:
        return max(self.begin, SPACING * min(k // SPACING, self._last_multiple))

    @property
    def _last_multiple(self) -> int:
        """The last multiple of SPACING, divided by SPACING, up to which states are cached."""
        return self.begin // SPACING + len(self.points) - 1

    def _step_until(self, i: int, point: Point, k: int) -> Point:
        """Advance from update `i` to `k`. Long computations run one at a time, since parallel ones only slow each
        other down."""
        while i < k:
            is_jump = k - i > self.turn
            check_cancelled()
            with _ONE_AT_A_TIME if is_jump else nullcontext():
                for update in range(i, min(k, i + self.turn)):
                    point = self._step(update, point)[2]
                    self._cache(update + 1, point)
            i = min(k, i + self.turn)
            if is_jump and threading.active_count() > 1:
                # yield to waiting threads; not in WebAssembly, which has no threads and may sleep long
                time.sleep(0)
        return point

    def _step(self, i: int, point: Point) -> Step:
        step = self.updates.step(point)
        if i == len(self.losses):
            self.losses.append(self.updates.loss(step[0]))
            if i % self.every == 0:
                self.kernels.extend(self.filters(point.params).reshape(-1).tolist())
        return step

    def _cache(self, i: int, point: Point) -> None:
        """Cache a state every SPACING updates while there is room, and closer ones after the last of these."""
        if i % SPACING == 0:
            self.near.clear()
            if i == SPACING * (self._last_multiple + 1) and self.point_bytes * len(self.points) < STATE_BYTES:
                self.points[i] = point
        elif i % self.apart == 0:
            if next(iter(self.near), i) // SPACING != i // SPACING:
                self.near.clear()
            self.near[i] = point


_Name = tuple[Setup, bytes, tuple[int, ...]]
"""Key of a run: setup, image bytes and image shape."""

_RUNS: LruCache[_Name, _Run] = LruCache(MOST_BYTES, lambda run: run.bytes)
_ONE_AT_A_TIME = threading.Lock()


def _as_frozen(numbers: array[float], shape: tuple[int, ...]) -> np.ndarray:
    """Return the first of `numbers` as a read-only array of this shape. It is a copy, since `numbers` grows."""
    return freeze(np.array(np.frombuffer(numbers, count=math.prod(shape))).reshape(shape))
