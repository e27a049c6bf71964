"""Waiting in the event loop: for what a thread does, and only as long as somebody is there who asked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import Future
from typing import Any

from starlette.requests import Request


async def done(future: Future[Any]) -> None:
    """Waits until a thread has set the future's result; who is cancelled leaves the future as it is."""
    loop = asyncio.get_running_loop()
    ended = loop.create_future()

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    def tell(_: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nothing is waited for any more
            loop.call_soon_threadsafe(end)

    future.add_done_callback(tell)
    await ended


@contextlib.asynccontextmanager
async def while_asked(request: Request) -> AsyncIterator[None]:
    """Cancels what is within it when the client is gone: asyncio.CancelledError comes out of it."""
    task = asyncio.current_task()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        if task is not None:
            task.cancel()

    watching = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if task is not None:
            task.uncancel()
        raise
    finally:
        watching.cancel()
