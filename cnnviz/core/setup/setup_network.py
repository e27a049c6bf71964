"""The network of a setup: its text, with the setup's stride and padding, checked against its image."""

from dataclasses import replace
from functools import lru_cache

from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.network import Network
from cnnviz.core.setup.image_ids import parse_image_id


@lru_cache(maxsize=512)
def parsed(net: str) -> Network:
    """Parse a network, cached by its text."""
    return Network.parse(net)


@lru_cache(maxsize=512)
def fitting(net: str, stride: int, pad: str | int, x_shape: tuple[int, ...]) -> Network:
    """Return the network with stride and padding. Raise Problem if it does not fit the image or exceeds a limit."""
    network = applied(net, stride, pad)
    network.check(x_shape)
    return network


@lru_cache(maxsize=512)
def applied(net: str, stride: int, pad: str | int) -> Network:
    """Return the network with `stride` and `pad` in its first convolution, if its text gives neither.

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
    """Return the layer index of the first convolution, or None if its text gives a stride or padding."""
    for place, layer in enumerate(network.layers):
        if isinstance(layer, Conv):
            return place if (layer.stride, layer.padding) == (1, 0) else None
    return None


def batch_shape(img: str, x_shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of x: that of one image, or (m,C,H,W) for m images.

    >>> batch_shape("cat-0,dog-1", (32, 32)), batch_shape("cat-0", (32, 32))
    ((2, 1, 32, 32), (32, 32))
    """
    m = 1 + img.count(",")
    return x_shape if m == 1 else (m, *((1,) if len(x_shape) == 2 else ()), *x_shape)


def shape_of(img: str, ch: str) -> tuple[int, ...]:
    """Return the shape of the first image: (H,W), or (3,H,W) for all channels.

    >>> shape_of("digit7-3", "gray"), shape_of("test-0", "rgb")
    ((28, 28), (3, 32, 32))
    """
    side = parse_image_id(img.partition(",")[0]).side
    return (3, side, side) if ch == "rgb" else (side, side)
