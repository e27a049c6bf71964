"""Rooms that several processes share, in Redis: each knows those that are followed in it, and hears of every move."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from cnnviz.core.recent import Recent
from cnnviz.ui.server.rooms.rules import Poll
from cnnviz.ui.server.rooms.store import (
    IDLE,
    MOST_DEVICES,
    MOST_ROOMS,
    SILENCE,
    Ballot,
    Room,
    StoreLost,
    TooManyRooms,
    TooManyVotes,
    cast,
    forget_ballots,
    takes,
)

if TYPE_CHECKING:
    from redis.asyncio import Redis

MOVED = "cnnviz:moved"
"""The channel on which a room's code is said when it has moved or ended."""
ROOMS = "cnnviz:rooms"
"""Every room's code, by when it last moved."""
TELL_EVERY, FORGOTTEN = 2.0, 10.0
"""Seconds between two words on how many follow here, and after which a process that says none counts no more."""
AGAIN_IN = 0.5
AT_ONCE = 40
"""Questions to Redis at a time, each of which takes a connection of its own."""
NO_POLL = "-"
"""Where a room has no question any more."""


class Shared:
    """As `Memory`, for all processes that name the same Redis. Losing it loses no room that somebody follows."""

    def __init__(self, redis: Redis, most: int = MOST_ROOMS):
        self.redis, self.most = redis, most
        self.process = uuid.uuid4().hex
        self.known: Recent[str, Room] = Recent(10 * MOST_ROOMS)
        self.followed: set[Room] = set()
        self.tasks: list[asyncio.Task[None]] = []
        self.ready = asyncio.Event()
        self.turns = asyncio.Semaphore(AT_ONCE)
        self.coming: dict[str, asyncio.Task[Room | None]] = {}
        self.reading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.kept = 0
        self.cast: list[tuple[Room, Poll, str, float, asyncio.Future[bool]]] = []
        self.casting: asyncio.Task[None] | None = None

    async def open(self, code: str, driver: str, query: str) -> bool:
        self._begin()
        async with _found():
            now = time.time()
            await self.redis.zremrangebyscore(ROOMS, 0, now - SILENCE)
            if await self.redis.zcard(ROOMS) >= self.most:
                await self._give_up_idle(now)
            if not await self.redis.hsetnx(_key(code), "driver", driver):
                return False
            await self._write(code, {"query": query, "number": 0})
            return True

    async def _give_up_idle(self, now: float) -> None:
        """Ends a room that nobody follows and nobody has moved for long. Raises TooManyRooms."""
        for code in await self.redis.zrangebyscore(ROOMS, 0, now - IDLE, start=0, num=AT_ONCE):
            if not await self.redis.exists(_followers(code)):
                await self.redis.delete(_key(code))
                await self.redis.zrem(ROOMS, code)
                await self.redis.publish(MOVED, code)
                return
        raise TooManyRooms

    async def room(self, code: str) -> Room | None:
        self._begin()
        room = self.known.get(code)
        if room in self.followed and not room.ended:
            return room  # whoever follows hears of every move
        try:
            return await self._looked_up(code)
        except StoreLost:
            if room and not room.ended:
                return room
            raise

    async def renew(self, room: Room) -> None:
        await self._looked_up(room.code)

    async def _looked_up(self, code: str) -> Room | None:
        """As it is now: all who ask while it is being read share the next reading."""
        coming = self.coming.get(code)
        if coming is None:

            async def read() -> Room | None:
                async with self.reading.setdefault(code, asyncio.Lock()), self.turns:
                    self.coming.pop(code, None)
                    return await self._refresh(code)

            coming = self.coming[code] = asyncio.create_task(read())
        return await asyncio.shield(coming)

    async def move(self, room: Room, query: str) -> int:
        # By the clock, so that no number comes twice, whatever Redis has forgotten.
        number = max(room.number + 1, int(1000 * time.time()))
        async with _found():
            await self._write(room.code, {"driver": room.driver, "query": query, "number": number})
            await self.redis.publish(MOVED, room.code)
        return number

    async def end(self, room: Room) -> None:
        async with _found():
            await self.redis.delete(_key(room.code), _followers(room.code), *_all_ballots(room.code, room.poll))
            await self.redis.zrem(ROOMS, room.code)
            await self.redis.publish(MOVED, room.code)

    async def followers(self, room: Room) -> tuple[int, int]:
        async with self.turns, _found():
            told = await self.redis.hgetall(_followers(room.code))
        others = [json.loads(text) for process, text in told.items() if process != self.process]
        there = [(count, alone) for count, alone, at in others if time.time() - at < FORGOTTEN]
        return room.followers + sum(count for count, _ in there), room.alone + sum(alone for _, alone in there)

    async def count(self, room: Room, by: int, alone: bool = False) -> None:
        room.followers += by
        room.alone += by * alone
        self.followed.add(room) if room.followers else self.followed.discard(room)
        if not room.followers:
            self.kept -= forget_ballots(room)  # only who hears of every change puts anything back

    async def ask(self, room: Room, poll: Poll | None) -> None:
        async with _found():
            if room.poll and (poll is None or poll.number != room.poll.number):
                await self.redis.delete(*_all_ballots(room.code, room.poll))
            await self._write(room.code, {"poll": poll.written if poll else NO_POLL})
            self._polled(room, poll)
            room.wake()
            await self.redis.publish(MOVED, room.code)

    async def vote(self, room: Room, poll: Poll, device: str, answer: float) -> bool:
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.cast.append((room, poll, device, answer, done))
        if self.casting is None or self.casting.done():
            self.casting = asyncio.create_task(self._cast_all())
        return await done

    async def ballots(self, room: Room, poll: Poll) -> list[Ballot]:
        async with self.turns, _found():
            found = [await self.redis.hgetall(_ballot(room.code, poll, round)) for round in range(1, poll.round + 1)]
        return [{device: float(answer) for device, answer in ballot.items()} for ballot in found]

    async def votes(self, room: Room, poll: Poll) -> int:
        async with self.turns, _found():
            return int(await self.redis.hlen(_ballot(room.code, poll, poll.round)))

    # ---- answers, all that have come meanwhile at once

    async def _cast_all(self) -> None:
        while self.cast:
            waiting, self.cast = self.cast, []
            together: dict[tuple[str, int, int], list] = {}
            for vote in waiting:
                together.setdefault((vote[0].code, vote[1].number, vote[1].round), []).append(vote)
            for votes in together.values():
                try:
                    async with _found():
                        taken = await self._cast(votes[0][0], votes[0][1], {device: answer for _, _, device, answer, _ in votes})
                except (StoreLost, TooManyVotes) as error:
                    taken = error
                for *_, done in votes:
                    if not done.done():  # whoever asked may be gone
                        done.set_result(taken) if isinstance(taken, bool) else done.set_exception(taken)

    async def _cast(self, room: Room, poll: Poll, answers: Ballot) -> bool:
        """Writes answers to one round, if it is open as they are written."""
        from redis.exceptions import WatchError

        name = _ballot(room.code, poll, poll.round)
        while True:
            async with self.redis.pipeline() as pipe:
                await pipe.watch(_key(room.code))
                asked = await pipe.hget(_key(room.code), "poll")
                if asked is None:
                    raise StoreLost  # it was started again, and nobody has told it yet
                if not takes(_poll(asked), poll):
                    return False
                fresh = (await pipe.hmget(name, list(answers))).count(None)
                if fresh and await pipe.hlen(name) + fresh > MOST_DEVICES:
                    raise TooManyVotes
                pipe.multi()
                pipe.hset(name, mapping={device: str(answer) for device, answer in answers.items()})
                pipe.expire(name, int(SILENCE))
                try:
                    await pipe.execute()
                except WatchError:
                    continue  # the question went on meanwhile: perhaps it is closed
            if takes(room.poll, poll) and room in self.followed:
                for device, answer in answers.items():
                    with contextlib.suppress(TooManyVotes):  # then this process cannot put it back, and that is all
                        self.kept += cast(room, poll.round, device, answer, self.kept)
            return True

    def _polled(self, room: Room, poll: Poll | None) -> None:
        """The question as far as it has come, as this process knows it now."""
        if room.poll and (poll is None or poll.number != room.poll.number):
            self.kept -= forget_ballots(room)
        room.poll, room.asked = poll, True

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
                        text = json.dumps([room.followers, room.alone, time.time()])
                        await self.redis.hset(_followers(room.code), self.process, text)
                        await self.redis.expire(_followers(room.code), int(FORGOTTEN))
                    before = set(self.followed)
            await asyncio.sleep(TELL_EVERY)

    async def _refresh(self, code: str, restore: bool = False) -> Room | None:
        """Brings what is known of a room up to date; None where there is none."""
        room = self.known.get(code)
        async with _found():
            found = await self.redis.hgetall(_key(code))
            if restore and room and not room.ended:
                known = _known_here(found, room)
                found |= known
                await self._put_back(room, known, _poll(found.get("poll")))
        room = self.known.get(code)  # somebody else may have been quicker
        if "number" not in found:
            if room:
                room.ended = True
                self.kept -= forget_ballots(room)
                room.wake()
            return None
        if room is None or room.ended:
            room = Room(code, found["driver"])
            self.known.put(code, room)
        number, query, poll = int(found["number"]), found["query"], _poll(found.get("poll"))
        if (number, query, poll, "poll" in found) != (room.number, room.query, room.poll, room.asked):
            room.number, room.query = number, query
            if "poll" in found:
                self._polled(room, poll)
            room.wake()
        return room

    async def _put_back(self, room: Room, known: dict[str, str], poll: Poll | None) -> None:
        """Gives Redis again what it has forgotten of a room, and what was answered here: others may have given it theirs before."""
        if known:
            await self._write(room.code, known)
        if room.poll is None or poll is None or poll.number != room.poll.number:
            return
        async with self.redis.pipeline() as all_or_nothing:
            for round, ballot in room.ballots.items():
                name = _ballot(room.code, poll, round)
                for device, answer in ballot.items():
                    all_or_nothing.hsetnx(name, device, str(answer))
                all_or_nothing.expire(name, int(SILENCE))
            await all_or_nothing.execute()

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


def _ballot(code: str, poll: Poll, round: int) -> str:
    return f"cnnviz:room:{code}:ballot:{poll.number}:{round}"


def _all_ballots(code: str, poll: Poll | None) -> list[str]:
    return [_ballot(code, poll, round) for round in range(1, poll.round + 1)] if poll else []


def _poll(text: str | None) -> Poll | None:
    return Poll.read(text) if text and text != NO_POLL else None


def _known_here(found: dict[str, str], room: Room) -> dict[str, str]:
    """What this process knows of a room and Redis does not: where it is, and its question, each by its own number."""
    known = {}
    if int(found.get("number", -1)) < room.number:
        known = {"driver": room.driver, "query": room.query, "number": str(room.number)}
    there, asked = _poll(found.get("poll")), found.get("poll")
    if room.poll and asked != NO_POLL and (there is None or (there.number, there.turn) < (room.poll.number, room.poll.turn)):
        known["poll"] = room.poll.written
    elif room.asked and asked is None:
        known["poll"] = NO_POLL
    return known
