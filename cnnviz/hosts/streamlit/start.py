"""Start-up and shutdown of the server."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import config

from cnnviz.core.runtime.threads import keep_one_blas_thread
from cnnviz.data import keras_cache
from cnnviz.data.disabled_features import disabled_kinds
from cnnviz.hosts.streamlit.connections import bound_connections
from cnnviz.hosts.streamlit.preload import keep_for_good, load
from cnnviz.server.embedding import embedders
from cnnviz.server.malloc import cap_arenas, trim_heap

SCRIPT = Path(__file__).with_name("navigation.py")
"""The script that Streamlit runs for every visitor."""

FILES = (65_536, 10_240)
"""Limits of open files to try, largest first: a visitor takes four, and macOS may allow only the second."""

SWITCH = 0.001
"""Thread switch interval in seconds. Python's default of 5 ms would delay a request several times."""

_AT_THE_END: list[Callable[[], None]] = []


def on_shutdown(callback: Callable[[], None]) -> None:
    """Register `callback` to be called in the event loop when the server is told to stop, to close open streams."""
    _AT_THE_END.append(callback)


@contextlib.asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, object]]:
    """Lifespan context of `st.App`, which prepares the server before the first visitor."""
    disabled_kinds()  # an invalid value ends the server here
    load()
    raise_file_limit()
    keep_one_blas_thread()
    sys.setswitchinterval(SWITCH)
    disable_nagle(asyncio.get_running_loop())
    bound_connections()
    handle_signals(asyncio.get_running_loop())
    if embedders():
        # In a frame on another host the cookie for this check is never sent. `Origins` ensures that only our own
        # pages send files.
        config.set_option("server.enableXsrfProtection", False)
    with keras_cache.use_private_folder() or contextlib.nullcontext():
        keep_for_good()
        cap_arenas()
        trim_heap()
        yield {}


def raise_file_limit() -> None:
    """Raise the limit of open files as far as allowed. The default is exhausted by 62 to 254 visitors."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for files in FILES:
        limit = files if hard == resource.RLIM_INFINITY else min(files, hard)
        with contextlib.suppress(ValueError, OSError):
            if soft != resource.RLIM_INFINITY and soft < limit:
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            return


def handle_signals(loop: asyncio.AbstractEventLoop) -> None:
    """Call the functions of `on_shutdown` before the server's own signal handlers, which would wait for open streams."""

    def begin() -> None:
        for callback in _AT_THE_END:
            callback()

    def wrap_handler(before: Callable[..., object]) -> Callable[..., None]:
        def heard(*signal_and_frame: object) -> None:
            loop.call_soon_threadsafe(begin)
            before(*signal_and_frame)

        return heard

    for name in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(name)
        with contextlib.suppress(ValueError):  # signals can only be handled in the main thread
            if callable(before):
                signal.signal(name, wrap_handler(before))


def disable_nagle(loop: asyncio.AbstractEventLoop) -> None:
    """Set TCP_NODELAY on every connection, so that it sends at once instead of waiting up to 40 ms for more data.

    asyncio does so by itself, but not for a socket that was created without a protocol number, as Streamlit's is.
    Accepted connections inherit the option from the listening socket.
    """
    create: Any = loop.create_server

    async def create_server(*arguments: Any, sock: socket.socket | None = None, **options: Any) -> asyncio.Server:
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server: asyncio.Server = await create(*arguments, sock=sock, **options)
        return server

    with contextlib.suppress(AttributeError):  # uvloop's loop is immutable and does not need it
        loop.create_server = create_server  # type: ignore[method-assign]  # that is what this is about
