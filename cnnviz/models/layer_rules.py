"""Equivalents of PyTorch's and Keras's layers: their words in a network's text, or the reason why there is none, with
an alternative.

To add a layer, list its arguments in layer_arguments.py, write its rule in window_layers.py or other_layers.py, and add it to RULES there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cnnviz.models import other_layers, shapes, window_layers
from cnnviz.models.arguments import Arguments, Context, Rule, UnsupportedLayer
from cnnviz.models.described_layers import LayerDescription
from cnnviz.models.layer_arguments import arguments_of
from cnnviz.words import Message, message

RULES: Mapping[str, Rule] = {**window_layers.RULES, **other_layers.RULES}
SHAPES = shapes.RULES
"""Layers without a word: a dense layer flattens maps itself, and the image is chosen separately."""

SAME_NAME: Mapping[str, str] = {
    "MaxPool2D": "MaxPooling2D", "AvgPool2D": "AveragePooling2D", "GlobalAvgPool2D": "GlobalAveragePooling2D", "Convolution2D": "Conv2D",
    "SpatialDropout2D": "Dropout2d", "BatchNorm1d": "BatchNormalization", "BatchNorm2d": "BatchNormalization",
    "LazyBatchNorm1d": "BatchNormalization", "LazyBatchNorm2d": "BatchNormalization", "GroupNormalization": "GroupNorm",
    "LayerNormalization": "LayerNorm", "flatten": "Flatten",
}  # fmt: skip
"""Alternative names of layers, and layers that share a rule."""

OTHER_ACTIVATIONS = ("ELU", "SELU", "CELU", "GELU", "SiLU", "Swish", "PReLU", "ReLU6", "RReLU", "Hardtanh", "Hardswish", "Hardsigmoid", "Mish", "Softplus", "Softsign")
"""Unsupported activations."""

ACTIVATION_LAYERS = ("ReLU", "LeakyReLU", "Sigmoid", "Tanh", "Identity", "Activation", "Dropout", "Softmax", "LogSoftmax")
_ON_MAPS = ("Conv2d", "Conv2D", "LazyConv2d", "MaxPool2d", "AvgPool2d", "MaxPooling2D", "AveragePooling2D", "AdaptiveAvgPool2d",
    "GlobalAveragePooling2D", "ZeroPad2d", "ZeroPadding2D", "BatchNorm2d", "LazyBatchNorm2d", "SpatialDropout2D")
_LEARNING = ("Conv2d", "Conv2D", "LazyConv2d", "Linear", "LazyLinear", "Dense", "BatchNormalization", "GroupNorm", "LayerNorm")


EXACT = ("model.last_axis",)
"""Notes that do not make a conversion inexact."""


@dataclass(frozen=True)
class ConvertedLayer:
    """A converted layer: its source text, its words, notes, and its line (0 if unknown)."""

    text: str
    words: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    line: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether the layer is converted exactly."""
        return all(note.id in EXACT for note in self.notes)

    @property
    def remarks(self) -> tuple[Message, ...]:
        """The notes, each with the line number."""
        return tuple(message("model.at_line", n=self.line, why=note) if self.line else note for note in self.notes)


def convert_layer(layer: LayerDescription, context: Context) -> ConvertedLayer:
    """Return the equivalent of a layer, and update the state `context`.

    >>> convert_layer(LayerDescription("Conv2d", (1, 8, 3), {"padding": 1}, "nn.Conv2d(1, 8, 3, padding=1)"), Context()).words
    ('conv8x3bp1',)
    """
    name = SAME_NAME.get(layer.name, layer.name)
    context.keras = context.keras or "2D" in name or name == "Dense" or layer.library.startswith("keras")
    try:
        words, notes = _convert(layer, name, context)
    except UnsupportedLayer as why:
        context.gives = context.flat = None
        if context.state == "start" and (name in _ON_MAPS or layer.name in _ON_MAPS):
            context.state = "map"
        words, notes = [], [why.note]
    return ConvertedLayer(layer.text, tuple(words), tuple(notes), layer.line)


def _convert(layer: LayerDescription, name: str, context: Context) -> tuple[list[str], list[Message]]:
    if layer.refused is not None:
        raise UnsupportedLayer(layer.refused)
    if name not in RULES and name not in SHAPES:
        if not name or name in OTHER_ACTIVATIONS:
            raise UnsupportedLayer(message("model.activation", name=name) if name else message("model.unfollowed"))
        raise UnsupportedLayer(message("model.unknown", name=name))
    if layer.module is not None and name in _LEARNING:
        if id(layer.module) in context.modules:
            raise UnsupportedLayer(message("model.shared"))
        context.modules.add(id(layer.module))
    arguments = arguments_of(layer, name) | {"class": layer.name, "text": layer.text, "library": layer.library}
    if context.state == "start" and not context.words and layer.library.startswith("keras") and name not in ("Input", "InputLayer"):
        shapes.image({**arguments, "shape": None}, context)
    _check_position(layer, name, context)
    if name in SHAPES:
        return [], SHAPES[name](arguments, context)[1]
    gives, context.gives = context.gives, None
    notes = _input_notes(arguments, context, gives)
    words, rule_notes = RULES[name](arguments, context)
    output_count = arguments.get("filters", arguments.get("units", gives))
    context.gives = output_count if isinstance(output_count, int) else None
    context.words += words
    if words:
        context.state = _state_after(words[0], layer, context.state)
    if words and words[0].startswith("dense"):
        context.flat = None
    return words, [*notes, *rule_notes]


def _check_position(layer: LayerDescription, name: str, context: Context) -> None:
    """Raise Untaken if a layer cannot follow the layers before it."""
    if context.log:
        raise UnsupportedLayer(message("model.log_softmax"))
    if context.zeros != (0, 0) and name not in ("Conv2d", "Conv2D", "LazyConv2d", "ZeroPad2d", "ZeroPadding2D"):
        context.zeros = (0, 0)
        raise UnsupportedLayer(message("model.zeros_before", name=layer.name))
    if context.permuted and name != "Flatten":
        context.permuted = False
        raise UnsupportedLayer(message("model.permute"))
    if context.state in ("row", "ones", "other") and (name in _ON_MAPS or layer.name in _ON_MAPS):
        raise UnsupportedLayer(message("model.needs_map", name=layer.name))
    if context.state == "other" and name not in SHAPES:
        raise UnsupportedLayer(message("model.flatten_missing", name=layer.name))
    if context.state in ("map", "ones") and (name in ("Linear", "LazyLinear") or layer.name in ("BatchNorm1d", "LazyBatchNorm1d")):
        context.state = "row"
        raise UnsupportedLayer(message("model.flatten_missing", name=layer.name))


def _state_after(word: str, layer: LayerDescription, state: str) -> str:
    if word[:3] in ("con", "max", "avg"):
        return "map"
    if word.startswith("dense"):
        return "row"
    if word == "gap":
        return "ones" if layer.name == "AdaptiveAvgPool2d" else "row"
    return "map" if state == "start" and layer.name in ("BatchNorm2d", "Dropout2d") else state


def _input_notes(arguments: Arguments, context: Context, output_count: int | None) -> list[Message]:
    """Return a note if a layer's declared number of channels or inputs differs from what the layer before `output_count`."""
    reads = arguments.get("channels", arguments.get("inputs") if context.state in ("row", "start") else None)
    expected = output_count if output_count is not None else context.flat if "inputs" in arguments else None
    # lazy layers are printed with 0
    is_mismatch = expected is not None and isinstance(reads, int) and reads not in (0, expected)
    return [message("model.other_inputs", n=reads, fits=expected)] if is_mismatch else []


def channels_of(layers: Iterable[LayerDescription]) -> int | None:
    """Return the number of channels of the first convolution or of Keras's input, or None if the text does not
    specify it.

    >>> channels_of([LayerDescription("Conv2d", (3, 8, 5))]), channels_of([LayerDescription("Input", ((28, 28, 1),))]), channels_of([])
    (3, 1, None)
    """
    for layer in layers:
        shape = next((layer.named[name] for name in ("batch_shape", "batch_input_shape", "input_shape", "shape") if name in layer.named), None)
        if layer.name in ("Input", "InputLayer") and layer.placed:
            shape = layer.placed[0]
        channel_count = shape[-1] if isinstance(shape, tuple) and shape else layer.named.get("in_channels")
        if layer.name == "Conv2d" and layer.placed:
            channel_count = layer.placed[0]
        if isinstance(channel_count, int) or layer.name in ("Conv2d", "Conv2D", "LazyConv2d"):
            return channel_count if isinstance(channel_count, int) else None
    return None
