"""Additions to Streamlit's web server for `st.App`: middleware, routes, and start-up."""

import logging
import os
from importlib.resources import files

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from cnnviz.core.network.stored_params import set_shared_store
from cnnviz.core.runtime.isolation import set_runner
from cnnviz.hosts.dialogs.routes import dialog_routes
from cnnviz.hosts.streamlit.compressed import CompressedFiles
from cnnviz.hosts.streamlit.guards import Frames, Metrics, NoUploads, Origins, Proxies
from cnnviz.hosts.streamlit.index import Early, page
from cnnviz.hosts.streamlit.start import SCRIPT, lifespan, on_shutdown
from cnnviz.rooms import Rooms, room_routes
from cnnviz.rooms.redis_store import redis_store
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
"""Environment variable with the URL of a Redis, `redis://…`, for data that several processes share."""
SECRET = "STREAMLIT_SERVER_COOKIE_SECRET"
"""Environment variable with a persistent secret that all processes share."""

FOR_ALL = [Middleware(Proxies), Middleware(Headers, page()), Middleware(RateLimitMiddleware), Middleware(Origins)]
FOR_STREAMLIT = [Middleware(layer) for layer in (Metrics, Frames, NoUploads, CompressedFiles, Early)]
"""Middleware around every response, and around Streamlit's own, the outermost first."""


def middleware(served: list[BaseRoute]) -> list[Middleware]:
    """Return the middleware of an app with the routes `served`. It handles DirectRoutes before Streamlit's middleware
    does."""
    return [*FOR_ALL, Middleware(DirectRouteMiddleware, served), *FOR_STREAMLIT]


def routes() -> list[BaseRoute]:
    """Return the routes of this server besides Streamlit's, below its path prefix (`server.baseUrlPath`).

    >>> [route.path for route in routes()][-1]
    '/room/{code}/qr.svg'
    """
    prefix = st.get_option("server.baseUrlPath").strip("/")
    folder = f"/{prefix}" if prefix else ""
    redis = os.environ.get(REDIS, "").strip()
    if redis:
        _share(redis)
    numbers = Numbers()
    is_public = (st.get_option("server.address") or "0.0.0.0") in ("0.0.0.0", "::")
    rooms = Rooms(redis_store(redis) if redis else None, numbers.prepare, key=os.environ.get(SECRET, ""), everywhere=is_public)
    on_shutdown(rooms.streams.close)
    on_shutdown(POOL.stop)
    set_runner(POOL)
    charts = lazy_route(f"{folder}/web/plotly.js", "text/javascript", plotly_script)
    return [*file_routes(folder), charts, *number_routes(folder, numbers), *dialog_routes(folder), *room_routes(folder, rooms)]


def plotly_script() -> str:
    """Return Plotly's script from its Python package, without importing that."""
    return files("plotly").joinpath("package_data", "plotly.min.js").read_text("utf-8")


def _share(redis: str) -> None:
    """Share parameters and trainings between all processes that use this Redis."""
    from cnnviz.pages.train.training import (
        trainer,  # slow imports that a server without Redis does not need
    )
    from cnnviz.server.shared_trainings import SharedTrainings

    set_shared_store(shared_arrays(redis, "params"))
    trainer.add_history_store(SharedTrainings(shared_arrays(redis, "training")))


def apologize(error: Exception) -> bool:
    """Log a script's error, and show the visitor a message."""
    logging.getLogger(__name__).error("a script failed", exc_info=error)
    st.error(say("ui.server.failed"))
    return True
