"""The check of a setup's gradients: immediate if it is short, else in the background with its progress."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping

import numpy as np

from cnnviz.core.gradcheck import TOLERANCE, GradientCheck, check_gradients
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.runtime.read_only import as_frozen
from cnnviz.core.runtime.threads import THREADS
from cnnviz.core.runtime.work_cancellation import in_background, waiting_elsewhere
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot

AT_ONCE = 400_000_000
"""Largest effort of an immediate check, in entries × multiplications of a pass; it takes about half a second."""

GRACE = 0.3
"""Seconds that a response waits for a check in the background; most checks are done by then."""

PATIENCE = 8.0
"""Seconds without a poll after which a check is cancelled."""

MOST_BYTES = 48_000_000
"""Cache size of all checks, in bytes."""

MOST_WAITING = 1_000
"""Largest number of queued checks."""


class Checking:
    """One check of all parameters and pixels, with its progress and result. A background check (`beside`) is
    cancelled when no page polls it."""

    def __init__(self, in_background: bool = True) -> None:
        self.beside = in_background
        self.share = 0.0
        self.check: GradientCheck | None = None
        self.given_up = False
        self._seen = time.monotonic()

    def poll(self) -> Checking:
        """Record that a page still needs the check, and return the check."""
        self._seen = time.monotonic()
        return self

    def work(self, setup: Setup, snapshot: Snapshot) -> None:
        """Run the check. Raise TimeoutError if no page has polled for PATIENCE seconds."""
        network, y, x, training = setup.network, as_frozen(setup.y), snapshot.trace.x, snapshot.trace.training
        names = (*network.program(x.shape).parameters, "x")
        self.check = check_gradients(
            snapshot.params, x, y, network=network, parameters=names, progress=self._report_progress, pass_inputs=pass_inputs_of(snapshot), training=training
        )

    def _report_progress(self, share: float) -> None:
        self.share = share
        if self.beside and time.monotonic() - self._seen > PATIENCE:
            raise TimeoutError


class CheckQueue:
    """Queue of long checks, which run one at a time, each in a thread of its own. The queue holds only their cache
    keys."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.under_way: dict[Hashable, Checking] = {}
        self.waiting: OrderedDict[Hashable, float] = OrderedDict()

    def poll(self, key: Hashable, work: Callable[[Checking], None]) -> Checking:
        """Return the check of that key in its current state; start it if its turn has come."""
        with self.lock:
            if existing := self.under_way.get(key) or _CHECKS.get(key):
                return existing.poll()
            now = time.monotonic()
            self._forget(now)
            self.waiting[key] = now
            checking = Checking()
            if self.under_way or next(iter(self.waiting)) != key:
                return checking
            del self.waiting[key]
            self.under_way[key] = checking
        thread = threading.Thread(target=self._run, args=(key, checking, work), daemon=True, name="check")
        thread.start()
        with waiting_elsewhere():
            thread.join(GRACE)
        return checking

    def _forget(self, now: float) -> None:
        """Drop queued checks that are no longer polled, and the oldest ones if the queue is full."""
        for name in [name for name, last_poll in self.waiting.items() if now - last_poll > PATIENCE]:
            del self.waiting[name]
        while len(self.waiting) >= MOST_WAITING:
            self.waiting.popitem(last=False)

    def _run(self, key: Hashable, checking: Checking, work: Callable[[Checking], None]) -> None:
        try:
            with in_background():
                work(checking)
            _CHECKS.put(key, checking)
        except TimeoutError:
            checking.given_up = True
        finally:
            del self.under_way[key]


def check_cost(setup: Setup, x_shape: tuple[int, ...]) -> int:
    """Return entries and pixels × multiplications of a pass over all images."""
    program, images = setup.network.program(x_shape), x_shape[0] if len(x_shape) == 4 else 1
    entries = sum(math.prod(parameter.shape) for parameter in program.parameters.values()) + math.prod(x_shape)
    return entries * program.multiplications * images


_CHECKS: LruCache[Hashable, Checking] = LruCache(MOST_BYTES, held_bytes)
_turns = CheckQueue()


def pass_inputs_of(snapshot: Snapshot) -> Mapping[str, np.ndarray]:
    """Return the arrays that a pass receives: dropout masks in training, running statistics in eval mode."""
    return snapshot.trace.kept if snapshot.trace.training else snapshot.buffers


def check_of(setup: Setup, snapshot: Snapshot) -> Checking:
    """Return the check of the setup's exact gradients, perhaps unfinished. It serves to judge other gradients, too."""
    x = snapshot.trace.x
    key = (setup.start, setup.k, snapshot.trace.training, x.shape, hashlib.sha256(x.tobytes()).digest())
    result = _CHECKS.get(key)
    if result is not None:
        return result
    if THREADS and check_cost(setup, x.shape) > AT_ONCE:
        return _turns.poll(key, lambda checking: checking.work(setup, snapshot))
    result = Checking(in_background=False)
    result.work(setup, snapshot)
    _CHECKS.put(key, result)
    return result


def is_wrong(error: np.ndarray) -> np.ndarray:
    """Return which entries exceed TOLERANCE; False for NaN, which is undecided."""
    return error > TOLERANCE
