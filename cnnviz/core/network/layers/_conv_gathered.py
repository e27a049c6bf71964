"""The gradient of a convolution's input for many images, faster: each pixel adds up what comes back from the places over it.

All rows of dz stand K times over each other, each time one row further down: so many rows of a kernel meet a pixel. For a
column of kernels that is a matrix product, and for the next one the same a number further on: no window is ever copied.
The sums are added in another order than where each weight hands back its share (conv.weigh_dx), so the last bits differ.
"""

import numpy as np

from cnnviz.core.network.sliding import Padding, places


def gathered_dx(dz: np.ndarray, f: np.ndarray, *, size: tuple[int, int], padding: Padding = 0) -> np.ndarray:
    """`weigh_dx` of `dz` (…,M,H',W') and `f` (M,C,K,K) with stride 1, for `size` (H,W): (…,C,H,W)."""
    *lead, _, rows, columns = dz.shape
    m, c, k, _ = f.shape
    *_, before, after = places(*size, k, 1, padding)
    height, width = (n + before + after for n in size)
    numbers, first, given = height * width, k - 1, rows * width
    wide = np.zeros((*lead, m, k, first + numbers), dz.dtype)  # rows as long as those of dx, so that a map's are one long run
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
