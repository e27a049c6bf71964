"""HTTP routes of a room's question: pose, answer, close, show and reveal it. See docs/rooms.md."""

import json
import time
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.decks.votes import parse_vote
from cnnviz.rooms import question_view
from cnnviz.rooms.answer_cache import AnswerCache
from cnnviz.rooms.answer_record import Record, read, record, table
from cnnviz.rooms.experiment import Experiment, predicted_data, prediction_data
from cnnviz.rooms.poll import EXPERIMENT, PREDICTION, Poll
from cnnviz.rooms.preview import steps_data
from cnnviz.rooms.question_view import PreparedQuestion, prepare_question, text_of
from cnnviz.rooms.redis_keys import deck_digest
from cnnviz.rooms.room_secrets import is_device
from cnnviz.rooms.store import MOST_DEVICES, Room, Store
from cnnviz.server.admission import Admission
from cnnviz.server.compute_queue import ComputeQueue
from cnnviz.server.job import Busy, CostEstimate
from cnnviz.server.language import request_language
from cnnviz.server.rate_limits import Rate
from cnnviz.server.request_bodies import Refused, read_json_object
from cnnviz.server.visitors import visitor_of
from cnnviz.wire.rooms import RoomPoll, RoomQuestion, RoomResults
from cnnviz.words import DEFAULT, Problem

MOST_QUESTION, MOST_VOTE = 8_000, 1_000
"""Size limits of a question and of an answer, in bytes."""
MOST_SECONDS = 3_600
_FRESH = {"Cache-Control": "no-store"}

Result = TypeVar("Result")


def poll_data(poll: Poll | None) -> RoomPoll | None:
    """Return the state of a question as event streams send it, or None if there is none."""
    if poll is None:
        return None
    now = time.time()
    current = poll.at(now)
    remaining_seconds = current.seconds_left(now)
    left = None if remaining_seconds is None else round(remaining_seconds, 2)
    return RoomPoll(number=current.number, phase=current.phase, round=current.round, left=left, keyed=current.keyed, kind=current.stage)


class Questions:
    """Request handlers of a room's question."""

    def __init__(self, store: Store):
        self.store = store
        self.prepared: LruCache[tuple[str, str], PreparedQuestion] = LruCache(32_000_000, held_bytes)
        self.cache = AnswerCache()
        self.work: ComputeQueue[Any] = ComputeQueue(1, Admission(40, 6))
        self.voted = Rate(3_000, 0.02)  # an audience may share one address
        self.again = Rate(20, 0.5)  # rate of answer changes per device

    async def ask_or_turn(self, request: Request, room: Room) -> Response:
        """PUT room/<code>/question, for the presenter: pose another question, or apply {"act": …} to the current one.
       """
        body = await read_json_object(request, MOST_QUESTION)
        seconds = _seconds(body)
        action = body.get("act")
        if action is None:
            poll = await self.pose(request, room, _spec(body, room), seconds)
            if room.cover:  # the lecture goes on
                await self.store.order(room, cover="")
            return JSONResponse(poll_data(poll), 201, _FRESH)
        if room.poll is None:
            raise Refused(404, "ui.rooms.no_question")
        current = room.poll.at(time.time())
        if action == "again" and current.phase == "revealed":  # the answer is revealed, so ask again about another image
            spec = await self.compute(request, ("elsewhere", text_of(current.spec)), lambda: question_view.spec_on_next_image(current.spec, room.deck))
            return JSONResponse(poll_data(await self.pose(request, room, spec, seconds)), 201, _FRESH)
        await self.store.ask(room, room.poll.after_action(str(action), time.time(), seconds))
        return JSONResponse(poll_data(room.poll), headers=_FRESH)

    async def pose(self, request: Request, room: Room, spec: dict[str, Any], seconds: float | None = None, screen: str | None = None) -> Poll:
        """Pose a question in a room. Move the audience to its setup if that differs, and to `screen` of the deck."""
        prepared_question = await self._prepare(request, room, spec)
        moves_audience = bool(question_view.is_from_deck(spec) or spec["change"])
        poll = self._next_poll(room, spec, prepared_question.step.kind, prepared_question.most, prepared_question.keyed, seconds, moves_audience)
        await self._note(request, room)
        await self.store.ask(room, poll)  # before the move, so that pages hide the answer
        if moves_audience:
            await self.store.move(room, question_view.moved_query(prepared_question, room.query), screen)
        return poll

    async def end_question(self, request: Request, room: Room) -> None:
        """End the question in a room."""
        await self._note(request, room)
        await self.store.ask(room, None)

    async def _note(self, request: Request, room: Room) -> None:
        """Store the answers to the current question, if there are any."""
        if room.poll and (entry := await self._record(request, room, room.poll)):
            await self.store.note(room, json.dumps(entry))

    async def _record(self, request: Request, room: Room, poll: Poll) -> Record | None:
        """Return the record of the answers to a question, or None if there are none or they can no longer be
        evaluated."""
        if poll.kind == EXPERIMENT or not any(ballots := await self.store.ballots(room, poll)):
            return None
        try:
            return record(poll, await self._prepare(request, room, poll.spec, request_language(request)), ballots)
        except Refused:
            return None

    async def download_results(self, request: Request, room: Room) -> Response:
        """GET room/<code>/results.csv, for the presenter: all questions and rounds so far."""
        entries = [entry for text in await self.store.records(room) if (entry := read(text))]
        current = await self._record(request, room, room.poll) if room.poll else None
        headers = {**_FRESH, "Content-Disposition": f'attachment; filename="room-{room.code}.csv"'}
        return Response(table([*entries, *([current] if current else [])]), media_type="text/csv", headers=headers)

    async def begin(self, request: Request, room: Room, spec: dict[str, Any]) -> None:
        """Begin an experiment in a room."""
        await self._note(request, room)
        await self.store.ask(room, self._next_poll(room, spec, EXPERIMENT, MOST_DEVICES, False, None, True))

    def _next_poll(self, room: Room, spec: dict[str, Any], kind: str, most: int, keyed: bool, seconds: float | None, leads: bool) -> Poll:
        now = time.time()
        number = max(int(1000 * now), room.poll.number + 1 if room.poll else 0)
        previous_query = (room.poll.back if room.poll else "") or (room.query if leads else "")
        return Poll(number, spec, kind, most, keyed, closes=now + seconds if seconds else None, back=previous_query)

    async def end(self, request: Request, room: Room) -> Response:
        """DELETE room/<code>/question, for the presenter: end it, and return the audience to its previous address,
        unless it has moved on."""
        poll = room.poll
        await self.end_question(request, room)
        if poll and poll.back and room.query == await self._question_address(request, room, poll):
            await self.store.move(room, poll.back)
        return Response(status_code=204)

    async def _question_address(self, request: Request, room: Room, poll: Poll) -> str:
        """Return the address to which a question has moved the audience."""
        if poll.kind == EXPERIMENT:
            return str(poll.spec.get("query"))
        return question_view.moved_query(await self._prepare(request, room, poll.spec), room.query)

    async def look(self, request: Request, room: Room) -> Response:
        """GET room/<code>/question: the public part of the question. `number` is the question that the client
        expects."""
        number = request.query_params.get("number", "")
        if number and number != str(room.poll.number if room.poll else ""):  # posed by another process?
            await self.store.renew(room)
        poll = _poll(room)
        lang = request_language(request)
        name = ("question", poll.number, text_of(poll.spec), lang)

        async def compute() -> RoomQuestion:
            if poll.stage == PREDICTION:
                return prediction_data(_experiment(poll), poll.number, lang)
            return question_view.question_data(await self._prepare(request, room, poll.spec, lang), poll.number)

        return await self.cache.get(request, name, compute)

    async def posed_question(self, request: Request, room: Room) -> Response:
        """GET room/<code>/asked, for the presenter: the question as it was sent, so that it can be posed again in a
        reopened room."""
        poll = _poll(room)
        if poll.kind == EXPERIMENT:  # a question of a screen, which poses it again
            raise Refused(404, "ui.rooms.no_question")
        question = {name: value for name, value in poll.spec.items() if name not in ("at", "change", "script")}
        return JSONResponse({"number": poll.number, "question": question}, headers=_FRESH)

    async def vote(self, request: Request, room: Room) -> Response:
        """POST room/<code>/vote: a device's answer, which replaces its previous one."""
        device, body = await self.read_device_body(request, room)
        if room.poll and room.poll.stage == EXPERIMENT:
            raise Refused(409, "ui.rooms.other_question")
        if not _is_current(room, body):  # another process may have posed it a moment ago
            await self.store.renew(room)
        poll = _poll(room)
        if body.get("number", poll.number) != poll.number or body.get("round", poll.round) != poll.round:
            raise Refused(409, "ui.rooms.other_question")
        if poll.phase != "open":
            raise Refused(409, "ui.rooms.vote_closed")
        kind, answer_limit = ("choose", poll.choices) if poll.stage == PREDICTION else (poll.kind, poll.most)
        answer = parse_vote(kind, answer_limit, body.get("answer"))
        if answer is None:
            raise Refused(400, f"ui.rooms.answer.{kind}", most=answer_limit - 1)
        if not await self.store.vote(room, poll, device, answer):
            raise Refused(409, "ui.rooms.vote_closed")
        return JSONResponse({"number": poll.number, "round": poll.round, "answer": answer}, headers=_FRESH)

    async def lose(self, request: Request, room: Room) -> Response:
        """POST room/<code>/lost: a follower is lost, or no longer with {"lost": false}. It counts until the lecture
        goes on."""
        device, body = await self.read_device_body(request, room)
        await self.store.lose(room, device, body.get("lost") is not False)
        return Response(status_code=204)

    async def read_device_body(self, request: Request, room: Room) -> tuple[str, dict[str, object]]:
        """Return the device's token and the body. Raise Refused if the token is not of this room (403) or it sends
        too often (429)."""
        body = await read_json_object(request, MOST_VOTE)
        device = str(body.get("device"))
        if not is_device(device, room.presenter):
            raise Refused(403, "ui.rooms.device")
        if self.again.token_count(device) < 1 or not self.voted.take(visitor_of(request)):
            raise Refused(429, "ui.rooms.too_fast", n=1)
        self.again.take(device)
        return device, body

    async def results(self, request: Request, room: Room, private: bool) -> Response:
        """GET room/<code>/results: the results, for everybody once they are shown, and for the presenter (`private`) at
        any time."""
        poll = _poll(room)
        if not private and not poll.shows:
            raise Refused(403, "ui.rooms.not_shown")
        lang = request_language(request)
        is_revealed = poll.keyed and (private or poll.phase == "revealed")
        name = ("results", room.code, poll.number, poll.turn, is_revealed, lang)

        async def compute() -> RoomResults:
            if poll.stage == PREDICTION:
                return predicted_data((await self.store.ballots(room, poll))[0], (await self.store.followers(room))[0])
            question = await self._prepare(request, room, poll.spec, lang)
            ballots, followers = await self.store.ballots(room, poll), await self.store.followers(room)
            return question_view.results_data(question, ballots, followers[0], is_revealed)

        return JSONResponse(await compute(), headers=_FRESH) if private else await self.cache.get(request, name, compute)

    async def steps(self, request: Request, room: Room) -> Response:
        """GET room/<code>/steps?lesson=…, for the presenter: the screens with their notes, and the maps for
        questions."""
        lesson, lang = request.query_params.get("lesson", "")[:40], request_language(request)
        name = ("steps", lesson, room.query, room.screen, deck_digest(room.deck), lang)
        compute = partial(steps_data, lesson, room.query, lang, room.deck, room.screen)
        return JSONResponse(await self.compute(request, name, compute), headers=_FRESH)

    async def _prepare(self, request: Request, room: Room, spec: Any, lang: str = DEFAULT) -> PreparedQuestion:
        name, deck = (text_of(spec), lang), room.deck
        question = self.prepared.get(name)
        if question is None:
            try:
                question = await self.compute(request, name, lambda: prepare_question(spec, lang, deck))
            except (KeyError, TypeError, ValueError, AttributeError):  # written to Redis by another version
                raise Refused(409, "ui.rooms.newer_question") from None
            self.prepared.put(name, question)
        return question

    async def compute(self, request: Request, name: tuple[Hashable, ...], work: Callable[[], Result]) -> Result:
        """Return the result of `work`, computed outside the event loop. Raise Refused if it fails."""
        return await self.compute_for(visitor_of(request), name, work)

    async def compute_for(self, visitor: str, name: tuple[Hashable, ...], work: Callable[[], Result], expected: CostEstimate | None = None) -> Result:
        """Return the result of `work`, whose cost counts for a visitor. Raise Refused if it fails or the queue is
        full."""
        try:
            result: Result = await self.work.get(name, visitor, work, expected=expected)
            return result
        except Problem as problem:
            raise Refused(400, problem.code, **problem.values) from None
        except (Busy, TimeoutError):
            raise Refused(503, "ui.numbers.busy", n=1) from None


def _is_current(room: Room, body: Mapping[str, Any]) -> bool:
    """Return whether an answer belongs to the room's question, as known to this process, and the question is open."""
    poll = room.poll.at(time.time()) if room.poll else None
    if poll is None or poll.phase != "open":
        return False
    return bool(body.get("number", poll.number) == poll.number and body.get("round", poll.round) == poll.round)


def _poll(room: Room) -> Poll:
    """Return the room's question. Raise Refused if there is none."""
    if room.poll is None or room.poll.stage == EXPERIMENT:
        raise Refused(404, "ui.rooms.no_question")
    return room.poll.at(time.time())


def _experiment(poll: Poll) -> Experiment:
    """Return the experiment of a poll. Raise Refused if another version began it."""
    try:
        return Experiment.from_poll(poll)
    except (KeyError, TypeError, ValueError):
        raise Refused(409, "ui.rooms.newer_question") from None


def _spec(body: dict[str, object], room: Room) -> dict[str, object]:
    try:
        return question_view.spec_of(body, room.query, room.deck)
    except Problem as problem:
        raise Refused(400, problem.code, **problem.values) from None


def _seconds(body: dict[str, object]) -> float | None:
    """Return the time limit in seconds, or None if the presenter sets none. Raise Refused if it is invalid."""
    seconds = body.get("seconds")
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 1 <= seconds <= MOST_SECONDS:
        raise Refused(400, "ui.rooms.seconds", most=MOST_SECONDS)
    return float(seconds)

