"""HTTP routes that lead an audience: to an address, or from screen to screen of a deck. See docs/rooms.md."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cnnviz.decks.deck import Deck, Screen
from cnnviz.rooms.addresses import parse_address, read_room_body
from cnnviz.rooms.experiment import spec_of_experiment
from cnnviz.rooms.poll import EXPERIMENT
from cnnviz.rooms.question_routes import Questions
from cnnviz.rooms.redis_keys import deck_digest
from cnnviz.rooms.room_deck import MOST_DECK, deck_of, is_asked, number_in, query_of_screen, screen_of, screen_state
from cnnviz.rooms.room_deck import is_text as is_own
from cnnviz.rooms.store import COVERS, EXPLORE, Room, Store
from cnnviz.server.costs import Costs, LearnedCost
from cnnviz.server.job import Busy
from cnnviz.server.request_bodies import Refused
from cnnviz.server.visitors import connection_of, pause_of, visitor_of
from cnnviz.server.waiting import while_connected
from cnnviz.server.worker_pool import READING, clock, reading_cost
from cnnviz.words import Problem

MOST_BODY = 3 * MOST_DECK
"""Size limit of a body with a deck, in bytes. JSON may escape characters."""

ORDERS = {"explore": EXPLORE, "cover": COVERS}
"""Optional fields of a presenter's request, with their allowed values."""

Prepare = Callable[[str, object], Awaitable[None]]


class Lectures:
    """Request handlers for a presenter. `prepare` computes the numbers of an address if at least `large_room` follow;
    `begun` is called when an experiment begins."""

    def __init__(self, store: Store, questions: Questions, prepare: Prepare, large_room: int, begun: Callable[[Room], object]) -> None:
        self.store, self.questions, self.prepare, self.large_room, self.begun = store, questions, prepare, large_room, begun
        self.costs = Costs()

    async def move(self, request: Request, room: Room) -> Response:
        """PUT room/<code>, for the presenter: move everybody to an address, or to the {"screen"} of the deck, which
        {"script"} replaces. {"explore"} sets what followers may explore, and {"cover"} what projectors show instead
        until the next move."""
        body = await read_room_body(request, MOST_BODY)
        if "script" in body:
            await self.give(request, room, read_deck(body), body.get("screen", 1))
        for name, allowed_phases in ORDERS.items():
            if name in body and body[name] not in allowed_phases:
                raise Refused(400, "ui.rooms.order", name=name, known=allowed_phases)
        orders = {name: str(body[name]) for name in ORDERS if name in body}
        number, is_move = room.number, "screen" in body or body.keys().isdisjoint(("script", *ORDERS))
        if "screen" in body:
            number = await self.show(request, room, body["screen"]) or number
        elif is_move:
            number = await self._move_to(request, room, parse_address(body.get("query")))
        if is_move and room.cover:
            orders = {"cover": "", **orders}
        if orders:
            await self.store.order(room, **orders)
        return JSONResponse({"number": number}, headers={"Cache-Control": "no-store"})

    async def give(self, request: Request, room: Room, deck: str, number: object = 1) -> None:
        """Set the room's deck; the audience stays where it is. Raise Refused if the deck is invalid or has no such
        screen."""
        find_screen(await self.deck(request, deck), number)
        await self.store.give(room, deck)

    async def show(self, request: Request, room: Room, number: object) -> int:
        """Lead the audience to a screen of the room's deck and start its question or experiment. Raise Refused if
        there is none."""
        if not room.deck:
            raise Refused(404, "ui.rooms.no_script")
        deck = await self.deck(request, room.deck)
        screen = find_screen(deck, number)
        index = int(str(number))
        digest = deck_digest(room.deck)
        state = await self.questions.compute(request, ("told", digest, index), partial(screen_state, deck, index, digest))
        if is_asked(screen):
            await self.questions.pose(request, room, {"script": digest, "screen": index, "change": {}}, screen=state)
            return room.number
        return await self._lead_to(request, room, deck, screen, index, state)

    async def _lead_to(self, request: Request, room: Room, deck: Deck, screen: Screen, number: int, state: str) -> int:
        """Lead to a screen without a question for the audience, and end the current question."""
        view_query = {key: text for key, text in parse_qsl(room.query) if key == "view"}
        query = "&".join(filter(None, (query_of_screen(deck, number, is_own(room.deck)), urlencode(view_query))))
        spec = None
        if screen.experiment:
            spec = await self.questions.compute(request, (EXPERIMENT, screen.experiment, screen.at, screen.updates), partial(spec_of_experiment, screen))
            await self.questions.begin(request, room, spec | {"query": query, "change": {}})
            self.begun(room)
        move_number = await self._move_to(request, room, query, state)
        if room.poll and not spec:
            await self.questions.end_question(request, room)
        return move_number

    async def _move_to(self, request: Request, room: Room, query: str, screen: str | None = None) -> int:
        """Move to an address once its numbers are computed, unless a later move overtakes it. Return the number of
        the last move."""
        room.came += 1
        move_stamp = room.came
        if room.followers >= self.large_room:
            await self.prepare(query, request.client)
        is_overtaken = move_stamp < room.came  # overtaken by a later move
        return room.number if is_overtaken else await self.store.move(room, query, screen)

    async def deck(self, request: Request, deck: str) -> Deck:
        """Return the deck of a text or an id. Raise Refused if it is invalid."""
        try:
            async with while_connected(request):
                name, connection = ("script", deck_digest(deck)), connection_of(request)
                expected = LearnedCost(self.costs, "script", partial(reading_cost, "script", deck), clock=clock)
                work = partial(expected.run_timed, partial(deck_of, deck))
                result: Deck = await READING.get(name, visitor_of(request), work, connection, expected, pause_of(request))
                return result
        except Problem as problem:
            raise Refused(400, problem.code, **problem.values) from None
        except (Busy, TimeoutError, asyncio.CancelledError):  # also raised if the client has disconnected
            raise Refused(503, "ui.numbers.busy", n=1) from None

    async def deck_text(self, request: Request, room: Room) -> Response:
        """GET room/<code>/script, for the presenter: the deck, which a reopened room needs again."""
        return JSONResponse({"script": room.deck, **screens_of(room)}, headers={"Cache-Control": "no-store"})


def find_screen(deck: Deck, number: object) -> Screen:
    """Return a deck's screen by its number. Raise Refused if there is none."""
    try:
        return screen_of(deck, number)
    except Problem as problem:
        raise Refused(400, problem.code, **problem.values) from None


def read_deck(body: dict[str, object]) -> str:
    """Return the deck in a request body. Raise Refused if it is missing or too long."""
    deck = body["script"]
    if not isinstance(deck, str) or not deck:
        raise Refused(400, "ui.rooms.no_text")
    if len(deck.encode("utf-8", "replace")) > MOST_DECK:
        raise Refused(413, "ui.rooms.body_long", most=MOST_DECK)
    return deck


def screens_of(room: Room) -> dict[str, int]:
    """Return the number of the current screen as {"screen": n}, or {} without a deck."""
    return {"screen": number_in(room.screen)} if room.deck else {}
