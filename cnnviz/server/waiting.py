"""Waiting in the event loop: for what a thread does, and only as long as somebody is there who asked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from starlette.requests import Request

Name = TypeVar("Name")
Made = TypeVar("Made")


def made_in_a_thread(make: Callable[[Name], Made]) -> Callable[[Name], Awaitable[Made]]:
    """`make`, done in a thread and once for each name, though many ask at the same time; what it raises is not kept."""
    kept: dict[Name, asyncio.Task[Made]] = {}

    async def made(name: Name) -> Made:
        if name not in kept:
            kept[name] = asyncio.create_task(asyncio.to_thread(make, name))
        task = kept[name]
        try:
            return await asyncio.shield(task)
        finally:
            if task.done() and (task.cancelled() or task.exception()):
                kept.pop(name, None)

    return made


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
