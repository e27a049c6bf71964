"""Records of Check besides its chain: a single entry, a mistake's code, TensorFlow's gradients, and the user's
gradients."""

from collections.abc import Sequence
from typing import TypedDict

from cnnviz.wire import records
from cnnviz.wire.gradient_chain import GradientChainHeader
from cnnviz.wire.page import Query


class NudgeRow(TypedDict):
    """One nudge: its power of ten and error, and both losses and their quotient, each split after the leading digits
    that agree."""

    exponent: float
    error: float
    up: tuple[str, str]
    down: tuple[str, str]
    central: tuple[str, str]
    words: records.Text


class EntryData(TypedDict):
    """One entry of a gradient by the backward pass and by central differences, with some of the nudges."""

    name: str
    symbol: str
    backward: float
    central: float
    error: float | None
    rows: Sequence[NudgeRow]


class ThirdData(TypedDict):
    """TensorFlow's gradients: whether they are requested, the address change that toggles this, and the result."""

    on: bool
    change: Query
    words: records.Text
    good: bool | None


class CodeData(TypedDict):
    """The right line of code and the wrong one, which is "" if unknown."""

    wrong: str
    right: str


class ExplanationData(TypedDict):
    """A mistake compared with a wrong stage: the share of the stage's wrong numbers that it reproduces, also as a
    sentence."""

    title: records.Text
    share: float
    count: records.Text


class UserStage(TypedDict):
    """The best explanation of a wrong stage: the quality of its match, its title, other candidates, and its line of
    code."""

    how: records.Text
    title: records.Text
    matches: Sequence[ExplanationData]
    code: CodeData
    words: Sequence[records.Text]


class UserGradientsData(TypedDict):
    """The user's gradients: the file's name, or "" without one, and each wrong stage in order.

    Without a file, these are of an example that `example` describes.
    """

    file: str
    example: records.Text
    stages: Sequence[UserStage]


class BestData(TypedDict):
    """Sentences on the setup in which a mistake has the most visible effect. `units` counts units by pre-activation, in
    equal bins of the slope's chart."""

    words: Sequence[records.Text]
    units: Sequence[int]


class CheckData(TypedDict):
    """The records of Check besides its chain."""

    tab: str
    entry: EntryData | None
    code: CodeData | None
    falls: records.Text
    best: BestData | None
    foot: Sequence[records.Text]
    third: ThirdData | None
    own: UserGradientsData | None


class CheckHeader(GradientChainHeader):
    """Header of the Check page."""

    check: CheckData
