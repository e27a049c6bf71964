"""Limits on request bodies, and the exception that refuses a request."""

import asyncio
import json
import math
from collections import Counter

from starlette.requests import Request

BODY_SECONDS = 20.0
"""Time limit for receiving a request body, in seconds. Bodies are a few lines long."""

MOST_COMING, SHORT = 20_000_000, 10_000
"""Limit on the bytes of all incoming bodies, and the size of a body that is exempt. A body may have about 200,000
bytes, and an address thousands of them."""

_coming: Counter[str] = Counter()


class Refused(Exception):
    """A refused request: an HTTP status and a message."""

    def __init__(self, status: int, id: str, /, **values: object):
        super().__init__(status, id)
        self.status, self.id, self.values = status, id, values


async def read_body(request: Request, most: int) -> bytes:
    """Return the body. Raise Refused if it exceeds `most` bytes (413), takes longer than BODY_SECONDS (408), or if
    too many bytes are incoming (503)."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                _coming["bytes"] += len(chunk)
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
    """Return the number. Raise ValueError for NaN and infinity, which JSON does not allow."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


async def read_json_object(request: Request, most: int) -> dict[str, object]:
    """Return the JSON object in a request's body. Raise Refused if there is none."""
    body = await read_body(request, most)
    try:
        content = json.loads(body, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise Refused(400, "ui.rooms.no_json")
    return content
