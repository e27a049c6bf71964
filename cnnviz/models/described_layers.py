"""Layers as described by a model's text: a name and constant arguments. Nothing is executed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz.words import Message

LARGEST = 10**9
"""Largest magnitude of an integer that is read, or computed from others."""
MOST_SHOWN = 80
"""Upper limit of characters of a layer's text in messages."""


@dataclass(frozen=True)
class Unknown:
    """A value that is not a constant, with its source text."""

    text: str


@dataclass(frozen=True)
class LayerDescription:
    """A layer: its class's name, its positional and keyword arguments, and its source text.

    `library` is "pytorch" or "keras" if known. `refused` is the reason why the reader cannot convert it, or None. `module` is
    the object with its parameters, which several uses may share.
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
class ModelDescription:
    """A model as described by its text: its layers in order, and the loss, "" if there is none.

    `refused` are other parts of the text that cannot be read.
    """

    layers: tuple[LayerDescription, ...]
    loss: str = ""
    from_logits: bool = False
    refused: tuple[LayerDescription, ...] = ()


def shorten(text: str) -> str:
    """Return a layer's text on one line, truncated to MOST_SHOWN characters.

    >>> shorten("nn.Conv2d(1,\\n   8, 3)")
    'nn.Conv2d(1, 8, 3)'
    """
    text = " ".join(text.split())
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
