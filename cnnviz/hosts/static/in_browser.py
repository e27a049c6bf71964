"""The Python side of a page without a server: handles requests from a web worker like a server's."""

import json
import os
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from cnnviz.core.runtime.isolation import run_isolated
from cnnviz.data import disabled_features
from cnnviz.pages.resource import canonical_query, compute_resource, compute_with_deck, message_data, page_of
from cnnviz.words import message

Answered = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


def start() -> Callable[..., Answered]:
    """Disable features that need a network or another process, and return `get`."""
    os.environ[disabled_features.SETTING] = " ".join(disabled_features.KINDS)
    return get


def get(path: str, body: Any = "") -> Answered:
    """Return status, headers and uncompressed body of `numbers/<version>/<page>?<query>` or `dialogs/<name>?<query>`,
    like a server.

    `body` is the text of a deck, or a file as a JavaScript byte array. An error becomes a response with a
    message, as JSON.

    >>> status, headers, body = get("numbers/0/step?k=3")
    >>> status, headers, body[:4] == b"none"
    (200, {}, False)
    >>> get("numbers/0/none?")[0]
    404
    """
    resource_path, _, query = path.partition("?")
    handler = _dialog if resource_path.startswith("dialogs/") else _numbers
    try:
        return handler(resource_path.rpartition("/")[2], dict(parse_qsl(query, keep_blank_values=True)), _bytes(body))
    except KeyError:
        return _refusal(404, "ui.server.nothing")
    except Exception as error:  # such as MemoryError, on phones
        traceback.print_exc()
        return _refusal(422, "web.site.no_answer", error=f"{type(error).__name__}: {error}")


def _bytes(body: Any) -> bytes | None:
    """Return the body as bytes, or None if it is "". JavaScript's byte arrays are converted."""
    if isinstance(body, str):
        return body.encode() or None
    return bytes(body.to_bytes() if hasattr(body, "to_bytes") else body)


def _numbers(name: str, query: dict[str, str], deck: bytes | None) -> Answered:
    page = page_of(name)
    if page is None:
        raise KeyError(name)
    canonical = canonical_query(page, query)
    result = run_isolated(compute_with_deck, page, canonical, deck, False) if deck else compute_resource(page, canonical, compress=False)
    headers = {} if result.is_immutable else {"Cache-Control": "no-store"}
    return 200, headers if result.whole else headers | {"Retry-After": "1"}, result.body


def _dialog(name: str, query: dict[str, str], content: bytes | None) -> Answered:
    from cnnviz.hosts.dialogs.answers import answer

    reply = answer(name, query, content)
    return reply.status, {"Cache-Control": "no-store", "Content-Type": reply.media_type}, reply.body


def _refusal(status: int, id: str, **values: object) -> Answered:
    return status, {}, json.dumps(message_data(message(id, **values))).encode()
