"""The network on many images at once: `network.forward` and `network.backward` with a batch axis in front.

    X (B,H,W) --conv f (K,K)--> z1 --σ--> a1 --flatten--> v (B,D) --w (D,N), b (N,)--> z2 --σ--> o (B,N)
    L = the mean over the batch of mean((o - Y)²)

The parameters are the same, and so is `network.update`.

A batch is worked through in blocks that stay in the processor's cache. In a block the images lie one
after the other as one long row of numbers, where the pixel under kernel weight (u,v) is u·W + v
numbers further on. So a row of the kernel is one `np.correlate` along that row, for all images at
once, and its gradient is another: no window is ever copied (tests/bench/batch.py). Places where the
kernel would reach over an edge into the next row or image are computed too, and left out; a stride
leaves out more of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network import Params
from cnnviz.core.ops import Padding, conv2d_shape, pad_widths, sigmoid, sigmoid_prime, targets

BLOCK = 40_000
"""Pixels in a block, unless one image has more."""

DOT = 9_999
"""Numbers in one dot product. OpenBLAS shares out those of 10,000 and more among threads: with fewer,
the bits do not depend on the number of cores, and other visitors keep theirs."""


@dataclass(frozen=True, eq=False)
class BatchTrace:
    """What a backward pass needs of a forward pass. `X` is a view of what was given, not a copy.

    z1 is not kept: a second array of this size costs as much time in fresh memory as the convolution.
    """

    X: np.ndarray
    a1: np.ndarray
    z2: np.ndarray
    o: np.ndarray
    stride: int = 1
    padding: Padding = 0

    @property
    def v(self) -> np.ndarray:
        """a1 with every image in one row, (B,D)."""
        return self.a1.reshape(len(self.a1), -1)


@dataclass(frozen=True, eq=False)
class BatchGradients:
    """∂L/∂<name> of what learns, each with <name>'s shape: all that `network.update` asks for."""

    df: np.ndarray
    dw: np.ndarray
    db: np.ndarray

    def __getitem__(self, name: str) -> np.ndarray:
        return getattr(self, name)


def forward_batch(params: Params, X: np.ndarray, stride: int = 1, padding: Padding = 0) -> BatchTrace:
    """From the images `X` (B,H,W) to the outputs `o` (B,N).

    Raises ValueError where the shapes do not fit, or for no image at all.

    >>> params = Params(np.ones((3, 3)), np.zeros((4, 2)), np.zeros(2))
    >>> trace = forward_batch(params, np.zeros((5, 4, 4)))
    >>> trace.a1.shape, trace.v.shape, trace.o[0].tolist()
    ((5, 2, 2), (5, 4), [0.5, 0.5])
    """
    X = _images(X)
    shape = conv2d_shape(X.shape[1:], params.f.shape, stride, padding)
    _check_fit(params, shape)
    a1, z2 = np.empty((len(X), *shape)), np.empty((len(X), params.b.size))
    for block, padded in _blocks(X, params.f, padding):
        minus_z1 = _places(_correlate(padded, -params.f), padded, shape, stride)  # (n, H', W')
        _sigmoid(minus_z1, out=a1[block])  # (n, H', W')
        v = a1[block].reshape(len(minus_z1), -1)  # (n, D)
        z2[block] = v @ params.w + params.b  # (n, N)
    return BatchTrace(*map(_read_only, (X, a1, z2, sigmoid(z2))), stride, padding)


def backward_batch(params: Params, trace: BatchTrace, Y: np.ndarray) -> BatchGradients:
    """The exact derivative of the mean loss: the mean of what `network.backward` gives for each image.

    `trace` from `forward_batch` with the same `params`, `Y` (B,N), or one number for all outputs.

    >>> params = Params(np.ones((3, 3)), np.zeros((4, 2)), np.zeros(2))
    >>> trace = forward_batch(params, np.zeros((5, 4, 4)))
    >>> backward_batch(params, trace, np.tile([1, 0], (5, 1))).db
    array([-0.125,  0.125])
    """
    a1, v, o = trace.a1, trace.v, trace.o
    do = 2.0 / o.size * (o - targets(Y, o.shape))  # (B, N)
    dz2 = do * sigmoid_prime(o)  # (B, N)
    db = dz2.sum(axis=0)  # (N,)
    dw, df = np.zeros(params.w.shape), np.zeros(params.f.shape)
    w_T = np.ascontiguousarray(params.w.T)  # (N, D)
    for block, padded in _blocks(trace.X, params.f, trace.padding):
        dw += v[block].T @ dz2[block]  # (D, N)
        da1 = (dz2[block] @ w_T).reshape(-1, *a1.shape[1:])  # (n, H', W')
        line = _line(padded, len(df))
        dz1 = _places(line, padded, a1.shape[1:], trace.stride)
        np.multiply(da1, sigmoid_prime(a1[block]), out=dz1)  # (n, H', W')
        df += _correlate_df(padded, line, len(df))  # (K, K)
    return BatchGradients(*map(_read_only, (df, dw, db)))


def _correlate(padded: np.ndarray, f: np.ndarray) -> np.ndarray:
    """Σ_uv padded[b, i+u, j+v] · f[u,v] at every (b,i,j), also where that is past an edge; as one line."""
    first, *others = _rows(padded, len(f))
    z1 = np.correlate(first, f[0])
    for u, pixels in enumerate(others, start=1):
        z1 += np.correlate(pixels, f[u])
    return z1


def _correlate_df(padded: np.ndarray, dz1: np.ndarray, k: int) -> np.ndarray:
    """df[u,v] = Σ_bij padded[b, i+u, j+v] · dz1[b,i,j], (k,k), for the line `dz1`, zero past the edges."""
    df = np.zeros((k, k))
    for u, pixels in enumerate(_rows(padded, k)):
        for start in range(0, dz1.size, DOT):
            part = dz1[start : start + DOT]
            df[u] += np.correlate(pixels[start : start + part.size + k - 1], part)
    return df


@np.errstate(over="ignore")
def _sigmoid(minus_z: np.ndarray, out: np.ndarray) -> None:
    """The bits of `ops.sigmoid`, from -z and without arrays in between: a tenth of the forward pass."""
    np.exp(minus_z, out=out)
    out += 1.0
    np.divide(1.0, out, out=out)


def _rows(padded: np.ndarray, k: int) -> list[np.ndarray]:
    """For each row u of the kernel the pixels that it slides over: all from row u on, as long as the last."""
    pixels, width = padded.reshape(-1), padded.shape[2]
    length = pixels.size - (k - 1) * width
    return [pixels[u * width : u * width + length] for u in range(k)]


def _line(padded: np.ndarray, k: int) -> np.ndarray:
    """Zeros, as many as `_correlate` gives."""
    return np.zeros(padded.size - (k - 1) * (padded.shape[2] + 1))


def _places(line: np.ndarray, padded: np.ndarray, shape: tuple[int, ...], stride: int) -> np.ndarray:
    """A view (n,H',W') of `line`: the places where the kernel lies inside an image."""
    image, down, right = padded.strides
    return np.ndarray((len(padded), *shape), line.dtype, line, 0, (image, down * stride, right * stride))


def _blocks(X: np.ndarray, f: np.ndarray, padding: Padding) -> Iterator[tuple[slice, np.ndarray]]:
    """The batch in blocks: which images these are, and their pixels with zeros around them."""
    before, after = pad_widths(len(f), padding)
    _, height, width = X.shape
    size = (height + before + after, width + before + after)
    step = max(1, BLOCK // (size[0] * size[1]))
    for start in range(0, len(X), step):
        block = slice(start, start + step)
        padded = X[block]
        if before or after:
            padded = np.zeros((len(padded), *size))
            padded[:, before : before + height, before : before + width] = X[block]
        yield block, padded


def _images(X: np.ndarray) -> np.ndarray:
    X = np.ascontiguousarray(X, dtype=np.float64)
    if X.ndim != 3 or not len(X):
        raise ValueError(f"forward_batch: X has shape {X.shape}; it needs (B, H, W), B at least 1")
    return X


def _check_fit(params: Params, shape: tuple[int, int]) -> None:
    w, b, d = params.w, params.b, shape[0] * shape[1]
    if w.ndim != 2 or w.shape[0] != d or not w.size:
        raise ValueError(f"forward_batch: w has shape {w.shape}; {d} units need ({d}, N), N at least 1")
    if b.shape != w.shape[1:]:
        raise ValueError(f"forward_batch: b has shape {b.shape}; w {w.shape} needs {w.shape[1:]}")


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view
