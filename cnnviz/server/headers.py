"""Security headers on every answer: what a page may load, and which pages it may stand in."""

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import urlencode

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnnviz.pages.resource import address_of
from cnnviz.pages.step import PAGE as STEP
from cnnviz.pages.step import STORY
from cnnviz.server.embedding import embedders
from cnnviz.server.files import PRELOAD
from cnnviz.server.language import of_request


def inline_script_hashes(html: str) -> list[str]:
    """The CSP sources that allow exactly the inline scripts of `html`, and no others.

    >>> inline_script_hashes("<script>1</script><script src='a.js'></script>")
    ["'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"]
    """
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def content_security_policy(allowed: Sequence[str] = (), page: str = "") -> str:
    """The sources that a page of ours may load from, as the header's value: from this server, and nothing from anywhere else.

    `page` is its HTML, whose own scripts may run. Pages of the origins `allowed` may show it in a frame, beside our own.
    """
    sources = {
        "default-src": ["'none'"],
        # blob: is how Streamlit loads a component's JavaScript. Eval: its protobuf reader compiles WebAssembly, Plotly's
        # WebGL kinds compile their shaders' code, and a browser that is driven by a test polls through it.
        "script-src": ["'self'", "blob:", "'unsafe-eval'", *inline_script_hashes(page)],
        # Streamlit and Plotly write their styles into the page while it runs, so they have no hash to name.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        # Covers the web socket to this server too.
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],  # the projector's view on a lecturer's private screen
        "frame-ancestors": ["'self'", *allowed],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in sources.items())


@cache
def security_headers(allowed: tuple[str, ...], page: str = "") -> dict[str, str]:
    """The headers by name. X-Frame-Options knows no origins, and every browser of today goes by the policy.

    >>> "X-Frame-Options" in security_headers(()), "X-Frame-Options" in security_headers(("https://a.org",))
    (True, False)
    """
    headers = {
        "Content-Security-Policy": content_security_policy(allowed, page),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    return headers if allowed else headers | {"X-Frame-Options": "SAMEORIGIN"}


MOST_PRELOADED = 1_000
"""Characters of an address up to which its numbers are named in a header: nginx has room for 4,096 bytes of all headers."""


def numbers_of(scope: Scope) -> str:
    """Tells a browser that asks for a page which numbers it will ask for, so that they travel beside Streamlit's own files.

    Without any key they are the story's: who has seen it has kept the others, too.

    >>> numbers_of({"path": "/", "query_string": b"k=2"}).endswith("/step?k=2>; rel=preload; as=fetch; crossorigin")
    True
    """
    address = address_of(scope["path"], scope["query_string"].decode("latin-1"))
    if address.endswith(f"/{STEP.id}?") and not scope["query_string"]:
        address += urlencode(STORY)
    return f", <{address}>; rel=preload; as=fetch; crossorigin" if len(address) < MOST_PRELOADED else ""


class Headers:
    """ASGI middleware that puts them on every HTTP answer, for a host whose pages are like `page`; web sockets pass through untouched."""

    def __init__(self, app: ASGIApp, page: str = ""):
        self.app = app
        self.headers = {name.lower().encode(): value.encode() for name, value in security_headers(embedders(), page).items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = dict(message.get("headers", ()))
                message["headers"] = [*(pair for pair in message.get("headers", ()) if pair[0] not in self.headers), *self.headers.items()]
                if said.get(b"content-type", b"").startswith(b"text/html") and b"link" not in said:
                    link = PRELOAD.format(lang=of_request(HTTPConnection(scope))) + numbers_of(scope)
                    message["headers"].append((b"link", link.encode("latin-1")))
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
