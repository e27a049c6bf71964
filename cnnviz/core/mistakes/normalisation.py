"""Mistakes in normalization and dropout."""

import numpy as np

from cnnviz.core.mistakes.mistake_model import any_layer
from cnnviz.core.mistakes.places import takes_maps
from cnnviz.core.mistakes.registry import mistake
from cnnviz.core.network.layers._normalization import EPS, Axes, direct_term, gain_dg, mean_term, variance_term
from cnnviz.core.network.layers.batch_norm import MOMENTUM, BatchNorm, affine_dx, normalise_dx
from cnnviz.core.network.layers.dropout import Dropout, drawn_mask
from cnnviz.core.network.layers.group_norm import GroupNorm, group_normalise_dx, grouped

Array = np.ndarray

AGAIN = 1
"""Seed of a mask that is mistakenly drawn a second time."""

_PATHS = "{dx} = by_itself(dhat, sigma) + by_mean(dhat, sigma) + by_variance(dhat, hat, sigma)"


@mistake("mean_path_forgotten", BatchNorm, "dx", any_layer, _PATHS.replace(" + by_mean(dhat, sigma)", ""), _PATHS)
def mean_path_forgotten(dy: Array, g: Array, hat: Array, var: Array, axes: Axes) -> Array:
    dhat, sigma = dy * np.expand_dims(g, axes), np.sqrt(np.expand_dims(var, axes) + EPS)
    return direct_term(dhat, sigma) + variance_term(dhat, hat, sigma, axes)


@mistake("mean_path_forgotten", GroupNorm, "dx", any_layer, _PATHS.replace(" + by_mean(dhat, sigma)", ""), _PATHS)
def group_mean_path_forgotten(dy: Array, g: Array, hat: Array, var: Array, groups: int, image_axes: int, axes: Axes) -> Array:
    dhat, hat = (grouped(a, groups, image_axes) for a in (dy * np.expand_dims(g, axes), hat))
    sigma = np.sqrt(var[..., None] + EPS)
    return (direct_term(dhat, sigma) + variance_term(dhat, hat, sigma, (-1,))).reshape(dy.shape)


_NO_VARIANCE = _PATHS.replace(" + by_variance(dhat, hat, sigma)", "")


@mistake("variance_path_forgotten", BatchNorm, "dx", any_layer, _NO_VARIANCE, _PATHS)
def variance_path_forgotten(dy: Array, g: Array, var: Array, axes: Axes) -> Array:
    dhat, sigma = dy * np.expand_dims(g, axes), np.sqrt(np.expand_dims(var, axes) + EPS)
    return direct_term(dhat, sigma) + mean_term(dhat, sigma, axes)


@mistake("variance_path_forgotten", GroupNorm, "dx", any_layer, _NO_VARIANCE, _PATHS)
def group_variance_path_forgotten(dy: Array, g: Array, var: Array, groups: int, image_axes: int, axes: Axes) -> Array:
    dhat, sigma = grouped(dy * np.expand_dims(g, axes), groups, image_axes), np.sqrt(var[..., None] + EPS)
    return (direct_term(dhat, sigma) + mean_term(dhat, sigma, (-1,))).reshape(dy.shape)


@mistake("gain_of_z", (BatchNorm, GroupNorm), "dg", any_layer, "{dg} = ({dy} * {x}).sum(axes)", "{dg} = ({dy} * {hat}).sum(axes)")
def gain_of_z(dy: Array, x: Array, image_axes: int) -> Array:
    return gain_dg(dy, x, image_axes)


@mistake("statistics_constant", BatchNorm, "dx", any_layer, "{dx} = by_itself(dhat, sigma)", _PATHS)
def statistics_constant(dy: Array, g: Array, var: Array, axes: Axes) -> Array:
    return affine_dx(dy, g, var, axes)


@mistake("statistics_constant", GroupNorm, "dx", any_layer, "{dx} = by_itself(dhat, sigma)", _PATHS)
def group_statistics_constant(dy: Array, g: Array, var: Array, groups: int, image_axes: int, axes: Axes) -> Array:
    return direct_term(grouped(dy * np.expand_dims(g, axes), groups, image_axes), np.sqrt(var[..., None] + EPS)).reshape(dy.shape)


@mistake("gain_forgotten", BatchNorm, "dx", any_layer, "{dx} = normalise_dx({dy})", "{dx} = normalise_dx({dy} * {g})")
def gain_forgotten(dy: Array, g: Array, hat: Array, var: Array, axes: Axes) -> Array:
    return normalise_dx(dy, np.ones_like(g), hat, var, axes)


@mistake("gain_forgotten", GroupNorm, "dx", any_layer, "{dx} = normalise_dx({dy})", "{dx} = normalise_dx({dy} * {g})")
def group_gain_forgotten(dy: Array, g: Array, hat: Array, var: Array, groups: int, image_axes: int, axes: Axes) -> Array:
    return group_normalise_dx(dy, np.ones_like(g), hat, var, groups, image_axes, axes)


@mistake("mask_forgotten", Dropout, "dx", any_layer, "{dx} = {dy}", "{dx} = {dy} * {mask}")
def mask_forgotten(dy: Array) -> Array:
    return dy


@mistake("mask_drawn_again", Dropout, "dx", any_layer, "{dx} = {dy} * drawn_mask(rng, {dy}.shape)", "{dx} = {dy} * {mask}")
def mask_drawn_again(dy: Array, p: float) -> Array:
    return dy * drawn_mask(np.random.default_rng(AGAIN), dy.shape, p)


@mistake("mask_not_scaled", Dropout, "y", any_layer, "{y} = {x} * ({mask} > 0)", "{y} = {x} * {mask}")
def mask_not_scaled(x: Array, mask: Array) -> Array:
    return x * (mask > 0)


@mistake("mask_not_scaled", Dropout, "dx", any_layer, "{dx} = {dy} * ({mask} > 0)", "{dx} = {dy} * {mask}")
def mask_not_scaled_dx(dy: Array, mask: Array) -> Array:
    return dy * (mask > 0)


_OVER_IMAGES = ("{hat} = ({x} - {x}.mean(0)) / sqrt({x}.var(0) + eps)", "{hat} = ({x} - {mean}) / sqrt({var} + eps)")


@mistake("places_forgotten", BatchNorm, "hat", takes_maps, *_OVER_IMAGES, several=True)
def places_forgotten(x: Array, axes: Axes) -> Array:
    return (x - x.mean(axis=axes[:1], keepdims=True)) / _over_images(x, axes)


@mistake("places_forgotten", BatchNorm, "dx", takes_maps, _PATHS.replace("hat, sigma)", "hat, sigma, 0)"), _PATHS, several=True)
def places_forgotten_dx(dy: Array, g: Array, x: Array, hat: Array, axes: Axes) -> Array:
    dhat, sigma = dy * np.expand_dims(g, axes), _over_images(x, axes)
    return direct_term(dhat, sigma) + mean_term(dhat, sigma, axes[:1]) + variance_term(dhat, hat, sigma, axes[:1])


def _over_images(x: Array, axes: Axes) -> Array:
    """Return σ of each position, over the images only."""
    sigma: Array = np.sqrt(x.var(axis=axes[:1], keepdims=True) + EPS)
    return sigma


@mistake("running_reversed", BatchNorm, "running_mean", any_layer, "{target} = 0.1 * {target} + 0.9 * {mean}", "{target} = 0.9 * {target} + 0.1 * {mean}")
def running_mean_reversed(running_mean: Array, mean: Array) -> Array:
    return MOMENTUM * running_mean + (1 - MOMENTUM) * mean


@mistake("running_reversed", BatchNorm, "running_var", any_layer, "{target} = 0.1 * {target} + 0.9 * unbiased", "{target} = 0.9 * {target} + 0.1 * unbiased")
def running_variance_reversed(exact: Array, running_var: Array) -> Array:
    return MOMENTUM * running_var + (1 - MOMENTUM) * (exact - (1 - MOMENTUM) * running_var) / MOMENTUM


@mistake("batch_statistics", BatchNorm, "mean", any_layer, "{mean} = {x}.mean(axes)", "{mean} = {running_mean}", several=True, after=True)
def mean_of_batch(x: Array) -> Array:
    return x.mean(axis=(0, *range(2, x.ndim)))


@mistake("batch_statistics", BatchNorm, "var", any_layer, "{var} = {x}.var(axes)", "{var} = {running_var}", several=True, after=True)
def variance_of_batch(x: Array) -> Array:
    return x.var(axis=(0, *range(2, x.ndim)))
