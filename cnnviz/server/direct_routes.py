"""Routes that bypass Streamlit's middleware: static files, numbers and rooms, which large audiences request
simultaneously."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send


class DirectRoute(Route):
    """A route that needs no Streamlit session and compresses its own responses."""


class DirectRouteMiddleware:
    """ASGI middleware that handles the DirectRoutes among `routes` and passes on everything else."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute] = ()):
        self.app = app
        self.routes = [route for route in routes if isinstance(route, DirectRoute)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for route in self.routes if scope["type"] == "http" else ():
            match, child_scope = route.matches(scope)
            if match is Match.FULL:
                scope.update(child_scope)
                return await route.handle(scope, receive, send)
        await self.app(scope, receive, send)
