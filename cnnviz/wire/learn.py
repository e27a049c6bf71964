"""Records of Learn: the lessons, and the current step."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from cnnviz.wire import records
from cnnviz.wire.page import StepHeader


class LearnOption(TypedDict):
    """An answer option or a known wrong answer: a label, number or small map, the feedback, and whether it is right."""

    label: records.Text
    say: records.Text
    right: bool
    value: float | None
    picture: Sequence[Sequence[float]] | None


class LearnStage(TypedDict):
    """A stage to put in order."""

    symbol: str
    label: records.Text
    words: records.Text


class LearnPlate(TypedDict):
    """A map beside the text: the symbol of the network's array, or a computed array with its own label.

    `like` is the network's map whose colours it uses, or "". `hidden` is whether its numbers are hidden until the question
    is answered. `mark` is the position on a curve, from 0, at which its tangent is drawn.
    """

    symbol: str
    array: str
    label: records.Text
    like: str
    limits: tuple[float, float]
    hidden: bool
    mark: float | None


class LearnCells(TypedDict):
    """The cells that a question is about: their map, and the first index and the count along each axis."""

    map: str
    start: Sequence[int]
    count: Sequence[int]


class LearnStep(TypedDict):
    """One step of a guided lesson: its texts and its question. `order` has the stages in the right order.

    A step without a `kind` asks nothing. `another` is the change of the address that leads to the question's other case, if
    it has one. `titles` are the titles of all steps of the lesson, and `hints` at most two texts.

    If the answers are cells, the array `learn.key` marks the right ones, and `learn.0`, … those of each option.
    """

    lesson: str
    number: int
    titles: Sequence[records.Text]
    title: records.Text
    text: records.Text
    ask: records.Text
    right: records.Text
    otherwise: records.Text
    hints: Sequence[records.Text]
    kind: Literal["", "choose", "number", "click", "order", "construct"]
    map: str
    plates: Sequence[LearnPlate]
    cells: LearnCells | None
    change: Literal["nothing", "image", "kernel"]
    another: Mapping[str, str]
    options: Sequence[LearnOption]
    value: float | None
    tolerance: float
    met: bool
    order: Sequence[LearnStage]


class LearnListed(TypedDict):
    """A lesson in the list: its languages, texts, number of steps, the minutes that it takes, and the ids of the lessons
    that it builds on."""

    id: str
    languages: Sequence[str]
    title: records.Text
    goal: records.Text
    steps: int
    minutes: int
    after: Sequence[str]


class LearnData(TypedDict):
    """All lessons, lectures and stories, errors in user files, and the current step. The list has no step."""

    lessons: Sequence[LearnListed]
    lectures: Sequence[LearnListed]
    faults: Sequence[records.Text]
    step: LearnStep | None


class LearnHeader(StepHeader):
    """Header of the Learn page."""

    learn: LearnData
