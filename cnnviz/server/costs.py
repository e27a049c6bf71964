"""Cost model: learns how long responses take from earlier responses of the same kind."""

import time
from collections.abc import Callable, Hashable, Sequence

from cnnviz.core.runtime.lru_cache import LruCache
from cnnviz.server.job import CostEstimate, Result

KNOWN = 2_000
"""Number of kinds of response to remember."""
SURPRISE, CALM = 0.6, 0.1
"""Learning rates: for a response that took longer than expected, and for one that took less."""
BASE_SECONDS = 0.004
"""Base cost of every response in seconds, below which errors of an estimate do not matter."""


class Costs:
    """Learned ratio of cost to estimate for each kind of response. Callers pass kinds from specific to general, and the
    first known kind counts.

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
        """Return the expected seconds of a response with this estimate."""
        return next((ratio for kind in kinds if (ratio := self._ratio(kind))), 1.0) * (estimate + BASE_SECONDS)

    def _ratio(self, kind: Hashable) -> float:
        return max(self.ratios.get(kind) or 0.0, self.running.get(kind) or 0.0)

    def exceeded(self, kinds: Sequence[Hashable], estimate: float, seconds: float) -> None:
        """Record that a running response has taken `seconds`. Until a response of its kind ends, others are expected to
        take at least as long.

        >>> costs = Costs()
        >>> costs.exceeded(["step.json"], 0.0, 0.1)
        >>> costs.expected(["step.json"], 0.0)
        0.1
        """
        for index, kind in enumerate(kinds):
            if index == 0 or not self._ratio(kind):
                self.running.put(kind, seconds / (estimate + BASE_SECONDS))

    def learn(self, kinds: Sequence[Hashable], estimate: float, seconds: float) -> None:
        """Record the seconds that a response of these kinds took."""
        ratio = seconds / (estimate + BASE_SECONDS)
        for kind in kinds:
            previous = self.ratios.get(kind)
            updated = max(ratio, 0.1) if previous is None else previous + (SURPRISE if ratio > previous else CALM) * (ratio - previous)
            self.ratios.put(kind, updated)
            self.running.put(kind, 0.0)


Cost = tuple[Sequence[Hashable], float]
"""Kinds of a response, from specific to general, and an estimate of its seconds from the request alone."""


class LearnedCost(CostEstimate):
    """Cost learned from earlier responses. `find` estimates it unless `cost` is known; until then the response counts
    as one of the kind `usual`."""

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

    def run_timed(self, compute: Callable[[], Result]) -> Result:
        """Return `make()`, called in a thread of the queue, and learn its cost."""
        start = self.clock()
        result = compute()
        if self.cost:
            self.costs.learn(*self.cost, self.clock() - start)
        return result
