"""Rooms that several processes share, in Redis: each knows those that are followed in it, and hears of every move."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from cnnviz.core.recent import Recent
from cnnviz.ui.server.rooms.store import MOST_ROOMS, SILENCE, Room, StoreLost, TooManyRooms

if TYPE_CHECKING:
    from redis.asyncio import Redis

MOVED = "cnnviz:moved"
"""The channel on which a room's code is said when it has moved or ended."""
ROOMS = "cnnviz:rooms"
"""Every room's code, by when it last moved."""
TELL_EVERY, FORGOTTEN = 2.0, 10.0
"""Seconds between two words on how many follow here, and after which a process that says none counts no more."""
AGAIN_IN = 0.5


class Shared:
    """As `Memory`, for all processes that name the same Redis. Losing it loses no room that somebody follows."""

    def __init__(self, redis: Redis, most: int = MOST_ROOMS):
        self.redis, self.most = redis, most
        self.process = uuid.uuid4().hex
        self.known: Recent[str, Room] = Recent(10 * MOST_ROOMS)
        self.followed: set[Room] = set()
        self.tasks: list[asyncio.Task[None]] = []
        self.ready = asyncio.Event()

    async def open(self, code: str, driver: str, query: str) -> bool:
        self._begin()
        async with _found():
            now = time.time()
            await self.redis.zremrangebyscore(ROOMS, 0, now - SILENCE)
            if await self.redis.zcard(ROOMS) >= self.most:
                raise TooManyRooms
            if not await self.redis.hsetnx(_key(code), "driver", driver):
                return False
            await self._write(code, {"query": query, "number": 0})
            return True

    async def room(self, code: str) -> Room | None:
        self._begin()
        room = self.known.get(code)
        if room in self.followed and not room.ended:
            return room  # whoever follows hears of every move
        try:
            return await self._refresh(code)
        except StoreLost:
            if room and not room.ended:
                return room
            raise

    async def move(self, room: Room, query: str) -> int:
        # By the clock, so that no number comes twice, whatever Redis has forgotten.
        number = max(room.number + 1, int(1000 * time.time()))
        async with _found():
            await self._write(room.code, {"driver": room.driver, "query": query, "number": number})
            await self.redis.publish(MOVED, room.code)
        return number

    async def end(self, room: Room) -> None:
        async with _found():
            await self.redis.delete(_key(room.code), _followers(room.code))
            await self.redis.zrem(ROOMS, room.code)
            await self.redis.publish(MOVED, room.code)

    async def followers(self, room: Room) -> int:
        async with _found():
            told = await self.redis.hgetall(_followers(room.code))
        found = {process: json.loads(text) for process, text in told.items() if process != self.process}
        return room.followers + sum(count for count, at in found.values() if time.time() - at < FORGOTTEN)

    async def count(self, room: Room, by: int) -> None:
        room.followers += by
        self.followed.add(room) if room.followers else self.followed.discard(room)

    # ---- what happens meanwhile

    def _begin(self) -> None:
        """Starts to listen, in the loop that serves."""
        if not self.tasks:
            self.tasks = [asyncio.create_task(act()) for act in (self._listen, self._tell)]

    async def _listen(self) -> None:
        """Hears of moves; after Redis was lost, asks for all that was missed, and puts back what it has forgotten."""
        while not _cancelled():
            with contextlib.suppress(StoreLost):
                async with _found(), self.redis.pubsub() as heard:
                    await heard.subscribe(MOVED)
                    for room in list(self.followed):
                        await self._refresh(room.code, restore=True)
                    self.ready.set()
                    async for said in heard.listen():
                        room = self.known.get(str(said["data"]))
                        if said["type"] == "message" and room:
                            await self._refresh(room.code)
            self.ready.clear()
            await asyncio.sleep(AGAIN_IN)

    async def _tell(self) -> None:
        """Says how many follow here."""
        before: set[Room] = set()
        while not _cancelled():
            with contextlib.suppress(StoreLost):
                async with _found():
                    for room in before | self.followed:
                        text = json.dumps([room.followers, time.time()])
                        await self.redis.hset(_followers(room.code), self.process, text)
                        await self.redis.expire(_followers(room.code), int(FORGOTTEN))
                    before = set(self.followed)
            await asyncio.sleep(TELL_EVERY)

    async def _refresh(self, code: str, restore: bool = False) -> Room | None:
        """Brings what is known of a room up to date; None where there is none."""
        room = self.known.get(code)
        async with _found():
            found = await self.redis.hgetall(_key(code))
            if restore and room and int(found.get("number", -1)) < room.number:
                found = {"driver": room.driver, "query": room.query, "number": str(room.number)}
                await self._write(code, found)
        room = self.known.get(code)  # somebody else may have been quicker
        if "number" not in found:
            if room:
                room.ended = True
                room.wake()
            return None
        if room is None or room.ended:
            room = Room(code, found["driver"])
            self.known.put(code, room)
        if (int(found["number"]), found["query"]) != (room.number, room.query):
            room.number, room.query = int(found["number"]), found["query"]
            room.wake()
        return room

    async def _write(self, code: str, fields: dict) -> None:
        async with self.redis.pipeline() as all_or_nothing:
            all_or_nothing.hset(_key(code), mapping=fields)
            all_or_nothing.expire(_key(code), int(SILENCE))
            all_or_nothing.zadd(ROOMS, {code: time.time()})
            await all_or_nothing.execute()


def shared(url: str) -> Shared:
    """Rooms in the Redis of that address; ImportError where its client is not installed (`cnnviz[redis]`)."""
    from redis.asyncio import Redis

    return Shared(Redis.from_url(url, decode_responses=True, socket_connect_timeout=2, health_check_interval=10))


@contextlib.asynccontextmanager
async def _found() -> AsyncIterator[None]:
    """StoreLost where Redis does not answer."""
    from redis.exceptions import RedisError

    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreLost from error


def _cancelled() -> bool:
    """Whether this task is to end: a connection that is given up for that may raise something else on the way."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _key(code: str) -> str:
    return f"cnnviz:room:{code}"


def _followers(code: str) -> str:
    return f"cnnviz:room:{code}:followers"
