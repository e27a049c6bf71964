"""Limits on how often somebody may do something."""

import time
from collections import Counter, OrderedDict
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
        """Tells whether they may once more; if so, that is counted."""
        left = self.look(who)
        self._keep(who, left - 1 if left >= 1 else left)
        return left >= 1

    def turn(self, who: str) -> float:
        """Seconds until they may once more, which is counted at once: those who wait come one after the other.

        >>> rate = Rate(1, 10, clock=lambda: 0.0)
        >>> [rate.turn("a"), rate.turn("a"), rate.turn("a"), rate.turn("b")]
        [0.0, 10.0, 20.0, 0.0]
        """
        left = self.look(who) - 1
        self._keep(who, left)
        return max(0.0, -left * self.seconds)

    def _keep(self, who: str, left: float) -> None:
        self.left[who] = (left, self.clock())
        self.left.move_to_end(who)
        while len(self.left) > self.known:
            self.left.popitem(last=False)

    def look(self, who: str) -> float:
        """The number of times that they still may, now."""
        left, at = self.left.get(who, (self.most, self.clock()))
        return min(self.most, left + (self.clock() - at) / self.seconds)


A_FEW = 20
"""The number that anybody may have as long as there is any left."""


def fair_share(left: int, most: int) -> int:
    """The number that one address may have where so many are left: never more than are left for all others, so that a few cannot have all.

    >>> fair_share(10_000, 5_000), fair_share(300, 5_000), fair_share(3, 5_000), fair_share(0, 5_000)
    (5000, 300, 20, 0)
    """
    return min(most, max(left, A_FEW)) if left > 0 else 0


class counted:
    """Within it there is one more of `who`."""

    def __init__(self, counter: Counter[str], who: str):
        self.counter, self.who = counter, who

    def __enter__(self) -> None:
        self.counter[self.who] += 1

    def __exit__(self, *_: object) -> None:
        self.counter[self.who] -= 1
        if not self.counter[self.who]:
            del self.counter[self.who]
