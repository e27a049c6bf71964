"""The correct gradients of a case, and the magnitude of the terms that each entry sums.

They are computed by the layer's own lines (core/network/program.py) over all images, and for softmax with cross-entropy, whose loss
is averaged over the images, by the last lines of a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.explain.rounding import sizes
from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.layers._normalization import EPS
from cnnviz.core.network.layers.average_pooling import AveragePooling
from cnnviz.core.network.layers.batch_norm import BatchNorm
from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.layers.dense import Dense
from cnnviz.core.network.layers.dropout import Dropout
from cnnviz.core.network.layers.global_average import GlobalAverage
from cnnviz.core.network.layers.identity import Identity
from cnnviz.core.network.layers.layer import Layer
from cnnviz.core.network.layers.max_pooling import MaxPooling
from cnnviz.core.network.layers.relu import Relu
from cnnviz.core.network.layers.sigmoid import Sigmoid
from cnnviz.core.network.layers.softmax import Softmax
from cnnviz.core.network.layers.tanh import Tanh
from cnnviz.core.network.losses import LOSSES
from cnnviz.core.network.program import Program, get_program
from cnnviz.core.network.program_line import Op, PassValues
from cnnviz.judge.case import ELEMENTWISE, Array, Case
from cnnviz.judge.oblong_windows import oblong_gradients
from cnnviz.words import Problem


@dataclass(frozen=True, eq=False)
class CorrectResult:
    """The correct arrays of a case, by role. `between` are intermediate results, including "out" of the forward pass.
   """

    case: Case
    gradients: Mapping[str, Array]
    sizes: Mapping[str, Array]
    between: Mapping[str, Array] = field(default_factory=dict)
    lines: Lines | None = None


@dataclass(frozen=True, eq=False)
class Lines:
    """A layer's lines, in a small network that starts with that layer, and the arrays of all images. `targets` maps
    roles to symbols."""

    program: Program
    values: PassValues
    targets: Mapping[str, str]

    @property
    def has_values(self) -> bool:
        """Whether the lines have computed values. For windows that are not square, they are text only."""
        return bool(self.values)

    def line(self, role: str) -> Op:
        """Return the line that computes a gradient."""
        return next(line for line in self.program.backward_lines if line.target == self.targets[role])


@np.errstate(all="ignore")
def right(case: Case) -> CorrectResult:
    """Return the arrays that a backward function of this case has to return.

    >>> x = np.array([[1.0, -2.0]])
    >>> right(Case("relu", {"x": x, "dout": np.full((1, 2), 5.0)})).gradients["dx"].tolist()
    [[5.0, 0.0]]
    """
    return _softmax(case) if case.kind == "softmax" else _of_layer(case)


# ---- a layer

_ROLES = {"f": "w", "w": "w", "b": "b", "g": "gamma", "s": "beta"}
"""The names of a layer's parameters in a case."""


def _layer(case: Case) -> Layer:
    match case.kind:
        case "dense":
            return Dense(case.arrays["w"].shape[1])
        case "conv":
            return Conv(len(case.arrays["w"]), case.window[0], True, case.number("stride"), case.number("pad"))
        case "max" | "avg":
            return {"max": MaxPooling, "avg": AveragePooling}[case.kind](case.number("k"), case.number("stride"))
        case "dropout":
            return Dropout(50)  # the rate has no effect, because the mask is given
    return {"relu": Relu, "sigmoid": Sigmoid, "tanh": Tanh, "batchnorm": BatchNorm}[case.kind]()


def _of_layer(case: Case) -> CorrectResult:
    if not case.has_square_windows:
        return _oblong(case)
    x, layer = _as_maps(case), _layer(case)
    program = _program(case, layer, x.shape)
    names = program.network.names[0]
    parameters = {names.of(letter): np.asarray(case.arrays[_ROLES[letter]], np.float64) for letter in layer.parameter_letters}
    drawn_inputs = program.pass_inputs({name: case.arrays["mask"] for name in program.draws}, len(x))
    values = _forward(case, program, {"x": x, **parameters, **drawn_inputs})
    output = values[names.output]
    if np.size(case.arrays["dout"]) != output.size:
        raise Problem("judge.dout", shape=str(np.shape(case.arrays["dout"])), wanted=str(output.shape))
    values[f"d{names.output}"] = np.asarray(case.arrays["dout"], np.float64).reshape(output.shape)
    lines = [line for line in program.backward_lines if line.layer == 0]
    for line in lines:
        line.step(values)
    roles = {line.target: f"d{_ROLES.get(line.role[1:], 'x')}" for line in lines}
    shapes = {role: np.shape(case.arrays[role[1:]]) for role in roles.values()}
    gradients = {role: values[target].reshape(shapes[role]) for target, role in roles.items()}
    term_sizes = {(role := roles[line.target]): np.broadcast_to(sizes(program, line, values), values[line.target].shape).reshape(shapes[role]) for line in lines}
    intermediates = {"out": output.reshape(np.shape(case.arrays["dout"]))}
    return CorrectResult(case, gradients, term_sizes, intermediates, Lines(program, values, {role: target for target, role in roles.items()}))


def _program(case: Case, layer: Layer, x: tuple[int, ...]) -> Program:
    """Return the program of the layer, followed by a layer that outputs a row, as every network must."""
    last_layer = Identity() if case.kind == "dense" else GlobalAverage()
    return get_program(Architecture((layer, last_layer), LOSSES["mse"]), x, training=case.settings.get("mode") != "test")


def _oblong(case: Case) -> CorrectResult:
    """Return the result for windows that are not square, which the core does not support. The lines of code are those
    of square windows."""
    output, gradients, magnitudes = oblong_gradients(case)
    if np.shape(case.arrays["dout"]) != output.shape:
        raise Problem("judge.dout", shape=str(np.shape(case.arrays["dout"])), wanted=str(output.shape))
    k, x = max(case.window), case.arrays["x"].shape
    program = _program(case, _layer(case), (*x[:2], *(n + k for n in x[2:])))
    targets = {f"d{_ROLES.get(line.role[1:], 'x')}": line.target for line in program.backward_lines if line.layer == 0}
    return CorrectResult(case, gradients, magnitudes, {"out": output}, Lines(program, {}, targets))


def _as_maps(case: Case) -> Array:
    """Return x as maps. The numbers of a row become positions, or channels for batch normalization, which has
    statistics per channel."""
    x = np.asarray(case.arrays["x"], np.float64)
    if case.kind == "batchnorm":
        return x.reshape(*x.shape, 1, 1) if x.ndim == 2 else x
    return x.reshape(case.images, 1, 1, -1) if case.kind in (*ELEMENTWISE, "dense", "dropout") else x


def _forward(case: Case, program: Program, values: PassValues) -> PassValues:
    """Run a forward pass and return its arrays. If the eps of a batch normalization differs from the core's, the
    difference is added to the variance."""
    eps_change = float(str(case.settings.get("eps", EPS))) - EPS
    for line in program.forward_lines:
        line.step(values)
        if line.role == "var" and eps_change:
            values[line.target] = values[line.target] + eps_change
    return values


# ---- softmax with cross-entropy


def _softmax(case: Case) -> CorrectResult:
    scores = np.asarray(case.arrays["x"], np.float64)
    y = np.eye(scores.shape[1])[case.arrays["y"].astype(int)]
    program = get_program(Architecture((GlobalAverage(), Softmax()), LOSSES["ce"]), (*scores.shape, 1, 1))
    values = program.run_forward({"x": scores[..., None, None], "y": y})
    z = program.network.names[-1].input
    for line in program.backward_lines[: 1 + [line.target for line in program.backward_lines].index(f"d{z}")]:
        line.step(values)
    loss = np.asarray(program.loss_line.make(values))
    size = {"loss": np.abs(loss) + np.abs(scores).max(), "dx": np.maximum(values["o"], y) / case.images}
    return CorrectResult(case, {"loss": loss, "dx": values[f"d{z}"]}, size, {"p": values["o"], "scores": scores, "targets": y})
