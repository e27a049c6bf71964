"""What a lesson's expressions may call: closed, pure, of arrays alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cnnviz.core.ops import conv2d, conv2d_shape, sigmoid
from cnnviz.words import Problem

Array = np.ndarray

MOST_VALUES = 2_000_000
"""Numbers in one array, and products in one convolution."""


def count(a: Array) -> int:
    """How many entries are true, or not 0."""
    return int(np.count_nonzero(a))


def ptp(a: Array) -> float:
    """Largest less least."""
    return float(np.max(a) - np.min(a))


def norm(a: Array) -> float:
    """The root of the sum of squares."""
    return float(np.sqrt(np.sum(np.square(a))))


def turned(a: Array) -> Array:
    """By 180°: both of the last axes reversed."""
    return np.asarray(a)[..., ::-1, ::-1]


def mirrored(a: Array) -> Array:
    """Left for right."""
    return np.asarray(a)[..., ::-1]


def nearest(value: float, *choices: float) -> float:
    """The one of `choices` that is nearest to `value` by its order of magnitude.

    >>> nearest(180, 20, 200, 20_000)
    200.0
    """
    many = np.array(choices, dtype=np.float64)
    return float(many[np.argmin(np.abs(np.log(np.maximum(many, 1e-300)) - np.log(max(abs(value), 1e-300))))])


def replaced(a: Array, *place_and_value: float) -> Array:
    """The array with another number in one cell: replaced(f, 0, 0, 5) has 5 in f[0, 0]."""
    *place, value = place_and_value
    made = np.array(a, dtype=np.float64)
    made[tuple(int(at) for at in place)] = value
    return made


def near(a: Array) -> Array:
    """The cells that are true, and those beside them on the last two axes.

    >>> near(np.array([[0, 0, 0, 1]]) > 0).astype(int)
    array([[0, 0, 1, 1]])
    """
    grown = np.asarray(a, dtype=np.bool_).copy()
    for axis in range(-min(2, grown.ndim), 0):
        swapped = np.swapaxes(grown, axis, -1)
        before = swapped.copy()
        swapped[..., 1:] |= before[..., :-1]
        swapped[..., :-1] |= before[..., 1:]
    return grown


def slid(x: Array, f: Array, stride: float = 1) -> Array:
    """One kernel slid over one map, both (rows, columns)."""
    x, f = np.asarray(x, dtype=np.float64), np.asarray(f, dtype=np.float64)
    shape = conv2d_shape(x.shape, f.shape, int(stride), 0)
    if np.prod(shape) * f.size > MOST_VALUES:
        raise Problem("lessons.expression.too_large", most=MOST_VALUES)
    return conv2d(x, f, int(stride), 0)


REDUCTIONS: Mapping[str, Callable[..., Any]] = {
    "sum": np.sum, "mean": np.mean, "min": np.min, "max": np.max, "any": np.any, "all": np.all,
    "argmax": np.argmax, "argmin": np.argmin, "count": count, "ptp": ptp, "norm": norm,
}  # fmt: skip
"""These may also be written behind an array: z1.max() for max(z1)."""

WITH_AXIS = frozenset({"sum", "mean", "min", "max", "any", "all"})
"""Those that take axis=…."""

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **REDUCTIONS,
    "abs": np.abs, "sign": np.sign, "sqrt": np.sqrt, "exp": np.exp, "log": np.log, "square": np.square,
    "round": np.round, "floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, "where": np.where,
    "size": np.size, "turned": turned, "mirrored": mirrored, "transposed": np.transpose,
    "nearest": nearest, "near": near, "replaced": replaced, "conv2d": slid, "sigmoid": sigmoid,
}  # fmt: skip
"""Every function by its name; `at`, `wrong` and `wrong_loss` are the scene's (scene.py)."""
