"""Addresses that clients send to a room, as plain text or in JSON."""

import json
from urllib.parse import parse_qsl

from starlette.requests import Request

from cnnviz.pages.registry import pages
from cnnviz.server.numbers import MOST_QUERY
from cnnviz.server.request_bodies import Refused, read_body


async def read_room_body(request: Request, limit: int) -> dict[str, object]:
    """Return a request's body of at most `limit` bytes: a JSON object, or {"query": text} for a plain address. Raise
    Refused if it is invalid."""
    body = await read_body(request, limit)
    try:
        text = body.decode()
        content = json.loads(text) if text.lstrip().startswith(("{", '"')) else text
    except (ValueError, RecursionError):
        raise Refused(400, "ui.rooms.no_address") from None
    return content if isinstance(content, dict) else {"query": content}


def parse_address(text: object) -> str:
    """Return the query string of an address. Raise Refused if it is invalid or its `page` does not exist, since
    followers build a URL from it."""
    query = "" if text is None else str(text).strip().removeprefix("?")
    if len(query) > MOST_QUERY:
        raise Refused(413, "ui.numbers.too_long", most=MOST_QUERY)
    if text is None or not query.isascii() or not query.isprintable() or " " in query:
        raise Refused(400, "ui.rooms.no_address")
    paths = [page.path for page in pages()]
    if any(key == "page" and path not in paths for key, path in parse_qsl(query)):
        raise Refused(400, "ui.rooms.no_page", known=[path for path in paths if path])
    return query
