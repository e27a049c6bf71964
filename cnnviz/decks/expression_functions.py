"""Functions of expressions, each with its arity, result shape and cost."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.network.notebook_ops import conv2d, conv2d_shape, sigmoid
from cnnviz.decks.expression_limits import CHEAP, ROOT, Shape, broadcast_shape
from cnnviz.words import Problem

Array = np.ndarray


@dataclass(frozen=True)
class Function:
    """A function of expressions: `call` computes an array of the shape that `shape` returns, from `least` to `most`
    arrays.

    `shape` takes the shapes of the first `arrays` arguments (all if None) and the integer values of the others and of
    `axis`. It raises Problem or ValueError if they do not fit. `call` must not pass on other arguments: NumPy's functions
    have more positional parameters, such as `out`, which is written to.
    """

    call: Callable[..., Any]
    shape: Callable[..., Shape]
    least: int = 1
    most: int = 1
    cost: int = CHEAP
    arrays: int | None = None
    axis: bool = False
    products: Callable[..., int] = lambda *shapes: 0

    @property
    def arity(self) -> str:
        """Arity as text: "1", or "2–3"."""
        return f"{self.least}–{self.most}" if self.most > self.least else str(self.least)


def count(a: Array) -> int:
    """Return the number of entries that are not 0 or False."""
    return int(np.count_nonzero(a))


def ptp(a: Array) -> float:
    """Return the maximum minus the minimum."""
    return float(np.max(a)) - float(np.min(a))


def norm(a: Array) -> float:
    """Return the square root of the sum of squares."""
    return float(np.sqrt(np.sum(np.square(_to_float(a)))))


def turned(a: Array) -> Array:
    """Rotate by 180°: reverse the last two axes."""
    return a[..., ::-1, ::-1]


def mirrored(a: Array) -> Array:
    """Mirror left to right: reverse the last axis."""
    return a[..., ::-1]


def nearest(value: Array, *choices: Array) -> float:
    """Return the choice nearest to `value` on a logarithmic scale.

    >>> nearest(180, 20, 200, 20_000)
    200.0
    """
    numbers = np.array([float(_item(choice)) for choice in choices])
    return float(numbers[np.argmin(np.abs(np.log(np.maximum(numbers, 1e-300)) - np.log(max(abs(float(_item(value))), 1e-300))))])


def replaced(a: Array, *index_and_value: Array) -> Array:
    """Return a copy with one cell replaced: replaced(f, 0, 0, 5) has 5 in f[0, 0]."""
    *index, value = (float(_item(number)) for number in index_and_value)
    result = np.array(a, dtype=np.float64)
    result[tuple(int(component) for component in index)] = value
    return result


def near(a: Array) -> Array:
    """Return the true cells together with their neighbours along the last two axes.

    >>> near(np.array([[0, 0, 0, 1]]) > 0).astype(int)
    array([[0, 0, 1, 1]])
    """
    result = np.array(a, dtype=np.bool_)
    for axis in range(-min(2, result.ndim), 0):
        swapped = np.swapaxes(result, axis, -1)
        original = swapped.copy()
        swapped[..., 1:] |= original[..., :-1]
        swapped[..., :-1] |= original[..., 1:]
    return result


SPACED = 121
"""Number of values of `linspace`."""


def linspace(low: Array, high: Array) -> Array:
    """Return SPACED evenly spaced numbers from `low` to `high`."""
    return np.linspace(float(_item(low)), float(_item(high)), SPACED)


def cross_correlate(x: Array, f: Array, stride: int = 1) -> Array:
    """Return the cross-correlation of a map with one kernel, both (rows, columns)."""
    return conv2d(x, f, stride, 0)


def _to_float(a: Array) -> Array:
    return np.asarray(a, dtype=np.float64)


def _item(a: Array) -> Any:
    return np.asarray(a).reshape(-1)[0]


# ---- result shapes


def _same_shape(a: Shape) -> Shape:
    return a


def _scalar_shape(*shapes: Shape) -> Shape:
    return ()


def _reduced_shape(a: Shape, axis: int | None = None) -> Shape:
    if axis is None:
        return ()
    if not -len(a) <= axis < len(a):
        raise Problem("lessons.expression.no_axis", axis=axis, shape=a)
    return (*a[: axis % len(a)], *a[axis % len(a) + 1 :])


def _with_axes(least: int) -> Callable[[Shape], Shape]:
    def shape(a: Shape) -> Shape:
        if len(a) < least:
            raise Problem("lessons.expression.few_axes", least=least, shape=a)
        return a

    return shape


def _scalars_shape(*shapes: Shape) -> Shape:
    for shape in shapes:
        if math.prod(shape) != 1:
            raise Problem("lessons.expression.not_one", shape=shape)
    return ()


def _linspace_shape(low: Shape, high: Shape) -> Shape:
    _scalars_shape(low, high)
    return (SPACED,)


def _replaced_shape(a: Shape, *index_and_value: Shape) -> Shape:
    _scalars_shape(*index_and_value)
    if len(index_and_value) != len(a) + 1:
        raise Problem("lessons.expression.place", shape=a, n=len(a) + 1)
    return a


def _cross_correlate_shape(x: Shape, f: Shape, stride: int = 1) -> Shape:
    return conv2d_shape(x, f, stride, 0)


def _cross_correlate_products(x: Shape, f: Shape, stride: int = 1) -> int:
    return math.prod(_cross_correlate_shape(x, f, stride)) * math.prod(f)


# ---- tables of functions


def _reduction(operation: Callable[..., Any], axis: bool = True, cost: int = CHEAP) -> Function:
    return Function(lambda a, **settings: operation(a, **settings), _reduced_shape, axis=axis, cost=cost)


def _elementwise(operation: Callable[..., Any], cost: int = CHEAP) -> Function:
    return Function(lambda a: operation(_to_float(a)), _same_shape, cost=cost)


REDUCTIONS: Mapping[str, Function] = {
    "sum": _reduction(np.sum), "mean": _reduction(np.mean), "min": _reduction(np.min), "max": _reduction(np.max),
    "any": _reduction(np.any), "all": _reduction(np.all), "argmax": _reduction(np.argmax, axis=False, cost=ROOT), "argmin": _reduction(np.argmin, axis=False, cost=ROOT),
    "count": _reduction(count, axis=False), "ptp": _reduction(ptp, axis=False), "norm": _reduction(norm, axis=False),
}  # fmt: skip
"""Functions that are also methods: z1.max() is max(z1)."""

FUNCTIONS: Mapping[str, Function] = {
    **REDUCTIONS,
    "abs": _elementwise(np.abs), "sign": _elementwise(np.sign), "square": _elementwise(np.square), "round": _elementwise(np.round), "floor": _elementwise(np.floor),
    "ceil": _elementwise(np.ceil), "trunc": _elementwise(np.trunc), "sqrt": _elementwise(np.sqrt, ROOT), "exp": _elementwise(np.exp, ROOT),
    "log": _elementwise(np.log, ROOT), "sigmoid": _elementwise(sigmoid, ROOT),
    "where": Function(lambda test, a, b: np.where(test, a, b), broadcast_shape, least=3, most=3, cost=2 * CHEAP),
    "size": Function(np.size, _scalar_shape),
    "turned": Function(turned, _with_axes(2)),
    "mirrored": Function(mirrored, _with_axes(1)),
    "transposed": Function(lambda a: np.transpose(a), lambda a: a[::-1]),
    "nearest": Function(nearest, _scalars_shape, least=2, most=20),
    "near": Function(near, _same_shape, cost=ROOT),
    "linspace": Function(linspace, _linspace_shape, least=2, most=2),
    "replaced": Function(replaced, _replaced_shape, least=2, most=6),
    "conv2d": Function(cross_correlate, _cross_correlate_shape, least=2, most=3, arrays=2, products=_cross_correlate_products),
}  # fmt: skip
"""All functions by name, except `at`, `wrong` and `wrong_loss`, which scopes provide (scope.py)."""
