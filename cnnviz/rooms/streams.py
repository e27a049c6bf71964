"""Streams of what happens in a room, server-sent events: one a follower, told when something is new and now and then that it is there."""

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
"""Seconds after which a stream says that it is still there."""
COUNT_EVERY = 1.0
"""Seconds between two words to a projector on how many have answered."""
MOST_FOLLOWERS, MOST_OF_ONE = 10_000, 5_000
"""Streams of one process, and of one address: an audience may share it."""


def is_together(room: Room) -> bool:
    """Return whether nobody explores: exploring is paused, or a question still hides its answer."""
    return room.explore == "paused" or (room.poll is not None and room.poll.at(time.time()).veils)


@dataclass(eq=False)
class Stream:
    """The state of one stream: the last move's number, the deck's screen, the question's state, and on a projector's screen how many have answered."""

    room: Room
    visitor: str
    seen: str
    screen: bool
    alone: bool
    given: str = ""
    explore: str | None = None
    cover: str | None = None
    poll: tuple[int, int, str] | None = None
    count: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seen = self.seen if self.seen == str(self.room.number) else ""

    def news(self) -> bytes:
        """The news since the last time, as events."""
        room, said = self.room, b""
        if room.screen != self.given:
            self.given = room.screen
            said += f"event: screen\ndata: {self.given or 'null'}\n\n".encode()
        if (explore := room.explore or EXPLORE[0]) != self.explore:  # also when it is the usual: who was away may know another
            self.explore = explore
            said += f"event: explore\ndata: {json.dumps(self.explore)}\n\n".encode()
        if self.screen and room.cover != self.cover:
            self.cover = room.cover
            said += f"event: cover\ndata: {json.dumps(self.cover)}\n\n".encode()
        poll = room.poll.at(time.time()) if room.poll else None
        state = (poll.number, poll.turn, poll.phase) if poll else (0, 0, "")
        if room.asked and state != self.poll:  # before the address: a page does not go where an open question's answer is seen
            self.poll, self.count = state, {}
            said += f"event: question\ndata: {json.dumps(poll_data(poll))}\n\n".encode()
        if str(room.number) != self.seen:
            self.seen = str(room.number)
            said += f"id: {self.seen}\ndata: {room.query}\n\n".encode()
        return said

    @property
    def patience(self) -> float:
        """Seconds after which to look again, whether anything was heard or not."""
        left = self.room.poll.at(now := time.time()).left(now) if self.room.poll else None
        waits = [HEARTBEAT, *([left + 0.01] if left is not None else []), *([COUNT_EVERY] if self.screen else [])]
        return min(waits)


class Streams:
    """The streams of this process, by their room and by who has them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.closing = False
        self.followed: Counter[Room] = Counter()
        self.following: Counter[str] = Counter()
        self.of_address: Counter[tuple[Room, str]] = Counter()
        self.most: WeakKeyDictionary[Room, Counter[str]] = WeakKeyDictionary()  # by address, the most streams at once

    def __len__(self) -> int:
        return self.following.total()

    def have_room(self, visitor: str) -> bool:
        """Tells whether there may be one more, for that visitor."""
        return self.following[visitor] < fair_share(MOST_FOLLOWERS - len(self), MOST_OF_ONE)

    def close(self) -> None:
        """Ends every stream; browsers come back by themselves."""
        self.closing = True
        for room in list(self.followed):
            room.wake()

    async def events(self, stream: Stream) -> AsyncIterator[bytes]:
        """Events of its room, until somebody ends it."""
        room = stream.room
        self.followed[room] += 1
        self.following[stream.visitor] += 1
        room.streams += 1
        self.of_address[room, stream.visitor] += 1
        try:
            await self._note_most(room, stream.visitor)
            await self.store.count(room, 0 if stream.screen else 1, stream.alone)
            yield b"retry: 1000\n\n"
            told = time.monotonic()
            while not self.closing:
                changed = room.changed
                if room.ended:
                    yield b"event: end\ndata: \n\n"
                    return
                if stream.alone and is_together(room):
                    return  # the browser comes back as one who follows
                said = stream.news() + (await self._counted(stream) if stream.screen else b"")
                if not said and time.monotonic() - told >= HEARTBEAT:
                    said = b": still there\n\n"
                if said:
                    told = time.monotonic()
                    yield said
                if changed is room.changed:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(stream.patience):
                            await changed.wait()
        finally:
            room.streams -= 1
            _one_less(self.followed, room)
            _one_less(self.following, stream.visitor)
            _one_less(self.of_address, (room, stream.visitor))
            with contextlib.suppress(StoreLost):
                await self.store.count(room, 0 if stream.screen else -1, stream.alone)

    async def _note_most(self, room: Room, visitor: str) -> None:
        """Tell the store if an address has more streams open at once than ever before: each may have a device."""
        most = self.most.setdefault(room, Counter())
        if self.of_address[room, visitor] > most[visitor]:
            most[visitor] += 1
            try:
                await self.store.stream(room, visitor)
            except StoreLost:
                most[visitor] -= 1

    async def _counted(self, stream: Stream) -> bytes:
        """The number of answers, for a screen that does not know yet."""
        room = stream.room
        try:
            votes, followers, lost = await self.store.votes(room, room.poll) if room.poll else 0, await self.store.followers(room), await self.store.lost(room)
        except StoreLost:
            return b""
        count = {"votes": votes, "followers": followers[0], "alone": followers[1], "lost": lost}
        if count == stream.count:
            return b""
        stream.count = count
        return f"event: count\ndata: {json.dumps(count)}\n\n".encode()


def _one_less(counted: Counter[One], one: One) -> None:
    """Counts one down; of what is no more nothing is kept."""
    counted[one] -= 1
    if not counted[one]:
        del counted[one]
