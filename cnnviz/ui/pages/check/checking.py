"""The check of a lesson's gradients: at once where it is little work, else beside the page, which says how far it is."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping

import numpy as np

from cnnviz.core.gradcheck import TOLERANCE, GradientCheck, StepSweep, check_gradients, step_sweep
from cnnviz.core.lesson import Lesson
from cnnviz.core.recent import Recent
from cnnviz.core.trajectory import Moment
from cnnviz.core.values import Params

AT_ONCE = 400_000_000
"""Entries times multiplications of a pass: what is checked while the page waits, about half a second."""

GRACE = 0.3
"""Seconds that the page waits for what is done beside it: most of it is there by then."""

PATIENCE = 8.0
"""Seconds without a look after which it is given up."""

MOST_BYTES = 64_000_000
"""What the checks that are remembered may take together."""

TURNS = threading.BoundedSemaphore(1)


class Checking:
    """One check and its step sweep, in a thread of its own unless it is little work."""

    def __init__(self, lesson: Lesson, params: Params, x: np.ndarray, ours: Mapping[str, np.ndarray]):
        self.share, self.check, self.sweep = 0.0, None, None  # type: float, GradientCheck | None, StepSweep | None
        self.given_up = False
        self._seen = time.monotonic()
        network, y = lesson.network, np.array(lesson.y)
        self._work: Callable[[], tuple[GradientCheck, StepSweep]] = lambda: (
            check_gradients(params, x, y, gradients=ours, network=network, progress=self._tell),
            step_sweep(params, x, y, network=network),
        )
        if effort(lesson, x.shape) <= AT_ONCE:
            self.check, self.sweep = self._work()
        else:
            self._thread = threading.Thread(target=self._run, daemon=True, name="check")
            self._thread.start()
            self._thread.join(GRACE)

    def look(self) -> Checking:
        """Itself: who looks wants it to go on."""
        self._seen = time.monotonic()
        return self

    def _run(self) -> None:
        with TURNS:
            try:
                self.check, self.sweep = self._work()
            except TimeoutError:
                self.given_up = True

    def _tell(self, share: float) -> None:
        self.share = share
        if time.monotonic() - self._seen > PATIENCE:
            raise TimeoutError


def effort(lesson: Lesson, x_shape: tuple[int, ...]) -> int:
    """Entries times multiplications of a pass."""
    program = lesson.network.program(x_shape)
    entries = sum(math.prod(parameter.shape) for parameter in program.parameters.values())
    return entries * program.multiplications


def _bytes(checking: Checking) -> int:
    return 1_000 if checking.check is None else 4 * sum(array.nbytes for array in checking.check.numeric.values())


_known: Recent[tuple, Checking] = Recent(MOST_BYTES, _bytes)


def checked(lesson: Lesson, moment: Moment, ours: Mapping[str, np.ndarray], mistake: str) -> Checking:
    """The check of `ours`, which a mistake by its address has led to, or nothing but the lesson; it may not be done yet."""
    name = (lesson.start, lesson.k, moment.trace.x.tobytes(), mistake)
    found = _known.get(name)
    if found is None or found.given_up:
        found = Checking(lesson, moment.params, moment.trace.x, ours)
    _known.put(name, found)  # again, since it has grown when it is done
    return found.look()


def is_wrong(error: np.ndarray) -> np.ndarray:
    """Which entries are not within TOLERANCE; NaN is wrong."""
    return ~(error <= TOLERANCE)
