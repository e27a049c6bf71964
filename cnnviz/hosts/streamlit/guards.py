"""ASGI middleware in front of Streamlit: trusted proxies, and refusal of foreign origins, text frames, uploads and
metrics."""

import logging
import os
from urllib.parse import urlsplit

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from cnnviz.server.language import request_language
from cnnviz.words import say

TRUSTED = "FORWARDED_ALLOW_IPS"
"""Environment variable that lists the trusted proxies."""

SETTING = "CNNVIZ_METRICS"
"""Environment variable that enables Streamlit's metrics."""

_TOLD = 20
_READING = {"GET", "HEAD", "OPTIONS"}


def _reader(scope: Scope) -> str:
    return request_language(HTTPConnection(scope))


class Origins:
    """ASGI middleware that lets only this server's own pages open a session or send a file.

    Streamlit has the same check, but for a foreign page it first asks a host on the internet for its own address,
    which blocks all visitors. A proxy that does not forward the browser's Host can send it as X-Forwarded-Host, which
    no page can make a browser send with a web socket.
    """

    def __init__(self, app: ASGIApp):
        self.app = app
        self.told: set[tuple[str, str]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_restricted = scope["type"] == "websocket" or (scope["type"] == "http" and scope.get("method") not in _READING)
        origin = Headers(scope=scope).get("Origin") if is_restricted else None
        if origin is None or not st.get_option("server.enableCORS"):
            return await self.app(scope, receive, send)
        host = Headers(scope=scope).get("Host", "")
        if not is_own_origin(origin, host, Headers(scope=scope).get("X-Forwarded-Host", "")):
            self._log_refusal(origin, host)
            if scope["type"] == "websocket":
                return await send({"type": "websocket.close", "code": 1008})
            return await Response(say("ui.server.foreign", _reader(scope)), 403, media_type="text/plain")(scope, receive, send)
        await self.app(_with_origin(scope, f"http://{host}"), receive, send)

    def _log_refusal(self, origin: str, host: str) -> None:
        """Log each distinct refusal once, up to a limit, since clients choose the values."""
        if (origin, host) not in self.told and len(self.told) < _TOLD:
            self.told.add((origin, host))
            sentence = say("ui.server.foreign_refused", origin=repr(origin[:80]), host=repr(host[:80]))
            logging.getLogger(__name__).warning(sentence)


def is_own_origin(origin: str, host: str, forwarded: str = "") -> bool:
    """Return whether an origin is the server's own, whose host name in the request is `host`, or is in
    `server.corsAllowedOrigins`.



    >>> is_own_origin("https://a.org", "a.org:443"), is_own_origin("https://b.org", "a.org"), is_own_origin("null", "a.org")
    (True, False, False)
    """
    if origin in st.get_option("server.corsAllowedOrigins"):
        return True
    try:
        origin_url = urlsplit(origin.lower())
    except ValueError:
        return False
    default_port = {"http": ":80", "https": ":443"}.get(origin_url.scheme, "")
    hosts = [name.strip().lower().removesuffix(default_port) for name in (host, *forwarded.split(","))]
    return bool(origin_url.netloc) and origin_url.netloc in hosts


def _with_origin(scope: Scope, origin: str) -> Scope:
    """Return the request with another origin, so that Streamlit accepts it without a second check."""
    scope = dict(scope, headers=list(scope["headers"]))
    MutableHeaders(scope=scope)["Origin"] = origin
    return scope


class Proxies:
    """ASGI middleware that replaces a trusted proxy's address by the visitor's, from X-Forwarded-For.

    The environment variable FORWARDED_ALLOW_IPS lists trusted addresses and networks, separated by commas; the
    default is this machine. The web server has the same feature, but by default it listens on IPv4 and IPv6 at once.
    Then 127.0.0.1 appears as ::ffff:127.0.0.1, which its list does not match.
    """

    def __init__(self, app: ASGIApp):
        self.app = ProxyHeadersMiddleware(app, os.environ.get(TRUSTED) or "127.0.0.1,::1")  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client and client[0].startswith("::ffff:"):
            scope = dict(scope, client=(client[0].removeprefix("::ffff:"), client[1]))
        await self.app(scope, receive, send)  # type: ignore[arg-type]


class Metrics:
    """ASGI middleware that hides Streamlit's metrics unless CNNVIZ_METRICS is set."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self.shown = bool(os.environ.get(SETTING))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_hidden = scope.get("path", "").rstrip("/").endswith("/_stcore/metrics") and not self.shown
        await (Response(status_code=404) if is_hidden and scope["type"] == "http" else self.app)(scope, receive, send)


class Frames:
    """ASGI middleware that closes web sockets that send text or invalid messages, which Streamlit would log with a
    traceback."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_bytes() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive" or _is_message(message.get("bytes")):
                return message
            await send({"type": "websocket.close", "code": 1003})
            return {"type": "websocket.disconnect", "code": 1003}

        await self.app(scope, receive_bytes if scope["type"] == "websocket" else receive, send)


def _is_message(content: bytes | None) -> bool:
    if content is None:
        return False
    try:
        BackMsg.FromString(content)
    except DecodeError:
        return False
    return True


class NoUploads:
    """ASGI middleware that refuses uploads to Streamlit, which would keep them. The page sends its files to the
    dialogs' routes."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_write = scope["type"] == "http" and scope["method"] not in _READING and "/_stcore/upload_file/" in scope["path"]
        await (Response(status_code=404) if is_write else self.app)(scope, receive, send)
