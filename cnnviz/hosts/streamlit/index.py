"""Streamlit's index page, modified so that its first line loads the component without waiting for Streamlit. Unknown
pages redirect to the first."""

import gzip
import re
from pathlib import Path
from urllib.parse import quote

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnnviz.hosts.streamlit.loader import EARLY
from cnnviz.pages.registry import pages

_TYPEFACE = re.compile(r"""<link\s[^>]*as="font"[^>]*>""")
"""Preload of Streamlit's typeface, 170 kB, which the page does not use."""


def with_early(html: str) -> str:
    """Return the page with a script that loads the component at the top of its body, without parts that only
    Streamlit's own pages need.

    >>> with_early("<body><div id=root>").startswith("<body><style>")
    True
    """
    html = _TYPEFACE.sub("", html)
    return html.replace("<body>", f"<body>{EARLY}", 1).replace("<title>Streamlit</title>", "<title>cnnviz</title>", 1)


def page() -> str:
    """Return the HTML document of a page.

    >>> "<title>cnnviz</title>" in page()
    True
    """
    return with_early((Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8"))


class Early:
    """ASGI middleware that modifies Streamlit's pages in this way."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return await self.app(scope, receive, send)
        start: Message | None = None
        page = bytearray()

        async def send_with_early(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is None:
                await send(message)
            else:
                page.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await _send(start, bytes(page), send, first_page(scope))

        await self.app(scope, receive, send_with_early)


def _is_page(start: Message) -> bool:
    return start["status"] == 200 and MutableHeaders(scope=start).get("Content-Type", "").startswith("text/html")


def first_page(scope: Scope) -> str:
    """Return the address of the first page if this page does not exist, else "". It includes the missing name, unless
    that is the first page's own.

    >>> [first_page({"path": path, "query_string": b"k=3"}) for path in ("/stepp", "/step", "/train")]
    ['./?k=3#missing=stepp', './?k=3', '']
    """
    prefix = st.get_option("server.baseUrlPath").strip("/")
    name = scope["path"].removeprefix(f"/{prefix}").strip("/")
    if name in (page.path for page in pages()):
        return ""
    missing = "" if name == pages()[0].id else f"#missing={quote(name, safe='')}"
    return f"{'../' * name.count('/') or './'}?{scope['query_string'].decode('latin-1')}{missing}"


async def _send(start: Message, body: bytes, send: Send, instead: str) -> None:
    headers = MutableHeaders(scope=start)
    if headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
        del headers["Content-Encoding"]
    if b'<div id="root">' in body and instead:
        start["status"], body = 303, b""
        headers["Location"], headers["Cache-Control"] = instead, "no-store"
    elif b'<div id="root">' in body:
        body = with_early(body.decode()).encode()
        del headers["ETag"], headers["Last-Modified"]  # they belong to Streamlit's own file
    headers["Content-Length"] = str(len(body))
    await send(start)
    await send({"type": "http.response.body", "body": body})
