"""Records of training on many images: its settings, and its reports."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from cnnviz.wire import records


class ReportTile(TypedDict):
    """A picture of trained parameters. `array` has the start, the current values and the difference, as bytes; 128 is
    zero."""

    label: str
    array: str
    rgb: bool


class TrainingLayer(TypedDict):
    """A layer with parameters and the following layers without, each by short name and text, and the output shape."""

    kinds: Sequence[tuple[records.Text, str]]
    shape: Sequence[int]


class TrainingForm(TypedDict):
    """Options and values of a training's settings. `text` is their text in the address; `asked` is the address's own,
    if different.

    `fits` has the channel and optimizer that each network was designed for, and `rates` the default rate of each optimizer.
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
    """A training's report, except numbers by epoch and pictures.

    `can` names the available buttons. Without a `form`, training is impossible, and `notice` says why. `job` identifies the
    training, "" before it starts, and `kind` is its state. `shown` of the `held` held-out images are drawn, `of_each` per
    class; `images` names their pictures, and `ids` are their ids. The curves of the training images use `measured` of them,
    or all if 0. `floor` is the smallest possible largest output. `verdicts` are by epoch.
    """

    code: str
    form: TrainingForm | None
    can: Sequence[str]
    notice: records.Text
    which: records.Text
    job: str
    active: bool
    kind: str
    share: float
    state: records.Text
    warning: records.Text
    names: Sequence[records.Text]
    epochs: int
    guessing: float
    guessed_loss: float | None
    learn: Sequence[int]
    held: int
    shown: int
    of_each: int
    measured: int
    floor: float
    images: str
    ids: Sequence[str]
    verdicts: Sequence[records.Text]
    mixed: Sequence[records.Text]
    tiles: Sequence[ReportTile]
