"""Records for every page, and for Step: the setup that this answers, sentences, missions."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from cnnviz.wire import records

Query = Mapping[str, str]
"""A setup, or a change of one, as the address has it."""

Cell = Sequence[int]
"""Row and column; in w and dw, also the output."""


class AnswerHeader(TypedDict):
    """The header of every answer: what was asked, the setup that this answers, and what could not be used; a loss that is no number is None."""

    page: str
    code: str
    asked: Query
    lesson: Query
    wrong: Mapping[str, records.Text]
    loss: float | None


class Header(AnswerHeader):
    """The header of every page: sentences, and the status line."""

    words: records.Text
    remarks: Sequence[records.Text]
    deviations: Mapping[str, records.Text]
    learned: records.Text
    saturated: float | None
    filters: records.FiltersRecord | None
    outputs: Sequence[records.Text]
    stages: Sequence[records.StageRecord]


class MissionListed(TypedDict):
    """A mission that can be taken, and the setup that it starts from."""

    id: str
    title: records.Text
    query: Query


class NamedMistake(TypedDict):
    """A mistake that may be named, and where it would be."""

    address: str
    title: records.Text
    stage: str


class MissionData(TypedDict):
    """The mission that is under way: what is said of it now, and whether it is reached.

    Where a mistake is to be named, `case` says which one it is of many, `choices` are those that it may be, and `named` is the last guess.
    """

    id: str
    title: records.Text
    hint: records.Text
    said: Sequence[records.Text]
    met: bool
    case: int | None
    named: str
    choices: Sequence[NamedMistake]


class MissionsData(TypedDict):
    """The missions of Step, and the one that is under way."""

    listed: Sequence[MissionListed]
    now: MissionData | None


class StepHeader(Header):
    """The Step page's."""

    missions: NotRequired[MissionsData]

    network: records.NetworkRecord
    facts: Mapping[str, records.Text]
    promise: records.PromiseRecord | None
