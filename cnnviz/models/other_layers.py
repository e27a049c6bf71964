"""Equivalents of dense layers, activations, averages, normalization and dropout."""

from collections.abc import Mapping

from cnnviz.core.network.network_text import MOST
from cnnviz.models.arguments import (
    Arguments,
    Context,
    Rule,
    UnsupportedLayer,
    activation_words,
    count_argument,
    fit_word,
    format_value,
    has_bias,
    integer_argument,
)
from cnnviz.models.described_layers import LayerDescription
from cnnviz.words import Message, message


def global_average(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    return ["gap"], []


def adaptive_average(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    if integer_argument(arguments, "size") != 1:
        raise UnsupportedLayer(message("model.adaptive"))
    return ["gap"], []


def dense(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    units, count_notes = count_argument(arguments, "units", MOST["outputs"])
    activation, activation_notes = activation_words(arguments)
    if context.pixels and arguments["class"] == "Dense":  # PyTorch's print does not show a flatten in forward
        text, notes = fit_word(lambda n: f"conv{n['filters']}x1{'b' if has_bias(arguments) else ''}", "conv", {"filters": units})
        return [text, *activation], [message("model.last_axis", fits=text), *count_notes, *notes, *activation_notes]
    text, notes = fit_word(lambda n: f"dense{n['outputs']}", "dense", {"outputs": units})
    if not has_bias(arguments):
        notes.append(message("model.dense_bias"))
    return [text, *activation], [*count_notes, *notes, *activation_notes]


def softmax(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    """Convert a softmax over the outputs, or over the channels of a map of one pixel."""
    dim = arguments.get("dim")
    if isinstance(dim, bool) or dim not in ((1,) if context.state in ("map", "ones") else (1, -1, None)):
        raise UnsupportedLayer(message("model.argument", name="dim", value=format_value(dim), fits="1"))
    return ["softmax"], []


def log_softmax(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    words = softmax(arguments, context)
    context.log = True
    return words


def relu(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    return leaky_relu(arguments, context) if arguments.get("slope") else (["relu"], [])


def leaky_relu(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    is_keras = context.keras if not arguments.get("library") else arguments["library"].startswith("keras")
    slope = arguments.get("slope", 0.3 if is_keras else 0.01)
    if not isinstance(slope, int | float) or not 0 < slope < 1:
        raise UnsupportedLayer(message("model.argument", name="negative_slope", value=format_value(slope), fits=0.01))
    percent = max(1, round(100 * slope))
    notes = [message("model.rounded", value=slope, fits=percent / 100)] if abs(percent / 100 - slope) > 1e-9 else []
    return ["leaky" if percent == 1 else f"leaky{percent}"], notes


def named_activation(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    activation = arguments.get("activation")
    text = activation.text if isinstance(activation, LayerDescription) else format_value(activation)
    # leaky ReLU in cnnviz's exported Keras scripts
    if text.startswith("lambda z: ops.where(z > 0, z, ") and text.endswith(" * z)"):
        return leaky_relu({"slope": float(text.removeprefix("lambda z: ops.where(z > 0, z, ").removesuffix(" * z)"))}, context)
    if text in ("linear", "keras.activations.linear"):
        return ["identity"], []
    words, notes = activation_words(arguments)
    if not words and not notes:
        raise UnsupportedLayer(message("model.activation", name=text))
    return words, notes


def dropout(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    rate = arguments.get("rate", 0.5)
    if not isinstance(rate, int | float):
        raise UnsupportedLayer(message("model.no_number", name="p", value=format_value(rate)))
    if rate == 0:
        return ["identity"] if context.words else [], []
    percent = round(100 * rate)
    maps = "m" if arguments["class"] in ("Dropout2d", "SpatialDropout2D") and context.state not in ("row", "ones") else ""
    text, notes = fit_word(lambda n: f"drop{n['percent']}{maps}", "drop", {"percent": percent})
    if not notes and abs(percent / 100 - rate) > 1e-9:
        notes.append(message("model.rounded", value=rate, fits=percent / 100))
    if arguments.get("always"):
        notes.append(message("model.always"))
    return [text], notes


def batch_norm(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    is_keras = arguments["class"] == "BatchNormalization"
    if is_keras and arguments.get("axis", -1) not in (-1, {"map": 3, "row": 1}.get(context.state, -1)):
        raise UnsupportedLayer(message("model.argument", name="axis", value=format_value(arguments["axis"]), fits="-1"))
    momentum = arguments.get("momentum", 0.99 if is_keras else 0.1)
    if isinstance(momentum, bool) or not isinstance(momentum, int | float):
        raise UnsupportedLayer(message("model.no_number", name="momentum", value=format_value(momentum)))
    kept_fraction = momentum if is_keras else round(1 - momentum, 9)
    [word], notes = _norm("bn", arguments)
    return [word], [*notes, *([message("model.momentum", value=kept_fraction, fits=KEPT_FRACTION)] if abs(kept_fraction - KEPT_FRACTION) > 1e-9 else [])]


def group_norm(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    groups = integer_argument(arguments, "groups", 32)
    if groups < 1:
        raise UnsupportedLayer(message("model.argument", name="groups", value=groups, fits=1))
    return _norm(f"gn{groups}", arguments)


def layer_norm(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    shape = arguments.get("shape", arguments.get("axis", -1))
    if not context.pixels:
        if isinstance(shape, tuple) and len(shape) != 1:
            raise UnsupportedLayer(message("model.argument", name="shape", value=format_value(shape), fits="-1"))
        if arguments["class"] == "LayerNormalization" and shape not in (-1, 1, (-1,), (1,)):
            raise UnsupportedLayer(message("model.argument", name="axis", value=format_value(shape), fits="-1"))
        return _norm("ln", arguments)
    if not isinstance(shape, tuple) or len(shape) != 3 or (arguments["class"] == "LayerNormalization" and sorted(shape) not in ([1, 2, 3], [-3, -2, -1])):
        raise UnsupportedLayer(message("model.layer_norm"))
    [word], notes = _norm("gn1", arguments)
    return [word], [*notes, message("model.of_channels")]


EPS = 1e-5
"""Number added to a variance before the square root, as in PyTorch and here. Keras has 1e-3."""
KEPT_FRACTION = 0.9
"""Fraction of a running statistic that an update keeps, as in PyTorch and here. Keras has 0.99."""


def _norm(word: str, arguments: Arguments) -> tuple[list[str], list[Message]]:
    eps = arguments.get("eps", 1e-3 if str(arguments["class"]).endswith("Normalization") else EPS)
    if isinstance(eps, bool) or not isinstance(eps, int | float):
        raise UnsupportedLayer(message("model.no_number", name="eps", value=format_value(eps)))
    notes = [message("model.eps", value=eps, fits=EPS)] if abs(eps - EPS) > 1e-9 else []
    affine = arguments.get("affine", True)
    if affine not in (True, False):
        raise UnsupportedLayer(message("model.argument", name="affine", value=format_value(affine), fits="True"))
    return [word], [*notes, *([message("model.affine")] if not affine else [])]


def _plain(word: str) -> Rule:
    return lambda arguments, context: ([word], [])


RULES: Mapping[str, Rule] = {
    **{name: _plain(name.lower()) for name in ("Sigmoid", "Tanh", "Identity")},
    **dict.fromkeys(("Linear", "LazyLinear", "Dense"), dense),
    **dict.fromkeys(("Dropout", "Dropout2d"), dropout),
    "GlobalAveragePooling2D": global_average,
    "AdaptiveAvgPool2d": adaptive_average,
    "LogSoftmax": log_softmax,
    "Softmax": softmax,
    "ReLU": relu,
    "LeakyReLU": leaky_relu,
    "Activation": named_activation,
    "BatchNormalization": batch_norm,
    "GroupNorm": group_norm,
    "LayerNorm": layer_norm,
}
"""Rules by the layer's name."""
