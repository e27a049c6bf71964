"""Responses with the loss along one number."""

from collections.abc import Mapping

import numpy as np

from cnnviz.core.runtime.read_only import freeze
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import PASSES, estimate
from cnnviz.core.training.loss_along import LR, POINTS, SPANS, Curve, curve, read_along, read_span
from cnnviz.pages.address import PageRequest
from cnnviz.pages.encoding import encode, finite_or_none
from cnnviz.pages.handlers import PageHandler
from cnnviz.pages.version import code
from cnnviz.wire.loss_along import CurveHeader
from cnnviz.words import Message, Problem, message, quote


class _CurveHandler(PageHandler):
    """Handler of the curve."""

    supports_several_images = True

    def respond(self, now: PageRequest) -> bytes:
        found = asked_curve(now)
        head = CurveHeader(
            page="curve", code=code(), asked=dict(now.query), lesson=now.setup.to_query(), wrong=dict(now.errors),
            loss=finite_or_none(float(now.snapshot.losses[-1])), along=found.along if found else "", at=found.at if found else None,
            gradient=finite_or_none(found.gradient) if found else None, kink=bool(found and found.kink), span=found.span if found else None,
        )  # fmt: skip
        return encode(head, {"theta": found.theta, "loss": found.loss} if found else {})

    def exact_arrays(self, now: PageRequest) -> dict[str, np.ndarray]:
        found = asked_curve(now)
        return {name: freeze(np.array(getattr(found, name))) for name in ("theta", "loss", "at", "gradient", "kink", "span")} if found else {}

    def own_errors(self, now: PageRequest) -> Mapping[str, Message]:
        return asked_for(now)[2]

    def estimate_seconds(self, setup: Setup, x: np.ndarray, asked: Mapping[str, str]) -> float:
        passes = POINTS + (0 if asked.get("along") == LR or asked.get("span") else 2 * len(SPANS))
        return estimate(setup.network, x.shape, passes) / PASSES


HANDLER = _CurveHandler()


def asked_curve(now: PageRequest) -> Curve | None:
    """Return the requested curve, or None if the address does not name a number."""
    along, span, _ = asked_for(now)
    return curve(now.setup, now.snapshot.image, along, span) if along else None


def asked_for(now: PageRequest) -> tuple[str, float | None, dict[str, Message]]:
    """Return the number that the address names, the range of the curve, and a message for each invalid key."""
    wrong: dict[str, Message] = {}
    along, text, span = now.query.get("along", ""), now.query.get("span", ""), None
    try:
        read_along(along, now.setup, now.snapshot.image.shape)
    except Problem as why:
        wrong["along"] = _left_out("along", along, why)
    try:
        span = read_span(text) if text else None
    except Problem as why:
        wrong["span"] = _left_out("span", text, why)
    return "" if "along" in wrong else along, span, wrong


def _left_out(key: str, text: str, why: Problem) -> Message:
    return message("lesson.left_out", field=message(f"lesson.field.{key}"), text=quote(text), why=why.message)
