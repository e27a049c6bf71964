"""Rooms in Redis: the names of their keys, and how they are read, be it written by a later version or spoiled."""

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
"""The channel on which a room's code is said when it has moved or ended."""
ANSWERED = "cnnviz:answered"
"""The channel on which answers are said that were written: room, question, round, and by device the answer and its stamp."""
ROOMS = "cnnviz:rooms"
"""Every room's code, by when it last moved."""
DECKS = "cnnviz:scripts"
"""Every room's code and the length of its deck, by when that was given or moved in last."""
MARK = "cnnviz:mark"
"""A random text that the first process sets. If it is gone, Redis has forgotten everything. It does not expire."""
ALL = "all"
NO_POLL = "-"
"""The mark of a room that has no question any more."""


def room_name(code: str) -> str:
    """Of a hash: driver, query, number, poll, screen, explore, cover, and the digest of the deck."""
    return f"cnnviz:room:{code}"


def deck_name(code: str) -> str:
    """Of the deck that is given in a room."""
    return f"cnnviz:room:{code}:script"


def followers_name(code: str) -> str:
    """Of a hash: by process, how many follow there."""
    return f"cnnviz:room:{code}:followers"


def ballot_name(code: str, poll: Poll, round: int) -> str:
    """Of a hash: by device, its answer."""
    return f"cnnviz:room:{code}:ballot:{poll.number}:{round}"


def stamps_name(code: str, poll: Poll, round: int) -> str:
    """Of a hash: by device, when its answer was given. A hash of its own, for versions that know answers alone."""
    return f"{ballot_name(code, poll, round)}:at"


def records_name(code: str) -> str:
    """Of a list: what was answered to the questions that are over."""
    return f"cnnviz:room:{code}:records"


def been_name(code: str) -> str:
    """Of a set ordered by time: the places where the lecture has been."""
    return f"cnnviz:room:{code}:been"


def lost_name(code: str) -> str:
    """Of a set: the devices of those who are lost."""
    return f"cnnviz:room:{code}:lost"


def streamed_name(code: str) -> str:
    """The name of a hash: by address, the most streams that were open at once, summed over processes."""
    return f"cnnviz:room:{code}:streamed"


def joined_name(code: str) -> str:
    """The name of a hash: by address, and under ALL, how many devices have joined."""
    return f"cnnviz:room:{code}:joined"


def ended_name(code: str) -> str:
    """The name of a key that says for a while that a room was ended and not lost."""
    return f"cnnviz:room:{code}:ended"


def deck_mark(code: str, deck: str) -> str:
    """The name of a deck among DECKS."""
    return f"{code} {len(deck)}"


def deck_digest(deck: str) -> str:
    """The digest that tells whether the known deck is the one that is there; "" for none."""
    return hashlib.sha256(deck.encode("utf-8", "replace")).hexdigest()[:16] if deck else ""


def places_name(code: str, poll: Poll) -> str:
    """Of a number: how many places were handed out in an experiment."""
    return f"cnnviz:room:{code}:places:{poll.number}"


def names_of_room(code: str, poll: Poll | None) -> list[str]:
    """Of all that there is of a room."""
    return [name(code) for name in _NAMES] + names_of_answers(code, poll)


def names_of_answers(code: str, poll: Poll | None) -> list[str]:
    """Of all that was answered to a question."""
    if poll is None:
        return []
    rounds = range(1, poll.round + 1)
    return [places_name(code, poll), *(name(code, poll, round) for round in rounds for name in (ballot_name, stamps_name))]


_NAMES = (room_name, deck_name, lost_name, records_name, followers_name, been_name, streamed_name, joined_name)


@dataclass(frozen=True)
class Found:
    """A room as Redis has it; `asked` says whether it has ever had a question, `poll` is None where it has none now, `deck` is its deck's digest."""

    presenter: str
    query: str
    number: int
    poll: Poll | None
    asked: bool
    screen: str
    deck: str
    explore: str
    cover: str


def room_in(fields: Mapping[str, str]) -> Found | None:
    """Reads a room's hash; None where there is no room. Raises Unreadable, so that what was known stays."""
    if "number" not in fields:
        return None
    try:
        number, presenter, query = int(fields["number"]), fields["driver"], fields["query"]
    except (ValueError, KeyError) as error:
        raise Unreadable from error
    if not query.isascii() or not (query.isprintable() or not query):
        raise Unreadable
    poll, screen = poll_in(fields.get("poll")), _screen_in(fields.get("screen", ""))
    said = [fields.get(name, "") for name in ("script", "explore", "cover")]
    return Found(presenter, query, number, poll, "poll" in fields, screen, *said)


def _screen_in(text: str) -> str:
    """The state of a screen, on one line of JSON; "" for anything else."""
    with contextlib.suppress(ValueError, RecursionError):
        if text.isprintable() and isinstance(json.loads(text), dict):
            return text
    return ""


def poll_in(text: str | None) -> Poll | None:
    """Reads a question; None where there is none, or none that this version can take answers to."""
    return _poll(text) if text and text != NO_POLL else None


@lru_cache(64)
def _poll(text: str) -> Poll | None:
    try:
        return Poll.read(text)
    except ValueError:
        logging.getLogger(__name__).warning("a room's question in Redis is none that this version knows: %.200s", text)
        return None


def followers_in(told: str) -> tuple[int, int, float]:
    """Reads how many follow in a process, how many of them alone, and when it said so; 0 where that cannot be read."""
    try:
        count, alone, at, *_ = json.loads(told)
        return int(count), int(alone), float(at)
    except (ValueError, TypeError, RecursionError, OverflowError):
        return 0, 0, 0.0


def answers_in(said: str) -> tuple[str, int, int, dict[str, tuple[float, int]]]:
    """Reads what was said on ANSWERED. Raises ValueError where it is said otherwise."""
    try:
        code, number, round, answers = json.loads(said)
        return str(code), int(number), int(round), {str(device): (float(answer), int(stamp)) for device, (answer, stamp) in answers.items()}
    except (TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(said[:80]) from error


def stamp_in(text: str | None) -> int:
    """Reads an answer's stamp; 0 where there is none."""
    try:
        return int(text or 0)
    except ValueError:
        return 0


@contextlib.asynccontextmanager
async def reachable() -> AsyncIterator[None]:
    """Raises StoreLost where Redis does not answer, and Unreadable where it refuses, as under a name that has something of another kind."""
    from redis.exceptions import RedisError, ResponseError

    try:
        yield
    except ResponseError as error:
        raise Unreadable from error
    except (RedisError, OSError) as error:
        raise StoreLost from error
