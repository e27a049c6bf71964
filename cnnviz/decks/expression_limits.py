"""Resource limits of expressions: the shape, work and memory of every node are known before anything is computed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.words import Problem

Shape = tuple[int, ...]

MOST_VALUES = 1_000_000
"""Upper limit of numbers in one array, and of products in one convolution."""
MOST_ALIVE = 5_000_000
"""Upper limit of numbers in memory at a time, over all nodes (40 MB)."""
MOST_WORK = 100_000_000
"""Upper limit of the work of all expressions of one question, in units of about a nanosecond."""
PART, LOOK = 20_000, 1_000_000
"""Fixed cost of a node, and of a reference to another setup."""
MOST_SECONDS = 3.0
"""Upper limit of the estimated seconds for all other setups together, since a user waits for the result."""
CHEAP, ROOT, POWER, DIVISION = 4, 15, 160, 2_000
"""Cost per number: arithmetic and comparisons; roots, exponentials and searches; powers; division with remainder, at
worst."""


@dataclass(frozen=True)
class PlannedNode:
    """A node of an expression whose shape and cost are known, and whose value is computed on demand.

    Its value takes `kept` numbers of memory as long as it is needed, and at most `peak` during its computation.
    """

    shape: Shape
    compute: Callable[[], Any]
    kept: int = 0
    peak: int = 0

    def view(self, shape: Shape, look: Callable[[np.ndarray], np.ndarray]) -> PlannedNode:
        """Return a view of the value, which costs no work or memory."""
        return PlannedNode(shape, lambda: look(np.asarray(self.compute())), self.kept, self.peak)


def wrap(value: Any) -> PlannedNode:
    """Wrap an existing value, which costs no work or memory."""
    return PlannedNode(np.shape(value), lambda: value)


class Allowance:
    """Budget of all expressions of one question. Methods raise Problem, before the work is done, if a limit is
    exceeded.

    >>> allowance = Allowance()
    >>> allowance.take(MOST_WORK)
    >>> allowance.take(1)
    Traceback (most recent call last):
    cnnviz.words.Problem: The expressions take too much computation.
    """

    def __init__(self) -> None:
        self.work = 0
        self.seconds = 0.0

    def take(self, work: int) -> None:
        """Charge work that is about to be done."""
        self.work += work
        if self.work > MOST_WORK:
            raise Problem("lessons.expression.too_much_work")

    def wait(self, seconds: float) -> None:
        """Charge the seconds of another setup that is about to be computed."""
        self.seconds += seconds
        if self.seconds > MOST_SECONDS:
            raise Problem("lessons.scope.too_long", seconds=math.ceil(self.seconds), most=MOST_SECONDS)


class Budget:
    """Memory and work of one expression; the work is charged to an allowance. Methods raise Problem before a limit is
    exceeded."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self.held = 0

    def plan(self, shape: Shape, operation: Callable[..., Any], *parts: PlannedNode, cost: int = CHEAP, products: int = 0) -> PlannedNode:
        """Plan `operation` on the values of `parts`. The result has `shape`, and temporary arrays have at most the same size,
        or `products` numbers."""
        size = math.prod(shape)
        if max(size, products) > MOST_VALUES:
            raise Problem("lessons.expression.too_large", most=MOST_VALUES)
        upper_bound = max(size, products, *(math.prod(part.shape) for part in parts), 1)
        self.allowance.take(cost * upper_bound)
        kept_bytes = peak_bytes = 0
        for part in parts:
            peak_bytes = max(peak_bytes, kept_bytes + part.peak)
            kept_bytes += part.kept
        return PlannedNode(shape, lambda: _plain(operation(*[part.compute() for part in parts])), size, max(peak_bytes, kept_bytes + size + upper_bound))

    def compute(self, part: PlannedNode) -> Any:
        """Compute a node. Its value stays in memory until the expression is done."""
        if self.held + part.peak > MOST_ALIVE:
            raise Problem("lessons.expression.too_many_alive", most=MOST_ALIVE)
        value = part.compute()
        self.held += part.kept
        return value


def broadcast_shape(*shapes: Shape) -> Shape:
    """Return the broadcast shape of arrays that are combined element-wise. Raise Problem if they do not match.

    >>> broadcast_shape((30, 30), (30,), ())
    (30, 30)
    """
    result: Shape = ()
    for shape in shapes:
        try:
            result = np.broadcast_shapes(result, shape)
        except ValueError:
            raise Problem("lessons.expression.shapes", one=result, other=shape) from None
    return result


def _plain(value: Any) -> Any:
    """Convert to bool or float64: Python's integers could grow without limit, and NumPy's would wrap around."""
    array = np.asarray(value)
    return array if array.dtype == np.bool_ else array.astype(np.float64, copy=False)
