"""A store of rooms in Redis, for several processes. Each process caches the rooms that are followed in it, and is
notified of every move."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from cnnviz.core.runtime.lru_cache import LruCache
from cnnviz.rooms.exploring import place_of
from cnnviz.rooms.poll import Poll
from cnnviz.rooms.redis_keys import (
    ALL,
    ANSWERED,
    DECKS,
    MARK,
    MOVED,
    NO_POLL,
    ROOMS,
    Found,
    answers_in,
    been_name,
    deck_digest,
    deck_mark,
    deck_name,
    ended_name,
    followers_in,
    joined_name,
    lost_name,
    names_of_answers,
    names_of_room,
    reachable,
    records_name,
    room_in,
    room_name,
    streamed_name,
)
from cnnviz.rooms.redis_keys import followers_name as _followers
from cnnviz.rooms.shared_votes import SharedVotes
from cnnviz.rooms.store import (
    IDLE,
    MOST_BEEN,
    MOST_DECKS,
    MOST_DEVICES,
    MOST_RECORDS,
    MOST_ROOMS,
    SILENCE,
    Ballot,
    Room,
    StoreLost,
    TooManyRooms,
    TooManyVotes,
    Unreadable,
    address_digest,
    first_number,
    goes_on,
    may_join,
)

if TYPE_CHECKING:
    from redis.asyncio import Redis

TELL_EVERY, FORGOTTEN = 2.0, 10.0
"""Seconds between two reports of the followers of this process, and the age at which a report no longer counts."""
AGAIN_IN = 0.5
_LOG = logging.getLogger(__name__)
AT_ONCE = 40
"""Number of concurrent commands to Redis, each of which takes a connection."""


class RedisStore:
    """A store like `MemoryStore`, for all processes that use the same Redis. If Redis loses its data, rooms with
    followers are restored."""

    def __init__(self, redis: Redis, most: int = MOST_ROOMS):
        self.redis: Any = redis  # redis-py's types ignore decode_responses, which makes all responses str
        self.most = most
        self.process = uuid.uuid4().hex
        self.known: LruCache[str, Room] = LruCache(10 * MOST_ROOMS)
        self.followed: set[Room] = set()
        self.tasks: list[asyncio.Task[None]] = []
        self.ready = asyncio.Event()
        self.turns = asyncio.Semaphore(AT_ONCE)
        self.coming: dict[str, asyncio.Task[Room | None]] = {}
        self.reading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.mark: str | None = None
        self.answers = SharedVotes(redis, self.followed.__contains__, self._restored)

    async def open(self, code: str, presenter: str, query: str) -> bool:
        self._begin()
        async with reachable():
            now = time.time()
            await self.redis.zremrangebyscore(ROOMS, 0, now - SILENCE)
            if await self.redis.zcard(ROOMS) >= self.most:
                await self._give_up_idle(now)
            if not await self.redis.hsetnx(room_name(code), "driver", presenter):
                return False
            await self._write(code, {"query": query, "number": first_number()})
            await self._note_place(code, query)
            return True

    async def _give_up_idle(self, now: float) -> None:
        """End an idle room without followers. Raise TooManyRooms if there is none."""
        for code in await self.redis.zrangebyscore(ROOMS, 0, now - IDLE, start=0, num=AT_ONCE):
            if not await self.redis.exists(_followers(code)):
                await self._delete(code)
                return
        raise TooManyRooms

    async def _delete(self, code: str, poll: Poll | None = None, mark: str = "") -> None:
        """Delete a room in one transaction, since a room that is missing but listed in ROOMS counts as lost and is
        restored."""
        async with self.redis.pipeline() as all_or_nothing:
            all_or_nothing.delete(*names_of_room(code, poll))
            all_or_nothing.set(ended_name(code), "1", ex=int(10 * FORGOTTEN))
            all_or_nothing.zrem(ROOMS, code)
            all_or_nothing.zrem(DECKS, mark)
            all_or_nothing.publish(MOVED, code)
            await all_or_nothing.execute()

    async def room(self, code: str) -> Room | None:
        self._begin()
        room = self.known.get(code)
        if room in self.followed and not room.ended:
            return room  # followed rooms are notified of every move
        try:
            return await self._looked_up(code)
        except StoreLost:
            if room and not room.ended:
                return room
            raise

    async def renew(self, room: Room) -> None:
        await self._looked_up(room.code)

    async def _looked_up(self, code: str) -> Room | None:
        """Return the current state. Requests that arrive during a read share the next one."""
        coming = self.coming.get(code)
        if coming is None:

            async def read() -> Room | None:
                async with self.reading.setdefault(code, asyncio.Lock()), self.turns:
                    self.coming.pop(code, None)
                    return await self._refresh(code)

            coming = self.coming[code] = asyncio.create_task(read())
        return await asyncio.shield(coming)

    async def move(self, room: Room, query: str, screen: str | None = None) -> int:
        number = max(room.number + 1, first_number())
        where = {"driver": room.presenter, "query": query, "number": number}
        given = {"screen": room.screen if screen is None else screen, "script": deck_digest(room.deck)} if room.deck else {}
        async with reachable():
            await self._write(room.code, where | given)
            await self._note_place(room.code, query)
            await self._keep_deck(room)
            if goes_on(room, screen):
                await self.redis.delete(lost_name(room.code))
            await self.redis.publish(MOVED, room.code)
        return number

    async def give(self, room: Room, deck: str) -> None:
        async with reachable():
            await self.redis.zremrangebyscore(DECKS, 0, time.time() - SILENCE)
            marks = [text.partition(" ") for text in await self.redis.zrange(DECKS, 0, -1)]
            if len(deck) + sum(int(size) for code, _, size in marks if code != room.code) > MOST_DECKS:
                raise TooManyRooms
            await self.redis.zrem(DECKS, deck_mark(room.code, room.deck))
            room.deck, room.screen = deck, ""
            await self.redis.delete(deck_name(room.code))
            await self._keep_deck(room)
            await self._write(room.code, {"screen": "", "script": deck_digest(deck)})
            room.wake()
            await self.redis.publish(MOVED, room.code)

    async def _keep_deck(self, room: Room) -> None:
        """Store the deck under its own key, since the room's hash is read at every move."""
        if not room.deck:
            return
        if not await self.redis.exists(deck_name(room.code)):
            await self.redis.set(deck_name(room.code), room.deck, ex=int(SILENCE))
        await self.redis.zadd(DECKS, {deck_mark(room.code, room.deck): time.time()})

    async def end(self, room: Room) -> None:
        async with reachable():
            await self._delete(room.code, room.poll, deck_mark(room.code, room.deck))

    async def followers(self, room: Room) -> tuple[int, int]:
        async with self.turns, reachable():
            told = await self.redis.hgetall(_followers(room.code))
        others = [followers_in(text) for process, text in told.items() if process != self.process]
        there = [(count, alone) for count, alone, at in others if time.time() - at < FORGOTTEN]
        return room.followers + sum(count for count, _ in there), room.alone + sum(alone for _, alone in there)

    async def count(self, room: Room, by: int, alone: bool = False) -> None:
        room.followers += by
        room.alone += by * alone
        watched = room.followers or room.streams
        self.followed.add(room) if watched else self.followed.discard(room)
        if not watched:
            self.answers.forget(room)  # without followers this process misses changes, so it must not restore answers

    async def stream(self, room: Room, address: str) -> None:
        name = address_digest(room, address)
        async with self.turns, reachable():
            await self._stream(room, {name: 1})
        room.streamed[name] += 1

    async def _stream(self, room: Room, counts: Mapping[str, int]) -> None:
        async with self.redis.pipeline() as together:
            for name, count in counts.items():
                together.hincrby(streamed_name(room.code), name, count)
            together.expire(streamed_name(room.code), int(SILENCE))
            await together.execute()

    async def join(self, room: Room, address: str, spare: Callable[[], bool]) -> bool:
        name, joined = address_digest(room, address), joined_name(room.code)
        async with self.turns, reachable():
            streams = int(await self.redis.hget(streamed_name(room.code), name) or 0)
            held, total = await self._joins(joined, name, 1)  # count first, so that no concurrent request is missed
            if may_join(streams, held - 1, total - 1, spare):
                return True
            await self._joins(joined, name, -1)
            return False

    async def _joins(self, joined: str, name: str, by: int) -> tuple[int, int]:
        """Add `by` to the devices of an address. Return the number of the address, and of all."""
        async with self.redis.pipeline() as together:
            together.hincrby(joined, name, by)
            together.hincrby(joined, ALL, by)
            together.expire(joined, int(SILENCE))
            held, total, _ = await together.execute()
        return int(held), int(total)

    async def ask(self, room: Room, poll: Poll | None) -> None:
        async with reachable():
            if room.poll and (poll is None or poll.number != room.poll.number):
                await self.redis.delete(*names_of_answers(room.code, room.poll))
            await self._write(room.code, {"poll": poll.written if poll else NO_POLL})
            self._polled(room, poll)
            room.wake()
            await self.redis.publish(MOVED, room.code)

    async def vote(self, room: Room, poll: Poll, device: str, answer: float) -> bool:
        return await self.answers.vote(room, poll, device, answer)

    async def place(self, room: Room, poll: Poll, device: str) -> float | None:
        async with self.turns:
            place = await self.answers.place(room, poll, device)
        return place if await self.vote(room, poll, device, place) else None

    async def lose(self, room: Room, device: str, lost: bool) -> None:
        name = lost_name(room.code)
        async with self.turns, reachable():
            if lost and await self.redis.scard(name) >= MOST_DEVICES:
                raise TooManyVotes
            await (self.redis.sadd if lost else self.redis.srem)(name, device)
            await self.redis.expire(name, int(SILENCE))

    async def lost(self, room: Room) -> int:
        async with self.turns, reachable():
            return int(await self.redis.scard(lost_name(room.code)))

    async def order(self, room: Room, **order: str) -> None:
        async with reachable():
            await self._write(room.code, order)
            await self.redis.publish(MOVED, room.code)

    async def _note_place(self, code: str, query: str) -> None:
        await self.redis.zadd(been_name(code), {place_of(query): time.time()})
        await self.redis.zremrangebyrank(been_name(code), 0, -MOST_BEEN - 1)

    async def has_been(self, room: Room, place: str) -> bool:
        async with self.turns, reachable():
            return await self.redis.zscore(been_name(room.code), place) is not None

    async def note(self, room: Room, record: str) -> None:
        name = records_name(room.code)
        async with reachable(), self.redis.pipeline() as all_or_nothing:
            all_or_nothing.rpush(name, record)
            all_or_nothing.ltrim(name, -MOST_RECORDS, -1)
            all_or_nothing.expire(name, int(SILENCE))
            await all_or_nothing.execute()

    async def records(self, room: Room) -> list[str]:
        async with self.turns, reachable():
            return [str(text) for text in await self.redis.lrange(records_name(room.code), 0, -1)]

    async def ballots(self, room: Room, poll: Poll) -> list[Ballot]:
        async with self.turns:
            return await self.answers.ballots(room, poll)

    async def votes(self, room: Room, poll: Poll) -> int:
        async with self.turns:
            return await self.answers.count(room, poll)

    def _polled(self, room: Room, poll: Poll | None) -> None:
        """Set the question as this process knows it."""
        if room.poll and (poll is None or poll.number != room.poll.number):
            self.answers.forget(room)
        room.poll, room.asked = poll, True

    # ---- background tasks

    def _begin(self) -> None:
        """Start the background tasks in the running event loop, and restart those that have ended."""
        self.tasks = [task for task in self.tasks if not task.done()]
        known = {task.get_name() for task in self.tasks}
        for name, act in (("listen", self._listen), ("tell", self._tell)):
            if name not in known:
                self.tasks.append(asyncio.create_task(self._for_ever(act), name=name))

    async def _for_ever(self, act: Callable[[], Awaitable[None]]) -> None:
        """Repeat `act` whenever it ends, and log why. An unreachable Redis is logged once."""
        lost = False
        while not _cancelled():
            try:
                await act()
                lost = False
            except StoreLost as error:
                if not lost:
                    _LOG.warning("Redis, which keeps the rooms, does not answer: %s", error.__cause__ or error)
                lost = True
            except Exception:
                _LOG.exception("what keeps the rooms of several processes together failed, and begins anew")
            await asyncio.sleep(AGAIN_IN)

    async def _listen(self) -> None:
        """Listen for moves. After a reconnect, fetch what was missed and restore what Redis has lost."""
        try:
            async with reachable(), self.redis.pubsub() as heard:
                await heard.subscribe(MOVED, ANSWERED)
                await self._restore_all()
                if _cancelled():
                    return
                self.ready.set()
                async for said in heard.listen():
                    if said["type"] == "message" and said["channel"] == ANSWERED:
                        self._answered(str(said["data"]))
                    elif said["type"] == "message" and self.known.get(str(said["data"])):
                        await self._refresh_alone(str(said["data"]))
                    if _cancelled():
                        return
        finally:
            self.ready.clear()

    async def _restore_all(self) -> None:
        """Restore what Redis has lost of all rooms that are followed here."""
        for room in list(self.followed):
            await self._refresh_alone(room.code, restore=True)
        await self.redis.set(MARK, self.process, nx=True)
        self.mark = await self.redis.get(MARK)

    async def _restored(self, room: Room) -> bool:
        """Restore a room if Redis has lost it. Return whether it exists."""
        return await self._refresh(room.code) is not None

    async def _is_lost(self, code: str) -> bool:
        """Return whether a room that Redis does not have was evicted or flushed rather than ended."""
        if await self.redis.exists(ended_name(code)):
            return False
        moved = await self.redis.zscore(ROOMS, code)
        if moved is not None and time.time() - moved < SILENCE - FORGOTTEN:
            return True
        return self.mark is not None and await self.redis.get(MARK) != self.mark

    def _answered(self, said: str) -> None:
        """Store answers that another process received."""
        try:
            code, number, round, answers = answers_in(said)
        except ValueError:
            return  # a later version has another format and keeps its answers itself
        room = self.known.get(code)
        if room:
            self.answers.keep(room, number, round, answers)

    async def _tell(self) -> None:
        """Report the number of followers here, and restore rooms that Redis has lost."""
        before: set[Room] = set()
        while not _cancelled():
            async with reachable():
                if self.mark is not None and await self.redis.get(MARK) != self.mark:
                    await self._restore_all()
            for room in before | self.followed:
                with contextlib.suppress(Unreadable):
                    async with reachable():
                        text = json.dumps([room.followers, room.alone, time.time()])
                        await self.redis.hset(_followers(room.code), self.process, text)
                        await self.redis.expire(_followers(room.code), int(FORGOTTEN))
                        there = await self.redis.exists(room_name(room.code))
                    if room.ended or room not in self.followed:
                        continue
                    if not there:
                        await self._refresh_alone(room.code)
                    elif room.poll and room.ballots:
                        await self.answers.count(room, room.poll)  # restores missing answers
            before = set(self.followed)
            await asyncio.sleep(TELL_EVERY)

    async def _refresh_alone(self, code: str, restore: bool = False) -> None:
        """Update a room. Log errors, so that other rooms are still updated."""
        try:
            await self._refresh(code, restore)
        except Unreadable as error:
            _LOG.warning("what Redis has of a room cannot be read, and its followers stay where they are: %r", error.__cause__ or error)
        except StoreLost:
            raise
        except Exception:
            _LOG.exception("a room could not be brought up to date")

    async def _refresh(self, code: str, restore: bool = False) -> Room | None:
        """Update the known state of a room. Return None if it does not exist. Raise StoreLost or Unreadable."""
        async with reachable():
            there = room_in(await self.redis.hgetall(room_name(code)))
            room = self.known.get(code)
            lost = there is None and not (room and room.ended) and await self._is_lost(code)
            if room and not room.ended and (restore or lost or (there and there.number < room.number)):
                there = await self._put_back(room, there)
            elif lost and await self.redis.exists(_followers(code)):
                raise StoreLost  # a process that knows the room restores it
        room = self.known.get(code)  # another task may have added it meanwhile
        if there is None:
            if room:
                # drop the state of a room that has ended
                room.ended, room.deck, room.query, room.screen = True, "", "", ""
                self.answers.forget(room)
                room.wake()
            return None
        if room is None or room.ended:
            room = Room(code, there.presenter)
            self.known.put(code, room)
        if there.deck not in ("", deck_digest(room.deck)):
            async with reachable():
                room.deck = str(await self.redis.get(deck_name(code)) or "")
        if _state(there) != _state(room):
            room.number, room.query, room.screen, room.explore, room.cover = there.number, there.query, there.screen, there.explore, there.cover
            if there.asked:
                self._polled(room, there.poll)
            room.wake()
        return room

    async def _put_back(self, room: Room, there: Found | None) -> Found | None:
        """Restore what Redis has lost of a room and of the answers given here. Other processes may have restored
        theirs before."""
        known = _known_here(there, room)
        if known:
            await self._write(room.code, known)
            await self._keep_deck(room)
            if room.streamed and not await self.redis.exists(streamed_name(room.code)):
                await self._stream(room, room.streamed)
            await self.redis.publish(MOVED, room.code)  # another process may know more
            there = room_in(await self.redis.hgetall(room_name(room.code)))
        if there and room.poll and there.poll and there.poll.number == room.poll.number:
            await self.answers.put_back(room, there.poll)
        return there

    async def _write(self, code: str, fields: Mapping[str, object]) -> None:
        async with self.redis.pipeline() as all_or_nothing:
            all_or_nothing.hset(room_name(code), mapping=fields)
            all_or_nothing.expire(room_name(code), int(SILENCE))
            for name in (deck_name(code), records_name(code), been_name(code)):
                all_or_nothing.expire(name, int(SILENCE))
            all_or_nothing.zadd(ROOMS, {code: time.time()})
            await all_or_nothing.execute()


def shared(url: str) -> RedisStore:
    """Return a store of rooms in the Redis at that URL. Raise ImportError if its client (`cnnviz[redis]`) is not
    installed."""
    from redis.asyncio import Redis

    return RedisStore(Redis.from_url(url, decode_responses=True, encoding_errors="replace", socket_connect_timeout=2, health_check_interval=10))


def _cancelled() -> bool:
    """Return whether this task is being cancelled. A cancelled connection may raise another error on the way."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _state(of: Found | Room) -> tuple[object, ...]:
    """Return the fields of which followers are notified."""
    return of.number, of.query, of.poll, of.asked, of.screen, of.explore, of.cover


def _known_here(there: Found | None, room: Room) -> dict[str, str]:
    """Return the state that this process knows and Redis does not: address, deck and question, each by its own
    number."""
    known: dict[str, str] = {}
    if there is None or there.number < room.number:
        known = {"driver": room.presenter, "query": room.query, "number": str(room.number), "explore": room.explore, "cover": room.cover}
    if room.deck and not (there and there.deck):
        known |= {"screen": room.screen, "script": deck_digest(room.deck)}
    asked = there is not None and there.asked
    theirs, ours = there.poll if there else None, room.poll
    if ours and (not asked or (theirs and (theirs.number, theirs.turn) < (ours.number, ours.turn))):
        known["poll"] = ours.written
    elif room.asked and not asked:
        known["poll"] = NO_POLL
    return known
