"""Records of Train's recording: its runs, with their maps and curves."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from cnnviz.wire import records
from cnnviz.wire.page import Header, Query
from cnnviz.wire.parts import PartData, SwitchData, SwitchGroup

Role = Literal["kernel", "weights", "biases", "push"]


class FilmMap(PartData):
    """A map of the recording; `most` is its largest magnitude over all updates.

    A kernel has its values at every update. Weights and biases have their start, and frames of their changes. A "push", a
    gradient, has frames on a logarithmic scale.
    """

    scale: records.Scale
    role: Role
    most: float


class FilmMark(TypedDict):
    """A marked update on the recording's time line, with a name and a tooltip; `wrong` if the run goes wrong there."""

    k: int
    name: records.Text
    words: records.Text
    wrong: bool


class FilmShare(TypedDict):
    """Each parameter's share of the promised decrease over the whole run, and its number of entries."""

    names: Sequence[records.Text]
    counts: Sequence[int]
    all: Sequence[float]


class FilmRun(TypedDict):
    """One run of the recording: its maps, the lines of each curve, and the decrease of the loss. `unshared` is the
    reason if no decrease is promised."""

    label: records.Text
    maps: Sequence[FilmMap]
    lines: Mapping[str, Sequence[records.Text]]
    marks: Sequence[FilmMark]
    share: FilmShare | None
    unshared: records.Text


class FilmOutcome(TypedDict):
    """The cause of a run's outcome, and the update and stage at which it is visible. `wins` is whether the loss falls
    well."""

    wins: bool
    words: records.Text
    k: int
    stage: str


class FilmData(TypedDict):
    """A recording without its frames and curves. `change` is the end of the scale of all changes.

    `checkpoints` are the changes of the setup that open each, and `files` their file names; both are empty if updates are
    shown.
    """

    n: int
    runs: Sequence[FilmRun]
    change: float
    targets: Sequence[float]
    sentences: Sequence[records.Text]
    outcome: FilmOutcome | None
    switches: Sequence[SwitchGroup]
    halves: Sequence[SwitchData]
    checkpoints: Sequence[Query]
    files: Sequence[str]


class SweepData(TypedDict):
    """A sweep: the key that varies, each run's value and its differences from the setup, and `n` updates of each."""

    key: str
    values: Sequence[str]
    n: int
    runs: Sequence[Mapping[str, str]]


class FilmHeader(Header):
    """Header of the Train page."""

    film: FilmData
    sweep: SweepData | None
