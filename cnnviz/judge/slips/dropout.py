"""Slips in the backward pass of a dropout."""

from cnnviz.judge.case import Array
from cnnviz.judge.slips.table import slip


@slip("scaled_twice", "dropout", "dx", "{dx} = {dout} * {mask} / p")
def scaled_twice(exact: Array, p: float) -> Array:
    return exact / p


@slip("rate_for_share", "dropout", "dx", "{dx} = {dout} * ({mask} > 0) / (1 - p)")
def rate_for_share(dout: Array, mask: Array, p: float) -> Array:
    return dout * (mask > 0) / (1 - p)


@slip("mask_reversed", "dropout", "dx", "{dx} = {dout} * ({mask} == 0) / p")
def mask_reversed(dout: Array, mask: Array, p: float) -> Array:
    return dout * (mask == 0) / p


@slip("mask_reversed", "dropout", "dx", "{dx} = {dout} * ({mask} == 0)")
def mask_reversed_unscaled(dout: Array, mask: Array) -> Array:
    return dout * (mask == 0)


@slip("mask_alone", "dropout", "dx", "{dx} = {mask}")
def mask_for_gradient(mask: Array) -> Array:
    return mask


@slip("mask_reversed", "dropout", "dx", "{dx} = {dout} * (1 - {mask})")
def mask_subtracted(dout: Array, mask: Array) -> Array:
    return dout * (1 - mask)
