"""The ordered stages of one update, derived from a network's layers.

A stage is a position in a complete trace. The forward stages are x and every symbol in order, then L. The backward stages
are ∂o, unless the loss merges with the last layer; then for each layer, from the last to the first, the gradients of its
parameters in one stage and the gradient of its input. The last stage is the update.
"""

from collections.abc import Iterator, Sequence
from typing import Self

from cnnviz.core.network.layers.layer import Layer
from cnnviz.core.network.symbols import GREEK, Names
from cnnviz.words import Message, message


class Stage(str):
    """A stage: its symbol, its phase, and the arrays that it computes and reads.

    `layer` is the index of its layer, or None. `title` and `sentence` describe it.
    """

    phase: str
    layer: int | None
    makes: tuple[str, ...]
    inputs: tuple[str, ...]
    words: str

    def __new__(
        cls, symbol: str, phase: str, words: str, layer: int | None = None, makes: tuple[str, ...] = (), inputs: tuple[str, ...] = ()
    ) -> Self:
        stage = super().__new__(cls, symbol)
        stage.phase, stage.layer, stage.words, stage.inputs = phase, layer, words, inputs
        stage.makes = makes or (symbol,)
        return stage

    @property
    def symbol(self) -> str:
        """Name of the array that it computes, or "update"."""
        return str(self)

    @property
    def label(self) -> str:
        """The symbol for display: "∂z₁"."""
        return label(self)

    @property
    def title(self) -> Message:  # type: ignore[override]  # a symbol is never written in title case
        """Title, a few words."""
        if self == "o":
            return Message("stage.o.title")
        is_deeper = self.words == "layer.conv.y" and self.inputs[0] != "x"
        return Message(f"{self.words}.{'deeper' if is_deeper else 'title'}")

    @property
    def sentence(self) -> Message:
        """Description, one or two sentences."""
        return Message(f"{self.words}.sentence")


def label(symbol: str) -> str:
    """Format a symbol for display.

    >>> label("dz12"), label("f_next"), label("dg1"), label("update"), label("v")
    ('∂z₁₂', 'f′', '∂γ₁', 'update', 'v')
    """
    if symbol == "update":
        return symbol
    if symbol.endswith("_next"):
        return f"{label(symbol.removesuffix('_next'))}′"
    if len(symbol) > 1 and symbol[0] == "d":
        return f"∂{label(symbol[1:])}"
    return GREEK.get(symbol[0], symbol[0]) + symbol[1:].translate(_SUBSCRIPTS)


_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def display_name(symbol: str) -> str | Message:
    """Format a symbol for display, or the name of the update.

    >>> display_name("dz1"), str(display_name("update"))
    ('∂z₁', 'update')
    """
    return message("stage.update.name") if symbol == "update" else label(symbol)


def build_stages(layers: Sequence[Layer], symbols: Sequence[Names], loss: str, merged: bool) -> tuple[Stage, ...]:
    """Return the stages of one update for these layers, their symbols, and a loss. `merged` is whether it merges with
    the last layer.

    >>> from cnnviz.core.network.layers import LAYERS
    >>> build_stages([LAYERS["dense"](2)], [Names("x", "o", flattens=True)], "mse", merged=False)
    ('x', 'v', 'o', 'L', 'do', 'dw', 'update')
    """
    pairs = list(zip(layers, symbols, strict=True))
    parameters = tuple(names.of(letter) for layer, names in pairs for letter in layer.parameter_letters)
    backward = _backward(pairs, loss, merged, parameters)
    return (Stage("x", "forward", "stage.x"), *_forward(pairs), Stage("L", "loss", f"loss.{loss}.L", inputs=("o", "y")), *backward, _update(parameters))


def _forward(pairs: Sequence[tuple[Layer, Names]]) -> Iterator[Stage]:
    for index, (layer, names) in enumerate(pairs):
        if names.flattens:
            yield Stage("v", "forward", "stage.v", index, inputs=(names.source,))
        reads = tuple(names.of(role) for role, _ in layer.links()["y"])
        yield Stage(names.output, "forward", layer.words("y"), index, inputs=reads)


def _backward(pairs: Sequence[tuple[Layer, Names]], loss: str, merged: bool, parameters: tuple[str, ...]) -> Iterator[Stage]:
    if not merged:
        yield Stage("do", "backward", f"loss.{loss}.do", inputs=("o", "y"))
    for index, (layer, names) in reversed([*enumerate(pairs)]):
        learning = {role: reads for role, reads in layer.links().items() if role[0] == "d" and role not in ("dx", "dy")}
        if learning:
            targets = tuple(names.of(role) for role in learning)
            source_names = dict.fromkeys(symbol for links in learning.values() for role, _ in links if (symbol := names.of(role)) not in parameters)
            yield Stage(targets[0], "backward", layer.words(next(iter(learning))), index, targets, tuple(source_names))
        if names.source == "x":
            continue
        target = f"d{names.source}"
        if merged and index == len(pairs) - 1:
            yield Stage(target, "backward", f"loss.{loss}.{layer.kind}", index, inputs=("o", "y"))
        else:
            reads = tuple(names.of(role) for role, _ in layer.links()["dx"])
            yield Stage(target, "backward", layer.words("dx"), index, inputs=reads)


def _update(parameters: tuple[str, ...]) -> Stage:
    inputs = tuple(name for parameter in parameters for name in (parameter, f"d{parameter}"))
    return Stage("update", "update", "stage.update", makes=parameters, inputs=inputs)
