"""What Check shows besides its board: an entry's digits, a mistake's code, and somebody's own gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from cnnviz.wire import records
from cnnviz.wire.board import BoardHeader


class NudgeRow(TypedDict):
    """One nudge: both losses, cut where they part, their quotient, cut where it leaves the gradient, and its digits that are right."""

    step: str
    up: tuple[str, str]
    down: tuple[str, str]
    central: tuple[str, str]
    right: records.Text


class DigitsData(TypedDict):
    """An entry nudged by several steps, and what the backward pass says of it."""

    title: records.Text
    rows: Sequence[NudgeRow]
    backward: str


class CodeData(TypedDict):
    """A line of code as it should be, and as it is made wrong."""

    wrong: str
    right: str


class OwnMatch(TypedDict):
    """A slip that a wrong stage is compared with: the share of its wrong numbers that it gives, and that in words."""

    title: records.Text
    share: float
    count: records.Text


class OwnStage(TypedDict):
    """What a wrong stage looks like: how near that is, what it is called, others beside it, and its line of code."""

    how: records.Text
    title: records.Text
    matches: Sequence[OwnMatch]
    code: CodeData | None
    words: Sequence[records.Text]


class OwnData(TypedDict):
    """Somebody's own gradients: the file's name, "" where there is none, and each wrong stage, the first one first.

    Without a file these are an example's, and `example` says of what.
    """

    file: str
    example: records.Text
    stages: Sequence[OwnStage]


class CheckData(TypedDict):
    """What Check shows besides its board: two definitions, an entry's digits, a mistake's code and what the loss does."""

    tab: str
    definitions: Sequence[records.Text]
    digits: DigitsData | None
    code: CodeData | None
    falls: records.Text
    own: OwnData | None


class CheckHeader(BoardHeader):
    """The Check page's."""

    check: CheckData
