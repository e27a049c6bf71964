"""Typed records of a network in the Step page's header; the JavaScript knows them by the same names."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from cnnviz.words import LocalizedText, Message

Text = Message | LocalizedText | str
"""A sentence: a message here, which the browser says in its reader's language; a text is the same in all of them."""

Kind = Literal["map", "row", "filters", "weights", "loss"]
ColumnKind = Literal["maps", "filters", "strip", "weights", "cells", "classes", "loss"]
Scale = Literal["signed", "dark", "activation", "pixel", "answer", "answer_dark", "error", "error_dark", "undecided", "undecided_dark"]
Band = Literal["values", "gradients", "parameters"]


class MapRecord(TypedDict):
    """One array on the screen.

    `shape` is that of its cells as they are laid out, (C,H,W), (N,), (M,C,K,K) or (C,H,W,N); `index` the shape by
    which a cell is named; `plain` is what it is called in a word or two. Maps of one `family` share the cell that is spoken of.
    `raised_by` is the change of an entry by which its gradient is explained; of a gradient, and of a parameter, that is 0 and
    has nothing but round-off in it, `round_off` says so.
    """

    symbol: str
    label: str
    words: Text
    plain: Text
    kind: Kind
    shape: Sequence[int]
    index: Sequence[int]
    layer: int | None
    family: str
    band: Band
    scale: Scale
    limits: tuple[float, float]
    raised_by: float
    round_off: bool


class StageRecord(TypedDict):
    """One stage: its symbol, and what it says of itself."""

    symbol: str
    label: str
    phase: str
    layer: int | None
    name: Text
    plain: Text
    title: Text
    sentence: Text
    makes: Sequence[str]
    inputs: Sequence[str]


class LinkRecord(TypedDict):
    """Cells of `source` that a cell is computed from: a named pattern, the window's geometry, and how often it slides."""

    target: str
    source: str
    pattern: str
    geometry: Mapping[str, int]
    places: tuple[int, int]


class ColumnRecord(TypedDict):
    """A column of the overview: values over gradients; columns of one `block` stand together."""

    title: Text
    block: Text
    kind: ColumnKind
    values: Sequence[str]
    gradients: Sequence[str]


class LayerRecord(TypedDict):
    """One layer: its word in the network's text, its kind, what it is called, its output's symbol and shape."""

    text: str
    kind: str
    name: Text
    symbol: str
    shape: Sequence[int]


class NetworkRecord(TypedDict):
    """All that is said of a network."""

    text: str
    layers: Sequence[LayerRecord]
    maps: Mapping[str, MapRecord]
    columns: Sequence[ColumnRecord]
    links: Mapping[str, Sequence[LinkRecord]]
    formulas: Mapping[str, str]
    arithmetic: Mapping[str, str]
    curves: Mapping[str, str]
    classes: Sequence[Text]
    focus: Mapping[str, Sequence[int]]
    optimizer: str
    beside: Mapping[str, StageRecord]
    """The records of arrays that have no stage of their own."""
    images: Sequence[Text]
    """The images that make the gradients together, where they are several."""


class PromiseRecord(TypedDict):
    """The fall of the loss that a step of gradient descent promises: each parameter's share, all of it, and what comes true."""

    shares: Mapping[str, float]
    promised: float
    falls: float


class FiltersRecord(TypedDict):
    """The filters of the first convolution at the start: its parameter's name, their shape (M,C,K,K) and numbers."""

    name: str
    shape: Sequence[int]
    weights: Sequence[float]
