"""The network that a setup's fields stand for: of its text, with its stride and padding, on its image."""

from dataclasses import replace
from functools import lru_cache

from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.network import Network
from cnnviz.core.setup.image_ids import parse_image_id


@lru_cache(maxsize=512)
def parsed(net: str) -> Network:
    """The network of a text, the same one for the same text."""
    return Network.parse(net)


@lru_cache(maxsize=512)
def fitting(net: str, stride: int, pad: str | int, x_shape: tuple[int, ...]) -> Network:
    """The network of a text with stride and padding; Problem where it does not fit the image or the limits."""
    network = applied(net, stride, pad)
    network.check(x_shape)
    return network


@lru_cache(maxsize=512)
def applied(net: str, stride: int, pad: str | int) -> Network:
    """The network of a text, with stride and padding in its first convolution where that says neither.

    >>> str(applied("relu-conv2x3-gap-mse", 2, "same"))
    'relu-conv2x3s2same-gap-mse'
    """
    network = parsed(net)
    place = open_conv(network)
    if place is None or (stride == 1 and pad in ("valid", 0)):
        return network
    conv = replace(network.layers[place], stride=stride, padding=0 if pad == "valid" else pad)  # type: ignore[call-arg]
    return Network((*network.layers[:place], conv, *network.layers[place + 1 :]), network.loss_kind)


def open_conv(network: Network) -> int | None:
    """The place of the first convolution, if its text says neither stride nor padding."""
    for place, layer in enumerate(network.layers):
        if isinstance(layer, Conv):
            return place if (layer.stride, layer.padding) == (1, 0) else None
    return None


def batch_shape(img: str, x_shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of x: an image's, or of several (m,C,H,W).

    >>> batch_shape("cat-0,dog-1", (32, 32)), batch_shape("cat-0", (32, 32))
    ((2, 1, 32, 32), (32, 32))
    """
    m = 1 + img.count(",")
    return x_shape if m == 1 else (m, *((1,) if len(x_shape) == 2 else ()), *x_shape)


def shape_of(img: str, ch: str) -> tuple[int, ...]:
    """The shape of an image, the first one of several: (H,W), or (3,H,W) for all channels.

    >>> shape_of("digit7-3", "gray"), shape_of("test-0", "rgb")
    ((28, 28), (3, 32, 32))
    """
    side = parse_image_id(img.partition(",")[0]).side
    return (3, side, side) if ch == "rgb" else (side, side)
