"""Records of a training on many images: its settings, and its reports while it learns."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from cnnviz.wire import records


class ReportTile(TypedDict):
    """A picture of parameters that learn: `array` holds it at the start, now, and the difference, as bytes; 128 is zero."""

    label: str
    array: str
    rgb: bool


class TrainingLayer(TypedDict):
    """A layer that learns and those that follow it, each by its short name and its word in the network's text; the shape that comes out."""

    kinds: Sequence[tuple[records.Text, str]]
    shape: Sequence[int]


class TrainingForm(TypedDict):
    """The choices of a training's settings, and those that are set: `text` as the address has it, where it `asked` for something perhaps else.

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
    """All that a training on many images has to say, besides numbers by epoch and pictures.

    `can` names the buttons that there are now; without a `form` there is no training, and `notice` says why. `job` tells
    one training from another, and is "" before it has begun; `kind` is its state. `shown` of the `held` images are
    drawn, `of_each` class where these are not all; `images` names their pictures, `ids` are theirs. `measured` images give the
    curves of those that are learned, 0: all. No largest output is below `floor`. `verdicts` are by epoch.
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
