"""Ties at kinks: numbers whose difference is within round-off.

At ReLU's 0, and between the cells of a max pool, the last bit of a sum decides which cell gets the gradient. That bit depends
on the order in which a processor adds: an edge filter on equal pixels gives 0 on one machine and 1e-17 on another. So each
array has a bound, an upper limit of its magnitude. Round-off is a small fraction of the bound, even after cancellation. A
difference below TIE times the bound is a tie on every machine. In the forward pass z is then set to 0. In the backward pass
the first of equal cells wins, and the derivative of ReLU is 0. The gradient check nudges by at least 1e-5, far above any tie.

    bound of x = max |x|        of z = bound of x · max_m Σ |f[m]| + max |b|        of pools and activations: that of their input

There is one bound per image. It depends neither on other images of the batch nor on values of later arrays.
"""

import numpy as np

TIE = 2e-15
"""Fraction of an array's bound below which a difference is round-off: nine units in the last place of float64.

Measured on all presets, with photos and patterns, raw and scaled pixels, named and drawn filters: round-off stayed below
7e-17 of the bound, and none of 8 million nonzero numbers lay between that and 8e-16. In float32 ties are not detected.
"""


MOST_BOUND = 1e12
"""Bound above which there are no ties, 700 times that of any course's network on raw pixels after its first update.

In a diverging run the weights of one unit may exceed another's by more than the precision of float64. The bound of the array
then says nothing about the other unit.
"""


def image_bound(x: np.ndarray) -> np.ndarray:
    """Return the bound of an image: max |x|, (…,C,H,W) -> (…,1,1,1). In float32 it is 0, which disables ties.

    >>> image_bound(np.array([[[0.5, -2.0]]])).tolist()
    [[[2.0]]]
    """
    if x.dtype == np.float32:
        return np.zeros((*x.shape[:-3], 1, 1, 1), x.dtype)
    return np.abs(x).max(axis=(-3, -2, -1), keepdims=True)


def tie_margin(bound: np.ndarray, tie: float) -> np.ndarray:
    """Return the difference below which numbers of this bound are equal: tie · bound, or 0 above MOST_BOUND.

    >>> tie_margin(np.array([8.0, 1e20, np.inf]), 0.5).tolist()
    [4.0, 0.0, 0.0]
    """
    return np.where(bound < MOST_BOUND, tie * bound, bound.dtype.type(0))


def round_to_zero(z: np.ndarray, bound: np.ndarray, tie: float) -> np.ndarray:
    """Return z with values below the margin, which are 0 within round-off, set to 0.

    >>> round_to_zero(np.array([1e-16, -1e-16, 1e-13]), np.array([8.0]), 1e-14).tolist()
    [0.0, 0.0, 1e-13]
    """
    max_bound = bound.item() if bound.size == 1 else bound.max()
    if max_bound == 0:
        return z
    size = np.abs(z)
    if not size.min() < tie * max_bound:  # the common case, which saves half the time
        return z
    return np.where(size < tie_margin(bound, tie), z.dtype.type(0), z)


def saturating_bound(bound: np.ndarray) -> np.ndarray:
    """Return the bound of a sigmoid, tanh or softmax: the maximum of 1 and the input's bound, since round-off of the
    input propagates.

    >>> saturating_bound(np.array([0.1, 20.0])).tolist()
    [1.0, 20.0]
    """
    return np.maximum(bound, 1)
