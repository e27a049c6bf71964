"""Names of the rooms' Redis keys, and parsers that tolerate later versions and corrupt data."""

import contextlib
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cnnviz.rooms.poll import Poll
from cnnviz.rooms.store import StoreLost, Unreadable

MOVED = "cnnviz:moved"
"""Channel that announces the code of a room that has moved or ended."""
ANSWERED = "cnnviz:answered"
"""Channel that announces stored answers: room, question, round, and for each device its answer and stamp."""
ROOMS = "cnnviz:rooms"
"""Sorted set of all room codes, by the time of the last move."""
DECKS = "cnnviz:scripts"
"""Sorted set of all room codes with the length of their decks, by the time they were last used."""
MARK = "cnnviz:mark"
"""Key of a random text, which the first process sets and which does not expire. If it is missing, Redis has lost all
data."""
ALL = "all"
NO_POLL = "-"
"""Stored value of a question that has ended."""


def room_name(code: str) -> str:
    """Return the key of a hash: driver, query, number, poll, screen, explore, cover, and the digest of the deck."""
    return f"cnnviz:room:{code}"


def deck_name(code: str) -> str:
    """Return the key of the room's deck."""
    return f"cnnviz:room:{code}:script"


def followers_name(code: str) -> str:
    """Return the key of a hash from process to its number of followers."""
    return f"cnnviz:room:{code}:followers"


def ballot_name(code: str, poll: Poll, round: int) -> str:
    """Return the key of a hash from device to answer."""
    return f"cnnviz:room:{code}:ballot:{poll.number}:{round}"


def stamps_name(code: str, poll: Poll, round: int) -> str:
    """Return the key of a hash from device to the stamp of its answer. It is separate, for versions that know only
    answers."""
    return f"{ballot_name(code, poll, round)}:at"


def records_name(code: str) -> str:
    """Return the key of a list of records of earlier questions."""
    return f"cnnviz:room:{code}:records"


def been_name(code: str) -> str:
    """Return the key of a sorted set of the screens where the lecture has been, by time."""
    return f"cnnviz:room:{code}:been"


def lost_name(code: str) -> str:
    """Return the key of a set of the devices of lost followers."""
    return f"cnnviz:room:{code}:lost"


def streamed_name(code: str) -> str:
    """Return the key of a hash from address to its largest number of concurrent streams, summed over processes."""
    return f"cnnviz:room:{code}:streamed"


def joined_name(code: str) -> str:
    """Return the key of a hash from address, or ALL, to the number of devices that have joined."""
    return f"cnnviz:room:{code}:joined"


def ended_name(code: str) -> str:
    """Return the key that marks, for a while, a room that was ended rather than lost."""
    return f"cnnviz:room:{code}:ended"


def deck_mark(code: str, deck: str) -> str:
    """Return the name of a deck in DECKS."""
    return f"{code} {len(deck)}"


def deck_digest(deck: str) -> str:
    """Return the digest that identifies a deck, or "" for none."""
    return hashlib.sha256(deck.encode("utf-8", "replace")).hexdigest()[:16] if deck else ""


def places_name(code: str, poll: Poll) -> str:
    """Return the key of the number of devices in an experiment."""
    return f"cnnviz:room:{code}:places:{poll.number}"


def names_of_room(code: str, poll: Poll | None) -> list[str]:
    """Return all keys of a room."""
    return [name(code) for name in _NAMES] + names_of_answers(code, poll)


def names_of_answers(code: str, poll: Poll | None) -> list[str]:
    """Return all keys of the answers to a question."""
    if poll is None:
        return []
    rounds = range(1, poll.round + 1)
    return [places_name(code, poll), *(name(code, poll, round) for round in rounds for name in (ballot_name, stamps_name))]


_NAMES = (room_name, deck_name, lost_name, records_name, followers_name, been_name, streamed_name, joined_name)


@dataclass(frozen=True)
class StoredRoom:
    """A room as stored in Redis. `asked` is whether it has ever had a question, `poll` the current one or None, and
    `deck` a digest."""

    presenter: str
    query: str
    number: int
    poll: Poll | None
    asked: bool
    screen: str
    deck: str
    explore: str
    cover: str


def room_in(fields: Mapping[str, str]) -> StoredRoom | None:
    """Parse a room's hash. Return None if no room exists. Raise Unreadable if it is invalid, so that the known
    state stays."""
    if "number" not in fields:
        return None
    try:
        number, presenter, query = int(fields["number"]), fields["driver"], fields["query"]
    except (ValueError, KeyError) as error:
        raise Unreadable from error
    if not query.isascii() or not (query.isprintable() or not query):
        raise Unreadable
    poll, screen = poll_in(fields.get("poll")), _screen_in(fields.get("screen", ""))
    texts = [fields.get(name, "") for name in ("script", "explore", "cover")]
    return StoredRoom(presenter, query, number, poll, "poll" in fields, screen, *texts)


def _screen_in(text: str) -> str:
    """Return the state of a screen, one line of JSON, or "" if it is invalid."""
    with contextlib.suppress(ValueError, RecursionError):
        if text.isprintable() and isinstance(json.loads(text), dict):
            return text
    return ""


def poll_in(text: str | None) -> Poll | None:
    """Parse a question. Return None if there is none, or if this version does not support it."""
    return _poll(text) if text and text != NO_POLL else None


@lru_cache(64)
def _poll(text: str) -> Poll | None:
    try:
        return Poll.read(text)
    except ValueError:
        logging.getLogger(__name__).warning("a room's question in Redis is none that this version knows: %.200s", text)
        return None


def followers_in(text: str) -> tuple[int, int, float]:
    """Parse a process's report: followers, people who explore alone, and its time. Return zeros if it is invalid."""
    try:
        count, exploring_count, reported_at, *_ = json.loads(text)
        return int(count), int(exploring_count), float(reported_at)
    except (ValueError, TypeError, RecursionError, OverflowError):
        return 0, 0, 0.0


def answers_in(text: str) -> tuple[str, int, int, dict[str, tuple[float, int]]]:
    """Parse a message on ANSWERED. Raise ValueError if it is invalid."""
    try:
        code, number, round, answers = json.loads(text)
        return str(code), int(number), int(round), {str(device): (float(answer), int(stamp)) for device, (answer, stamp) in answers.items()}
    except (TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(text[:80]) from error


def stamp_in(text: str | None) -> int:
    """Parse an answer's stamp. Return 0 if there is none."""
    try:
        return int(text or 0)
    except ValueError:
        return 0


@contextlib.asynccontextmanager
async def reachable() -> AsyncIterator[None]:
    """Raise StoreLost if Redis is unreachable, and Unreadable if it refuses a command, for example for a key of
    another type."""
    from redis.exceptions import RedisError, ResponseError

    try:
        yield
    except ResponseError as error:
        raise Unreadable from error
    except (RedisError, OSError) as error:
        raise StoreLost from error
