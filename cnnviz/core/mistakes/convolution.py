"""Mistakes in the gradients of a convolution."""

import numpy as np

from cnnviz.core.mistakes.mistake_model import any_layer
from cnnviz.core.mistakes.places import has_bias, has_overlaps, has_padding, has_several_filters
from cnnviz.core.mistakes.registry import mistake
from cnnviz.core.network.layers.conv import Conv, channel_sums, weigh_df, weigh_dx, windows
from cnnviz.core.network.sliding import Padding, pad_widths, places

Array = np.ndarray


@mistake("overlap_assigned", Conv, "dx", has_overlaps, "{dx}[window] = {dy}[i, j] * {f}", "{dx}[window] += {dy}[i, j] * {f}")
def conv_assigned(dy: Array, f: Array, size: tuple[int, int], stride: int, padding: Padding, dilation: int = 1) -> Array:
    def share(dz: Array, kernels: Array) -> Array:
        return weigh_dx(dz, kernels, size=size, stride=stride, padding=padding, dilation=dilation)

    dx: Array = share(np.zeros_like(dy), f)
    for weight in reversed(range(f.shape[-1] ** 2)):
        selection = (np.arange(f.shape[-1] ** 2) == weight).reshape(f.shape[-2:])
        dx = np.where(share(np.ones_like(dy), selection * np.ones_like(f)), share(dy, selection * f), dx)
    return dx


# Courses usually compute ∂x as a convolution of the zero-padded ∂z with the flipped kernel. Our code scatters ∂z · f
# instead.
_FLIP = ("{dx} = conv2d(pad({dy}), {f})", "{dx} = conv2d(pad({dy}), {f}[..., ::-1, ::-1])")


@mistake("flip_forgotten", Conv, "dx", any_layer, *_FLIP)
def flip_forgotten(dy: Array, f: Array, size: tuple[int, int], stride: int, padding: Padding, dilation: int = 1) -> Array:
    return weigh_dx(dy, f[..., ::-1, ::-1], size=size, stride=stride, padding=padding, dilation=dilation)


_TRANSPOSED = ("{dx}[window] += {dy}[i, j] * {f}.swapaxes(-1, -2)", "{dx}[window] += {dy}[i, j] * {f}")


@mistake("kernel_transposed", Conv, "dx", any_layer, *_TRANSPOSED)
def kernel_transposed(dy: Array, f: Array, size: tuple[int, int], stride: int, padding: Padding, dilation: int = 1) -> Array:
    return weigh_dx(dy, f.swapaxes(-1, -2), size=size, stride=stride, padding=padding, dilation=dilation)


# The channels of z belong to the filters, and ∂x sums over all filters.
_FIRST_ONLY = ("{dx} = weigh_dx({dy}[:1], {f}[:1])", "{dx} = weigh_dx({dy}, {f})")


@mistake("channels_not_summed", Conv, "dx", has_several_filters, *_FIRST_ONLY)
def channels_not_summed(dy: Array, f: Array, size: tuple[int, int], stride: int, padding: Padding, dilation: int = 1) -> Array:
    return weigh_dx(dy[..., :1, :, :], f[:1], size=size, stride=stride, padding=padding, dilation=dilation)


_CORNER = ("{dx} = dxp[..., :H, :W]", "{dx} = dxp[..., before : before + H, before : before + W]")


@mistake("cut_at_corner", Conv, "dx", has_padding, *_CORNER)
def cut_at_corner(dy: Array, f: Array, size: tuple[int, int], k: int, stride: int, padding: Padding, dilation: int = 1) -> Array:
    (height, width), zeros = size, sum(pad_widths(dilation * (k - 1) + 1, padding))
    padded_dx: Array = weigh_dx(dy, f, size=(height + zeros, width + zeros), stride=stride, dilation=dilation)
    return padded_dx[..., :height, :width]


@mistake("kernel_gradient_flipped", Conv, "df")
def kernel_gradient_flipped(exact: Array) -> Array:
    return exact[..., ::-1, ::-1]


@mistake("last_place_only", Conv, "df", any_layer, "{df} = {x}[window] * {dy}[i, j]", "{df} += {x}[window] * {dy}[i, j]")
def last_place_only(x: Array, dy: Array, f: Array, k: int, stride: int, padding: Padding, dilation: int = 1) -> Array:
    last_dy = np.zeros_like(dy)
    # of the last image
    for target, source in zip(last_dy.reshape(-1, *dy.shape[-3:])[-1], dy.reshape(-1, *dy.shape[-3:])[-1], strict=True):
        target[-1, -1] = source[-1, -1]
    return weigh_df(windows(x, k, stride, padding, dilation), last_dy, f)


_UNSPACED_DF = ("{df} = weigh_df(windows({x}, {k}, stride=1), {dy}, {f})", "{df} = weigh_df(windows({x}, {k}, stride={stride}), {dy}, {f})")


@mistake("stride_forgotten", Conv, "df", any_layer, *_UNSPACED_DF)
def unspaced_df(x: Array, dy: Array, f: Array, k: int, padding: Padding, dilation: int = 1) -> Array:
    units = _neighbours(dy, x, k, padding, dilation)
    return weigh_df(windows(x, k, 1, padding, dilation), units, f)


@mistake("stride_forgotten", Conv, "dx", any_layer, "{dx} = weigh_dx({dy}, {f}, stride=1)", "{dx} = weigh_dx({dy}, {f}, stride={stride})")
def unspaced_dx(dy: Array, x: Array, f: Array, k: int, padding: Padding, dilation: int = 1) -> Array:
    units = _neighbours(dy, x, k, padding, dilation)
    return weigh_dx(units, f, size=x.shape[-2:], padding=padding, dilation=dilation)


def _neighbours(dy: Array, x: Array, k: int, padding: Padding, dilation: int) -> Array:
    """Return ∂z padded with zeros to the output size of stride 1."""
    rows, columns, *_ = places(*x.shape[-2:], dilation * (k - 1) + 1, 1, padding)
    units = np.zeros((*dy.shape[:-2], rows, columns), dy.dtype)
    units[..., : dy.shape[-2], : dy.shape[-1]] = dy
    return units


_SHORT_DF = ("{df} = weigh_df(windows({x}, {k})[..., :-1, :-1], {dy}[..., :-1, :-1], {f})", "{df} = weigh_df(windows({x}, {k}), {dy}, {f})")
_SHORT_DX = ("{dx} = weigh_dx({dy}[..., :-1, :-1], {f})", "{dx} = weigh_dx({dy}, {f})")


def _zero_last_edges(dy: Array) -> Array:
    """Return ∂z with zeros in its last row and column."""
    short = np.zeros_like(dy)
    short[..., :-1, :-1] = dy[..., :-1, :-1]
    return short


@mistake("loop_stops_early", Conv, "df", any_layer, *_SHORT_DF)
def short_df(x: Array, dy: Array, f: Array, k: int, stride: int, padding: Padding, dilation: int = 1) -> Array:
    return weigh_df(windows(x, k, stride, padding, dilation), _zero_last_edges(dy), f)


@mistake("loop_stops_early", Conv, "dx", any_layer, *_SHORT_DX)
def short_dx(dy: Array, f: Array, size: tuple[int, int], stride: int, padding: Padding, dilation: int = 1) -> Array:
    return weigh_dx(_zero_last_edges(dy), f, size=size, stride=stride, padding=padding, dilation=dilation)


@mistake("loop_stops_early", Conv, "db", has_bias, "{db} = channel_sums({dy}[..., :-1, :-1])", "{db} = channel_sums({dy})")
def short_db(dy: Array) -> Array:
    return channel_sums(_zero_last_edges(dy))
