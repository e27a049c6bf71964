"""Rate limits per address, however little each request costs."""

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
"""Token bucket of requests per address: a burst, and the seconds until one more. An audience of a thousand may join
and then move once a second.

Infrequent connections share a second bucket of the same size.
"""
AT_ONCE = 4_000
"""Concurrent requests per address, without event streams. Unread responses occupy memory."""
SESSIONS, EACH_SESSION = 250, 0.2
"""Token bucket of new sessions per address: a burst, and the seconds until one more. A class may reconnect after a
restart."""
SOCKETS, MOST_SOCKETS = 1_000, 4_000
"""Limits of open sessions, per address and in all; each takes about 0.2 MB. Streamlit keeps 128 more that were left."""
MESSAGES, EACH_MESSAGE = 60, 0.1
"""Token bucket of messages per session: a burst, and the seconds until one more. It allows more than a person can
click."""
MESSAGES_OF_ALL, EACH_OF_ALL = 300, 1 / 20
"""Token bucket of messages per address: a burst, and the seconds until one more. Each message runs a script.

Sessions share the bucket equally. Sessions that exceed their share use a second bucket of the same size.
"""
TARPIT = 1.0
"""Delay before a refusal, in seconds, so that immediate retries gain nothing."""
MOST_REFUSED = 500
"""Number of refusals per address that may be delayed at a time."""

_SOON = {"Retry-After": "2"}


class RateLimitMiddleware:
    """ASGI middleware that refuses requests beyond the limits, with 429 or 503 and a message.

    A class or an audience may share one address, so the limits suit a thousand people; a program without pauses soon
    exceeds them.
    """

    def __init__(self, app: ASGIApp):
        self.app = app
        self.requests, self.infrequent_requests = Rate(REQUESTS, EACH_REQUEST), Rate(REQUESTS, EACH_REQUEST)
        self.new_sessions = Rate(SESSIONS, EACH_SESSION)
        self.messages = Rate(MESSAGES_OF_ALL, EACH_OF_ALL)
        self.turns = Turns()
        self.open_sessions: Counter[str] = Counter()
        self.delayed_refusals: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._handle_request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._handle_session(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _handle_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HTTPConnection(scope)
        visitor, connection = visitor_of(request), connection_of(request)
        if not (self.requests.take(visitor) or (self.turns.is_infrequent(connection) and self.infrequent_requests.take(visitor))) or self.turns.under_way[visitor] >= AT_ONCE:
            await self._delay_refusal(visitor)
            return await refusal(429, "ui.server.flood", _SOON | {"Connection": "close"})(scope, receive, send)
        if scope["path"].endswith("/events"):  # the event stream of a room, which has its own limits
            return await self.app(scope, receive, send)
        async with self.turns.turn(connection, visitor) as pause:
            await self.app({**scope, PAUSE_KEY: pause}, receive, send)

    async def _handle_session(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HTTPConnection(scope)
        visitor, connection = visitor_of(request), connection_of(request)
        may_wait = self.turns.under_way[visitor] < AT_ONCE
        if may_wait:
            async with self.turns.turn(connection, visitor, of_session=True):
                pass
        is_full = self.open_sessions.total() >= MOST_SOCKETS
        if not may_wait or is_full or self.open_sessions[visitor] >= fair_share(MOST_SOCKETS - self.open_sessions.total(), SOCKETS) or not self.new_sessions.take(visitor):
            await self._delay_refusal(visitor)
            return await _deny(refusal(503 if is_full else 429, "ui.server.crowded" if is_full else "ui.server.flood", _SOON), scope, receive, send)
        session_rate, address_share = Rate(MESSAGES, EACH_MESSAGE, known=1), Rate(MESSAGES_OF_ALL, EACH_OF_ALL, known=1, clock=self.messages.clock)

        async def receive_in_turn() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                address_share.most, address_share.seconds = max(1.0, MESSAGES_OF_ALL / self.open_sessions[visitor]), EACH_OF_ALL * self.open_sessions[visitor]
                if wait := max(session_rate.reserve(""), 0.0 if address_share.take("") else self.messages.reserve(visitor)):
                    await asyncio.sleep(wait)
            async with self.turns.turn(connection, visitor, of_session=True):
                return message

        with counted(self.open_sessions, visitor):
            await self.app(scope, receive_in_turn, send)

    async def _delay_refusal(self, visitor: str) -> None:
        if self.delayed_refusals[visitor] < MOST_REFUSED:
            with counted(self.delayed_refusals, visitor):
                await asyncio.sleep(TARPIT)


async def _deny(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a web socket, with a status and a message if the server supports that, instead of a bare 403."""
    if "websocket.http.response" in scope.get("extensions", {}):
        return await answer(scope, receive, send)
    await send({"type": "websocket.close", "code": 1013})
