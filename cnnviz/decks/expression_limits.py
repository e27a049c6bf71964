"""Limits of an expression: every part's shape, work and memory are known before its numbers are made."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.words import Problem

Shape = tuple[int, ...]

MOST_VALUES = 1_000_000
"""Numbers in one array, and products in one convolution."""
MOST_ALIVE = 5_000_000
"""Numbers that are in memory at the same time, all parts together: 40 MB."""
MOST_WORK = 100_000_000
"""Of all expressions of one question together, counted as below: about as many nanoseconds."""
PART, LOOK = 20_000, 1_000_000
"""The cost of a part of an expression, however few numbers it has, and of looking at another setup, however short that is."""
MOST_SECONDS = 3.0
"""About how long other setups may take that they look at, altogether: somebody waits for it."""
CHEAP, ROOT, POWER, DIVISION = 4, 15, 160, 2_000
"""The cost of one number: arithmetic and comparing; a root, an exponential or a search; a power; a division with a remainder, at worst."""


@dataclass(frozen=True)
class Planned:
    """A part of an expression of which all is known but its numbers.

    `kept` numbers are made for its value, and stay while that is needed; at most `peak` are there while it is computed.
    """

    shape: Shape
    compute: Callable[[], Any]
    kept: int = 0
    peak: int = 0

    def view(self, shape: Shape, look: Callable[[np.ndarray], np.ndarray]) -> Planned:
        """The same numbers, looked at otherwise."""
        return Planned(shape, lambda: look(np.asarray(self.compute())), self.kept, self.peak)


def given(value: Any) -> Planned:
    """Numbers that are there already."""
    return Planned(np.shape(value), lambda: value)


class Allowance:
    """The allowance of all expressions that are computed for one question; Problem where that is too much, before it is taken.

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
        """Counts work that is about to be done."""
        self.work += work
        if self.work > MOST_WORK:
            raise Problem("lessons.expression.too_much_work")

    def wait(self, seconds: float) -> None:
        """Counts how long another setup takes that is about to be looked at."""
        self.seconds += seconds
        if self.seconds > MOST_SECONDS:
            raise Problem("lessons.scope.too_long", seconds=math.ceil(self.seconds), most=MOST_SECONDS)


class Budget:
    """Counts what the parts of one expression take, the work as a part of an allowance; Problem where that is too much, before it is taken."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self.held = 0

    def plan(self, shape: Shape, act: Callable[..., Any], *parts: Planned, cost: int = CHEAP, products: int = 0) -> Planned:
        """The result of `act` on the parts' values: an array of `shape`, and on the way as many numbers again, or `products`."""
        size = math.prod(shape)
        if max(size, products) > MOST_VALUES:
            raise Problem("lessons.expression.too_large", most=MOST_VALUES)
        most = max(size, products, *(math.prod(part.shape) for part in parts), 1)
        self.allowance.take(cost * most)
        kept = peak = 0
        for part in parts:
            peak = max(peak, kept + part.peak)
            kept += part.kept
        return Planned(shape, lambda: _plain(act(*[part.compute() for part in parts])), size, max(peak, kept + size + most))

    def computed(self, part: Planned) -> Any:
        """The value of a part, which is then there until the expression is done."""
        if self.held + part.peak > MOST_ALIVE:
            raise Problem("lessons.expression.too_many_alive", most=MOST_ALIVE)
        value = part.compute()
        self.held += part.kept
        return value


def together(*shapes: Shape) -> Shape:
    """The shape of arrays that are combined cell by cell; Problem where they do not fit.

    >>> together((30, 30), (30,), ())
    (30, 30)
    """
    made: Shape = ()
    for shape in shapes:
        try:
            made = np.broadcast_shapes(made, shape)
        except ValueError:
            raise Problem("lessons.expression.shapes", one=made, other=shape) from None
    return made


def _plain(value: Any) -> Any:
    """Truths, or float64: whole numbers of Python would grow without end, and those of NumPy wrap."""
    array = np.asarray(value)
    return array if array.dtype == np.bool_ else array.astype(np.float64, copy=False)
