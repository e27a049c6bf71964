"""The gradient of a convolution's input, gathered: each pixel adds up from the windows over it.

The sums are added in another order than where each weight hands back its share, so the last bits differ.
"""

import numpy as np

from cnnviz.core.sliding import Padding, places


def gathered_dx(dz: np.ndarray, f: np.ndarray, size: tuple[int, int], padding: Padding) -> np.ndarray:
    """`weigh_dx` of `dz` (…,M,H',W') and `f` (M,C,K,K) with stride 1, for `size` (H,W): (…,C,H,W)."""
    lead, (m, c, k, _) = dz.shape[:-3], f.shape
    *_, before, after = places(*size, k, 1, padding)
    height, width = (n + before + after for n in size)
    reach, step = (k - 1) * (width + 1), dz.itemsize
    wide = np.zeros((*lead, m, reach + height * width), dz.dtype)  # rows as long as those of dx, so that a window's are one long run
    across = wide.strides
    np.ndarray(dz.shape, dz.dtype, wide, reach * step, (*across[:-1], width * step, step))[...] = dz
    back = (*across[:-1], -width * step, -step, step)
    windows = np.ndarray((*lead, m, k, k, height * width), dz.dtype, wide, reach * step, back).reshape(*lead, m * k * k, height * width)
    dx = np.matmul(f.swapaxes(0, 1).reshape(c, -1), windows).reshape(*lead, c, height, width)
    return dx[..., before : before + size[0], before : before + size[1]]
