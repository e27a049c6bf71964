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
    *lead, _, rows, columns = dz.shape
    m, c, k, _ = f.shape
    *_, before, after = places(*size, k, 1, padding)
    height, width = (n + before + after for n in size)
    numbers, first, given = height * width, k - 1, rows * width
    # rows as long as those of dx, so that each map is contiguous
    wide = np.zeros((*lead, m, k, first + numbers), dz.dtype)
    top = wide[..., 0, first : first + given]
    top.reshape(*dz.shape[:-1], width)[..., :columns] = dz
    for u in range(1, k):
        wide[..., u, first + u * width : first + u * width + given] = top
    wide = wide.reshape(*lead, m * k, -1)
    of_column = f.transpose(3, 1, 0, 2).reshape(k, c, m * k)
    dx = np.matmul(of_column[0], wide[..., first:])
    for v in range(1, k):
        dx += np.matmul(of_column[v], wide[..., first - v : first - v + numbers])
    return dx.reshape(*lead, c, height, width)[..., before : before + size[0], before : before + size[1]]
