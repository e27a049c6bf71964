"""What each layer of PyTorch and Keras is here: its words in a network's text, or why it has none and what would do.

To add one, give its arguments' order in SIGNATURES and write its rule under `@_rule(...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz.core.layers import LAYERS
from cnnviz.core.sliding import pad_widths
from cnnviz.models.described import Described
from cnnviz.words import Message, Problem, message

SIGNATURES: Mapping[str, str] = {
    "Conv2d": "channels filters k stride padding dilation groups bias mode",
    "Conv2D": "filters k stride padding format dilation groups activation bias",
    "MaxPool2d": "k stride padding dilation indices ceil",
    "AvgPool2d": "k stride padding ceil",
    "MaxPooling2D": "k stride padding format",
    "AveragePooling2D": "k stride padding format",
    "AdaptiveAvgPool2d": "size",
    "Linear": "inputs units bias",
    "Dense": "units activation bias",
    "Activation": "activation",
    "LeakyReLU": "slope",
    "Dropout": "rate",
    "Dropout2d": "rate",
    "GroupNorm": "groups channels",
    "ZeroPad2d": "padding",
    "ZeroPadding2D": "padding",
    "Softmax": "dim",
}
"""The order of a layer's arguments, by our names for them."""

NAMED: Mapping[str, str] = {
    "in_channels": "channels", "out_channels": "filters", "kernel_size": "k", "pool_size": "k", "strides": "stride", "dilation_rate": "dilation",
    "use_bias": "bias", "padding_mode": "mode", "ceil_mode": "ceil", "in_features": "inputs", "out_features": "units", "negative_slope": "slope",
    "alpha": "slope", "p": "rate", "num_groups": "groups", "num_channels": "channels", "output_size": "size", "data_format": "format", "epsilon": "eps", "scale": "affine", "elementwise_affine": "affine",
}  # fmt: skip
"""Our names for arguments that are called otherwise; all others are called as they are."""

SAME_NAME: Mapping[str, str] = {
    "MaxPool2D": "MaxPooling2D", "AvgPool2D": "AveragePooling2D", "GlobalAvgPool2D": "GlobalAveragePooling2D", "Convolution2D": "Conv2D",
    "SpatialDropout2D": "Dropout2d", "BatchNorm1d": "BatchNormalization", "BatchNorm2d": "BatchNormalization", "GroupNormalization": "GroupNorm",
    "LayerNormalization": "LayerNorm", "ReLU6": "ReLU6",
}  # fmt: skip

NOTHING = ("Flatten", "Input", "InputLayer", "Permute", "Rescaling", "Unflatten")
"""Layers that need no word: a dense layer reads a map flattened, and an image is chosen apart."""

ACTIVATIONS: Mapping[str, str] = {"relu": "relu", "sigmoid": "sigmoid", "tanh": "tanh", "softmax": "softmax", "linear": "identity", "identity": "identity"}

Arguments = dict[str, Any]


@dataclass
class Before:
    """What the layers before leave for the next: zeros around a map, and the last convolution's word."""

    zeros: tuple[int, int] = (0, 0)
    log: bool = False
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Taken:
    """A layer as the model has it, its words here, and what there is to say of it."""

    text: str
    words: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()


class Untaken(Exception):
    """A layer that has no words here; what it says is why."""

    def __init__(self, note: Message):
        super().__init__(note)
        self.note = note


Rule = Callable[[Arguments, Before], tuple[list[str], list[Message]]]
RULES: dict[str, Rule] = {}


def taken(layer: Described, before: Before) -> Taken:
    """What a layer is here.

    >>> taken(Described("Conv2d", (1, 8, 3), {"padding": 1}, "nn.Conv2d(1, 8, 3, padding=1)"), Before()).words
    ('conv8x3bp1',)
    """
    name = SAME_NAME.get(layer.name, layer.name)
    if name in NOTHING:
        return Taken(layer.text)
    if name not in RULES:
        return Taken(layer.text, (), (message("model.unknown", name=layer.name or layer.text),))
    order = SIGNATURES.get(name, "").split()
    given: Arguments = {**dict(zip(order, layer.placed, strict=False)), **{NAMED.get(key, key): value for key, value in layer.named.items()}}
    given["class"] = layer.name
    try:
        words, notes = RULES[name](given, before)
    except Untaken as why:
        return Taken(layer.text, (), (why.note,))
    before.words += words
    return Taken(layer.text, tuple(words), tuple(notes))


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
        if isinstance(last, int) or layer.name in ("Conv2d", "Conv2D"):
            return last if isinstance(last, int) else None
    return None


def _rule(*names: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, rule))
        return rule

    return register


# ---- arguments


def _side(given: Arguments, name: str, default: int | None = None) -> int:
    """A whole number, or the same one for rows and columns."""
    value = given.get(name)
    value = default if value is None else value
    if isinstance(value, tuple | list) and len({*value}) == 1:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, int):
        raise Untaken(message("model.argument", name=name, value=_shown(value)))
    return value


def _shown(value: Any) -> str:
    return getattr(value, "text", None) or str(value)[:40]


def _fitting(word: Callable[[Mapping[str, int]], str], kind: str, numbers: Mapping[str, int]) -> tuple[str, list[Message]]:
    """The word with these numbers, or with the nearest that fit; what each is called is as in the layer's limits."""
    fitting, notes = dict(numbers), list[Message]()
    for _ in range(len(numbers) + 1):
        try:
            LAYERS[kind].parse(word(fitting))
            return word(fitting), notes
        except Problem as problem:
            what = str(getattr(problem.values.get("what"), "id", "")).rpartition(".")[2]
            if problem.code != "network.limit" or what not in fitting:
                raise Untaken(problem.message) from None
            least, most = (int(str(problem.values[end])) for end in ("least", "most"))
            notes.append(message("model.limit", what=problem.values["what"], n=fitting[what], fits=min(max(fitting[what], least), most)))
            fitting[what] = min(max(fitting[what], least), most)
    raise Untaken(message("model.unknown", name=kind))


def _activation(given: Arguments) -> list[str]:
    """The word of a layer's own activation, none where it has none."""
    value = given.get("activation")
    if value is None or value == "linear":
        return []
    if isinstance(value, Described):
        value = value.name
    name = _shown(value).rpartition(".")[2].lower()
    if name not in ACTIVATIONS:
        raise Untaken(message("model.activation", name=_shown(value)))
    return [ACTIVATIONS[name]]


# ---- rules


@_rule("Conv2d", "Conv2D")
def _conv(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    k, stride, dilation = _side(given, "k"), _side(given, "stride", 1), _side(given, "dilation", 1)
    if _side(given, "groups", 1) != 1:
        raise Untaken(message("model.groups"))
    if given.get("mode", "zeros") != "zeros":
        raise Untaken(message("model.argument", name="padding_mode", value=_shown(given["mode"])))
    bias, reach = "b" if given.get("bias", True) else "", dilation * (k - 1) + 1
    spelling, zeros, notes = _padding(given, before, reach, stride)

    def word(n: Mapping[str, int]) -> str:
        sliding = f"s{n['stride']}" if n["stride"] != 1 else ""
        apart = f"d{n['dilation']}" if n["dilation"] != 1 else ""
        around = spelling or (f"p{n['padding']}" if n["padding"] else "")
        return f"conv{n['filters']}x{n['k']}{bias}{sliding}{apart}{around}"

    numbers = {"filters": _side(given, "filters"), "k": k, "stride": stride, "dilation": dilation, "padding": zeros}
    text, limits = _fitting(word, "conv", numbers)
    return [text, *_activation(given)], [*notes, *limits]


def _padding(given: Arguments, before: Before, reach: int, stride: int) -> tuple[str, int, list[Message]]:
    """How the zeros around are written: a spelling or a number; and what is to be said."""
    value = given.get("padding", 0)
    notes: list[Message] = []
    if value == "same":
        own = pad_widths(reach, "same")
        if stride != 1:
            notes.append(message("model.same"))
    else:
        side = 0 if value in ("valid", None) else _side(given, "padding", 0)
        own = (side, side)
    first, last = (a + b for a, b in zip(before.zeros, own, strict=True))
    before.zeros = (0, 0)
    if first == last:
        return "", first, notes
    if (first, last) == pad_widths(reach, "same"):
        return "same", 0, notes
    raise Untaken(message("model.zeros", before=first, after=last))


@_rule("ZeroPad2d", "ZeroPadding2D")
def _zeros(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    value = given.get("padding", 1)
    pairs: list[Any] = [value, value] if isinstance(value, int) else list(value) if isinstance(value, tuple | list) else []
    if len(pairs) == 4:  # left, right, top, bottom
        pairs = [tuple(pairs[:2]), tuple(pairs[2:])]
    pairs = [(one, one) if isinstance(one, int) else tuple(one) if isinstance(one, tuple | list) else () for one in pairs]
    if len(pairs) != 2 or pairs[0] != pairs[1] or len(pairs[0]) != 2 or not all(isinstance(n, int) for n in pairs[0]):
        raise Untaken(message("model.argument", name="padding", value=_shown(value)))
    before.zeros = (before.zeros[0] + pairs[0][0], before.zeros[1] + pairs[0][1])
    return [], []


def _pool(kind: str) -> Rule:
    def rule(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
        k = _side(given, "k", 2)
        stride = _side(given, "stride", k)
        notes: list[Message] = []
        if given.get("padding", 0) not in (0, (0, 0), "valid", None):
            notes.append(message("model.pool_padding"))
        if given.get("ceil") is True:
            notes.append(message("model.ceil"))
        if k == 1 and before.words and before.words[-1].startswith("conv") and _thins(before, stride):
            return [], notes

        def word(n: Mapping[str, int]) -> str:
            return f"{kind}{n['window']}" + (f"s{n['stride']}" if n["stride"] != n["window"] else "")

        text, limits = _fitting(word, kind, {"window": k, "stride": stride})
        return [text], [*notes, *limits]

    return rule


def _thins(before: Before, stride: int) -> bool:
    """Gives a dilated convolution the stride that Keras takes after it."""
    layer = LAYERS["conv"].parse(before.words[-1])
    if layer is None or layer.geometry()["dilation"] == 1 or layer.geometry()["stride"] != 1:
        return False
    head, mark, tail = before.words[-1].partition("d")
    before.words[-1] = f"{head}s{stride}{mark}{tail}"
    return True


RULES |= dict.fromkeys(("MaxPool2d", "MaxPooling2D"), _pool("max")) | dict.fromkeys(("AvgPool2d", "AveragePooling2D"), _pool("avg"))


@_rule("GlobalAveragePooling2D")
def _global_average(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    return ["gap"], []


@_rule("AdaptiveAvgPool2d")
def _adaptive(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    if _side(given, "size") != 1:
        raise Untaken(message("model.adaptive"))
    return ["gap"], []


@_rule("Linear", "Dense")
def _dense(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    text, notes = _fitting(lambda n: f"dense{n['outputs']}", "dense", {"outputs": _side(given, "units")})
    if given.get("bias", True) is False:
        notes.append(message("model.dense_bias"))
    return [text, *_activation(given)], notes


RULES |= {name: (lambda word: lambda given, before: ([word], []))(name.lower()) for name in ("Sigmoid", "Tanh", "Softmax", "Identity")}


@_rule("LogSoftmax")
def _log_softmax(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    before.log = True
    return ["softmax"], []


@_rule("ReLU")
def _relu(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    if given.get("max_value") is not None:
        raise Untaken(message("model.argument", name="max_value", value=_shown(given["max_value"])))
    return (_leaky(given, before) if given.get("slope") else (["relu"], []))


@_rule("LeakyReLU")
def _leaky(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    slope = given.get("slope", 0.01)
    if not isinstance(slope, int | float) or not 0 < slope < 1:
        raise Untaken(message("model.argument", name="negative_slope", value=_shown(slope)))
    percent = max(1, round(100 * slope))
    notes = [message("model.rounded", value=slope, fits=percent / 100)] if abs(percent / 100 - slope) > 1e-9 else []
    return ["leaky" if percent == 1 else f"leaky{percent}"], notes


@_rule("Activation")
def _named_activation(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    text = _shown(given.get("activation"))
    if text.startswith("lambda z: ops.where(z > 0, z, ") and text.endswith(" * z)"):  # as the script in Keras has a leaky ReLU
        return _leaky({"slope": float(text.removeprefix("lambda z: ops.where(z > 0, z, ").removesuffix(" * z)"))}, before)
    if given.get("activation") == "linear":
        return ["identity"], []
    return _activation(given), []


@_rule("Dropout", "Dropout2d")
def _dropout(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    rate = given.get("rate", 0.5)
    if "drop" not in LAYERS or not isinstance(rate, int | float):
        raise Untaken(message("model.dropout"))
    text, notes = _fitting(lambda n: f"drop{n['percent']}", "drop", {"percent": round(100 * rate)})
    return [text], notes


@_rule("BatchNormalization")
def _batch_norm(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    return _norm("bn", given)


@_rule("GroupNorm")
def _group_norm(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    return _norm(f"gn{_side(given, 'groups', 32)}", given)


@_rule("LayerNorm")
def _layer_norm(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    return _norm("ln", given)


EPS = 1e-5
"""What is added to a variance before its root is taken: PyTorch's, and ours. Keras' is 1e-3."""


def _norm(word: str, given: Arguments) -> tuple[list[str], list[Message]]:
    if not any(kind.parse(word) for kind in LAYERS.values()):
        raise Untaken(message("model.norm"))
    eps = given.get("eps", 1e-3 if str(given["class"]).endswith("Normalization") else EPS)
    notes = [message("model.eps", value=eps, fits=EPS)] if isinstance(eps, int | float) and abs(eps - EPS) > 1e-9 else []
    return [word], [*notes, *([message("model.affine")] if given.get("affine") is False else [])]
