"""Predictions of arrays from others, with exactly the bits of predictors.js. A file stores only the differences from
them.

The core adds in a faster order, which changes only the last bits. Differences are therefore zero or a few units in the
last place, which compress well without loss. An array without a predictor is stored in full.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Any

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op
from cnnviz.core.network.sliding import pad_widths
from cnnviz.core.setup.setup import Setup

Predictor = tuple[str, list[str], list[float]]
"""Name of a rule in RULES, the arrays that it takes ("<w" is w of the previous response), and its numeric arguments."""

BEFORE = "<"


def predictors(setup: Setup) -> dict[str, Predictor]:
    """Return the predictors of the arrays of the page Step, by name. A response may lack some of them.

    >>> predictors(Setup())["z1"], predictors(Setup())["w_next"]
    (('conv', ['x', 'f'], [1, 1, 0]), ('step', ['w', 'dw'], [0.01]))
    """
    program = setup.network.program(setup.x_shape)
    result: dict[str, Predictor] = {}
    for line in (*program.forward_lines, *program.backward_lines):
        if predictor := _predictor_of(program, line, result):
            result[line.target] = predictor
    for name in program.parameters if setup.opt == "gd" else ():
        result[f"{name}_next"] = ("step", [name, f"d{name}"], [setup.lr])
        result[name] = ("step", [BEFORE + name, f"{BEFORE}d{name}"], [setup.lr])
    return result


def _predictor_of(program: Program, line: Op, predictors_so_far: Mapping[str, Predictor]) -> Predictor | None:
    layer: Any = None if line.layer is None else program.network.layers[line.layer]
    sources = [source.removesuffix(".windows") for source in line.sources]
    name = line.function.__name__
    if name == "unflatten":
        return predictors_so_far.get(sources[0])
    if name in ("weigh", "weigh_dx", "weigh_df"):
        if sources[0] == line.target or name == "weigh_df":  # the windows are those of the layer's input
            windows = next(op for op in program.forward_lines if op.target == line.sources[0])
            sources[0] = windows.sources[0]
        numbers = [layer.stride, layer.dilation, pad_widths(layer.dilation * (layer.k - 1) + 1, layer.padding)[0]]
        kind = {"weigh": "conv", "weigh_dx": "conv_dx", "weigh_df": "conv_df"}[name]
        return kind, sources[: 3 if name == "weigh" and layer.bias else 2], numbers
    if name in ("average_pool", "max_pool", "average_pool_dx", "max_pool_dx"):
        return name, sources[: 3 if name == "max_pool_dx" else 1], [layer.k, layer.stride]
    if name in ("sigmoid", "tanh", "sigmoid_dx", "tanh_dx", "connect_dx"):
        return name, sources, []
    return None


def predict(predictor: Predictor, shape: tuple[int, ...], get: Callable[[str], np.ndarray | None]) -> np.ndarray | None:
    """Return the prediction of an array of `shape`, with 0 for NaN and infinity. Return None if a source is missing
    or not finite."""
    rule, sources, numbers = predictor
    arrays = [get(source) for source in sources]
    if not all(map(is_usable, arrays)):
        return None
    with np.errstate(all="ignore"):
        values = RULES[rule](shape, *arrays, *numbers)
    return np.where(np.isfinite(values), values, 0.0).reshape(shape)


def is_usable(array: np.ndarray | None) -> bool:
    """Return whether an array can be used in a prediction. With infinities, the order of additions would matter."""
    return array is not None and array.dtype == np.float64 and bool(np.isfinite(array).all())


# ---- rules: sums in the order of a plain loop, from operations with the same rounding on all computers


def step(_: tuple[int, ...], theta: np.ndarray, gradient: np.ndarray, rate: float) -> np.ndarray:
    return theta.ravel() - rate * gradient.ravel()


def _maps(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, *array.shape[-2:])


def _taps(k: int, stride: int, step: int, rows: int, columns: int) -> Iterator[tuple[int, int, tuple[slice, slice, slice]]]:
    """Yield the indices of each cell of a window, and the slices that it covers at all positions."""
    for u in range(k):
        for v in range(k):
            under = [slice(offset * step, offset * step + stride * (n - 1) + 1, stride) for offset, n in ((u, rows), (v, columns))]
            yield u, v, (slice(None), under[0], under[1])


def _padded_zeros(shape: tuple[int, ...], k: int, stride: int, dilation: int, before: int, output_shape: tuple[int, ...]) -> np.ndarray:
    """Return zeros for maps (C,H,W), padded so that all windows fit."""
    ends = [max(n + before, dilation * (k - 1) + stride * (count - 1) + 1) for n, count in zip(shape[-2:], output_shape[-2:], strict=True)]
    return np.zeros((math.prod(shape[:-2]), *ends))


def _pad(x: np.ndarray, k: int, stride: int, dilation: int, before: int, output_shape: tuple[int, ...]) -> np.ndarray:
    padded = _padded_zeros(x.shape, k, stride, dilation, before, output_shape)
    padded[:, before : before + x.shape[-2], before : before + x.shape[-1]] = _maps(x)
    return padded


def conv(shape: tuple[int, ...], x: np.ndarray, f: np.ndarray, *more: Any) -> np.ndarray:
    """Return z, summed by channel and by row of the kernel, then + b."""
    *bias, stride, dilation, before = more
    k = f.shape[-1]
    padded = _pad(x, k, stride, dilation, before, shape)
    f = f.reshape(-1, len(padded), k, k)
    total = np.zeros((len(f), *shape[-2:]))
    for c in range(len(padded)):
        for u, v, window in _taps(k, stride, dilation, *shape[-2:]):
            total += f[:, c, u, v][:, None, None] * padded[c][window[1:]]
    return total + bias[0][:, None, None] if bias else total


def conv_dx(shape: tuple[int, ...], dz: np.ndarray, f: np.ndarray, stride: int, dilation: int, before: int) -> np.ndarray:
    k, dz = f.shape[-1], _maps(dz)
    padded = _padded_zeros(shape, k, stride, dilation, before, dz.shape)
    f = f.reshape(len(dz), -1, k, k)
    for m in range(len(dz)):
        for u, v, window in _taps(k, stride, dilation, *dz.shape[-2:]):
            padded[window] += f[m, :, u, v][:, None, None] * dz[m]
    return padded[:, before : before + shape[-2], before : before + shape[-1]]


def conv_df(shape: tuple[int, ...], x: np.ndarray, dz: np.ndarray, stride: int, dilation: int, window: int) -> np.ndarray:
    k, dz = shape[-1], _maps(dz)
    padded = _pad(x, k, stride, dilation, window, dz.shape)
    total = np.zeros((len(dz), len(padded), k, k))
    for c in range(len(padded)):
        for u, v, under in _taps(k, stride, dilation, *dz.shape[-2:]):
            products = (dz * padded[c][under[1:]]).reshape(len(dz), -1)
            total[:, c, u, v] = np.add.accumulate(products, axis=1)[:, -1] + 0.0  # sequential sum
    return total


def connect_dx(_: tuple[int, ...], dz: np.ndarray, w: np.ndarray) -> np.ndarray:
    total = np.zeros(len(w))
    for j, gradient in enumerate(dz.ravel()):
        total += w[:, j] * gradient
    return total


def average_pool(shape: tuple[int, ...], a: np.ndarray, k: int, stride: int) -> np.ndarray:
    total = np.zeros((len(_maps(a)), *shape[-2:]))
    for _, _, window in _taps(k, stride, 1, *shape[-2:]):
        total += _maps(a)[window]
    return total / (k * k)


def average_pool_dx(shape: tuple[int, ...], dp: np.ndarray, k: int, stride: int) -> np.ndarray:
    padded_dx = np.zeros((len(_maps(dp)), *shape[-2:]))
    for _, _, window in _taps(k, stride, 1, *dp.shape[-2:]):
        padded_dx[window] += _maps(dp) / (k * k)
    return padded_dx


def max_pool(shape: tuple[int, ...], a: np.ndarray, k: int, stride: int) -> np.ndarray:
    under_taps = (_maps(a)[under] for _, _, under in _taps(k, stride, 1, *shape[-2:]))
    return reduce(lambda best, other: np.where(other > best, other, best), under_taps)


def max_pool_dx(shape: tuple[int, ...], dp: np.ndarray, a: np.ndarray, p: np.ndarray, k: int, stride: int) -> np.ndarray:
    """The first maximum of a window gets the whole gradient."""
    padded_dx, is_free = np.zeros((len(_maps(dp)), *shape[-2:])), np.ones(_maps(p).shape, bool)
    for _, _, window in _taps(k, stride, 1, *dp.shape[-2:]):
        has = is_free & (_maps(a)[window] == _maps(p))
        padded_dx[window] += np.where(has, _maps(dp), 0.0)
        is_free &= ~has
    return padded_dx


def exp(z: np.ndarray) -> np.ndarray:
    """Return e^z by a power of two and a Taylor series, since the last bits of library functions differ."""
    z = np.clip(z, -700.0, 700.0)
    n = np.floor(z / math.log(2) + 0.5)
    remainder = z - n * math.log(2)
    series = np.ones_like(remainder)
    for term in range(16, 0, -1):
        series = 1.0 + (series * remainder) / term
    power: np.ndarray = np.ldexp(series, n.astype(int))
    return power


def sigmoid(_: tuple[int, ...], z: np.ndarray) -> np.ndarray:
    a: np.ndarray = 1.0 / (1.0 + exp(-z))
    return a


def tanh(_: tuple[int, ...], z: np.ndarray) -> np.ndarray:
    power = exp(2.0 * z)
    return (power - 1.0) / (power + 1.0)


def sigmoid_dx(_: tuple[int, ...], da: np.ndarray, a: np.ndarray) -> np.ndarray:
    dz: np.ndarray = (1.0 - a.ravel()) * a.ravel() * da.ravel()
    return dz


def tanh_dx(_: tuple[int, ...], da: np.ndarray, a: np.ndarray) -> np.ndarray:
    dz: np.ndarray = da.ravel() * (1.0 - a.ravel() * a.ravel())
    return dz


RULES: Mapping[str, Callable[..., np.ndarray]] = {
    rule.__name__: rule
    for rule in (
        step, conv, conv_dx, conv_df, connect_dx, average_pool, average_pool_dx, max_pool, max_pool_dx, sigmoid, tanh, sigmoid_dx, tanh_dx,
    )
}  # fmt: skip
