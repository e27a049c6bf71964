"""Positions of a square window that slides over a map: sizes, padding, and views of the pixels under it.

Shared by convolution and pooling. Maps are (…,C,H,W) with any leading axes.
"""

import operator
from collections.abc import Iterator
from functools import lru_cache
from types import EllipsisType

import numpy as np

from cnnviz.words import Problem

Index = tuple[EllipsisType, slice, slice]
"""Index into the last two axes of a map."""

Padding = int | str
"""Number of zeros on each side, or "valid" (0), "same" (K - 1 in total) or "full" (K - 1 on each side)."""

PADDINGS = ("valid", "same", "full")
"""Named paddings: no zeros, enough to keep the size, and enough for every window that touches the image."""


def pad_widths(k: int, padding: Padding) -> tuple[int, int]:
    """Return the number of zeros before and after one axis, for a kernel of size `k`.

    "same" adds k - 1 zeros in total, so that stride 1 keeps the size. If k is even, the extra zero
    comes after, as in TensorFlow's SAME at stride 1. (In TensorFlow the zeros depend on the stride;
    here they do not.)

    >>> pad_widths(3, "valid"), pad_widths(3, "same"), pad_widths(4, "same"), pad_widths(3, "full")
    ((0, 0), (1, 1), (1, 2), (2, 2))
    """
    if isinstance(padding, str):
        total = {"valid": 0, "same": k - 1, "full": 2 * (k - 1)}.get(padding)
        if total is None:
            raise Problem("sliding.padding", padding=repr(padding), paddings=PADDINGS)
        return total // 2, total - total // 2
    width = check_integer("padding", padding, least=0)
    return width, width


def output_size(n: int, k: int, stride: int = 1, padding: Padding = 0) -> int:
    """Return the number of positions of a kernel of size `k` along `n` pixels: floor((n - k + 2·padding)/stride) + 1.

    Raise Problem, a ValueError, if it is below 1. Source: Dumoulin & Visin, *A guide to convolution
    arithmetic for deep learning* (2016), relationship 6.

    >>> output_size(32, 3), output_size(32, 3, stride=2, padding=1), output_size(32, 3, padding="full")
    (30, 16, 34)
    """
    n, k = check_integer("input size", n), check_integer("kernel size", k)
    stride = check_integer("stride", stride)
    zeros = sum(pad_widths(k, padding))
    size = (n - k + zeros) // stride + 1
    if size < 1:
        raise Problem("sliding.fit", k=k, n=n, padding=str(padding), least=k - zeros)
    return size


def check_integer(name: str, value: object, least: int = 1) -> int:
    """Return `value` as an int of at least `least`. Raise Problem with `name` if it is not."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = least - 1
    if number < least:
        raise Problem("sliding.whole", name=name, value=repr(value), least=least)
    return number


@lru_cache(maxsize=1024, typed=True)  # checking takes as long as a small convolution
def places(height: int, width: int, k: int, stride: int, padding: Padding) -> tuple[int, int, int, int]:
    """Return H', W' and the number of zeros before and after."""
    return (
        output_size(height, k, stride, padding),
        output_size(width, k, stride, padding),
        *pad_widths(k, padding),
    )


def pad(x: np.ndarray, before: int, after: int) -> np.ndarray:
    """Return a contiguous copy of `x` (…,H,W) with zeros around the last two axes, or `x` itself if it is contiguous
    and needs none."""
    if not before and not after:
        return np.ascontiguousarray(x)
    height, width = x.shape[-2:]
    result = np.zeros((*x.shape[:-2], height + before + after, width + before + after), x.dtype)
    result[..., before : before + height, before : before + width] = x
    return result


def view_windows(x: np.ndarray, k: int, stride: int, padding: Padding, dilation: int = 1) -> np.ndarray:
    """Return a view (…,C,K,K,H',W') of the padded `x` (…,C,H,W): the pixels under cell (u,v) of the window at
    position (i,j).

    It creates one array header over x's memory, which is several times faster than K·K shifted products or
    `sliding_window_view` at this size (tests/bench). With dilation d the pixels are d apart.
    """
    shape, strides, zeros = _view(x.shape, x.strides, k, stride, padding, dilation)
    if any(zeros) or not x.flags.c_contiguous:
        return view_windows(pad(x, *zeros), k, stride, 0, dilation)
    return np.ndarray(shape, x.dtype, x, 0, strides)


@lru_cache(maxsize=1024, typed=True)
def _view(
    shape: tuple[int, ...], strides: tuple[int, ...], k: int, stride: int, padding: Padding, dilation: int
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, int]]:
    """Return the shape and strides of the view, and the padding that is needed first."""
    *leading_shape, height, width = shape
    *lead_strides, down, right = strides
    rows, columns, before, after = places(height, width, dilation * (k - 1) + 1, stride, padding)
    steps = (*lead_strides, down * dilation, right * dilation, down * stride, right * stride)
    return (*leading_shape, k, k, rows, columns), steps, (before, after)


def axis_slices(k: int, stride: int, positions: int, dilation: int = 1) -> list[slice]:
    """Return, for each cell of the window along one axis, the slice of pixels under it over all positions.

    >>> axis_slices(2, stride=3, positions=2)
    [slice(0, 4, 3), slice(1, 5, 3)]
    """
    return [slice(u, u + stride * (positions - 1) + 1, stride) for u in range(0, k * dilation, dilation)]


def slices(k: int, stride: int, rows: int, columns: int, dilation: int = 1) -> Iterator[Index]:
    """Iterate over the cells (u,v) of the window in row-major order: the index of the pixels under each, over all
    positions."""
    for down in axis_slices(k, stride, rows, dilation):
        for right in axis_slices(k, stride, columns, dilation):
            yield ..., down, right
