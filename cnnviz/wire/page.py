"""Records that all pages share, and records of Step: the setup, sentences and missions."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from cnnviz.wire import records

Query = Mapping[str, str]
"""A setup, or a change of one, in the notation of addresses."""

Cell = Sequence[int]
"""Row and column; in w and dw, also the output."""


class AnswerHeader(TypedDict):
    """Header of every response: the request, the resolved setup, and errors. `loss` is None if it is not finite."""

    page: str
    code: str
    asked: Query
    lesson: Query
    wrong: Mapping[str, records.Text]
    loss: float | None


class Header(AnswerHeader):
    """Header of every page: sentences and the status line."""

    words: records.Text
    remarks: Sequence[records.Text]
    deviations: Mapping[str, records.Text]
    learned: records.Text
    saturated: float | None
    filters: records.FiltersRecord | None
    outputs: Sequence[records.Text]
    stages: Sequence[records.StageRecord]


class MissionListed(TypedDict):
    """A mission in the list, and its initial setup."""

    id: str
    title: records.Text
    query: Query


class NamedMistake(TypedDict):
    """A mistake offered as an answer, and its stage."""

    address: str
    title: records.Text
    stage: str


class MissionData(TypedDict):
    """The current mission: its latest message, and whether its goal is reached.

    If the goal is to name a mistake, `case` is the number of the case, `choices` are the mistakes to choose from, and `named`
    is the last guess.
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
    """The missions of Step, and the current one."""

    listed: Sequence[MissionListed]
    now: MissionData | None


class StepHeader(Header):
    """Header of the Step page."""

    missions: NotRequired[MissionsData]

    network: records.NetworkRecord
    facts: Mapping[str, records.Text]
    promise: records.PromiseRecord | None
