"""Rate limits: a token bucket, fair shares and counters."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable


class Rate:
    """Token bucket per key: `most` tokens at first, then one every `seconds`. Keeps the `known` most recent keys.

    >>> now = [0.0]
    >>> rate = Rate(2, 10, clock=lambda: now[0])
    >>> [rate.take("a"), rate.take("a"), rate.take("a"), rate.take("b")]
    [True, True, False, True]
    >>> now[0] = 10; rate.take("a")
    True
    """

    def __init__(self, most: float, seconds: float, known: int = 10_000, clock: Callable[[], float] = time.monotonic):
        self.most, self.seconds, self.known, self.clock = most, seconds, known, clock
        self.buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str) -> bool:
        """Take a token. Return False if there is none."""
        tokens = self.token_count(who)
        self._store(who, tokens - 1 if tokens >= 1 else tokens)
        return tokens >= 1

    def reserve(self, who: str) -> float:
        """Reserve the next token and return the seconds until it is available. Callers that wait are served one after
        the other.

        >>> rate = Rate(1, 10, clock=lambda: 0.0)
        >>> [rate.reserve("a"), rate.reserve("a"), rate.reserve("a"), rate.reserve("b")]
        [0.0, 10.0, 20.0, 0.0]
        """
        tokens = self.token_count(who) - 1
        self._store(who, tokens)
        return max(0.0, -tokens * self.seconds)

    def _store(self, who: str, tokens: float) -> None:
        self.buckets[who] = (tokens, self.clock())
        self.buckets.move_to_end(who)
        while len(self.buckets) > self.known:
            self.buckets.popitem(last=False)

    def token_count(self, who: str) -> float:
        """Return the number of tokens now."""
        tokens, updated_at = self.buckets.get(who, (self.most, self.clock()))
        return min(self.most, tokens + (self.clock() - updated_at) / self.seconds)


MIN_SHARE = 20
"""Guaranteed minimum per address while any are left."""


def fair_share(remaining: int, most: int) -> int:
    """Return the limit of one address while `remaining` remain: at most the number that remains for all others, so that a
    few addresses cannot take all.

    >>> fair_share(10_000, 5_000), fair_share(300, 5_000), fair_share(3, 5_000), fair_share(0, 5_000)
    (5000, 300, 20, 0)
    """
    return min(most, max(remaining, MIN_SHARE)) if remaining > 0 else 0


class counted:
    """Context manager that counts `who` while it is active."""

    def __init__(self, counter: Counter[str], who: str):
        self.counter, self.who = counter, who

    def __enter__(self) -> None:
        self.counter[self.who] += 1

    def __exit__(self, *_: object) -> None:
        self.counter[self.who] -= 1
        if not self.counter[self.who]:
            del self.counter[self.who]
