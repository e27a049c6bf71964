"""What the tests of the pages share: a setup as a page has it, and the bytes for the component unpacked."""

import asyncio
import json
from collections.abc import Mapping

from streamlit.testing.v1 import AppTest

from cnnviz import Setup, load_image, run_updates
from cnnviz.data.images import find_image
from cnnviz.pages import encoding
from cnnviz.pages.address import PageRequest
from cnnviz.pages.registry import pages
from cnnviz.pages.resource import canonical_query, compute_resource
from cnnviz.words import say


def ask(app, path: str = "/", method: str = "GET", headers: Mapping[str, str] | None = None, query: str = "", body: bytes = b""):
    """Status, headers and body of what an ASGI `app` answers to somebody who stays for it."""
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "http_version": "1.1"}
    scope["headers"] = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    asked, answered = [False], []

    async def receive():
        if asked[0]:
            await asyncio.Event().wait()
        asked[0] = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        answered.append(message)

    asyncio.run(app(scope, receive, send))
    start, *rest = answered
    result = b"".join(message.get("body", b"") for message in rest)
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, result


def decode(data: bytes):
    """Header, with messages as English sentences, and arrays; each starts where a Float64Array can."""
    header, result = encoding.decode(data)
    start = 4 + int.from_bytes(data[:4], "little")
    assert all((start + at) % 8 == 0 for _, at, *_ in json.loads(data[4:start])["arrays"].values())
    return json.loads(json.dumps(header), object_hook=_said), result


def _said(value: dict) -> object:
    """Messages as English sentences, from the inside out."""
    if isinstance(value.get("say"), list):
        return say(value["say"][0], "en", **value["say"][1])
    versions = value.get("versions")
    return versions.get("en", value) if isinstance(versions, dict) else value


def now(setup: Setup) -> PageRequest:
    x = load_image(setup.img, setup.ch, setup.scale)
    return PageRequest(setup.to_query(), setup, find_image(setup.img), run_updates(setup, x, setup.k), {}, {})


def _script(path: str) -> None:
    from cnnviz.hosts.streamlit.page import show
    from cnnviz.pages.registry import pages

    show(next(page for page in pages() if page.path == path))


def run(path: str, query: dict[str, str]) -> AppTest:
    """The page of that path, run for an address."""
    test = AppTest.from_function(_script, args=(path,))
    test.query_params.update(query)
    return test.run(timeout=600)


def handed(test: AppTest):
    """What the page handed the component, beside its numbers."""
    component = test.get("bidi_component")[0]
    return decode(component.proto.bytes)


def handed_all(test: AppTest):
    """What the page handed all components on it, the view first."""
    return [decode(component.proto.bytes) for component in test.get("bidi_component")]


def shown(path: str, query: Mapping[str, str]):
    """What the page of that path shows for an address, as the component asks for it."""
    return decode(_answer(path, query))


def unsaid(path: str, query: Mapping[str, str]) -> dict:
    """The header of that as it goes over the wire, its messages not said yet."""
    return _header(_answer(path, query))


def handed_unsaid(test: AppTest) -> dict:
    """What the page handed the component, in the same way."""
    return _header(test.get("bidi_component")[0].proto.bytes)


def _answer(path: str, query: Mapping[str, str]) -> bytes:
    page = next(page for page in pages() if page.path == path)
    return compute_resource(page, canonical_query(page, query)).plain


def _header(data: bytes) -> dict:
    header: dict = json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
    header.pop("arrays")
    return header
