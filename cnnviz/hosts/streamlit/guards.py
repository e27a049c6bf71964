"""ASGI middleware before Streamlit: who asks, and what is refused: foreign pages, text, too many files, metrics."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from cnnviz.server.language import of_request
from cnnviz.words import say

TRUSTED = "FORWARDED_ALLOW_IPS"
"""The environment's setting that names the proxies whose word on who asks is taken."""

UPLOADS_A_SESSION = 20
"""Files that one session may send: with `server.maxUploadSize`, the most memory that it can fill."""

SETTING = "CNNVIZ_METRICS"
"""The environment's setting that opens Streamlit's metrics."""

MOST_UPLOADED = 64_000_000
"""Bytes of all files together, kept and coming."""

UPLOAD_SECONDS = 60.0
"""In which a file has to come whole: 5 MB by a telephone of the third generation."""

_AROUND = 65_536
"""Bytes of a request around its file."""

_TOLD = 20
_READING = {"GET", "HEAD", "OPTIONS"}


def _reader(scope: Scope) -> str:
    return of_request(HTTPConnection(scope))


class Origins:
    """Lets only this server's own pages open a session or send a file.

    Streamlit asks the same, but of a foreign page it asks a host on the internet for its own address
    first, and everybody waits meanwhile. A proxy that does not pass the browser's Host on may say it as
    X-Forwarded-Host: no page can make a browser send that with a web socket.
    """

    def __init__(self, app: ASGIApp):
        self.app = app
        self.told: set[tuple[str, str]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asks = scope["type"] == "websocket" or (scope["type"] == "http" and scope.get("method") not in _READING)
        origin = Headers(scope=scope).get("Origin") if asks else None
        if origin is None or not st.get_option("server.enableCORS"):
            return await self.app(scope, receive, send)
        host = Headers(scope=scope).get("Host", "")
        if not is_own(origin, host, Headers(scope=scope).get("X-Forwarded-Host", "")):
            self._tell(origin, host)
            if scope["type"] == "websocket":
                return await send({"type": "websocket.close", "code": 1008})
            return await Response(say("ui.server.foreign", _reader(scope)), 403, media_type="text/plain")(scope, receive, send)
        await self.app(_asked_from(scope, f"http://{host}"), receive, send)

    def _tell(self, origin: str, host: str) -> None:
        """Once for each, and not for ever: who is refused chooses what stands here."""
        if (origin, host) not in self.told and len(self.told) < _TOLD:
            self.told.add((origin, host))
            sentence = say("ui.server.foreign_refused", origin=repr(origin[:80]), host=repr(host[:80]))
            logging.getLogger(__name__).warning(sentence)


def is_own(origin: str, host: str, forwarded: str = "") -> bool:
    """Tells whether a page of this origin is one of this server's, which is asked for as `host`.

    Others are the ones in `server.corsAllowedOrigins`.

    >>> is_own("https://a.org", "a.org:443"), is_own("https://b.org", "a.org"), is_own("null", "a.org")
    (True, False, False)
    """
    if origin in st.get_option("server.corsAllowedOrigins"):
        return True
    try:
        asked = urlsplit(origin.lower())
    except ValueError:
        return False
    usual = {"http": ":80", "https": ":443"}.get(asked.scheme, "")
    hosts = [name.strip().lower().removesuffix(usual) for name in (host, *forwarded.split(","))]
    return bool(asked.netloc) and asked.netloc in hosts


def _asked_from(scope: Scope, origin: str) -> Scope:
    """The same request as if from `origin`: what was decided here need not be asked again."""
    scope = dict(scope, headers=list(scope["headers"]))
    MutableHeaders(scope=scope)["Origin"] = origin
    return scope


class Proxies:
    """Puts the visitor's address in place of the proxy's, where one that is trusted passes it on as X-Forwarded-For.

    The environment's FORWARDED_ALLOW_IPS names those: addresses and networks, between commas; at first this machine
    alone. The web server does so by itself, but not where it listens to IPv4 and IPv6 at once, as it does when nobody
    says an address: there 127.0.0.1 comes as ::ffff:127.0.0.1, which its list does not know.
    """

    def __init__(self, app: ASGIApp):
        self.app = ProxyHeadersMiddleware(app, os.environ.get(TRUSTED) or "127.0.0.1,::1")  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client and client[0].startswith("::ffff:"):
            scope = dict(scope, client=(client[0].removeprefix("::ffff:"), client[1]))
        await self.app(scope, receive, send)  # type: ignore[arg-type]


class Metrics:
    """Hides how many visitors there are, and what they fill, unless the environment's CNNVIZ_METRICS says otherwise."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self.shown = bool(os.environ.get(SETTING))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hidden = scope.get("path", "").rstrip("/").endswith("/_stcore/metrics") and not self.shown
        await (Response(status_code=404) if hidden and scope["type"] == "http" else self.app)(scope, receive, send)


class Frames:
    """Closes a web socket that sends text, or bytes that are no message of Streamlit's, which answers them with a traceback in its log."""

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


class UploadLimit:
    """Refuses a session's uploads after UPLOADS_A_SESSION, and those that do not come within UPLOAD_SECONDS.

    Streamlit keeps each file until its session ends, which is noticed when another one begins. Where they and what has
    come of others are MOST_UPLOADED together, the oldest file is given up of a session that has ended, or else of the
    one that holds most. `held` says how many bytes are kept, `give_up` lets one file go and says whether there was one.
    """

    def __init__(self, app: ASGIApp, held: Callable[[], int] | None = None, give_up: Callable[[], bool] | None = None, seconds: float = 0.0):
        self.app, self.held, self.give_up = app, held or uploaded_bytes, give_up or give_up_a_file
        self.seconds = seconds or UPLOAD_SECONDS
        self.sent: OrderedDict[str, int] = OrderedDict()
        self.coming = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = re.search(r"/_stcore/upload_file/([^/]+)/", scope.get("path", ""))
        if session and scope.get("method") == "PUT":
            count = self.sent[session[1]] = self.sent.pop(session[1], 0) + 1
            while len(self.sent) > 10_000:
                self.sent.popitem(last=False)
            if count > UPLOADS_A_SESSION:
                sentence = say("ui.server.too_many_uploads", _reader(scope), n=UPLOADS_A_SESSION)
                await Response(sentence, 429, media_type="text/plain")(scope, receive, send)
                return
            await self._take(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a file on when all of it has come, if there is room for it beside what is held and what has come of others."""
        came: list[Message] = []
        try:
            refused = await self._refusal(came, receive, _reader(scope))
            await (refused or self.app)(scope, _replayed(came, receive), send)
        finally:
            self.coming -= sum(map(_length, came))

    async def _refusal(self, came: list[Message], receive: Receive, lang: str) -> Response | None:
        """Reads the whole request into `came`; an answer where there is no room for it, or it comes too slowly."""
        longest = int(st.get_option("server.maxUploadSize")) * 2**20 + _AROUND
        try:
            async with asyncio.timeout(self.seconds):
                while not came or came[-1].get("more_body"):
                    came.append(await receive())
                    self.coming += _length(came[-1])
                    if sum(map(_length, came)) > longest:
                        return Response(say("data.upload.too_long", lang, megabytes=longest // 10**6), 413, media_type="text/plain")
                    if not self._has_room():
                        return Response(say("ui.server.full", lang, n=2), 503, {"Retry-After": "120"}, "text/plain")
        except TimeoutError:
            return Response(say("ui.server.slow_upload", lang), 408, {"Connection": "close"}, "text/plain")
        return None

    def _has_room(self) -> bool:
        while self.held() + self.coming > MOST_UPLOADED:
            if not self.give_up():
                return False
        return True


def _length(message: Message) -> int:
    return len(message.get("body", b""))


def _replayed(messages: list[Message], receive: Receive) -> Receive:
    """Gives what has come already, then what comes."""
    waiting = iter(messages)

    async def receive_again() -> Message:
        return next(waiting, None) or await receive()

    return receive_again


def give_up_a_file() -> bool:
    """Lets go of the oldest file of a session that has ended, or else of the one that holds most; False where there is none."""
    if not runtime.exists():
        return False
    running = runtime.get_instance()
    manager: Any = running.uploaded_file_mgr  # the one that keeps files in memory
    files = getattr(manager, "file_storage", {})
    holding = {session: sum(len(file.data) for file in list(kept.values())) for session, kept in list(files.items()) if kept}
    if not holding:
        return False
    session = max(holding, key=lambda session: (not running.is_active_session(session), holding[session]))
    manager.remove_file(session, next(iter(files[session])))
    return True


def uploaded_bytes() -> int:
    """What Streamlit holds of files that were sent, 0 where it does not run."""
    if not runtime.exists():
        return 0
    files = getattr(runtime.get_instance().uploaded_file_mgr, "file_storage", {})
    return sum(len(file.data) for session in list(files.values()) for file in list(session.values()))
