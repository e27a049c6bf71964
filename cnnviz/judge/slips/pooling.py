"""Slips in the backward pass of max and average pooling."""

from collections.abc import Callable

import numpy as np

from cnnviz.judge.case import POOLS, Array
from cnnviz.judge.slips.table import Found, enter, instead, line, slip

_POOLED = "{dx}[n, c, i*s:i*s+k, j*s:j*s+k]"
_MAX, _AVERAGE = f"{_POOLED} += mask * {{dout}}[n, c, i, j]", f"{_POOLED} += {{dout}}[n, c, i, j] / k**2"
_MASK = "mask = window == window.max()"

Share = Callable[[Array, Array, int], Array]
"""A window's share, by its numbers, its number of ∂out, and how many cells it has."""


def _spread(name: str, kind: str, wrong: str, right: str, share: Share, apart: Callable[[int, int], int] = lambda k, stride: stride) -> None:
    """Enters a ∂x whose windows are so far `apart`, each handed its `share`; where they do not fit it cannot be made."""

    def make(found: Found) -> Array | None:
        x, dout, k, stride = found["x"], found["dout"], found["k"], apart(found["k"], found["stride"])
        rows, columns = dout.shape[-2:]
        if (rows - 1) * stride + k > x.shape[-2] or (columns - 1) * stride + k > x.shape[-1]:
            return None
        dx = np.zeros(x.shape)
        for i, j in np.ndindex(rows, columns):
            at = (..., slice(i * stride, i * stride + k), slice(j * stride, j * stride + k))
            dx[at] += share(x[at], dout[..., i, j, None, None], k**2)
        return dx

    enter(name, kind, "dx", wrong, make, wrong, right)


def _mask(window: Array) -> Array:
    return window == window.max(axis=(-1, -2), keepdims=True)


def _to_largest(window: Array, d: Array, _: int) -> Array:
    return d * _mask(window)


def _to_all(window: Array, d: Array, count: int) -> Array:
    return d / count * np.ones_like(window)


_spread("stride_forgotten", "max", "{dx}[n, c, i:i+k, j:j+k] += mask * {dout}[n, c, i, j]", _MAX, _to_largest, lambda k, stride: 1)
_spread("stride_forgotten", "avg", "{dx}[n, c, i:i+k, j:j+k] += {dout}[n, c, i, j] / k**2", _AVERAGE, _to_all, lambda k, stride: 1)
_spread("window_for_stride", "max", "{dx}[n, c, i*k:i*k+k, j*k:j*k+k] += mask * {dout}[n, c, i, j]", _MAX, _to_largest, lambda k, stride: k)
_spread("window_for_stride", "avg", "{dx}[n, c, i*k:i*k+k, j*k:j*k+k] += {dout}[n, c, i, j] / k**2", _AVERAGE, _to_all, lambda k, stride: k)


@slip("overlap_assigned", "max", "dx", f"{_POOLED} = mask * {{dout}}[n, c, i, j]", _MAX)
def max_window_assigned(x: Array, dout: Array, k: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[-2:]):
        at = (..., slice(i * stride, i * stride + k), slice(j * stride, j * stride + k))
        dx[at] = dout[..., i, j, None, None] * _mask(x[at])
    return dx


_spread("smallest_for_largest", "max", "mask = window == window.min()", _MASK, lambda window, d, _: d * _mask(-window))
_spread("shared_equally", "max", _AVERAGE, _MAX, _to_all)
_spread("value_for_gradient", "max", f"{_POOLED} += mask * window.max()", _MAX, lambda window, d, _: _mask(window) * window)
_spread("mask_alone", "max", f"{_POOLED} += mask", _MAX, lambda window, d, _: _mask(window))
_spread("place_transposed", "max", "u, v = argmax % k, argmax // k", "u, v = argmax // k, argmax % k", lambda window, d, _: d * _mask(window).swapaxes(-1, -2))
instead(
    "first_channels_mask", "max", "dx", "mask = window of channel 0 == its largest", "mask = window of channel c == its largest",
    x="np.broadcast_to(x[:, :1], x.shape)",
)  # fmt: skip
line("side_for_cells", "avg", "dx", f"{_POOLED} += {{dout}}[n, c, i, j] / k", _AVERAGE, made="exact * k")
line("stride_for_window", "avg", "dx", f"{_POOLED} += {{dout}}[n, c, i, j] / s**2", _AVERAGE, made="exact * k**2 / stride**2")
line(
    "outputs_for_window", "avg", "dx", f"{_POOLED} += {{dout}}[n, c, i, j] / (H_out * W_out)", _AVERAGE,
    made="exact * k**2 / (dout.shape[-2] * dout.shape[-1])",
)  # fmt: skip
_spread("largest_alone", "avg", _MAX, _AVERAGE, _to_largest)
instead(
    "loop_stops_early", POOLS, "dx", "for i in range(H_out - 1): for j in range(W_out - 1):", "for i in range(H_out): for j in range(W_out):",
    dout="np.pad(dout[..., :-1, :-1], ((0, 0), (0, 0), (0, 1), (0, 1)))",
)  # fmt: skip
_spread("value_too", "max", f"{_POOLED} += mask * window * {{dout}}[n, c, i, j]", _MAX, lambda window, d, _: d * _mask(window) * window)
_spread("value_too", "avg", f"{_POOLED} += window * {{dout}}[n, c, i, j] / k**2", _AVERAGE, lambda window, d, count: d * window / count)
_spread("largest_by_size", "max", "mask = abs(window) == abs(window).max()", _MASK, lambda window, d, _: d * _mask(np.abs(window)))
_spread(
    "largest_of_channels", "max", "mask = window == {x}[n, :, i*s:i*s+k, j*s:j*s+k].max()", _MASK,
    lambda window, d, _: d * (window == window.max(axis=(-1, -2, -3), keepdims=True)),
)  # fmt: skip
instead("first_place_always", POOLS, "dx", "{dout}[n, c, 0, 0]", "{dout}[n, c, i, j]", dout="np.broadcast_to(dout[..., :1, :1], dout.shape)")
