"""The cases that a function is tested on: shapes from the courses' published tests, and others that these omit.

The courses' shapes alone would miss some mistakes: a forgotten stride if it is 1, = instead of += if windows do not overlap, or a
transposed array if all sides are equal. There are no ties and no zeros, so conventions for these do not matter.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from cnnviz.core.network.sliding import output_size
from cnnviz.judge.case import ELEMENTWISE, POOLS, Case
from cnnviz.judge.courses import CS231n, Shape
from cnnviz.words import Problem

_ROWS = ((10, 10), (2, 3, 4, 5), (1, 7))
_WINDOW = ("pool_height", "pool_width", "stride")
_POOLED = (((3, 2, 8, 8), (2, 2, 2)), ((2, 3, 7, 9), (3, 3, 2)), ((1, 1, 5, 4), (2, 2, 1)), ((2, 2, 5, 8), (2, 2, 3)))
_POOLED_MORE = (((2, 2, 6, 9), (2, 3, 2)), ((2, 3, 9, 4), (3, 2, 2)), ((2, 2, 8, 6), (2, 3, 3)), ((7, 1, 6, 4), (2, 2, 2)))

DEFAULT: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "cs231n": {
        **dict.fromkeys(ELEMENTWISE, _ROWS),
        "dense": (((10, 2, 3), (6, 5)), ((3, 4), (4, 4)), ((1, 6), (6, 2))),
        "conv": (
            ((4, 3, 5, 5), (2, 3, 3, 3), {"stride": 1, "pad": 1}),
            ((2, 3, 4, 4), (3, 3, 4, 4), {"stride": 2, "pad": 1}),
            ((2, 2, 7, 9), (1, 2, 3, 3), {"stride": 2, "pad": 1}),
            ((3, 1, 5, 6), (4, 1, 2, 2), {"stride": 1, "pad": 2}),
            ((2, 3, 6, 5), (4, 3, 3, 3), {"stride": 1, "pad": 0}),
            ((3, 2, 4, 6), (2, 2, 1, 1), {"stride": 1, "pad": 0}),
            ((2, 2, 8, 5), (3, 2, 2, 3), {"stride": 2, "pad": 0}),
            ((2, 2, 5, 7), (3, 2, 3, 2), {"stride": 1, "pad": 1}),
            ((7, 2, 4, 3), (3, 2, 2, 2), {"stride": 1, "pad": 0}),
        ),
        **dict.fromkeys(
            POOLS,
            tuple((shape, dict(zip(_WINDOW, sizes, strict=True))) for shape, sizes in (*_POOLED, *_POOLED_MORE)),
        ),
        "batchnorm": ((4, 5), (7, 3)),
        "dropout": (((10, 10), {"p": 0.2}), ((3, 4, 5), {"p": 0.7})),
        "softmax": ((50, 10), (3, 4), (1, 3)),
    },
    "deeplearning.ai": {
        **dict.fromkeys(ELEMENTWISE, ((1, 2), *_ROWS)),
        "dense": (((5, 4), (3, 5)), ((4, 3), (4, 4)), ((6, 1), (2, 6))),
        "conv": (
            ((10, 4, 4, 3), (2, 2, 3, 8), {"stride": 2, "pad": 2}),
            ((2, 7, 9, 2), (3, 3, 2, 1), {"stride": 2, "pad": 1}),
            ((3, 5, 6, 1), (2, 2, 1, 4), {"stride": 1, "pad": 1}),
            ((2, 6, 5, 3), (3, 3, 3, 4), {"stride": 1, "pad": 0}),
            ((3, 4, 6, 2), (1, 1, 2, 3), {"stride": 1, "pad": 0}),
            ((7, 4, 3, 2), (2, 2, 2, 3), {"stride": 1, "pad": 0}),
        ),
        **dict.fromkeys(
            POOLS,
            tuple((shape, {"f": f, "stride": stride}) for shape, f, stride in (
                ((5, 5, 3, 2), 2, 1), ((2, 7, 9, 3), 3, 2), ((2, 6, 8, 2), 2, 2), ((2, 5, 8, 2), 2, 3), ((7, 6, 4, 1), 2, 2),
            )),
        ),
    },
}  # fmt: skip
"""Default cases by course and kind, in the user's format: a shape of x, or the shapes of the cached arrays and the
settings."""


def make_cases(course: CS231n, like: str, kind: str, user_cases: Iterable[Any] | None = None) -> list[Case]:
    """Return cases for the given or default shapes, with arrays from fixed seeds. Raise Problem if a shape is
    invalid."""
    shapes = DEFAULT[like].get(kind, DEFAULT["cs231n"][kind]) if user_cases is None else user_cases
    return [_make_case(course, kind, shape, np.random.default_rng(seed)) for seed, shape in enumerate(shapes)]


def _make_case(course: CS231n, kind: str, user_case: Any, rng: np.random.Generator) -> Case:
    try:
        parts = [user_case] if _is_shape(user_case) else list(user_case)
        shapes = [tuple(int(n) for n in part) for part in parts if _is_shape(part)]
        settings = course.case_settings(kind, {name: value for part in parts if isinstance(part, Mapping) for name, value in part.items()})
        if not shapes or not all(_is_shape(part) or isinstance(part, Mapping) for part in parts):
            raise Problem("judge.case", case=repr(user_case)[:80])
    except TypeError:
        raise Problem("judge.case", case=repr(user_case)[:80]) from None
    x = course.shape(kind, "x", shapes[0])
    if kind == "softmax":
        return Case(kind, {"x": rng.normal(size=x), "y": rng.integers(x[1], size=x[0])})
    arrays = _parameters(course, kind, x, shapes[1:], rng)
    output = _output(kind, x, arrays, settings)
    x_values = draw_distinct(x, rng) if kind in POOLS else draw(x, rng, kind)
    if kind == "dropout":
        p = float(str(settings["p"]))
        arrays["mask"] = (rng.random(x) < p) / p
    return Case(kind, {"x": x_values, **arrays, "dout": draw(output, rng, "dout")}, settings)


def _is_shape(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(n, int | np.integer) and n > 0 for n in value)


def _parameters(course: CS231n, kind: str, x: Shape, shapes: Sequence[Shape], rng: np.random.Generator) -> dict[str, np.ndarray]:
    if kind == "batchnorm":
        return {"gamma": rng.normal(1.5, 0.5, x[1]), "beta": rng.normal(size=x[1])}
    if kind not in ("dense", "conv"):
        return {}
    units = math.prod(x[1:])
    default_shape = (2, x[1], 3, 3) if kind == "conv" else (units, 5)
    w = course.shape(kind, "w", shapes[0]) if shapes else default_shape
    if len(w) != len(default_shape) or (w[1] != x[1] if kind == "conv" else w[0] != units):
        raise Problem("judge.case", case=str((x, *shapes)))
    return {"w": rng.normal(size=w), "b": rng.normal(size=w[0] if kind == "conv" else w[1])}


def _output(kind: str, x: Shape, arrays: Mapping[str, np.ndarray], settings: Mapping[str, Any]) -> Shape:
    if kind == "dense":
        return (x[0], arrays["w"].shape[1])
    if kind not in ("conv", *POOLS):
        return x
    if len(x) != 4:
        raise Problem("judge.case", case=str(x))
    window, pad = (arrays["w"].shape[2:], settings["pad"]) if kind == "conv" else ((settings["k"], settings["across"]), 0)
    channels = len(arrays["w"]) if kind == "conv" else x[1]
    return (x[0], channels, *(output_size(n, k, settings["stride"], pad) for n, k in zip(x[2:], window, strict=True)))


LEAST = 0.05
"""Minimum absolute value of a random number. Inputs of activations may be smaller, to detect gates with a slightly
wrong threshold."""


def away_from_zero(numbers: np.ndarray, offset: float = LEAST) -> np.ndarray:
    """Return the numbers with the same signs, moved away from 0 by `offset`.

    >>> away_from_zero(np.array([0.5, -0.25])).tolist()
    [0.55, -0.3]
    """
    return numbers + np.copysign(offset, numbers)


def draw(shape: Shape, rng: np.random.Generator, kind: str) -> np.ndarray:
    """Return random numbers of both signs, none near 0. Inputs of activations may be nearer."""
    return away_from_zero(rng.normal(size=shape), 0.001 if kind in ELEMENTWISE else LEAST)


def draw_distinct(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Return numbers in -1 … 1 in random order, all different in absolute value."""
    n = math.prod(shape)
    return (rng.permutation(n).reshape(shape) + 0.25) * (2 / n) - 1
