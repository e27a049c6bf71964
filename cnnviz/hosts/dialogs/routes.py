"""GET and POST dialogs/<name>: requests of the page's dialogs to a server, queued and limited.

Uploaded files stay in memory until the response is complete, and are not stored.
"""

import asyncio
from functools import partial
from importlib import import_module

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from cnnviz.data.uploads import MAX_BYTES
from cnnviz.hosts.dialogs import Reply
from cnnviz.server.admission import Admission
from cnnviz.server.compute_queue import ComputeQueue
from cnnviz.server.costs import Cost, Costs, LearnedCost
from cnnviz.server.job import Busy
from cnnviz.server.numbers import MOST_QUERY, busy_response, refusal
from cnnviz.server.rate_limits import Rate
from cnnviz.server.request_bodies import Refused
from cnnviz.server.visitors import connection_of, pause_of, visitor_of
from cnnviz.server.waiting import while_connected
from cnnviz.server.worker_pool import READING, clock, reading_cost

MOST_MADE = 32_000_000
"""Limit on the bytes of unread responses, above which further ones are refused. The largest network's parameters take
13 MB."""
MOST_COMING = 40_000_000
"""Limit on the bytes of all incoming uploads."""
SENDING_SECONDS = 60.0
"""Time limit for receiving a file, in seconds: 5 MB on a 3G connection."""
ASKED, EACH = 600, 0.2
"""Token bucket of requests per address, which a class may share: a burst, and the seconds until one more."""


class Dialogs:
    """Request handler of the dialogs. Workers read uploads. Other responses are generated one at a time, with lower
    priority than numbers.

    `sending` counts the bytes of unread responses, `coming` those of uploads.
    """

    def __init__(self) -> None:
        self.work: ComputeQueue[Reply] = ComputeQueue(1, Admission(400, 100))
        self.costs = Costs()
        self.asked = Rate(ASKED, EACH)
        self.sending = self.coming = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        content = bytearray()
        try:
            answer = await self.answer(Request(scope, receive), content)
        finally:
            self.coming -= len(content)
        self.sending += len(answer.body)
        try:
            await answer(scope, receive, send)
        finally:
            self.sending -= len(answer.body)

    async def answer(self, request: Request, content: bytearray) -> Response:
        """Return the response, or a refusal with a message. The body is collected in `content`."""
        if not self.asked.take(visitor_of(request)):
            return refusal(429, "ui.server.flood", {"Retry-After": "1"})
        if len(request.url.query) > MOST_QUERY:
            return refusal(414, "ui.numbers.too_long", most=MOST_QUERY)
        if self.sending > MOST_MADE:
            return _overload_response()
        try:
            if request.method == "POST":
                await self._take(request, content)
            reply = await self._reply(request, bytes(content))
            # other responses may have been generated meanwhile
            return _overload_response() if self.sending > MOST_MADE else _response_of(reply)
        except Refused as why:
            return refusal(why.status, why.id, {"Connection": "close"}, **why.values)
        except ClientDisconnect:
            return Response(status_code=400)
        except KeyError:
            return refusal(404, "ui.server.nothing")
        except Busy as busy:
            return busy_response(busy.seconds)
        except (TimeoutError, asyncio.CancelledError):  # also raised if the client has disconnected
            return busy_response(1)

    async def _take(self, request: Request, content: bytearray) -> None:
        """Read the body. Raise Refused if the body is too large or too slow, or if all uploads together exceed the
        limit."""
        try:
            async with asyncio.timeout(SENDING_SECONDS):
                async for chunk in request.stream():
                    content += chunk
                    self.coming += len(chunk)
                    if len(content) > MAX_BYTES:
                        raise Refused(413, "data.upload.too_long", megabytes=MAX_BYTES / 1e6)
                    if self.coming > MOST_COMING:
                        raise Refused(503, "ui.server.full", n=2)
        except TimeoutError:
            raise Refused(408, "ui.server.slow_upload") from None

    async def _reply(self, request: Request, content: bytes) -> Reply:
        answers = await asyncio.to_thread(import_module, "cnnviz.hosts.dialogs.answers")  # the first import is slow
        name, query, is_post = request.path_params["name"], dict(request.query_params), request.method == "POST"
        key = object() if is_post else (name, *sorted(query.items()))
        async with while_connected(request):
            work = partial(answers.answer, name, query, content if is_post else None)
            visitor, connection, pause = visitor_of(request), connection_of(request), pause_of(request)
            if not is_post:
                expected = LearnedCost(self.costs, name, partial(answers.cost_of, name, query))
                return await self.work.get(key, visitor, partial(expected.run_timed, work), connection, expected, pause)

            def cost() -> Cost:
                kinds, seconds = reading_cost(("dialogs", name), content)
                # includes the updates before the comparison
                return kinds, seconds + (answers.cost_of(name, query)[1] if name == "gradients" else 0.0)

            expected = LearnedCost(self.costs, name, cost, clock=clock)
            reply: Reply = await READING.get(key, visitor, partial(expected.run_timed, work), connection, expected, pause)
            return reply


def _overload_response() -> Response:
    return refusal(503, "ui.server.full", {"Retry-After": "60"}, n=1)


def _response_of(reply: Reply) -> Response:
    headers = {"Cache-Control": "no-store"}
    if reply.name:
        headers["Content-Disposition"] = f'attachment; filename="{reply.name}"'
    return Response(reply.body, reply.status, headers, reply.media_type)


def dialog_routes(folder: str) -> list[BaseRoute]:
    """Return the routes of the dialogs below Streamlit's base path ("" or "/prefix")."""
    return [Route(f"{folder}/dialogs/{{name}}", Dialogs(), methods=["GET", "POST"])]
