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
from cnnviz.rooms.exploring import screen_key
from cnnviz.rooms.poll import Poll
from cnnviz.rooms.redis_keys import (
    ALL,
    ANSWERED,
    DECKS,
    MARK,
    MOVED,
    NO_POLL,
    ROOMS,
    StoredRoom,
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
    continues_lecture,
    first_number,
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
        self.answers = SharedVotes(redis, self.followed.__contains__, self._restore)

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
            return room  # followed rooms are up to date, since they are notified of every move
        try:
            return await self._read_shared(code)
        except StoreLost:
            if room and not room.ended:
                return room
            raise

    async def renew(self, room: Room) -> None:
        await self._read_shared(room.code)

    async def _read_shared(self, code: str) -> Room | None:
        """Return the current state. Requests that arrive during a read share the next one."""
        pending_room = self.coming.get(code)
        if pending_room is None:

            async def read() -> Room | None:
                async with self.reading.setdefault(code, asyncio.Lock()), self.turns:
                    self.coming.pop(code, None)
                    return await self._refresh(code)

            pending_room = self.coming[code] = asyncio.create_task(read())
        return await asyncio.shield(pending_room)

    async def move(self, room: Room, query: str, screen: str | None = None) -> int:
        number = max(room.number + 1, first_number())
        position = {"driver": room.presenter, "query": query, "number": number}
        deck_fields = {"screen": room.screen if screen is None else screen, "script": deck_digest(room.deck)} if room.deck else {}
        async with reachable():
            await self._write(room.code, position | deck_fields)
            await self._note_place(room.code, query)
            await self._keep_deck(room)
            if continues_lecture(room, screen):
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
            reports = await self.redis.hgetall(_followers(room.code))
        other_reports = [followers_in(text) for process, text in reports.items() if process != self.process]
        recent = [(count, exploring_count) for count, exploring_count, reported_at in other_reports if time.time() - reported_at < FORGOTTEN]
        return room.followers + sum(count for count, _ in recent), room.alone + sum(exploring_count for _, exploring_count in recent)

    async def count(self, room: Room, by: int, alone: bool = False) -> None:
        room.followers += by
        room.alone += by * alone
        is_watched = room.followers or room.streams
        self.followed.add(room) if is_watched else self.followed.discard(room)
        if not is_watched:
            self.answers.forget(room)  # without followers this process misses changes, so it must not restore answers

    async def stream(self, room: Room, address: str) -> None:
        name = address_digest(room, address)
        async with self.turns, reachable():
            await self._stream(room, {name: 1})
        room.streamed[name] += 1

    async def _stream(self, room: Room, counts: Mapping[str, int]) -> None:
        async with self.redis.pipeline() as pipeline:
            for name, count in counts.items():
                pipeline.hincrby(streamed_name(room.code), name, count)
            pipeline.expire(streamed_name(room.code), int(SILENCE))
            await pipeline.execute()

    async def join(self, room: Room, address: str, spare: Callable[[], bool]) -> bool:
        name, key = address_digest(room, address), joined_name(room.code)
        async with self.turns, reachable():
            streams = int(await self.redis.hget(streamed_name(room.code), name) or 0)
            address_count, total = await self._count_joins(key, name, 1)  # count first, so that no concurrent request is missed
            if may_join(streams, address_count - 1, total - 1, spare):
                return True
            await self._count_joins(key, name, -1)
            return False

    async def _count_joins(self, joined: str, name: str, by: int) -> tuple[int, int]:
        """Add `by` to the count of an address's devices. Return this count and the total."""
        async with self.redis.pipeline() as pipeline:
            pipeline.hincrby(joined, name, by)
            pipeline.hincrby(joined, ALL, by)
            pipeline.expire(joined, int(SILENCE))
            address_count, total, _ = await pipeline.execute()
        return int(address_count), int(total)

    async def ask(self, room: Room, poll: Poll | None) -> None:
        async with reachable():
            if room.poll and (poll is None or poll.number != room.poll.number):
                await self.redis.delete(*names_of_answers(room.code, room.poll))
            await self._write(room.code, {"poll": poll.as_json if poll else NO_POLL})
            self._set_poll(room, poll)
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
        await self.redis.zadd(been_name(code), {screen_key(query): time.time()})
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

    def _set_poll(self, room: Room, poll: Poll | None) -> None:
        """Set the question as this process knows it."""
        if room.poll and (poll is None or poll.number != room.poll.number):
            self.answers.forget(room)
        room.poll, room.asked = poll, True

    # ---- background tasks

    def _begin(self) -> None:
        """Start the background tasks in the running event loop, and restart the ones that have ended."""
        self.tasks = [task for task in self.tasks if not task.done()]
        running = {task.get_name() for task in self.tasks}
        for name, task_function in (("listen", self._listen), ("tell", self._report)):
            if name not in running:
                self.tasks.append(asyncio.create_task(self._run_forever(task_function), name=name))

    async def _run_forever(self, task: Callable[[], Awaitable[None]]) -> None:
        """Repeat `task` whenever it ends, and log why. An unreachable Redis is logged once."""
        is_lost = False
        while not _is_being_cancelled():
            try:
                await task()
                is_lost = False
            except StoreLost as error:
                if not is_lost:
                    _LOG.warning("Redis, which keeps the rooms, does not answer: %s", error.__cause__ or error)
                is_lost = True
            except Exception:
                _LOG.exception("what keeps the rooms of several processes together failed, and begins anew")
            await asyncio.sleep(AGAIN_IN)

    async def _listen(self) -> None:
        """Listen for moves. After a reconnect, fetch what was missed and restore what Redis has lost."""
        try:
            async with reachable(), self.redis.pubsub() as pubsub:
                await pubsub.subscribe(MOVED, ANSWERED)
                await self._restore_all()
                if _is_being_cancelled():
                    return
                self.ready.set()
                async for message in pubsub.listen():
                    if message["type"] == "message" and message["channel"] == ANSWERED:
                        self._store_answers(str(message["data"]))
                    elif message["type"] == "message" and self.known.get(str(message["data"])):
                        await self._refresh_alone(str(message["data"]))
                    if _is_being_cancelled():
                        return
        finally:
            self.ready.clear()

    async def _restore_all(self) -> None:
        """Restore what Redis has lost of all rooms that are followed here."""
        for room in list(self.followed):
            await self._refresh_alone(room.code, restore=True)
        await self.redis.set(MARK, self.process, nx=True)
        self.mark = await self.redis.get(MARK)

    async def _restore(self, room: Room) -> bool:
        """Restore a room if Redis has lost it. Return whether it exists."""
        return await self._refresh(room.code) is not None

    async def _is_lost(self, code: str) -> bool:
        """Return whether a room that Redis does not have was evicted or flushed rather than ended."""
        if await self.redis.exists(ended_name(code)):
            return False
        last_move = await self.redis.zscore(ROOMS, code)
        if last_move is not None and time.time() - last_move < SILENCE - FORGOTTEN:
            return True
        return self.mark is not None and await self.redis.get(MARK) != self.mark

    def _store_answers(self, text: str) -> None:
        """Store answers that another process received."""
        try:
            code, number, round, answers = answers_in(text)
        except ValueError:
            return  # a later version has another format and keeps its answers itself
        room = self.known.get(code)
        if room:
            self.answers.keep(room, number, round, answers)

    async def _report(self) -> None:
        """Report the number of followers here, and restore rooms that Redis has lost."""
        previous: set[Room] = set()
        while not _is_being_cancelled():
            async with reachable():
                if self.mark is not None and await self.redis.get(MARK) != self.mark:
                    await self._restore_all()
            for room in previous | self.followed:
                with contextlib.suppress(Unreadable):
                    async with reachable():
                        text = json.dumps([room.followers, room.alone, time.time()])
                        await self.redis.hset(_followers(room.code), self.process, text)
                        await self.redis.expire(_followers(room.code), int(FORGOTTEN))
                        exists = await self.redis.exists(room_name(room.code))
                    if room.ended or room not in self.followed:
                        continue
                    if not exists:
                        await self._refresh_alone(room.code)
                    elif room.poll and room.ballots:
                        await self.answers.count(room, room.poll)  # restores missing answers
            previous = set(self.followed)
            await asyncio.sleep(TELL_EVERY)

    async def _refresh_alone(self, code: str, restore: bool = False) -> None:
        """Refresh a room, logging errors so that the refresh of other rooms continues."""
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
            stored_room = room_in(await self.redis.hgetall(room_name(code)))
            room = self.known.get(code)
            is_lost = stored_room is None and not (room and room.ended) and await self._is_lost(code)
            if room and not room.ended and (restore or is_lost or (stored_room and stored_room.number < room.number)):
                stored_room = await self._put_back(room, stored_room)
            elif is_lost and await self.redis.exists(_followers(code)):
                raise StoreLost  # not lost: a process that knows the room restores it
        room = self.known.get(code)  # another task may have added it meanwhile
        if stored_room is None:
            if room:
                # drop the state of a room that has ended
                room.ended, room.deck, room.query, room.screen = True, "", "", ""
                self.answers.forget(room)
                room.wake()
            return None
        if room is None or room.ended:
            room = Room(code, stored_room.presenter)
            self.known.put(code, room)
        if stored_room.deck not in ("", deck_digest(room.deck)):
            async with reachable():
                room.deck = str(await self.redis.get(deck_name(code)) or "")
        if _state(stored_room) != _state(room):
            room.number, room.query, room.screen, room.explore, room.cover = stored_room.number, stored_room.query, stored_room.screen, stored_room.explore, stored_room.cover
            if stored_room.asked:
                self._set_poll(room, stored_room.poll)
            room.wake()
        return room

    async def _put_back(self, room: Room, stored: StoredRoom | None) -> StoredRoom | None:
        """Restore what Redis has lost of a room and of the answers given here. Other processes may have restored
        theirs before, or move the room meanwhile: their later state stays."""

        async def restore(transaction: Any) -> None:
            stored_room = room_in(await transaction.hgetall(room_name(room.code)))
            transaction.multi()
            if fields := _missing_in_redis(stored_room, room):
                self._queue_write(transaction, room.code, fields)

        if _missing_in_redis(stored, room):
            await self.redis.transaction(restore, room_name(room.code))
            await self._keep_deck(room)
            if room.streamed and not await self.redis.exists(streamed_name(room.code)):
                await self._stream(room, room.streamed)
            await self.redis.publish(MOVED, room.code)  # another process may have a later state
            stored = room_in(await self.redis.hgetall(room_name(room.code)))
        if stored and room.poll and stored.poll and stored.poll.number == room.poll.number:
            await self.answers.put_back(room, stored.poll)
        return stored

    async def _write(self, code: str, fields: Mapping[str, object]) -> None:
        async with self.redis.pipeline() as transaction:
            self._queue_write(transaction, code, fields)
            await transaction.execute()

    def _queue_write(self, transaction: Any, code: str, fields: Mapping[str, object]) -> None:
        transaction.hset(room_name(code), mapping=fields)
        transaction.expire(room_name(code), int(SILENCE))
        for name in (deck_name(code), records_name(code), been_name(code)):
            transaction.expire(name, int(SILENCE))
        transaction.zadd(ROOMS, {code: time.time()})


def redis_store(url: str) -> RedisStore:
    """Return a store of rooms in the Redis at that URL. Raise ImportError if its client (`cnnviz[redis]`) is not
    installed."""
    from redis.asyncio import Redis

    return RedisStore(Redis.from_url(url, decode_responses=True, encoding_errors="replace", socket_connect_timeout=2, health_check_interval=10))


def _is_being_cancelled() -> bool:
    """Return whether this task is being cancelled. A cancelled connection may raise a different error."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _state(room: StoredRoom | Room) -> tuple[object, ...]:
    """Return the fields of which followers are notified."""
    return room.number, room.query, room.poll, room.asked, room.screen, room.explore, room.cover


def _missing_in_redis(stored: StoredRoom | None, room: Room) -> dict[str, str]:
    """Return the state that this process knows and Redis does not: address, deck and question, each by its own
    number."""
    fields: dict[str, str] = {}
    if stored is None or stored.number < room.number:
        fields = {"driver": room.presenter, "query": room.query, "number": str(room.number), "explore": room.explore, "cover": room.cover}
    if room.deck and not (stored and stored.deck):
        fields |= {"screen": room.screen, "script": deck_digest(room.deck)}
    has_stored_poll = stored is not None and stored.asked
    stored_poll, local_poll = stored.poll if stored else None, room.poll
    if local_poll and (not has_stored_poll or (stored_poll and (stored_poll.number, stored_poll.turn) < (local_poll.number, local_poll.turn))):
        fields["poll"] = local_poll.as_json
    elif room.asked and not has_stored_poll:
        fields["poll"] = NO_POLL
    return fields
