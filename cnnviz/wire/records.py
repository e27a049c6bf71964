"""Typed records of a network in the Step page's header, under the same names as in JavaScript."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from cnnviz.words import LocalizedText, Message

Text = Message | LocalizedText | str
"""A message, which the browser translates, a text with its translations, or a plain text."""

Kind = Literal["map", "row", "filters", "weights", "loss"]
ColumnKind = Literal["maps", "filters", "strip", "weights", "cells", "classes", "loss"]
Scale = Literal["signed", "dark", "activation", "pixel", "answer", "answer_dark", "error", "error_dark", "undecided", "undecided_dark"]
Band = Literal["values", "gradients", "parameters"]


class MapRecord(TypedDict):
    """One array on the screen.

    `shape` is the layout of its cells, (C,H,W), (N,), (M,C,K,K) or (C,H,W,N), and `index` the shape of indices in addresses.
    `plain` is its name in plain words. Maps of one `family` share the selected cell. `raised_by` is the change of an
    entry in explanations of its gradient. `round_off` marks gradients and parameters that are 0 except for round-off.
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
    """One stage: its symbol, and its texts."""

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
    """The cells of `source` that a cell depends on: a named pattern, the window's geometry, and the numbers of its
    positions."""

    target: str
    source: str
    pattern: str
    geometry: Mapping[str, int]
    places: tuple[int, int]


class ColumnRecord(TypedDict):
    """A column of the overview: values above gradients. Columns of one `block` are adjacent."""

    title: Text
    block: Text
    kind: ColumnKind
    values: Sequence[str]
    gradients: Sequence[str]


class LayerRecord(TypedDict):
    """One layer: its text in the network's, its kind and name, and its output's symbol and shape."""

    text: str
    kind: str
    name: Text
    symbol: str
    shape: Sequence[int]


class NetworkRecord(TypedDict):
    """The complete record of a network."""

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
    """Records of arrays that have no separate stage."""
    images: Sequence[Text]
    """Names of the images of the gradient, if there are several."""


class PromiseRecord(TypedDict):
    """The fall of the loss in a step of gradient descent: each parameter's promised share, their sum, and the actual
    fall."""

    shares: Mapping[str, float]
    promised: float
    falls: float


class FiltersRecord(TypedDict):
    """The initial filters of the first convolution: the parameter's name, their shape (M,C,K,K) and numbers."""

    name: str
    shape: Sequence[int]
    weights: Sequence[float]
