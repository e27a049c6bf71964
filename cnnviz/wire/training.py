"""What a training on many images is: its settings, and what it has to say while it learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from cnnviz.wire import records


class ReportImage(TypedDict):
    """An image with what the network says of it: `label` and `said` are classes, `outputs` those to print."""

    key: str
    words: str
    label: int
    said: int
    outputs: Sequence[tuple[int, float]]


class ReportGroup(TypedDict):
    """Images that tell something, under a title."""

    kind: str
    title: str
    more: str
    images: Sequence[ReportImage]


class ReportTile(TypedDict):
    """What learns, as a picture: `array` holds it at the start, now, and the difference, as bytes; 128 is zero."""

    label: str
    array: str
    rgb: bool


class TrainingLayer(TypedDict):
    """A layer that learns and those that follow it, each by its short name and its word in the network's text; the shape that comes out."""

    kinds: Sequence[tuple[records.Text, str]]
    shape: Sequence[int]


class TrainingForm(TypedDict):
    """What can be set for a training, and what is set: `text` as the address has it, where it `asked` for something perhaps else.

    `fits` says which channel and optimizer a network was made for, `rates` which learning rate goes with an optimizer.
    """

    asked: str
    text: str
    classes: Sequence[str]
    kinds: Sequence[Sequence[tuple[str, records.Text]]]
    values: Mapping[str, str]
    choices: Mapping[str, Sequence[tuple[str, records.Text]]]
    fits: Mapping[str, tuple[str, str]]
    rates: Mapping[str, float]
    layers: Sequence[TrainingLayer]
    learn: records.Text
    sentences: Sequence[records.Text]
    wrong: records.Text


class ReportHeader(TypedDict):
    """All that a training on many images has to say, besides its curves, its confusion and its pictures.

    `can` names the buttons that there are now; without a `form` there is no training, and `notice` says why.
    """

    code: str
    form: TrainingForm | None
    can: Sequence[str]
    notice: records.Text
    which: records.Text
    active: bool
    share: float
    state: str
    title: str
    note: str
    warning: str
    names: Sequence[str]
    epochs: int
    guessing: float
    mixed: str
    date: str
    moved: str
    tiles: Sequence[ReportTile]
    groups: Sequence[ReportGroup]
