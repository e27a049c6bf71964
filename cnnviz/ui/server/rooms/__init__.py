"""Rooms: a lecturer goes through lessons, and a hall follows. What travels is an address; docs/rooms.md describes it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from cnnviz.ui.reader import of_request
from cnnviz.ui.server.gate import visitor_of
from cnnviz.ui.server.numbers import MOST_QUERY, refusal
from cnnviz.ui.server.rooms.follower import follower_page, join_link, qr
from cnnviz.ui.server.rooms.limits import Rate
from cnnviz.ui.server.rooms.store import Memory, Room, Store, StoreLost, TooManyRooms

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Of a code, which is read off a projector and typed: without what looks like something else."""
LENGTH = 5
HEARTBEAT = 15.0
"""Seconds after which a stream says that it is still there."""
MOST_FOLLOWERS = 10_000
"""Streams of one process."""


class Refused(Exception):
    """Why something is not done: an HTTP status and a message."""

    def __init__(self, status: int, id: str, **values: object):
        super().__init__(status, id)
        self.status, self.id, self.values = status, id, values


class Rooms:
    """The answers; `store` has the rooms."""

    def __init__(self, store: Store | None = None) -> None:
        self.store: Store = store or Memory()
        self.streams = 0
        self.closing = False
        self.followed: Counter[Room] = Counter()
        self.opened = Rate(20, 60)  # rooms a visitor opens: a school may share one address
        self.missed = Rate(60, 1)  # codes that there are not
        self.forged = Rate(10, 6)  # secrets that are none
        self.moved = Rate(60, 0.025)  # moves of one room

    def close(self) -> None:
        """Ends every stream; browsers come back by themselves."""
        self.closing = True
        for room in list(self.followed):
            room.wake()

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
                return JSONResponse({"code": code, "driver": driver}, 201, {"Cache-Control": "no-store"})
        raise TooManyRooms

    async def look(self, request: Request) -> Response:
        """GET room/<code>: the follower's page, or, for a program, where the room is and how many follow."""
        room = await self._room(request)
        if "text/html" in request.headers.get("Accept", ""):
            return follower_page(room.code, of_request(request))
        followers, link = await self.store.followers(room), join_link(request, room.code)
        found = {"code": room.code, "query": room.query, "number": room.number, "followers": followers, "link": link}
        return JSONResponse(found, headers={"Cache-Control": "no-store", "Vary": "Accept"})

    async def picture(self, request: Request) -> Response:
        """GET room/<code>/qr.svg: the link to it, for phones."""
        room = await self._room(request)
        return qr(join_link(request, room.code))

    async def move(self, request: Request) -> Response:
        """PUT room/<code>: everybody goes there."""
        room = await self._driven(request)
        if not self.moved.take(room.code):
            raise Refused(429, "ui.rooms.too_fast", n=1)
        return JSONResponse({"number": await self.store.move(room, await _query_in(request))}, headers={"Cache-Control": "no-store"})

    async def end(self, request: Request) -> Response:
        """DELETE room/<code>: it is over."""
        await self.store.end(await self._driven(request))
        return Response(status_code=204)

    async def follow(self, request: Request) -> Response:
        """GET room/<code>/events: a stream of addresses, the current one first."""
        room = await self._room(request)
        if self.streams >= MOST_FOLLOWERS:
            raise Refused(503, "ui.rooms.full", n=1)
        last = request.headers.get("Last-Event-ID", "")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._events(room, last), media_type="text/event-stream", headers=headers)

    async def _events(self, room: Room, last: str) -> AsyncIterator[bytes]:
        self.streams += 1
        self.followed[room] += 1
        try:
            await self.store.count(room, 1)
            yield b"retry: 1000\n\n"
            seen = last if last == str(room.number) else ""
            while not self.closing:
                changed = room.changed
                if room.ended:
                    yield b"event: end\ndata: \n\n"
                    return
                if str(room.number) != seen:
                    seen = str(room.number)
                    yield f"id: {seen}\ndata: {room.query}\n\n".encode()
                    continue
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        await changed.wait()
                except TimeoutError:
                    yield b": still there\n\n"
        finally:
            self.streams -= 1
            self.followed[room] -= 1
            if not self.followed[room]:
                del self.followed[room]
            with contextlib.suppress(StoreLost):
                await self.store.count(room, -1)

    async def _room(self, request: Request) -> Room:
        code, visitor = str(request.path_params["code"]).upper(), visitor_of(request)
        if self.missed.look(visitor) < 1:
            raise Refused(429, "ui.rooms.too_many_codes", n=1)
        room = await self.store.room(code) if len(code) == LENGTH else None
        if room is None:
            self.missed.take(visitor)
            raise Refused(404, "ui.rooms.none")
        return room

    async def _driven(self, request: Request) -> Room:
        """The room, for its driver."""
        room, visitor = await self._room(request), visitor_of(request)
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if self.forged.look(visitor) < 1:
            raise Refused(429, "ui.rooms.too_many_codes", n=1)
        if kind.lower() != "bearer" or not hmac.compare_digest(_digest(secret.strip()), room.driver):
            self.forged.take(visitor)
            raise Refused(403, "ui.rooms.not_driver")
        return room


async def _query_in(request: Request) -> str:
    """The address in a request's body, as text or as JSON's "query": what stands behind the "?". Raises Refused."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_QUERY:
            raise Refused(413, "ui.rooms.too_long", most=MOST_QUERY)
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
        try:
            return await act(request)
        except Refused as why:
            return refusal(why.status, why.id, {"Retry-After": "1"} if why.status in (429, 503) else None, **why.values)
        except TooManyRooms:
            return refusal(503, "ui.rooms.full", {"Retry-After": "60"}, n=1)
        except StoreLost:
            return refusal(503, "ui.rooms.lost", {"Retry-After": "2"})
        except ClientDisconnect:
            return Response(status_code=400)

    return answer


def room_routes(folder: str, rooms: Rooms) -> list[BaseRoute]:
    """The rooms, under the path that Streamlit puts before its own ("" or "/prefix")."""
    acts = {"POST": rooms.open}
    one = {"GET": rooms.look, "PUT": rooms.move, "DELETE": rooms.end}
    found: list[BaseRoute] = [Route(f"{folder}/room", answering(act), methods=[method]) for method, act in acts.items()]
    found += [Route(f"{folder}/room/{{code}}", answering(act), methods=[method]) for method, act in one.items()]
    found.append(Route(f"{folder}/room/{{code}}/events", answering(rooms.follow), methods=["GET"]))
    return [*found, Route(f"{folder}/room/{{code}}/qr.svg", answering(rooms.picture), methods=["GET"])]
