"""The teaching notebook's network as separate functions: `init_params`, `forward`, `backward` and `update`.

    x (H,W) --conv f (K,K)--> z1 --σ--> a1 --flatten--> v (D,) --w (D,N), b (N,)--> z2 --σ--> o (N,)
    L = mean((o - y)²)
"""

import math
from functools import lru_cache

import numpy as np

from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.layers.dense import Dense
from cnnviz.core.network.layers.layer import Shape
from cnnviz.core.network.layers.sigmoid import Sigmoid
from cnnviz.core.network.losses import LOSSES
from cnnviz.core.network.named_arrays import Gradients, Params, Trace
from cnnviz.core.network.network import WEIGHTS, Network
from cnnviz.core.network.notebook_ops import conv2d_shape, targets
from cnnviz.core.network.optimizers import gd
from cnnviz.core.network.program import Pass, Program
from cnnviz.core.network.sliding import Padding


def init_params(
    f: np.ndarray,
    x_shape: tuple[int, int],
    n_outputs: int = 2,
    stride: int = 1,
    padding: Padding = 0,
    weights: str = "zeros",
    seed: int = 0,
) -> Params:
    """Return the parameters before the first update: this kernel, and w and b that match it.

    `weights` is "zeros" as in the notebook, "normal" for w ~ N(0, 1/D) from `seed` (LeCun's scale, so that z2 starts near
    ±1), or "he" for N(0, 2/D). b is zero. Raise ValueError if the kernel does not fit `x_shape` (H,W).

    >>> init_params(np.ones((3, 3)), (32, 32)).w.shape
    (900, 2)
    """
    if n_outputs < 1:
        raise ValueError(f"init_params: n_outputs is {n_outputs!r}; the network needs at least 1")
    rows, columns = conv2d_shape(x_shape, np.shape(f), stride, padding)
    d = rows * columns
    if weights not in WEIGHTS:
        raise ValueError(f"init_params: weights {weights!r} is none of {', '.join(WEIGHTS)}")
    if weights == "zeros":
        w = np.zeros((d, n_outputs))
    else:
        w = np.random.default_rng(seed).normal(size=(d, n_outputs)) / np.sqrt(d / 2 if weights == "he" else d)
    return Params(np.asarray(f), w, np.zeros(n_outputs))


def forward(params: Params, x: np.ndarray, stride: int = 1, padding: Padding = 0) -> Trace:
    """Return every value from the image `x` (H,W) to the outputs `o` (N,) of the teaching notebook's network.

    Raise ValueError if w does not have a row for each of the H'·W' units.

    >>> x = np.zeros((4, 4))
    >>> forward(init_params(np.ones((3, 3)), x.shape), x).o
    array([0.5, 0.5])
    """
    x = np.asarray(x, dtype=np.float64)
    return notebook_program(params, x.shape, stride, padding).forward(params, x)


def backward(params: Params, trace: Trace, y: np.ndarray) -> Gradients:
    """Return the exact derivative of mse with respect to every array of `forward`.

    `y` has the shape (N,), or is one number for all outputs. `dx` is computed on first access.

    >>> x = np.zeros((4, 4))
    >>> params = init_params(np.ones((3, 3)), x.shape)
    >>> backward(params, forward(params, x), np.array([1, 0])).db
    array([-0.125,  0.125])
    """
    made_by = trace.made_by
    if isinstance(made_by, Pass) and made_by.params is params:
        program = made_by.program
    else:
        program = notebook_program(params, trace.x.shape, trace.stride, trace.padding)
    return program.backward(params, trace, targets(y, trace.o.shape))


def notebook_program(params: Params, x_shape: tuple[int, ...], stride: int = 1, padding: Padding = 0) -> Program:
    """Return the program of the teaching notebook's network for these parameters and images (H,W). Raise ValueError
    if they do not fit."""
    return _notebook_program(x_shape, params.f.shape, params.w.shape, params.b.shape, stride, padding)


@lru_cache(maxsize=256, typed=True)
def _notebook_program(x_shape: Shape, f: Shape, w: Shape, b: Shape, stride: int, padding: Padding) -> Program:
    """Check the shapes once for all parameters that have them."""
    units = math.prod(conv2d_shape(x_shape, f, stride, padding))
    if len(w) != 2 or w[0] != units or not w[1]:
        raise ValueError(f"forward: w has shape {w}; {units} units need ({units}, N), N at least 1")
    if b != w[1:]:
        raise ValueError(f"forward: b has shape {b}; w {w} needs {w[1:]}")
    layers = (Conv(1, f[0], False, stride, padding), Sigmoid(), Dense(w[1]), Sigmoid())
    return Program(Network(layers, LOSSES["mse"]), (1, *x_shape), sliding=(stride, padding))


def update(params: Params, gradients: Gradients, learning_rate: float) -> Params:
    """Return the parameters after one step of gradient descent, θ ← θ - η·dθ. Nothing is mutated.

    >>> x = np.zeros((4, 4))
    >>> params = init_params(np.ones((3, 3)), x.shape)
    >>> update(params, backward(params, forward(params, x), np.array([1, 0])), 0.8).b
    array([ 0.1, -0.1])
    """
    return gd(learning_rate).step(params, gradients, None)[0]
