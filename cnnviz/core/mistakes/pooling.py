"""Mistakes in pooling."""

import math

import numpy as np

from cnnviz.core.mistakes.places import has_overlaps
from cnnviz.core.mistakes.registry import mistake
from cnnviz.core.network.layers.average_pooling import AveragePooling
from cnnviz.core.network.layers.global_average import GlobalAverage
from cnnviz.core.network.layers.max_pooling import MaxPooling, first_winners
from cnnviz.core.network.sliding import slices

Array = np.ndarray


@mistake("max_gradient_to_all", MaxPooling, "dx", wrong="{dx}[under] += {dy}", right="{dx}[under] += {dy} * wins")
def max_gradient_to_all(dy: Array, x: Array, k: int, stride: int) -> Array:
    dx = np.zeros(x.shape, dy.dtype)
    for window in slices(k, stride, *dy.shape[-2:]):
        dx[window] += dy
    return dx


@mistake("pool_mean_forgotten", AveragePooling, "dx", wrong="{dx}[under] += {dy}", right="{dx}[under] += {dy} / {k}**2")
def average_forgotten(exact: Array, k: int) -> Array:
    return exact * k**2


@mistake("pool_mean_forgotten", GlobalAverage, "dx", wrong="{dx}[c] = {dy}[c]", right="{dx}[c] = {dy}[c] / (H * W)")
def global_average_forgotten(exact: Array, x: Array) -> Array:
    return exact * math.prod(x.shape[-2:])


# Where windows overlap, the last assignment to a pixel in row-major order of positions comes from the window in which
# the pixel's cell is first. Hence these loops over the cells run backwards.


@mistake("overlap_assigned", MaxPooling, "dx", has_overlaps, "{dx}[winner] = {dy}[i, j]", "{dx}[winner] += {dy}[i, j]")
def max_assigned(dy: Array, x: Array, y: Array, x_bound: Array, k: int, stride: int, tie: float) -> Array:
    dx = np.zeros(x.shape, dy.dtype)
    for window, is_winner in reversed([*first_winners(x, y, x_bound, k, stride, tie)]):
        dx[window] = np.where(is_winner, dy, dx[window])
    return dx


@mistake("overlap_assigned", AveragePooling, "dx", has_overlaps, "{dx}[window] = {dy}[i, j] / {k}**2", "{dx}[window] += {dy}[i, j] / {k}**2")
def average_assigned(dy: Array, x: Array, k: int, stride: int) -> Array:
    dx = np.zeros(x.shape, dy.dtype)
    for window in reversed([*slices(k, stride, *dy.shape[-2:])]):
        dx[window] = dy / k**2
    return dx
