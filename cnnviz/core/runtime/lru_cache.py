"""Least-recently-used caches for the whole process, bounded by the total size of their values."""

import sys
import threading
from array import array
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet

import numpy as np

from cnnviz.core.runtime.read_only import freeze_all
from cnnviz.core.runtime.work_cancellation import check_wanted, held

Name = TypeVar("Name")
Value = TypeVar("Value")
Asked = TypeVar("Asked", contravariant=True)
Told = TypeVar("Told")

_NO_DATA = (type, ModuleType, BuiltinFunctionType)


def held_bytes(value: object) -> int:
    """Return the bytes of all arrays, strings and numbers reachable from a value, each counted once. A view counts
    its whole base.

    >>> weights = np.zeros(1000)
    >>> 8_000 < held_bytes({"w": weights, "again": weights[:10]}) < 9_000
    True
    """
    seen: set[int] = set()
    left, total = [value], 0
    while left:
        one = left.pop()
        if id(one) in seen or one is None or isinstance(one, _NO_DATA):
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            left.append(one.base)
            total += 100 + (one.nbytes if one.base is None else 0)
        else:
            total += sys.getsizeof(one, 64)
            left += _parts(one)
    return total


def _parts(one: object) -> Iterable[object]:
    """Return the objects that `one` refers to directly."""
    if isinstance(one, str | bytes | bytearray | memoryview | array | int | float):
        return ()
    if type(one) is dict:
        return (*one, *one.values())
    if isinstance(one, list | tuple | set | frozenset):
        return one
    if isinstance(one, FunctionType):
        return [cell.cell_contents for cell in one.__closure__ or ()]
    if isinstance(one, partial | MethodType):
        return (one.func, *one.args, one.keywords) if isinstance(one, partial) else (one.__self__,)
    slots = [getattr(one, name, None) for cls in type(one).__mro__ for name in getattr(cls, "__slots__", ()) if name != "__dict__"]
    fields = [*getattr(one, "__dict__", {}).values(), *slots]
    return one.values() if isinstance(one, Mapping) and not fields else fields


class Elsewhere(Protocol[Asked, Told]):
    """A key-value store that several processes share."""

    def put(self, name: Asked, value: Told, /) -> None:
        """Store a value under a name."""

    def get(self, name: Asked, /) -> Told | None:
        """Return the value stored under a name, or None if there is none."""


class LruCache(Generic[Name, Value]):
    """Cache of at most `most` bytes, or entries; evicts the least recently used. Threads may share it.

    The weight of an entry is the size of its name (`held_bytes`) plus `weigh(value)`. Without `weigh` it is 1, for names and values
    of bounded size. An entry that alone weighs more than `most` is evicted at once. Cached arrays become read-only.

    >>> recent = LruCache(2)
    >>> for name in "abac":
    ...     recent.put(name, name.upper())
    >>> recent.get("a"), recent.get("b"), len(recent)
    ('A', None, 2)
    """

    def __init__(self, most: int, weigh: Callable[[Value], int] | None = None):
        self.most, self._weigh = most, weigh
        self._values: OrderedDict[Name, Value] = OrderedDict()
        self._weights: dict[Name, int] = {}
        self._name_weights: dict[Name, int] = {}  # included in `_weights`; cached, since names do not change
        self.total = 0
        self._lock = threading.RLock()
        _CACHES.add(self)

    def __len__(self) -> int:
        return len(self._values)

    def put(self, name: Name, value: Value) -> None:
        """Store `value` under `name`, replacing an earlier value. Call this again when a value has grown, to update
        its weight."""
        freeze_all(value)
        name_weight, value_weight = self._name_weights.get(name), self._weigh(value) if self._weigh else 1
        if name_weight is None:
            name_weight = held_bytes(name) if self._weigh else 0
        with self._lock:
            self.total += name_weight + value_weight - self._weights.get(name, 0)
            self._values[name], self._weights[name], self._name_weights[name] = value, name_weight + value_weight, name_weight
            self._values.move_to_end(name)
            self._shrink(name)

    def _shrink(self, name: Name) -> None:
        """Evict entries until the limit is met, after `name` was stored."""
        while self.total > self.most and self._values:
            self._evict(next(iter(self._values)))

    def _evict(self, name: Name) -> None:
        del self._values[name], self._name_weights[name]
        self.total -= self._weights.pop(name)

    def get(self, name: Name) -> Value | None:
        """Return the value under `name`, or None if it was evicted or never stored."""
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
            return self._values.get(name)

    def get_or_make(self, name: Name, make: Callable[[], Value]) -> Value:
        """Return the value under `name`, calling `make` if there is none. If several threads make it at once, all get
        the first result. Exceptions of `make` propagate."""
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
                return self._values[name]
        made = make()  # outside the lock, so that no other thread waits
        with self._lock:
            if name in self._values:
                return self._values[name]
            self.put(name, made)
        return made

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock:
            self._values.clear()
            self._weights.clear()
            self._name_weights.clear()
            self.total = 0


class Budgets(LruCache[Name, Value]):
    """LruCache whose entries have owners: each owner may use `most_each` bytes, all together `most`.

    An entry belongs to the owner that stored it first (`keeping_for`). Above `most_each` the owner's least recently used entries are
    evicted; above `most` those of the owner with the most bytes, so that an owner with many entries never evicts another's few.

    >>> cache = Budgets(300, 250, weigh=len)
    >>> for owner, name in (("a", 1), ("b", 2), ("b", 3), ("b", 4)):
    ...     with keeping_for(owner):
    ...         cache.put(name, b"-" * 50)
    >>> [name for name in (1, 2, 3, 4) if cache.get(name)]
    [1, 3, 4]
    """

    def __init__(self, most: int, most_each: int, weigh: Callable[[Value], int]):
        super().__init__(most, weigh)
        self.most_each = most_each
        self._owners: dict[Name, str] = {}
        # entries of each owner with their weights, least recently used first
        self._owned: dict[str, OrderedDict[Name, int]] = {}
        self._bytes: Counter[str] = Counter()

    def get(self, name: Name) -> Value | None:
        with self._lock:
            if name in self._owners:
                self._owned[self._owners[name]].move_to_end(name)
            return super().get(name)

    def _shrink(self, name: Name) -> None:
        owner = self._owners.setdefault(name, owner_of_work())
        owned = self._owned.setdefault(owner, OrderedDict())
        self._bytes[owner] += self._weights[name] - owned.get(name, 0)
        owned[name] = self._weights[name]
        owned.move_to_end(name)
        while self._bytes[owner] > self.most_each:
            self._evict(next(iter(owned)))
        while self.total > self.most:
            largest = max(self._bytes, key=self._bytes.__getitem__)
            self._evict(next(iter(self._owned[largest])))

    def _evict(self, name: Name) -> None:
        super()._evict(name)
        owner = self._owners.pop(name)
        self._bytes[owner] -= self._owned[owner].pop(name)
        if not self._owned[owner]:
            del self._owned[owner], self._bytes[owner]

    def clear(self) -> None:
        with self._lock:
            super().clear()
            self._owners.clear()
            self._owned.clear()
            self._bytes.clear()


_OWNER: ContextVar[str] = ContextVar("owner", default="")


@contextmanager
def keeping_for(owner: str) -> Iterator[None]:
    """Assign entries that are stored in a Budgets cache within this context to `owner`."""
    token = _OWNER.set(owner)
    try:
        yield
    finally:
        _OWNER.reset(token)


def owner_of_work() -> str:
    """Return the current owner of new entries: a visitor's address, or "" outside `keeping_for`."""
    return _OWNER.get()


_CACHES: WeakSet["LruCache[Any, Any]"] = WeakSet()


def clear_all(beyond: int = 0) -> None:
    """Clear all caches of this process if together they hold more than `beyond` bytes."""
    if sum(cache.total for cache in _CACHES) > beyond:
        for cache in _CACHES:
            cache.clear()


class Once(LruCache[Name, Value]):
    """LruCache for expensive values: one thread computes a missing value, and the others wait for it."""

    def __init__(self, most: int, weigh: Callable[[Value], int] | None = None):
        super().__init__(most, weigh)
        self._being_made: LruCache[Name, threading.Lock] = LruCache(1_000)

    def get_or_make(self, name: Name, make: Callable[[], Value]) -> Value:
        found = self.get(name)
        if found is None:
            with held(self._being_made.get_or_make(name, threading.Lock)):
                check_wanted()
                return super().get_or_make(name, make)
        return found

