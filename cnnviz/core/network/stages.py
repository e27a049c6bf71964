"""The ordered stages of one update, derived from a network's layers: each is one symbol and what it says of itself.

A stage is a cursor over a complete trace. Forward: x and every symbol in order, then L. Backward, from the loss:
∂o, unless the loss merges with the last layer; then for each layer from the last the gradient of its output, and
that of its parameters in one stage. Then the update.
"""

from collections.abc import Iterator, Sequence
from typing import Self

from cnnviz.core.network.layers.layer import Layer
from cnnviz.core.network.symbols import GREEK, Names
from cnnviz.words import Message, message


class Stage(str):
    """A stage: its symbol, a text, with its phase, the arrays that it makes and those that it reads.

    `layer` is the place of the layer that it belongs to, or None; `title` and `sentence` are its words.
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
        """The name of the array that it makes, or "update"."""
        return str(self)

    @property
    def label(self) -> str:
        """The symbol as people write it: "∂z₁"."""
        return label(self)

    @property
    def title(self) -> Message:  # type: ignore[override]  # a symbol is never written in title case
        """Its idea, in a few words."""
        if self == "o":
            return Message("stage.o.title")
        deeper = self.words == "layer.conv.y" and self.inputs[0] != "x"
        return Message(f"{self.words}.{'deeper' if deeper else 'title'}")

    @property
    def sentence(self) -> Message:
        """The event in a sentence or two."""
        return Message(f"{self.words}.sentence")


def label(symbol: str) -> str:
    """A symbol as people write it.

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


def named(symbol: str) -> str | Message:
    """A symbol as people write it, and the update by its name.

    >>> named("dz1"), str(named("update"))
    ('∂z₁', 'update')
    """
    return message("stage.update.name") if symbol == "update" else label(symbol)


def stages_of(layers: Sequence[Layer], symbols: Sequence[Names], loss: str, merged: bool) -> tuple[Stage, ...]:
    """The stages of one update: of these layers with their symbols, and of a loss, which may be merged with the last of them.

    >>> from cnnviz.core.network.layers import LAYERS
    >>> stages_of([LAYERS["dense"](2)], [Names("x", "o", flattens=True)], "mse", merged=False)
    ('x', 'v', 'o', 'L', 'do', 'dw', 'update')
    """
    pairs = list(zip(layers, symbols, strict=True))
    parameters = tuple(names.of(letter) for layer, names in pairs for letter in layer.parameter_letters)
    backward = _backward(pairs, loss, merged, parameters)
    return (Stage("x", "forward", "stage.x"), *_forward(pairs), Stage("L", "loss", f"loss.{loss}.L", inputs=("o", "y")), *backward, _update(parameters))


def _forward(pairs: Sequence[tuple[Layer, Names]]) -> Iterator[Stage]:
    for place, (layer, names) in enumerate(pairs):
        if names.flattens:
            yield Stage("v", "forward", "stage.v", place, inputs=(names.source,))
        reads = tuple(names.of(role) for role, _ in layer.links()["y"])
        yield Stage(names.output, "forward", layer.words("y"), place, inputs=reads)


def _backward(pairs: Sequence[tuple[Layer, Names]], loss: str, merged: bool, parameters: tuple[str, ...]) -> Iterator[Stage]:
    if not merged:
        yield Stage("do", "backward", f"loss.{loss}.do", inputs=("o", "y"))
    for place, (layer, names) in reversed([*enumerate(pairs)]):
        learning = {role: reads for role, reads in layer.links().items() if role[0] == "d" and role not in ("dx", "dy")}
        if learning:
            makes = tuple(names.of(role) for role in learning)
            read = dict.fromkeys(symbol for links in learning.values() for role, _ in links if (symbol := names.of(role)) not in parameters)
            yield Stage(makes[0], "backward", layer.words(next(iter(learning))), place, makes, tuple(read))
        if names.source == "x":
            continue
        target = f"d{names.source}"
        if merged and place == len(pairs) - 1:
            yield Stage(target, "backward", f"loss.{loss}.{layer.kind}", place, inputs=("o", "y"))
        else:
            reads = tuple(names.of(role) for role, _ in layer.links()["dx"])
            yield Stage(target, "backward", layer.words("dx"), place, inputs=reads)


def _update(parameters: tuple[str, ...]) -> Stage:
    read = tuple(name for parameter in parameters for name in (parameter, f"d{parameter}"))
    return Stage("update", "update", "stage.update", makes=parameters, inputs=read)
