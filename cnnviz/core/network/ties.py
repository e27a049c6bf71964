"""Ties where a layer has a kink: numbers that differ by no more than round-off can put them apart.

At ReLU's 0 and between the cells of a max pool, the last bit of a sum decides which cell gets the gradient; and how a
sum rounds depends on the order in which a processor adds. An edge filter over equal pixels gives 0 on one machine and
1e-17 on another. So with every array goes a bound, how large its numbers could be at the most: round-off is a small
part of it, whatever cancels. A difference below TIE of the bound is a tie, on any machine: forward, z counts as 0; on the way back the first of
equal cells wins, and ReLU's slope is 0. The gradient check nudges by 1e-5 and more, which no tie comes near.

    bound of x = max |x|        of z = bound of x · max_m Σ |f[m]| + max |b|        of pools and activations: as before them

One number an image: neither other images of a batch nor the values in between come into it.
"""

import numpy as np

TIE = 2e-15
"""The part of an array's bound below which a difference is round-off: nine units of float64's last place.

In every course's network, on pictures and patterns, of raw pixels and scaled ones, with named filters and drawn ones,
round-off stayed below 7e-17 of the bound, and of 8 million numbers that were not 0 none lay between that and 8e-16. In
float32 it is too small to matter: ties are as they come there.
"""


MOST_BOUND = 1e12
"""The bound beyond which nothing is a tie, 700 times that of any course's network on raw pixels after its first update.

In a run that diverges one unit's weights outgrow another's by more than float64 has digits: there the bound of all says
nothing of the numbers of one.
"""


def bound_of_image(x: np.ndarray) -> np.ndarray:
    """The bound of an image: max |x|, (…,C,H,W) -> (…,1,1,1); in float32 0, since ties are as they come there.

    >>> bound_of_image(np.array([[[0.5, -2.0]]])).tolist()
    [[[2.0]]]
    """
    if x.dtype == np.float32:
        return np.zeros((*x.shape[:-3], 1, 1, 1), x.dtype)
    return np.abs(x).max(axis=(-3, -2, -1), keepdims=True)


def margin(bound: np.ndarray, tie: float) -> np.ndarray:
    """The difference below which numbers of this bound are equal: tie · bound, or 0 beyond MOST_BOUND.

    >>> margin(np.array([8.0, 1e20, np.inf]), 0.5).tolist()
    [4.0, 0.0, 0.0]
    """
    return np.where(bound < MOST_BOUND, tie * bound, bound.dtype.type(0))


def settled(z: np.ndarray, bound: np.ndarray, tie: float) -> np.ndarray:
    """z, with 0 where it is 0 but for round-off: |z| < margin.

    >>> settled(np.array([1e-16, -1e-16, 1e-13]), np.array([8.0]), 1e-14).tolist()
    [0.0, 0.0, 1e-13]
    """
    most = bound.item() if bound.size == 1 else bound.max()
    if most == 0:
        return z
    size = np.abs(z)
    if not size.min() < tie * most:  # mostly so, and half of the work
        return z
    return np.where(size < margin(bound, tie), z.dtype.type(0), z)


def bound_of_shares(bound: np.ndarray) -> np.ndarray:
    """The bound of what a sigmoid, tanh or softmax makes: 1, or what comes before, whose round-off goes through.

    >>> bound_of_shares(np.array([0.1, 20.0])).tolist()
    [1.0, 20.0]
    """
    return np.maximum(bound, 1)
