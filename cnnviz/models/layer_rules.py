"""The equivalent of each layer of PyTorch and Keras: its words in a network's text, or why it has none and what would do.

To add one, say which arguments it has in layer_arguments.py, write its rule in window_layers.py or other_layers.py, and enter it into RULES there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cnnviz.models import other_layers, shapes, window_layers
from cnnviz.models.arguments import Arguments, Before, Rule, Untaken
from cnnviz.models.described_layers import Described
from cnnviz.models.layer_arguments import arguments_of
from cnnviz.words import Message, message

RULES: Mapping[str, Rule] = {**window_layers.RULES, **other_layers.RULES}
SHAPES = shapes.RULES
"""Layers that need no word: a dense layer reads a map flattened, and an image is chosen apart."""

SAME_NAME: Mapping[str, str] = {
    "MaxPool2D": "MaxPooling2D", "AvgPool2D": "AveragePooling2D", "GlobalAvgPool2D": "GlobalAveragePooling2D", "Convolution2D": "Conv2D",
    "SpatialDropout2D": "Dropout2d", "BatchNorm1d": "BatchNormalization", "BatchNorm2d": "BatchNormalization",
    "LazyBatchNorm1d": "BatchNormalization", "LazyBatchNorm2d": "BatchNormalization", "GroupNormalization": "GroupNorm",
    "LayerNormalization": "LayerNorm", "flatten": "Flatten",
}  # fmt: skip
"""Layers that go by several names, or have the same rule."""

OTHER_ACTIVATIONS = ("ELU", "SELU", "CELU", "GELU", "SiLU", "Swish", "PReLU", "ReLU6", "RReLU", "Hardtanh", "Hardswish", "Hardsigmoid", "Mish", "Softplus", "Softsign")
"""Activations that there are not here."""

ACTIVATION_LAYERS = ("ReLU", "LeakyReLU", "Sigmoid", "Tanh", "Identity", "Activation", "Dropout", "Softmax", "LogSoftmax")
_ON_MAPS = ("Conv2d", "Conv2D", "LazyConv2d", "MaxPool2d", "AvgPool2d", "MaxPooling2D", "AveragePooling2D", "AdaptiveAvgPool2d",
    "GlobalAveragePooling2D", "ZeroPad2d", "ZeroPadding2D", "BatchNorm2d", "LazyBatchNorm2d", "SpatialDropout2D")
_LEARNING = ("Conv2d", "Conv2D", "LazyConv2d", "Linear", "LazyLinear", "Dense", "BatchNormalization", "GroupNorm", "LayerNorm")


EXACT = ("model.last_axis",)
"""Notes on a layer that is taken as it is."""


@dataclass(frozen=True)
class Taken:
    """A layer as the model has it, its words here, what there is to say of it, and its line, 0 if unknown."""

    text: str
    words: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    line: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether the layer is taken as it is."""
        return all(note.id in EXACT for note in self.notes)

    @property
    def remarks(self) -> tuple[Message, ...]:
        """The notes, each with its line."""
        return tuple(message("model.at_line", n=self.line, why=note) if self.line else note for note in self.notes)


def taken(layer: Described, before: Before) -> Taken:
    """The equivalent of a layer.

    >>> taken(Described("Conv2d", (1, 8, 3), {"padding": 1}, "nn.Conv2d(1, 8, 3, padding=1)"), Before()).words
    ('conv8x3bp1',)
    """
    name = SAME_NAME.get(layer.name, layer.name)
    before.keras = before.keras or "2D" in name or name == "Dense" or layer.library.startswith("keras")
    try:
        words, notes = _taken(layer, name, before)
    except Untaken as why:
        before.gives = before.flat = None
        words, notes = [], [why.note]
    return Taken(layer.text, tuple(words), tuple(notes), layer.line)


def _taken(layer: Described, name: str, before: Before) -> tuple[list[str], list[Message]]:
    if layer.refused is not None:
        raise Untaken(layer.refused)
    if name not in RULES and name not in SHAPES:
        if not name or name in OTHER_ACTIVATIONS:
            raise Untaken(message("model.activation", name=name) if name else message("model.unfollowed"))
        raise Untaken(message("model.unknown", name=name))
    if layer.module is not None and name in _LEARNING:
        if id(layer.module) in before.modules:
            raise Untaken(message("model.shared"))
        before.modules.add(id(layer.module))
    given = arguments_of(layer, name) | {"class": layer.name, "text": layer.text, "library": layer.library}
    if before.state == "start" and layer.library.startswith("keras") and name not in ("Input", "InputLayer"):
        shapes.image({**given, "shape": None}, before)
    _check_place(layer, name, before)
    if name in SHAPES:
        return [], SHAPES[name](given, before)[1]
    gives, before.gives = before.gives, None
    notes = _other_inputs(given, before, gives)
    words, own_notes = RULES[name](given, before)
    own = given.get("filters", given.get("units", gives))
    before.gives = own if isinstance(own, int) else None
    before.words += words
    if words:
        before.state = _state_after(words[0], layer, before.state)
    if words and words[0].startswith("dense"):
        before.flat = None
    return words, [*notes, *own_notes]


def _check_place(layer: Described, name: str, before: Before) -> None:
    """Raise Untaken if a layer cannot stand behind what is before it."""
    if before.log:
        raise Untaken(message("model.log_softmax"))
    if before.zeros != (0, 0) and name not in ("Conv2d", "Conv2D", "LazyConv2d", "ZeroPad2d", "ZeroPadding2D"):
        before.zeros = (0, 0)
        raise Untaken(message("model.zeros_before", name=layer.name))
    if before.permuted and name != "Flatten":
        before.permuted = False
        raise Untaken(message("model.permute"))
    if before.state in ("row", "ones", "other") and (name in _ON_MAPS or layer.name in _ON_MAPS):
        raise Untaken(message("model.needs_map", name=layer.name))
    if before.state == "other" and name not in SHAPES:
        raise Untaken(message("model.flatten_missing", name=layer.name))
    if before.state in ("map", "ones") and (name in ("Linear", "LazyLinear") or layer.name in ("BatchNorm1d", "LazyBatchNorm1d")):
        before.state = "row"
        raise Untaken(message("model.flatten_missing", name=layer.name))


def _state_after(word: str, layer: Described, state: str) -> str:
    if word[:3] in ("con", "max", "avg"):
        return "map"
    if word.startswith("dense"):
        return "row"
    if word == "gap":
        return "ones" if layer.name == "AdaptiveAvgPool2d" else "row"
    return "map" if state == "start" and layer.name in ("BatchNorm2d", "Dropout2d") else state


def _other_inputs(given: Arguments, before: Before, gives: int | None) -> list[Message]:
    """A note where a layer is made for another number of channels or inputs than the layer before `gives`."""
    reads = given.get("channels", given.get("inputs") if before.state in ("row", "start") else None)
    expected = gives if gives is not None else before.flat if "inputs" in given else None
    told = expected is not None and isinstance(reads, int) and reads not in (0, expected)  # a lazy layer is printed with 0
    return [message("model.other_inputs", n=reads, fits=expected)] if told else []


def channels_of(layers: Iterable[Described]) -> int | None:
    """The channels that the first convolution reads, or that Keras' input has; None where the text does not say.

    >>> channels_of([Described("Conv2d", (3, 8, 5))]), channels_of([Described("Input", ((28, 28, 1),))]), channels_of([])
    (3, 1, None)
    """
    for layer in layers:
        shape = next((layer.named[name] for name in ("batch_shape", "batch_input_shape", "input_shape", "shape") if name in layer.named), None)
        if layer.name in ("Input", "InputLayer") and layer.placed:
            shape = layer.placed[0]
        last = shape[-1] if isinstance(shape, tuple) and shape else layer.named.get("in_channels")
        if layer.name == "Conv2d" and layer.placed:
            last = layer.placed[0]
        if isinstance(last, int) or layer.name in ("Conv2d", "Conv2D", "LazyConv2d"):
            return last if isinstance(last, int) else None
    return None
