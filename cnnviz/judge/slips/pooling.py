"""Slips in the backward pass of max and average pooling."""

from collections.abc import Callable

import numpy as np

from cnnviz.judge.case import POOLS, Array, Case
from cnnviz.judge.slips.table import again, slip

_POOLED = "{dx}[n, c, i*s:i*s+k, j*s:j*s+k]"


def _spread(x: Array, dout: Array, k: int, stride: int, share: Callable[[Array, Array], Array]) -> Array | None:
    """∂x whose windows are `stride` apart, each handed `share`(window, its number of ∂out); None where they do not fit."""
    rows, columns = dout.shape[-2:]
    if (rows - 1) * stride + k > x.shape[-2] or (columns - 1) * stride + k > x.shape[-1]:
        return None
    dx = np.zeros(x.shape)
    for i in range(rows):
        for j in range(columns):
            at = (..., slice(i * stride, i * stride + k), slice(j * stride, j * stride + k))
            dx[at] += share(x[at], dout[..., i, j, None, None])
    return dx


def _to_largest(window: Array, dout: Array) -> Array:
    return dout * (window == window.max(axis=(-1, -2), keepdims=True))


@slip("stride_forgotten", "max", "dx", "{dx}[n, c, i:i+k, j:j+k] += mask * {dout}[n, c, i, j]", f"{_POOLED} += mask * {{dout}}[n, c, i, j]")
def max_unspaced(x: Array, dout: Array, k: int) -> Array | None:
    return _spread(x, dout, k, 1, _to_largest)


@slip("stride_forgotten", "avg", "dx", "{dx}[n, c, i:i+k, j:j+k] += {dout}[n, c, i, j] / k**2", f"{_POOLED} += {{dout}}[n, c, i, j] / k**2")
def average_unspaced(x: Array, dout: Array, k: int) -> Array | None:
    return _spread(x, dout, k, 1, lambda window, d: d / k**2 * np.ones_like(window))


@slip("window_for_stride", "max", "dx", "{dx}[n, c, i*k:i*k+k, j*k:j*k+k] += mask * {dout}[n, c, i, j]", f"{_POOLED} += mask * {{dout}}[n, c, i, j]")
def max_window_for_stride(x: Array, dout: Array, k: int) -> Array | None:
    return _spread(x, dout, k, k, _to_largest)


@slip("window_for_stride", "avg", "dx", "{dx}[n, c, i*k:i*k+k, j*k:j*k+k] += {dout}[n, c, i, j] / k**2", f"{_POOLED} += {{dout}}[n, c, i, j] / k**2")
def average_window_for_stride(x: Array, dout: Array, k: int) -> Array | None:
    return _spread(x, dout, k, k, lambda window, d: d / k**2 * np.ones_like(window))


@slip("overlap_assigned", "max", "dx", f"{_POOLED} = mask * {{dout}}[n, c, i, j]", f"{_POOLED} += mask * {{dout}}[n, c, i, j]")
def max_window_assigned(x: Array, dout: Array, k: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[-2:]):
        at = (..., slice(i * stride, i * stride + k), slice(j * stride, j * stride + k))
        dx[at] = _to_largest(x[at], dout[..., i, j, None, None])
    return dx


@slip("smallest_for_largest", "max", "dx", "mask = window == window.min()", "mask = window == window.max()")
def smallest_for_largest(x: Array, dout: Array, k: int, stride: int) -> Array | None:
    return _spread(x, dout, k, stride, lambda window, d: d * (window == window.min(axis=(-1, -2), keepdims=True)))


@slip("shared_equally", "max", "dx", f"{_POOLED} += {{dout}}[n, c, i, j] / k**2", f"{_POOLED} += mask * {{dout}}[n, c, i, j]")
def shared_equally(x: Array, dout: Array, k: int, stride: int) -> Array | None:
    return _spread(x, dout, k, stride, lambda window, d: d / k**2 * np.ones_like(window))


@slip("value_for_gradient", "max", "dx", f"{_POOLED} += mask * window.max()", f"{_POOLED} += mask * {{dout}}[n, c, i, j]")
def value_for_gradient(x: Array, dout: Array, k: int, stride: int) -> Array | None:
    return _spread(x, dout, k, stride, lambda window, d: _to_largest(window, np.ones_like(d)) * window)


@slip("mask_alone", "max", "dx", f"{_POOLED} += mask", f"{_POOLED} += mask * {{dout}}[n, c, i, j]")
def mask_alone(x: Array, dout: Array, k: int, stride: int) -> Array | None:
    return _spread(x, dout, k, stride, lambda window, d: _to_largest(window, np.ones_like(d)))


@slip("place_transposed", "max", "dx", "u, v = argmax % k, argmax // k", "u, v = argmax // k, argmax % k")
def place_transposed(x: Array, dout: Array, k: int, stride: int) -> Array | None:
    return _spread(x, dout, k, stride, lambda window, d: _to_largest(window, d).swapaxes(-1, -2))


@slip("first_channels_mask", "max", "dx", "mask = window of channel 0 == its largest", "mask = window of channel c == its largest")
def first_channels_mask(x: Array, dout: Array, k: int, stride: int) -> Array | None:
    return _spread(np.broadcast_to(x[:, :1], x.shape), dout, k, stride, _to_largest)


@slip("side_for_cells", "avg", "dx", f"{_POOLED} += {{dout}}[n, c, i, j] / k", f"{_POOLED} += {{dout}}[n, c, i, j] / k**2")
def side_for_cells(exact: Array, k: int) -> Array:
    return exact * k


@slip("stride_for_window", "avg", "dx", f"{_POOLED} += {{dout}}[n, c, i, j] / s**2", f"{_POOLED} += {{dout}}[n, c, i, j] / k**2")
def stride_for_window(exact: Array, k: int, stride: int) -> Array:
    return exact * k**2 / stride**2


@slip("outputs_for_window", "avg", "dx", f"{_POOLED} += {{dout}}[n, c, i, j] / (H_out * W_out)", f"{_POOLED} += {{dout}}[n, c, i, j] / k**2")
def outputs_for_window(exact: Array, dout: Array, k: int) -> Array:
    return exact * k**2 / (dout.shape[-2] * dout.shape[-1])


@slip("largest_alone", "avg", "dx", f"{_POOLED} += mask * {{dout}}[n, c, i, j]", f"{_POOLED} += {{dout}}[n, c, i, j] / k**2")
def largest_alone(x: Array, dout: Array, k: int, stride: int) -> Array | None:
    return _spread(x, dout, k, stride, _to_largest)


_EARLY = "for i in range(H_out - 1): for j in range(W_out - 1):", "for i in range(H_out): for j in range(W_out):"


@slip("loop_stops_early", POOLS, "dx", *_EARLY)
def pool_short(case: Case, dout: Array) -> Array:
    short = np.zeros_like(dout)
    short[..., :-1, :-1] = dout[..., :-1, :-1]
    return again(case, dout=short).gradients["dx"]


@slip("value_too", "max", "dx", f"{_POOLED} += mask * window * {{dout}}[n, c, i, j]", f"{_POOLED} += mask * {{dout}}[n, c, i, j]")
def max_value_too(x: Array, dout: Array, k: int, stride: int) -> Array | None:
    return _spread(x, dout, k, stride, lambda window, d: _to_largest(window, d) * window)


@slip("value_too", "avg", "dx", f"{_POOLED} += window * {{dout}}[n, c, i, j] / k**2", f"{_POOLED} += {{dout}}[n, c, i, j] / k**2")
def average_value_too(x: Array, dout: Array, k: int, stride: int) -> Array | None:
    return _spread(x, dout, k, stride, lambda window, d: d * window / k**2)


@slip("largest_by_size", "max", "dx", "mask = abs(window) == abs(window).max()", "mask = window == window.max()")
def largest_by_size(x: Array, dout: Array, k: int, stride: int) -> Array | None:
    return _spread(x, dout, k, stride, lambda window, d: _to_largest(np.abs(window), d))


@slip("largest_of_channels", "max", "dx", "mask = window == {x}[n, :, i*s:i*s+k, j*s:j*s+k].max()", "mask = window == window.max()")
def largest_of_channels(x: Array, dout: Array, k: int, stride: int) -> Array | None:
    return _spread(x, dout, k, stride, lambda window, d: d * (window == window.max(axis=(-1, -2, -3), keepdims=True)))


@slip("first_place_always", POOLS, "dx", "{dout}[n, c, 0, 0]", "{dout}[n, c, i, j]")
def first_place_always(case: Case, dout: Array) -> Array:
    return again(case, dout=np.broadcast_to(dout[..., :1, :1], dout.shape)).gradients["dx"]
