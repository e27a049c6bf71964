"""The network on many images at once: `network.forward` and `network.backward` with a batch axis in front.

    X (B,H,W) --conv f (K,K)--> z1 --σ--> a1 --flatten--> v (B,D) --w (D,N), b (N,)--> z2 --σ--> o (B,N)
    L = mean over the batch of mean((o - Y)²)

Every name means what it means there, and `d<name>` is the derivative of this L, with <name>'s shape.
Parameters are the same, and so is `network.update`.

A batch is worked through in blocks that stay in the processor's cache. In a block the images lie one
after the other as one long row of numbers, where the pixel under kernel weight (u,v) is u·W + v
numbers further on. So a row of the kernel is one `np.correlate` along that row, for all images at
once, and its gradient is another: no window is ever copied (tests/bench/batch.py). Places where the
kernel would reach over an edge into the next row or image are computed too, and left out. A stride
only picks every s-th place.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from cnnviz.core.network import Gradients, Params, Trace
from cnnviz.core.ops import Padding, conv2d_dx, conv2d_shape, pad_widths, sigmoid, sigmoid_prime, targets

BLOCK = 9_999
"""Pixels in a block, unless one image has more. They fit in the cache, and OpenBLAS splits a sum of
10,000 and more among threads: below, the bits do not depend on how many cores there are."""


def forward_batch(params: Params, X: np.ndarray, stride: int = 1, padding: Padding = 0) -> Trace:
    """Every value from the images `X` (B,H,W) to the outputs `o` (B,N): a Trace with a batch axis in front.

    Raises ValueError where the shapes do not fit, or for no image at all.

    >>> params = Params(np.ones((3, 3)), np.zeros((4, 2)), np.zeros(2))
    >>> trace = forward_batch(params, np.zeros((5, 4, 4)))
    >>> trace.z1.shape, trace.v.shape, trace.o[0].tolist()
    ((5, 2, 2), (5, 4), [0.5, 0.5])
    """
    X = _images(X)
    rows, columns = conv2d_shape(X.shape[1:], params.f.shape, stride, padding)
    _check_params(params, rows * columns)
    z1, z2 = np.empty((len(X), rows, columns)), np.empty((len(X), params.b.size))
    a1 = np.empty_like(z1)
    v = a1.reshape(len(X), -1)  # (B, D)
    for block, padded in _blocks(X, params.f, padding):
        z1[block] = _places(_correlate(padded, params.f), z1.shape[1:], stride)  # (B, H', W')
        a1[block] = sigmoid(z1[block])  # (B, H', W')
        z2[block] = v[block] @ params.w + params.b  # (B, N)
    return Trace(*map(_frozen, (X, z1, a1)), _frozen(v), *map(_frozen, (z2, sigmoid(z2))), stride, padding)


def backward_batch(params: Params, trace: Trace, Y: np.ndarray) -> Gradients:
    """The exact derivative of the mean loss with respect to every name: `forward_batch`, reversed.

    `trace` from `forward_batch`, `Y` (B,N). dw, db and df are the means of what `network.backward`
    gives for each image; the others, which each image has its own of, are its values over B. `dx`
    is worked out when first asked for.

    >>> params = Params(np.ones((3, 3)), np.zeros((4, 2)), np.zeros(2))
    >>> trace = forward_batch(params, np.zeros((5, 4, 4)))
    >>> backward_batch(params, trace, np.tile([1, 0], (5, 1))).db
    array([-0.125,  0.125])
    """
    X, a1, v, o = trace.x, trace.a1, trace.v, trace.o
    do = 2.0 / o.size * (o - targets(Y, o.shape))  # (B, N)
    dz2 = do * sigmoid_prime(o)  # (B, N)
    dw, df = np.zeros(params.w.shape), np.zeros(params.f.shape)  # (D, N), (K, K)
    da1, dz1 = np.empty_like(a1), np.empty_like(a1)  # (B, H', W')
    for block, padded in _blocks(X, params.f, trace.padding):
        dw += v[block].T @ dz2[block]
        da1[block] = (dz2[block] @ params.w.T).reshape(a1[block].shape)
        dz1[block] = da1[block] * sigmoid_prime(a1[block])
        wide = np.zeros(padded.shape)
        _places(wide, a1.shape[1:], trace.stride)[:] = dz1[block]
        df += _correlate_df(padded, wide, len(df))
    dx = partial(_dx, params.f, dz1, X.shape[1:], trace.stride, trace.padding)
    return Gradients(*map(_frozen, (do, dz2, dw, dz2.sum(axis=0), da1, dz1, df)), dx)


def _correlate(padded: np.ndarray, f: np.ndarray) -> np.ndarray:
    """Σ_uv padded[b, i + u, j + v] · f[u,v] at every (b,i,j), also where that is past an edge."""
    k, wide = len(f), np.empty(padded.shape)
    rows = _kernel_rows(padded, k)
    z1 = np.correlate(next(rows), f[0])
    for u, row in enumerate(rows, start=1):
        z1 += np.correlate(row, f[u])
    wide.reshape(-1)[: z1.size] = z1
    return wide


def _correlate_df(padded: np.ndarray, dz1: np.ndarray, k: int) -> np.ndarray:
    """df[u,v] = Σ_bij padded[b, i + u, j + v] · dz1[b,i,j], where `dz1` is as wide as `padded`."""
    rows = list(_kernel_rows(padded, k))
    dz1 = dz1.reshape(-1)[: rows[0].size - (k - 1)]
    return np.array([np.correlate(row, dz1) for row in rows])


def _kernel_rows(padded: np.ndarray, k: int) -> Iterator[np.ndarray]:
    """For each row of the kernel all pixels that it ever lies on, as one long row."""
    pixels, width = padded.reshape(-1), padded.shape[2]
    length = pixels.size - (k - 1) * width
    for u in range(k):
        yield pixels[u * width : u * width + length]


def _places(wide: np.ndarray, shape: tuple[int, int], stride: int) -> np.ndarray:
    """A view of the places (B,H',W') at which the kernel lies inside an image."""
    rows, columns = shape
    return wide[:, : stride * rows : stride, : stride * columns : stride]


def _blocks(X: np.ndarray, f: np.ndarray, padding: Padding) -> Iterator[tuple[slice, np.ndarray]]:
    """The batch in parts: which images, and these with their zeros around them, float64 in one piece."""
    before, after = pad_widths(len(f), padding)
    _, height, width = X.shape
    size = (height + before + after, width + before + after)
    step = max(1, BLOCK // (size[0] * size[1]))
    for start in range(0, len(X), step):
        block = slice(start, min(start + step, len(X)))
        padded = X[block]
        if before or after:
            padded = np.zeros((len(padded), *size))
            padded[:, before : before + height, before : before + width] = X[block]
        yield block, padded


def _dx(f: np.ndarray, dz1: np.ndarray, shape: tuple[int, int], stride: int, padding: Padding) -> np.ndarray:
    return np.array([conv2d_dx(f, of_image, shape, stride, padding) for of_image in dz1])


def _images(X: np.ndarray) -> np.ndarray:
    X = np.ascontiguousarray(X, dtype=np.float64)
    if X.ndim != 3 or not len(X):
        raise ValueError(f"forward_batch: X has shape {X.shape}; it needs (B, H, W), B at least 1")
    return X


def _check_params(params: Params, units: int) -> None:
    if params.w.ndim != 2 or params.w.shape[0] != units or not params.w.size:
        raise ValueError(f"forward_batch: w has shape {params.w.shape}; {units} units need ({units}, N), N at least 1")
    if params.b.shape != params.w.shape[1:]:
        raise ValueError(
            f"forward_batch: b has shape {params.b.shape}; w {params.w.shape} needs {params.w.shape[1:]}"
        )


def _frozen(array: np.ndarray) -> np.ndarray:
    """`array`, which we have just made, so that it need not be copied to be kept."""
    array.setflags(write=False)
    return array
