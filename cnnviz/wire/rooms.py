"""Records of a room's questions and experiments, for the audience and for the presenter."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from cnnviz.wire import records
from cnnviz.wire.learn import LearnListed


class Plane(TypedDict):
    """The colours of an array's cells, in order: one byte each (in base64), from the low to the high end of a scale."""

    levels: str
    low: float
    high: float
    scale: records.Scale


class RoomMap(TypedDict):
    """A map whose cells are the answer options, in layers of rows and columns; `plane` is None while it is hidden."""

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
    """An answer option: its text, and a small map if the option is a map."""

    label: str
    picture: Sequence[Sequence[float]] | None


class RoomPlate(TypedDict):
    """A map beside a question: its numbers if there are few, else its cells' colours. A hidden map has only its size.

    `ring` outlines the cells that the question is about: first row and column, and the numbers of rows and columns.
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
    """The public part of a room's question.

    `source` is the map to click instead of a hidden one, `window` the geometry of a window that slides over it, and `kernel`
    its weights. `other` is whether another picture is available. `plates` are the maps beside the text of a deck's question
    without clicks.
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
    """One round: the number of answers, and the count of each option, cell or range of numbers as (from, to, count)."""

    votes: int
    counts: Sequence[tuple[float, float, int]]


class PatchData(TypedDict):
    """A part of a map; `inner` is the window in it: top, left, rows, columns."""

    rows: int
    columns: int
    plane: Plane
    inner: tuple[int, int, int, int]


class GroupData(TypedDict):
    """A group of equivalent answers: their count in each round, and the most frequent answer. `right` is None in a show
    of hands."""

    label: str
    say: str
    right: bool | None
    counts: Sequence[int]
    example: float | None
    picture: Sequence[Sequence[float]] | None
    patch: PatchData | None


class RoomResults(TypedDict):
    """Answers of the audience by round. Groups, right cells, the reason and hidden maps are sent only once revealed.

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
    """State of a room's question in its event stream. `left` is the number of seconds to answer, None without a
    limit.

    The kind "predict" asks for a prediction before an experiment. The kind "experiment" asks nothing: each device has its
    own run.
    """

    number: int
    kind: str
    phase: Literal["open", "closed", "shown", "revealed"]
    round: int
    left: float | None
    keyed: bool


class RoomScreen(TypedDict):
    """The current screen of a room's deck: its number from 1, the count, its sentence by language, and the deck's
    digest."""

    number: int
    count: int
    say: Mapping[str, str]
    script: str


class RoomExperiment(TypedDict):
    """Results of a class's experiment.

    `key` is the setting that differs between runs; devices share runs if there are more devices. `values` and `last` are each
    run's value and last loss (base64 of float64). `curves` are the losses of the runs `shown`, row by row, at the updates
    `at` (base64 of float32). `predicted` counts predictions by option, and `confirmed` is the option that the runs confirm.
    `rates` are the learning rates on the axis, empty if runs differ in something else.
    """

    number: int
    key: str
    updates: int
    devices: int
    rates: Sequence[float]
    values: Sequence[str]
    last: str
    at: Sequence[int]
    shown: Sequence[int]
    curves: str
    predicted: Sequence[int]
    confirmed: int | None


class RoomRun(TypedDict):
    """A device's own run in an experiment.

    `place` is the device's number and `run` that of its run, both from 0. `value` is the run's value of `key`, and `query` its
    address after `updates` updates. `curve` are its losses at the experiment's updates `at` (base64 of float64).
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
    """Details of a run: the kernel and its maps after the updates, and why the run wins or fails.

    `value` is its value of the setting that differs. `k` and `look` are the update and the address that show the reason; `say`
    and `look` are empty if nothing explains it.
    """

    run: int
    value: str
    plates: Sequence[RoomPlate]
    say: str
    k: int
    look: str


class RoomStep(TypedDict):
    """A screen of a deck, for the presenter.

    `hall` is whether the audience can be asked its question, `query` its address, `seconds` its planned time, and
    `experiment` the setting that differs between devices.
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
    """The lessons and lectures, the screens of the requested deck or else of the room's, and the maps of the room's
    setup.

    `screen` is the number of the room's screen, 0 before the first one, or None if `steps` belong to another deck.
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
