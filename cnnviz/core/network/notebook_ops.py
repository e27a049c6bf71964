"""The operations of the teaching notebook's network on one image and one kernel, each with its derivative.

All functions return new float64 arrays and do not modify their arguments. They use the code of the layers
(cnnviz/core/network/layers), but without a channel axis, and they check shapes.
"""

import numpy as np

from cnnviz.core.network import losses, sliding
from cnnviz.core.network.layers import conv
from cnnviz.core.network.layers import sigmoid as _sigmoid
from cnnviz.core.network.layers.sigmoid import SATURATED
from cnnviz.core.network.sliding import PADDINGS, Padding, pad_widths
from cnnviz.words import Problem

__all__ = ["PADDINGS", "SATURATED", "Padding", "conv2d", "mse", "output_size", "pad_widths", "sigmoid", "sigmoid_prime", "targets"]


def output_size(n: int, k: int, stride: int = 1, padding: Padding = 0) -> int:
    """Return the number of positions of a kernel of size `k` along `n` pixels: floor((n - k + 2·padding)/stride) + 1.

    Raise ValueError if it is below 1. Source: Dumoulin & Visin, *A guide to convolution
    arithmetic for deep learning* (2016), relationship 6.

    >>> output_size(32, 3), output_size(32, 3, stride=2, padding=1), output_size(32, 3, padding="full")
    (30, 16, 34)
    """
    try:
        return sliding.output_size(n, k, stride, padding)
    except Problem as problem:
        raise ValueError(f"conv2d: {problem}") from None


def conv2d_shape(
    x_shape: tuple[int, ...], f_shape: tuple[int, ...], stride: int = 1, padding: Padding = 0
) -> tuple[int, int]:
    """Return the shape (H',W') of z1 for an image (H,W) and a kernel (K,K). Raise ValueError if they do not fit.

    >>> conv2d_shape((32, 20), (3, 3), stride=2)
    (15, 9)
    """
    if len(x_shape) != 2:
        raise ValueError(f"conv2d: x has shape {x_shape}; it needs two axes, (H, W)")
    if len(f_shape) != 2 or f_shape[0] != f_shape[1]:
        raise ValueError(f"conv2d: f has shape {f_shape}; it needs to be square, (K, K)")
    try:
        rows, columns = (output_size(n, f_shape[0], stride, padding) for n in x_shape)
    except ValueError as problem:
        raise ValueError(f"{problem} (x has shape {x_shape}, f {f_shape})") from None
    return rows, columns


def conv2d(x: np.ndarray, f: np.ndarray, stride: int = 1, padding: Padding = 0) -> np.ndarray:
    """z1[i,j] = Σ_uv x[s·i + u - p, s·j + v - p] · f[u,v], with the kernel not flipped.

    `x` (H,W), `f` (K,K) -> (H',W'). This is cross-correlation, which the field calls convolution.
    Raise ValueError if the shapes do not fit.

    >>> conv2d(np.arange(9.).reshape(3, 3), np.ones((2, 2)))
    array([[ 8., 12.],
           [20., 24.]])
    """
    x, f = _array(x), _array(f)
    shape = conv2d_shape(x.shape, f.shape, stride, padding)
    return conv.weigh(conv.windows(x[None], len(f), stride, padding), f[None, None], shape=shape)[0]


def conv2d_df(x: np.ndarray, dz1: np.ndarray, f: np.ndarray, stride: int = 1, padding: Padding = 0) -> np.ndarray:
    """df[u,v] = Σ_ij x[s·i + u - p, s·j + v - p] · dz1[i,j].

    `x` (H,W), `dz1` (H',W') -> the shape of `f` (K,K).

    >>> conv2d_df(np.arange(9.).reshape(3, 3), np.ones((2, 2)), np.zeros((2, 2)))
    array([[ 8., 12.],
           [20., 24.]])
    """
    x, f, dz1 = _array(x), _array(f), _array(dz1)
    _check("conv2d_df", dz1, conv2d_shape(x.shape, f.shape, stride, padding))
    return conv.weigh_df(conv.windows(x[None], len(f), stride, padding), dz1[None], f[None, None])[0, 0]


def conv2d_dx(
    f: np.ndarray, dz1: np.ndarray, x_shape: tuple[int, int], stride: int = 1, padding: Padding = 0
) -> np.ndarray:
    """dx[r,c] = Σ dz1[i,j] · f[u,v] over all (i,j,u,v) with s·i + u - p = r and s·j + v - p = c.

    `f` (K,K), `dz1` (H',W') -> `x_shape` (H,W). The contribution of each kernel weight is added to the
    pixels that it covered.

    >>> conv2d_dx(np.ones((2, 2)), np.ones((2, 2)), (3, 3))
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    f, dz1 = _array(f), _array(dz1)
    _check("conv2d_dx", dz1, conv2d_shape(tuple(x_shape), f.shape, stride, padding))
    return conv.weigh_dx(dz1[None], f[None, None], size=x_shape, stride=stride, padding=padding)[0]


def sigmoid(z: np.ndarray) -> np.ndarray:
    """σ(z) = 1 / (1 + e^(-z)), element-wise, for any magnitude.

    >>> sigmoid(np.array([-1e4, 0, 1e4]))
    array([0. , 0.5, 1. ])
    """
    return _sigmoid.sigmoid(_array(z))


def sigmoid_prime(a: np.ndarray) -> np.ndarray:
    """σ′ = a·(1 - a), element-wise, from the *activation* a = σ(z), not from z.

    >>> float(sigmoid_prime(0.5))
    0.25
    """
    return _sigmoid.sigmoid_prime(_array(a))


def saturated_share(a: np.ndarray) -> float:
    """Return the share (0 to 1) of units whose σ′ is below SATURATED, which pass almost no gradient.

    >>> saturated_share(np.array([0.5, 1.0, 0.0, 0.9]))
    0.5
    """
    return float(np.mean(sigmoid_prime(a) < SATURATED))


def mse(o: np.ndarray, y: np.ndarray) -> float:
    """L = (1/N) Σ (o - y)², the mean over the N outputs; `o` (N,), `y` (N,) or one number for all.

    >>> mse(np.array([0.5, 0.5]), np.array([1, 0]))
    0.25
    """
    o = _array(o)
    return float(np.mean(losses.mse(o, targets(y, o.shape))))


def mse_prime(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """do = 2 (o - y) / N, shape (N,). For N = 2 this is the notebook's -(y - o).

    >>> mse_prime(np.array([0.5, 0.5]), np.array([1, 0]))
    array([-0.5,  0.5])
    """
    o = _array(o)
    return 2.0 / o.size * (o - targets(y, o.shape))


def targets(y: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return `y` as an array of `shape` (N,). A single number is repeated N times, as in the notebook.

    >>> targets(0.9, (2,))
    array([0.9, 0.9])
    """
    y = np.asarray(y, dtype=np.float64)
    if y.ndim == 0:
        return np.full(shape, y)
    if y.shape != shape:
        raise ValueError(f"mse: y has shape {y.shape}; the outputs o need {shape}, or one number for all")
    return y


def _array(values: object) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)


def _check(operation: str, dz1: np.ndarray, shape: tuple[int, ...]) -> None:
    if dz1.shape != shape:
        raise ValueError(f"{operation}: dz1 has shape {dz1.shape}; x, f, stride and padding need {shape}")
