"""The web server's additions to Streamlit, for `st.App`: headers, guards, the component's own files, and a start."""

import logging
import os
from importlib.resources import files

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from cnnviz.core.network.stored_params import set_shared_store
from cnnviz.core.runtime.isolation import set_runner
from cnnviz.hosts.dialogs.routes import dialog_routes
from cnnviz.hosts.streamlit.compressed import Compressed
from cnnviz.hosts.streamlit.guards import Frames, Metrics, NoUploads, Origins, Proxies
from cnnviz.hosts.streamlit.index import Early, page
from cnnviz.hosts.streamlit.start import SCRIPT, at_the_end, lifespan
from cnnviz.rooms import Rooms, room_routes
from cnnviz.rooms.redis_store import shared
from cnnviz.server.direct_routes import DirectRouteMiddleware
from cnnviz.server.files import file_routes, lazy_route
from cnnviz.server.headers import Headers
from cnnviz.server.numbers import Numbers, number_routes
from cnnviz.server.rate_limit_middleware import RateLimitMiddleware
from cnnviz.server.shared_arrays import shared_arrays
from cnnviz.server.worker_pool import POOL
from cnnviz.words import say

__all__ = ["SCRIPT", "apologize", "lifespan", "middleware", "routes"]

REDIS = "CNNVIZ_REDIS"
"""The environment's setting that names a Redis, `redis://…`, for what several processes share."""
SECRET = "STREAMLIT_SERVER_COOKIE_SECRET"
"""The environment's setting with a secret that all processes share, and that outlives them."""

FOR_ALL = [Middleware(Proxies), Middleware(Headers, page()), Middleware(RateLimitMiddleware), Middleware(Origins)]
FOR_STREAMLIT = [Middleware(layer) for layer in (Metrics, Frames, NoUploads, Compressed, Early)]
"""Around every answer, and around Streamlit's own, the outermost first."""


def middleware(served: list[BaseRoute]) -> list[Middleware]:
    """All of it for an app with these routes: what an audience asks for is answered in between, and never comes to Streamlit's."""
    return [*FOR_ALL, Middleware(DirectRouteMiddleware, served), *FOR_STREAMLIT]


def routes() -> list[BaseRoute]:
    """The routes of this server beside Streamlit's, under the path prefix that it puts before its own (`server.baseUrlPath`).

    >>> [route.path for route in routes()][-1]
    '/room/{code}/qr.svg'
    """
    prefix = st.get_option("server.baseUrlPath").strip("/")
    folder = f"/{prefix}" if prefix else ""
    redis = os.environ.get(REDIS, "").strip()
    if redis:
        _share(redis)
    numbers = Numbers()
    everywhere = (st.get_option("server.address") or "0.0.0.0") in ("0.0.0.0", "::")
    rooms = Rooms(shared(redis) if redis else None, numbers.prepare, key=os.environ.get(SECRET, ""), everywhere=everywhere)
    at_the_end(rooms.streams.close)
    at_the_end(POOL.stop)
    set_runner(POOL)
    charts = lazy_route(f"{folder}/web/plotly.js", "text/javascript", plotly)
    return [*file_routes(folder), charts, *number_routes(folder, numbers), *dialog_routes(folder), *room_routes(folder, rooms)]


def plotly() -> str:
    """The script that comes with Plotly for Python, which is not imported for it."""
    return files("plotly").joinpath("package_data", "plotly.min.js").read_text("utf-8")


def _share(redis: str) -> None:
    """Has parameters and trainings known to all processes that name this Redis."""
    from cnnviz.pages.train.training import (
        trainer,  # with all that this page needs, which a server without Redis can leave for later
    )
    from cnnviz.server.shared_trainings import SharedTrainings

    set_shared_store(shared_arrays(redis, "params"))
    trainer.add_history_store(SharedTrainings(shared_arrays(redis, "training")))


def apologize(error: Exception) -> bool:
    """Shows a visitor a sentence where a script failed. The log gets the rest."""
    logging.getLogger(__name__).error("a script failed", exc_info=error)
    st.error(say("ui.server.failed"))
    return True
