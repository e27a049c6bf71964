"""Streamlit's index page, modified so that its first line loads the component without waiting for Streamlit. Unknown
pages redirect to the first."""

import gzip
import html
import re
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnnviz.hosts.link_preview import page_title, preview_tags
from cnnviz.hosts.streamlit.loader import EARLY
from cnnviz.pages.registry import page_at, pages
from cnnviz.pages.resource import PICTURE
from cnnviz.server.language import request_language
from cnnviz.words import KEY, use_language

_TYPEFACE = re.compile(r"""<link\s[^>]*as="font"[^>]*>""")
"""Preload of Streamlit's typeface, 170 kB, which the page does not use."""


_TITLE = "<title>Streamlit</title>"


def with_early(document: str) -> str:
    """Return the page with a script that loads the component at the top of its body, without parts that only
    Streamlit's own pages need.

    >>> with_early("<body><div id=root>").startswith("<body><style>")
    True
    """
    return _TYPEFACE.sub("", document).replace("<body>", f"<body>{EARLY}", 1)


def with_preview(document: str, scope: Scope) -> str:
    """Return the page with its title in the visitor's language, and with tags for link previews."""
    lang, page = request_language(HTTPConnection(scope)), page_at(_name(scope))
    with use_language(lang):
        head_html = f"<title>{html.escape(page_title(page))}</title>\n{preview_tags(page, picture_url(scope, lang))}"
    return document.replace('<html lang="en">', f'<html lang="{html.escape(lang)}">', 1).replace(_TITLE, head_html, 1)


def page() -> str:
    """Return the HTML document of every page, without the parts that depend on the request.

    >>> "<script>" in page()
    True
    """
    return with_early((Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8"))


class Early:
    """ASGI middleware that modifies Streamlit's index page."""

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
                    await _send(start, bytes(page), send, scope)

        await self.app(scope, receive, send_with_early)


def _is_page(start: Message) -> bool:
    return start["status"] == 200 and MutableHeaders(scope=start).get("Content-Type", "").startswith("text/html")


def first_page(scope: Scope) -> str:
    """Return the address of the first page if the requested page does not exist, else "". The address includes the
    missing name, unless that is the first page's own.

    >>> [first_page({"path": path, "query_string": b"k=3"}) for path in ("/stepp", "/step", "/train")]
    ['./?k=3#missing=stepp', './?k=3', '']
    """
    name = _name(scope)
    if name in (page.path for page in pages()):
        return ""
    fragment = "" if name == pages()[0].id else f"#missing={quote(name, safe='')}"
    return f"{'../' * name.count('/') or './'}?{scope['query_string'].decode('latin-1')}{fragment}"


def _folder() -> str:
    """Return the path under which this server serves its pages, "" or "/prefix"."""
    prefix = st.get_option("server.baseUrlPath").strip("/")
    return f"/{prefix}" if prefix else ""


def _name(scope: Scope) -> str:
    """Return the request's path below the server's own."""
    return str(scope["path"]).removeprefix(_folder()).strip("/")


def picture_url(scope: Scope, lang: str) -> str:
    """Return the absolute URL of the share card of the requested page, or a relative one if the request names no valid
    host.

    A proxy that strips a path from the address names it in X-Forwarded-Prefix.

    >>> picture_url({"path": "/train", "query_string": b"k=3&lang=fr", "headers": [(b"host", b"a.org")]}, "en")
    'http://a.org/numbers/train.png?k=3&lang=en'
    """
    headers, name = Headers(scope=scope), _name(scope)
    host = (headers.get("X-Forwarded-Host") or headers.get("Host", "")).partition(",")[0].strip()
    prefix = headers.get("X-Forwarded-Prefix", "").rstrip("/")
    query = urlencode({**dict(parse_qsl(scope["query_string"].decode("latin-1"))), KEY: lang})
    path = f"numbers/{page_at(name).id}.{PICTURE}?{query}"
    if not _HOST.fullmatch(host):
        return f"{'../' * name.count('/') or './'}{path}"
    return f"{scope.get('scheme', 'http')}://{host}{prefix if _PATH.fullmatch(prefix) else ''}{_folder()}/{path}"


_HOST, _PATH = re.compile(r"[\w.-]+(:\d+)?|\[[\da-fA-F:.]+\](:\d+)?", re.ASCII), re.compile(r"(/[\w.~-]+)*", re.ASCII)


async def _send(start: Message, body: bytes, send: Send, scope: Scope) -> None:
    replacement = first_page(scope)
    headers = MutableHeaders(scope=start)
    if headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
        del headers["Content-Encoding"]
    if b'<div id="root">' in body and replacement:
        start["status"], body = 303, b""
        headers["Location"], headers["Cache-Control"] = replacement, "no-store"
    elif b'<div id="root">' in body:
        body = with_preview(with_early(body.decode()), scope).encode()
        del headers["ETag"], headers["Last-Modified"]  # the original headers belong to Streamlit's file
    headers["Content-Length"] = str(len(body))
    await send(start)
    await send({"type": "http.response.body", "body": body})
