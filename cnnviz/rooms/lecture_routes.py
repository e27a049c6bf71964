"""Leading an audience, by plain HTTP: to an address, or from screen to screen of a deck; docs/rooms.md describes it."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cnnviz.decks.deck import Deck, Screen
from cnnviz.rooms.addresses import address_in, sent_in
from cnnviz.rooms.experiment import spec_of_experiment
from cnnviz.rooms.poll import EXPERIMENT
from cnnviz.rooms.question_routes import Questions
from cnnviz.rooms.redis_keys import deck_digest
from cnnviz.rooms.room_deck import MOST_DECK, deck_of, is_asked, number_in, query_of_screen, screen_of, told
from cnnviz.rooms.room_deck import is_text as is_own
from cnnviz.rooms.store import COVERS, EXPLORE, Room, Store
from cnnviz.server.costs import Costs, LearnedCost
from cnnviz.server.job import Busy
from cnnviz.server.request_bodies import Refused
from cnnviz.server.visitors import connection_of, pause_of, visitor_of
from cnnviz.server.waiting import while_asked
from cnnviz.server.worker_pool import READING, clock, reading_cost
from cnnviz.words import Problem

MOST_BODY = 3 * MOST_DECK
"""Bytes of a body with a deck in it, in which JSON may write a character with several."""

ORDERS = {"explore": EXPLORE, "cover": COVERS}
"""A presenter's words for everybody beside where to go, and what each may be."""

Prepare = Callable[[str, object], Awaitable[None]]


class Lectures:
    """The answers to what a presenter sends: `prepare` makes what an audience will ask for at an address, where at least `large_room` follow, `begun` is told of
    a room in which an experiment begins.
    """

    def __init__(self, store: Store, questions: Questions, prepare: Prepare, large_room: int, begun: Callable[[Room], object]) -> None:
        self.store, self.questions, self.prepare, self.large_room, self.begun = store, questions, prepare, large_room, begun
        self.costs = Costs()

    async def move(self, request: Request, room: Room) -> Response:
        """PUT room/<code>, for its driver: everybody goes to an address, or to a {"screen"} of the {"script"} that is given from now on;
        {"explore"} says how far who follows may go by themselves, {"cover"} what projectors show instead, until the lecture goes on.
        """
        sent = await sent_in(request, MOST_BODY)
        if "script" in sent:
            await self.give(request, room, deck_in(sent), sent.get("screen", 1))
        for name, known in ORDERS.items():
            if name in sent and sent[name] not in known:
                raise Refused(400, "ui.rooms.order", name=name, known=known)
        ordered = {name: str(sent[name]) for name in ORDERS if name in sent}
        number, goes = room.number, "screen" in sent or sent.keys().isdisjoint(("script", *ORDERS))
        if "screen" in sent:
            number = await self.show(request, room, sent["screen"]) or number
        elif goes:
            number = await self._go(request, room, address_in(sent.get("query")))
        if goes and room.cover:
            ordered = {"cover": "", **ordered}
        if ordered:
            await self.store.order(room, **ordered)
        return JSONResponse({"number": number}, headers={"Cache-Control": "no-store"})

    async def give(self, request: Request, room: Room, deck: str, number: object = 1) -> None:
        """Gives a deck in a room from now on; the audience stays where it is. Raises Refused where something is wrong with it, or it has no such screen."""
        numbered(await self.deck(request, deck), number)
        await self.store.give(room, deck)

    async def show(self, request: Request, room: Room, number: object) -> int:
        """Leads the audience to a screen of the room's deck, which asks its question there, or begins its experiment. Raises Refused."""
        if not room.deck:
            raise Refused(404, "ui.rooms.no_script")
        deck = await self.deck(request, room.deck)
        screen = numbered(deck, number)
        place = int(str(number))
        digest = deck_digest(room.deck)
        said = await self.questions.worked(request, ("told", digest, place), partial(told, deck, place, digest))
        if is_asked(screen):
            await self.questions.pose(request, room, {"script": digest, "screen": place, "change": {}}, screen=said)
            return room.number
        return await self._lead(request, room, deck, screen, place, said)

    async def _lead(self, request: Request, room: Room, deck: Deck, screen: Screen, number: int, said: str) -> int:
        """To a screen that asks the audience nothing; what is asked is over."""
        look = {key: text for key, text in parse_qsl(room.query) if key == "view"}
        query = "&".join(filter(None, (query_of_screen(deck, number, is_own(room.deck)), urlencode(look))))
        spec = None
        if screen.experiment:
            spec = await self.questions.worked(request, (EXPERIMENT, screen.experiment, screen.at, screen.updates), partial(spec_of_experiment, screen))
            await self.questions.begin(request, room, spec | {"query": query, "change": {}})
            self.begun(room)
        moved = await self._go(request, room, query, said)
        if room.poll and not spec:
            await self.questions.over(request, room)
        return moved

    async def _go(self, request: Request, room: Room, query: str, screen: str | None = None) -> int:
        """To an address, when its numbers are ready, unless a later move has overtaken it by then; the move's number."""
        room.came += 1
        came = room.came
        if room.followers >= self.large_room:
            await self.prepare(query, request.client)
        overtaken = came < room.came  # by a later move, whose numbers may have been there sooner
        return room.number if overtaken else await self.store.move(room, query, screen)

    async def deck(self, request: Request, deck: str) -> Deck:
        """The deck of a text or an id. Raises Refused: what is wrong with it."""
        try:
            async with while_asked(request):
                name, connection = ("script", deck_digest(deck)), connection_of(request)
                expected = LearnedCost(self.costs, "script", partial(reading_cost, "script", deck), clock=clock)
                work = partial(expected.timed, partial(deck_of, deck))
                found: Deck = await READING.get(name, visitor_of(request), work, connection, expected, pause_of(request))
                return found
        except Problem as problem:
            raise Refused(400, problem.code, **problem.values) from None
        except (Busy, TimeoutError, asyncio.CancelledError):  # or the client is gone
            raise Refused(503, "ui.numbers.busy", n=1) from None

    async def given(self, request: Request, room: Room) -> Response:
        """GET room/<code>/script, for its driver: what is given, to be given again in a room that was gone."""
        return JSONResponse({"script": room.deck, **screens_of(room)}, headers={"Cache-Control": "no-store"})


def numbered(deck: Deck, number: object) -> Screen:
    """A deck's screen by the number that was sent. Raises Refused."""
    try:
        return screen_of(deck, number)
    except Problem as problem:
        raise Refused(400, problem.code, **problem.values) from None


def deck_in(sent: dict[str, object]) -> str:
    """The deck that was sent. Raises Refused."""
    deck = sent["script"]
    if not isinstance(deck, str) or not deck:
        raise Refused(400, "ui.rooms.no_text")
    if len(deck.encode("utf-8", "replace")) > MOST_DECK:
        raise Refused(413, "ui.rooms.body_long", most=MOST_DECK)
    return deck


def screens_of(room: Room) -> dict[str, int]:
    """The number of the deck's screen where the lecture is; nothing without a deck."""
    return {"screen": number_in(room.screen)} if room.deck else {}
