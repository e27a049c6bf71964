"""A bounded store of values by name, for all visitors: what was used last stays."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Name = TypeVar("Name")
Value = TypeVar("Value")


class Recent(Generic[Name, Value]):
    """At most `most` values; the one that was not put or got for longest goes first. Threads may share it.

    >>> recent = Recent(2)
    >>> for name in "abac":
    ...     recent.put(name, name.upper())
    >>> recent.get("a"), recent.get("b"), len(recent)
    ('A', None, 2)
    """

    def __init__(self, most: int):
        self._most = most
        self._values: OrderedDict[Name, Value] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def put(self, name: Name, value: Value) -> None:
        """Keeps `value` under `name`, in place of what was there."""
        with self._lock:
            self._values[name] = value
            self._values.move_to_end(name)
            while len(self._values) > self._most:
                self._values.popitem(last=False)

    def get(self, name: Name) -> Value | None:
        """The value under `name`, or None if it is gone or never was."""
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
            return self._values.get(name)
