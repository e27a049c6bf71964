"""Classic mistakes in a backward pass, a few in the forward one, each as small as the slip that it is.

To add one, write one function below under `@_mistake(...)`, which makes a line in place of the right one, and
its words into the catalogue under mistake.<name>. Its arguments are roles and settings of the layer; see `Act`.
The table, the checks and the page follow from it. A name may stand above several functions: one for each kind
of layer, or for each line that it spoils.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from cnnviz.core.architecture import Architecture
from cnnviz.core.layers import LAYERS
from cnnviz.core.layers._activation import Activation
from cnnviz.core.layers._normalisation import EPS, Axes, by_itself, by_mean, by_variance
from cnnviz.core.layers.average_pooling import AveragePooling
from cnnviz.core.layers.batch_norm import SHARE, BatchNorm, affine_dx, normalise_dx
from cnnviz.core.layers.conv import Conv, channel_sums, weigh_df, weigh_dx, windows
from cnnviz.core.layers.dense import Dense, connect_dx
from cnnviz.core.layers.dropout import Dropout, drawn_mask
from cnnviz.core.layers.global_average import GlobalAverage
from cnnviz.core.layers.group_norm import GroupNorm, group_normalise_dx, grouped
from cnnviz.core.layers.identity import Identity
from cnnviz.core.layers.layer import Shape
from cnnviz.core.layers.max_pooling import MaxPooling, first_winners
from cnnviz.core.layers.relu import Relu
from cnnviz.core.layers.sigmoid import Sigmoid, sigmoid
from cnnviz.core.layers.softmax import Softmax
from cnnviz.core.layers.tanh import Tanh, tanh
from cnnviz.core.losses import LOSSES
from cnnviz.core.mistake_model import Act, Kind, Mistake, Placed, add, anywhere
from cnnviz.core.optimizers import Adam, Momentum, Optimizer, State
from cnnviz.core.overrides import Function
from cnnviz.core.sliding import Padding, places, slices
from cnnviz.core.spoiled_stages import stages_hit
from cnnviz.core.values import Params
from cnnviz.words import Problem

Array = np.ndarray

__all__ = ["MISTAKES", "Mistake", "Placed", "mistakes_for", "placed", "stages_hit"]

AGAIN = 1
"""The seed of a mask that is drawn a second time by mistake."""

MISTAKES: dict[str, Mistake] = {}
"""By name, in the order in which they stand below: backward, from the loss to the kernel, then the step."""


def mistakes_for(network: Architecture, optimizer: Optimizer | str = "gd", images: int = 1, training: bool = True) -> list[Placed]:
    """Every mistake that can be made in a network, with so many images, in each of its places; of one mistake the last place comes first.

    >>> from cnnviz.core.network import Network
    >>> [placed.address for placed in mistakes_for(Network.parse("conv1x3-relu-dense2-softmax-ce"))][:3]
    ['sign_flipped@dz2', 'softmax_diagonal@dz2', 'slope_after_merged@dz2']
    """
    return [placed for mistake in MISTAKES.values() for placed in reversed(mistake.places(network, optimizer, images, training))]


def placed(address: str, network: Architecture, optimizer: Optimizer | str = "gd", images: int = 1, training: bool = True) -> Placed:
    """The mistake "name@stage", or by its name alone in the last place where it fits; Problem where there is none.

    >>> from cnnviz.core.network import Network
    >>> net = Network.parse("conv2x3-sigmoid-conv2x3-sigmoid-dense2-sigmoid-mse")
    >>> placed("sigmoid_prime_of_z", net).address, placed("sigmoid_prime_of_z@dz1", net).place
    ('sigmoid_prime_of_z@dz2', 1)
    """
    name, _, stage = address.partition("@")
    if name not in MISTAKES:
        raise Problem("mistake.unknown", name=name, known=tuple(MISTAKES))
    mistake = MISTAKES[name]
    found = mistake.places(network, optimizer, images, training)
    if not found and mistake.several and images < 2:
        raise Problem("mistake.one_image", name=name)
    if not found and mistake.after == training:
        raise Problem("mistake.mode", name=name, mode="eval" if training else "train")
    if not found:
        raise Problem("mistake.nowhere", name=name, kinds=MISTAKES[name].kinds)
    if not stage:
        return found[-1]
    for one in found:
        if one.stage == stage:
            return one
    raise Problem("mistake.elsewhere", name=name, stage=stage, places=tuple(one.stage for one in found))


def _mistake(
    name: str,
    on: Kind | tuple[Kind, ...],
    role: str,
    where: Callable[[Architecture, int], bool] = anywhere,
    wrong: str = "",
    right: str = "",
    several: bool = False,
    after: bool = False,
) -> Callable[[Function], Function]:
    """Registers what is below as a line of the mistake `name`; `wrong` and `right` are code with roles in braces.

    `several`: it takes several images; `after`: it is made in passes as after training.
    """

    def register(function: Function) -> Function:
        kinds = on if isinstance(on, tuple) else (on,)
        add(MISTAKES, name, Act(kinds, role, function, where, (wrong, right) if wrong else None), several, after)
        return function

    return register


# ---- where


def _hidden(network: Architecture, place: int) -> bool:
    return place < len(network.layers) - 1


def _merged(network: Architecture, place: int) -> bool:
    return not _hidden(network, place) and network.merged is not None


def _has_a_line(network: Architecture, place: int) -> bool:
    """Tells whether the layer's slope has a line of its own: where it merges with the loss it has none."""
    return not _merged(network, place)


def _at_the_output(network: Architecture, place: int) -> bool:
    return not _hidden(network, place) and network.merged is None


def _has_a_bias(network: Architecture, place: int) -> bool:
    return "b" in network.layers[place].parameter_letters


def _several_biases(network: Architecture, place: int) -> bool:
    return _has_a_bias(network, place) and _several_filters(network, place)


def _overlaps(network: Architecture, place: int) -> bool:
    g = network.layers[place].geometry()
    return g["k"] > g["stride"] // math.gcd(g["stride"], g["dilation"])


def _several_filters(network: Architecture, place: int) -> bool:
    return network.layers[place].shape((1, 999, 999))[0] > 1


def _input(network: Architecture, place: int) -> Shape:
    """The shape that comes in, of an image that is large enough for any network, and has as few channels as its normalisations take."""
    of_image = takewhile(lambda layer: not isinstance(layer, (Conv, Dense)), network.layers)
    shape: Shape = (math.lcm(*(layer.groups for layer in of_image if isinstance(layer, GroupNorm))), 9999, 9999)
    for layer in network.layers[:place]:
        shape = layer.shape(shape)
    return shape


def _on_maps(network: Architecture, place: int) -> bool:
    return len(_input(network, place)) == 3


def _several_channels(network: Architecture, place: int) -> bool:
    """Tells whether several channels come in, as far as the network says: an image may have any number."""
    return _input(network, place)[0] > 1


# ---- the loss


@_mistake("mean_forgotten", "mse", "do")
def mse_summed(o: Array, y: Array) -> Array:
    return 2 * (o - y)


@_mistake("mean_forgotten", "bce", "do", wrong="{target} = {o} - y", right="{target} = ({o} - y) / N")
def bce_summed(exact: Array, o: Array) -> Array:
    return exact * o.size


@_mistake("sign_flipped", tuple(LOSSES), "do")
def sign_flipped(exact: Array) -> Array:
    return -exact


@_mistake("images_summed", tuple(LOSSES), "share", wrong="{target} = {each}", right="{target} = {each} / m", several=True)
def images_summed(exact: Array) -> Array:
    return exact * len(exact)


# ---- the last layer, and rows


@_mistake("output_sigmoid_forgotten", (Sigmoid, Tanh, Relu, Softmax), "dx", _at_the_output)
def output_sigmoid_forgotten(dy: Array) -> Array:
    return dy


@_mistake("softmax_diagonal", Softmax, "dx")
def softmax_diagonal(dy: Array, y: Array) -> Array:
    return dy * y * (1 - y)


@_mistake("slope_after_merged", (Sigmoid, Softmax), "dx", _merged)
def slope_after_merged(exact: Array, y: Array) -> Array:
    return exact * (y * (1 - y))


@_mistake("weights_updated_first", Dense, "dx", wrong="{target} = {w_next} @ {dy}", right="{target} = {w} @ {dy}")
def weights_updated_first(dy: Array, w_next: Array) -> Array:
    return connect_dx(dy, w_next)


_CHANNELS_LAST = ("{target} = dv.reshape(H, W, C).transpose(2, 0, 1)", "{target} = dv.reshape(C, H, W)")


@_mistake("flattened_channels_last", Dense, "unflatten", _several_channels, *_CHANNELS_LAST)
def flattened_channels_last(dx: Array, shape: Shape) -> Array:
    channels, rows, columns = shape
    return np.moveaxis(dx.reshape(*dx.shape[:-1], rows, columns, channels), -1, -3)


# ---- activations


@_mistake("output_slope_of_z", Sigmoid, "dx", _at_the_output)
@_mistake("sigmoid_prime_of_z", Sigmoid, "dx", _hidden)
def sigmoid_prime_of_z(dy: Array, x: Array) -> Array:
    return dy * (x * (1 - x))


@_mistake("output_slope_of_z", Tanh, "dx", _at_the_output)
@_mistake("sigmoid_prime_of_z", Tanh, "dx", _hidden)
def tanh_prime_of_z(dy: Array, x: Array) -> Array:
    return dy * (1 - x * x)


@_mistake("slope_of_a", Sigmoid, "dx", _has_a_line)
def sigmoid_prime_of_a(dy: Array, y: Array) -> Array:
    return dy * (sigmoid(y) * (1 - sigmoid(y)))


@_mistake("slope_of_a", Tanh, "dx", _has_a_line)
def tanh_prime_of_a(dy: Array, y: Array) -> Array:
    return dy * (1 - tanh(y) * tanh(y))


@_mistake("slope_twice", Sigmoid, "dx", _has_a_line)
def sigmoid_prime_twice(exact: Array, y: Array) -> Array:
    return exact * (y * (1 - y))


@_mistake("slope_twice", Tanh, "dx", _has_a_line)
def tanh_prime_twice(exact: Array, y: Array) -> Array:
    return exact * (1 - y * y)


@_mistake("product_divided", Sigmoid, "dx", _has_a_line, "{target} = {dy} / ({y} * (1 - {y}))", "{target} = {dy} * ({y} * (1 - {y}))")
@np.errstate(all="ignore")
def divided_by_sigmoid_prime(dy: Array, y: Array) -> Array:
    return dy / (y * (1 - y))


@_mistake("product_divided", Tanh, "dx", _has_a_line, "{target} = {dy} / (1 - {y} * {y})", "{target} = {dy} * (1 - {y} * {y})")
@np.errstate(all="ignore")
def divided_by_tanh_prime(dy: Array, y: Array) -> Array:
    return dy / (1 - y * y)


@_mistake("images_divided_twice", Dense, "dw", anywhere, "{dw} = {exact} / m", "{dw} = {exact}", several=True)
@_mistake("images_divided_twice", Conv, "df", anywhere, "{df} = {exact} / m", "{df} = {exact}", several=True)
def images_divided_twice(exact: Array, dy: Array) -> Array:
    return exact / len(dy)


@_mistake("product_divided", Dense, "dw", anywhere, "{dw} = {x} / {dy}", "{dw} = {x} * {dy}")
@np.errstate(all="ignore")
def dense_divided(x: Array, dy: Array) -> Array:
    return x[..., :, None] / dy[..., None, :]


_WITH_A_SLOPE = tuple(kind for kind in LAYERS.values() if issubclass(kind, Activation) and kind is not Identity)


@_mistake("hidden_slope_forgotten", _WITH_A_SLOPE, "dx", _hidden)
def hidden_slope_forgotten(dy: Array) -> Array:
    return dy


@_mistake("relu_gate_of_gradient", Relu, "dx")
def relu_gate_of_gradient(dy: Array) -> Array:
    return dy * (dy > 0)


@_mistake("relu_open_at_zero", Relu, "dx", _has_a_line)
def relu_open_at_zero(dy: Array, x: Array) -> Array:
    return dy * (x >= 0)


# ---- pooling


@_mistake("max_gradient_to_all", MaxPooling, "dx", wrong="{dx}[under] += {dy}", right="{dx}[under] += {dy} * wins")
def max_gradient_to_all(dy: Array, x: Array, k: int, stride: int) -> Array:
    dx = np.zeros(x.shape, dy.dtype)
    for under in slices(k, stride, *dy.shape[-2:]):
        dx[under] += dy
    return dx


@_mistake("pool_mean_forgotten", AveragePooling, "dx", wrong="{dx}[under] += {dy}", right="{dx}[under] += {dy} / {k}**2")
def average_forgotten(exact: Array, k: int) -> Array:
    return exact * k**2


@_mistake("pool_mean_forgotten", GlobalAverage, "dx", wrong="{dx}[c] = {dy}[c]", right="{dx}[c] = {dy}[c] / (H * W)")
def global_average_forgotten(exact: Array, x: Array) -> Array:
    return exact * math.prod(x.shape[-2:])


# The last place that covers a cell is the one with the earliest cell of the window on it, so these go backwards.


@_mistake("overlap_assigned", MaxPooling, "dx", _overlaps, "{dx}[winner] = {dy}[i, j]", "{dx}[winner] += {dy}[i, j]")
def max_assigned(dy: Array, x: Array, y: Array, x_bound: Array, k: int, stride: int, tie: float) -> Array:
    dx = np.zeros(x.shape, dy.dtype)
    for under, wins in reversed([*first_winners(x, y, x_bound, k, stride, tie)]):
        dx[under] = np.where(wins, dy, dx[under])
    return dx


@_mistake("overlap_assigned", AveragePooling, "dx", _overlaps, "{dx}[window] = {dy}[i, j] / {k}**2", "{dx}[window] += {dy}[i, j] / {k}**2")
def average_assigned(dy: Array, x: Array, k: int, stride: int) -> Array:
    dx = np.zeros(x.shape, dy.dtype)
    for under in reversed([*slices(k, stride, *dy.shape[-2:])]):
        dx[under] = dy / k**2
    return dx


# ---- normalisation and dropout

_PATHS = "{dx} = by_itself(dhat, sigma) + by_mean(dhat, sigma) + by_variance(dhat, hat, sigma)"


@_mistake("mean_path_forgotten", BatchNorm, "dx", anywhere, _PATHS.replace(" + by_mean(dhat, sigma)", ""), _PATHS)
def mean_path_forgotten(dy: Array, g: Array, hat: Array, var: Array, axes: Axes) -> Array:
    dhat, sigma = dy * np.expand_dims(g, axes), np.sqrt(np.expand_dims(var, axes) + EPS)
    return by_itself(dhat, sigma) + by_variance(dhat, hat, sigma, axes)


@_mistake("mean_path_forgotten", GroupNorm, "dx", anywhere, _PATHS.replace(" + by_mean(dhat, sigma)", ""), _PATHS)
def group_mean_path_forgotten(dy: Array, g: Array, hat: Array, var: Array, groups: int, own: int, axes: Axes) -> Array:
    dhat, hat = (grouped(a, groups, own) for a in (dy * np.expand_dims(g, axes), hat))
    sigma = np.sqrt(var[..., None] + EPS)
    return (by_itself(dhat, sigma) + by_variance(dhat, hat, sigma, (-1,))).reshape(dy.shape)


@_mistake("statistics_constant", BatchNorm, "dx", anywhere, "{dx} = by_itself(dhat, sigma)", _PATHS)
def statistics_constant(dy: Array, g: Array, var: Array, axes: Axes) -> Array:
    return affine_dx(dy, g, var, axes)


@_mistake("statistics_constant", GroupNorm, "dx", anywhere, "{dx} = by_itself(dhat, sigma)", _PATHS)
def group_statistics_constant(dy: Array, g: Array, var: Array, groups: int, own: int, axes: Axes) -> Array:
    return by_itself(grouped(dy * np.expand_dims(g, axes), groups, own), np.sqrt(var[..., None] + EPS)).reshape(dy.shape)


@_mistake("gain_forgotten", BatchNorm, "dx", anywhere, "{dx} = normalise_dx({dy})", "{dx} = normalise_dx({dy} * {g})")
def gain_forgotten(dy: Array, g: Array, hat: Array, var: Array, axes: Axes) -> Array:
    return normalise_dx(dy, np.ones_like(g), hat, var, axes)


@_mistake("gain_forgotten", GroupNorm, "dx", anywhere, "{dx} = normalise_dx({dy})", "{dx} = normalise_dx({dy} * {g})")
def group_gain_forgotten(dy: Array, g: Array, hat: Array, var: Array, groups: int, own: int, axes: Axes) -> Array:
    return group_normalise_dx(dy, np.ones_like(g), hat, var, groups, own, axes)


@_mistake("mask_forgotten", Dropout, "dx", anywhere, "{dx} = {dy}", "{dx} = {dy} * {mask}")
def mask_forgotten(dy: Array) -> Array:
    return dy


@_mistake("mask_drawn_again", Dropout, "dx", anywhere, "{dx} = {dy} * drawn_mask(rng, {dy}.shape)", "{dx} = {dy} * {mask}")
def mask_drawn_again(dy: Array, p: float) -> Array:
    return dy * drawn_mask(np.random.default_rng(AGAIN), dy.shape, p)


@_mistake("mask_not_scaled", Dropout, "y", anywhere, "{y} = {x} * ({mask} > 0)", "{y} = {x} * {mask}")
def mask_not_scaled(x: Array, mask: Array) -> Array:
    return x * (mask > 0)


@_mistake("mask_not_scaled", Dropout, "dx", anywhere, "{dx} = {dy} * ({mask} > 0)", "{dx} = {dy} * {mask}")
def mask_not_scaled_dx(dy: Array, mask: Array) -> Array:
    return dy * (mask > 0)


_OVER_IMAGES = ("{hat} = ({x} - {x}.mean(0)) / sqrt({x}.var(0) + eps)", "{hat} = ({x} - {mean}) / sqrt({var} + eps)")


@_mistake("places_forgotten", BatchNorm, "hat", _on_maps, *_OVER_IMAGES, several=True)
def places_forgotten(x: Array, axes: Axes) -> Array:
    return (x - x.mean(axis=axes[:1], keepdims=True)) / _over_images(x, axes)


@_mistake("places_forgotten", BatchNorm, "dx", _on_maps, _PATHS.replace("hat, sigma)", "hat, sigma, 0)"), _PATHS, several=True)
def places_forgotten_dx(dy: Array, g: Array, x: Array, hat: Array, axes: Axes) -> Array:
    dhat, sigma = dy * np.expand_dims(g, axes), _over_images(x, axes)
    return by_itself(dhat, sigma) + by_mean(dhat, sigma, axes[:1]) + by_variance(dhat, hat, sigma, axes[:1])


def _over_images(x: Array, axes: Axes) -> Array:
    """σ of each place, over the images alone."""
    found: Array = np.sqrt(x.var(axis=axes[:1], keepdims=True) + EPS)
    return found


@_mistake("running_reversed", BatchNorm, "running_mean", anywhere, "{target} = 0.1 * {target} + 0.9 * {mean}", "{target} = 0.9 * {target} + 0.1 * {mean}")
def running_mean_reversed(running_mean: Array, mean: Array) -> Array:
    return SHARE * running_mean + (1 - SHARE) * mean


@_mistake("running_reversed", BatchNorm, "running_var", anywhere, "{target} = 0.1 * {target} + 0.9 * unbiased", "{target} = 0.9 * {target} + 0.1 * unbiased")
def running_variance_reversed(exact: Array, running_var: Array) -> Array:
    return SHARE * running_var + (1 - SHARE) * (exact - (1 - SHARE) * running_var) / SHARE


@_mistake("batch_statistics", BatchNorm, "mean", anywhere, "{mean} = {x}.mean(axes)", "{mean} = {running_mean}", several=True, after=True)
def mean_of_batch(x: Array) -> Array:
    return x.mean(axis=(0, *range(2, x.ndim)))


@_mistake("batch_statistics", BatchNorm, "var", anywhere, "{var} = {x}.var(axes)", "{var} = {running_var}", several=True, after=True)
def variance_of_batch(x: Array) -> Array:
    return x.var(axis=(0, *range(2, x.ndim)))


# ---- convolution


@_mistake("overlap_assigned", Conv, "dx", _overlaps, "{dx}[window] = {dy}[i, j] * {f}", "{dx}[window] += {dy}[i, j] * {f}")
def conv_assigned(dy: Array, f: Array, size: tuple[int, int], stride: int, padding: Padding, dilation: int = 1) -> Array:
    def share(dz: Array, kernels: Array) -> Array:
        return weigh_dx(dz, kernels, size=size, stride=stride, padding=padding, dilation=dilation)

    dx: Array = share(np.zeros_like(dy), f)
    for weight in reversed(range(f.shape[-1] ** 2)):
        only = (np.arange(f.shape[-1] ** 2) == weight).reshape(f.shape[-2:])
        dx = np.where(share(np.ones_like(dy), only * np.ones_like(f)), share(dy, only * f), dx)
    return dx


# As courses write it, ∂x is ∂z with zeros around under the turned kernel; ours hands shares out, with f as it is.
_FLIP = ("{dx} = conv2d(pad({dy}), {f})", "{dx} = conv2d(pad({dy}), {f}[..., ::-1, ::-1])")


@_mistake("flip_forgotten", Conv, "dx", anywhere, *_FLIP)
def flip_forgotten(dy: Array, f: Array, size: tuple[int, int], stride: int, padding: Padding, dilation: int = 1) -> Array:
    return weigh_dx(dy, f[..., ::-1, ::-1], size=size, stride=stride, padding=padding, dilation=dilation)


# z's channels are the filters: what each channel of x is given back is a sum over them.
_FIRST_ONLY = ("{dx} = weigh_dx({dy}[:1], {f}[:1])", "{dx} = weigh_dx({dy}, {f})")


@_mistake("channels_not_summed", Conv, "dx", _several_filters, *_FIRST_ONLY)
def channels_not_summed(dy: Array, f: Array, size: tuple[int, int], stride: int, padding: Padding, dilation: int = 1) -> Array:
    return weigh_dx(dy[..., :1, :, :], f[:1], size=size, stride=stride, padding=padding, dilation=dilation)


@_mistake("kernel_gradient_flipped", Conv, "df")
def kernel_gradient_flipped(exact: Array) -> Array:
    return exact[..., ::-1, ::-1]


_UNSPACED_DF = ("{df} = weigh_df(windows({x}, {k}, stride=1), {dy}, {f})", "{df} = weigh_df(windows({x}, {k}, stride={stride}), {dy}, {f})")


@_mistake("stride_forgotten", Conv, "df", anywhere, *_UNSPACED_DF)
def unspaced_df(x: Array, dy: Array, f: Array, k: int, padding: Padding, dilation: int = 1) -> Array:
    units = _neighbours(dy, x, k, padding, dilation)
    return weigh_df(windows(x, k, 1, padding, dilation), units, f)


@_mistake("stride_forgotten", Conv, "dx", anywhere, "{dx} = weigh_dx({dy}, {f}, stride=1)", "{dx} = weigh_dx({dy}, {f}, stride={stride})")
def unspaced_dx(dy: Array, x: Array, f: Array, k: int, padding: Padding, dilation: int = 1) -> Array:
    units = _neighbours(dy, x, k, padding, dilation)
    return weigh_dx(units, f, size=x.shape[-2:], padding=padding, dilation=dilation)


def _neighbours(dy: Array, x: Array, k: int, padding: Padding, dilation: int) -> Array:
    """The units as if they were one pixel apart, and zeros in the places that are left."""
    rows, columns, *_ = places(*x.shape[-2:], dilation * (k - 1) + 1, 1, padding)
    units = np.zeros((*dy.shape[:-2], rows, columns), dy.dtype)
    units[..., : dy.shape[-2], : dy.shape[-1]] = dy
    return units


_SHORT_DF = ("{df} = weigh_df(windows({x}, {k})[..., :-1, :-1], {dy}[..., :-1, :-1], {f})", "{df} = weigh_df(windows({x}, {k}), {dy}, {f})")
_SHORT_DX = ("{dx} = weigh_dx({dy}[..., :-1, :-1], {f})", "{dx} = weigh_dx({dy}, {f})")


def _short(dy: Array) -> Array:
    """∂z without its last row and column of places: zeros stand there."""
    short = np.zeros_like(dy)
    short[..., :-1, :-1] = dy[..., :-1, :-1]
    return short


@_mistake("loop_stops_early", Conv, "df", anywhere, *_SHORT_DF)
def short_df(x: Array, dy: Array, f: Array, k: int, stride: int, padding: Padding, dilation: int = 1) -> Array:
    return weigh_df(windows(x, k, stride, padding, dilation), _short(dy), f)


@_mistake("loop_stops_early", Conv, "dx", anywhere, *_SHORT_DX)
def short_dx(dy: Array, f: Array, size: tuple[int, int], stride: int, padding: Padding, dilation: int = 1) -> Array:
    return weigh_dx(_short(dy), f, size=size, stride=stride, padding=padding, dilation=dilation)


@_mistake("loop_stops_early", Conv, "db", _has_a_bias, "{db} = channel_sums({dy}[..., :-1, :-1])", "{db} = channel_sums({dy})")
def short_db(dy: Array) -> Array:
    return channel_sums(_short(dy))


# ---- biases

_ALL_CHANNELS = ("{db} = np.full(M, {dy}.sum())", "{db} = {dy}.sum(axis=(1, 2))")


@_mistake("bias_axis", Conv, "db", _several_biases, *_ALL_CHANNELS)
def bias_of_all_channels(exact: Array) -> Array:
    return np.full_like(exact, exact.sum())


@_mistake("bias_axis", Dense, "db", _several_biases, "{db} = np.full(N, {dy}.sum())", "{db} = {dy}")
def bias_of_all_outputs(exact: Array) -> Array:
    return np.full_like(exact, exact.sum())


@_mistake("bias_not_summed", Conv, "db", _has_a_bias, "{db} = {dy}[:, -1, -1]", "{db} = {dy}.sum(axis=(1, 2))")
def bias_not_summed(dy: Array) -> Array:
    return dy[..., -1, -1]


# ---- the step


class UncorrectedAdam(Adam):
    """Adam that takes its running means as they are."""

    corrects = False


@_mistake("adam_uncorrected", Adam, "update", wrong="θ -= lr * m / (sqrt(s) + 1e-8)", right="θ -= lr * m_hat / (sqrt(s_hat) + 1e-8)")
def adam_uncorrected(right: Optimizer) -> Optimizer:
    return UncorrectedAdam(right.lr)


@dataclass(frozen=True)
class Forgetful(Optimizer):
    """A rule that begins anew at every step."""

    right: Optimizer

    def step(self, params: Params, gradients: Mapping[str, np.ndarray], state: State | None = None) -> tuple[Params, State]:
        return self.right.step(params, gradients, None)


@_mistake("state_forgotten", (Momentum, Adam), "update", wrong="θ, state = step(θ, dθ, None)", right="θ, state = step(θ, dθ, state)")
def state_forgotten(right: Optimizer) -> Optimizer:
    return Forgetful(right.lr, right)
