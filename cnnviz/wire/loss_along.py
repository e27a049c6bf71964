"""Record of the curve of the loss along one number."""

from cnnviz.wire.page import AnswerHeader


class CurveHeader(AnswerHeader):
    """The number, `along`, and where it stands, `at`; its gradient there, whether that is at a kink, and how far the curve reaches, `span`.

    Nothing of it where no number is named. The arrays are `theta` and `loss`.
    """

    along: str
    at: float | None
    gradient: float | None
    kink: bool
    span: float | None
