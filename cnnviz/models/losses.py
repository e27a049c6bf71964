"""Losses of a model by the library's names: "mse", "bce" or "ce", preceded by the last layer if the loss includes it.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from cnnviz.core.network.losses import LOSSES
from cnnviz.models.described_layers import Unknown
from cnnviz.words import Message, message

BY_NAME: Mapping[str, str] = {
    "CrossEntropyLoss": "softmax-ce", "cross_entropy": "softmax-ce", "NLLLoss": "nll", "nll_loss": "nll",
    "BCELoss": "bce", "binary_cross_entropy": "bce", "BCEWithLogitsLoss": "sigmoid-bce", "binary_cross_entropy_with_logits": "sigmoid-bce",
    "MSELoss": "mse", "mse_loss": "mse",
    "categorical_crossentropy": "ce", "sparse_categorical_crossentropy": "ce", "CategoricalCrossentropy": "ce", "SparseCategoricalCrossentropy": "ce",
    "binary_crossentropy": "bce", "BinaryCrossentropy": "bce", "mse": "mse", "MSE": "mse", "mean_squared_error": "mse", "MeanSquaredError": "mse",
}  # fmt: skip
"""Our losses by the libraries' names. PyTorch's losses of logits include their last layer. "nll" is ce of a
log-softmax."""

_SETTINGS: Mapping[str, tuple[Any, ...]] = {
    "weight": (None,), "size_average": (None, True), "ignore_index": (-100, None), "reduce": (None, True), "reduction": ("mean",
    "sum_over_batch_size", "auto", "elementwise_mean"),
    "label_smoothing": (0, 0.0), "pos_weight": (None,), "from_logits": (True, False), "axis": (-1,), "name": (), "dtype": (),
}  # fmt: skip
"""Settings of losses that are supported, with their allowed values; () allows any."""


def is_loss(name: str) -> bool:
    """Return whether this is the name of a loss, supported or not.

    >>> is_loss("CrossEntropyLoss"), is_loss("HingeEmbeddingLoss"), is_loss("Linear")
    (True, True, False)
    """
    return name in BY_NAME or name.endswith(("Loss", "_loss", "Crossentropy", "_crossentropy"))


def refused_settings(name: str, settings: Mapping[str, Any]) -> Message | None:
    """Return the reason why a loss is not supported with these settings, or None if it is supported. Positional
    settings are named "#0", "#1", …."""
    if name not in BY_NAME:
        return message("model.unknown_loss", name=name)
    for key, value in settings.items():
        allowed_values = _SETTINGS.get(key, (None,) if key.startswith("#") else None)
        if allowed_values is None:
            return message("model.unknown_argument", name=key, of=name)
        if allowed_values and not any(value is option or (value == option and not isinstance(value, bool)) for option in allowed_values):
            text = value.text if isinstance(value, Unknown) else value
            return message("model.argument", name=key.replace("#", "argument "), value=text, fits=allowed_values[0])
    return None


def loss_of_code(value: ast.AST) -> tuple[str, str] | None:
    """Return the loss in a line of cnnviz's exported scripts, preceded by a merged last layer, and its variable. None
    for other lines."""
    return _codes().get(ast.dump(value)) or _loss_of_several(value)


def _loss_of_several(value: ast.AST) -> tuple[str, str] | None:
    """Match sum(… for z, y in zip(z, targets)) / 3, the mean over images."""
    if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div) and isinstance(value.left, ast.Call) and len(value.left.args) == 1):
        return None
    argument = value.left.args[0]
    if not isinstance(argument, ast.GeneratorExp) or not re.fullmatch(r" ?for \(?([zo]), y\)? in zip\(\1, targets\)", ast.unparse(argument.generators[0])):
        return None
    return _codes().get(ast.dump(argument.elt))


@cache
def _codes() -> Mapping[str, tuple[str, str]]:
    losses = dict[str, tuple[str, str]]()
    for loss in LOSSES.values():
        losses |= {_dump(code): (loss.name, "o") for code in loss.code.values()}
        losses |= {_dump(code): (f"{kind}-{loss.name}", "z") for kind, merged in loss.merged.items() for code in merged.code.values()}
    return losses


def _dump(code: str) -> str:
    return ast.dump(ast.parse(code, mode="eval").body)


def ending_words(words: Sequence[str], loss: str, from_logits: bool, log: bool) -> tuple[list[str], list[Message], list[Message]]:
    """Return the words at the end of a network (last layer and loss), notes on them, and reasons why they are not
    equivalent.

    >>> ending_words(["dense10"], "", False, False)[0], ending_words(["dense10", "softmax"], "ce", False, False)[0]
    (['softmax', 'ce'], ['ce'])
    """
    last_word = words[-1] if words else ""
    if log and loss not in ("", "nll", "softmax-ce"):
        return [loss], [], [message("model.log_softmax")]
    if not loss:
        default = {"softmax": ["ce"], "sigmoid": ["bce"], "tanh": ["mse"], "identity": ["mse"]}.get(last_word, ["softmax", "ce"])
        return default, [message("model.no_loss", loss="-".join(default))], []
    if loss == "nll":
        return ["ce"] if last_word == "softmax" else ["softmax", "ce"], [], [] if log else [message("model.nll")]
    if from_logits and "-" not in loss:
        loss = {"ce": "softmax-ce", "bce": "sigmoid-bce"}.get(loss, loss)
    *layer, name = loss.split("-")
    if layer == [last_word] and not log:
        return [*layer, name], [message("model.twice", layer=last_word)], []
    if layer:
        return ([name] if log and layer == ["softmax"] else [*layer, name]), [], []
    usual_layer = {"ce": "softmax", "bce": "sigmoid"}.get(name, "")
    if usual_layer and last_word != usual_layer:  # for a sigmoid, Keras first divides by the sum
        return [usual_layer, name], [], [message("model.last_layer", layer=usual_layer, loss=name)]
    return [name], [], []
