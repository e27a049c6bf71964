"""Stores of rooms: in this process, or shared by several processes (redis_store.py)."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from cnnviz.rooms.exploring import screen_key
from cnnviz.rooms.poll import Poll
from cnnviz.server.rate_limits import fair_share

SILENCE = 4 * 3600.0
"""Seconds of inactivity of the presenter after which a room ends."""
IDLE = 1800.0
"""Seconds of inactivity after which the store may end a room without followers to open another one."""
MOST_ROOMS = 2_000
MOST_DEVICES = 5_000
"""Number of devices that may answer one question."""
MOST_VOTES = 300_000
"""Number of answers that one process keeps, over all rooms."""
MOST_RECORDS, MOST_RECORDED = 40, 20_000_000
"""Limits of records: the last questions of a room, and characters of all rooms of a process."""
MOST_BEEN = 400
"""Number of screens per room that are remembered as visited by the lecture."""
MOST_DECKS = 40_000_000
"""Size limit of the decks of all rooms, in bytes."""

EXPLORE = ("free", "screens", "paused")
"""Limits on exploring: everything, screens where the lecture has been, or nothing."""
COVERS = ("", "black", "join")
"""Content of projectors: the lecture, black, or instructions for joining."""

Ballot = dict[str, float]
"""Last answer of each device."""


class StoreLost(Exception):
    """The store is unreachable."""


class Unreadable(StoreLost):
    """The stored state of one room is invalid for this version; other rooms are unaffected."""


class TooManyRooms(Exception):
    """The limit of rooms or of deck bytes is reached."""


class TooManyVotes(Exception):
    """The limit of answers is reached."""


@dataclass(eq=False)
class Room:
    """A room as one process knows it: its address, the number of the last move, and its followers here. Numbers
    increase even if the room is reopened.

    `came` counts the moves requested here, `followers` the followers, and `alone` those of them who explore by
    themselves. `streams` includes projectors. `poll` is the current question or None, and `asked` whether there ever
    was one. `ballots` holds the answers given here in each round, and `stamps` their order across all processes.

    `deck` is the text of the room's deck or the id of an included one, and `screen` the public state of its current
    screen as JSON. `lost` holds the devices of lost followers. `explore` is one of EXPLORE, `cover` one of COVERS.
    `records` holds the answers to earlier questions, and `been` the screens where the lecture was (exploring.py).
    `streamed` and `joined` count, by `address_digest`, the most concurrent streams and the devices that have joined.
    """

    code: str
    presenter: str
    query: str = ""
    number: int = 0
    came: int = 0
    touched: float = 0.0
    ended: bool = False
    followers: int = 0
    alone: int = 0
    streams: int = 0
    poll: Poll | None = None
    asked: bool = False
    deck: str = ""
    screen: str = ""
    lost: set[str] = field(default_factory=set)
    explore: str = ""
    cover: str = ""
    records: list[str] = field(default_factory=list)
    been: dict[str, None] = field(default_factory=dict)
    ballots: dict[int, Ballot] = field(default_factory=dict)
    stamps: dict[int, dict[str, int]] = field(default_factory=dict)
    streamed: Counter[str] = field(default_factory=Counter)
    joined: Counter[str] = field(default_factory=Counter)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Wake all streams of the room. Slow streams skip moves but get the last one, so nothing queues up."""
        self.changed.set()
        self.changed = asyncio.Event()


class Store(Protocol):
    """Interface of a store. `presenter` is the digest of a presenter's secret."""

    async def open(self, code: str, presenter: str, query: str) -> bool:
        """Open a room. Return False if the code is taken. Raise TooManyRooms or StoreLost."""

    async def room(self, code: str) -> Room | None:
        """Return the room, or None if it does not exist. Raise StoreLost if the store is unreachable."""

    async def renew(self, room: Room) -> None:
        """Refresh this process's state of the room. Raise StoreLost if the store is unreachable."""

    async def move(self, room: Room, query: str, screen: str | None = None) -> int:
        """Move everybody to an address, and to that screen of the deck if given. Return the number of the move. Raise
        StoreLost."""

    async def give(self, room: Room, deck: str) -> None:
        """Set the room's deck, without a current screen. Raise StoreLost or TooManyRooms."""

    async def end(self, room: Room) -> None:
        """End the room for everybody. Raise StoreLost."""

    async def followers(self, room: Room) -> tuple[int, int]:
        """Return the number of followers in all processes, and of people who explore alone. Raise StoreLost."""

    async def count(self, room: Room, by: int, alone: bool = False) -> None:
        """Add `by` followers in this process: 1, -1, or 0 for a projector, which has only a stream."""

    async def stream(self, room: Room, address: str) -> None:
        """Count one more concurrent stream of an address in this process. Raise StoreLost."""

    async def join(self, room: Room, address: str, spare: Callable[[], bool]) -> bool:
        """Count one more device of an address. Return False if `may_join` refuses it. Raise StoreLost."""

    async def ask(self, room: Room, poll: Poll | None) -> None:
        """Set the room's question in its current state, or None for no question. Raise StoreLost."""

    async def vote(self, room: Room, poll: Poll, device: str, answer: float) -> bool:
        """Take a device's answer, which replaces its previous one in this round. Return False if the round is no
        longer open.

        Raise StoreLost or TooManyVotes.
        """

    async def place(self, room: Room, poll: Poll, device: str) -> float | None:
        """Return the device's number in the experiment, and reserve the next one if it has none. Return None if the
        experiment is over.

        Raise StoreLost or TooManyVotes.
        """

    async def lose(self, room: Room, device: str, lost: bool) -> None:
        """Record that a follower is lost, or no longer is, until the lecture goes on. Raise StoreLost or
        TooManyVotes."""

    async def lost(self, room: Room) -> int:
        """Return the number of lost followers. Raise StoreLost."""

    async def order(self, room: Room, **order: str) -> None:
        """Set `explore`, what followers may explore, or `cover`, what projectors show. Raise StoreLost."""

    async def has_been(self, room: Room, place: str) -> bool:
        """Return whether the lecture has been at a screen. Raise StoreLost."""

    async def note(self, room: Room, record: str) -> None:
        """Store the record of a question that has ended. Raise StoreLost."""

    async def records(self, room: Room) -> list[str]:
        """Return the records of ended questions. Raise StoreLost."""

    async def ballots(self, room: Room, poll: Poll) -> list[Ballot]:
        """Return the answers in each round of the question. Raise StoreLost."""

    async def votes(self, room: Room, poll: Poll) -> int:
        """Return the number of devices that have answered in this round. Raise StoreLost."""


def continues_lecture(room: Room, screen: str | None) -> bool:
    """Return whether a move continues the lecture: to another screen if there is a deck, to any address otherwise."""
    return screen is not None or not room.deck


def is_open_for(poll: Poll | None, answered_poll: Poll) -> bool:
    """Return whether an answer to `answered_poll` still counts when the question has reached the state `poll`."""
    return poll is not None and (poll.number, poll.round, poll.phase) == (answered_poll.number, answered_poll.round, "open")


def address_digest(room: Room, address: str) -> str:
    """Return a digest of an address that cannot be compared between rooms."""
    return hashlib.sha256(f"{room.presenter} {address}".encode()).hexdigest()[:16]


def may_join(streams: int, address_count: int, total: int, spare: Callable[[], bool]) -> bool:
    """Return whether an address with `address_count` of all `total` devices may have one more: one for each stream, or if
    `spare()` is true.

    >>> may_join(3, 2, 100, lambda: False), may_join(3, 3, 100, lambda: False), may_join(3, 3, 100, lambda: True)
    (True, False, True)
    >>> may_join(5_000, 2_400, 2_400, lambda: False), may_join(5_000, 2_600, 2_600, lambda: True)
    (True, False)
    """
    return address_count < fair_share(MOST_DEVICES - total, MOST_DEVICES) and (address_count < streams or spare())


def record_answer(room: Room, round: int, device: str, answer: float, total_count: int) -> int:
    """Record an answer. Return 1 if the device had none, 0 otherwise. Raise TooManyVotes."""
    ballot = room.ballots.setdefault(round, {})
    if device not in ballot and (len(ballot) >= MOST_DEVICES or total_count >= MOST_VOTES):
        raise TooManyVotes
    old_count = len(ballot)
    ballot[device] = answer
    return len(ballot) - old_count


def first_number() -> int:
    """Return the number of a room's first address: the current time, so that no number repeats after a restart."""
    return int(1000 * time.time())


def forget_ballots(room: Room) -> int:
    """Delete a room's answers. Return their number."""
    count = sum(map(len, room.ballots.values()))
    room.ballots.clear()
    room.stamps.clear()
    return count


class MemoryStore:
    """A store of rooms in this process."""

    def __init__(self, most: int = MOST_ROOMS, clock: Callable[[], float] = time.monotonic) -> None:
        self.rooms: dict[str, Room] = {}
        self.most, self.clock = most, clock
        self.kept = 0

    async def open(self, code: str, presenter: str, query: str) -> bool:
        self._sweep()
        if code in self.rooms:
            return False
        if len(self.rooms) >= self.most:
            self._give_up_idle()
        self.rooms[code] = Room(code, presenter, query, first_number(), touched=self.clock(), been={screen_key(query): None})
        return True

    async def room(self, code: str) -> Room | None:
        stored_room = self.rooms.get(code)
        if stored_room and self.clock() - stored_room.touched > SILENCE:
            self._end(stored_room)
            return None
        return stored_room

    async def renew(self, room: Room) -> None:
        pass  # no other process runs

    async def move(self, room: Room, query: str, screen: str | None = None) -> int:
        room.query, room.number, room.touched = query, room.number + 1, self.clock()
        room.been[screen_key(query)] = None
        if len(room.been) > MOST_BEEN:
            del room.been[next(iter(room.been))]
        if continues_lecture(room, screen):
            room.lost.clear()
        room.screen = room.screen if screen is None else screen
        room.wake()
        return room.number

    async def give(self, room: Room, deck: str) -> None:
        if len(deck) + sum(len(other_room.deck) for other_room in self.rooms.values() if other_room is not room) > MOST_DECKS:
            raise TooManyRooms
        room.deck, room.screen, room.touched = deck, "", self.clock()
        room.wake()

    async def end(self, room: Room) -> None:
        self._end(room)

    async def followers(self, room: Room) -> tuple[int, int]:
        return room.followers, room.alone

    async def count(self, room: Room, by: int, alone: bool = False) -> None:
        room.followers += by
        room.alone += by * alone

    async def stream(self, room: Room, address: str) -> None:
        room.streamed[address_digest(room, address)] += 1

    async def join(self, room: Room, address: str, spare: Callable[[], bool]) -> bool:
        name = address_digest(room, address)
        may_stream = may_join(room.streamed[name], room.joined[name], room.joined.total(), spare)
        room.joined[name] += may_stream
        return may_stream

    async def ask(self, room: Room, poll: Poll | None) -> None:
        room.touched = self.clock()
        if room.poll is None or poll is None or poll.number != room.poll.number:
            self.kept -= forget_ballots(room)
        room.poll, room.asked = poll, True
        room.wake()

    async def vote(self, room: Room, poll: Poll, device: str, answer: float) -> bool:
        if not is_open_for(room.poll, poll):
            return False
        self.kept += record_answer(room, poll.round, device, answer, self.kept)
        return True

    async def place(self, room: Room, poll: Poll, device: str) -> float | None:
        ballot = room.ballots.get(poll.round, {})
        place = ballot.get(device, float(len(ballot)))
        return place if await self.vote(room, poll, device, place) else None

    async def lose(self, room: Room, device: str, lost: bool) -> None:
        if lost and len(room.lost) >= MOST_DEVICES:
            raise TooManyVotes
        room.lost.add(device) if lost else room.lost.discard(device)

    async def lost(self, room: Room) -> int:
        return len(room.lost)

    async def order(self, room: Room, **order: str) -> None:
        for name, value in order.items():
            setattr(room, name, value)
        room.touched = self.clock()
        room.wake()

    async def has_been(self, room: Room, place: str) -> bool:
        return place in room.been

    async def note(self, room: Room, record: str) -> None:
        if sum(len(text) for other_room in self.rooms.values() for text in other_room.records) + len(record) <= MOST_RECORDED:
            room.records = [*room.records, record][-MOST_RECORDS:]

    async def records(self, room: Room) -> list[str]:
        return list(room.records)

    async def ballots(self, room: Room, poll: Poll) -> list[Ballot]:
        return [dict(room.ballots.get(round, {})) for round in range(1, poll.round + 1)]

    async def votes(self, room: Room, poll: Poll) -> int:
        return len(room.ballots.get(poll.round, {}))

    def _end(self, room: Room) -> None:
        self.rooms.pop(room.code, None)
        self.kept -= forget_ballots(room)
        room.ended, room.deck = True, ""
        room.wake()

    def _give_up_idle(self) -> None:
        """End the room without followers that has been idle for longest. Raise TooManyRooms if there is none."""
        idle_rooms = [room for room in self.rooms.values() if not room.followers and self.clock() - room.touched > IDLE]
        if not idle_rooms:
            raise TooManyRooms
        self._end(min(idle_rooms, key=lambda room: room.touched))

    def _sweep(self) -> None:
        silent = [room for room in self.rooms.values() if self.clock() - room.touched > SILENCE]
        for room in silent:
            self._end(room)
