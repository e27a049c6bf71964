"""Lines of a pass that are made in another way: what mistakes and the teaching notebook's deviations have in common.

There is one forward and one backward pass (core/network/program.py). An override takes the place of one of its lines,
and all that comes after is worked out from what it gives.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any, TypeVar

import numpy as np

from cnnviz.core.network.program_line import Override, PassValues

Find = Callable[[PassValues, str], object]
"""The array or setting that a name stands for; KeyError where there is none."""

Function = TypeVar("Function", bound=Callable[..., Any])
"""A function of the arrays and settings that its arguments name."""


def override(function: Callable[..., np.ndarray], find: Find) -> Override:
    """`function` in a line's place: its arguments are found by their names, and `exact` is what the line itself gives.

    An argument with a default that cannot be found is left to it.

    >>> doubled = override(lambda exact, z: exact + z, lambda values, name: values[name])
    >>> doubled({"z": 1.0}, lambda: 2.0)
    3.0
    """
    wanted = arguments(function)

    def made(values: PassValues, exact: Callable[[], np.ndarray]) -> np.ndarray:
        given: dict[str, object] = {}
        for name, needed in wanted.items():
            try:
                given[name] = exact() if name == "exact" else find(values, name)
            except KeyError:
                if needed:
                    raise
        return function(**given)

    return made


@lru_cache(maxsize=256)
def arguments(function: Callable[..., object]) -> Mapping[str, bool]:
    """The names of a function's arguments, and whether each has to be given."""
    return {name: one.default is one.empty for name, one in inspect.signature(function).parameters.items()}


def chained(changes: Iterable[tuple[str, Override]]) -> dict[str, Override]:
    """Overrides by the line's target; of several for one line each is given what the one before it makes.

    >>> both = chained([("z", lambda values, exact: exact() + 1), ("z", lambda values, exact: exact() * 10)])
    >>> both["z"]({}, lambda: 2)
    30
    """
    found: dict[str, Override] = {}
    for target, change in changes:
        found[target] = _after(found[target], change) if target in found else change
    return found


def _after(first: Override, then: Override) -> Override:
    return lambda values, exact: then(values, partial(first, values, exact))
