"""Conditions on the layer of a mistake."""

import math
from itertools import takewhile

from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.layers.dense import Dense
from cnnviz.core.network.layers.group_norm import GroupNorm
from cnnviz.core.network.layers.layer import Shape


def hidden(network: Architecture, place: int) -> bool:
    return place < len(network.layers) - 1


def merged(network: Architecture, place: int) -> bool:
    return not hidden(network, place) and network.merged is not None


def has_a_line(network: Architecture, place: int) -> bool:
    """Return whether a line computes the layer's slope. If the layer is merged with the loss, there is none."""
    return not merged(network, place)


def at_the_output(network: Architecture, place: int) -> bool:
    return not hidden(network, place) and network.merged is None


def has_a_bias(network: Architecture, place: int) -> bool:
    return "b" in network.layers[place].parameter_letters


def several_biases(network: Architecture, place: int) -> bool:
    return has_a_bias(network, place) and several_filters(network, place)


def overlaps(network: Architecture, place: int) -> bool:
    g = network.layers[place].geometry()
    return g["k"] > g["stride"] // math.gcd(g["stride"], g["dilation"])


def has_zeros_before(network: Architecture, place: int) -> bool:
    return network.layers[place].geometry()["before"] > 0


def several_filters(network: Architecture, place: int) -> bool:
    return network.layers[place].shape((1, 999, 999))[0] > 1


def _input(network: Architecture, place: int) -> Shape:
    """Return the input shape of a layer for an image that is large enough for any network, with as few channels as
    its group norms allow."""
    of_image = takewhile(lambda layer: not isinstance(layer, (Conv, Dense)), network.layers)
    shape: Shape = (math.lcm(*(layer.groups for layer in of_image if isinstance(layer, GroupNorm))), 9999, 9999)
    for layer in network.layers[:place]:
        shape = layer.shape(shape)
    return shape


def on_maps(network: Architecture, place: int) -> bool:
    return len(_input(network, place)) == 3


def several_channels(network: Architecture, place: int) -> bool:
    """Return whether several channels come in. The number of channels of the image is not known here."""
    return _input(network, place)[0] > 1
