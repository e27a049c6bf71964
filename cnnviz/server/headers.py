"""Security headers of every response: what a page may load, and which sites may embed it."""

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import urlencode

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnnviz.pages.deck_screens import story_query
from cnnviz.pages.resource import numbers_url
from cnnviz.pages.step import PAGE as STEP
from cnnviz.server.embedding import embedders
from cnnviz.server.files import PRELOAD
from cnnviz.server.language import request_language


def inline_script_hashes(html: str) -> list[str]:
    """Return the CSP sources that allow exactly the inline scripts of `html`.

    >>> inline_script_hashes("<script>1</script><script src='a.js'></script>")
    ["'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"]
    """
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def content_security_policy(allowed: Sequence[str] = (), page: str = "") -> str:
    """Return the Content-Security-Policy: a page may load resources from this server only.

    The inline scripts of the HTML `page` may run. Pages of the origins `allowed` may embed it, as may this server's
    own.
    """
    sources = {
        "default-src": ["'none'"],
        # blob: for Streamlit, which loads a component's JavaScript from there. 'unsafe-eval' for its protobuf reader,
        # which compiles WebAssembly, for Plotly's WebGL shaders, and for browser tests that poll through it.
        "script-src": ["'self'", "blob:", "'unsafe-eval'", *inline_script_hashes(page)],
        # Streamlit and Plotly insert styles at run time, so their hashes are not known.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        # also allows the web socket to this server
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],  # the projector view inside the presenter view
        "frame-ancestors": ["'self'", *allowed],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in sources.items())


@cache
def security_headers(allowed: tuple[str, ...], page: str = "") -> dict[str, str]:
    """Return the security headers by name. X-Frame-Options cannot list origins; browsers that know the policy ignore
    it.

    >>> "X-Frame-Options" in security_headers(()), "X-Frame-Options" in security_headers(("https://a.org",))
    (True, False)
    """
    headers = {
        "Content-Security-Policy": content_security_policy(allowed, page),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    return headers if allowed else headers | {"X-Frame-Options": "SAMEORIGIN"}


MAX_PRELOAD_LENGTH = 1_000
"""Longest address, in characters, that a Link header names: nginx accepts 4,096 bytes of headers by default."""


def numbers_preload(scope: Scope) -> str:
    """Return the Link entry that preloads the numbers of the requested page, or "" if their address is too long.

    A query without any key shows the introductory story, whose numbers include the page's first ones.

    >>> numbers_preload({"path": "/", "query_string": b"k=2"}).endswith("/step?k=2>; rel=preload; as=fetch; crossorigin")
    True
    """
    path, query = scope["path"], scope["query_string"].decode("latin-1")
    address = numbers_url(path, query)
    if address.endswith(f"/{STEP.id}?") and not query:
        address = numbers_url(path, urlencode(story_query()))
    return f", <{address}>; rel=preload; as=fetch; crossorigin" if len(address) < MAX_PRELOAD_LENGTH else ""


class Headers:
    """ASGI middleware that adds the headers to every HTTP response, for a host whose pages are like `page`. Web
    sockets pass through."""

    def __init__(self, app: ASGIApp, page: str = ""):
        self.app = app
        self.headers = {name.lower().encode(): value.encode() for name, value in security_headers(embedders(), page).items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                response_headers = dict(message.get("headers", ()))
                message["headers"] = [*(pair for pair in message.get("headers", ()) if pair[0] not in self.headers), *self.headers.items()]
                if response_headers.get(b"content-type", b"").startswith(b"text/html") and b"link" not in response_headers:
                    link = PRELOAD.format(lang=request_language(HTTPConnection(scope))) + numbers_preload(scope)
                    message["headers"].append((b"link", link.encode("latin-1")))
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
