"""Where rooms are kept: in this process, or where several processes share them (redis_store.py)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

SILENCE = 4 * 3600.0
"""Seconds without a move of its driver after which a room ends."""
MOST_ROOMS = 2_000


class StoreLost(Exception):
    """What the rooms are kept in cannot be reached."""


class TooManyRooms(Exception):
    """There is no room for another one."""


@dataclass(eq=False)
class Room:
    """A room as one process knows it: where its driver is, the how manyeth move that was, and who follows here."""

    code: str
    driver: str
    query: str = ""
    number: int = 0
    touched: float = 0.0
    ended: bool = False
    followers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Lets everybody who waits look again. Who is slow misses moves, never the last one: nothing piles up."""
        self.changed.set()
        self.changed = asyncio.Event()


class Store(Protocol):
    """What the routes need of it; `driver` is the digest of a driver's secret."""

    async def open(self, code: str, driver: str, query: str) -> bool:
        """Opens a room; False where the code is taken. Raises TooManyRooms, StoreLost."""

    async def room(self, code: str) -> Room | None:
        """The room, as known here from now on; None where there is none. Raises StoreLost."""

    async def move(self, room: Room, query: str) -> int:
        """Takes everybody there; the number of the move. Raises StoreLost."""

    async def end(self, room: Room) -> None:
        """Ends it for everybody. Raises StoreLost."""

    async def followers(self, room: Room) -> int:
        """How many follow, in all processes. Raises StoreLost."""

    async def count(self, room: Room, by: int) -> None:
        """One more follower here, or one less."""


class Memory:
    """Rooms of this process alone."""

    def __init__(self, most: int = MOST_ROOMS, clock: Callable[[], float] = time.monotonic) -> None:
        self.rooms: dict[str, Room] = {}
        self.most, self.clock = most, clock

    async def open(self, code: str, driver: str, query: str) -> bool:
        self._sweep()
        if code in self.rooms:
            return False
        if len(self.rooms) >= self.most:
            raise TooManyRooms
        self.rooms[code] = Room(code, driver, query, touched=self.clock())
        return True

    async def room(self, code: str) -> Room | None:
        found = self.rooms.get(code)
        if found and self.clock() - found.touched > SILENCE:
            self._end(found)
            return None
        return found

    async def move(self, room: Room, query: str) -> int:
        room.query, room.number, room.touched = query, room.number + 1, self.clock()
        room.wake()
        return room.number

    async def end(self, room: Room) -> None:
        self._end(room)

    async def followers(self, room: Room) -> int:
        return room.followers

    async def count(self, room: Room, by: int) -> None:
        room.followers += by

    def _end(self, room: Room) -> None:
        self.rooms.pop(room.code, None)
        room.ended = True
        room.wake()

    def _sweep(self) -> None:
        silent = [room for room in self.rooms.values() if self.clock() - room.touched > SILENCE]
        for room in silent:
            self._end(room)
