"""Overrides of operations in a pass, used for mistakes and for the teaching notebook's deviations.

There is one forward and one backward pass (core/network/program.py). An override replaces one operation, and all later
operations use its result.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any, TypeVar

import numpy as np

from cnnviz.core.network.program_line import Override, PassValues

Find = Callable[[PassValues, str], object]
"""Lookup of an array or a setting by name. Raises KeyError if it does not exist."""

Function = TypeVar("Function", bound=Callable[..., Any])
"""A function whose parameter names are names of arrays and settings."""


def override(function: Callable[..., np.ndarray], find: Find) -> Override:
    """Return an override that calls `function` with arguments looked up by name. `exact` is the result of the
    original operation.

    An argument that is not found keeps its default. Raise KeyError if it has none.

    >>> doubled = override(lambda exact, z: exact + z, lambda values, name: values[name])
    >>> doubled({"z": 1.0}, lambda: 2.0)
    3.0
    """
    required = arguments(function)

    def call_with_arguments(values: PassValues, exact: Callable[[], np.ndarray]) -> np.ndarray:
        keywords: dict[str, object] = {}
        for name, is_required in required.items():
            try:
                keywords[name] = exact() if name == "exact" else find(values, name)
            except KeyError:
                if is_required:
                    raise
        return function(**keywords)

    return call_with_arguments


@lru_cache(maxsize=256)
def arguments(function: Callable[..., object]) -> Mapping[str, bool]:
    """Return the parameter names of a function, and whether each is required."""
    return {name: parameter.default is parameter.empty for name, parameter in inspect.signature(function).parameters.items()}


def chain_overrides(changes: Iterable[tuple[str, Override]]) -> dict[str, Override]:
    """Return overrides by target. If several override one target, each gets the result of the previous one as
    `exact`.

    >>> both = chain_overrides([("z", lambda values, exact: exact() + 1), ("z", lambda values, exact: exact() * 10)])
    >>> both["z"]({}, lambda: 2)
    30
    """
    overrides: dict[str, Override] = {}
    for target, change in changes:
        overrides[target] = _compose(overrides[target], change) if target in overrides else change
    return overrides


def _compose(first: Override, second: Override) -> Override:
    return lambda values, exact: second(values, partial(first, values, exact))
