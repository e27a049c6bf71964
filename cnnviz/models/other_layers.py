"""Equivalents of dense layers, activations, averages, normalisation and dropout."""

from collections.abc import Mapping

from cnnviz.core.network.network_text import MOST
from cnnviz.models.arguments import (
    Arguments,
    Before,
    Rule,
    Untaken,
    activation_words,
    count,
    fitting,
    has_bias,
    shown,
    side,
)
from cnnviz.models.described_layers import Described
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
        text, notes = fitting(lambda n: f"conv{n['filters']}x1{'b' if has_bias(given) else ''}", "conv", {"filters": units})
        return [text, *activation], [message("model.last_axis", fits=text), *unsaid, *notes, *none]
    text, notes = fitting(lambda n: f"dense{n['outputs']}", "dense", {"outputs": units})
    if not has_bias(given):
        notes.append(message("model.dense_bias"))
    return [text, *activation], [*unsaid, *notes, *none]


def softmax(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    """A softmax over the outputs; of a map of one pixel over its channels."""
    dim = given.get("dim")
    if isinstance(dim, bool) or dim not in ((1,) if before.state in ("map", "ones") else (1, -1, None)):
        raise Untaken(message("model.argument", name="dim", value=shown(dim), fits="1"))
    return ["softmax"], []


def log_softmax(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    words = softmax(given, before)
    before.log = True
    return words


def relu(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    return leaky(given, before) if given.get("slope") else (["relu"], [])


def leaky(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    of_keras = before.keras if not given.get("library") else given["library"].startswith("keras")
    slope = given.get("slope", 0.3 if of_keras else 0.01)
    if not isinstance(slope, int | float) or not 0 < slope < 1:
        raise Untaken(message("model.argument", name="negative_slope", value=shown(slope), fits=0.01))
    percent = max(1, round(100 * slope))
    notes = [message("model.rounded", value=slope, fits=percent / 100)] if abs(percent / 100 - slope) > 1e-9 else []
    return ["leaky" if percent == 1 else f"leaky{percent}"], notes


def named_activation(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    activation = given.get("activation")
    text = activation.text if isinstance(activation, Described) else shown(activation)
    if text.startswith("lambda z: ops.where(z > 0, z, ") and text.endswith(" * z)"):  # as the script in Keras has a leaky ReLU
        return leaky({"slope": float(text.removeprefix("lambda z: ops.where(z > 0, z, ").removesuffix(" * z)"))}, before)
    if text in ("linear", "keras.activations.linear"):
        return ["identity"], []
    words, notes = activation_words(given)
    if not words and not notes:
        raise Untaken(message("model.activation", name=text))
    return words, notes


def dropout(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    rate = given.get("rate", 0.5)
    if not isinstance(rate, int | float):
        raise Untaken(message("model.no_number", name="p", value=shown(rate)))
    if rate == 0:
        return ["identity"] if before.words else [], []
    percent = round(100 * rate)
    text, notes = fitting(lambda n: f"drop{n['percent']}", "drop", {"percent": percent})
    if not notes and abs(percent / 100 - rate) > 1e-9:
        notes.append(message("model.rounded", value=rate, fits=percent / 100))
    if given["class"] in ("Dropout2d", "SpatialDropout2D") and before.state not in ("row", "ones"):
        notes.append(message("model.whole_maps"))
    if given.get("always"):
        notes.append(message("model.always"))
    return [text], notes


def batch_norm(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    of_keras = given["class"] == "BatchNormalization"
    if of_keras and given.get("axis", -1) not in (-1, {"map": 3, "row": 1}.get(before.state, -1)):
        raise Untaken(message("model.argument", name="axis", value=shown(given["axis"]), fits="-1"))
    momentum = given.get("momentum", 0.99 if of_keras else 0.1)
    if isinstance(momentum, bool) or not isinstance(momentum, int | float):
        raise Untaken(message("model.no_number", name="momentum", value=shown(momentum)))
    kept = momentum if of_keras else round(1 - momentum, 9)
    [word], notes = _norm("bn", given)
    return [word], [*notes, *([message("model.momentum", value=kept, fits=KEPT)] if abs(kept - KEPT) > 1e-9 else [])]


def group_norm(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    groups = side(given, "groups", 32)
    if groups < 1:
        raise Untaken(message("model.argument", name="groups", value=groups, fits=1))
    return _norm(f"gn{groups}", given)


def layer_norm(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    shape = given.get("shape", given.get("axis", -1))
    if not before.pixels:
        if isinstance(shape, tuple) and len(shape) != 1:
            raise Untaken(message("model.argument", name="shape", value=shown(shape), fits="-1"))
        if given["class"] == "LayerNormalization" and shape not in (-1, 1, (-1,), (1,)):
            raise Untaken(message("model.argument", name="axis", value=shown(shape), fits="-1"))
        return _norm("ln", given)
    if not isinstance(shape, tuple) or len(shape) != 3 or (given["class"] == "LayerNormalization" and sorted(shape) not in ([1, 2, 3], [-3, -2, -1])):
        raise Untaken(message("model.layer_norm"))
    [word], notes = _norm("gn1", given)
    return [word], [*notes, message("model.of_channels")]


EPS = 1e-5
"""The number that is added to a variance before its root is taken: PyTorch's, and ours. Keras' is 1e-3."""
KEPT = 0.9
"""The share of a running number that an update keeps: PyTorch's, and ours. Keras' is 0.99."""


def _norm(word: str, given: Arguments) -> tuple[list[str], list[Message]]:
    eps = given.get("eps", 1e-3 if str(given["class"]).endswith("Normalization") else EPS)
    if isinstance(eps, bool) or not isinstance(eps, int | float):
        raise Untaken(message("model.no_number", name="eps", value=shown(eps)))
    notes = [message("model.eps", value=eps, fits=EPS)] if abs(eps - EPS) > 1e-9 else []
    affine = given.get("affine", True)
    if affine not in (True, False):
        raise Untaken(message("model.argument", name="affine", value=shown(affine), fits="True"))
    return [word], [*notes, *([message("model.affine")] if not affine else [])]


def _plain(word: str) -> Rule:
    return lambda given, before: ([word], [])


RULES: Mapping[str, Rule] = {
    **{name: _plain(name.lower()) for name in ("Sigmoid", "Tanh", "Identity")},
    **dict.fromkeys(("Linear", "LazyLinear", "Dense"), dense),
    **dict.fromkeys(("Dropout", "Dropout2d"), dropout),
    "GlobalAveragePooling2D": global_average,
    "AdaptiveAvgPool2d": adaptive,
    "LogSoftmax": log_softmax,
    "Softmax": softmax,
    "ReLU": relu,
    "LeakyReLU": leaky,
    "Activation": named_activation,
    "BatchNormalization": batch_norm,
    "GroupNorm": group_norm,
    "LayerNorm": layer_norm,
}
"""By the layer's name."""
