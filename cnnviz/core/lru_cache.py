"""A least-recently-used cache of values by name, for all visitors, bounded by what the values weigh."""

import sys
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet

import numpy as np

from cnnviz.core.read_only import lock_all
from cnnviz.core.work_cancellation import check_wanted, held

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
    """Values that weigh at most `most` together; what was not put or got for longest goes first. Threads may share it.

    A value weighs 1, or what `weigh` says when it is put, in bytes, and the texts of its name. What weighs more than
    `most` alone is not kept. What is kept is everybody's: its arrays are read-only from then on.

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
        self.total = 0
        self._lock = threading.RLock()
        _CACHES.add(self)

    def __len__(self) -> int:
        return len(self._values)

    def put(self, name: Name, value: Value) -> None:
        """Keeps `value` under `name`, in place of what was there; also to weigh again what has grown."""
        lock_all(value)
        weight = self._weigh(value) + _of_name(name) if self._weigh else 1
        with self._lock:
            self.total += weight - self._weights.get(name, 0)
            self._values[name], self._weights[name] = value, weight
            self._values.move_to_end(name)
            while self.total > self.most and self._values:
                oldest, _ = self._values.popitem(last=False)
                self.total -= self._weights.pop(oldest)

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
            self.total = 0


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


def _of_name(name: object) -> int:
    """Bytes of the texts in a name."""
    return sum(len(part) for part in (name if isinstance(name, tuple) else (name,)) if isinstance(part, str | bytes))
