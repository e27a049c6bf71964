"""Record of the curve of the loss along one number."""

from collections.abc import Mapping
from typing import TypedDict

from cnnviz.wire import records
from cnnviz.wire.page import Query


class CurveHeader(TypedDict):
    """The number, `along`, and where it stands, `at`; its gradient there, whether that is at a kink, and how far the curve reaches, `span`.

    Nothing of it where no number is named. The arrays are `theta` and `loss`.
    """

    page: str
    code: str
    asked: Query
    lesson: Query
    wrong: Mapping[str, records.Text]
    loss: float | None
    along: str
    at: float | None
    gradient: float | None
    kink: bool
    span: float | None
