"""A cached property without a lock."""

import functools
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

Value = TypeVar("Value")


class cached_property(functools.cached_property[Value]):
    """`functools.cached_property` without its lock.

    Python 3.11 holds one lock for all instances while it computes a value. If that thread has to wait, all others would wait, too.

    >>> class Circle:
    ...     radius = 2
    ...     @cached_property
    ...     def area(self) -> int:
    ...         return 3 * self.radius**2
    >>> circle = Circle()
    >>> circle.area, vars(circle)
    (12, {'area': 12})
    """

    def __init__(self, make: Callable[[Any], Value]) -> None:
        super().__init__(make)
        self.lock = nullcontext()
