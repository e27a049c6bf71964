"""Limits of a request's body, and why a request is not done."""

import asyncio
import json
import math
from collections import Counter

from starlette.requests import Request

BODY_SECONDS = 20.0
"""Seconds that a request with a body has to come in: it is some lines."""

MOST_COMING, SHORT = 20_000_000, 10_000
"""Bytes of all bodies that are coming, and of one that may come all the same: of each there may be some 200,000, and of one address thousands."""

_coming: Counter[str] = Counter()


class Refused(Exception):
    """Why something is not done: an HTTP status and a message."""

    def __init__(self, status: int, id: str, /, **values: object):
        super().__init__(status, id)
        self.status, self.id, self.values = status, id, values


async def body_of(request: Request, most: int) -> bytes:
    """The body; Refused (413) as soon as it is longer than `most`, (408) where it takes longer than BODY_SECONDS, and (503) where too much is coming."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                body += part
                _coming["bytes"] += len(part)
                if len(body) > most:
                    raise Refused(413, "ui.rooms.body_long", most=most)
                if _coming["bytes"] > MOST_COMING and len(body) > SHORT:
                    raise Refused(503, "ui.server.crowded")
    except TimeoutError:
        raise Refused(408, "ui.rooms.body_slow") from None
    finally:
        _coming["bytes"] -= len(body)
    return bytes(body)


def _finite(text: str) -> float:
    """Return the number. Raise ValueError for NaN and infinity, which JSON does not have."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


async def table_in(request: Request, most: int) -> dict[str, object]:
    """The JSON object in a request's body. Raises Refused."""
    body = await body_of(request, most)
    try:
        found = json.loads(body, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(400, "ui.rooms.no_json")
    return found
