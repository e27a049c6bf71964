"""A layer as a model's text describes it: a name and arguments, which are constants. Nothing is executed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz.words import Message

LARGEST = 10**9
"""Largest magnitude of an integer that is read, or computed from others."""
MOST_SHOWN = 80
"""Characters of a layer's text that are shown."""


@dataclass(frozen=True)
class Unknown:
    """A value that is not a constant, by its text."""

    text: str


@dataclass(frozen=True)
class Described:
    """A layer: its class's name, its arguments by place and by name, and how it is written.

    `library` is "pytorch" or "keras" where the text says which. `refused` is why it cannot be taken, if the reader knows that
    already. `module` is the object that has its parameters: the same for two uses that share them.
    """

    name: str
    placed: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    line: int = 0
    library: str = ""
    refused: Message | None = None
    module: object = None


@dataclass(frozen=True)
class Description:
    """A model as its text describes it: its layers in order, and the loss, "" if there is none.

    `refused` are the parts of the text around the layers that cannot be read.
    """

    layers: tuple[Described, ...]
    loss: str = ""
    from_logits: bool = False
    refused: tuple[Described, ...] = ()


def shortened(text: str) -> str:
    """A layer's text, on one line.

    >>> shortened("nn.Conv2d(1,\\n   8, 3)")
    'nn.Conv2d(1, 8, 3)'
    """
    text = " ".join(text.split())
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
