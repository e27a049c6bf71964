"""Everything that the package keeps from one question to the next: its caches, and what is reachable from its modules."""

import functools
import gc
import sys
import types
from collections.abc import Iterable, Iterator

import numpy as np

from cnnviz.core.runtime.lru_cache import LruCache

_LEADS_ELSEWHERE = (types.ModuleType, types.CodeType, types.FrameType, types.BuiltinFunctionType, type, str, bytes, int, float)


def caches() -> list[object]:
    """Every cache of a function's results, every store of recent values, and what the package's modules and classes hold."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "cnnviz"]
    # A module that pytest has imported leads from its __spec__ to the session, and so to every test's arrays.
    of_modules = [value for module in modules for name, value in vars(module).items() if name not in ("__spec__", "__loader__")]
    classes = [value for value in of_modules if isinstance(value, type) and value.__module__.startswith("cnnviz")]
    of_classes = [value for cls in classes for value in vars(cls).values()]
    return [*of_modules, *of_classes, *(one for one in gc.get_objects() if isinstance(one, LruCache) or _is_cache(one))]


def _is_cache(one: object) -> bool:
    return type(one) is functools._lru_cache_wrapper and (one.__module__ or "").startswith("cnnviz")


def writable(roots: Iterable[object]) -> dict[str, np.ndarray]:
    """The arrays that are reachable from `roots` and can be written to, or that are views of such, by the way to them."""
    return {way: array for way, array in arrays(roots) if any(one.flags.writeable for one in _bases(array))}


def arrays(roots: Iterable[object]) -> Iterator[tuple[str, np.ndarray]]:
    """All arrays that are reachable from `roots`, each with the way to it."""
    seen: set[int] = set()
    to_go = [(_name(root), root) for root in roots]
    while to_go:
        way, one = to_go.pop()
        if id(one) in seen or isinstance(one, _LEADS_ELSEWHERE):
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            yield way, one
        to_go += [(f"{way} > {name}", part) for name, part in _parts(one)]


def _parts(one: object) -> Iterable[tuple[str, object]]:
    if isinstance(one, types.FunctionType):  # not its module
        return [(name, part) for name in ("__closure__", "__defaults__", "__kwdefaults__", "__dict__") if (part := getattr(one, name))]
    if isinstance(one, dict):
        return [*((str(key)[:40], value) for key, value in one.items()), *(("key", key) for key in one)]
    return [(_name(part), part) for part in gc.get_referents(one)]


def _bases(array: np.ndarray) -> Iterator[np.ndarray]:
    """An array, what it is a view of, and so on."""
    while isinstance(array, np.ndarray):
        yield array
        array = array.base


def _name(one: object) -> str:
    return getattr(one, "__qualname__", type(one).__name__)
