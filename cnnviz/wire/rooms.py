"""Records of a room's question, for an audience and for its lecturer."""

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


class RoomMap(TypedDict):
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


class RoomOption(TypedDict):
    """An answer to choose: its words, and a small map where it is one."""

    label: str
    picture: Sequence[Sequence[float]] | None


class RoomPlate(TypedDict):
    """A map beside a question: its numbers where they are few, else its cells' colours; neither while it is hidden, and then its size alone.

    `ring` is about the cells that are asked of: their first row and column, and how many.
    """

    label: str
    words: str
    rows: int
    columns: int
    hidden: bool
    picture: Sequence[Sequence[float]] | None
    map: RoomMap | None
    ring: tuple[int, int, int, int] | None


class RoomQuestion(TypedDict):
    """The part of a room's question that everybody may know. `source` is the map that is tapped in place of one that is
    hidden, `window` how a window slides over it, `kernel` its weights; `other` says whether another picture can be had, `plates` are
    the maps beside the words of a deck's question that is not clicked.
    """

    number: int
    kind: str
    title: str
    text: str
    ask: str
    keyed: bool
    options: Sequence[RoomOption]
    map: RoomMap | None
    source: RoomMap | None
    window: Mapping[str, int] | None
    kernel: Sequence[Sequence[float]] | None
    other: bool
    plates: Sequence[RoomPlate]


class RoomRound(TypedDict):
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


class RoomResults(TypedDict):
    """Answers of the audience in each round. Groups, right cells, the reason and hidden maps only once revealed.

    Once revealed, an answer is right if it is within `radius` of `middle` for one (middle, radius) of `accepted`.
    """

    rounds: Sequence[RoomRound]
    followers: int
    revealed: bool
    groups: Sequence[GroupData]
    key: Sequence[int]
    accepted: Sequence[tuple[float, float]]
    map: RoomMap | None
    right: str
    plates: Sequence[RoomPlate]


class RoomPoll(TypedDict):
    """The state of a room's question, as its stream says it; `left` are the seconds to answer, None where that is open.

    Of the kind "experiment" it is none: each device has a run of its own. Before that it is of the kind "predict".
    """

    number: int
    kind: str
    phase: Literal["open", "closed", "shown", "revealed"]
    round: int
    left: float | None
    keyed: bool


class RoomScreen(TypedDict):
    """The current screen of a room's deck: its number, from 1, of how many, its sentence by language, and the digest of the deck."""

    number: int
    count: int
    say: Mapping[str, str]
    script: str


class RoomExperiment(TypedDict):
    """The results of a class's experiment: each run's own value and last loss (base64 of float64), and the losses of the runs `shown`,
    row by row, at the updates `at` (base64 of float32). `key` is what the runs differ in; devices beyond the runs share them.
    `predicted` counts the predictions by option, `confirmed` is the option that these runs confirm.
    """

    number: int
    key: str
    updates: int
    devices: int
    values: Sequence[str]
    last: str
    at: Sequence[int]
    shown: Sequence[int]
    curves: str
    predicted: Sequence[int]
    confirmed: int | None


class RoomRun(TypedDict):
    """A device's own run: its number from 0, its value of what all differ in (`key`), its address after so many updates, and its losses at the
    experiment's updates `at` (base64 of float64).
    """

    number: int
    place: int
    key: str
    updates: int
    run: int
    value: str
    query: str
    curve: str


class RoomInside(TypedDict):
    """The inside of a run: its value of what all differ in, the kernel and the maps that it makes after the updates, why it wins or fails, and
    the update `k` and the address (`look`) where that is seen; both empty where nothing explains it.
    """

    run: int
    value: str
    plates: Sequence[RoomPlate]
    say: str
    k: int
    look: str


class RoomStep(TypedDict):
    """A screen of a deck, for the lecturer: its title, what it asks, whether an audience can be asked it, its address as it travels (`query`), and what to
    say; for how many `seconds` it is planned, and what everybody has a value of their own of in an `experiment`.
    """

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
    seconds: float | None
    experiment: str


class RoomSteps(TypedDict):
    """The lessons and lectures, the one that was asked for, or else the room's deck, and its screens; and the maps of the room's lesson.

    `screen` is the number of the room's screen, 0 where its deck is not begun, None where `steps` are another one's.
    """

    lessons: Sequence[LearnListed]
    lectures: Sequence[LearnListed]
    lesson: str
    title: str
    screen: int | None
    steps: Sequence[RoomStep]
    maps: Sequence[RoomMap]
    stage: str
    stages: Sequence[tuple[str, str]]
