"""Records of a deck for its viewers."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from cnnviz.wire import records
from cnnviz.wire.page import AnswerHeader, Query


class DeckScreen(TypedDict):
    """A screen: its page and complete query, its sentence, and its planned seconds. A question has its own texts.

    `experiment` names the setting that differs between devices, or is ""; each device's run makes `updates` updates.
    """

    page: str
    query: Query
    title: records.Text
    say: records.Text
    asks: bool
    seconds: float | None
    experiment: str
    updates: int | None


class DeckData(TypedDict):
    """A deck: its texts and its screens in order."""

    id: str
    title: records.Text
    goal: records.Text
    languages: Sequence[str]
    screens: Sequence[DeckScreen]


class DeckHeader(AnswerHeader):
    """The deck that the address names, or None. A deck that was sent as a file also has its tables and faults."""

    script: DeckData | None
    tables: Mapping[str, object] | None
    faults: Sequence[records.Text]
