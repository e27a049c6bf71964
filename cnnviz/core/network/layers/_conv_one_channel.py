"""One kernel over one channel of many images, faster: a batch as one long row of numbers.

In that row the pixel under kernel weight (u,v) is u·W + v numbers further on. So a row of the kernel is one
`np.correlate` along it, for all images at once, and its gradient is another: no window is ever copied
(tests/bench/batch.py). Places where the kernel would reach over an edge into the next row or image are
computed too, and left out; a stride leaves out more of them.
"""

import numpy as np

from cnnviz.core.network.layers.layer import Call, Shape, call
from cnnviz.core.network.sliding import Padding, pad_widths, padded

DOT = 9_999
"""Numbers in one dot product. OpenBLAS shares out those of 10,000 and more among threads: with fewer,
the bits do not depend on the number of cores, and other visitors keep theirs."""


def calls(k: int, bias: bool, stride: int, padding: Padding, shape: Shape) -> dict[str, Call]:
    """The lines that take the place of a convolution's own; `shape` (H',W') is that of its output."""
    return {
        "windows": call(line, "x", k=k, padding=padding),
        "y": call(correlate, f"windows f{' b' if bias else ''}", shape=shape, stride=stride),
        "df": call(correlate_df, "windows dy f", stride=stride),
    }


def line(x: np.ndarray, k: int, padding: Padding) -> np.ndarray:
    """The images (B,1,H,W) with zeros around each, (B,H,W), in one piece of memory."""
    return padded(x, *pad_widths(k, padding))[:, 0]


def correlate(
    images: np.ndarray, f: np.ndarray, b: np.ndarray | None = None, *, shape: tuple[int, int], stride: int
) -> np.ndarray:
    """z[b,0,i,j] = Σ_uv images[b, s·i + u, s·j + v] · f[0,0,u,v], (B,1,H',W')."""
    kernel = f[0, 0]
    first, *others = _rows(images, len(kernel))
    z = np.correlate(first, kernel[0])
    for u, pixels in enumerate(others, start=1):
        z += np.correlate(pixels, kernel[u])
    z = _places(z, images, shape, stride)
    return z if b is None else z + b


def correlate_df(images: np.ndarray, dz: np.ndarray, f: np.ndarray, *, stride: int) -> np.ndarray:
    """df[0,0,u,v] = Σ_bij images[b, s·i + u, s·j + v] · dz[b,0,i,j]: zeros stand for what lies past the edges."""
    k = f.shape[-1]
    spread = np.zeros(images.size - (k - 1) * (images.shape[2] + 1), images.dtype)
    _places(spread, images, dz.shape[-2:], stride)[...] = dz
    df = np.zeros((k, k), images.dtype)
    for u, pixels in enumerate(_rows(images, k)):
        for start in range(0, spread.size, DOT):
            part = spread[start : start + DOT]
            df[u] += np.correlate(pixels[start : start + part.size + k - 1], part)
    return df.reshape(f.shape)


def _rows(images: np.ndarray, k: int) -> list[np.ndarray]:
    """For each row u of the kernel the pixels that it slides over: all from row u on, as long as the last."""
    pixels, width = images.reshape(-1), images.shape[2]
    length = pixels.size - (k - 1) * width
    return [pixels[u * width : u * width + length] for u in range(k)]


def _places(numbers: np.ndarray, images: np.ndarray, shape: tuple[int, ...], stride: int) -> np.ndarray:
    """A view (B,1,H',W') of a row of numbers: the places where the kernel lies inside an image."""
    image, down, right = images.strides
    strides = (image, image, down * stride, right * stride)
    return np.ndarray((len(images), 1, *shape), numbers.dtype, numbers, 0, strides)
