"""The costs of answers, learned from what such answers have cost."""

import time
from collections.abc import Callable, Hashable, Sequence

from cnnviz.core.runtime.lru_cache import LruCache
from cnnviz.server.job import CostEstimate, Result

KNOWN = 2_000
"""Kinds of answers that are remembered."""
SURPRISE, CALM = 0.6, 0.1
"""The shares of what is new that are believed: of more than was expected, and of less."""
LEAST = 0.004
"""Seconds that every answer takes: of this much estimates may be wrong without a word."""


class Costs:
    """The ratio of cost to estimate of answers of a kind. Kinds are given the most special first, for what was not met yet.

    >>> costs = Costs()
    >>> for _ in range(20):
    ...     costs.learn(["step.json of LeNet", "step.json"], 0.1, 0.5)
    >>> round(costs.expected(["step.json of LeNet", "step.json"], 0.2), 1), round(costs.expected(["step.json of another", "step.json"], 0.1), 1)
    (1.0, 0.5)
    """

    def __init__(self) -> None:
        self.ratios: LruCache[Hashable, float] = LruCache(KNOWN)
        self.running: LruCache[Hashable, float] = LruCache(KNOWN)

    def expected(self, kinds: Sequence[Hashable], estimate: float) -> float:
        """Seconds that an answer will take, of which the estimate says so many."""
        return next((found for kind in kinds if (found := self._ratio(kind))), 1.0) * (estimate + LEAST)

    def _ratio(self, kind: Hashable) -> float:
        return max(self.ratios.get(kind) or 0.0, self.running.get(kind) or 0.0)

    def exceeded(self, kinds: Sequence[Hashable], estimate: float, seconds: float) -> None:
        """Takes account of an answer that has had so many seconds and has not ended: until one ends, such answers take at least that.

        >>> costs = Costs()
        >>> costs.exceeded(["step.json"], 0.0, 0.1)
        >>> costs.expected(["step.json"], 0.0)
        0.1
        """
        for place, kind in enumerate(kinds):
            if place == 0 or not self._ratio(kind):
                self.running.put(kind, seconds / (estimate + LEAST))

    def learn(self, kinds: Sequence[Hashable], estimate: float, seconds: float) -> None:
        """Takes account of what an answer of this kind took."""
        ratio = seconds / (estimate + LEAST)
        for kind in kinds:
            known = self.ratios.get(kind)
            new = max(ratio, 0.1) if known is None else known + (SURPRISE if ratio > known else CALM) * (ratio - known)
            self.ratios.put(kind, new)
            self.running.put(kind, 0.0)


Cost = tuple[Sequence[Hashable], float]
"""Kinds of an answer, the most special first, and about how many seconds it takes by what is asked alone."""


class LearnedCost(CostEstimate):
    """An answer takes as long as such answers have taken; `find` finds out what it costs, which may be known, and until then it is of the kind `usual`."""

    known = False

    def __init__(self, costs: Costs, usual: Hashable, find: Callable[[], Cost], cost: Cost | None = None, clock: Callable[[], float] = time.thread_time):
        super().__init__()
        self.clock = clock
        self.costs, self.usual, self.find, self.cost = costs, usual, find, cost
        self.known = cost is not None

    def look(self) -> None:
        self.cost, self.known = self.find(), True

    def seconds(self) -> float:
        return self.costs.expected(*(self.cost or ([self.usual], 0.0)))

    def exceeded(self, seconds: float) -> None:
        if self.cost:
            self.costs.exceeded(*self.cost, seconds)

    def timed(self, make: Callable[[], Result]) -> Result:
        """The result, made in a thread of the queue's, and learned from."""
        began = self.clock()
        made = make()
        if self.cost:
            self.costs.learn(*self.cost, self.clock() - began)
        return made
