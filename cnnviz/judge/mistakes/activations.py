"""Mistakes in the backward pass of an activation."""

from cnnviz.judge.case import ELEMENTWISE
from cnnviz.judge.mistakes.table import line

line("slope_alone", "relu", "dx", "{dx} = {x} > 0")
line("gate_reversed", "relu", "dx", "{dx} = {dout} * ({x} < 0)")
line("leak", "relu", "dx", "{dx} = {dout} * np.where({x} > 0, 1, 0.01)")
line("constant_at_zero", "relu", "dx", "{dx}[{x} <= 0] = 0.01", "{dx}[{x} <= 0] = 0", made="np.where(x > 0, dout, 0.01)")
line("value_for_slope", ("relu", "tanh"), "dx", "{dx} = {dout} * {out}")
line("input_for_slope", ELEMENTWISE, "dx", "{dx} = {dout} * {x}")
line("roles_exchanged", "relu", "dx", "{dx} = {x} * ({dout} > 0)")
line("forward_again", "relu", "dx", "{dx} = np.maximum(0, {x})")
line("slope_alone", "sigmoid", "dx", "{dx} = {out} * (1 - {out})")
line("plus_for_minus", "sigmoid", "dx", "{dx} = {dout} * {out} * (1 + {out})")
line("exponential_for_slope", "sigmoid", "dx", "{dx} = {dout} * np.exp(-{x})")
line(
    "denominator_not_squared", "sigmoid", "dx", "{dx} = {dout} * np.exp(-{x}) / (1 + np.exp(-{x}))", "{dx} = {dout} * np.exp(-{x}) / (1 + np.exp(-{x})) ** 2",
    made="dout * sigmoid(-x)",
)  # fmt: skip
line("slope_alone", "tanh", "dx", "{dx} = 1 - {out} ** 2")
line("plus_for_minus", "tanh", "dx", "{dx} = {dout} * (1 + {out} ** 2)")
line("one_minus_forgotten", "tanh", "dx", "{dx} = {dout} * {out} ** 2")
line("square_outside", "tanh", "dx", "{dx} = {dout} * (1 - {out}) ** 2")
line("sign_for_gate", "relu", "dx", "{dx} = {dout} * np.sign({x})")
line("slope_of_gradient", "sigmoid", "dx", "{dx} = {dout} * sigmoid({dout}) * (1 - sigmoid({dout}))")
line("slope_of_gradient", "tanh", "dx", "{dx} = {dout} * (1 - np.tanh({dout}) ** 2)")
