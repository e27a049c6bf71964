"""Each operation of the network beside its derivative.

Arrays are float64 and come out new; nothing that is passed in changes. The derivative of an
operation takes the gradient that arrived at its output and gives the gradient at its input,
as in Goodfellow, Bengio & Courville, *Deep Learning* (2016), sections 6.5 and 9.5.
"""

from __future__ import annotations

import operator
from functools import lru_cache

import numpy as np

Padding = int | str
"""A number of zeros on each side, or "valid" (0), "same" (K - 1 in all) or "full" (K - 1 a side)."""

PADDINGS = ("valid", "same", "full")


def pad_widths(k: int, padding: Padding) -> tuple[int, int]:
    """Zeros before and after one axis, for a kernel of `k`.

    "same" adds k - 1 zeros in all, so that stride 1 keeps the size; for an even kernel the odd
    one comes after, as TensorFlow's SAME does at stride 1. (At larger strides TensorFlow moves
    its zeros with the stride; here they stay.)

    >>> pad_widths(3, "valid"), pad_widths(3, "same"), pad_widths(4, "same"), pad_widths(3, "full")
    ((0, 0), (1, 1), (1, 2), (2, 2))
    """
    if isinstance(padding, str):
        total = {"valid": 0, "same": k - 1, "full": 2 * (k - 1)}.get(padding)
        if total is None:
            raise ValueError(f"conv2d: padding {padding!r} is none of {', '.join(PADDINGS)}, nor a whole number")
        return total // 2, total - total // 2
    width = _whole_number("padding", padding, least=0)
    return width, width


def output_size(n: int, k: int, stride: int = 1, padding: Padding = 0) -> int:
    """How many places a kernel of `k` has along `n` pixels: floor((n - k + 2·padding)/stride) + 1.

    Raises ValueError if there is none. Source: Dumoulin & Visin, *A guide to convolution
    arithmetic for deep learning* (2016), relationship 6.

    >>> output_size(32, 3), output_size(32, 3, stride=2, padding=1), output_size(32, 3, padding="full")
    (30, 16, 34)
    """
    n, k = _whole_number("input size", n), _whole_number("kernel size", k)
    stride = _whole_number("stride", stride)
    size = (n - k + sum(pad_widths(k, padding))) // stride + 1
    if size < 1:
        raise ValueError(
            f"conv2d: a kernel of {k} does not fit into {n} pixels with padding {padding}; "
            f"it needs an input of at least {k - sum(pad_widths(k, padding))} or more padding"
        )
    return size


def conv2d_shape(
    x_shape: tuple[int, ...], f_shape: tuple[int, ...], stride: int = 1, padding: Padding = 0
) -> tuple[int, int]:
    """The shape (H',W') of z1 for an image (H,W) and a kernel (K,K); ValueError if there is none.

    >>> conv2d_shape((32, 20), (3, 3), stride=2)
    (15, 9)
    """
    if len(x_shape) != 2:
        raise ValueError(f"conv2d: x has shape {x_shape}; it needs two axes, (H, W)")
    if len(f_shape) != 2 or f_shape[0] != f_shape[1]:
        raise ValueError(f"conv2d: f has shape {f_shape}; it needs to be square, (K, K)")
    try:
        rows, columns = (output_size(n, f_shape[0], stride, padding) for n in x_shape)
    except ValueError as error:
        raise ValueError(f"{error} (x has shape {x_shape}, f {f_shape})") from None
    return rows, columns


def conv2d(x: np.ndarray, f: np.ndarray, stride: int = 1, padding: Padding = 0) -> np.ndarray:
    """z1[i,j] = Σ_uv x[s·i + u - p, s·j + v - p] · f[u,v], the kernel not flipped.

    `x` (H,W), `f` (K,K) -> (H',W'). This is cross-correlation, which the field calls convolution.
    Raises ValueError where the shapes do not fit.

    >>> conv2d(np.arange(9.).reshape(3, 3), np.ones((2, 2)))
    array([[ 8., 12.],
           [20., 24.]])
    """
    f = _array(f)
    windows = _windows(x, f, stride, padding)
    return f.reshape(-1).dot(windows.reshape(f.size, -1)).reshape(windows.shape[2:])


def conv2d_df(x: np.ndarray, dz1: np.ndarray, f: np.ndarray, stride: int = 1, padding: Padding = 0) -> np.ndarray:
    """df[u,v] = Σ_ij x[s·i + u - p, s·j + v - p] · dz1[i,j]: each weight saw a window of x as large as z1.

    `x` (H,W), `dz1` (H',W') -> the shape of `f` (K,K).

    >>> conv2d_df(np.arange(9.).reshape(3, 3), np.ones((2, 2)), np.zeros((2, 2)))
    array([[ 8., 12.],
           [20., 24.]])
    """
    f, dz1 = _array(f), _array(dz1)
    windows = _windows(x, f, stride, padding)
    if dz1.shape != windows.shape[2:]:
        raise ValueError(f"conv2d_df: dz1 has shape {dz1.shape}; x, f, stride and padding need {windows.shape[2:]}")
    return windows.reshape(f.size, -1).dot(dz1.reshape(-1)).reshape(f.shape)


def conv2d_dx(
    f: np.ndarray, dz1: np.ndarray, x_shape: tuple[int, int], stride: int = 1, padding: Padding = 0
) -> np.ndarray:
    """dx[r,c] = Σ dz1[i,j] · f[u,v] over every (i,j,u,v) with s·i + u - p = r and s·j + v - p = c.

    `f` (K,K), `dz1` (H',W') -> `x_shape` (H,W). Each kernel weight hands its share back to the
    pixels it touched.

    >>> conv2d_dx(np.ones((2, 2)), np.ones((2, 2)), (3, 3))
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    f, dz1 = _array(f), _array(dz1)
    height, width = x_shape
    rows, columns, before, after = _layout((height, width), f.shape, stride, padding)
    if dz1.shape != (rows, columns):
        raise ValueError(f"conv2d_dx: dz1 has shape {dz1.shape}; x, f, stride and padding need {(rows, columns)}")
    padded = np.zeros((height + before + after, width + before + after))
    for u in range(f.shape[0]):
        for v in range(f.shape[1]):
            padded[u : u + stride * rows : stride, v : v + stride * columns : stride] += f[u, v] * dz1
    return padded[before : before + height, before : before + width].copy()


def kernel_shares(x: np.ndarray, dz1: np.ndarray, f: np.ndarray, stride: int = 1, padding: Padding = 0) -> np.ndarray:
    """The terms that `conv2d_df` sums: [u,v,i,j] = x[s·i + u - p, s·j + v - p] · dz1[i,j], (K,K,H',W')."""
    return _windows(x, _array(f), stride, padding) * _array(dz1)


@np.errstate(over="ignore")
def sigmoid(z: np.ndarray) -> np.ndarray:
    """σ(z) = 1 / (1 + e^(-z)), elementwise, right at any magnitude.

    e^(-z) may overflow to infinity below z = -709; 1/∞ = 0 is then the right answer, so the
    overflow is not worth a warning.

    >>> sigmoid(np.array([-1e4, 0, 1e4]))
    array([0. , 0.5, 1. ])
    """
    return 1.0 / (1.0 + np.exp(-_array(z)))


def sigmoid_prime(a: np.ndarray) -> np.ndarray:
    """σ′ = a·(1 - a), elementwise, from the *activation* a = σ(z), not from z.

    >>> float(sigmoid_prime(0.5))
    0.25
    """
    a = _array(a)
    return a * (1.0 - a)


SATURATED = 0.01
"""A unit is saturated where a·(1 - a) is below this: it passes less than a 25th of what it could."""


def saturated_share(a: np.ndarray) -> float:
    """The share (0 to 1) of units whose σ′ is below SATURATED: they pass almost no gradient.

    >>> saturated_share(np.array([0.5, 1.0, 0.0, 0.9]))
    0.5
    """
    return float(np.mean(sigmoid_prime(a) < SATURATED))


def mse(o: np.ndarray, y: np.ndarray) -> float:
    """L = (1/N) Σ (o - y)², the mean over the N outputs; `o` (N,), `y` (N,) or one number for all.

    >>> mse(np.array([0.5, 0.5]), np.array([1, 0]))
    0.25
    """
    error = _array(o) - targets(y, np.shape(o))
    return float(error @ error / error.size) if error.ndim == 1 else float(np.mean(error**2))


def mse_prime(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """do = 2 (o - y) / N, shape (N,). For N = 2 this is the notebook's -(y - o).

    >>> mse_prime(np.array([0.5, 0.5]), np.array([1, 0]))
    array([-0.5,  0.5])
    """
    o = _array(o)
    return 2.0 / o.size * (o - targets(y, o.shape))


def targets(y: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """`y` as an array of `shape` (N,); a single number stands for all N, as in the notebook.

    >>> targets(0.9, (2,))
    array([0.9, 0.9])
    """
    y = _array(y)
    if y.ndim == 0:
        return np.full(shape, y)
    if y.shape != shape:
        raise ValueError(f"mse: y has shape {y.shape}; the outputs o need {shape}, or one number for all")
    return y


def _array(values) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)


def _whole_number(name: str, value, least: int = 1) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least:
        raise ValueError(f"conv2d: {name} {value!r} must be a whole number of at least {least}")
    return number


@lru_cache(maxsize=256, typed=True)
def _layout(x_shape: tuple, f_shape: tuple, stride: int, padding: Padding) -> tuple[int, int, int, int]:
    """H', W' and the zeros before and after. Remembered, since checking them takes as long as the convolution."""
    return *conv2d_shape(x_shape, f_shape, stride, padding), *pad_widths(f_shape[0], padding)


def _windows(x: np.ndarray, f: np.ndarray, stride: int, padding: Padding) -> np.ndarray:
    """A view [u,v,i,j] of the padded x: the pixel under kernel weight (u,v) when z1[i,j] is computed.

    One array header over x's memory, copied once by the caller's reshape: several times faster
    than nine shifted products or `sliding_window_view` at this size (tests/bench).
    """
    x = np.ascontiguousarray(x, dtype=np.float64)
    rows, columns, before, after = _layout(x.shape, f.shape, stride, padding)
    if before or after:
        inner, x = x, np.zeros((x.shape[0] + before + after, x.shape[1] + before + after))
        x[before : before + inner.shape[0], before : before + inner.shape[1]] = inner
    down, right = x.strides
    return np.ndarray((*f.shape, rows, columns), x.dtype, x, 0, (down, right, down * stride, right * stride))
