"""Server-sent events of a room: one stream per follower, with changes and heartbeats."""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakKeyDictionary

from cnnviz.rooms.question_routes import poll_data
from cnnviz.rooms.store import EXPLORE, Room, Store, StoreLost
from cnnviz.server.rate_limits import fair_share

One = TypeVar("One")

HEARTBEAT = 15.0
"""Seconds of silence after which a stream sends a heartbeat."""
COUNT_EVERY = 1.0
"""Interval, in seconds, at which projectors get the number of answers."""
MOST_FOLLOWERS, MOST_OF_ONE = 10_000, 5_000
"""Limits of streams: per process, and per address, which an audience may share."""


def is_together(room: Room) -> bool:
    """Return whether followers may not explore, because exploring is paused or a question still hides its answer."""
    return room.explore == "paused" or (room.poll is not None and room.poll.at(time.time()).hides_answer)


@dataclass(eq=False)
class Stream:
    """State that one stream has sent: the last move's number, the deck's screen, the question's state, and the counts for a
    projector."""

    room: Room
    visitor: str
    seen: str
    screen: bool
    alone: bool
    sent_screen: str = ""
    explore: str | None = None
    cover: str | None = None
    poll: tuple[int, int, str] | None = None
    count: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seen = self.seen if self.seen == str(self.room.number) else ""

    def news(self) -> bytes:
        """Return the changes since the last call, as events."""
        room, events = self.room, b""
        if room.screen != self.sent_screen:
            self.sent_screen = room.screen
            events += f"event: screen\ndata: {self.sent_screen or 'null'}\n\n".encode()
        # send the default, too: after a reconnect a page may have another value
        if (explore := room.explore or EXPLORE[0]) != self.explore:
            self.explore = explore
            events += f"event: explore\ndata: {json.dumps(self.explore)}\n\n".encode()
        if self.screen and room.cover != self.cover:
            self.cover = room.cover
            events += f"event: cover\ndata: {json.dumps(self.cover)}\n\n".encode()
        poll = room.poll.at(time.time()) if room.poll else None
        state = (poll.number, poll.turn, poll.phase) if poll else (0, 0, "")
        # before the address, so that no page shows the answer to an open question
        if room.asked and state != self.poll:
            self.poll, self.count = state, {}
            events += f"event: question\ndata: {json.dumps(poll_data(poll))}\n\n".encode()
        if str(room.number) != self.seen:
            self.seen = str(room.number)
            events += f"id: {self.seen}\ndata: {room.query}\n\n".encode()
        return events

    @property
    def max_delay(self) -> float:
        """Maximum delay in seconds until the next check."""
        remaining_seconds = self.room.poll.at(now := time.time()).seconds_left(now) if self.room.poll else None
        waits = [HEARTBEAT, *([remaining_seconds + 0.01] if remaining_seconds is not None else []), *([COUNT_EVERY] if self.screen else [])]
        return min(waits)


class Streams:
    """The streams of this process, counted by room and by visitor."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.closing = False
        self.followed: Counter[Room] = Counter()
        self.following: Counter[str] = Counter()
        self.of_address: Counter[tuple[Room, str]] = Counter()
        # by address, the largest number of concurrent streams
        self.most: WeakKeyDictionary[Room, Counter[str]] = WeakKeyDictionary()

    def __len__(self) -> int:
        return self.following.total()

    def have_room(self, visitor: str) -> bool:
        """Return whether the visitor may open another stream."""
        return self.following[visitor] < fair_share(MOST_FOLLOWERS - len(self), MOST_OF_ONE)

    def close(self) -> None:
        """End every stream; browsers reconnect by themselves."""
        self.closing = True
        for room in list(self.followed):
            room.wake()

    async def events(self, stream: Stream) -> AsyncIterator[bytes]:
        """Yield the events of a room until either side ends the stream."""
        room = stream.room
        self.followed[room] += 1
        self.following[stream.visitor] += 1
        room.streams += 1
        self.of_address[room, stream.visitor] += 1
        try:
            await self._note_most(room, stream.visitor)
            await self.store.count(room, 0 if stream.screen else 1, stream.alone)
            yield b"retry: 1000\n\n"
            sent_at = time.monotonic()
            while not self.closing:
                change_event = room.changed
                if room.ended:
                    yield b"event: end\ndata: \n\n"
                    return
                if stream.alone and is_together(room):
                    return  # the browser reconnects as a follower
                event_bytes = stream.news() + (await self._count_event(stream) if stream.screen else b"")
                if not event_bytes and time.monotonic() - sent_at >= HEARTBEAT:
                    event_bytes = b": still there\n\n"
                if event_bytes:
                    sent_at = time.monotonic()
                    yield event_bytes
                if change_event is room.changed:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(stream.max_delay):
                            await change_event.wait()
        finally:
            room.streams -= 1
            _decrement(self.followed, room)
            _decrement(self.following, stream.visitor)
            _decrement(self.of_address, (room, stream.visitor))
            with contextlib.suppress(StoreLost):
                await self.store.count(room, 0 if stream.screen else -1, stream.alone)

    async def _note_most(self, room: Room, visitor: str) -> None:
        """Notify the store of a new maximum of concurrent streams of an address, since each stream may have a device."""
        maxima = self.most.setdefault(room, Counter())
        if self.of_address[room, visitor] > maxima[visitor]:
            maxima[visitor] += 1
            try:
                await self.store.stream(room, visitor)
            except StoreLost:
                maxima[visitor] -= 1

    async def _count_event(self, stream: Stream) -> bytes:
        """Return the counts as an event, or b"" if the projector knows them."""
        room = stream.room
        try:
            votes, followers, lost_count = await self.store.votes(room, room.poll) if room.poll else 0, await self.store.followers(room), await self.store.lost(room)
        except StoreLost:
            return b""
        count = {"votes": votes, "followers": followers[0], "alone": followers[1], "lost": lost_count}
        if count == stream.count:
            return b""
        stream.count = count
        return f"event: count\ndata: {json.dumps(count)}\n\n".encode()


def _decrement(counter: Counter[One], key: One) -> None:
    """Decrement a count, and delete it at zero."""
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
