"""Slips that mix up the images of a batch, in any layer."""

import numpy as np

from cnnviz.judge.case import RETURNS, Array
from cnnviz.judge.slips.table import slip


@slip("only_one_image", tuple(RETURNS), "dx", "{dx}[0] = ...; return {dx}", "for n in range(N): {dx}[n] = ...")
def first_image_alone(exact: Array) -> Array:
    return np.where(np.arange(len(exact)).reshape(-1, *[1] * (exact.ndim - 1)) == 0, exact, 0)


@slip("only_one_image", tuple(RETURNS), "dx", "{dx}[-1] = ...; return {dx}", "for n in range(N): {dx}[n] = ...")
def last_image_alone(exact: Array) -> Array:
    return np.where(np.arange(len(exact)).reshape(-1, *[1] * (exact.ndim - 1)) == len(exact) - 1, exact, 0)


@slip("images_mixed", tuple(RETURNS), "dx", "{dx} = {dx}.sum(axis=0)  # the same for every image", "for n in range(N): {dx}[n] = ...")
def images_mixed(exact: Array) -> Array:
    return np.broadcast_to(exact.sum(axis=0), exact.shape)
