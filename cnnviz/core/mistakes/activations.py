"""Mistakes in the slopes of activations, and in the products with them."""

import numpy as np

from cnnviz.core.mistakes.mistake_model import any_layer
from cnnviz.core.mistakes.places import has_slope_line, is_hidden, is_output_layer
from cnnviz.core.mistakes.registry import mistake
from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.layers._activation import Activation
from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.layers.dense import Dense
from cnnviz.core.network.layers.identity import Identity
from cnnviz.core.network.layers.relu import Relu
from cnnviz.core.network.layers.sigmoid import Sigmoid, sigmoid
from cnnviz.core.network.layers.tanh import Tanh, tanh

Array = np.ndarray


@mistake("output_slope_of_z", Sigmoid, "dx", is_output_layer)
@mistake("sigmoid_prime_of_z", Sigmoid, "dx", is_hidden)
def sigmoid_prime_of_z(dy: Array, x: Array) -> Array:
    return dy * (x * (1 - x))


@mistake("output_slope_of_z", Tanh, "dx", is_output_layer)
@mistake("sigmoid_prime_of_z", Tanh, "dx", is_hidden)
def tanh_prime_of_z(dy: Array, x: Array) -> Array:
    return dy * (1 - x * x)


@mistake("slope_of_a", Sigmoid, "dx", has_slope_line)
def sigmoid_prime_of_a(dy: Array, y: Array) -> Array:
    return dy * (sigmoid(y) * (1 - sigmoid(y)))


@mistake("slope_of_a", Tanh, "dx", has_slope_line)
def tanh_prime_of_a(dy: Array, y: Array) -> Array:
    return dy * (1 - tanh(y) * tanh(y))


@mistake("slope_twice", Sigmoid, "dx", has_slope_line)
def sigmoid_prime_twice(exact: Array, y: Array) -> Array:
    return exact * (y * (1 - y))


@mistake("slope_twice", Tanh, "dx", has_slope_line)
def tanh_prime_twice(exact: Array, y: Array) -> Array:
    return exact * (1 - y * y)


@mistake("slope_factor_forgotten", Sigmoid, "dx", has_slope_line)
def one_factor_of_sigmoid_prime(dy: Array, y: Array) -> Array:
    return dy * y


@mistake("slope_one_minus_alone", Sigmoid, "dx", has_slope_line)
def other_factor_of_sigmoid_prime(dy: Array, y: Array) -> Array:
    return dy * (1 - y)


@mistake("slope_factor_forgotten", Tanh, "dx", has_slope_line)
def one_factor_of_tanh_prime(dy: Array, y: Array) -> Array:
    return dy * (1 - y)


@mistake("slope_of_tanh", Sigmoid, "dx", has_slope_line)
def tanh_prime_for_sigmoid_prime(dy: Array, y: Array) -> Array:
    return dy * (1 - y * y)


@mistake("slope_of_sigmoid", Tanh, "dx", has_slope_line)
def sigmoid_prime_for_tanh_prime(dy: Array, y: Array) -> Array:
    return dy * (y * (1 - y))


@mistake("product_divided", Sigmoid, "dx", has_slope_line, "{target} = {dy} / ({y} * (1 - {y}))", "{target} = {dy} * ({y} * (1 - {y}))")
@np.errstate(all="ignore")
def divided_by_sigmoid_prime(dy: Array, y: Array) -> Array:
    return dy / (y * (1 - y))


@mistake("product_divided", Tanh, "dx", has_slope_line, "{target} = {dy} / (1 - {y} * {y})", "{target} = {dy} * (1 - {y} * {y})")
@np.errstate(all="ignore")
def divided_by_tanh_prime(dy: Array, y: Array) -> Array:
    return dy / (1 - y * y)


@mistake("images_divided_twice", Dense, "dw", any_layer, "{dw} = {exact} / m", "{dw} = {exact}", several=True)
@mistake("images_divided_twice", Conv, "df", any_layer, "{df} = {exact} / m", "{df} = {exact}", several=True)
def images_divided_twice(exact: Array, dy: Array) -> Array:
    return exact / len(dy)


@mistake("product_divided", Dense, "dw", any_layer, "{dw} = np.outer({x}, 1 / {dy})", "{dw} = np.outer({x}, {dy})")
@np.errstate(all="ignore")
def dense_divided(x: Array, dy: Array) -> Array:
    return x[..., :, None] / dy[..., None, :]


_WITH_A_SLOPE = tuple(kind for kind in LAYERS.values() if issubclass(kind, Activation) and kind is not Identity)


@mistake("hidden_slope_forgotten", _WITH_A_SLOPE, "dx", is_hidden)
def hidden_slope_forgotten(dy: Array) -> Array:
    return dy


@mistake("relu_gate_of_gradient", Relu, "dx")
def relu_gate_of_gradient(dy: Array) -> Array:
    return dy * (dy > 0)


@mistake("relu_open_at_zero", Relu, "dx", has_slope_line)
def relu_open_at_zero(dy: Array, x: Array) -> Array:
    return dy * (x >= 0)
