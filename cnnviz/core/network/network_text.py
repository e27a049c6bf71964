"""Parser of a network's text: the words, their order, and the limits."""

import re
from collections import Counter

from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.layers.layer import Layer
from cnnviz.core.network.losses import LOSSES, Loss
from cnnviz.words import Problem

MOST_TEXT = 200
MOST = {"conv": 4, "dense": 3, "between": 16, "filters": 384, "outputs": 10}
"""Limits of a network, so that it can be drawn."""


def parse_layers(text: str) -> tuple[tuple[Layer, ...], Loss]:
    """Parse a network into layers and a loss. Raise Problem with the word, its position and the valid options.

    >>> layers, loss = parse_layers("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> [layer.kind for layer in layers], str(loss)
    (['conv', 'sigmoid', 'dense', 'sigmoid'], 'mse')
    """
    if len(text) > MOST_TEXT:
        raise Problem("network.length", n=len(text), most=MOST_TEXT)
    *words, last_word = text.strip().split("-")
    if last_word not in LOSSES:
        raise Problem("network.no_loss", word=_shorten(last_word), known=tuple(LOSSES))
    layers = tuple(_parse_layer(word, number, words) for number, word in enumerate(words, start=1))
    _check_order(layers, LOSSES[last_word])
    _check_counts(layers)
    return layers, LOSSES[last_word]


def _parse_layer(word: str, number: int, words: list[str]) -> Layer:
    try:
        for kind in LAYERS.values():
            if word.isascii() and (layer := kind.parse(word)):  # `\d` also matches digits of other scripts
                return layer
    except Problem as problem:
        raise Problem("network.at", word=_shorten(word), place=number, why=problem) from None
    letters = re.match("[a-z]*", word)
    code = "network.form" if letters and letters[0] in LAYERS else "network.word"
    raise Problem(code, word=_shorten(word), place=number, known=tuple(LAYERS), losses=tuple(LOSSES))


def _check_order(layers: tuple[Layer, ...], loss: Loss) -> None:
    is_row = False
    for number, layer in enumerate(layers, start=1):
        if is_row and layer.input_kind == "map":
            raise Problem("network.after_row", layer=str(layer), place=number)
        if not is_row and layer.input_kind == "row" and layer.kind != "dense":
            raise Problem("network.needs_row", layer=str(layer), place=number)
        is_row = is_row or layer.output_kind == "row"
    if not any("f" in layer.parameter_letters or "w" in layer.parameter_letters for layer in layers):
        raise Problem("network.nothing_learns")
    if not is_row:
        raise Problem("network.no_row_in_text", loss=str(loss), last=str(layers[-1]), place=len(layers))
    if loss.after and layers[-1].kind not in loss.after:
        raise Problem("network.loss_after", loss=str(loss), after=loss.after, last=str(layers[-1]), place=len(layers))


def _check_counts(layers: tuple[Layer, ...]) -> None:
    counts: Counter[str] = Counter()
    dense = []
    for number, layer in enumerate(layers, start=1):
        letters = layer.parameter_letters
        name = "conv" if "f" in letters else "dense" if "w" in letters else "between"
        counts[name] += 1
        if name == "conv":
            counts["filters"] += layer.shape((1, 99, 99))[0]
        if name == "dense":
            dense.append(layer)
        for limit_name in (name, "filters"):
            if counts[limit_name] > MOST[limit_name]:
                raise Problem(
                    f"network.too_many.{limit_name}", layer=str(layer), place=number, n=counts[limit_name], most=MOST[limit_name]
                )
    last_layer = dense[-1] if dense else None
    if last_layer and last_layer.shape((1,))[0] > MOST["outputs"]:
        number = max(n for n, layer in enumerate(layers, start=1) if layer is last_layer)
        raise Problem("network.outputs", layer=str(last_layer), place=number, n=last_layer.shape((1,))[0], most=MOST["outputs"])


def _shorten(word: str) -> str:
    return repr(word if len(word) <= 24 else word[:23] + "…")
