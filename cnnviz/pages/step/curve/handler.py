"""Responses with the loss along one number."""

from collections.abc import Mapping

import numpy as np

from cnnviz.core.runtime.read_only import freeze
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.setup_fields import ignored_message
from cnnviz.core.setup.update_limits import PASSES, estimated_seconds
from cnnviz.core.training.loss_along import LR, POINTS, SPANS, Curve, curve, read_along, read_span
from cnnviz.pages.address import PageRequest
from cnnviz.pages.encoding import encode, finite_or_none
from cnnviz.pages.handlers import PageHandler
from cnnviz.pages.version import code
from cnnviz.wire.loss_along import CurveHeader
from cnnviz.words import Message, Problem


class _CurveHandler(PageHandler):
    """Handler of the curve."""

    supports_several_images = True

    def respond(self, request: PageRequest) -> bytes:
        result = requested_curve(request)
        curve_header = CurveHeader(
            page="curve", code=code(), asked=dict(request.query), lesson=request.setup.to_query(), wrong=dict(request.errors),
            loss=finite_or_none(float(request.snapshot.losses[-1])), along=result.along if result else "", at=result.at if result else None,
            gradient=finite_or_none(result.gradient) if result else None, kink=bool(result and result.kink), span=result.span if result else None,
        )  # fmt: skip
        return encode(curve_header, {"theta": result.theta, "loss": result.loss} if result else {})

    def exact_arrays(self, request: PageRequest) -> dict[str, np.ndarray]:
        result = requested_curve(request)
        return {name: freeze(np.array(getattr(result, name))) for name in ("theta", "loss", "at", "gradient", "kink", "span")} if result else {}

    def own_errors(self, request: PageRequest) -> Mapping[str, Message]:
        return read_request(request)[2]

    def estimate_seconds(self, setup: Setup, x: np.ndarray, query: Mapping[str, str]) -> float:
        passes = POINTS + (0 if query.get("along") == LR or query.get("span") else 2 * len(SPANS))
        return estimated_seconds(setup.network, x.shape, passes) / PASSES


HANDLER = _CurveHandler()


def requested_curve(request: PageRequest) -> Curve | None:
    """Return the requested curve, or None if the address does not name a number."""
    along, span, _ = read_request(request)
    return curve(request.setup, request.snapshot.image, along, span) if along else None


def read_request(request: PageRequest) -> tuple[str, float | None, dict[str, Message]]:
    """Return the number that the address names, the range of the curve, and a message for each invalid key."""
    wrong: dict[str, Message] = {}
    along, text, span = request.query.get("along", ""), request.query.get("span", ""), None
    try:
        read_along(along, request.setup, request.snapshot.image.shape)
    except Problem as why:
        wrong["along"] = ignored_message("along", along, why)
    try:
        span = read_span(text) if text else None
    except Problem as why:
        wrong["span"] = ignored_message("span", text, why)
    return "" if "along" in wrong else along, span, wrong
