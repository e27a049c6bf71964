"""Records of Train's film: its runs, and what is drawn of them."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from cnnviz.wire import records
from cnnviz.wire.page import Header, Query
from cnnviz.wire.parts import PartData, SwitchData, SwitchGroup

Role = Literal["kernel", "weights", "biases", "push"]


class FilmMap(PartData):
    """A picture of the film; `most` is its largest value of all updates.

    A kernel has a number for every update; weights and biases have their start, and frames of how far they have moved;
    what pushes has frames on powers of ten.
    """

    scale: records.Scale
    role: Role
    most: float


class FilmMark(TypedDict):
    """An update that is marked on the film's length: its name there, and what a click on it does; `wrong` where the run goes wrong."""

    k: int
    name: records.Text
    words: records.Text
    wrong: bool


class FilmShare(TypedDict):
    """Each parameter's share of the fall that the steps promise, over the whole run, and how many numbers it has."""

    names: Sequence[records.Text]
    counts: Sequence[int]
    all: Sequence[float]


class FilmRun(TypedDict):
    """One start on the film: its maps, the lines of each curve, and how its loss falls; `unshared` says why nothing is promised."""

    label: records.Text
    maps: Sequence[FilmMap]
    lines: Mapping[str, Sequence[records.Text]]
    marks: Sequence[FilmMark]
    share: FilmShare | None
    unshared: records.Text


class FilmOutcome(TypedDict):
    """The reason for which a run ends as it does, and the update and the stage at which that is seen."""

    words: records.Text
    k: int
    stage: str


class FilmData(TypedDict):
    """All that a film shows besides its frames and curves; `change` is the end of the scale of all changes.

    `checkpoints` are the changes of the setup that open each, and `files` what each was called; none where the film's updates are made from a start.
    """

    n: int
    runs: Sequence[FilmRun]
    change: float
    targets: Sequence[float]
    sentences: Sequence[records.Text]
    outcome: FilmOutcome | None
    wrong: records.Text
    switches: Sequence[SwitchGroup]
    halves: Sequence[SwitchData]
    checkpoints: Sequence[Query]
    files: Sequence[str]


class SweepData(TypedDict):
    """Many starts: the key that they differ in, each run's value and what is other in its setup, and n updates of each."""

    key: str
    values: Sequence[str]
    n: int
    runs: Sequence[Mapping[str, str]]


class FilmHeader(Header):
    """The Train page's."""

    film: FilmData
    sweep: SweepData | None
