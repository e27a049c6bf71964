"""Preset networks of courses and tutorials, each with its source and as its authors built it. One differs: The
Independent Code has a bias for each position of a map, cnnviz one for each filter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.setup.image_ids import CLASSES, DIGITS
from cnnviz.words import Message


@dataclass(frozen=True)
class Preset:
    """A preset: its name, source and network text, and the image, channels and optimizer that its course uses, as
    keys of an address."""

    name: str
    source: str
    net: str
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> Message:
        """Display name."""
        return Message(f"preset.{self.name}")

    @property
    def query(self) -> dict[str, str]:
        """The address keys that select this preset."""
        class_names = {"classes": ",".join(CLASSES)} if "img" not in self.more and Network.parse(self.net).outputs == len(CLASSES) else {}
        return {"img": "test-0", "net": self.net, "ch": "red", "opt": "gd", "classes": ""} | class_names | dict(self.more)


_RGB, _ADAM, _MOMENTUM = {"ch": "rgb"}, {"opt": "adam"}, {"opt": "momentum"}
_DIGITS = {"img": "digit7-3", "classes": ",".join(DIGITS)}

PRESETS: tuple[Preset, ...] = (
    Preset("seed", "a notebook's CNN from scratch", DEFAULT),
    Preset("vzhou", "vzhou842/cnn-from-scratch", "conv8x3-max2-dense10-softmax-ce", _DIGITS),
    Preset("deeplearning_ai", "deeplearning.ai, Convolutional Neural Networks, week 1", "conv8x3bs2p1-relu-max2-conv8x3b-relu-avg2-dense10-softmax-ce", _RGB),
    Preset("independent", "TheIndependentCode/Neural-Network", "conv5x3b-sigmoid-dense100-sigmoid-dense2-sigmoid-bce", {"img": "digit1-3", "classes": "0,1"}),
    Preset("toolbox", "rasmusbergpalm/DeepLearnToolbox", "conv6x5b-sigmoid-avg2-conv12x5b-sigmoid-avg2-dense10-sigmoid-mse", _DIGITS),
    Preset("lenet", "d2l.ai, Dive into Deep Learning", "conv6x5bp2-sigmoid-avg2-conv16x5b-sigmoid-avg2-dense120-sigmoid-dense84-sigmoid-dense10-softmax-ce", _DIGITS),
    Preset("pytorch", "pytorch.org, Training a Classifier", "conv6x5b-relu-max2-conv16x5b-relu-max2-dense120-relu-dense84-relu-dense10-softmax-ce", _RGB | _MOMENTUM),
    Preset("explainer", "poloclub/cnn-explainer", "conv10x3b-relu-conv10x3b-relu-max2-conv10x3b-relu-conv10x3b-relu-max2-dense10-softmax-ce", _RGB),
    Preset("cs231n", "Stanford CS231n, assignment 2", "conv32x7b-relu-max2-dense100-relu-dense10-softmax-ce", _RGB | _ADAM),
    Preset("scratch", "oreilly-japan/deep-learning-from-scratch", "conv30x5b-relu-max2-dense100-relu-dense10-softmax-ce", _DIGITS | _ADAM),
    Preset("minitorch", "minitorch/minitorch, module 4", "conv4x3bp1-relu-conv8x3bp1-relu-max4-dense64-relu-drop25-dense10-softmax-ce", _DIGITS),
    Preset("numpy_cnn", "Alescontrela/Numpy-CNN", "conv8x5b-relu-conv8x5b-relu-max2-dense128-relu-dense10-softmax-ce", _DIGITS | _ADAM),
    Preset("keras", "keras.io, Simple MNIST convnet", "conv32x3b-relu-max2-conv64x3b-relu-max2-drop50-dense10-softmax-ce", _DIGITS | _ADAM),
    Preset(
        "ml_from_scratch",
        "eriklindernoren/ML-From-Scratch",
        "conv16x3bp1-relu-drop25-bn-conv32x3bp1-relu-drop25-bn-dense256-relu-drop50-bn-dense10-softmax-ce",
        _DIGITS | _ADAM | {"img": "small7-3"},
    ),
    Preset(
        "tinygrad",
        "tinygrad/tinygrad, beautiful_mnist",
        "conv32x5b-relu-conv32x5b-relu-bn-max2-conv64x3b-relu-conv64x3b-relu-bn-max2-dense10-softmax-ce",
        _DIGITS | _ADAM,
    ),
)
"""Presets in the order of the menu, from small to large."""
