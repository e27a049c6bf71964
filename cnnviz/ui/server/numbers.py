"""GET numbers/<page>?<lesson>: what a page shows, as bytes, the same for everybody; docs/numbers.md describes it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cnnviz.core.recent import Recent
from cnnviz.ui import resource
from cnnviz.ui.pages import Page
from cnnviz.ui.resource import Resource
from cnnviz.ui.server.compressed import LASTING, takes_gzip
from cnnviz.ui.server.gate import Busy, Gate, connection_of, visitor_of, while_asked
from cnnviz.ui.version import code
from cnnviz.words import message

MOST_BYTES = 64_000_000
"""What the answers that are kept may take together, compressed: some 800 moments of the teaching notebook's network."""
MOST_QUERY = 24_000
"""Characters of a query: an uploaded image is one of 4,200, two lessons with one each may be compared."""
DEAR = 0.15
"""Seconds of work from which it has to wait for its turn."""


@dataclass(frozen=True)
class Dear:
    """In place of a resource: it is too much work to be made at once."""

    seconds: float


class Numbers:
    """What is known, what is being made, and the turns of what is dear."""

    def __init__(self) -> None:
        self.kept: Recent[tuple, Resource] = Recent(MOST_BYTES, lambda found: len(found.body))
        self.known: Recent[tuple[str, bytes], Resource] = Recent(MOST_BYTES, lambda found: len(found.body))
        self.cheap: Gate[Resource | Dear] = Gate(2, 2_000, 400, 0.01)
        self.dear: Gate[Resource] = Gate(1, 24, 4, 2.0)

    async def get(self, page: Page, asked: Mapping[str, str], form: str, request: Request) -> Resource:
        """The resource, made if it is not known. Raises Busy, and TimeoutError where it takes too long."""
        name = (page.id, form, *asked.items())
        found = self.kept.get(name)
        if found is None:
            who, by = visitor_of(request), connection_of(request)
            made = await self.cheap.get(name, who, lambda: self._if_cheap(page, asked, form), by)
            if isinstance(made, Dear):
                made = await self.dear.get(name, who, lambda: resource.made(page, asked, form), by)
            found = made
            if found.lasting:
                self.kept.put(name, found)
        return found

    @staticmethod
    def _if_cheap(page: Page, asked: Mapping[str, str], form: str) -> Resource | Dear:
        takes = resource.seconds(page, asked)
        return Dear(takes) if takes > DEAR else resource.made(page, asked, form)

    async def answer(self, request: Request) -> Response:
        """The answer to one request."""
        query = request.scope.get("query_string", b"")
        version, asked = request.path_params.get("version", ""), (request.path_params["page"], query)
        known = self.known.get(asked)
        if known is not None and version in ("", code()):  # a hall's second question, word for word
            return _answered(known, request, bool(version))
        name, _, form = request.path_params["page"].partition(".")
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
            return refusal(503, "ui.numbers.busy", {"Retry-After": str(busy.seconds)}, n=busy.seconds)
        except (TimeoutError, asyncio.CancelledError):  # or nobody is there to read this
            return refusal(503, "ui.numbers.busy", {"Retry-After": "1"}, n=1)
        if found.lasting:
            self.known.put(asked, found)
        return _answered(found, request, bool(version))


def _answered(found: Resource, request: Request, versioned: bool) -> Response:
    cache = "no-store" if not found.lasting else LASTING if versioned else "no-cache"
    headers = {"Cache-Control": cache, "ETag": found.etag, "Vary": "Accept-Encoding", "X-Code": code()}
    if not found.whole:
        headers["Retry-After"] = "1"
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    if found.etag in known:
        return Response(status_code=304, headers=headers)
    if not found.compressed:
        return Response(found.body, media_type=found.media_type, headers=headers)
    if takes_gzip(request.headers):
        return Response(found.body, media_type=found.media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(found.plain, media_type=found.media_type, headers=headers)


def refusal(status: int, id: str, headers: Mapping[str, str] | None = None, **values: object) -> JSONResponse:
    """An answer that says, to a program and to a person, why there is no other."""
    said = resource.structured(message(id, **values))
    return JSONResponse(said, status, {"Cache-Control": "no-store", **(headers or {})})


def number_routes(folder: str) -> list[BaseRoute]:
    """The resources, under the path that Streamlit puts before its own ("" or "/prefix")."""
    numbers = Numbers()
    return [Route(f"{folder}/numbers/{path}", numbers.answer) for path in ("{page}", "{version}/{page}")]
