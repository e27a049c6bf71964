"""Conditions on the layer of a mistake."""

import math
from itertools import takewhile

from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.layers.dense import Dense
from cnnviz.core.network.layers.group_norm import GroupNorm
from cnnviz.core.network.layers.layer import Shape


def is_hidden(network: Architecture, layer_index: int) -> bool:
    return layer_index < len(network.layers) - 1


def is_merged(network: Architecture, layer_index: int) -> bool:
    return not is_hidden(network, layer_index) and network.merged is not None


def has_slope_line(network: Architecture, layer_index: int) -> bool:
    """Return whether a line computes the layer's slope. If the layer is merged with the loss, there is none."""
    return not is_merged(network, layer_index)


def is_output_layer(network: Architecture, layer_index: int) -> bool:
    return not is_hidden(network, layer_index) and network.merged is None


def has_bias(network: Architecture, layer_index: int) -> bool:
    return "b" in network.layers[layer_index].parameter_letters


def has_several_biases(network: Architecture, layer_index: int) -> bool:
    return has_bias(network, layer_index) and has_several_filters(network, layer_index)


def has_overlaps(network: Architecture, layer_index: int) -> bool:
    g = network.layers[layer_index].geometry()
    return g["k"] > g["stride"] // math.gcd(g["stride"], g["dilation"])


def has_padding(network: Architecture, layer_index: int) -> bool:
    return network.layers[layer_index].geometry()["before"] > 0


def has_several_filters(network: Architecture, layer_index: int) -> bool:
    return network.layers[layer_index].shape((1, 999, 999))[0] > 1


def _input_shape(network: Architecture, layer_index: int) -> Shape:
    """Return a layer's input shape for an image that is large enough for any network, with the fewest channels that
    its group norms allow."""
    leading_layers = takewhile(lambda layer: not isinstance(layer, (Conv, Dense)), network.layers)
    shape: Shape = (math.lcm(*(layer.groups for layer in leading_layers if isinstance(layer, GroupNorm))), 9999, 9999)
    for layer in network.layers[:layer_index]:
        shape = layer.shape(shape)
    return shape


def takes_maps(network: Architecture, layer_index: int) -> bool:
    return len(_input_shape(network, layer_index)) == 3


def has_several_channels(network: Architecture, layer_index: int) -> bool:
    """Return whether the layer's input has several channels. The image's number of channels is unknown here."""
    return _input_shape(network, layer_index)[0] > 1
