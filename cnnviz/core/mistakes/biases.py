"""Mistakes in the gradients of biases."""

import numpy as np

from cnnviz.core.mistakes.places import has_bias, has_several_biases
from cnnviz.core.mistakes.registry import mistake
from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.layers.dense import Dense

Array = np.ndarray

_ALL_CHANNELS = ("{db} = np.full(M, {dy}.sum())", "{db} = {dy}.sum(axis=(1, 2))")


@mistake("bias_axis", Dense, "db", has_several_biases, "{db} = np.full(N, {dy}.sum())", "{db} = {dy}")
@mistake("bias_axis", Conv, "db", has_several_biases, *_ALL_CHANNELS)
def bias_of_all(exact: Array) -> Array:
    return np.full_like(exact, exact.sum())


@mistake("bias_not_summed", Conv, "db", has_bias, "{db} = {dy}[:, -1, -1]", "{db} = {dy}.sum(axis=(1, 2))")
def bias_not_summed(dy: Array) -> Array:
    return dy[..., -1, -1]


@mistake("first_place_only", Conv, "db", has_bias, "{db} = {dy}[:, 0, 0]", "{db} = {dy}.sum(axis=(1, 2))")
def first_place_only(dy: Array) -> Array:
    return dy[..., 0, 0]
