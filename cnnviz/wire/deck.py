"""Records of a deck for those who walk through it."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from cnnviz.wire import records
from cnnviz.wire.page import AnswerHeader, Query


class DeckScreen(TypedDict):
    """A screen: its page and the whole query there, what is said there, and for how many seconds it is planned; a question says its own words.

    `experiment` is what each of a class has a value of its own of, for so many `updates`; "" where it is none.
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
    """A deck: its words, and its screens in order."""

    id: str
    title: records.Text
    goal: records.Text
    languages: Sequence[str]
    screens: Sequence[DeckScreen]


class DeckHeader(AnswerHeader):
    """The deck that is named; None where there is none of that name. Of a file that was sent along, its tables as they stand, and its faults."""

    script: DeckData | None
    tables: Mapping[str, object] | None
    faults: Sequence[records.Text]
