"""The network and its gradients.

    x (H,W) --conv f (K,K)--> z1 --σ--> a1 --flatten--> v (D,) --w (D,N), b (N,)--> z2 --σ--> o (N,)
    L = mean((o - y)²)

One symbol means one thing in code, formula and label; `d<name>` is ∂L/∂<name> and has its shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from cnnviz.core.ops import (
    Padding,
    conv2d,
    conv2d_df,
    conv2d_dx,
    conv2d_shape,
    mse_prime,
    sigmoid,
    sigmoid_prime,
)

WEIGHTS = ("zeros", "normal")
"""How w and b may start."""


class _Arrays:
    """Makes every array of a dataclass float64 and read-only, so that a shared value cannot change.

    An array that somebody else could still write to is copied first: freezing it in place would
    be a mutation, and keeping it would let the value change behind our back.
    """

    def __post_init__(self):
        for name, value in vars(self).items():
            if isinstance(value, (np.ndarray, list, tuple)):
                object.__setattr__(self, name, _sealed(value))

    def __setstate__(self, state: dict):
        # Pickle and deepcopy give back arrays that can be written to.
        vars(self).update(state)
        _Arrays.__post_init__(self)

    @classmethod
    def _of(cls, **values):
        """As the class itself, for arrays that we have just made: they are sealed where they are."""
        self = object.__new__(cls)
        for value in values.values():
            if type(value) is np.ndarray:
                value.setflags(write=False)
        vars(self).update(values)
        return self


def _sealed(values) -> np.ndarray:
    """`values` as a float64 array that nobody can write to; a copy unless they are one already."""
    if type(values) is np.ndarray and values.dtype == np.float64 and not _writable(values):
        return values
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array


def _writable(array: np.ndarray) -> bool:
    """Whether somebody can write to `array`, or to the array that it is a view of."""
    return array.flags.writeable or (isinstance(array.base, np.ndarray) and array.base.flags.writeable)


@dataclass(frozen=True, eq=False)
class Params(_Arrays):
    """What learns: kernel `f` (K,K), weights `w` (D,N) as in Keras' Dense, bias `b` (N,)."""

    f: np.ndarray
    w: np.ndarray
    b: np.ndarray


@dataclass(frozen=True, eq=False)
class Trace(_Arrays):
    """Every value of one forward pass, and the stride and padding that the backward pass needs again."""

    x: np.ndarray
    z1: np.ndarray
    a1: np.ndarray
    v: np.ndarray
    z2: np.ndarray
    o: np.ndarray
    stride: int = 1
    padding: Padding = 0


@dataclass(frozen=True, eq=False)
class Gradients(_Arrays):
    """∂L/∂<name> for each name. `dx` may be given as a function: it is called when first asked for.

    No update needs dx, and it costs as much as the rest of the backward pass.
    """

    do: np.ndarray
    dz2: np.ndarray
    dw: np.ndarray
    db: np.ndarray
    da1: np.ndarray
    dz1: np.ndarray
    df: np.ndarray
    dx: np.ndarray | Callable[[], np.ndarray]

    def __post_init__(self):
        if callable(self.dx):
            object.__setattr__(self, "_work_out_dx", self.__dict__.pop("dx"))
        super().__post_init__()

    def __getattr__(self, name: str):
        # Reached only for an attribute that is not there yet.
        if name == "dx" and "_work_out_dx" in self.__dict__:
            object.__setattr__(self, "dx", _sealed(self._work_out_dx()))
            return self.dx
        raise AttributeError(f"{type(self).__name__} has no {name!r}")


def init_params(
    f: np.ndarray,
    x_shape: tuple[int, int],
    n_outputs: int = 2,
    stride: int = 1,
    padding: Padding = 0,
    weights: str = "zeros",
    seed: int = 0,
) -> Params:
    """The parameters before the first update: this kernel, and w and b that fit it.

    `weights` "zeros" as in the notebook, or "normal": w ~ N(0, 1/D) from `seed` (LeCun's scale, so
    that z2 starts near ±1), b zero. Raises ValueError if the kernel does not fit `x_shape` (H,W).

    >>> init_params(np.ones((3, 3)), (32, 32)).w.shape
    (900, 2)
    """
    if n_outputs < 1:
        raise ValueError(f"init_params: n_outputs is {n_outputs!r}; the network needs at least 1")
    rows, columns = conv2d_shape(x_shape, np.shape(f), stride, padding)
    d = rows * columns
    if weights not in WEIGHTS:
        raise ValueError(f"init_params: weights {weights!r} is none of {', '.join(WEIGHTS)}")
    if weights == "normal":
        w = np.random.default_rng(seed).normal(size=(d, n_outputs)) / np.sqrt(d)
    else:
        w = np.zeros((d, n_outputs))
    return Params(np.asarray(f), w, np.zeros(n_outputs))


def forward(params: Params, x: np.ndarray, stride: int = 1, padding: Padding = 0) -> Trace:
    """Every value from the image `x` (H,W) to the outputs `o` (N,).

    Raises ValueError if w does not have a row for each of the H'·W' units.

    >>> x = np.zeros((4, 4))
    >>> forward(init_params(np.ones((3, 3)), x.shape), x).o
    array([0.5, 0.5])
    """
    z1 = conv2d(x, params.f, stride, padding)  # (H', W')
    a1 = sigmoid(z1)  # (H', W')
    v = a1.reshape(-1)  # (D,)
    if params.w.ndim != 2 or params.w.shape[0] != v.size or not params.w.size:
        raise ValueError(f"forward: w has shape {params.w.shape}; {v.size} units need ({v.size}, N), N at least 1")
    if params.b.shape != params.w.shape[1:]:
        raise ValueError(f"forward: b has shape {params.b.shape}; w {params.w.shape} needs {params.w.shape[1:]}")
    z2 = v @ params.w + params.b  # (N,)
    o = sigmoid(z2)  # (N,)
    return Trace._of(x=_sealed(x), z1=z1, a1=a1, v=v, z2=z2, o=o, stride=stride, padding=padding)


def backward(params: Params, trace: Trace, y: np.ndarray) -> Gradients:
    """The exact derivative of mse with respect to every name: `forward`, reversed, one line a stage.

    `y` (N,), or one number for all outputs. `dx` is worked out when first asked for.

    >>> x = np.zeros((4, 4))
    >>> params = init_params(np.ones((3, 3)), x.shape)
    >>> backward(params, forward(params, x), np.array([1, 0])).db
    array([-0.125,  0.125])
    """
    x, a1, v, o = trace.x, trace.a1, trace.v, trace.o
    do = mse_prime(o, y)  # (N,)
    dz2 = do * sigmoid_prime(o)  # (N,)  also db
    dw = np.dot(v[:, None], dz2[None])  # (D, N)  np.outer, several times faster
    da1 = (params.w @ dz2).reshape(a1.shape)  # (H', W')
    dz1 = da1 * sigmoid_prime(a1)  # (H', W')
    df = conv2d_df(x, dz1, params.f, trace.stride, trace.padding)  # (K, K)
    dx = partial(conv2d_dx, params.f, dz1, x.shape, trace.stride, trace.padding)  # (H, W)
    return Gradients._of(do=do, dz2=dz2, dw=dw, db=dz2, da1=da1, dz1=dz1, df=df, _work_out_dx=dx)


def update(params: Params, gradients: Gradients, learning_rate: float) -> Params:
    """One step of gradient descent, θ ← θ - η·dθ, for f, w and b. New values; nothing is mutated.

    >>> x = np.zeros((4, 4))
    >>> params = init_params(np.ones((3, 3)), x.shape)
    >>> update(params, backward(params, forward(params, x), np.array([1, 0])), 0.8).b
    array([ 0.1, -0.1])
    """
    return Params._of(
        f=params.f - learning_rate * gradients.df,
        w=params.w - learning_rate * gradients.dw,
        b=params.b - learning_rate * gradients.db,
    )
