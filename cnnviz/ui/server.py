"""What the web server adds to Streamlit: security headers on every answer, and the component's own files."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import streamlit
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STAGE_FOLDER = Path(__file__).with_name("stage")


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
    index = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    sources = {
        "default-src": ["'none'"],
        # blob: is how Streamlit loads a component's JavaScript; its protobuf reader compiles a little WebAssembly.
        # No eval: Plotly needs it for its WebGL kinds alone (scattergl …), and no figure of ours is one.
        "script-src": ["'self'", "blob:", "'wasm-unsafe-eval'", *inline_script_hashes(index)],
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


class Headers:
    """ASGI middleware that puts HEADERS on every HTTP answer; web sockets pass through untouched.

    With a page it names the component's modules, so that they travel beside Streamlit's own files:
    the browser would only learn of them, one import after the other, when the component starts.
    """

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if headers.get("Content-Type", "").startswith("text/html"):
                    headers["Link"] = ", ".join(f"<{path}>; rel=modulepreload" for path in modules(scope["app"]))
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def modules(app: Starlette) -> list[str]:
    """Where the component's modules are, seen from a page: the files, and what `generated` routes make."""
    made = [route.path for route in app.routes if isinstance(route, Route) and route.path.endswith(".js")]
    return [f"stage/{file.name}" for file in sorted(STAGE_FOLDER.glob("*.js"))] + [path.lstrip("/") for path in made]


class StageFiles(StaticFiles):
    """The component's .js and .css; the Python beside them is nobody's business.

    "no-cache" lets a browser keep a file but makes it ask whether it is still the same (its ETag),
    so that a class never runs last week's JavaScript against today's server.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        if Path(path).suffix not in (".js", ".css"):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def generated(path: str, media_type: str, make: Callable[[], str]) -> Route:
    """A route whose text is made by Python, once, when first asked for; revalidated like the files.

    >>> generated("/stage/stages.js", "text/javascript", lambda: "export const STAGES = []").path
    '/stage/stages.js'
    """
    made: list[tuple[str, bytes]] = []

    async def answer(request: Request) -> Response:
        if not made:
            body = make().encode()
            made.append((f'"{hashlib.sha256(body).hexdigest()[:32]}"', body))
        etag, body = made[0]
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        # A proxy that compresses marks the same text's ETag as weak (W/).
        known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
        if etag in known:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media_type, headers=headers)

    return Route(path, answer)


MIDDLEWARE = [Middleware(Headers)]
ROUTES: list[BaseRoute] = [Mount("/stage", StageFiles(directory=STAGE_FOLDER))]
"""For `st.App`. A generated route goes before the Mount, which would answer 404 in its place."""
