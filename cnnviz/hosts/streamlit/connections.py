"""Connection limits that the web server lacks. Closes connections that send no request, never read the response, or
send an endless request."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import cache
from importlib import import_module
from itertools import count
from typing import Any

SILENT = 20.0
"""Seconds that a connection may stay open before its first request."""

UNREAD = 60.0
"""Seconds that a response may wait in memory while the client reads nothing."""

MOST_HEAD = 65_536
"""Size limit of a request's line and headers, and of a web socket message, in bytes. A setup with an uploaded image
takes 5,000."""

MOST_UNHEARD, SHORT_HEAD = 64_000_000, 8_192
"""Limit on the bytes of all incomplete heads, above which each must be as short as a browser's."""

MOST_FRAMES, READ = 100, 4_096
"""Limit of web socket frames that arrive together, and the bytes to parse before they are counted."""


@cache
def bound_connections() -> None:
    """Patch uvicorn to close connections that exceed these limits."""
    for module, name in (("h11_impl", "H11Protocol"), ("httptools_impl", "HttpToolsProtocol")):
        with contextlib.suppress(ImportError):  # httptools is optional
            _close_silent(getattr(import_module(f"uvicorn.protocols.http.{module}"), name))
    with contextlib.suppress(ImportError):
        _bound_heads(import_module("uvicorn.protocols.http.httptools_impl").HttpToolsProtocol)
    _bound_frames(import_module("uvicorn.protocols.websockets.websockets_sansio_impl").WebSocketsSansIOProtocol)


def _close_silent(protocol: Any) -> None:
    super_made, super_lost = protocol.connection_made, protocol.connection_lost

    def connection_made(self: Any, transport: asyncio.Transport) -> None:
        self.config.ws_max_size = MOST_HEAD  # Streamlit's limit for outgoing messages would apply to incoming ones, too
        super_made(self, transport)
        self.silence = self.loop.call_later(SILENT, close, self, transport)

    def connection_lost(self: Any, error: Exception | None) -> None:
        self.silence.cancel()  # the timer would keep a closed connection in memory
        super_lost(self, error)

    def close(self: Any, transport: asyncio.Transport) -> None:
        # otherwise there was a request, or it is a web socket
        if self.cycle is None and transport.get_protocol() is self:
            transport.abort()

    protocol.connection_made, protocol.connection_lost = connection_made, connection_lost
    _close_unread(protocol)


def _close_unread(protocol: Any) -> None:
    pause = protocol.pause_writing
    pause_counter = count()

    def pause_writing(self: Any) -> None:
        pause(self)
        self.pause = next(pause_counter)
        self.loop.call_later(UNREAD, close, self, self.pause, self.transport.get_write_buffer_size())

    def close(self: Any, pause: int, last_size: int) -> None:
        if self.pause != pause or not self.flow.write_paused or self.transport.is_closing():
            return
        if (buffer_size := self.transport.get_write_buffer_size()) >= last_size:
            self.transport.abort()
        else:
            self.loop.call_later(UNREAD, close, self, pause, buffer_size)

    protocol.pause_writing = pause_writing


def _bound_heads(protocol: Any) -> None:
    """Abort connections whose head or body part is incomplete after MOST_HEAD bytes, or that pipeline requests.

    Of uvicorn's parsers h11 limits heads by itself, but the faster httptools does not. Browsers and proxies do not
    pipeline.
    """
    on_received, on_lost, on_complete = protocol.data_received, protocol.connection_lost, protocol.on_headers_complete
    of_all = 0

    def set_unheard(self: Any, unheard: int) -> None:
        nonlocal of_all
        of_all += unheard - self.unheard
        self.unheard = unheard

    def count_calls(before: Callable[..., None]) -> Callable[..., None]:
        def receive_counted(self: Any, *body: bytes) -> None:
            set_unheard(self, 0)
            if self.unended:
                self.unended = self.unended.cancel()
            before(self, *body)

        return receive_counted

    def data_received(self: Any, data: bytes) -> None:
        set_unheard(self, self.unheard + len(data))
        on_received(self, data)
        if self.unheard and not self.unended:  # covers the time after a response, unlike the first limit
            self.unended = self.loop.call_later(SILENT, self.transport.abort)
        if self.unheard > (SHORT_HEAD if of_all > MOST_UNHEARD else MOST_HEAD):
            self.transport.abort()

    def on_headers_complete(self: Any) -> None:
        # allow one request ahead, since a client may read a response before the server has completed it
        if self.pipeline:
            raise ValueError  # also discards everything else that arrived with it
        on_complete(self)

    protocol.unheard, protocol.unended = 0, None
    protocol.data_received, protocol.connection_lost, protocol.on_headers_complete = data_received, count_calls(on_lost), count_calls(on_headers_complete)
    for name in ("on_body", "on_message_complete"):
        setattr(protocol, name, count_calls(getattr(protocol, name)))


def _bound_frames(protocol: Any) -> None:
    """Abort web sockets if MOST_FRAMES arrive together, or if they send pings without reading the answers."""
    on_received = protocol.data_received

    def count_calls(handle: Callable[..., None]) -> Callable[..., None]:
        def handle_counted(self: Any, *frame: Any) -> None:
            self.frames_at_once += 1
            handle(self, *frame)

        return handle_counted

    def data_received(self: Any, data: bytes) -> None:
        self.frames_at_once = 0
        for offset in range(0, len(data), READ):
            on_received(self, data[offset : offset + READ])
            if self.frames_at_once > MOST_FRAMES:
                self.transport.abort()
                break

    def handle_ping(self: Any) -> None:
        on_ping(self) if self.writable.is_set() else self.transport.abort()

    on_ping, protocol.handle_ping, protocol.data_received = protocol.handle_ping, handle_ping, data_received
    for name in ("handle_ping", "handle_pong", "handle_cont", "handle_text", "handle_bytes"):
        setattr(protocol, name, count_calls(getattr(protocol, name)))
