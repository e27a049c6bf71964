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
from cnnviz.core.runtime.work_cancellation import check_cancelled, hold_lock

Key = TypeVar("Key")
Value = TypeVar("Value")
StoreKey = TypeVar("StoreKey", contravariant=True)
StoredValue = TypeVar("StoredValue")

_IGNORED_TYPES = (type, ModuleType, BuiltinFunctionType)


def held_bytes(value: object) -> int:
    """Return the bytes of all arrays, strings and numbers reachable from a value, each counted once. A view counts
    its whole base.

    >>> weights = np.zeros(1000)
    >>> 8_000 < held_bytes({"w": weights, "again": weights[:10]}) < 9_000
    True
    """
    seen_ids: set[int] = set()
    stack, total = [value], 0
    while stack:
        obj = stack.pop()
        if id(obj) in seen_ids or obj is None or isinstance(obj, _IGNORED_TYPES):
            continue
        seen_ids.add(id(obj))
        if isinstance(obj, np.ndarray):
            stack.append(obj.base)
            total += 100 + (obj.nbytes if obj.base is None else 0)
        else:
            total += sys.getsizeof(obj, 64)
            stack += _referents(obj)
    return total


def _referents(obj: object) -> Iterable[object]:
    """Return the objects that `obj` refers to directly."""
    if isinstance(obj, str | bytes | bytearray | memoryview | array | int | float):
        return ()
    if type(obj) is dict:
        return (*obj, *obj.values())
    if isinstance(obj, list | tuple | set | frozenset):
        return obj
    if isinstance(obj, FunctionType):
        return [cell.cell_contents for cell in obj.__closure__ or ()]
    if isinstance(obj, partial | MethodType):
        return (obj.func, *obj.args, obj.keywords) if isinstance(obj, partial) else (obj.__self__,)
    slots = [getattr(obj, name, None) for cls in type(obj).__mro__ for name in getattr(cls, "__slots__", ()) if name != "__dict__"]
    fields = [*getattr(obj, "__dict__", {}).values(), *slots]
    return obj.values() if isinstance(obj, Mapping) and not fields else fields


class SharedStore(Protocol[StoreKey, StoredValue]):
    """A key-value store that several processes share."""

    def put(self, name: StoreKey, value: StoredValue, /) -> None:
        """Store a value under a name."""

    def get(self, name: StoreKey, /) -> StoredValue | None:
        """Return the value stored under a name, or None if there is none."""


class LruCache(Generic[Key, Value]):
    """Cache of at most `most` bytes, or entries; evicts the least recently used. Threads may share it.

    The weight of an entry is the size of its name (`held_bytes`) plus `weigh(value)`. Without `weigh` it is 1, for names and values
    of bounded size. An entry that alone weighs more than `most` is evicted at once. Cached arrays become read-only.

    >>> recent = LruCache(2)
    >>> for name in "abac":
    ...     recent.put(name, name.upper())
    >>> recent.get("a"), recent.get("b"), len(recent)
    ('A', None, 2)
    """

    def __init__(self, capacity: int, weigh: Callable[[Value], int] | None = None):
        self.most, self._weigh = capacity, weigh
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._weights: dict[Key, int] = {}
        self._name_weights: dict[Key, int] = {}  # included in `_weights`; cached, since names do not change
        self.total = 0
        self._lock = threading.RLock()
        _CACHES.add(self)

    def __len__(self) -> int:
        return len(self._values)

    def put(self, name: Key, value: Value) -> None:
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

    def _shrink(self, name: Key) -> None:
        """Evict entries until the limit is met, after `name` was stored."""
        while self.total > self.most and self._values:
            self._evict(next(iter(self._values)))

    def _evict(self, name: Key) -> None:
        del self._values[name], self._name_weights[name]
        self.total -= self._weights.pop(name)

    def get(self, name: Key) -> Value | None:
        """Return the value under `name`, or None if it was evicted or never stored."""
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
            return self._values.get(name)

    def get_or_make(self, name: Key, make: Callable[[], Value]) -> Value:
        """Return the value stored under `name`, or else store the result of `make`. If several threads compute it at
        the same time, all get the first result. Exceptions of `make` propagate."""
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
                return self._values[name]
        value = make()  # outside the lock, so that no other thread waits
        with self._lock:
            if name in self._values:
                return self._values[name]
            self.put(name, value)
        return value

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock:
            self._values.clear()
            self._weights.clear()
            self._name_weights.clear()
            self.total = 0


class BudgetedCache(LruCache[Key, Value]):
    """LruCache whose entries have owners: each owner may use `most_each` bytes, all together `most`.

    An entry belongs to the owner that stored it first (`owned_by`). Above `most_each` the owner's least recently used entries are
    evicted; above `most` those of the owner with the most bytes, so that an owner with many entries never evicts another's few.

    >>> cache = BudgetedCache(300, 250, weigh=len)
    >>> for owner, name in (("a", 1), ("b", 2), ("b", 3), ("b", 4)):
    ...     with owned_by(owner):
    ...         cache.put(name, b"-" * 50)
    >>> [name for name in (1, 2, 3, 4) if cache.get(name)]
    [1, 3, 4]
    """

    def __init__(self, capacity: int, capacity_per_owner: int, weigh: Callable[[Value], int]):
        super().__init__(capacity, weigh)
        self.most_each = capacity_per_owner
        self._owners: dict[Key, str] = {}
        # entries of each owner with their weights, least recently used first
        self._owned: dict[str, OrderedDict[Key, int]] = {}
        self._bytes: Counter[str] = Counter()

    def get(self, name: Key) -> Value | None:
        with self._lock:
            if name in self._owners:
                self._owned[self._owners[name]].move_to_end(name)
            return super().get(name)

    def _shrink(self, name: Key) -> None:
        owner = self._owners.setdefault(name, current_owner())
        entries = self._owned.setdefault(owner, OrderedDict())
        self._bytes[owner] += self._weights[name] - entries.get(name, 0)
        entries[name] = self._weights[name]
        entries.move_to_end(name)
        while self._bytes[owner] > self.most_each:
            self._evict(next(iter(entries)))
        while self.total > self.most:
            largest = max(self._bytes, key=self._bytes.__getitem__)
            self._evict(next(iter(self._owned[largest])))

    def _evict(self, name: Key) -> None:
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
def owned_by(owner: str) -> Iterator[None]:
    """Assign entries that are stored in a BudgetedCache cache within this context to `owner`."""
    token = _OWNER.set(owner)
    try:
        yield
    finally:
        _OWNER.reset(token)


def current_owner() -> str:
    """Return the current owner of new entries: a visitor's address, or "" outside `owned_by`."""
    return _OWNER.get()


_CACHES: WeakSet["LruCache[Any, Any]"] = WeakSet()


def clear_all(threshold: int = 0) -> None:
    """Clear all caches of this process if together they hold more than `threshold` bytes."""
    if sum(cache.total for cache in _CACHES) > threshold:
        for cache in _CACHES:
            cache.clear()


class SingleFlightCache(LruCache[Key, Value]):
    """LruCache for expensive values: one thread computes a missing value, and the others wait for it."""

    def __init__(self, capacity: int, weigh: Callable[[Value], int] | None = None):
        super().__init__(capacity, weigh)
        self._make_locks: LruCache[Key, threading.Lock] = LruCache(1_000)

    def get_or_make(self, name: Key, make: Callable[[], Value]) -> Value:
        value = self.get(name)
        if value is None:
            with hold_lock(self._make_locks.get_or_make(name, threading.Lock)):
                check_cancelled()
                return super().get_or_make(name, make)
        return value

