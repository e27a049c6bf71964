"""What a room's question is to a hall and to its lecturer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from cnnviz.wire import records
from cnnviz.wire.learn import LearnListed


class Plane(TypedDict):
    """The colours of an array's cells, in its order: a byte each (in base64), from the low to the high end of a scale."""

    levels: str
    low: float
    high: float
    scale: records.Scale


class HallMap(TypedDict):
    """A map that cells are clicked on, laid out in layers of rows and columns; `plane` is None while it is hidden."""

    symbol: str
    label: str
    words: str
    shape: Sequence[int]
    layers: int
    rows: int
    columns: int
    cells: int
    plane: Plane | None


class HallOption(TypedDict):
    """An answer to choose: its words, and a small map where it is one."""

    label: str
    picture: Sequence[Sequence[float]] | None


class HallQuestion(TypedDict):
    """What everybody in a room may know of its question. `source` is the map that is tapped in place of one that is
    hidden, `window` how a window slides over it, `kernel` its weights; `other` says whether another picture can be had.
    """

    number: int
    kind: str
    title: str
    text: str
    ask: str
    keyed: bool
    options: Sequence[HallOption]
    map: HallMap | None
    source: HallMap | None
    window: Mapping[str, int] | None
    kernel: Sequence[Sequence[float]] | None
    other: bool


class HallRound(TypedDict):
    """One round: how many answered, and how often each option, cell or range of numbers was given: (from, to, count)."""

    votes: int
    counts: Sequence[tuple[float, float, int]]


class PatchData(TypedDict):
    """A part of a map; `inner` is the window in it: top, left, rows, columns."""

    rows: int
    columns: int
    plane: Plane
    inner: tuple[int, int, int, int]


class GroupData(TypedDict):
    """Answers of one kind, how many in each round, and the one that was given most; `right` is None in a show of hands."""

    label: str
    say: str
    right: bool | None
    counts: Sequence[int]
    example: float | None
    picture: Sequence[Sequence[float]] | None
    patch: PatchData | None


class HallResults(TypedDict):
    """What a hall has answered in each round; groups, the right cells and their reason only once they are revealed."""

    rounds: Sequence[HallRound]
    followers: int
    revealed: bool
    groups: Sequence[GroupData]
    key: Sequence[int]
    map: HallMap | None
    right: str


class HallPoll(TypedDict):
    """How far a room's question has come, as its stream says it; `left` are the seconds to answer, None where that is open."""

    number: int
    phase: Literal["open", "closed", "shown", "revealed"]
    round: int
    left: float | None
    keyed: bool


class HallStep(TypedDict):
    """A step of a lesson, for the lecturer: its title, what it asks, whether a hall can be asked it, and what to say."""

    number: int
    title: str
    ask: str
    kind: str
    hall: bool
    query: str
    text: str
    notes: str
    right: str
    answers: Sequence[str]


class HallSteps(TypedDict):
    """The lessons, the one that was asked for, and its steps; the ready-made questions, and the maps of the room's lesson."""

    lessons: Sequence[LearnListed]
    lesson: str
    steps: Sequence[HallStep]
    maps: Sequence[HallMap]
    stage: str
    stages: Sequence[tuple[str, str]]
