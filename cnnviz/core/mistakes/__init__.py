"""Classic mistakes in a backward pass, a few in the forward one, each as small as the mistake that it is.

To add one, write one function under `@mistake(...)` in the module of its kind of layer, which makes a line in place of
the right one, and its words into the catalogue under mistake.<name>. Its arguments are roles and settings of the layer;
see `LineOverride`. The table, the checks and the page follow from it. A name may stand above several functions: one for each kind
of layer, or for each line that it spoils.
"""

import importlib

from cnnviz.core.mistakes.mistake_model import Mistake, PlacedMistake
from cnnviz.core.mistakes.registry import MISTAKES, UNLISTED
from cnnviz.core.mistakes.spoiled_stages import stages_hit
from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.optimizers import Optimizer
from cnnviz.words import Problem

__all__ = ["MISTAKES", "UNLISTED", "Mistake", "PlacedMistake", "mistakes_for", "placed", "stages_hit", "unlisted_for"]

for _module in ("outputs", "activations", "pooling", "normalisation", "convolution", "biases", "optimizers", "unlisted"):  # they are offered in this order
    importlib.import_module(f"{__name__}.{_module}")


def mistakes_for(network: Architecture, optimizer: Optimizer | str = "gd", images: int = 1, training: bool = True) -> list[PlacedMistake]:
    """Every mistake that can be made in a network, with so many images, in each of its places; of one mistake the last place comes first.

    >>> from cnnviz.core.network.network import Network
    >>> [placed.address for placed in mistakes_for(Network.parse("conv1x3-relu-dense2-softmax-ce"))][:3]
    ['sign_flipped@dz2', 'softmax_diagonal@dz2', 'slope_after_merged@dz2']
    """
    return [placed for mistake in MISTAKES.values() for placed in reversed(mistake.places(network, optimizer, images, training))]


def unlisted_for(network: Architecture, images: int = 1, training: bool = True) -> list[PlacedMistake]:
    """Return every mistake of UNLISTED that can be made in a network, in each of its places.

    >>> from cnnviz.core.network.network import Network
    >>> sorted({placed.mistake.name for placed in unlisted_for(Network.parse("relu-dense2-mse"))})
    ['leak_for_relu', 'reshaped_for_transposed']
    """
    return [placed for mistake in UNLISTED.values() for placed in mistake.places(network, images=images, training=training)]


def placed(address: str, network: Architecture, optimizer: Optimizer | str = "gd", images: int = 1, training: bool = True) -> PlacedMistake:
    """The mistake "name@stage", or by its name alone in the last place where it fits; Problem where there is none.

    >>> from cnnviz.core.network.network import Network
    >>> net = Network.parse("conv2x3-sigmoid-conv2x3-sigmoid-dense2-sigmoid-mse")
    >>> placed("sigmoid_prime_of_z", net).address, placed("sigmoid_prime_of_z@dz1", net).place
    ('sigmoid_prime_of_z@dz2', 1)
    """
    name, _, stage = address.partition("@")
    if name not in MISTAKES:
        raise Problem("mistake.unknown", name=name, known=tuple(MISTAKES))
    mistake = MISTAKES[name]
    found = mistake.places(network, optimizer, images, training)
    if not found and mistake.several and images < 2:
        raise Problem("mistake.one_image", name=name)
    if not found and mistake.after == training:
        raise Problem("mistake.mode", name=name, mode="eval" if training else "train")
    if not found:
        raise Problem("mistake.nowhere", name=name, kinds=MISTAKES[name].kinds)
    if not stage:
        return found[-1]
    for one in found:
        if one.stage == stage:
            return one
    raise Problem("mistake.elsewhere", name=name, stage=stage, places=tuple(one.stage for one in found))
