"""Stores of rooms: in this process, or where several processes share them (redis_store.py)."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from cnnviz.rooms.exploring import place_of
from cnnviz.rooms.poll import Poll
from cnnviz.server.rate_limits import fair_share

SILENCE = 4 * 3600.0
"""Seconds without a move of its presenter after which a room ends."""
IDLE = 1800.0
"""Seconds without a move after which a room without followers makes place for another one, where there are too many."""
MOST_ROOMS = 2_000
MOST_DEVICES = 5_000
"""That answer one question."""
MOST_VOTES = 300_000
"""That one process keeps, of all rooms."""
MOST_RECORDS, MOST_RECORDED = 40, 20_000_000
"""Records of questions in a room, the last ones, and characters of those in all rooms of one process."""
MOST_BEEN = 400
"""Places of a room where the lecture has been, the last ones."""
MOST_DECKS = 40_000_000
"""Bytes of the decks of all rooms."""

EXPLORE = ("free", "screens", "paused")
"""The reach that followers have by themselves: anywhere, as far as the lecture has come, not at all."""
COVERS = ("", "black", "join")
"""A projector's picture: the lecture, nothing, how one joins."""

Ballot = dict[str, float]
"""The last answer of each device."""


class StoreLost(Exception):
    """The store of the rooms cannot be reached."""


class Unreadable(StoreLost):
    """The record of one room is nothing that this version can read; the others are as they were."""


class TooManyRooms(Exception):
    """There is no room for another one, or for another deck."""


class TooManyVotes(Exception):
    """There is no room for another device's answer."""


@dataclass(eq=False)
class Room:
    """A room as one process knows it: where its presenter is, that move's number, and who follows here. Numbers grow, and go on growing where the room is opened again.

    `came` counts the moves that were asked for here. `alone` of the followers explore by themselves; `streams` counts projectors,
    too; `poll` is the question, if there is one, and `asked` says whether
    there ever was one; `ballots` has what was answered here in each round of it, and `stamps` when, in an order that all processes share.
    `deck` is the text of the deck that is given, or the id of one that comes along; `screen` what everybody is told of its screen
    where the lecture is, as JSON; `lost` has the devices of those who said here that they are lost. `explore` says how far followers may go by
    themselves (EXPLORE), `cover` what stands over the lecture on projectors (COVERS), `records` what was answered to earlier questions,
    `been` the places where the lecture was (exploring.py). `streamed` and `joined` have, by address (`address_digest`), the most streams that
    were open at once and the devices that have joined.
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
        """Lets everybody who waits look again. Who is slow misses moves, never the last one: nothing piles up."""
        self.changed.set()
        self.changed = asyncio.Event()


class Store(Protocol):
    """Interface of a store; `driver` is the digest of a presenter's secret."""

    async def open(self, code: str, presenter: str, query: str) -> bool:
        """Opens a room; False where the code is taken. Raises TooManyRooms, StoreLost."""

    async def room(self, code: str) -> Room | None:
        """The room, as known here from now on; None where there is none. Raises StoreLost."""

    async def renew(self, room: Room) -> None:
        """Brings what is known of the room here up to date. Raises StoreLost."""

    async def move(self, room: Room, query: str, screen: str | None = None) -> int:
        """Takes everybody there, to that screen of the deck if one is named; the number of the move. Raises StoreLost."""

    async def give(self, room: Room, deck: str) -> None:
        """The room's deck from now on, which is not begun. Raises StoreLost, TooManyRooms."""

    async def end(self, room: Room) -> None:
        """Ends it for everybody. Raises StoreLost."""

    async def followers(self, room: Room) -> tuple[int, int]:
        """The number of followers in all processes, and of those among them who explore alone. Raises StoreLost."""

    async def count(self, room: Room, by: int, alone: bool = False) -> None:
        """One more follower here, or one less; 0 where it is a projector, whose stream alone came or went."""

    async def stream(self, room: Room, address: str) -> None:
        """Count one more stream that one address has open at once in this process. Raise StoreLost."""

    async def join(self, room: Room, address: str, spare: Callable[[], bool]) -> bool:
        """Count one more device of an address; return False if `may_join` refuses it. Raise StoreLost."""

    async def ask(self, room: Room, poll: Poll | None) -> None:
        """The room's question from now on, as far as it has come; None is none. Raises StoreLost."""

    async def vote(self, room: Room, poll: Poll, device: str, answer: float) -> bool:
        """Takes an answer, the device's last one in this round; False where it is no longer open.

        Raises StoreLost, TooManyVotes.
        """

    async def place(self, room: Room, poll: Poll, device: str) -> float | None:
        """The device's place among all that take part: the next one, or the one that it has had; None where it is over.

        Raises StoreLost, TooManyVotes.
        """

    async def lose(self, room: Room, device: str, lost: bool) -> None:
        """Notes that somebody is lost, or no longer; until the lecture goes on. Raises StoreLost, TooManyVotes."""

    async def lost(self, room: Room) -> int:
        """The number of those who are lost. Raises StoreLost."""

    async def order(self, room: Room, **order: str) -> None:
        """Has `explore`, how far followers may go by themselves, or `cover`, what projectors show, be so from now on. Raises StoreLost."""

    async def has_been(self, room: Room, place: str) -> bool:
        """Tells whether the lecture has been at a place. Raises StoreLost."""

    async def note(self, room: Room, record: str) -> None:
        """Keeps what was answered to a question that is over. Raises StoreLost."""

    async def records(self, room: Room) -> list[str]:
        """The record of the questions that are over. Raises StoreLost."""

    async def ballots(self, room: Room, poll: Poll) -> list[Ballot]:
        """The answers in each round of the question. Raises StoreLost."""

    async def votes(self, room: Room, poll: Poll) -> int:
        """The number of devices that have answered in this round. Raises StoreLost."""


def goes_on(room: Room, screen: str | None) -> bool:
    """Tells whether a move is the lecture going on: to another screen where a deck is given, anywhere where none is."""
    return screen is not None or not room.deck


def takes(poll: Poll | None, asked: Poll) -> bool:
    """Tells whether an answer to `asked` still counts, the question having come to `poll`."""
    return poll is not None and (poll.number, poll.round, poll.phase) == (asked.number, asked.round, "open")


def address_digest(room: Room, address: str) -> str:
    """Return a name for an address that says nothing about it outside the room."""
    return hashlib.sha256(f"{room.presenter} {address}".encode()).hexdigest()[:16]


def may_join(streams: int, held: int, total: int, spare: Callable[[], bool]) -> bool:
    """Return whether an address with `held` of all `total` devices may have one more: at most one a stream, and what `spare` grants.

    >>> may_join(3, 2, 100, lambda: False), may_join(3, 3, 100, lambda: False), may_join(3, 3, 100, lambda: True)
    (True, False, True)
    >>> may_join(5_000, 2_400, 2_400, lambda: False), may_join(5_000, 2_600, 2_600, lambda: True)
    (True, False)
    """
    return held < fair_share(MOST_DEVICES - total, MOST_DEVICES) and (held < streams or spare())


def cast(room: Room, round: int, device: str, answer: float, kept: int) -> int:
    """Notes an answer; how many more are kept by that. Raises TooManyVotes."""
    ballot = room.ballots.setdefault(round, {})
    if device not in ballot and (len(ballot) >= MOST_DEVICES or kept >= MOST_VOTES):
        raise TooManyVotes
    before = len(ballot)
    ballot[device] = answer
    return len(ballot) - before


def first_number() -> int:
    """The number of a room's first address: by the clock, so that none comes twice, whatever was forgotten."""
    return int(1000 * time.time())


def forget_ballots(room: Room) -> int:
    """Lets a room's answers go; how many there were."""
    count = sum(map(len, room.ballots.values()))
    room.ballots.clear()
    room.stamps.clear()
    return count


class MemoryStore:
    """Rooms of this process alone."""

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
        self.rooms[code] = Room(code, presenter, query, first_number(), touched=self.clock(), been={place_of(query): None})
        return True

    async def room(self, code: str) -> Room | None:
        found = self.rooms.get(code)
        if found and self.clock() - found.touched > SILENCE:
            self._end(found)
            return None
        return found

    async def renew(self, room: Room) -> None:
        pass  # there is no other process

    async def move(self, room: Room, query: str, screen: str | None = None) -> int:
        room.query, room.number, room.touched = query, room.number + 1, self.clock()
        room.been[place_of(query)] = None
        if len(room.been) > MOST_BEEN:
            del room.been[next(iter(room.been))]
        if goes_on(room, screen):
            room.lost.clear()
        room.screen = room.screen if screen is None else screen
        room.wake()
        return room.number

    async def give(self, room: Room, deck: str) -> None:
        if len(deck) + sum(len(other.deck) for other in self.rooms.values() if other is not room) > MOST_DECKS:
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
        may = may_join(room.streamed[name], room.joined[name], room.joined.total(), spare)
        room.joined[name] += may
        return may

    async def ask(self, room: Room, poll: Poll | None) -> None:
        room.touched = self.clock()
        if room.poll is None or poll is None or poll.number != room.poll.number:
            self.kept -= forget_ballots(room)
        room.poll, room.asked = poll, True
        room.wake()

    async def vote(self, room: Room, poll: Poll, device: str, answer: float) -> bool:
        if not takes(room.poll, poll):
            return False
        self.kept += cast(room, poll.round, device, answer, self.kept)
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
        if sum(len(text) for other in self.rooms.values() for text in other.records) + len(record) <= MOST_RECORDED:
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
        """Ends the room without followers that has not been moved for longest. Raises TooManyRooms."""
        idle = [room for room in self.rooms.values() if not room.followers and self.clock() - room.touched > IDLE]
        if not idle:
            raise TooManyRooms
        self._end(min(idle, key=lambda room: room.touched))

    def _sweep(self) -> None:
        silent = [room for room in self.rooms.values() if self.clock() - room.touched > SILENCE]
        for room in silent:
            self._end(room)
