"""A bounded store of values by name, for all visitors: what was used last stays."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Name = TypeVar("Name")
Value = TypeVar("Value")


class Recent(Generic[Name, Value]):
    """Values that weigh at most `most` together; what was not put or got for longest goes first. Threads may share it.

    A value weighs 1 unless `weigh` says how much, when it is put; the newest stays whatever it weighs.

    >>> recent = Recent(2)
    >>> for name in "abac":
    ...     recent.put(name, name.upper())
    >>> recent.get("a"), recent.get("b"), len(recent)
    ('A', None, 2)
    """

    def __init__(self, most: int, weigh: Callable[[Value], int] = lambda value: 1):
        self._most, self._weigh = most, weigh
        self._values: OrderedDict[Name, Value] = OrderedDict()
        self._weights: dict[Name, int] = {}
        self._total = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def put(self, name: Name, value: Value) -> None:
        """Keeps `value` under `name`, in place of what was there; also to weigh again what has grown."""
        with self._lock:
            self._put(name, value)

    def get(self, name: Name) -> Value | None:
        """The value under `name`, or None if it is gone or never was."""
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
            return self._values.get(name)

    def get_or_make(self, name: Name, make: Callable[[], Value]) -> Value:
        """The value under `name`, made if there is none: once, whoever asks. What `make` raises goes on."""
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
            else:
                self._put(name, make())
            return self._values[name]

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._values.clear()
            self._weights.clear()
            self._total = 0

    def _put(self, name: Name, value: Value) -> None:
        weight = self._weigh(value)
        self._total += weight - self._weights.get(name, 0)
        self._values[name], self._weights[name] = value, weight
        self._values.move_to_end(name)
        while self._total > self._most and len(self._values) > 1:
            oldest, _ = self._values.popitem(last=False)
            self._total -= self._weights.pop(oldest)
