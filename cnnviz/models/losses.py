"""The loss that a model is trained with, by what its text names: a loss is "mse", "bce" or "ce", after the last layer that it brings along."""

import ast
from collections.abc import Mapping, Sequence

from cnnviz.core.losses import LOSSES
from cnnviz.models.described_layers import called
from cnnviz.words import Message, message

BY_NAME: Mapping[str, str] = {
    "CrossEntropyLoss": "softmax-ce", "cross_entropy": "softmax-ce", "NLLLoss": "ce", "nll_loss": "ce",
    "BCELoss": "bce", "binary_cross_entropy": "bce", "BCEWithLogitsLoss": "sigmoid-bce", "binary_cross_entropy_with_logits": "sigmoid-bce",
    "MSELoss": "mse", "mse_loss": "mse",
    "categorical_crossentropy": "ce", "sparse_categorical_crossentropy": "ce", "CategoricalCrossentropy": "ce", "SparseCategoricalCrossentropy": "ce",
    "binary_crossentropy": "bce", "BinaryCrossentropy": "bce", "mse": "mse", "mean_squared_error": "mse", "MeanSquaredError": "mse",
}  # fmt: skip
"""Our losses by each library's names; PyTorch's of logits have their last layer in them."""


def loss_of(tree: ast.AST) -> tuple[str, bool]:
    """The loss that code names, "" where it names none, and whether it is told to take logits."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "L" and (own := _own(node.value)):
            return own, False
        if isinstance(node, ast.Call):
            name = called(node)
            if name in BY_NAME:
                return BY_NAME[name], any(one.arg == "from_logits" and isinstance(one.value, ast.Constant) and one.value.value is True for one in node.keywords)
            for one in node.keywords:
                if one.arg == "loss" and isinstance(one.value, ast.Constant) and str(one.value.value) in BY_NAME:
                    return BY_NAME[str(one.value.value)], False
    return "", False


def _own(value: ast.AST) -> str:
    """The loss of a line that our own scripts print; with the last layer in front, where they merge."""
    said = ast.dump(value)
    for loss in LOSSES.values():
        for kind, merged in loss.merged.items():
            if any(said == _dumped(code) for code in merged.code.values()):
                return f"{kind}-{loss.name}"
        if any(said == _dumped(code) for code in loss.code.values()):
            return loss.name
    return ""


def _dumped(code: str) -> str:
    return ast.dump(ast.parse(code, mode="eval").body)


def ended(words: Sequence[str], loss: str, from_logits: bool, log: bool) -> tuple[list[str], list[Message]]:
    """The words at the end of a network: the loss, and the last layer that it needs, with what is to be said of them.

    >>> ended(["dense10"], "", False, False)[0], ended(["dense10", "softmax"], "ce", False, False)[0]
    (['softmax', 'ce'], ['ce'])
    """
    last = words[-1] if words else ""
    if not loss:
        own = {"softmax": ["ce"], "sigmoid": ["bce"], "tanh": ["mse"], "identity": ["mse"]}.get(last, ["softmax", "ce"])
        return own, [message("model.no_loss", loss="-".join(own))]
    *layer, name = loss.split("-")
    if layer == [last] and not log:
        return [*layer, name], [message("model.twice", layer=last)]
    if layer:
        return ([name] if log and layer == ["softmax"] else [*layer, name]), []
    usual = {"ce": "softmax", "bce": "sigmoid"}.get(name, "")
    if usual and last not in LOSSES[name].after:
        return [usual, name], [] if from_logits else [message("model.last_layer", layer=usual, loss=name)]
    return [name], []
