"""The component's own files: one module, one style sheet, one picture, each made when it is first asked for."""

import gzip
import hashlib
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from cnnviz.server.compression import inflated, is_known, takes_gzip
from cnnviz.server.direct_routes import DirectRoute
from cnnviz.server.language import of_request
from cnnviz.server.malloc import trim_heap
from cnnviz.server.waiting import made_in_a_thread
from cnnviz.view.constants import sprite
from cnnviz.view.modules import script, styles
from cnnviz.words import DEFAULT, KEY, reading

PRELOAD = (
    "<web/bundle.js?lang={lang}>; rel=modulepreload, <web/style.css>; rel=preload; as=style, "
    "<web/images.png>; rel=preload; as=image"
)
"""Tells a browser that asks for a page what it will need, so that this travels beside Streamlit's own files."""


def made_once(path: str, media_type: str, make: Callable[[], str | bytes]) -> DirectRoute:
    """A route whose content is made when it is first asked for, and kept, once for each language that is asked for.

    "no-cache" lets a browser keep it too but makes it ask whether it is still the same (its ETag), so
    that a class never runs last week's JavaScript against today's server.

    >>> made_once("/web/bundle.js", "text/javascript", lambda: "export default 1").path
    '/web/bundle.js'
    """

    @made_in_a_thread
    def content(lang: str) -> tuple[bytes, bool, str]:
        with reading(lang):
            made = make()
        is_text = isinstance(made, str)
        body = made.encode() if isinstance(made, str) else made
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        kept = gzip.compress(body, mtime=0) if is_text else body
        del made, body
        trim_heap()
        return kept, is_text, etag

    async def answer(request: Request) -> Response:
        kept, compressed, etag = await content(of_request(request) if KEY in request.query_params else DEFAULT)
        headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if is_known(request, etag):
            return Response(status_code=304, headers=headers)
        if compressed and not takes_gzip(request.headers):
            return StreamingResponse(inflated(kept), media_type=media_type, headers=headers)
        return Response(kept, media_type=media_type, headers=headers | ({"Content-Encoding": "gzip"} if compressed else {}))

    return DirectRoute(path, answer)


def file_routes(folder: str) -> list[BaseRoute]:
    """The component's files, under the path that Streamlit puts before its own ("" or "/prefix").

    >>> [route.path for route in file_routes("/cnn")]
    ['/cnn/web/bundle.js', '/cnn/web/follower.js', '/cnn/web/cockpit.js', '/cnn/web/style.css', '/cnn/web/images.png']
    """
    return [
        made_once(f"{folder}/web/bundle.js", "text/javascript", script),
        made_once(f"{folder}/web/follower.js", "text/javascript", lambda: script("rooms/follower", "{}()")),
        made_once(f"{folder}/web/cockpit.js", "text/javascript", lambda: script("rooms/presenter_view", "{}()")),
        made_once(f"{folder}/web/style.css", "text/css", styles),
        made_once(f"{folder}/web/images.png", "image/png", sprite),
    ]
