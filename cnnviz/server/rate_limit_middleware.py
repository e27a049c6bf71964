"""Limits of what one address may ask for, however little each request costs."""

import asyncio
from collections import Counter

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnnviz.server.loop_turns import Turns
from cnnviz.server.numbers import refusal
from cnnviz.server.rate_limits import Rate, counted, fair_share
from cnnviz.server.visitors import PAUSE_KEY, connection_of, visitor_of

REQUESTS, EACH_REQUEST = 24_000, 1 / 1_500
"""Requests of one address at once, and seconds until one more: an audience of a thousand that joins, and then moves once a second.

Beyond those, connections that ask seldom have as many again.
"""
AT_ONCE = 4_000
"""Requests of one address that are being answered, streams left out: what a client does not read is held."""
SESSIONS, EACH_SESSION = 250, 0.2
"""Sessions that one address opens at once, and seconds until one more: a class whose server was started again."""
SOCKETS, MOST_SOCKETS = 1_000, 4_000
"""Sessions of one address that are open, and of all; each takes some 0.2 MB. Streamlit keeps 128 more that were left."""
MESSAGES, EACH_MESSAGE = 60, 0.1
"""Messages of one session at once, and seconds until one more: more than a person's clicks."""
MESSAGES_OF_ALL, EACH_OF_ALL = 300, 1 / 20
"""The messages that all sessions of one address may send at once, and the seconds until one more: each has a script run for it.

They have so many in equal parts, and as many again for those that have more to say.
"""
TARPIT = 1.0
"""Seconds that a refusal takes: who asks again at once is not faster for it."""
MOST_REFUSED = 500
"""Refusals of one address that take so long at a time."""

_SOON = {"Retry-After": "2"}


class RateLimitMiddleware:
    """ASGI middleware that refuses what one address asks beyond that, with 429 or 503 and a sentence.

    A class may share one address, and so may an audience: the limits are theirs, and a program's that asks as fast as it can is soon beyond.
    """

    def __init__(self, app: ASGIApp):
        self.app = app
        self.asked, self.beyond = Rate(REQUESTS, EACH_REQUEST), Rate(REQUESTS, EACH_REQUEST)
        self.opened = Rate(SESSIONS, EACH_SESSION)
        self.said = Rate(MESSAGES_OF_ALL, EACH_OF_ALL)
        self.turns = Turns()
        self.open: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._open(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        asks = HTTPConnection(scope)
        visitor, connection = visitor_of(asks), connection_of(asks)
        if not (self.asked.take(visitor) or (self.turns.asks_seldom(connection) and self.beyond.take(visitor))) or self.turns.under_way[visitor] >= AT_ONCE:
            await self._wait(visitor)
            return await refusal(429, "ui.server.flood", _SOON | {"Connection": "close"})(scope, receive, send)
        if scope["path"].endswith("/events"):  # a room's stream, which has its own limits
            return await self.app(scope, receive, send)
        async with self.turns.turn(connection, visitor) as pause:
            await self.app({**scope, PAUSE_KEY: pause}, receive, send)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        asks = HTTPConnection(scope)
        visitor, connection = visitor_of(asks), connection_of(asks)
        waits = self.turns.under_way[visitor] < AT_ONCE
        if waits:
            async with self.turns.turn(connection, visitor, of_session=True):
                pass
        full = self.open.total() >= MOST_SOCKETS
        if not waits or full or self.open[visitor] >= fair_share(MOST_SOCKETS - self.open.total(), SOCKETS) or not self.opened.take(visitor):
            await self._wait(visitor)
            return await _deny(refusal(503 if full else 429, "ui.server.crowded" if full else "ui.server.flood", _SOON), scope, receive, send)
        said, part = Rate(MESSAGES, EACH_MESSAGE, known=1), Rate(MESSAGES_OF_ALL, EACH_OF_ALL, known=1, clock=self.said.clock)

        async def receive_in_turn() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                part.most, part.seconds = max(1.0, MESSAGES_OF_ALL / self.open[visitor]), EACH_OF_ALL * self.open[visitor]
                if wait := max(said.turn(""), 0.0 if part.take("") else self.said.turn(visitor)):
                    await asyncio.sleep(wait)
            async with self.turns.turn(connection, visitor, of_session=True):
                return message

        with counted(self.open, visitor):
            await self.app(scope, receive_in_turn, send)

    async def _wait(self, visitor: str) -> None:
        if self.refused[visitor] < MOST_REFUSED:
            with counted(self.refused, visitor):
                await asyncio.sleep(TARPIT)


async def _deny(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuses a web socket; where the server can, with a status and a sentence instead of a bare 403."""
    if "websocket.http.response" in scope.get("extensions", {}):
        return await answer(scope, receive, send)
    await send({"type": "websocket.close", "code": 1013})
