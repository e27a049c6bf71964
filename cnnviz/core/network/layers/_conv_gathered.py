"""A faster gradient of a convolution's input for many images, which gathers the contributions to each pixel.

dz is stacked K times, each copy one row further down, because K rows of a kernel cover a pixel. One column of all kernels is
then a matrix product, and the next column the same product shifted by one number, so windows are never copied. The order of
summation differs from that of conv.weigh_dx, and so do the last bits.
"""

import numpy as np

from cnnviz.core.network.sliding import Padding, places


def gathered_dx(dz: np.ndarray, f: np.ndarray, *, size: tuple[int, int], padding: Padding = 0) -> np.ndarray:
    """Compute `weigh_dx` for `dz` (…,M,H',W') and `f` (M,C,K,K) with stride 1; `size` is (H,W), and the result
    (…,C,H,W)."""
    *leading_shape, _, rows, columns = dz.shape
    m, c, k, _ = f.shape
    *_, zeros_before, zeros_after = places(*size, k, 1, padding)
    height, width = (n + zeros_before + zeros_after for n in size)
    dx_size, first, dz_size = height * width, k - 1, rows * width
    # rows as long as those of dx, so that each map is contiguous
    stacked = np.zeros((*leading_shape, m, k, first + dx_size), dz.dtype)
    top = stacked[..., 0, first : first + dz_size]
    top.reshape(*dz.shape[:-1], width)[..., :columns] = dz
    for u in range(1, k):
        stacked[..., u, first + u * width : first + u * width + dz_size] = top
    stacked = stacked.reshape(*leading_shape, m * k, -1)
    kernel_columns = f.transpose(3, 1, 0, 2).reshape(k, c, m * k)
    dx = np.matmul(kernel_columns[0], stacked[..., first:])
    for v in range(1, k):
        dx += np.matmul(kernel_columns[v], stacked[..., first - v : first - v + dx_size])
    return dx.reshape(*leading_shape, c, height, width)[..., zeros_before : zeros_before + size[0], zeros_before : zeros_before + size[1]]
