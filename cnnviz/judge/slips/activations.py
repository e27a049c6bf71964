"""Slips in the backward pass of an activation."""

import numpy as np

from cnnviz.core.layers.sigmoid import sigmoid
from cnnviz.judge.case import ELEMENTWISE, Array
from cnnviz.judge.slips.table import slip


@slip("slope_alone", "relu", "dx", "{dx} = {x} > 0")
def gate_alone(x: Array) -> Array:
    return (x > 0).astype(np.float64)


@slip("gate_reversed", "relu", "dx", "{dx} = {dout} * ({x} < 0)")
def gate_reversed(dout: Array, x: Array) -> Array:
    return dout * (x < 0)


@slip("leak", "relu", "dx", "{dx} = {dout} * np.where({x} > 0, 1, 0.01)")
def leak(dout: Array, x: Array) -> Array:
    return dout * np.where(x > 0, 1, 0.01)


@slip("value_for_slope", ELEMENTWISE, "dx", "{dx} = {dout} * {out}")
def value_for_slope(dout: Array, out: Array) -> Array:
    return dout * out


@slip("input_for_slope", ELEMENTWISE, "dx", "{dx} = {dout} * {x}")
def input_for_slope(dout: Array, x: Array) -> Array:
    return dout * x


@slip("roles_exchanged", "relu", "dx", "{dx} = {x} * ({dout} > 0)")
def roles_exchanged(dout: Array, x: Array) -> Array:
    return x * (dout > 0)


@slip("forward_again", "relu", "dx", "{dx} = np.maximum(0, {x})")
def relu_of_x(x: Array) -> Array:
    return np.maximum(x, 0)


@slip("slope_alone", "sigmoid", "dx", "{dx} = {out} * (1 - {out})")
def sigmoid_slope_alone(out: Array) -> Array:
    return out * (1 - out)


@slip("one_minus_alone", "sigmoid", "dx", "{dx} = {dout} * (1 - {out})")
def one_minus_alone(dout: Array, out: Array) -> Array:
    return dout * (1 - out)


@slip("slope_of_tanh", "sigmoid", "dx", "{dx} = {dout} * (1 - {out} ** 2)")
def slope_of_tanh(dout: Array, out: Array) -> Array:
    return dout * (1 - out**2)


@slip("plus_for_minus", "sigmoid", "dx", "{dx} = {dout} * {out} * (1 + {out})")
def sigmoid_plus(dout: Array, out: Array) -> Array:
    return dout * out * (1 + out)


@slip("exponential_for_slope", "sigmoid", "dx", "{dx} = {dout} * np.exp(-{x})")
def exponential_alone(dout: Array, x: Array) -> Array:
    return dout * np.exp(-x)


@slip("denominator_not_squared", "sigmoid", "dx", "{dx} = {dout} * np.exp(-{x}) / (1 + np.exp(-{x}))", "{dx} = {dout} * np.exp(-{x}) / (1 + np.exp(-{x})) ** 2")
def denominator_not_squared(dout: Array, x: Array) -> Array:
    return dout * sigmoid(-x)


@slip("slope_alone", "tanh", "dx", "{dx} = 1 - {out} ** 2")
def tanh_slope_alone(out: Array) -> Array:
    return 1 - out**2


@slip("square_forgotten", "tanh", "dx", "{dx} = {dout} * (1 - {out})")
def square_forgotten(dout: Array, out: Array) -> Array:
    return dout * (1 - out)


@slip("slope_of_sigmoid", "tanh", "dx", "{dx} = {dout} * {out} * (1 - {out})")
def slope_of_sigmoid(dout: Array, out: Array) -> Array:
    return dout * out * (1 - out)


@slip("plus_for_minus", "tanh", "dx", "{dx} = {dout} * (1 + {out} ** 2)")
def tanh_plus(dout: Array, out: Array) -> Array:
    return dout * (1 + out**2)


@slip("one_minus_forgotten", "tanh", "dx", "{dx} = {dout} * {out} ** 2")
def one_minus_forgotten(dout: Array, out: Array) -> Array:
    return dout * out**2


@slip("square_outside", "tanh", "dx", "{dx} = {dout} * (1 - {out}) ** 2")
def square_outside(dout: Array, out: Array) -> Array:
    return dout * (1 - out) ** 2


@slip("sign_for_gate", "relu", "dx", "{dx} = {dout} * np.sign({x})")
def sign_for_gate(dout: Array, x: Array) -> Array:
    return dout * np.sign(x)


@slip("slope_of_gradient", "sigmoid", "dx", "{dx} = {dout} * sigmoid({dout}) * (1 - sigmoid({dout}))")
def sigmoid_slope_of_gradient(dout: Array) -> Array:
    return dout * sigmoid(dout) * sigmoid(-dout)


@slip("slope_of_gradient", "tanh", "dx", "{dx} = {dout} * (1 - np.tanh({dout}) ** 2)")
def tanh_slope_of_gradient(dout: Array) -> Array:
    return dout * (1 - np.tanh(dout) ** 2)
