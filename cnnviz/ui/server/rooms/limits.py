"""How often somebody may do something."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable


class Rate:
    """So many times at once, and then one each `seconds`; for each of the last `known` who came.

    >>> now = [0.0]
    >>> rate = Rate(2, 10, clock=lambda: now[0])
    >>> [rate.take("a"), rate.take("a"), rate.take("a"), rate.take("b")]
    [True, True, False, True]
    >>> now[0] = 10; rate.take("a")
    True
    """

    def __init__(self, most: float, seconds: float, known: int = 10_000, clock: Callable[[], float] = time.monotonic):
        self.most, self.seconds, self.known, self.clock = most, seconds, known, clock
        self.left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str) -> bool:
        """Whether they may once more; if so, that is counted."""
        left = self.look(who)
        self.left[who] = (left - 1 if left >= 1 else left, self.clock())
        self.left.move_to_end(who)
        while len(self.left) > self.known:
            self.left.popitem(last=False)
        return left >= 1

    def look(self, who: str) -> float:
        """How many times they still may, now."""
        left, at = self.left.get(who, (self.most, self.clock()))
        return min(self.most, left + (self.clock() - at) / self.seconds)
