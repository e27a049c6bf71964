"""The equivalent of each layer of PyTorch and Keras: its words in a network's text, or why it has none and what would do.

To add one, give its arguments' order in SIGNATURES, write its rule in window_layers.py or other_layers.py, and enter it into RULES there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cnnviz.models import other_layers, window_layers
from cnnviz.models.arguments import Arguments, Before, Rule, Untaken
from cnnviz.models.described_layers import Described
from cnnviz.words import Message, message

RULES: Mapping[str, Rule] = {**window_layers.RULES, **other_layers.RULES}

SIGNATURES: Mapping[str, str] = {
    "Conv2d": "channels filters k stride padding dilation groups bias mode",
    "LazyConv2d": "filters k stride padding dilation groups bias mode",
    "Conv2D": "filters k stride padding format dilation groups activation bias",
    "MaxPool2d": "k stride padding dilation indices ceil",
    "AvgPool2d": "k stride padding ceil",
    "MaxPooling2D": "k stride padding format",
    "AveragePooling2D": "k stride padding format",
    "AdaptiveAvgPool2d": "size",
    "Linear": "inputs units bias",
    "LazyLinear": "units bias",
    "Dense": "units activation bias",
    "Activation": "activation",
    "LeakyReLU": "slope",
    "Dropout": "rate",
    "Dropout2d": "rate",
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d"), "channels eps momentum affine"),
    **dict.fromkeys(("LazyBatchNorm1d", "LazyBatchNorm2d"), "eps momentum affine"),
    "BatchNormalization": "axis momentum eps",
    "GroupNorm": "groups channels eps affine",
    "GroupNormalization": "groups axis eps",
    "LayerNorm": "shape eps affine",
    "LayerNormalization": "shape eps",
    "ZeroPad2d": "padding",
    "ZeroPadding2D": "padding",
    "Softmax": "dim",
}
"""The order of a layer's arguments, by our names for them."""

NAMED: Mapping[str, str] = {
    "in_channels": "channels", "out_channels": "filters", "kernel_size": "k", "pool_size": "k", "strides": "stride", "dilation_rate": "dilation",
    "use_bias": "bias", "padding_mode": "mode", "ceil_mode": "ceil", "in_features": "inputs", "out_features": "units", "negative_slope": "slope",
    "alpha": "slope", "p": "rate", "num_groups": "groups", "num_channels": "channels", "num_features": "channels", "output_size": "size", "data_format": "format",
    "epsilon": "eps", "scale": "affine", "elementwise_affine": "affine",
    "normalized_shape": "shape", "axis": "shape",
}  # fmt: skip
"""Our names for arguments that are called otherwise; all others are called as they are."""

SAME_NAME: Mapping[str, str] = {
    "MaxPool2D": "MaxPooling2D", "AvgPool2D": "AveragePooling2D", "GlobalAvgPool2D": "GlobalAveragePooling2D", "Convolution2D": "Conv2D",
    "SpatialDropout2D": "Dropout2d", "BatchNorm1d": "BatchNormalization", "BatchNorm2d": "BatchNormalization",
    "LazyBatchNorm1d": "BatchNormalization", "LazyBatchNorm2d": "BatchNormalization", "GroupNormalization": "GroupNorm",
    "LayerNormalization": "LayerNorm", "flatten": "Flatten",
}  # fmt: skip
"""Layers that go by several names, or have the same rule."""

OTHER_ACTIVATIONS = ("ELU", "SELU", "CELU", "GELU", "SiLU", "Swish", "PReLU", "ReLU6", "RReLU", "Hardtanh", "Hardswish", "Hardsigmoid", "Mish", "Softplus", "Softsign")
"""Activations that there are not here."""

NOTHING = ("Flatten", "Input", "InputLayer", "Permute", "Rescaling", "Unflatten")
"""Layers that need no word: a dense layer reads a map flattened, and an image is chosen apart."""


@dataclass(frozen=True)
class Taken:
    """A layer as the model has it, its words here, and what there is to say of it."""

    text: str
    words: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()


def taken(layer: Described, before: Before) -> Taken:
    """The equivalent of a layer.

    >>> taken(Described("Conv2d", (1, 8, 3), {"padding": 1}, "nn.Conv2d(1, 8, 3, padding=1)"), Before()).words
    ('conv8x3bp1',)
    """
    name = SAME_NAME.get(layer.name, layer.name)
    before.keras = before.keras or "2D" in name or name == "Dense"
    gives, before.gives = before.gives, None
    if name in NOTHING:
        before.gives = None if before.pixels or name != "Flatten" else gives
        before.pixels = before.pixels and name not in ("Flatten", "Reshape")
        return Taken(layer.text)
    if name not in RULES:
        why = "unfollowed" if not name else "own" if name in before.own else "activation" if name in OTHER_ACTIVATIONS else "unknown"
        return Taken(layer.text, (), (message(f"model.{why}", name=layer.name),))
    order = SIGNATURES.get(layer.name, SIGNATURES.get(name, "")).split()
    given: Arguments = {**dict(zip(order, layer.placed, strict=False)), **{NAMED.get(key, key): value for key, value in layer.named.items()}}
    given |= {"class": layer.name, "text": layer.text}
    if isinstance(spelt := given.get("padding"), str):
        given["padding"] = spelt.lower()  # as Keras reads it
    notes = _other_inputs(given, before, gives)
    try:
        words, own_notes = RULES[name](given, before)
    except Untaken as why:
        return Taken(layer.text, (), (why.note,))
    own = given.get("filters", given.get("units", gives))
    before.gives = own if isinstance(own, int) else None
    before.words += words
    before.pixels = words[0][:3] in ("con", "max", "avg") or (before.pixels and words[0][:3] not in ("gap", "den")) if words else before.pixels
    return Taken(layer.text, tuple(words), (*notes, *own_notes))


def _other_inputs(given: Arguments, before: Before, gives: int | None) -> list[Message]:
    """A note where a layer is made for another number of channels or inputs than the layer before `gives`."""
    reads = given.get("channels", None if before.pixels else given.get("inputs"))  # after a map: pixels, which its size decides
    told = gives is not None and isinstance(reads, int) and reads not in (0, gives)  # a lazy layer is printed with 0
    return [message("model.other_inputs", n=reads, fits=gives)] if told else []


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
