"""Equivalents of dense layers, activations, averages, normalisation and dropout."""

from collections.abc import Mapping

from cnnviz.core.network_text import MOST
from cnnviz.models.arguments import Arguments, Before, Rule, Untaken, activation_words, count, fitting, shown, side
from cnnviz.words import Message, message


def global_average(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    return ["gap"], []


def adaptive(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    if side(given, "size") != 1:
        raise Untaken(message("model.adaptive"))
    return ["gap"], []


def dense(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    units, unsaid = count(given, "units", MOST["outputs"])
    activation, none = activation_words(given)
    if before.pixels and given["class"] == "Dense":  # PyTorch's own flatten may stand in a forward that its print does not show
        text, notes = fitting(lambda n: f"conv{n['filters']}x1b", "conv", {"filters": units})
        return [text, *activation], [message("model.last_axis", fits=text), *unsaid, *notes, *none]
    text, notes = fitting(lambda n: f"dense{n['outputs']}", "dense", {"outputs": units})
    if given.get("bias", True) is False:
        notes.append(message("model.dense_bias"))
    return [text, *activation], [*unsaid, *notes, *none]


def log_softmax(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    before.log = True
    return ["softmax"], []


def relu(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    if given.get("max_value") is not None:
        raise Untaken(message("model.argument", name="max_value", value=shown(given["max_value"]), fits=None))
    return (leaky(given, before) if given.get("slope") else (["relu"], []))


def leaky(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    of_keras = before.keras or str(given.get("text", "")).startswith(("layers.", "keras.", "tf."))
    slope = given.get("slope", 0.3 if of_keras else 0.01)
    if not isinstance(slope, int | float) or not 0 < slope < 1:
        raise Untaken(message("model.argument", name="negative_slope", value=shown(slope), fits=0.01))
    percent = max(1, round(100 * slope))
    notes = [message("model.rounded", value=slope, fits=percent / 100)] if abs(percent / 100 - slope) > 1e-9 else []
    return ["leaky" if percent == 1 else f"leaky{percent}"], notes


def named_activation(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    text = shown(given.get("activation"))
    if text.startswith("lambda z: ops.where(z > 0, z, ") and text.endswith(" * z)"):  # as the script in Keras has a leaky ReLU
        return leaky({"slope": float(text.removeprefix("lambda z: ops.where(z > 0, z, ").removesuffix(" * z)"))}, before)
    if given.get("activation") == "linear":
        return ["identity"], []
    return activation_words(given)


def dropout(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    rate = given.get("rate", 0.5)
    if not isinstance(rate, int | float):
        raise Untaken(message("model.no_number", name="p", value=shown(rate)))
    text, notes = fitting(lambda n: f"drop{n['percent']}", "drop", {"percent": round(100 * rate)})
    return [text], [*notes, *([message("model.whole_maps")] if given["class"] in ("Dropout2d", "SpatialDropout2D") and before.pixels else [])]


def batch_norm(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    of_keras = given["class"] == "BatchNormalization"
    momentum = given.get("momentum", 0.99 if of_keras else 0.1)
    kept = momentum if of_keras or not isinstance(momentum, int | float) else round(1 - momentum, 9)
    [word], notes = _norm("bn", given)
    return [word], [*notes, *([message("model.momentum", value=kept, fits=KEPT)] if isinstance(kept, int | float) and abs(kept - KEPT) > 1e-9 else [])]


def group_norm(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    groups = side(given, "groups", 32)
    if groups < 1:
        raise Untaken(message("model.argument", name="groups", value=groups, fits=1))
    return _norm(f"gn{groups}", given)


def layer_norm(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    if not before.pixels:
        return _norm("ln", given)
    shape = given.get("shape")
    if not isinstance(shape, tuple) or len(shape) != 3:
        raise Untaken(message("model.layer_norm"))
    [word], notes = _norm("gn1", given)
    return [word], [*notes, message("model.of_channels")]


EPS = 1e-5
"""The number that is added to a variance before its root is taken: PyTorch's, and ours. Keras' is 1e-3."""
KEPT = 0.9
"""The share of a running number that an update keeps: PyTorch's, and ours. Keras' is 0.99."""


def _norm(word: str, given: Arguments) -> tuple[list[str], list[Message]]:
    eps = given.get("eps", 1e-3 if str(given["class"]).endswith("Normalization") else EPS)
    notes = [message("model.eps", value=eps, fits=EPS)] if isinstance(eps, int | float) and abs(eps - EPS) > 1e-9 else []
    return [word], [*notes, *([message("model.affine")] if given.get("affine") is False else [])]


def _plain(word: str) -> Rule:
    return lambda given, before: ([word], [])


RULES: Mapping[str, Rule] = {
    **{name: _plain(name.lower()) for name in ("Sigmoid", "Tanh", "Softmax", "Identity")},
    **dict.fromkeys(("Linear", "LazyLinear", "Dense"), dense),
    **dict.fromkeys(("Dropout", "Dropout2d"), dropout),
    "GlobalAveragePooling2D": global_average,
    "AdaptiveAvgPool2d": adaptive,
    "LogSoftmax": log_softmax,
    "ReLU": relu,
    "LeakyReLU": leaky,
    "Activation": named_activation,
    "BatchNormalization": batch_norm,
    "GroupNorm": group_norm,
    "LayerNorm": layer_norm,
}
"""By the layer's name."""
