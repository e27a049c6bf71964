"""Record of the curve of the loss along one number."""

from cnnviz.wire.page import AnswerHeader


class CurveHeader(AnswerHeader):
    """The number, its value `at`, its gradient there, whether that is at a kink, and the curve's half-width `span`.

    If the address names no number, these are None. The arrays are `theta` and `loss`.
    """

    along: str
    at: float | None
    gradient: float | None
    kink: bool
    span: float | None
