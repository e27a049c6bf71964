"""Mistakes in the backward pass of max and average pooling."""

from collections.abc import Callable

import numpy as np

from cnnviz.judge.case import POOLS, Array, Case
from cnnviz.judge.mistakes.table import CaseValues, add_entry, add_replacement, line, mistake, result_with

_POOLED = "{dx}[n, c, i*s:i*s+k, j*s:j*s+k]"
_MAX, _AVERAGE = f"{_POOLED} += mask * {{dout}}[n, c, i, j]", f"{_POOLED} += {{dout}}[n, c, i, j] / k**2"
_MASK = "mask = window == window.max()"

Share = Callable[[Array, Array], Array]
"""Function from a window and its ∂out to the window's contribution to ∂x."""


def _add_spread(name: str, kind: str, wrong: str, right: str, share: Share, taken: Callable[[CaseValues], CaseValues] = lambda values: {}) -> None:
    """Add a mistake whose ∂x sums the `share` of each window. `taken` overrides settings. The mistake is impossible if
    a window then exceeds x."""

    def make(values: CaseValues) -> Array | None:
        values = {**values, **taken(values)}
        x, dout, k, across, stride = (values[name] for name in ("x", "dout", "k", "across", "stride"))
        rows, columns = dout.shape[-2:]
        if (rows - 1) * stride + k > x.shape[-2] or (columns - 1) * stride + across > x.shape[-1]:
            return None
        dx = np.zeros(x.shape)
        for i, j in np.ndindex(rows, columns):
            window_index = (..., slice(i * stride, i * stride + k), slice(j * stride, j * stride + across))
            dx[window_index] += share(x[window_index], dout[..., i, j, None, None])
        return dx

    add_entry(name, kind, "dx", wrong, make, wrong, right)


def _mask(window: Array) -> Array:
    return window == window.max(axis=(-1, -2), keepdims=True)


def _to_largest(window: Array, d: Array) -> Array:
    return d * _mask(window)


def _to_all(window: Array, d: Array) -> Array:
    return d / (window.shape[-1] * window.shape[-2]) * np.ones_like(window)


def _stride(stride: Callable[[CaseValues], int]) -> Callable[[CaseValues], CaseValues]:
    return lambda values: {"stride": stride(values)}


_add_spread("stride_forgotten", "max", "{dx}[n, c, i:i+k, j:j+k] += mask * {dout}[n, c, i, j]", _MAX, _to_largest, _stride(lambda values: 1))
_add_spread("stride_forgotten", "avg", "{dx}[n, c, i:i+k, j:j+k] += {dout}[n, c, i, j] / k**2", _AVERAGE, _to_all, _stride(lambda values: 1))
_add_spread("window_for_stride", "max", "{dx}[n, c, i*k:i*k+k, j*k:j*k+k] += mask * {dout}[n, c, i, j]", _MAX, _to_largest, _stride(lambda values: values["k"]))
_add_spread("window_for_stride", "avg", "{dx}[n, c, i*k:i*k+k, j*k:j*k+k] += {dout}[n, c, i, j] / k**2", _AVERAGE, _to_all, _stride(lambda values: values["k"]))


def _add_square(name: str, kind: str, wrong: str, right: str, side: str, cells: Callable[[CaseValues], int]) -> None:
    """Add a mistake whose windows use one side's length for both sides, clipped at the edge of x."""

    def make(values: CaseValues) -> Array:
        x, dout, k, stride = values["x"], values["dout"], values[side], values["stride"]
        dx = np.zeros(x.shape)
        for i, j in np.ndindex(dout.shape[-2:]):
            window_index = (..., slice(i * stride, i * stride + k), slice(j * stride, j * stride + k))
            share = _mask(x[window_index]) if kind == "max" else 1 / cells(values)
            dx[window_index] += dout[..., i, j, None, None] * share
        return dx

    add_entry(name, kind, "dx", wrong, make, wrong, right)


def _square_windows(side: str) -> Callable[[CaseValues], int]:
    return lambda values: int(values[side]) ** 2


_BOTH = "window = {x}[n, c, i*s:i*s+pool_height, j*s:j*s+pool_width]"
_SHARED = "{dx}[n, c, i*s:i*s+pool_height, j*s:j*s+pool_width] += {dout}[n, c, i, j] / (pool_height * pool_width)"
for _side, _is in (("pool_height", "k"), ("pool_width", "across")):
    _add_square("one_side_for_both", "max", _BOTH.replace("pool_height", _side).replace("pool_width", _side), _BOTH, _is, lambda values: 1)
    _add_square("one_side_for_both", "avg", _SHARED.replace("pool_height", _side).replace("pool_width", _side), _SHARED, _is, _square_windows(_is))
    _sides, _count = _SHARED.split(" / ")
    _add_square(
        "one_side_for_both", "avg", f"{_sides.replace('pool_height', _side).replace('pool_width', _side)} / {_count}", _SHARED, _is,
        lambda values: values["k"] * values["across"],
    )  # fmt: skip


@mistake("overlap_assigned", "max", "dx", f"{_POOLED} = mask * {{dout}}[n, c, i, j]", _MAX)
def max_window_assigned(x: Array, dout: Array, k: int, across: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[-2:]):
        window_index = (..., slice(i * stride, i * stride + k), slice(j * stride, j * stride + across))
        dx[window_index] = dout[..., i, j, None, None] * _mask(x[window_index])
    return dx


def _add_winner(name: str, wrong: str, right: str, place: Callable[[int, int, int, int], tuple[int, int]], moves: bool = True, adds: bool = True) -> None:
    """Add a mistake that adds a window's gradient at a wrong `place`, a function of the winner's flat index, the
    window's sides and the number of columns of x.

    The place is relative to the window's corner if it `moves` with the window. With `adds`, gradients at the same place are added.
    The mistake is impossible if a place is outside of x.
    """

    def make(values: CaseValues) -> Array | None:
        x, dout, k, across, stride = (values[name] for name in ("x", "dout", "k", "across", "stride"))
        dx = np.zeros(x.shape)
        for n, c, i, j in np.ndindex(dout.shape):
            window = x[n, c, i * stride : i * stride + k, j * stride : j * stride + across]
            u, v = place(int(window.argmax()), k, across, x.shape[-1])
            u, v = (i * stride + u, j * stride + v) if moves else (u, v)
            if u >= x.shape[-2] or v >= x.shape[-1]:
                return None
            dx[n, c, u, v] = dout[n, c, i, j] + (dx[n, c, u, v] if adds else 0)
        return dx

    add_entry(name, "max", "dx", wrong, make, wrong, right)


_PLACE = "{dx}[n, c, i*s+u, j*s+v] += {dout}[n, c, i, j]"
_add_winner("place_transposed", "u, v = argmax % k, argmax // k", "u, v = argmax // k, argmax % k", lambda a, k, across, columns: (a % across, a // across))
_add_winner(
    "divided_by_other_side", "u, v = argmax // pool_height, argmax % pool_height", "u, v = argmax // pool_width, argmax % pool_width",
    lambda a, k, across, columns: (a // k, a % k),
)  # fmt: skip
_add_winner(
    "divided_by_other_side", "u, v = argmax // pool_height, argmax % pool_width", "u, v = argmax // pool_width, argmax % pool_width",
    lambda a, k, across, columns: (a // k, a % across),
)  # fmt: skip
_add_winner(
    "divided_by_other_side", "u, v = argmax // pool_width, argmax % pool_height", "u, v = argmax // pool_width, argmax % pool_width",
    lambda a, k, across, columns: (a // across, a % k),
)  # fmt: skip
_add_winner(
    "divided_by_other_side", "u, v = (argmax - argmax % pool_width) // pool_height, argmax % pool_width", "u, v = argmax // pool_width, argmax % pool_width",
    lambda a, k, across, columns: ((a - a % across) // k, a % across),
)  # fmt: skip
for _adds, _sign in ((True, "+="), (False, "=")):
    _add_winner("place_of_window", f"{{dx}}[n, c, u, v] {_sign} {{dout}}[n, c, i, j]", _PLACE, lambda a, k, across, columns: divmod(a, across), False, _adds)
    _add_winner(
        "place_of_window", f"{{dx}}[n, c].flat[argmax] {_sign} {{dout}}[n, c, i, j]", _PLACE, lambda a, k, across, columns: divmod(a, columns), False, _adds,
    )  # fmt: skip
_add_spread("smallest_for_largest", "max", "mask = window == window.min()", _MASK, lambda window, d: d * _mask(-window))
_add_spread("shared_equally", "max", _AVERAGE, _MAX, _to_all)
_add_spread("value_for_gradient", "max", f"{_POOLED} += mask * window.max()", _MAX, lambda window, d: _mask(window) * window)
_add_spread("mask_alone", "max", f"{_POOLED} += mask", _MAX, lambda window, d: _mask(window))
add_replacement(
    "first_channels_mask", "max", "dx", "mask = window of channel 0 == its largest", "mask = window of channel c == its largest",
    x="np.broadcast_to(x[:, :1], x.shape)",
)  # fmt: skip
line("side_for_cells", "avg", "dx", f"{_POOLED} += {{dout}}[n, c, i, j] / k", _AVERAGE, made="exact * across")
line("stride_for_window", "avg", "dx", f"{_POOLED} += {{dout}}[n, c, i, j] / s**2", _AVERAGE, made="exact * k * across / stride**2")
line(
    "outputs_for_window", "avg", "dx", f"{_POOLED} += {{dout}}[n, c, i, j] / (H_out * W_out)", _AVERAGE,
    made="exact * k * across / (dout.shape[-2] * dout.shape[-1])",
)  # fmt: skip
_add_spread("largest_alone", "avg", _MAX, _AVERAGE, _to_largest)
add_replacement(
    "loop_stops_early", POOLS, "dx", "for i in range(H_out - 1): for j in range(W_out - 1):", "for i in range(H_out): for j in range(W_out):",
    dout="np.pad(dout[..., :-1, :-1], ((0, 0), (0, 0), (0, 1), (0, 1)))",
)  # fmt: skip
_add_spread("value_too", "max", f"{_POOLED} += mask * window * {{dout}}[n, c, i, j]", _MAX, lambda window, d: d * _mask(window) * window)
_add_spread("value_too", "avg", f"{_POOLED} += window * {{dout}}[n, c, i, j] / k**2", _AVERAGE, lambda window, d: _to_all(window, d) * window)
_add_spread("largest_by_size", "max", "mask = abs(window) == abs(window).max()", _MASK, lambda window, d: d * _mask(np.abs(window)))
_add_spread(
    "largest_of_channels", "max", "mask = window == {x}[n, :, i*s:i*s+k, j*s:j*s+k].max()", _MASK,
    lambda window, d: d * (window == window.max(axis=(-1, -2, -3), keepdims=True)),
)  # fmt: skip
add_replacement("first_place_always", POOLS, "dx", "{dout}[n, c, 0, 0]", "{dout}[n, c, i, j]", dout="np.broadcast_to(dout[..., :1, :1], dout.shape)")


@mistake("sides_divided", POOLS, "dx", "H_out, W_out = H // pool_height, W // pool_width", "H_out, W_out = 1 + (H - pool_height) // s, 1 + (W - pool_width) // s")
def sides_divided(case: Case, x: Array, dout: Array, k: int, across: int) -> Array | None:
    rows, columns = x.shape[-2] // k, x.shape[-1] // across
    return _dx_of_first_positions(case, dout, rows, columns)


def _dx_of_first_positions(case: Case, dout: Array, rows: int, columns: int) -> Array | None:
    """Return ∂x of the first positions only, or None if there are fewer, since the code would read past the end."""
    if rows > dout.shape[-2] or columns > dout.shape[-1]:
        return None
    visited_dout = np.zeros_like(dout)
    visited_dout[..., :rows, :columns] = dout[..., :rows, :columns]
    return result_with(case, dout=visited_dout).gradients["dx"]
