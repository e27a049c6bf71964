"""Mistakes at the loss, in the last layer and in flattening."""

import numpy as np

from cnnviz.core.mistakes.places import has_several_channels, is_merged, is_output_layer
from cnnviz.core.mistakes.registry import mistake
from cnnviz.core.network.layers.dense import Dense, connect_dx
from cnnviz.core.network.layers.layer import Shape
from cnnviz.core.network.layers.relu import Relu
from cnnviz.core.network.layers.sigmoid import Sigmoid
from cnnviz.core.network.layers.softmax import Softmax
from cnnviz.core.network.layers.tanh import Tanh
from cnnviz.core.network.losses import LOSSES

Array = np.ndarray


@mistake("mean_forgotten", "mse", "do")
def mse_summed(o: Array, y: Array) -> Array:
    return 2 * (o - y)


@mistake("mean_forgotten", "bce", "do", wrong="{target} = {o} - y", right="{target} = ({o} - y) / N")
def bce_summed(exact: Array, o: Array) -> Array:
    return exact * o.size


@mistake("sign_flipped", tuple(LOSSES), "do")
def sign_flipped(exact: Array) -> Array:
    return -exact


@mistake("images_summed", tuple(LOSSES), "share", wrong="{target} = {each}", right="{target} = {each} / m", several=True)
def images_summed(exact: Array) -> Array:
    return exact * len(exact)


@mistake("output_sigmoid_forgotten", (Sigmoid, Tanh, Relu, Softmax), "dx", is_output_layer)
def output_sigmoid_forgotten(dy: Array) -> Array:
    return dy


@mistake("softmax_diagonal", Softmax, "dx")
def softmax_diagonal(dy: Array, y: Array) -> Array:
    return dy * y * (1 - y)


@mistake("slope_after_merged", (Sigmoid, Softmax), "dx", is_merged)
def slope_after_merged(exact: Array, y: Array) -> Array:
    return exact * (y * (1 - y))


@mistake("weights_updated_first", Dense, "dx", wrong="{target} = {w_next} @ {dy}", right="{target} = {w} @ {dy}")
def weights_updated_first(dy: Array, w_next: Array) -> Array:
    return connect_dx(dy, w_next)


_CHANNELS_LAST = ("{target} = dv.reshape(H, W, C).transpose(2, 0, 1)", "{target} = dv.reshape(C, H, W)")


@mistake("flattened_channels_last", Dense, "unflatten", has_several_channels, *_CHANNELS_LAST)
def flattened_channels_last(dx: Array, shape: Shape) -> Array:
    channels, rows, columns = shape
    return np.moveaxis(dx.reshape(*dx.shape[:-1], rows, columns, channels), -1, -3)
