"""The start of the server."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import config

from cnnviz.core.threads import keep_one_blas_thread
from cnnviz.data import keras_cache
from cnnviz.data.forbidden import forbidden
from cnnviz.hosts.streamlit.preload import keep_for_good, load
from cnnviz.server.embedding import embedders

SCRIPT = Path(__file__).with_name("navigation.py")
"""The script that Streamlit runs for every visitor."""

FILES = (65_536, 10_240)
"""Files that may be open at once, the most first: a visitor takes four, and macOS allows no more than the second."""


SILENT = 20.0
"""Seconds that a connection may be open without having asked for anything."""

SWITCH = 0.001
"""Seconds that work in another thread may go on while somebody is to be answered; Python's own 5 ms add up, several times a request."""

UNREAD = 60.0
"""Seconds that what was answered may wait without anybody reading on: it is held in memory meanwhile."""

MOST_HEAD = 65_536
"""Bytes of a request's line and headers."""

_AT_THE_END: list[Callable[[], None]] = []


def at_the_end(act: Callable[[], None]) -> None:
    """Has `act` called, in the event loop, when the server is told to stop: connections that are held are let go."""
    _AT_THE_END.append(act)


@contextlib.asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, object]]:
    """For `st.App`: before the first visitor is let in."""
    forbidden()  # a word that is none ends it here
    load()
    raise_file_limit()
    keep_one_blas_thread()
    sys.setswitchinterval(SWITCH)
    send_at_once(asyncio.get_running_loop())
    close_what_asks_nothing()
    hear_the_end(asyncio.get_running_loop())
    if embedders():
        # In a frame on another host the cookie of this check never arrives. That only our own pages may
        # send files is what `Origins` sees to, without one.
        config.set_option("server.enableXsrfProtection", False)
    with keras_cache.claim() or contextlib.nullcontext():
        keep_for_good()
        yield {}


def raise_file_limit() -> None:
    """Has the system allow as many open files as it may; what it allows at first ends at 62 to 254 visitors."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for files in FILES:
        most = files if hard == resource.RLIM_INFINITY else min(files, hard)
        with contextlib.suppress(ValueError, OSError):
            if soft != resource.RLIM_INFINITY and soft < most:
                resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            return


def hear_the_end(loop: asyncio.AbstractEventLoop) -> None:
    """Has the server's own answer to a signal come after what is to be done `at_the_end`; it would wait for streams."""

    def begin() -> None:
        for act in _AT_THE_END:
            act()

    def hearing(before: Callable[..., object]) -> Callable[..., None]:
        def heard(*signal_and_frame: object) -> None:
            loop.call_soon_threadsafe(begin)
            before(*signal_and_frame)

        return heard

    for name in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(name)
        with contextlib.suppress(ValueError):  # signals reach the first thread alone
            if callable(before):
                signal.signal(name, hearing(before))


def send_at_once(loop: asyncio.AbstractEventLoop) -> None:
    """Has every connection send what it has at once (TCP_NODELAY), instead of waiting up to 40 ms for more.

    asyncio would do so by itself, but not for a socket that was made without naming its protocol, as
    Streamlit's is. A connection has it from the socket that it came in by.
    """
    create: Any = loop.create_server

    async def create_server(*arguments: Any, sock: socket.socket | None = None, **options: Any) -> asyncio.Server:
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server: asyncio.Server = await create(*arguments, sock=sock, **options)
        return server

    with contextlib.suppress(AttributeError):  # uvloop's cannot be changed, and need not be
        loop.create_server = create_server  # type: ignore[method-assign]  # that is what this is about


@cache
def close_what_asks_nothing() -> None:
    """Has the web server close connections on which no whole request comes within SILENT seconds, or one without end, or whose answer is not read: it would keep them."""
    for module, name in (("h11_impl", "H11Protocol"), ("httptools_impl", "HttpToolsProtocol")):
        with contextlib.suppress(ImportError):  # the second one is there where httptools is
            _close_what_is_silent(getattr(import_module(f"uvicorn.protocols.http.{module}"), name))
    with contextlib.suppress(ImportError):
        _bound_heads(import_module("uvicorn.protocols.http.httptools_impl").HttpToolsProtocol)


def _close_what_is_silent(protocol: Any) -> None:
    made, lost = protocol.connection_made, protocol.connection_lost

    def connection_made(self: Any, transport: asyncio.Transport) -> None:
        made(self, transport)
        self.silence = self.loop.call_later(SILENT, close, self, transport)

    def connection_lost(self: Any, error: Exception | None) -> None:
        self.silence.cancel()  # which would keep all of a closed connection until then
        lost(self, error)

    def close(self: Any, transport: asyncio.Transport) -> None:
        if self.cycle is None and transport.get_protocol() is self:  # else it was asked something, or is a web socket now
            transport.abort()

    protocol.connection_made, protocol.connection_lost = connection_made, connection_lost
    _close_what_is_unread(protocol)


def _close_what_is_unread(protocol: Any) -> None:
    pause = protocol.pause_writing
    pauses = count()

    def pause_writing(self: Any) -> None:
        pause(self)
        self.pause = next(pauses)
        self.loop.call_later(UNREAD, close, self, self.pause, self.transport.get_write_buffer_size())

    def close(self: Any, pause: int, waited: int) -> None:
        if self.pause != pause or not self.flow.write_paused or self.transport.is_closing():
            return
        if (waits := self.transport.get_write_buffer_size()) >= waited:
            self.transport.abort()
        else:
            self.loop.call_later(UNREAD, close, self, pause, waits)

    protocol.pause_writing = pause_writing


def _bound_heads(protocol: Any) -> None:
    """Has it give up connections on which MOST_HEAD bytes have come without a head's end, or a part of a body: it would keep them all.

    The web server's own parser does so by itself (h11), the quick one does not (httptools).
    """

    def counted(name: str) -> Callable[..., None]:
        before = getattr(protocol, name)

        def heard(self: Any, *body: bytes) -> None:
            self.unheard = 0
            before(self, *body)

        return heard

    received = protocol.data_received

    def data_received(self: Any, data: bytes) -> None:
        self.unheard += len(data)
        received(self, data)
        if self.unheard > MOST_HEAD and self.transport.get_protocol() is self:  # else it is a web socket now
            self.transport.abort()

    protocol.unheard = 0
    protocol.data_received = data_received
    for name in ("on_headers_complete", "on_body", "on_message_complete"):
        setattr(protocol, name, counted(name))
