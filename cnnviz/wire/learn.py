"""Records of Learn: the lessons, the cards, and the step that one is at."""

from collections.abc import Sequence
from typing import Literal, TypedDict

from cnnviz.wire import records
from cnnviz.wire.page import StepHeader


class LearnOption(TypedDict):
    """An answer, or a known wrong one: a label, a number or a small map, what is then said, and whether it is right."""

    label: records.Text
    say: records.Text
    right: bool
    value: float | None
    picture: Sequence[Sequence[float]] | None


class LearnStage(TypedDict):
    """A stage that is to be put in its place."""

    symbol: str
    label: records.Text
    words: records.Text


class LearnPlate(TypedDict):
    """A map beside the words: the symbol of one of the network, or what an expression comes to, in an array of its own with its label.

    `like` is the map of the network in whose colours it is, if any. `hidden` is without its numbers until the answer is out.
    """

    symbol: str
    array: str
    label: records.Text
    like: str
    limits: tuple[float, float]
    hidden: bool


class LearnCells(TypedDict):
    """Cells that are asked of: their map, and the first and the number of them along each axis, as people name cells."""

    map: str
    start: Sequence[int]
    count: Sequence[int]


class LearnStep(TypedDict):
    """One step of a guided lesson: its sentences, and what its question needs; `order` has the stages in the right order.

    Without a kind it asks nothing. `titles` are those of all steps of its lesson.

    Where cells are clicked, the array `learn.key` says which are right, `learn.0` … which the options stand for.
    """

    lesson: str
    number: int
    titles: Sequence[records.Text]
    title: records.Text
    text: records.Text
    ask: records.Text
    right: records.Text
    otherwise: records.Text
    hint: records.Text
    kind: Literal["", "choose", "number", "click", "order", "construct"]
    map: str
    plates: Sequence[LearnPlate]
    cells: LearnCells | None
    change: Literal["nothing", "image", "kernel"]
    options: Sequence[LearnOption]
    value: float | None
    tolerance: float
    met: bool
    order: Sequence[LearnStage]


class LearnPicture(TypedDict):
    """A map that a lesson is about: its array's name, its scale and the ends of that."""

    array: str
    scale: records.Scale
    limits: tuple[float, float]


class LearnListed(TypedDict):
    """A lesson in the list, the languages that it has, and a map that it is about."""

    id: str
    languages: Sequence[str]
    title: records.Text
    goal: records.Text
    steps: int
    picture: LearnPicture | None


class LearnCard(TypedDict):
    """A word that comes before all symbols, with an example.

    `bars` are outputs by their names with their targets; `curve` the loss along one number, which is in its middle, and its slope there.
    """

    word: str
    example: records.Text
    picture: Sequence[Sequence[float]] | None
    scale: records.Scale
    bars: Sequence[tuple[records.Text, float, float]]
    curve: Sequence[float]


class LearnData(TypedDict):
    """All lessons, the lectures and stories, what is wrong with files of one's own, the cards, and the step that is shown; None is the list."""

    lessons: Sequence[LearnListed]
    lectures: Sequence[LearnListed]
    faults: Sequence[records.Text]
    cards: Sequence[LearnCard]
    step: LearnStep | None


class LearnHeader(StepHeader):
    """The Learn page's."""

    learn: LearnData
