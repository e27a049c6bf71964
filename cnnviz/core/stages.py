"""The ordered stages of one update, derived from a network's layers: each is one symbol and what it says of itself.

A stage is a cursor over a complete trace. Forward: x and every symbol in order, then L. Backward, from the loss:
∂o, unless the loss merges with the last layer; then for each layer from the last the gradient of its output, and
that of its parameters in one stage. Then the update.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from cnnviz.words import Message, message

if TYPE_CHECKING:
    from cnnviz.core.network import Network

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
    def title(self) -> Message:  # type: ignore[override]  # nobody wants a symbol in title case
        """Its idea, in a few words."""
        return Message(f"{self.words}.title")

    @property
    def sentence(self) -> Message:
        """What happens, in a sentence or two."""
        return Message(f"{self.words}.sentence")


def label(symbol: str) -> str:
    """A symbol as people write it.

    >>> label("dz12"), label("f_next"), label("update"), label("v")
    ('∂z₁₂', 'f′', 'update', 'v')
    """
    if symbol == "update":
        return symbol
    if symbol.endswith("_next"):
        return f"{label(symbol.removesuffix('_next'))}′"
    if len(symbol) > 1 and symbol[0] == "d":
        return f"∂{label(symbol[1:])}"
    return symbol[0] + symbol[1:].translate(_SUBSCRIPTS)


_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def named(symbol: str) -> str | Message:
    """A symbol as people write it, and the update by its name.

    >>> named("dz1"), str(named("update"))
    ('∂z₁', 'update')
    """
    return message("stage.update.name") if symbol == "update" else label(symbol)


def stages_of(network: Network) -> tuple[Stage, ...]:
    """The stages of one update of `network`."""
    return (Stage("x", "forward", "stage.x"), *_forward(network), *_backward(network), _update(network))


def _forward(network: Network) -> list[Stage]:
    found = []
    for place, (layer, names) in enumerate(zip(network.layers, network.names, strict=True)):
        if names.flattens:
            found.append(Stage("v", "forward", "stage.v", place, inputs=(names.source,)))
        reads = tuple(names.of(role) for role, _ in layer.links()["y"])
        found.append(Stage(names.output, "forward", f"layer.{layer.kind}.y", place, inputs=reads))
    loss = f"loss.{network.loss_kind}"
    return [*found, Stage("L", "loss", f"{loss}.L", inputs=("o", "y"))]


def _backward(network: Network) -> list[Stage]:
    loss, last = network.loss_kind, len(network.layers) - 1
    found = [] if network.merged else [Stage("do", "backward", f"loss.{loss}.do", inputs=("o", "y"))]
    for place in reversed(range(len(network.layers))):
        layer, names = network.layers[place], network.names[place]
        learning = {role: reads for role, reads in layer.links().items() if role[0] == "d" and role not in ("dx", "dy")}
        if learning:
            makes = tuple(names.of(role) for role in learning)
            read = dict.fromkeys(names.of(role) for links in learning.values() for role, _ in links if names.of(role) not in network.parameters)
            found.append(Stage(makes[0], "backward", f"layer.{layer.kind}.{next(iter(learning))}", place, makes, tuple(read)))
        if names.source == "x":
            continue
        target = f"d{names.source}"
        if network.merged and place == last:
            found.append(Stage(target, "backward", f"loss.{loss}.{layer.kind}", place, inputs=("o", "y")))
        else:
            reads = tuple(names.of(role) for role, _ in layer.links()["dx"])
            found.append(Stage(target, "backward", f"layer.{layer.kind}.dx", place, inputs=reads))
    return found


def _update(network: Network) -> Stage:
    read = tuple(name for parameter in network.parameters for name in (parameter, f"d{parameter}"))
    return Stage("update", "update", "stage.update", makes=network.parameters, inputs=read)
