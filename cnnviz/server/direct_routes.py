"""Answers what an audience asks for at once, the page's own files, numbers and rooms, before Streamlit's layers, which have nothing to do there."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send


class DirectRoute(Route):
    """A route that needs no session of Streamlit's, and no compression that it has not done itself."""


class Direct:
    """ASGI middleware that answers the direct ones of `routes` itself; all else goes on as it came."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute] = ()):
        self.app = app
        self.routes = [route for route in routes if isinstance(route, DirectRoute)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for route in self.routes if scope["type"] == "http" else ():
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                return await route.handle(scope, receive, send)
        await self.app(scope, receive, send)
