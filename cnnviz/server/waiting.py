"""Waiting in the event loop: for threads, and only while the client is connected."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from starlette.requests import Request

Name = TypeVar("Name")
Value = TypeVar("Value")


def cached_in_thread(make: Callable[[Name], Value]) -> Callable[[Name], Awaitable[Value]]:
    """Return `make` as a coroutine function that calls it in a thread, once for each name. Errors are not cached."""
    tasks: dict[Name, asyncio.Task[Value]] = {}

    async def make_cached(name: Name) -> Value:
        if name not in tasks:
            tasks[name] = asyncio.create_task(asyncio.to_thread(make, name))
        task = tasks[name]
        try:
            return await asyncio.shield(task)
        finally:
            if task.done() and (task.cancelled() or task.exception()):
                tasks.pop(name, None)

    return make_cached


async def wait_for_thread(future: Future[Any]) -> None:
    """Wait until a thread has set the future's result. Cancelling the wait does not cancel the future."""
    loop = asyncio.get_running_loop()
    ended = loop.create_future()

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    def tell(_: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed, so nothing waits any more
            loop.call_soon_threadsafe(end)

    future.add_done_callback(tell)
    await ended


@contextlib.asynccontextmanager
async def while_connected(request: Request) -> AsyncIterator[None]:
    """Cancel the block if the client disconnects; asyncio.CancelledError leaves the context."""
    task = asyncio.current_task()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        if task is not None:
            task.cancel()

    watch_task = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if task is not None:
            task.uncancel()
        raise
    finally:
        watch_task.cancel()
