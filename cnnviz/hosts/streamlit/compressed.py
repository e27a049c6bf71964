"""Streamlit's scripts and style sheets, compressed once and cached. They are three quarters of a first visit's bytes,
and compression reduces them to a third."""

import gzip
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cnnviz.server.compression import IMMUTABLE, takes_gzip
from cnnviz.server.waiting import cached_in_thread

TYPES = {".js": "text/javascript", ".css": "text/css"}
_LEVEL = 6


@cache
def files() -> dict[str, Path]:
    """Return the files to compress, by request path."""
    folder = Path(st.__file__).parent / "static"
    return {f"/{path.relative_to(folder).as_posix()}": path for path in (folder / "static").rglob("*") if path.suffix in TYPES}


class CompressedFiles:
    """ASGI middleware that serves the compressed files to clients that accept gzip. File names change with the
    content."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self.prefix = st.get_option("server.baseUrlPath").strip("/")
        self.compressed = cached_in_thread(_compress)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = self._name(scope)
        if name is None:
            return await self.app(scope, receive, send)
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding", "Cache-Control": IMMUTABLE}
        await Response(await self.compressed(files()[name]), 200, headers, TYPES[files()[name].suffix])(scope, receive, send)

    def _name(self, scope: Scope) -> str | None:
        if scope["type"] != "http" or scope["method"] != "GET" or "/static/" not in scope["path"]:
            return None
        name = scope["path"].removeprefix(f"/{self.prefix}") if self.prefix else scope["path"]
        return name if name in files() and takes_gzip(Headers(scope=scope)) else None


def _compress(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), _LEVEL, mtime=0)
