"""What the web server adds to Streamlit: security headers on every answer, and the component's own files."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnnviz.ui.component.bundle import bundle, style_sheet
from cnnviz.ui.component.spec import spec, sprite
from cnnviz.words import say

WEB_FOLDER = Path(__file__).with_name("web")
ENTRY = "hosts/streamlit"
"""The module that knows Streamlit; everything else of the component's JavaScript hangs on it."""


def inline_script_hashes(html: str) -> list[str]:
    """The CSP sources that allow exactly the inline scripts of `html`, and no others.

    >>> inline_script_hashes("<script>1</script><script src='a.js'></script>")
    ["'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"]
    """
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def content_security_policy() -> str:
    """What a page of ours may load, as the header's value: from this server, and nothing from anywhere else."""
    index = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    sources = {
        "default-src": ["'none'"],
        # blob: is how Streamlit loads a component's JavaScript. Eval: its protobuf reader compiles WebAssembly, Plotly's
        # WebGL kinds compile their shaders' code, and a browser that is driven by a test polls through it.
        "script-src": ["'self'", "blob:", "'unsafe-eval'", *inline_script_hashes(index)],
        # Streamlit and Plotly write their styles into the page while it runs, so they have no hash to name.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        # Covers the web socket to this server too.
        "connect-src": ["'self'"],
        "frame-ancestors": ["'self'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in sources.items())


HEADERS = {
    "Content-Security-Policy": content_security_policy(),
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def script() -> str:
    """The component's JavaScript as one module, what Python knows of the lesson among it."""
    return bundle(ENTRY, lambda name: spec() if name == "spec" else (WEB_FOLDER / f"{name}.js").read_text("utf-8"))


def styles() -> str:
    """The component's style sheet as one file."""
    return style_sheet("index.css", lambda name: (WEB_FOLDER / "style" / name).read_text("utf-8"))


def made_once(path: str, media_type: str, make: Callable[[], str | bytes]) -> Route:
    """A route whose content is made when it is first asked for, and kept.

    "no-cache" lets a browser keep it too but makes it ask whether it is still the same (its ETag), so
    that a class never runs last week's JavaScript against today's server.

    >>> made_once("/web/bundle.js", "text/javascript", lambda: "export default 1").path
    '/web/bundle.js'
    """

    @cache
    def content() -> tuple[bytes, str]:
        made = make()
        body = made.encode() if isinstance(made, str) else made
        return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'

    async def answer(request: Request) -> Response:
        body, etag = content()
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        # A proxy that compresses marks the same text's ETag as weak (W/).
        known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
        if etag in known:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media_type, headers=headers)

    return Route(path, answer)


ROUTES: list[BaseRoute] = [
    made_once("/web/bundle.js", "text/javascript", script),
    made_once("/web/style.css", "text/css", styles),
    made_once("/web/images.png", "image/png", sprite),
]
"""For `st.App`: the component's own files."""

PRELOAD = (
    "<web/bundle.js>; rel=modulepreload, <web/style.css>; rel=preload; as=style, "
    "<web/images.png>; rel=preload; as=image"
)
"""Tells a browser that asks for a page what it will need, so that this travels beside Streamlit's own files."""


class Headers:
    """ASGI middleware that puts HEADERS on every HTTP answer; web sockets pass through untouched."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if headers.get("Content-Type", "").startswith("text/html"):
                    headers["Link"] = PRELOAD
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


UPLOADS_A_SESSION = 20
"""Files that one session may send: with `server.maxUploadSize`, the most memory that it can fill."""


class UploadLimit:
    """ASGI middleware that refuses a session's uploads after UPLOADS_A_SESSION; Streamlit keeps each until it ends."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self.sent: OrderedDict[str, int] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = re.search(r"/_stcore/upload_file/([^/]+)/", scope.get("path", ""))
        if session and scope.get("method") == "PUT":
            count = self.sent[session[1]] = self.sent.pop(session[1], 0) + 1
            while len(self.sent) > 10_000:
                self.sent.popitem(last=False)
            if count > UPLOADS_A_SESSION:
                sentence = say("ui.server.too_many_uploads", n=UPLOADS_A_SESSION)
                await Response(sentence, 429, media_type="text/plain")(scope, receive, send)
                return
        await self.app(scope, receive, send)


MIDDLEWARE = [Middleware(Headers), Middleware(UploadLimit)]


def apologize(error: Exception) -> bool:
    """What a visitor sees where a script failed: a sentence. The log gets the rest."""
    logging.getLogger(__name__).error("a script failed", exc_info=error)
    st.error(say("ui.server.failed"))
    return True
