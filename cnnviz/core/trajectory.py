"""The lesson after any number of updates, recomputed from its start: nothing is stored and patched.

A step takes tens of microseconds, so going back, scrubbing and replaying cost next to nothing and
cannot drift. What is remembered is only there to be forgotten: a few parameters on the way of the
most recent lessons, from which the same numbers come out bit for bit.
"""

from __future__ import annotations

import math
import threading
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnnviz.core.held import NotHeld, held
from cnnviz.core.lesson import Lesson
from cnnviz.core.network import Gradients, Params, Trace, init_params
from cnnviz.core.notebook import notebook_step, params_used
from cnnviz.core.ops import conv2d_shape, mse


@dataclass(frozen=True, eq=False)
class Moment:
    """The network after k updates: `params`, the pass they give, its gradients, and every loss so far (k + 1,).

    `after` are the parameters that the next update leaves, `kernels` (k + 1, K, K) every kernel so far.
    """

    params: Params
    trace: Trace
    gradients: Gradients
    losses: np.ndarray
    after: Params
    kernels: np.ndarray


def trajectory(lesson: Lesson, x: np.ndarray, k: int) -> Moment:
    """The moment after `k` updates of `lesson` on the image `x` (H,W), whatever `lesson.k` says.

    The same bits by any path. Raises ValueError if k is negative or the kernel does not fit, and
    NotHeld, a ValueError, if the lesson starts from parameters that are no longer held.

    >>> moment = trajectory(Lesson(), np.zeros((32, 32)), 3)
    >>> moment.losses.shape, moment.params.w.shape
    ((4,), (900, 2))
    """
    if k < 0:
        raise ValueError(f"trajectory: k is {k}; it needs to be 0 or more")
    x = np.asarray(x, dtype=np.float64)
    return _run(lesson.start, x.tobytes(), x.shape).at(k)


SPACING = 100
"""Updates between two remembered sets of parameters: the most that is computed again for a jump."""


class _Run:
    """One lesson's updates so far: losses and kernels, and all parameters every SPACING updates."""

    def __init__(self, lesson: Lesson, x: np.ndarray):
        self.lesson, self.x = lesson, x
        self.params = {0: _first(lesson, x)}
        self.latest = (0, self.params[0])
        self.losses, self.kernels = array("d"), array("d")
        self.lock = threading.Lock()

    def at(self, k: int) -> Moment:
        with self.lock:
            start, params = self.latest if 0 <= k - self.latest[0] < SPACING else self._remembered(k)
            for i in range(start, k):
                params = self._step(i, params)[2]
                if (i + 1) % SPACING == 0:
                    self.params.setdefault(i + 1, params)
            trace, gradients, after = self._step(k, params)
            self.latest = (k, params)
            used = params_used(params, self.lesson.deviations)
            losses = _sealed(self.losses, (k + 1,))
            return Moment(used, trace, gradients, losses, after, _sealed(self.kernels, (k + 1, *params.f.shape)))

    def _remembered(self, k: int) -> tuple[int, Params]:
        start = min(k // SPACING * SPACING, max(self.params))
        return start, self.params[start]

    def _step(self, i: int, params: Params) -> tuple[Trace, Gradients, Params]:
        step = _step(self.lesson, self.x, params)
        if i == len(self.losses):
            self.losses.append(mse(step[0].o, self.lesson.y))
            self.kernels.extend(params.f.reshape(-1).tolist())
        return step


def walk(lesson: Lesson, x: np.ndarray, k: int) -> Iterator[tuple[Params, Trace, Gradients]]:
    """The network after 0, 1, … `k` updates, one after another: the numbers of `trajectory`, nothing remembered.

    >>> len(list(walk(Lesson(), np.zeros((32, 32)), 3)))
    4
    """
    params = _first(lesson, x)
    for _ in range(k + 1):
        trace, gradients, after = _step(lesson, x, params)
        yield params_used(params, lesson.deviations), trace, gradients
        params = after


def _first(lesson: Lesson, x: np.ndarray) -> Params:
    if lesson.w.startswith("held-"):
        start = held(lesson.w)
        rows, columns = conv2d_shape(x.shape, lesson.kernel.shape, lesson.stride, lesson.pad)
        if start.w.shape != (rows * columns, len(lesson.y)):
            raise NotHeld(
                f"Starting weights: these are for {start.w.shape[0]} units and {start.w.shape[1]} outputs; "
                f"this lesson has {rows * columns} and {len(lesson.y)}. Bring stride and padding back"
            )
        return Params(lesson.kernel, start.w, start.b)
    return init_params(lesson.kernel, x.shape, len(lesson.y), lesson.stride, lesson.pad, lesson.w, lesson.seed)


def _step(lesson: Lesson, x: np.ndarray, params: Params) -> tuple[Trace, Gradients, Params]:
    return notebook_step(params, x, lesson.y, lesson.lr, lesson.deviations, lesson.stride, lesson.pad)


@lru_cache(maxsize=64)
def _run(start: Lesson, x: bytes, shape: tuple[int, int]) -> _Run:
    return _Run(start, np.frombuffer(x).reshape(shape))


def _sealed(numbers: array, shape: tuple[int, ...]) -> np.ndarray:
    """The first of `numbers` as a read-only array of this shape; a copy, since they grow."""
    sealed = np.array(np.frombuffer(numbers, count=math.prod(shape))).reshape(shape)
    sealed.flags.writeable = False
    return sealed
