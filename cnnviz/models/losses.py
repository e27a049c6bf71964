"""The loss that a model is trained with, by what its text names: a loss is "mse", "bce" or "ce", after the last layer that it brings along."""

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
"""Our losses by each library's names; PyTorch's of logits have their last layer in them. "nll" is ce of a logarithm."""

_SETTINGS: Mapping[str, tuple[Any, ...]] = {
    "weight": (None,), "size_average": (None, True), "ignore_index": (-100, None), "reduce": (None, True), "reduction": ("mean",
    "sum_over_batch_size", "auto", "elementwise_mean"),
    "label_smoothing": (0, 0.0), "pos_weight": (None,), "from_logits": (True, False), "axis": (-1,), "name": (), "dtype": (),
}  # fmt: skip
"""The settings of losses that may stand in a text, with the values that they may have; () stands for any."""


def is_loss(name: str) -> bool:
    """Whether this is the name of a loss, one that can be taken or another.

    >>> is_loss("CrossEntropyLoss"), is_loss("HingeEmbeddingLoss"), is_loss("Linear")
    (True, True, False)
    """
    return name in BY_NAME or name.endswith(("Loss", "_loss", "Crossentropy", "_crossentropy"))


def refused_settings(name: str, settings: Mapping[str, Any]) -> Message | None:
    """Return why a loss cannot be taken with these settings, None if it can. A setting without a name is "#0", "#1", …."""
    if name not in BY_NAME:
        return message("model.unknown_loss", name=name)
    for key, value in settings.items():
        allowed = _SETTINGS.get(key, (None,) if key.startswith("#") else None)
        if allowed is None:
            return message("model.unknown_argument", name=key, of=name)
        if allowed and not any(value is one or (value == one and not isinstance(value, bool)) for one in allowed):
            shown = value.text if isinstance(value, Unknown) else value
            return message("model.argument", name=key.replace("#", "argument "), value=shown, fits=allowed[0])
    return None


def of_code(value: ast.AST) -> tuple[str, str] | None:
    """The loss of a line that cnnviz' own scripts print, with the last layer in front where they merge, and the variable that it is of."""
    return _codes().get(ast.dump(value)) or _of_several(value)


def _of_several(value: ast.AST) -> tuple[str, str] | None:
    """sum(… for z, y in zip(z, targets)) / 3: the mean over the images."""
    if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div) and isinstance(value.left, ast.Call) and len(value.left.args) == 1):
        return None
    inner = value.left.args[0]
    if not isinstance(inner, ast.GeneratorExp) or not re.fullmatch(r" ?for \(?([zo]), y\)? in zip\(\1, targets\)", ast.unparse(inner.generators[0])):
        return None
    return _codes().get(ast.dump(inner.elt))


@cache
def _codes() -> Mapping[str, tuple[str, str]]:
    found = dict[str, tuple[str, str]]()
    for loss in LOSSES.values():
        found |= {_dumped(code): (loss.name, "o") for code in loss.code.values()}
        found |= {_dumped(code): (f"{kind}-{loss.name}", "z") for kind, merged in loss.merged.items() for code in merged.code.values()}
    return found


def _dumped(code: str) -> str:
    return ast.dump(ast.parse(code, mode="eval").body)


def ended(words: Sequence[str], loss: str, from_logits: bool, log: bool) -> tuple[list[str], list[Message], list[Message]]:
    """The words at the end of a network: the loss, and the last layer that it needs; what is to be said of them, and why they cannot be taken.

    >>> ended(["dense10"], "", False, False)[0], ended(["dense10", "softmax"], "ce", False, False)[0]
    (['softmax', 'ce'], ['ce'])
    """
    last = words[-1] if words else ""
    if log and loss not in ("", "nll", "softmax-ce"):
        return [loss], [], [message("model.log_softmax")]
    if not loss:
        own = {"softmax": ["ce"], "sigmoid": ["bce"], "tanh": ["mse"], "identity": ["mse"]}.get(last, ["softmax", "ce"])
        return own, [message("model.no_loss", loss="-".join(own))], []
    if loss == "nll":
        return ["ce"] if last == "softmax" else ["softmax", "ce"], [], [] if log else [message("model.nll")]
    if from_logits and "-" not in loss:
        loss = {"ce": "softmax-ce", "bce": "sigmoid-bce"}.get(loss, loss)
    *layer, name = loss.split("-")
    if layer == [last] and not log:
        return [*layer, name], [message("model.twice", layer=last)], []
    if layer:
        return ([name] if log and layer == ["softmax"] else [*layer, name]), [], []
    usual = {"ce": "softmax", "bce": "sigmoid"}.get(name, "")
    if usual and last != usual:  # of a sigmoid, Keras divides by the sum first
        return [usual, name], [], [message("model.last_layer", layer=usual, loss=name)]
    return [name], [], []
