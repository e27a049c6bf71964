"""A least-recently-used cache of values by name, for all visitors, bounded by what the values weigh."""

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
    """Bytes of all arrays, texts and numbers that hang on a value, each counted once; a view holds all of its base.

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
    """Values that another one holds."""
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
    """A store where other processes find what this one keeps."""

    def put(self, name: Asked, value: Told, /) -> None:
        """Keeps a value under a name."""

    def get(self, name: Asked, /) -> Told | None:
        """The value of that name, None where there is none."""


class LruCache(Generic[Name, Value]):
    """Cache of at most `most` bytes, or entries; evicts the least recently used. Threads may share it.

    An entry weighs the bytes of its name (`held_bytes`) plus `weigh(value)`. Without `weigh` it weighs 1: only for names and values
    of bounded size. An entry that alone weighs more than `most` is not kept. Cached arrays become read-only.

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
        self._name_weights: dict[Name, int] = {}  # a part of `_weights`; names do not change
        self.total = 0
        self._lock = threading.RLock()
        _CACHES.add(self)

    def __len__(self) -> int:
        return len(self._values)

    def put(self, name: Name, value: Value) -> None:
        """Store `value` under `name`, replacing an earlier value. Put a value again after it has grown: it is weighed anew."""
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
        """Evict what is too much, after `name` was put."""
        while self.total > self.most and self._values:
            self._evict(next(iter(self._values)))

    def _evict(self, name: Name) -> None:
        del self._values[name], self._name_weights[name]
        self.total -= self._weights.pop(name)

    def get(self, name: Name) -> Value | None:
        """The value under `name`, or None if it is gone or never was."""
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
            return self._values.get(name)

    def get_or_make(self, name: Name, make: Callable[[], Value]) -> Value:
        """The value under `name`, made if there is none; of several that are made meanwhile the first is everybody's. What `make` raises goes on."""
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
                return self._values[name]
        made = make()  # no other waits for it
        with self._lock:
            if name in self._values:
                return self._values[name]
            self.put(name, made)
        return made

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._values.clear()
            self._weights.clear()
            self._name_weights.clear()
            self.total = 0


class Budgets(LruCache[Name, Value]):
    """LruCache whose entries have owners: one owner has at most `most_each` bytes, all together `most`.

    An entry belongs to the owner that put it first (`keeping_for`). Beyond `most_each` the owner loses its own least recently used entry;
    beyond `most` the owner with the most bytes does, so that many entries of one owner never evict another's few.

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
        self._owned: dict[str, OrderedDict[Name, int]] = {}  # the entries of an owner with their weights, the least recently used first
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
    """Within it, entries of Budgets belong to `owner`."""
    token = _OWNER.set(owner)
    try:
        yield
    finally:
        _OWNER.reset(token)


def owner_of_work() -> str:
    """Return the owner to whom new entries belong: a visitor's address, "" outside `keeping_for`."""
    return _OWNER.get()


_CACHES: WeakSet["LruCache[Any, Any]"] = WeakSet()


def clear_all(beyond: int = 0) -> None:
    """Empty every cache of this process, if together they hold more than so many bytes."""
    if sum(cache.total for cache in _CACHES) > beyond:
        for cache in _CACHES:
            cache.clear()


class Once(LruCache[Name, Value]):
    """The same for what takes long: of those who ask for a value meanwhile one makes it, and the others wait."""

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

