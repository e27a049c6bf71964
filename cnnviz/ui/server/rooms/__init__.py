"""Rooms: a lecturer goes through lessons, and a hall follows. What travels is an address; docs/rooms.md describes it."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from cnnviz.core.recent import Recent
from cnnviz.ui.reader import of_request
from cnnviz.ui.server.direct import DirectRoute
from cnnviz.ui.server.gate import visitor_of
from cnnviz.ui.server.numbers import MOST_QUERY, refusal
from cnnviz.ui.server.rooms.follower import join_link, page_of_refusal, page_of_room, qr
from cnnviz.ui.server.rooms.limits import Rate
from cnnviz.ui.server.rooms.questions import Questions
from cnnviz.ui.server.rooms.refused import Refused, body_of
from cnnviz.ui.server.rooms.store import Memory, Room, Store, StoreLost, TooManyRooms, TooManyVotes
from cnnviz.ui.server.rooms.streams import Stream, Streams
from cnnviz.words import reading

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Of a code, which is read off a projector and typed: without what looks like something else."""
LENGTH = 5
CROWD = 10
"""Followers from which on a move waits until their numbers are ready."""

Prepare = Callable[[str, object], Awaitable[None]]


async def _nothing(query: str, client: object) -> None:
    """Where nobody needs to be ready."""


class Rooms:
    """The answers; `store` has the rooms, and `prepare` makes what a hall will ask for at an address, for whoever drives it there."""

    def __init__(self, store: Store | None = None, prepare: Prepare = _nothing, crowd: int = CROWD) -> None:
        self.store: Store = store or Memory()
        self.prepare, self.crowd = prepare, crowd
        self.streams = Streams(self.store)
        self.reached: Recent[tuple[str, str], bool] = Recent(20_000)  # rooms that somebody at an address has been in
        self.opened = Rate(20, 60)  # rooms a visitor opens: a school may share one address
        self.missed = Rate(60, 1)  # codes that there are not
        self.forged = Rate(10, 6)  # secrets that are none
        self.moved = Rate(60, 0.025)  # moves of one room
        self.questions = Questions(self.store)

    async def open(self, request: Request) -> Response:
        """POST room: another room, whose driver is whoever knows the secret that this answers."""
        visitor = visitor_of(request)
        query = await _query_in(request)
        if not self.opened.take(visitor):
            raise Refused(429, "ui.rooms.too_many", n=1)
        driver = secrets.token_urlsafe(24)
        for _ in range(20):
            code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
            if await self.store.open(code, _digest(driver), query):
                self.reached.put((visitor, code), True)
                return JSONResponse({"code": code, "driver": driver}, 201, {"Cache-Control": "no-store"})
        raise TooManyRooms

    async def look(self, request: Request) -> Response:
        """GET room/<code>: the follower's page, or, for a program, where the room is and how many follow."""
        room = await self.room(request)
        if "text/html" in request.headers.get("Accept", ""):
            return page_of_room(room.code, of_request(request))
        (followers, alone), link = await self.store.followers(room), join_link(request, room.code)
        found = {"code": room.code, "query": room.query, "number": room.number, "followers": followers, "alone": alone, "link": link}
        return JSONResponse(found, headers={"Cache-Control": "no-store", "Vary": "Accept"})

    async def screen(self, request: Request) -> Response:
        """GET room/<code>/screen: the page for a projector."""
        return page_of_room((await self.room(request)).code, of_request(request), "screen")

    async def cockpit(self, request: Request) -> Response:
        """GET room/<code>/cockpit: the lecturer's own page; what it shows and does needs the driver's secret."""
        return page_of_room((await self.room(request)).code, of_request(request), "cockpit")

    async def picture(self, request: Request) -> Response:
        """GET room/<code>/qr.svg: the link to it, for phones."""
        room = await self.room(request)
        return qr(join_link(request, room.code))

    async def move(self, request: Request) -> Response:
        """PUT room/<code>: everybody goes there."""
        room = await self.driven(request)
        if not self.moved.take(room.code):
            raise Refused(429, "ui.rooms.too_fast", n=1)
        query = await _query_in(request)
        room.came += 1
        came = room.came
        if room.followers >= self.crowd:
            await self.prepare(query, request.client)
        overtaken = came < room.came  # by a later move, whose numbers may have been there sooner
        return JSONResponse({"number": room.number if overtaken else await self.store.move(room, query)}, headers={"Cache-Control": "no-store"})

    async def end(self, request: Request) -> Response:
        """DELETE room/<code>: it is over."""
        await self.store.end(await self.driven(request))
        return Response(status_code=204)

    async def follow(self, request: Request) -> Response:
        """GET room/<code>/events: a stream of addresses, the current one first."""
        room = await self.room(request)
        visitor = visitor_of(request)
        if not self.streams.have_room(visitor):
            raise Refused(503, "ui.rooms.full", n=1)
        stream = Stream(
            room=room, visitor=visitor, seen=request.headers.get("Last-Event-ID", ""),
            screen="screen" in request.query_params, alone="alone" in request.query_params,
        )  # fmt: skip
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self.streams.events(stream), media_type="text/event-stream", headers=headers)

    def question_routes(self) -> list[tuple[str, str, Callable[[Request], Awaitable[Response]]]]:
        """What is asked of a room's question: method, the path's last part, and who answers."""
        questions = self.questions

        def for_all(act: Callable[[Request, Room], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
            async def answer(request: Request) -> Response:
                return await act(request, await self.room(request))

            return answer

        def for_driver(act: Callable[[Request, Room], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
            async def answer(request: Request) -> Response:
                room = await self.driven(request)
                if request.method != "GET" and not self.moved.take(room.code):
                    raise Refused(429, "ui.rooms.too_fast", n=1)
                return await act(request, room)

            return answer

        async def results(request: Request) -> Response:
            private = "Authorization" in request.headers
            return await questions.results(request, await (self.driven if private else self.room)(request), private)

        return [
            ("GET", "question", for_all(questions.look)),
            ("PUT", "question", for_driver(questions.ask_or_turn)),
            ("DELETE", "question", for_driver(questions.end)),
            ("POST", "vote", for_all(questions.vote)),
            ("GET", "results", results),
            ("GET", "steps", for_driver(questions.steps)),
        ]

    async def room(self, request: Request) -> Room:
        code, visitor = str(request.path_params["code"]).upper(), visitor_of(request)
        if self.missed.look(visitor) < 1 and not self.reached.get((visitor, code)):
            raise Refused(429, "ui.rooms.too_many_codes", n=1)  # a class, whose room this is, goes on whatever one of it tries
        room = await self.store.room(code) if len(code) == LENGTH else None
        if room is None:
            self.missed.take(visitor)
            raise Refused(404, "ui.rooms.none")
        self.reached.put((visitor, code), True)
        return room

    async def driven(self, request: Request) -> Room:
        """The room, for its driver."""
        room, visitor = await self.room(request), visitor_of(request)
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer" and hmac.compare_digest(_digest(secret.strip()), room.driver):
            return room
        if not self.forged.take(visitor):
            raise Refused(429, "ui.rooms.too_many_codes", n=1)
        raise Refused(403, "ui.rooms.not_driver")


async def _query_in(request: Request) -> str:
    """The address in a request's body, as text or as JSON's "query": what stands behind the "?". Raises Refused."""
    body = await body_of(request, MOST_QUERY, "ui.rooms.too_long")
    try:
        text = body.decode()
        if text.lstrip().startswith(("{", '"')):
            found = json.loads(text)
            text = str(found["query"] if isinstance(found, dict) else found)
    except (ValueError, KeyError, RecursionError):
        raise Refused(400, "ui.rooms.no_address") from None
    query = text.strip().removeprefix("?")
    if not query.isascii() or not query.isprintable() or " " in query:
        raise Refused(400, "ui.rooms.no_address")
    return query


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def answering(act: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The same, with a sentence for all that can go wrong."""

    async def answer(request: Request) -> Response:
        with reading(of_request(request)):
            return await answered(request)

    async def answered(request: Request) -> Response:
        try:
            return await act(request)
        except Refused as why:
            if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
                return page_of_refusal(why, of_request(request))
            return refusal(why.status, why.id, {"Retry-After": "1"} if why.status in (429, 503) else None, **why.values)
        except TooManyRooms:
            return refusal(503, "ui.rooms.full", {"Retry-After": "60"}, n=1)
        except TooManyVotes:
            return refusal(503, "ui.rooms.votes_full", {"Retry-After": "60"})
        except StoreLost:
            return refusal(503, "ui.rooms.lost", {"Retry-After": "2"})
        except ClientDisconnect:
            return Response(status_code=400)

    return answer


def room_routes(folder: str, rooms: Rooms) -> list[BaseRoute]:
    """The rooms, under the path that Streamlit puts before its own ("" or "/prefix")."""
    one = [("GET", "", rooms.look), ("PUT", "", rooms.move), ("DELETE", "", rooms.end)]
    pages = [("GET", "/screen", rooms.screen), ("GET", "/cockpit", rooms.cockpit), ("GET", "/qr.svg", rooms.picture)]
    hall = [("GET", "events", rooms.follow), *rooms.question_routes()]
    room = f"{folder}/room/{{code}}"
    return [
        Route(f"{folder}/room", answering(rooms.open), methods=["POST"]),
        *(DirectRoute(f"{room}/{name}", answering(act), methods=[method]) for method, name, act in hall),
        *(Route(room + name, answering(act), methods=[method]) for method, name, act in [*one, *pages]),
    ]
