"""Limits of a connection, however it is used: those that ask nothing, read nothing, or say without end are closed; the web server would keep them."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import cache
from importlib import import_module
from itertools import count
from typing import Any

SILENT = 20.0
"""Seconds that a connection may be open without having asked for anything."""

UNREAD = 60.0
"""Seconds that what was answered may wait without anybody reading on: it is held in memory meanwhile."""

MOST_HEAD = 65_536
"""Bytes of a request's line and headers, and of one message of a session: a setup with an image of one's own is 5,000."""

MOST_UNHEARD, SHORT_HEAD = 64_000_000, 8_192
"""Bytes of all heads that have not ended, beyond which one has to be as short as a browser's."""

MOST_FRAMES, READ = 100, 4_096
"""Frames of a web socket that may come at once, and bytes that are read of them before they are counted."""


@cache
def bound_connections() -> None:
    """Has the web server close connections beyond these limits."""
    for module, name in (("h11_impl", "H11Protocol"), ("httptools_impl", "HttpToolsProtocol")):
        with contextlib.suppress(ImportError):  # the second one is there where httptools is
            _close_what_is_silent(getattr(import_module(f"uvicorn.protocols.http.{module}"), name))
    with contextlib.suppress(ImportError):
        _bound_heads(import_module("uvicorn.protocols.http.httptools_impl").HttpToolsProtocol)
    _bound_frames(import_module("uvicorn.protocols.websockets.websockets_sansio_impl").WebSocketsSansIOProtocol)


def _close_what_is_silent(protocol: Any) -> None:
    made, lost = protocol.connection_made, protocol.connection_lost

    def connection_made(self: Any, transport: asyncio.Transport) -> None:
        self.config.ws_max_size = MOST_HEAD  # for Streamlit a message that is sent may be as long as one that is heard
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
    """Has it give up connections on which MOST_HEAD bytes have come without a head's end, or a part of a body, or two requests before another is answered.

    The web server's own parser bounds heads by itself (h11), the quick one does not (httptools). Browsers and proxies ask one after the other.
    """
    received, lost, complete = protocol.data_received, protocol.connection_lost, protocol.on_headers_complete
    of_all = 0

    def set_unheard(self: Any, unheard: int) -> None:
        nonlocal of_all
        of_all += unheard - self.unheard
        self.unheard = unheard

    def counted(before: Callable[..., None]) -> Callable[..., None]:
        def heard(self: Any, *body: bytes) -> None:
            set_unheard(self, 0)
            if self.unended:
                self.unended = self.unended.cancel()
            before(self, *body)

        return heard

    def data_received(self: Any, data: bytes) -> None:
        set_unheard(self, self.unheard + len(data))
        received(self, data)
        if self.unheard and not self.unended:  # also after an answer, which a connection's silence before its first request knows nothing of
            self.unended = self.loop.call_later(SILENT, self.transport.abort)
        if self.unheard > (SHORT_HEAD if of_all > MOST_UNHEARD else MOST_HEAD):
            self.transport.abort()

    def on_headers_complete(self: Any) -> None:
        if self.pipeline:  # the first one ahead may be asked by who has read an answer whose end the web server has still to write down
            raise ValueError  # which ends what has come with it, too
        complete(self)

    protocol.unheard, protocol.unended = 0, None
    protocol.data_received, protocol.connection_lost, protocol.on_headers_complete = data_received, counted(lost), counted(on_headers_complete)
    for name in ("on_body", "on_message_complete"):
        setattr(protocol, name, counted(getattr(protocol, name)))


def _bound_frames(protocol: Any) -> None:
    """Has it give up web sockets of which MOST_FRAMES come at once, or that ask whether it is there and do not read its answers."""
    received = protocol.data_received

    def counted(handle: Callable[..., None]) -> Callable[..., None]:
        def handled(self: Any, *frame: Any) -> None:
            self.frames_at_once += 1
            handle(self, *frame)

        return handled

    def data_received(self: Any, data: bytes) -> None:
        self.frames_at_once = 0
        for at in range(0, len(data), READ):
            received(self, data[at : at + READ])
            if self.frames_at_once > MOST_FRAMES:
                self.transport.abort()
                break

    def handle_ping(self: Any) -> None:
        ping(self) if self.writable.is_set() else self.transport.abort()

    ping, protocol.handle_ping, protocol.data_received = protocol.handle_ping, handle_ping, data_received
    for name in ("handle_ping", "handle_pong", "handle_cont", "handle_text", "handle_bytes"):
        setattr(protocol, name, counted(getattr(protocol, name)))
