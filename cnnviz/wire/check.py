"""Records of Check besides its chain: an entry in two ways, a mistake's code, TensorFlow's opinion, and somebody's own gradients."""

from collections.abc import Sequence
from typing import TypedDict

from cnnviz.wire import records
from cnnviz.wire.gradient_chain import GradientChainHeader
from cnnviz.wire.page import Query


class NudgeRow(TypedDict):
    """One nudge: its power of ten and its error; both losses, cut where they part, and their quotient, cut where it leaves the gradient."""

    exponent: float
    error: float
    up: tuple[str, str]
    down: tuple[str, str]
    central: tuple[str, str]
    words: records.Text


class EntryData(TypedDict):
    """One entry by the backward pass and by nudging, and some nudges of it."""

    name: str
    symbol: str
    backward: float
    central: float
    error: float | None
    rows: Sequence[NudgeRow]


class ThirdData(TypedDict):
    """TensorFlow's opinion: whether it was asked for, the change of the address that asks for it or no more, and what came of it."""

    on: bool
    change: Query
    words: records.Text
    good: bool | None


class CodeData(TypedDict):
    """A line of code as it should be, and as it is made wrong, "" where nobody knows how."""

    wrong: str
    right: str


class ExplanationData(TypedDict):
    """A mistake that a wrong stage is compared with: the share of its wrong numbers that it gives, and that in words."""

    title: records.Text
    share: float
    count: records.Text


class UserStage(TypedDict):
    """The mistake that a wrong stage looks like: how near it comes, its name, others beside it, and its line of code."""

    how: records.Text
    title: records.Text
    matches: Sequence[ExplanationData]
    code: CodeData
    words: Sequence[records.Text]


class UserGradientsData(TypedDict):
    """Somebody's own gradients: the file's name, "" where there is none, and each wrong stage, the first one first.

    Without a file these are an example's, and `example` says of what.
    """

    file: str
    example: records.Text
    stages: Sequence[UserStage]


class BestData(TypedDict):
    """The place where a mistake shows best, in sentences; and the number of units that have a sum in each of as many equal parts of the slope's chart."""

    words: Sequence[records.Text]
    units: Sequence[int]


class CheckData(TypedDict):
    """Records of Check besides its chain: an entry in two ways, a mistake's code and what comes of it, what could not be told."""

    tab: str
    entry: EntryData | None
    code: CodeData | None
    falls: records.Text
    best: BestData | None
    foot: Sequence[records.Text]
    third: ThirdData | None
    own: UserGradientsData | None


class CheckHeader(GradientChainHeader):
    """The Check page's."""

    check: CheckData
