"""Typical mistakes in a backward pass, and a few in the forward pass, each as small as possible.

To add one, decorate a function that replaces a line with `@mistake(...)`, in the module of its kind of layer, and add
its texts to the message catalogue under mistake.<name>. The function's arguments are roles and settings of the layer;
see `LineOverride`. The table, the checks and the page follow from it. Several functions may share a name: one for each
kind of layer, or for each line that it spoils.
"""

import importlib

from cnnviz.core.mistakes.mistake_model import Mistake, PlacedMistake
from cnnviz.core.mistakes.registry import MISTAKES, UNLISTED
from cnnviz.core.mistakes.spoiled_stages import stages_hit
from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.optimizers import Optimizer
from cnnviz.words import Problem

__all__ = ["MISTAKES", "UNLISTED", "Mistake", "PlacedMistake", "mistake_at", "mistakes_for", "stages_hit", "unlisted_for"]

# in the order in which the page offers them
for _module in ("outputs", "activations", "pooling", "normalisation", "convolution", "biases", "optimizers", "unlisted"):
    importlib.import_module(f"{__name__}.{_module}")


def mistakes_for(network: Architecture, optimizer: Optimizer | str = "gd", images: int = 1, training: bool = True) -> list[PlacedMistake]:
    """Return every mistake that is possible in a network with that many images, at each of its layers. The last layer
    comes first.

    >>> from cnnviz.core.network.network import Network
    >>> [placed.address for placed in mistakes_for(Network.parse("conv1x3-relu-dense2-softmax-ce"))][:3]
    ['sign_flipped@dz2', 'softmax_diagonal@dz2', 'slope_after_merged@dz2']
    """
    return [placed_mistake for mistake in MISTAKES.values() for placed_mistake in reversed(mistake.places(network, optimizer, images, training))]


def unlisted_for(network: Architecture, images: int = 1, training: bool = True) -> list[PlacedMistake]:
    """Return every mistake of UNLISTED that is possible in a network, at each of its layers.

    >>> from cnnviz.core.network.network import Network
    >>> sorted({placed.mistake.name for placed in unlisted_for(Network.parse("relu-dense2-mse"))})
    ['leak_for_relu', 'reshaped_for_transposed']
    """
    return [placed_mistake for mistake in UNLISTED.values() for placed_mistake in mistake.places(network, images=images, training=training)]


def mistake_at(address: str, network: Architecture, optimizer: Optimizer | str = "gd", images: int = 1, training: bool = True) -> PlacedMistake:
    """Return the mistake at an address "name@stage", or at the last layer that it fits if the address is only a name.
    Raise Problem if none exists.

    >>> from cnnviz.core.network.network import Network
    >>> net = Network.parse("conv2x3-sigmoid-conv2x3-sigmoid-dense2-sigmoid-mse")
    >>> mistake_at("sigmoid_prime_of_z", net).address, mistake_at("sigmoid_prime_of_z@dz1", net).place
    ('sigmoid_prime_of_z@dz2', 1)
    """
    name, _, stage = address.partition("@")
    if name not in MISTAKES:
        raise Problem("mistake.unknown", name=name, known=tuple(MISTAKES))
    mistake = MISTAKES[name]
    candidates = mistake.places(network, optimizer, images, training)
    if not candidates and mistake.several and images < 2:
        raise Problem("mistake.one_image", name=name)
    if not candidates and mistake.after == training:
        raise Problem("mistake.mode", name=name, mode="eval" if training else "train")
    if not candidates:
        raise Problem("mistake.nowhere", name=name, kinds=MISTAKES[name].kinds)
    if not stage:
        return candidates[-1]
    for candidate in candidates:
        if candidate.stage == stage:
            return candidate
    raise Problem("mistake.elsewhere", name=name, stage=stage, places=tuple(candidate.stage for candidate in candidates))
