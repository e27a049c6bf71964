"""Classic mistakes in a backward pass, each a small function that gives the wrong gradients it leads to.

To add one, write one function below under `@_mistake(...)`: name, sentence, source and code stand
together, and the table, the checks and the page follow from it. The name is its key in `MISTAKES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network import Gradients, Params, Trace, backward, update
from cnnviz.core.ops import conv2d_df, conv2d_dx, mse_prime, pad_widths, sigmoid_prime
from cnnviz.core.stages import STAGES


@dataclass(frozen=True)
class Mistake:
    """A wrong backward pass: `gradients(params, trace, y, learning_rate)`, what it does and where it comes from."""

    name: str
    title: str
    sentence: str
    source: str
    gradients: Callable[[Params, Trace, np.ndarray, float], Gradients]


MISTAKES: dict[str, Mistake] = {}
"""By name, in the order in which they stand below: backward, from the loss to the kernel."""


def _mistake(title: str, sentence: str, source: str):
    def register(gradients):
        name = gradients.__name__
        MISTAKES[name] = Mistake(name, title, sentence, source, gradients)
        return gradients

    return register


@_mistake(
    "1/N forgotten",
    "The squares are summed where the loss takes their mean, so every gradient is N times too large.",
    "Some texts define the loss as a sum and some as a mean; the code takes one from each.",
)
def mean_forgotten(params: Params, trace: Trace, y: np.ndarray, learning_rate: float) -> Gradients:
    """do = 2 (o - y)"""
    return _backward_with(params, trace, y, do=mse_prime(trace.o, y) * trace.o.size)


@_mistake(
    "sign flipped",
    "y − o stands where o − y belongs, so every step climbs the loss.",
    "The seed notebook writes −(y − o), which is right; here the minus in front is lost.",
)
def sign_flipped(params: Params, trace: Trace, y: np.ndarray, learning_rate: float) -> Gradients:
    """do = 2 (y - o) / N"""
    return _backward_with(params, trace, y, do=-mse_prime(trace.o, y))


@_mistake(
    "σ′ forgotten at the output",
    "The gradient goes round the output's sigmoid, as if o were z₂, and comes out at least four times too large.",
    "With cross-entropy in place of the squares, σ′ cancels and this line is right; it is copied from there.",
)
def output_sigmoid_forgotten(params: Params, trace: Trace, y: np.ndarray, learning_rate: float) -> Gradients:
    """dz2 = do"""
    return _backward_with(params, trace, y, dz2=mse_prime(trace.o, y))


@_mistake(
    "weights updated before use",
    "w takes its step first, and the gradient then goes back through weights that did not make this output.",
    "The seed notebook does this: its W -= … stands above the line that uses W for the kernel.",
)
def weights_updated_first(params: Params, trace: Trace, y: np.ndarray, learning_rate: float) -> Gradients:
    """da1 = dz2 · (w - η dw)ᵀ"""
    exact = backward(params, trace, y)
    w = update(params, exact, learning_rate).w
    return _backward_with(params, trace, y, da1=(w @ exact.dz2).reshape(trace.a1.shape))


@_mistake(
    "σ′ on the wrong side",
    "The short form a (1 − a) is given z₁ in place of a₁, which is no slope at all: it is negative wherever z₁ is below 0 or above 1.",
    "σ′(z) = σ(z) (1 − σ(z)) in books, a (1 − a) in code: the same slope, written for different inputs.",
)
def sigmoid_prime_of_z(params: Params, trace: Trace, y: np.ndarray, learning_rate: float) -> Gradients:
    """dz1 = da1 · z1 (1 - z1)"""
    return _backward_with(params, trace, y, dz1=backward(params, trace, y).da1 * sigmoid_prime(trace.z1))


@_mistake(
    "kernel gradient flipped by 180°",
    "Each kernel weight is given the gradient of the one opposite; the nine numbers are right, their places are not.",
    "Convolution in mathematics flips the kernel and a CNN's does not; the flip is taken over for the gradient alone.",
)
def kernel_gradient_flipped(params: Params, trace: Trace, y: np.ndarray, learning_rate: float) -> Gradients:
    """df[u,v] = Σ x[i+K-1-u, j+K-1-v] · dz1[i,j]"""
    return _backward_with(params, trace, y, df=backward(params, trace, y).df[::-1, ::-1])


@_mistake(
    "stride forgotten in backward",
    "Backward takes the units for neighbours one pixel apart, so it pairs them with pixels that they never saw.",
    "The stride is passed to the forward pass only. With stride 1 nothing shows.",
)
def stride_forgotten(params: Params, trace: Trace, y: np.ndarray, learning_rate: float) -> Gradients:
    """df[u,v] = Σ x[i+u, j+v] · dz1[i,j], at any stride; dx likewise"""
    f, dz1, (height, width) = params.f, backward(params, trace, y).dz1, trace.x.shape
    before, after = pad_widths(len(f), trace.padding)
    x, dx = (np.pad(array, (before, after)) for array in (trace.x, np.zeros(trace.x.shape)))
    corner = tuple(slice(n + len(f) - 1) for n in dz1.shape)  # all that so many neighbours would have seen
    dx[corner] = conv2d_dx(f, dz1, x[corner].shape)
    df = conv2d_df(x[corner], dz1, f)
    return _backward_with(params, trace, y, df=df, dx=dx[before : before + height, before : before + width])


def _backward_with(params: Params, trace: Trace, y: np.ndarray, **wrong: np.ndarray) -> Gradients:
    """`network.backward`, line by line, with the lines in `wrong` replaced: what comes after is worked out from them."""
    x, a1, v, o, f = trace.x, trace.a1, trace.v, trace.o, params.f
    right: dict[str, Callable[[dict], np.ndarray]] = {
        "do": lambda d: mse_prime(o, y),
        "dz2": lambda d: d["do"] * sigmoid_prime(o),
        "dw": lambda d: np.outer(v, d["dz2"]),
        "db": lambda d: d["dz2"],
        "da1": lambda d: (params.w @ d["dz2"]).reshape(a1.shape),
        "dz1": lambda d: d["da1"] * sigmoid_prime(a1),
        "df": lambda d: conv2d_df(x, d["dz1"], f, trace.stride, trace.padding),
        "dx": lambda d: conv2d_dx(f, d["dz1"], x.shape, trace.stride, trace.padding),
    }
    done: dict[str, np.ndarray] = {}
    for name, line in right.items():
        done[name] = wrong[name] if name in wrong else line(done)
    return Gradients(**done)


def stages_hit(mistaken: Gradients, exact: Gradients, params: Params, learning_rate: float) -> tuple[str, ...]:
    """The stages whose arrays `mistaken` has wrong, in order: the first is where it shows, the rest inherit it.

    Stages are those of STAGES from do to update; dw stands for db too. Empty if nothing shows.

    >>> from cnnviz.core.network import forward
    >>> params = Params(np.ones((2, 2)), np.ones((4, 2)), np.zeros(2))
    >>> trace = forward(params, np.arange(9.0).reshape(3, 3) / 9)
    >>> wrong = MISTAKES["sigmoid_prime_of_z"].gradients(params, trace, np.array([1, 0]), 0.1)
    >>> stages_hit(wrong, backward(params, trace, np.array([1, 0])), params, 0.1)
    ('dz1', 'df', 'update')
    """
    steps = [update(params, gradients, learning_rate) for gradients in (mistaken, exact)]

    def differs(symbol: str) -> bool:
        if symbol == "update":
            return any(_unlike(*(getattr(step, name) for step in steps)) for name in "fwb")
        return any(
            _unlike(getattr(mistaken, name), getattr(exact, name))
            for name in (("dw", "db") if symbol == "dw" else (symbol,))
        )

    return tuple(stage.symbol for stage in STAGES if stage.phase in ("backward", "update") and differs(stage.symbol))


def _unlike(ours: np.ndarray, exact: np.ndarray) -> bool:
    return not np.array_equal(ours, exact)
