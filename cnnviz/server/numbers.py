"""GET numbers/<page>?<setup>: what a page shows, as bytes, the same for everybody; docs/numbers.md describes it."""

import asyncio
import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from cnnviz.core.runtime.isolation import isolated
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.runtime.work_cancellation import goes_beside
from cnnviz.pages import resource
from cnnviz.pages.registry import Page
from cnnviz.pages.resource import Resource, address_of
from cnnviz.pages.version import code
from cnnviz.server.admission import Admission
from cnnviz.server.compression import LASTING, PIECE, inflated, is_known, takes_gzip
from cnnviz.server.compute_queue import ComputeQueue
from cnnviz.server.costs import Cost, Costs, LearnedCost
from cnnviz.server.direct_routes import DirectRoute
from cnnviz.server.job import EXPENSIVE, Busy
from cnnviz.server.request_bodies import Refused, body_of
from cnnviz.server.visitors import connection_of, pause_of, visitor_of
from cnnviz.server.waiting import while_asked
from cnnviz.server.worker_pool import READING, clock
from cnnviz.words import Problem, message

MOST_BYTES = 32_000_000
"""Bytes of all cached responses, compressed: about 400 updates of the teaching notebook's network."""
MOST_QUERY = 24_000
"""Characters of a query: an uploaded image is one of 4,200, two setups with one each may be compared."""
MOST_COSTLY = 2_000_000
"""Bytes of the costs that are cached, with the requests that have them."""
LATE, MOST_REFUSING = 1.0, 500
"""Seconds that a refusal takes, up to twice as many, and how many may take so long at a time."""
APART = 32
"""Parts of that time between which refusals that come together are shared out."""
MOST_DECK, GIVEN, EACH_BYTE = 200_000, 0.02, 1e-5
"""Bytes of a deck that is sent along, and seconds that its answer takes, at the least and for each of them."""
HELD = 0.25
"""Seconds that an audience's move waits, at most, for its numbers."""


@dataclass(frozen=True, eq=False)
class Known:
    """A request word for word, and its usual answer, ready to be sent to a reader of gzip that has nothing yet."""

    found: Resource
    usual: Response


class Numbers:
    """The known answers, those that are being made in turns, and the costs of such answers."""

    def __init__(self) -> None:
        self.kept: LruCache[tuple[Hashable, ...], Resource] = LruCache(MOST_BYTES, held_bytes)
        self.known: LruCache[tuple[str, str, bytes], Known] = LruCache(MOST_BYTES, held_bytes)
        self.preparing: set[asyncio.Task[Response]] = set()
        self.costly: LruCache[tuple[Hashable, ...], Cost] = LruCache(MOST_COSTLY, held_bytes)
        self.costs = Costs()
        self.refusing = 0
        self.work: ComputeQueue[Resource] = ComputeQueue(2, Admission(2_000, 400, 0.005))
        goes_beside(self.work.yield_to_requests)

    async def get(self, page: Page, asked: Mapping[str, str], form: str, request: Request) -> Resource:
        """The resource, made if it is not known. Raises Busy, and TimeoutError where it takes too long."""
        name = (page.id, form, *asked.items())
        found = self.kept.get(name)
        if found is None:
            visitor, connection = visitor_of(request), connection_of(request)
            answer = LearnedCost(self.costs, (page.id, form), partial(self._cost, name, page, asked, form), self.costly.get(name))
            found = await self.work.get(name, visitor, partial(answer.timed, partial(resource.made, page, asked, form)), connection, answer, pause_of(request))
            if found.lasting:
                self.kept.put(name, found)
        return found

    def _cost(self, name: tuple[Hashable, ...], page: Page, asked: Mapping[str, str], form: str) -> Cost:
        """The cost of an answer; the address of one that will be told to come again is not read again."""
        found = resource.cost(page, asked, form)
        if self.costs.expected(*found) > EXPENSIVE:
            self.costly.put(name, found)
        return found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; an audience's second one with what was sent to the first."""
        parts = scope["path_params"]
        version, name = parts.get("version", ""), (parts.get("version", ""), parts["page"], scope["query_string"])
        known = self.known.get(name)
        if known is None:
            answer = await self.answer(Request(scope, receive), name)
        elif (headers := dict(scope["headers"])).get(b"accept-encoding", b"").split(b",")[0] == b"gzip" and b"if-none-match" not in headers:
            answer = known.usual
        else:
            answer = _answered(known.found, Request(scope), bool(version))
        await answer(scope, receive, send)

    async def prepare(self, room_query: str, client: object) -> None:
        """Makes what an audience will ask for that is taken there, so that it is one answer for all of them; an expensive one comes later."""
        page = dict(parse_qsl(room_query)).get("page", "")
        version, name, query = address_of(page, room_query).removeprefix("numbers/").replace("?", "/", 1).split("/", 2)
        asked = version, name, query.encode()
        if self.known.get(asked) is None:
            scope = {"type": "http", "query_string": asked[2], "headers": [], "client": client}
            task = asyncio.create_task(self.answer(Request(scope, asyncio.Event().wait), asked))  # type: ignore[arg-type]
            self.preparing.add(task)
            task.add_done_callback(self.preparing.discard)
            await asyncio.wait({task}, timeout=HELD)

    async def _late(self) -> None:
        """A refusal takes its time, and many take different ones: who asks again at once is not faster for it, and not all come back together."""
        if self.refusing < MOST_REFUSING:
            self.refusing += 1
            try:
                await asyncio.sleep(LATE * (1 + self.refusing % APART / APART))
            finally:
                self.refusing -= 1

    async def answer(self, request: Request, asked: tuple[str, str, bytes]) -> Response:
        """The answer to a question that was not asked before."""
        version, page_and_form, query = asked
        name, _, form = page_and_form.partition(".")
        if version not in ("", code()):
            return refusal(410, "ui.numbers.other_version", version=code())
        page = resource.page_of(name)
        if page is None or form not in resource.FORMS:
            return refusal(404, "ui.numbers.no_page", forms=[end for end in resource.FORMS if end])
        if len(query) > MOST_QUERY:
            return refusal(414, "ui.numbers.too_long", most=MOST_QUERY)
        try:
            async with while_asked(request):
                found = await self.get(page, resource.asked_of(page, request.query_params), form, request)
        except Busy as busy:
            await self._late()
            return come_again(busy.seconds)
        except (TimeoutError, asyncio.CancelledError):  # or the client is gone
            return come_again(1)
        if found.lasting:
            usual = Request({"type": "http", "headers": [(b"accept-encoding", b"gzip")]})
            self.known.put(asked, Known(found, _answered(found, usual, bool(version))))
        return _answered(found, request, bool(version))

    async def given(self, request: Request) -> Response:
        """Answers one request with a deck in its body, of which nothing is kept."""
        page = resource.page_of(request.path_params["page"])
        if page is None:
            return refusal(404, "ui.server.nothing")
        try:
            return await self._given(page, await body_of(request, MOST_DECK), request)
        except Refused as why:
            return refusal(why.status, why.id, **why.values)
        except ClientDisconnect:
            return Response(status_code=400)

    async def _given(self, page: Page, content: bytes, request: Request) -> Response:
        asked = resource.asked_of(page, request.query_params)
        name = (page.id, hashlib.sha256(content).digest(), *asked.items())

        def cost() -> Cost:
            kinds, seconds = resource.cost(page, asked, "given")
            size = len(content).bit_length()
            return [(*kind, size) for kind in kinds], seconds + len(content) * EACH_BYTE + GIVEN

        expected = LearnedCost(self.costs, (page.id, "given"), cost, clock=clock)
        try:
            async with while_asked(request):
                work = partial(expected.timed, partial(isolated, resource.made_of, page, asked, content))
                found = await READING.get(name, visitor_of(request), work, connection_of(request), expected, pause_of(request))
                return _answered(found, request, False)
        except Problem as problem:
            return refusal(422, problem.code, **problem.values)
        except Busy as busy:
            await self._late()
            return come_again(busy.seconds)
        except (TimeoutError, asyncio.CancelledError):
            return come_again(1)


def _answered(found: Resource, request: Request, versioned: bool) -> Response:
    cache = "no-store" if not found.lasting else LASTING if versioned else "no-cache"
    headers = {"Cache-Control": cache, "ETag": found.etag, "Vary": "Accept-Encoding", "X-Code": code()}
    if not found.whole:
        headers["Retry-After"] = "1"
    if is_known(request, found.etag):
        return Response(status_code=304, headers=headers)
    if not found.compressed:
        return Response(found.body, media_type=found.media_type, headers=headers)
    if takes_gzip(request.headers):
        return Response(found.body, media_type=found.media_type, headers=headers | {"Content-Encoding": "gzip"})
    if int.from_bytes(found.body[-4:], "little") > PIECE:  # what it is in full: gzip notes that at the end
        return StreamingResponse(inflated(found.body), media_type=found.media_type, headers=headers)
    return Response(found.plain, media_type=found.media_type, headers=headers)


def refusal(status: int, id: str, headers: Mapping[str, str] | None = None, /, **values: object) -> JSONResponse:
    """An answer that says, to a program and to a person, why there is no other."""
    said = resource.structured(message(id, **values))
    return JSONResponse(said, status, {"Cache-Control": "no-store", **(headers or {})})


def come_again(seconds: int) -> JSONResponse:
    """A refusal where others wait already."""
    return refusal(503, "ui.numbers.busy", {"Retry-After": str(seconds)}, n=seconds)


def number_routes(folder: str, numbers: Numbers | None = None) -> list[BaseRoute]:
    """The resources, under the path that Streamlit puts before its own ("" or "/prefix")."""
    numbers = numbers or Numbers()
    ways: tuple[tuple[str, Any], ...] = (("GET", numbers), ("POST", numbers.given))
    return [DirectRoute(f"{folder}/numbers/{path}", way, methods=[method]) for path in ("{page}", "{version}/{page}") for method, way in ways]
