"""A faster convolution of many one-channel images with one kernel: the batch is one long row of numbers.

In that row the pixel under kernel weight (u,v) is u·W + v numbers further on. So each row of the kernel takes one
`np.correlate` for all images at once, and its gradient another; windows are never copied (tests/bench/batch.py). Positions
at which the kernel would cross an edge into the next row or image are computed and discarded, and with a stride further
ones.
"""

import numpy as np

from cnnviz.core.network.layers.layer import Call, Shape, call
from cnnviz.core.network.sliding import Padding, pad, pad_widths

DOT = 9_999
"""Maximum length of one dot product. OpenBLAS splits products of 10,000 numbers or more among threads. Below that,
results do not depend on the number of cores, and no cores are taken from other requests."""


def calls(k: int, bias: bool, stride: int, padding: Padding, shape: Shape) -> dict[str, Call]:
    """Return the operations that replace a general convolution. `shape` (H',W') is that of the output."""
    return {
        "windows": call(padded_images, "x", k=k, padding=padding),
        "y": call(correlate, f"windows f{' b' if bias else ''}", shape=shape, stride=stride),
        "df": call(correlate_df, "windows dy f", stride=stride),
    }


def padded_images(x: np.ndarray, k: int, padding: Padding) -> np.ndarray:
    """Return the images (B,1,H,W) as a contiguous array (B,H,W) with zero padding."""
    return pad(x, *pad_widths(k, padding))[:, 0]


def correlate(
    images: np.ndarray, f: np.ndarray, b: np.ndarray | None = None, *, shape: tuple[int, int], stride: int
) -> np.ndarray:
    """z[b,0,i,j] = Σ_uv images[b, s·i + u, s·j + v] · f[0,0,u,v], (B,1,H',W')."""
    kernel = f[0, 0]
    first_row, *other_rows = _rows(images, len(kernel))
    z = np.correlate(first_row, kernel[0])
    for u, pixels in enumerate(other_rows, start=1):
        z += np.correlate(pixels, kernel[u])
    z = _view_positions(z, images, shape, stride)
    return z if b is None else z + b


def correlate_df(images: np.ndarray, dz: np.ndarray, f: np.ndarray, *, stride: int) -> np.ndarray:
    """df[0,0,u,v] = Σ_bij images[b, s·i + u, s·j + v] · dz[b,0,i,j]. Positions past the edges have gradient 0."""
    k = f.shape[-1]
    spaced_dz = np.zeros(images.size - (k - 1) * (images.shape[2] + 1), images.dtype)
    _view_positions(spaced_dz, images, dz.shape[-2:], stride)[...] = dz
    df = np.zeros((k, k), images.dtype)
    for u, pixels in enumerate(_rows(images, k)):
        for start in range(0, spaced_dz.size, DOT):
            part = spaced_dz[start : start + DOT]
            df[u] += np.correlate(pixels[start : start + part.size + k - 1], part)
    return df.reshape(f.shape)


def _rows(images: np.ndarray, k: int) -> list[np.ndarray]:
    """Return, for each row u of the kernel, the pixels that it slides over, all of the same length."""
    pixels, width = images.reshape(-1), images.shape[2]
    length = pixels.size - (k - 1) * width
    return [pixels[u * width : u * width + length] for u in range(k)]


def _view_positions(numbers: np.ndarray, images: np.ndarray, shape: tuple[int, ...], stride: int) -> np.ndarray:
    """Return a view (B,1,H',W') of the numbers at positions where the kernel lies inside an image."""
    image, down, right = images.strides
    strides = (image, image, down * stride, right * stride)
    return np.ndarray((len(images), 1, *shape), numbers.dtype, numbers, 0, strides)
