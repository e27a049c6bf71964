"""The right gradients of a case, and the size of the numbers that each is summed from.

A layer's are made by its own lines (core/program.py) over all images; those of a batch norm, a dropout and of softmax with
cross-entropy, whose loss is the mean over the images, stand here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.architecture import Architecture
from cnnviz.core.comparison.round_off import sizes
from cnnviz.core.layers.average_pooling import AveragePooling
from cnnviz.core.layers.conv import Conv
from cnnviz.core.layers.dense import Dense
from cnnviz.core.layers.global_average import GlobalAverage
from cnnviz.core.layers.identity import Identity
from cnnviz.core.layers.layer import Layer
from cnnviz.core.layers.max_pooling import MaxPooling
from cnnviz.core.layers.relu import Relu
from cnnviz.core.layers.sigmoid import Sigmoid
from cnnviz.core.layers.softmax import softmax
from cnnviz.core.layers.tanh import Tanh
from cnnviz.core.losses import LOSSES, softmax_cross_entropy, softmax_cross_entropy_dz
from cnnviz.core.program import Inner, Line, Program, program_of
from cnnviz.judge.case import ELEMENTWISE, Array, Case
from cnnviz.words import Problem


@dataclass(frozen=True, eq=False)
class Right:
    """What is right for a case, by role; `between` are numbers on the way, "out" of the forward pass among them."""

    case: Case
    gradients: Mapping[str, Array]
    sizes: Mapping[str, Array]
    between: Mapping[str, Array] = field(default_factory=dict)
    lines: Lines | None = None


@dataclass(frozen=True, eq=False)
class Lines:
    """A layer's lines, as the first of a small network, with the arrays of all images in them; `targets` are the symbols by role."""

    program: Program
    values: Inner
    targets: Mapping[str, str]

    def line(self, role: str) -> Line:
        """The line that makes a gradient."""
        return next(line for line in self.program.backward_lines if line.target == self.targets[role])


@np.errstate(all="ignore")
def right(case: Case) -> Right:
    """What a backward function of this case has to return.

    >>> x = np.array([[1.0, -2.0]])
    >>> right(Case("relu", {"x": x, "dout": np.full((1, 2), 5.0)})).gradients["dx"].tolist()
    [[5.0, 0.0]]
    """
    return {"softmax": _softmax, "batchnorm": _batch_norm, "dropout": _dropout}.get(case.kind, _of_layer)(case)


# ---- a layer of the core


def _layer(case: Case) -> Layer:
    if case.kind in ELEMENTWISE:
        return {"relu": Relu, "sigmoid": Sigmoid, "tanh": Tanh}[case.kind]()
    if case.kind == "dense":
        return Dense(case.arrays["w"].shape[1])
    if case.kind == "conv":
        m, _, k, across = case.arrays["w"].shape
        if k != across:
            raise Problem("judge.square", what=f"w {case.arrays['w'].shape}")
        return Conv(m, k, True, case.number("stride"), case.number("pad"))
    return {"max": MaxPooling, "avg": AveragePooling}[case.kind](case.number("k"), case.number("stride"))


def _of_layer(case: Case) -> Right:
    x, layer = np.asarray(case.arrays["x"], np.float64), _layer(case)
    if case.kind in (*ELEMENTWISE, "dense"):
        x = x.reshape(case.images, 1, 1, -1)
    rest = Identity() if case.kind == "dense" else GlobalAverage()  # a network ends with a row
    program = program_of(Architecture((layer, rest), LOSSES["mse"]), x.shape[1:])
    names = program.network.names[0]
    parameters = {names.of(letter): np.asarray(case.arrays[role], np.float64) for letter, role in (("f", "w"), ("w", "w"), ("b", "b")) if letter in layer.parameter_letters}
    values = program.run_forward({"x": x, **parameters})
    out = values[names.output]
    if np.size(case.arrays["dout"]) != out.size:
        raise Problem("judge.dout", shape=str(np.shape(case.arrays["dout"])), wanted=str(out.shape))
    values[f"d{names.output}"] = np.asarray(case.arrays["dout"], np.float64).reshape(out.shape)
    made = [line for line in program.backward_lines if line.layer == 0]
    for line in made:
        line.step(values)
    roles = {line.target: {"dx": "dx", "df": "dw", "dw": "dw", "db": "db"}[line.role] for line in made}
    shapes = {"dx": case.arrays["x"].shape} | {f"d{role}": case.arrays[role].shape for role in ("w", "b") if role in case.arrays}
    gradients = {role: values[target].reshape(shapes[role]) for target, role in roles.items()}
    told = {roles[line.target]: np.broadcast_to(sizes(program, line, values), values[line.target].shape).reshape(shapes[roles[line.target]]) for line in made}
    shape = case.arrays["dout"].shape
    return Right(case, gradients, told, {"out": out.reshape(shape)}, Lines(program, values, {role: target for target, role in roles.items()}))


# ---- softmax with cross-entropy, a batch norm, a dropout


def _softmax(case: Case) -> Right:
    scores, classes = case.arrays["x"], case.arrays["y"]
    n = len(scores)
    y = np.zeros(scores.shape)
    y[np.arange(n), classes.astype(int)] = 1
    o = softmax(scores)
    loss = softmax_cross_entropy(scores, y).mean()
    dz = softmax_cross_entropy_dz(o, y) / n
    size = {"loss": np.array(np.abs(loss) + np.abs(scores).max()), "dx": np.maximum(o, y) / n}
    return Right(case, {"loss": np.array(loss), "dx": dz}, size, {"o": o, "targets": y})


def _batch_norm(case: Case) -> Right:
    """With σ² = mean (x - μ)² + eps over the images, and over the places of maps; x̂ = (x - μ)/σ, out = γ x̂ + β."""
    x, dout, gamma, beta = (np.asarray(case.arrays[role], np.float64) for role in ("x", "dout", "gamma", "beta"))
    over = (0, *range(2, x.ndim))
    gamma, beta = (one.reshape(1, -1, *[1] * (x.ndim - 2)) for one in (gamma, beta))
    mean, var = x.mean(axis=over, keepdims=True), x.var(axis=over, keepdims=True)
    sigma = np.sqrt(var + case.settings["eps"])
    hat, dhat = (x - mean) / sigma, dout * gamma
    by_mean, by_variance = dhat.mean(axis=over, keepdims=True), hat * (dhat * hat).mean(axis=over, keepdims=True)
    gradients = {"dx": (dhat - by_mean - by_variance) / sigma, "dgamma": (dout * hat).sum(axis=over), "dbeta": dout.sum(axis=over)}
    size = {
        "dx": (np.abs(dhat) + np.abs(dhat).mean(axis=over, keepdims=True) + np.abs(hat) * np.abs(dhat * hat).mean(axis=over, keepdims=True)) / sigma,
        "dgamma": np.abs(dout * hat).sum(axis=over),
        "dbeta": np.abs(dout).sum(axis=over),
    }
    between = {"out": gamma * hat + beta, "hat": hat, "dhat": dhat, "sigma": sigma, "mean": mean, "by_mean": by_mean, "by_variance": by_variance}
    return Right(case, gradients, size, between | {"over": np.array(over), "count": np.array(math.prod(x.shape[at] for at in over))})


def _dropout(case: Case) -> Right:
    dout, mask = (np.asarray(case.arrays[role], np.float64) for role in ("dout", "mask"))
    dx = dout if case.settings["mode"] == "test" else dout * mask
    return Right(case, {"dx": dx}, {"dx": np.abs(dx)}, {"out": case.arrays["x"] * mask})
