"""GET numbers/<page>?<setup>: the data of a page, with the same bytes for all clients. See docs/numbers.md."""

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

from cnnviz.core.runtime.isolation import run_isolated
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.runtime.work_cancellation import set_background_wait
from cnnviz.pages import resource
from cnnviz.pages.registry import Page
from cnnviz.pages.resource import Resource, numbers_url
from cnnviz.pages.version import code
from cnnviz.server.admission import Admission
from cnnviz.server.compression import CHUNK_SIZE, IMMUTABLE, has_etag, stream_decompressed, takes_gzip
from cnnviz.server.compute_queue import ComputeQueue
from cnnviz.server.costs import Cost, Costs, LearnedCost
from cnnviz.server.direct_routes import DirectRoute
from cnnviz.server.job import EXPENSIVE, Busy
from cnnviz.server.request_bodies import Refused, read_body
from cnnviz.server.visitors import connection_of, pause_of, visitor_of
from cnnviz.server.waiting import while_connected
from cnnviz.server.worker_pool import READING, clock
from cnnviz.words import Problem, message

MOST_BYTES = 32_000_000
"""Cache size for compressed responses in bytes: about 400 updates of the teaching notebook's network."""
MOST_QUERY = 24_000
"""Longest query string in characters: an uploaded image takes 4,200, and a query may compare two setups with one
each."""
MOST_COSTLY = 2_000_000
"""Cache size for estimated costs in bytes, including their requests."""
LATE, MOST_REFUSING = 1.0, 500
"""Minimum delay before a refusal in seconds (the maximum is twice that), and the number of refusals that may be delayed
at a time."""
APART = 32
"""Number of different delays over which simultaneous refusals are spread."""
MOST_DECK, GIVEN, EACH_BYTE = 200_000, 0.02, 1e-5
"""Size limit of a deck in a request body in bytes, and the estimated seconds of its response: the base, and for each
byte."""
HELD = 0.25
"""Longest time, in seconds, that a room's move waits for its numbers."""


@dataclass(frozen=True, eq=False)
class CachedResponse:
    """A cached response, ready to be sent to a client that accepts gzip and has no ETag."""

    resource: Resource
    response: Response


class Numbers:
    """Cached responses, the queue that computes them, and their learned costs."""

    def __init__(self) -> None:
        self.resources: LruCache[tuple[Hashable, ...], Resource] = LruCache(MOST_BYTES, held_bytes)
        self.responses: LruCache[tuple[str, str, bytes], CachedResponse] = LruCache(MOST_BYTES, held_bytes)
        self.preparing: set[asyncio.Task[Response]] = set()
        self.expensive_costs: LruCache[tuple[Hashable, ...], Cost] = LruCache(MOST_COSTLY, held_bytes)
        self.costs = Costs()
        self.delayed_refusals = 0
        self.work: ComputeQueue[Resource] = ComputeQueue(2, Admission(2_000, 400, 0.005))
        set_background_wait(self.work.yield_to_requests)

    async def get(self, page: Page, query: Mapping[str, str], form: str, request: Request) -> Resource:
        """Return the resource, computed unless it is cached. Raise Busy, or TimeoutError if it takes too long."""
        name = (page.id, form, *query.items())
        result = self.resources.get(name)
        if result is None:
            visitor, connection = visitor_of(request), connection_of(request)
            cost = LearnedCost(self.costs, (page.id, form), partial(self._cost, name, page, query, form), self.expensive_costs.get(name))
            result = await self.work.get(name, visitor, partial(cost.run_timed, partial(resource.compute_resource, page, query, form)), connection, cost, pause_of(request))
            if result.is_immutable:
                self.resources.put(name, result)
        return result

    def _cost(self, name: tuple[Hashable, ...], page: Page, query: Mapping[str, str], form: str) -> Cost:
        """Estimate the cost of a response. Cache the estimate of an expensive one, since the client may have to
        retry."""
        cost = resource.estimate_cost(page, query, form)
        if self.costs.expected(*cost) > EXPENSIVE:
            self.expensive_costs.put(name, cost)
        return cost

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request, from the cache of whole responses if possible."""
        parts = scope["path_params"]
        version, name = parts.get("version", ""), (parts.get("version", ""), parts["page"], scope["query_string"])
        cached = self.responses.get(name)
        if cached is None:
            response = await self.respond(Request(scope, receive), name)
        elif (headers := dict(scope["headers"])).get(b"accept-encoding", b"").split(b",")[0] == b"gzip" and b"if-none-match" not in headers:
            response = cached.response
        else:
            response = _response(cached.resource, Request(scope), bool(version))
        await response(scope, receive, send)

    async def prepare(self, room_query: str, client: object) -> None:
        """Compute the numbers of a room's next screen once, before its audience requests them. Wait at most HELD
        seconds for it."""
        page = dict(parse_qsl(room_query)).get("page", "")
        version, name, query = numbers_url(page, room_query).removeprefix("numbers/").replace("?", "/", 1).split("/", 2)
        key = version, name, query.encode()
        if self.responses.get(key) is None:
            scope = {"type": "http", "query_string": key[2], "headers": [], "client": client}
            task = asyncio.create_task(self.respond(Request(scope, asyncio.Event().wait), key))  # type: ignore[arg-type]
            self.preparing.add(task)
            task.add_done_callback(self.preparing.discard)
            await asyncio.wait({task}, timeout=HELD)

    async def _delay_refusal(self) -> None:
        """Delay a refusal, so that immediate retries gain nothing. Delays differ, so that refused clients do not
        return together."""
        if self.delayed_refusals < MOST_REFUSING:
            self.delayed_refusals += 1
            try:
                await asyncio.sleep(LATE * (1 + self.delayed_refusals % APART / APART))
            finally:
                self.delayed_refusals -= 1

    async def respond(self, request: Request, target: tuple[str, str, bytes]) -> Response:
        """Compute the response to a request that is not in the cache of whole responses."""
        version, page_and_form, query = target
        name, _, form = page_and_form.partition(".")
        if version not in ("", code()):
            return refusal(410, "ui.numbers.other_version", version=code())
        page = resource.page_of(name)
        if page is None or form not in resource.FORMS:
            return refusal(404, "ui.numbers.no_page", forms=[end for end in resource.FORMS if end])
        if len(query) > MOST_QUERY:
            return refusal(414, "ui.numbers.too_long", most=MOST_QUERY)
        try:
            async with while_connected(request):
                result = await self.get(page, resource.canonical_query(page, request.query_params, form), form, request)
        except Busy as busy:
            await self._delay_refusal()
            return busy_response(busy.seconds)
        except (TimeoutError, asyncio.CancelledError):  # also raised if the client has disconnected
            return busy_response(1)
        if result.is_immutable:
            usual_request = Request({"type": "http", "headers": [(b"accept-encoding", b"gzip")]})
            self.responses.put(target, CachedResponse(result, _response(result, usual_request, bool(version))))
        return _response(result, request, bool(version))

    async def respond_with_deck(self, request: Request) -> Response:
        """Respond to a request with a deck in its body, which is not cached."""
        page = resource.page_of(request.path_params["page"])
        if page is None:
            return refusal(404, "ui.server.nothing")
        try:
            return await self._respond_with_deck(page, await read_body(request, MOST_DECK), request)
        except Refused as why:
            return refusal(why.status, why.id, **why.values)
        except ClientDisconnect:
            return Response(status_code=400)

    async def _respond_with_deck(self, page: Page, content: bytes, request: Request) -> Response:
        query = resource.canonical_query(page, request.query_params)
        name = (page.id, hashlib.sha256(content).digest(), *query.items())

        def cost() -> Cost:
            kinds, seconds = resource.estimate_cost(page, query, "given")
            size = len(content).bit_length()
            return [(*kind, size) for kind in kinds], seconds + len(content) * EACH_BYTE + GIVEN

        expected = LearnedCost(self.costs, (page.id, "given"), cost, clock=clock)
        try:
            async with while_connected(request):
                work = partial(expected.run_timed, partial(run_isolated, resource.compute_with_deck, page, query, content))
                result = await READING.get(name, visitor_of(request), work, connection_of(request), expected, pause_of(request))
                return _response(result, request, False)
        except Problem as problem:
            return refusal(422, problem.code, **problem.values)
        except Busy as busy:
            await self._delay_refusal()
            return busy_response(busy.seconds)
        except (TimeoutError, asyncio.CancelledError):
            return busy_response(1)


def _response(result: Resource, request: Request, versioned: bool) -> Response:
    cache = "no-store" if not result.is_immutable else IMMUTABLE if versioned else "no-cache"
    headers = {"Cache-Control": cache, "ETag": result.etag, "Vary": "Accept-Encoding", "X-Code": code()}
    if not result.whole:
        headers["Retry-After"] = "1"
    if has_etag(request, result.etag):
        return Response(status_code=304, headers=headers)
    if not result.compressed:
        return Response(result.body, media_type=result.media_type, headers=headers)
    if takes_gzip(request.headers):
        return Response(result.body, media_type=result.media_type, headers=headers | {"Content-Encoding": "gzip"})
    if int.from_bytes(result.body[-4:], "little") > CHUNK_SIZE:  # gzip stores the uncompressed size in its last four bytes
        return StreamingResponse(stream_decompressed(result.body), media_type=result.media_type, headers=headers)
    return Response(result.plain, media_type=result.media_type, headers=headers)


def refusal(status: int, id: str, headers: Mapping[str, str] | None = None, /, **values: object) -> JSONResponse:
    """Return a JSON response with the reason of a refusal, as an id and as a sentence."""
    content = resource.message_data(message(id, **values))
    return JSONResponse(content, status, {"Cache-Control": "no-store", **(headers or {})})


def busy_response(seconds: int) -> JSONResponse:
    """Return the refusal of a busy server, with the delay before a retry."""
    return refusal(503, "ui.numbers.busy", {"Retry-After": str(seconds)}, n=seconds)


def number_routes(folder: str, numbers: Numbers | None = None) -> list[BaseRoute]:
    """Return the routes of the numbers below Streamlit's base path ("" or "/prefix")."""
    numbers = numbers or Numbers()
    handlers: tuple[tuple[str, Any], ...] = (("GET", numbers), ("POST", numbers.respond_with_deck))
    return [DirectRoute(f"{folder}/numbers/{path}", handler, methods=[method]) for path in ("{page}", "{version}/{page}") for method, handler in handlers]
