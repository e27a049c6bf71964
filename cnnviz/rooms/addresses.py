"""Addresses that clients send to a room, as plain text or in JSON."""

import json
from urllib.parse import parse_qsl

from starlette.requests import Request

from cnnviz.pages.registry import pages
from cnnviz.server.numbers import MOST_QUERY
from cnnviz.server.request_bodies import Refused, read_body


async def sent_in(request: Request, most: int) -> dict[str, object]:
    """Return a request's body of at most `most` bytes: a JSON object, or {"query": text} for a plain address. Raise
    Refused if it is invalid."""
    body = await read_body(request, most)
    try:
        text = body.decode()
        sent = json.loads(text) if text.lstrip().startswith(("{", '"')) else text
    except (ValueError, RecursionError):
        raise Refused(400, "ui.rooms.no_address") from None
    return sent if isinstance(sent, dict) else {"query": sent}


def address_in(text: object) -> str:
    """Return the query string of an address. Raise Refused if it is invalid or its `page` does not exist, since
    followers make a URL of it."""
    query = "" if text is None else str(text).strip().removeprefix("?")
    if len(query) > MOST_QUERY:
        raise Refused(413, "ui.numbers.too_long", most=MOST_QUERY)
    if text is None or not query.isascii() or not query.isprintable() or " " in query:
        raise Refused(400, "ui.rooms.no_address")
    known = [page.path for page in pages()]
    if any(key == "page" and path not in known for key, path in parse_qsl(query)):
        raise Refused(400, "ui.rooms.no_page", known=[path for path in known if path])
    return query
