"""Mistakes that only the diagnosis of submitted gradients uses; the page does not offer them."""

from collections.abc import Callable
from functools import partial

import numpy as np

from cnnviz.core.mistakes.mistake_model import any_layer
from cnnviz.core.mistakes.places import has_slope_line
from cnnviz.core.mistakes.registry import mistake
from cnnviz.core.network.layers._normalization import EPS, Axes, gain_dg
from cnnviz.core.network.layers.batch_norm import BatchNorm
from cnnviz.core.network.layers.conv import Conv, weigh_df, weigh_dx, windows
from cnnviz.core.network.layers.dense import Dense, connect_dx
from cnnviz.core.network.layers.group_norm import GroupNorm, grouped
from cnnviz.core.network.layers.leaky_relu import LeakyRelu
from cnnviz.core.network.layers.relu import Relu
from cnnviz.core.network.sliding import Padding, pad_widths

Array = np.ndarray

# ---- slopes of rectifiers

LEAKS = (0.01, 0.05, 0.1, 0.2, 0.3)
"""Negative slopes that libraries and courses use for leaky ReLU."""


def _leak(dy: Array, x: Array, leak: float) -> Array:
    return np.where(x > 0, dy, leak * dy)


for _leak_of in LEAKS:
    _leaks = (f"{{dx}} = {{dy}} * np.where({{x}} > 0, 1, {_leak_of})", "{dx} = {dy} * ({x} > 0)")
    mistake("leak_for_relu", Relu, "dx", has_slope_line, *_leaks, variant=str(_leak_of))(partial(_leak, leak=_leak_of))


@mistake("leak_for_relu", Relu, "dx", has_slope_line, "{dx} = np.where({x} > 0, {dy}, 0.01)", "{dx} = np.where({x} > 0, {dy}, 0)", variant="assigned")
def leak_assigned(dy: Array, x: Array) -> Array:
    return np.where(x > 0, dy, 0.01)


@mistake("relu_for_leak", LeakyRelu, "dx", has_slope_line, "{dx} = {dy} * ({x} > 0)", "{dx} = {dy} * np.where({x} > 0, 1, {slope})", variant="")
def relu_for_leak(dy: Array, x: Array) -> Array:
    return dy * (x > 0)


# ---- normalizations

_SIGMA = "sqrt({var} + eps)"


@mistake("sigma_squared", BatchNorm, "dx", any_layer, "{dx} = normalise_dx({dy}) / ({var} + eps)", "{dx} = normalise_dx({dy}) / sqrt({var} + eps)", variant="dx")
def sigma_squared(exact: Array, var: Array, axes: Axes) -> Array:
    return exact / np.sqrt(np.expand_dims(var, axes) + EPS)


@mistake("sigma_forgotten", BatchNorm, "dx", any_layer, "{dx} = normalise_dx({dy})", "{dx} = normalise_dx({dy}) / sqrt({var} + eps)", variant="dx")
def sigma_forgotten(exact: Array, var: Array, axes: Axes) -> Array:
    return exact * np.sqrt(np.expand_dims(var, axes) + EPS)


@mistake("sigma_squared", GroupNorm, "dx", any_layer, "{dx} = normalise_dx({dy}) / ({var} + eps)", "{dx} = normalise_dx({dy}) / sqrt({var} + eps)", variant="dx")
def group_sigma_squared(exact: Array, var: Array, groups: int, image_axes: int) -> Array:
    return _times_sigma(exact, var, groups, image_axes, -1)


@mistake("sigma_forgotten", GroupNorm, "dx", any_layer, "{dx} = normalise_dx({dy})", "{dx} = normalise_dx({dy}) / sqrt({var} + eps)", variant="dx")
def group_sigma_forgotten(exact: Array, var: Array, groups: int, image_axes: int) -> Array:
    return _times_sigma(exact, var, groups, image_axes, 1)


def _times_sigma(array: Array, var: Array, groups: int, image_axes: int, power: int) -> Array:
    """Multiply an array by a power of its group's σ."""
    product: Array = grouped(array, groups, image_axes) * np.sqrt(var[..., None] + EPS) ** power
    return product.reshape(array.shape)


_GAIN = "{dg} = ({dy} * ({x} - {mean}) / sqrt({var} + eps)).sum(axes)"
_GAIN_SQUARED, _GAIN_FORGOTTEN = _GAIN.replace(_SIGMA, "({var} + eps)"), _GAIN.replace(f" / {_SIGMA}", "")


@mistake("sigma_squared", BatchNorm, "dg", any_layer, _GAIN_SQUARED, _GAIN, variant="dg")
def gain_sigma_squared(exact: Array, var: Array) -> Array:
    return exact / np.sqrt(var + EPS)


@mistake("sigma_forgotten", BatchNorm, "dg", any_layer, _GAIN_FORGOTTEN, _GAIN, variant="dg")
def gain_sigma_forgotten(exact: Array, var: Array) -> Array:
    return exact * np.sqrt(var + EPS)


@mistake("sigma_squared", GroupNorm, "dg", any_layer, _GAIN_SQUARED, _GAIN, variant="dg")
def group_gain_sigma_squared(dy: Array, hat: Array, var: Array, groups: int, image_axes: int) -> Array:
    return gain_dg(dy, _times_sigma(hat, var, groups, image_axes, -1), image_axes)


@mistake("sigma_forgotten", GroupNorm, "dg", any_layer, _GAIN_FORGOTTEN, _GAIN, variant="dg")
def group_gain_sigma_forgotten(dy: Array, hat: Array, var: Array, groups: int, image_axes: int) -> Array:
    return gain_dg(dy, _times_sigma(hat, var, groups, image_axes, 1), image_axes)


@mistake("gain_of_output", (BatchNorm, GroupNorm), "dg", any_layer, "{dg} = ({dy} * {y}).sum(axes)", "{dg} = ({dy} * {hat}).sum(axes)", variant="")
def gain_of_output(dy: Array, y: Array, image_axes: int) -> Array:
    return gain_dg(dy, y, image_axes)


# ---- reshape instead of transpose


@mistake("reshaped_for_transposed", Dense, "dx", any_layer, "{dx} = {dy} @ {w}.reshape(N, D)", "{dx} = {dy} @ {w}.T", variant="dx")
def dense_reshaped(dy: Array, w: Array) -> Array:
    return connect_dx(dy, w.reshape(w.shape[::-1]).T)


@mistake("reshaped_for_transposed", Dense, "dw", any_layer, "{dw} = np.outer({dy}, {x}).reshape(D, N)", "{dw} = np.outer({dy}, {x}).T", variant="dw")
def dense_gradient_reshaped(exact: Array) -> Array:
    return exact.T.reshape(exact.shape)


_CONV_RESHAPED = ("{dx} = conv2d(pad({dy}), {f}.reshape(C, M, {k}, {k})[..., ::-1, ::-1])", "{dx} = conv2d(pad({dy}), {f}.swapaxes(0, 1)[..., ::-1, ::-1])")


@mistake("reshaped_for_transposed", Conv, "dx", any_layer, *_CONV_RESHAPED, variant="dx")
def conv_reshaped(dy: Array, f: Array, size: tuple[int, int], stride: int, padding: Padding, dilation: int = 1) -> Array:
    m, c, *kernel = f.shape
    return weigh_dx(dy, f.reshape(c, m, *kernel).swapaxes(0, 1), size=size, stride=stride, padding=padding, dilation=dilation)


_CONV_GRADIENT = ("{df} = channels_first.reshape(M, C, {k}, {k})", "{df} = channels_first.swapaxes(0, 1)")


@mistake("reshaped_for_transposed", Conv, "df", any_layer, *_CONV_GRADIENT, variant="df")
def conv_gradient_reshaped(exact: Array) -> Array:
    return exact.swapaxes(0, 1).reshape(exact.shape)


# ---- windows shifted by one position

OFF_BY_ONE = tuple((rows, columns) for rows in (-1, 0, 1) for columns in (-1, 0, 1) if rows or columns)
"""Shifts of a window in rows and columns."""


def shift_maps(a: Array, rows: int, columns: int, round_about: bool = False) -> Array:
    """Return maps shifted up and to the left. With `round_about` they wrap around; otherwise they are filled with
    zeros."""
    result = np.roll(a, (-rows, -columns), (-2, -1))
    if not round_about:
        for axis, offset in ((-2, rows), (-1, columns)):
            if offset:
                np.moveaxis(result, axis, 0)[-1 if offset > 0 else 0] = 0
    return result


def _padded(x: Array, widths: tuple[int, int]) -> Array:
    return np.pad(x, [(0, 0)] * (x.ndim - 2) + [widths] * 2)


def _shifted_df(rows: int, columns: int, round_about: bool) -> Callable[..., Array]:
    def compute(x: Array, dy: Array, f: Array, k: int, stride: int, padding: Padding, dilation: int = 1) -> Array:
        image = shift_maps(_padded(x, pad_widths(dilation * (k - 1) + 1, padding)), rows, columns, round_about)
        return weigh_df(windows(image, k, stride, 0, dilation), dy, f)

    return compute


def _shifted_dx(rows: int, columns: int) -> Callable[..., Array]:
    def compute(dy: Array, f: Array, size: tuple[int, int], k: int, stride: int, padding: Padding, dilation: int = 1) -> Array:
        before, after = pad_widths(dilation * (k - 1) + 1, padding)
        (height, width), zeros = size, before + after
        padded_dx = weigh_dx(dy, f, size=(height + zeros, width + zeros), stride=stride, dilation=dilation)
        shares = shift_maps(padded_dx, -rows, -columns)
        return shares[..., before : before + height, before : before + width]

    return compute


def _shifted_indices(rows: int, columns: int) -> str:
    """Return the indices of a shifted window as code: "i + 1, j"."""
    return ", ".join(f"{name}{offset:+d}".replace("+", " + ").replace("-", " - ") if offset else name for name, offset in (("i", rows), ("j", columns)))


for _rows, _columns in OFF_BY_ONE:
    _place, _off = _shifted_indices(_rows, _columns), f"{_rows} {_columns}"
    _wrong_df, _right_df = f"{{df}} += windows({{x}})[{_place}] * {{dy}}[i, j]", "{df} += windows({x})[i, j] * {dy}[i, j]"
    for _round_about in (False, True):
        mistake("window_shifted", Conv, "df", any_layer, _wrong_df, _right_df, variant=f"df {_off} {_round_about}")(_shifted_df(_rows, _columns, _round_about))
    _wrong_dx, _right_dx = f"windows({{dx}})[{_place}] += {{dy}}[i, j] * {{f}}", "windows({dx})[i, j] += {dy}[i, j] * {f}"
    mistake("window_shifted", Conv, "dx", any_layer, _wrong_dx, _right_dx, variant=f"dx {_off}")(_shifted_dx(_rows, _columns))
