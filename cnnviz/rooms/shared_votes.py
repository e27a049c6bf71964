"""Answers in rooms that several processes share: each is written to Redis once, and restored if Redis loses it.

A device may send its answers to different processes. Each answer therefore has a stamp in milliseconds since 1970,
later than that of the answer before. The latest one is restored, whichever process restores first. Every process with
followers in a room is notified of all its answers, so that none is lost if Redis and another process fail.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from cnnviz.decks.votes import parse_vote
from cnnviz.rooms.poll import Poll
from cnnviz.rooms.redis_keys import (
    ANSWERED,
    ballot_name,
    places_name,
    poll_in,
    reachable,
    room_name,
    stamp_in,
    stamps_name,
)
from cnnviz.rooms.store import (
    MOST_DEVICES,
    SILENCE,
    Ballot,
    Room,
    StoreLost,
    TooManyVotes,
    forget_ballots,
    is_open_for,
    record_answer,
)

if TYPE_CHECKING:
    from redis.asyncio import Redis

Vote = tuple[Room, Poll, str, float, asyncio.Future[bool]]


class SharedVotes:
    """The answers of all rooms.

    This process keeps those of the rooms for which `keeps` returns True, to restore them. `restore` restores a room
    that Redis has lost, and returns whether the room exists.
    """

    def __init__(self, redis: Redis, keeps: Callable[[Room], bool], restore: Callable[[Room], Awaitable[bool]]):
        self.redis: Any = redis  # redis-py's types ignore decode_responses, which makes all responses str
        self.keeps, self.restore = keeps, restore
        self.kept = 0
        self.waiting: list[Vote] = []
        self.casting: asyncio.Task[None] | None = None

    async def vote(self, room: Room, poll: Poll, device: str, answer: float) -> bool:
        """Take an answer as `Store.vote` does. Concurrent answers are written together."""
        is_stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.waiting.append((room, poll, device, answer, is_stored))
        if self.casting is None or self.casting.done():
            self.casting = asyncio.create_task(self._cast_all())
        return await is_stored

    async def place(self, room: Room, poll: Poll, device: str) -> float:
        """Return the device's number in an experiment, or reserve the next one. Numbers are unique across processes."""
        ballot, places_key = ballot_name(room.code, poll, poll.round), places_name(room.code, poll)
        async with reachable():
            number_text = await self.redis.hget(ballot, device)
            place = _number(poll, number_text) if number_text is not None else None
            if place is not None:
                return place
            # Redis may have lost the counter
            await self.redis.set(places_key, await self.redis.hlen(ballot), nx=True, ex=int(SILENCE))
            return float(await self.redis.incr(places_key)) - 1

    async def ballots(self, room: Room, poll: Poll) -> list[Ballot]:
        """Return the ballots as `Store.ballots` does, without invalid answers."""
        async with reachable():
            rounds = []
            for round in range(1, poll.round + 1):
                await self._put_back_lost(room, poll, round)
                rounds.append(await self.redis.hgetall(ballot_name(room.code, poll, round)))
        rounds_by_device = [{device: _number(poll, text) for device, text in ballot.items()} for ballot in rounds]
        return [{device: answer for device, answer in ballot.items() if answer is not None} for ballot in rounds_by_device]

    async def count(self, room: Room, poll: Poll) -> int:
        """Return the number of answers as `Store.votes` does."""
        async with reachable():
            return await self._put_back_lost(room, poll, poll.round)

    def forget(self, room: Room) -> None:
        """Drop this process's copy of a room's answers."""
        self.kept -= forget_ballots(room)

    async def put_back(self, room: Room, poll: Poll) -> None:
        """Restore answers received here that Redis lacks, or of which it has an earlier version."""
        for round in list(room.ballots):
            while not await self._put_back(room, poll, round):
                pass  # another process wrote at the same time

    async def _put_back_lost(self, room: Room, poll: Poll, round: int) -> int:
        """Restore the answers to one round that Redis has lost. Return the number of answers in Redis."""
        name = ballot_name(room.code, poll, round)
        count = int(await self.redis.hlen(name))
        if room.poll and room.poll.number == poll.number and count < len(room.ballots.get(round, {})):
            while not await self._put_back(room, poll, round):
                pass
            count = int(await self.redis.hlen(name))
        return count

    async def _put_back(self, room: Room, poll: Poll, round: int) -> bool:
        from redis.exceptions import WatchError

        answers, stamps = dict(room.ballots.get(round, {})), dict(room.stamps.get(round, {}))
        if not answers:
            return True
        name, stamps_key = ballot_name(room.code, poll, round), stamps_name(room.code, poll, round)
        async with self.redis.pipeline() as pipe:
            await pipe.watch(name, stamps_key)
            stored_answers, stored_stamps = await pipe.hmget(name, list(answers)), await pipe.hmget(stamps_key, list(answers))
            missing_devices = [
                device for device, answer, stamp in zip(answers, stored_answers, stored_stamps, strict=True)
                if answer is None or (stamp is not None and stamp_in(stamp) < stamps.get(device, 0))
            ]  # fmt: skip
            pipe.multi()
            _write(pipe, name, {device: str(answers[device]) for device in missing_devices})
            _write(pipe, stamps_key, {device: stamps.get(device, 0) for device in missing_devices})
            with contextlib.suppress(WatchError):
                await pipe.execute()
                return True
        return False

    async def _cast_all(self) -> None:
        while self.waiting:
            pending, self.waiting = self.waiting, []
            groups: dict[tuple[str, int, int], list[Vote]] = {}
            for vote in pending:
                groups.setdefault((vote[0].code, vote[1].number, vote[1].round), []).append(vote)
            for votes in groups.values():
                outcome: bool | Exception
                try:
                    async with reachable():
                        outcome = await self._cast(votes[0][0], votes[0][1], {device: answer for _, _, device, answer, _ in votes})
                except Exception as error:  # pass any error on to the callers
                    outcome = error
                for *_, future in votes:
                    if not future.done():  # the client may have disconnected
                        future.set_result(outcome) if isinstance(outcome, bool) else future.set_exception(outcome)

    async def _cast(self, room: Room, poll: Poll, answers: Ballot) -> bool:
        """Write answers to a round if it is open at that moment."""
        from redis.exceptions import WatchError

        name, stamps_key = ballot_name(room.code, poll, poll.round), stamps_name(room.code, poll, poll.round)
        restored = False
        while True:
            async with self.redis.pipeline() as pipe:
                await pipe.watch(room_name(room.code))
                poll_text = await pipe.hget(room_name(room.code), "poll")
                if poll_text is None and restored:
                    raise StoreLost
                if poll_text is None:  # Redis was restarted or has evicted the room
                    restored = True
                    await pipe.reset()
                    if not await self.restore(room):
                        raise StoreLost
                    continue
                if not is_open_for(poll_in(poll_text), poll):
                    return False
                new_count = (await pipe.hmget(name, list(answers))).count(None)
                if new_count and await pipe.hlen(name) + new_count > MOST_DEVICES:
                    raise TooManyVotes
                old_stamps = await pipe.hmget(stamps_key, list(answers))
                now_ms = int(1000 * time.time())
                stamps = {device: max(now_ms, stamp_in(stamp) + 1) for device, stamp in zip(answers, old_stamps, strict=True)}
                pipe.multi()
                _write(pipe, name, {device: str(answer) for device, answer in answers.items()})
                _write(pipe, stamps_key, stamps)
                pipe.publish(ANSWERED, json.dumps([room.code, poll.number, poll.round, {device: (answer, stamps[device]) for device, answer in answers.items()}]))
                try:
                    await pipe.execute()
                except WatchError:
                    continue  # the question changed meanwhile and may be closed
            self.keep(room, poll.number, poll.round, {device: (answer, stamps[device]) for device, answer in answers.items()})
            return True

    def keep(self, room: Room, number: int, round: int, answers: Mapping[str, tuple[float, int]]) -> None:
        """Keep answers with their stamps so that they can be restored; of each device only the latest."""
        if room.poll is None or room.poll.number != number or not 1 <= round <= room.poll.round or not self.keeps(room):
            return
        stamps = room.stamps.setdefault(round, {})
        for device, (answer, stamp) in answers.items():
            with contextlib.suppress(TooManyVotes):  # affects only the restoring of answers
                if stamp > stamps.get(device, -1):
                    self.kept += record_answer(room, round, device, answer, self.kept)
                    stamps[device] = stamp


def _number(poll: Poll, text: str) -> float | None:
    try:
        return parse_vote(poll.kind, poll.most, float(text))
    except ValueError:
        return None


def _write(pipe: Any, name: str, fields: Mapping[str, str | int]) -> None:
    if fields:
        pipe.hset(name, mapping=fields)
        pipe.expire(name, int(SILENCE))
