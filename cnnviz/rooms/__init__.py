"""Rooms: an audience follows a presenter from screen to screen. Only addresses are transmitted; see docs/rooms.md."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from cnnviz.core.runtime.lru_cache import LruCache
from cnnviz.rooms.addresses import parse_address, read_room_body
from cnnviz.rooms.experiment_routes import Experiments
from cnnviz.rooms.exploring import is_exploring, screen_key
from cnnviz.rooms.follower import join_link, page_of_refusal, page_of_room, page_to_enter, qr
from cnnviz.rooms.lecture_routes import MOST_BODY, Lectures, Prepare, find_screen, read_deck, screens_of
from cnnviz.rooms.question_routes import Questions
from cnnviz.rooms.room_secrets import LENGTH, LETTERS, code_of, digest, is_secret, new_device, new_secret
from cnnviz.rooms.store import MemoryStore, Room, Store, StoreLost, TooManyRooms, TooManyVotes
from cnnviz.rooms.streams import Stream, Streams, is_together
from cnnviz.server.direct_routes import DirectRoute
from cnnviz.server.language import request_language
from cnnviz.server.numbers import refusal
from cnnviz.server.rate_limits import MIN_SHARE, Rate
from cnnviz.server.request_bodies import Refused
from cnnviz.server.visitors import visitor_of
from cnnviz.words import use_language

__all__ = ["LENGTH", "LETTERS", "Rooms", "room_routes"]

LARGE_ROOM = 10
"""Minimum number of followers for which a move waits until its numbers are computed."""


async def _prepare_nothing(query: str, client: object) -> None:
    """Default of `prepare`: do nothing."""


class Rooms:
    """Request handlers of the rooms in `store`. `prepare` computes in advance the responses that an audience will
    request at an address, and `key` is the server's secret (room_secrets.py)."""

    def __init__(self, store: Store | None = None, prepare: Prepare = _prepare_nothing, large_room: int = LARGE_ROOM, key: str = "", everywhere: bool = True) -> None:
        self.store: Store = store or MemoryStore()
        self.everywhere = everywhere  # whether the server listens on more than the loopback interface
        self.key = key
        self.streams = Streams(self.store)
        # (address, room) pairs with an earlier successful request
        self.reached: LruCache[tuple[str, str], bool] = LruCache(20_000)
        # (address, room) pairs whose pages poll for a room that is gone
        self.waiting: LruCache[tuple[str, str], bool] = LruCache(20_000)
        self.opened = Rate(20, 60)  # new rooms per visitor, since a school may share an address
        self.missed = Rate(60, 1)  # wrong room codes per visitor
        self.forged = Rate(10, 6)  # wrong secrets per visitor
        self.moved = Rate(60, 0.025)  # moves per room
        self.joined = Rate(MIN_SHARE, 30)  # device tokens per address and room, beyond one for each stream
        self.questions = Questions(self.store)
        self.experiments = Experiments(self.store, self.questions)
        self.lectures = Lectures(self.store, self.questions, prepare, large_room, self.experiments.ahead)

    async def open(self, request: Request) -> Response:
        """POST room: open a room. The response holds the presenter's secret. A secret in the request reopens its room
        if that is gone. With a deck the room begins at the given screen, by default the first.
        """
        if self.opened.token_count(visitor_of(request)) < 1:
            raise Refused(429, "ui.rooms.too_many", n=1)
        body = await read_room_body(request, MOST_BODY)
        secret, deck = _read_secret(body), read_deck(body) if "script" in body else ""
        query = parse_address(body.get("query", "" if secret or deck else None))
        if not self.opened.take(visitor_of(request)):
            raise Refused(429, "ui.rooms.too_many", n=1)
        if deck:
            find_screen(await self.lectures.deck(request, deck), body.get("screen", 1))
        code, presenter, is_new = await self._open_room(request, secret, query)
        if is_new and deck and (room := await self.store.room(code)):
            await self.lectures.give(request, room, deck)
            await self.lectures.show(request, room, body.get("screen", 1))
        return JSONResponse({"code": code, "driver": presenter}, 201 if is_new else 200, {"Cache-Control": "no-store"})

    async def _open_room(self, request: Request, secret: str, query: str) -> tuple[str, str, bool]:
        """Open a new room, or the room of `secret`. Return the code, the secret, and whether the room is new. Raise
        Refused or TooManyRooms."""
        for _ in range(20):
            presenter = secret or new_secret()
            code = await asyncio.to_thread(code_of, presenter, self.key)
            is_new = await self.store.open(code, digest(presenter), query)
            if is_new or (secret and await self._is_presenter(code, secret)):
                self.reached.put((visitor_of(request), code), True)
                return code, presenter, is_new
            if secret:
                raise Refused(403, "ui.rooms.not_driver")
        raise TooManyRooms

    async def _is_presenter(self, code: str, secret: str) -> bool:
        room = await self.store.room(code)
        return room is not None and hmac.compare_digest(digest(secret), room.presenter)

    async def join(self, request: Request, room: Room) -> Response:
        """POST room/<code>/device: issue a device token, which votes need. An address gets one for each of its
        streams, and a few more."""
        visitor = visitor_of(request)
        if not await self.store.join(room, visitor, partial(self.joined.take, f"{visitor} {room.code}")):
            raise Refused(429, "ui.rooms.no_stream")
        return JSONResponse({"device": new_device(room.presenter)}, 201, {"Cache-Control": "no-store"})

    async def enter(self, request: Request) -> Response:
        """GET room: a page that asks for the code, or with ?code=… a redirect to the room."""
        code = "".join(letter for letter in request.query_params.get("code", "").upper() if letter in LETTERS)[: LENGTH + 1]
        return RedirectResponse(f"room/{code}", 303) if code else page_to_enter(request_language(request))

    async def look(self, request: Request) -> Response:
        """GET room/<code>: the follower's page, or as JSON the room's current address and number of followers."""
        room = await self.room(request)
        if "text/html" in request.headers.get("Accept", ""):
            return page_of_room(room.code, request_language(request)) if await self._may_explore(room, request.url.query) else RedirectResponse(room.code, 303)
        (followers, exploring), link = await self.store.followers(room), join_link(request, room.code, self.everywhere)
        data = {"code": room.code, "query": room.query, "number": room.number, "followers": followers, "alone": exploring, "link": link, **screens_of(room)}
        return JSONResponse(data, headers={"Cache-Control": "no-store", "Vary": "Accept"})

    async def _may_explore(self, room: Room, query: str) -> bool:
        """Return whether followers may explore the address by themselves."""
        if not is_exploring(query):
            return True
        if is_together(room):
            return False
        if room.explore in ("", "free"):
            return True
        return room.explore == "screens" and await self.store.has_been(room, screen_key(query))

    async def screen(self, request: Request) -> Response:
        """GET room/<code>/screen: the page for a projector."""
        return page_of_room((await self.room(request)).code, request_language(request), "screen")

    async def presenter_view(self, request: Request) -> Response:
        """GET room/<code>/cockpit: the presenter view, whose data and actions need the presenter's secret."""
        return page_of_room((await self.room(request)).code, request_language(request), "cockpit")

    async def picture(self, request: Request) -> Response:
        """GET room/<code>/qr.svg: the room's link as a QR code."""
        room = await self.room(request)
        return qr(join_link(request, room.code, self.everywhere))

    async def move(self, request: Request) -> Response:
        """PUT room/<code>: move everybody to another address or screen."""
        room = await self.room_of_presenter(request)
        if not self.moved.take(room.code):
            raise Refused(429, "ui.rooms.too_fast", n=1)
        return await self.lectures.move(request, room)

    async def end(self, request: Request) -> Response:
        """DELETE room/<code>: end the room."""
        await self.store.end(await self.room_of_presenter(request))
        return Response(status_code=204)

    async def follow(self, request: Request) -> Response:
        """GET room/<code>/events: the room's event stream, beginning with the current address. HEAD checks whether
        the room exists."""
        room = await self.room(request, waiting=True)
        visitor = visitor_of(request)
        if not self.streams.have_room(visitor):
            raise Refused(503, "ui.rooms.full", n=1)
        if request.method == "HEAD":
            return Response(media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        stream = Stream(
            room=room, visitor=visitor, seen=request.headers.get("Last-Event-ID", ""),
            screen="screen" in request.query_params, alone="alone" in request.query_params and not is_together(room),
        )  # fmt: skip
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self.streams.events(stream), media_type="text/event-stream", headers=headers)

    def question_routes(self) -> list[tuple[str, str, Callable[[Request], Awaitable[Response]]]]:
        """Return the routes of a room's question, experiment and deck: method, last part of the path, and handler."""
        questions = self.questions

        def for_all(handler: Callable[[Request, Room], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
            async def answer(request: Request) -> Response:
                return await handler(request, await self.room(request))

            return answer

        def for_presenter(handler: Callable[[Request, Room], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
            async def answer(request: Request) -> Response:
                room = await self.room_of_presenter(request)
                if request.method != "GET" and not self.moved.take(room.code):
                    raise Refused(429, "ui.rooms.too_fast", n=1)
                return await handler(request, room)

            return answer

        async def results(request: Request) -> Response:
            private = "Authorization" in request.headers
            return await questions.results(request, await (self.room_of_presenter if private else self.room)(request), private)

        return [
            ("GET", "question", for_all(questions.look)),
            ("PUT", "question", for_presenter(questions.ask_or_turn)),
            ("DELETE", "question", for_presenter(questions.end)),
            ("GET", "asked", for_presenter(questions.posed_question)),
            ("POST", "device", for_all(self.join)),
            ("POST", "vote", for_all(questions.vote)),
            ("GET", "results.csv", for_presenter(questions.download_results)),
            ("POST", "lost", for_all(questions.lose)),
            ("POST", "place", for_all(self.experiments.take_part)),
            ("GET", "experiment", for_all(self.experiments.look)),
            ("GET", "inside", for_all(self.experiments.inside)),
            ("GET", "script", for_presenter(self.lectures.deck_text)),
            ("GET", "results", results),
            ("GET", "steps", for_presenter(questions.steps)),
        ]

    async def room(self, request: Request, waiting: bool = False) -> Room:
        """Return the room of the request. Raise Refused if there is none (404) or after too many wrong codes (429).

        If `waiting` is set, the page of a room that is gone polls for its code. Only its first request counts as a
        wrong code.
        """
        code, visitor = str(request.path_params["code"]).upper(), visitor_of(request)
        key = visitor, code
        is_polling = waiting and bool(self.waiting.get(key))
        if self.missed.token_count(visitor) < 1 and not is_polling and not self.reached.get(key):
            # known rooms stay reachable, so that one visitor's guesses do not lock out a class
            raise Refused(429, "ui.rooms.too_often", n=1)
        room = await self.store.room(code) if len(code) == LENGTH else None
        if room is None:
            if not is_polling:
                self.missed.take(visitor)
            if len(code) == LENGTH:
                self.waiting.put(key, True)
            raise Refused(404, "ui.rooms.none")
        self.reached.put(key, True)
        return room

    async def room_of_presenter(self, request: Request) -> Room:
        """Return the room if the request has its presenter's secret. Raise Refused otherwise."""
        room, visitor = await self.room(request), visitor_of(request)
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer" and hmac.compare_digest(digest(secret.strip()), room.presenter):
            return room
        if not self.forged.take(visitor):
            raise Refused(429, "ui.rooms.too_often", n=1)
        raise Refused(403, "ui.rooms.not_driver")


def _read_secret(body: dict[str, object]) -> str:
    """Return the secret ("driver") of an earlier room, or "" for a new one. Raise Refused if it is malformed."""
    secret = body.get("driver", "")
    if secret != "" and not is_secret(secret):
        raise Refused(403, "ui.rooms.not_driver")
    return str(secret)


_ASIDE_OF = {429: {"Retry-After": "1"}, 503: {"Retry-After": "1"}, 408: {"Connection": "close"}}
"""Additional headers of a refusal, by status."""


def with_refusals(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Wrap a handler so that each expected error becomes a refusal with a message."""

    async def answer(request: Request) -> Response:
        with use_language(request_language(request)):
            try:
                return await handler(request)
            except Refused as why:
                if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
                    return page_of_refusal(why, request.url.path, request_language(request))
                return refusal(why.status, why.id, _ASIDE_OF.get(why.status), **why.values)
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
    """Return the routes of the rooms below Streamlit's base path ("" or "/prefix")."""
    main_routes = [("GET", "", rooms.look), ("PUT", "", rooms.move), ("DELETE", "", rooms.end)]
    pages = [("GET", "/screen", rooms.screen), ("GET", "/cockpit", rooms.presenter_view), ("GET", "/qr.svg", rooms.picture)]
    from_follower = [("GET", "events", rooms.follow), *rooms.question_routes()]
    room = f"{folder}/room/{{code}}"
    return [
        Route(f"{folder}/room", with_refusals(rooms.open), methods=["POST"]),
        Route(f"{folder}/room", with_refusals(rooms.enter), methods=["GET"]),
        *(DirectRoute(f"{room}/{name}", with_refusals(handler), methods=[method]) for method, name, handler in from_follower),
        *(Route(room + name, with_refusals(handler), methods=[method]) for method, name, handler in [*main_routes, *pages]),
    ]
