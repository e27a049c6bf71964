"""Static files of the component: JavaScript modules, a style sheet and an image, each built on the first request."""

import gzip
import hashlib
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from cnnviz.server.compression import has_etag, stream_decompressed, takes_gzip
from cnnviz.server.direct_routes import DirectRoute
from cnnviz.server.language import request_language
from cnnviz.server.malloc import trim_heap
from cnnviz.server.waiting import cached_in_thread
from cnnviz.view.constants import sprite
from cnnviz.view.modules import module_script, styles
from cnnviz.view.notices import notices
from cnnviz.words import DEFAULT, KEY, use_language

PRELOAD = (
    "<web/bundle.js?lang={lang}>; rel=modulepreload, <web/style.css>; rel=preload; as=style, "
    "<web/images.png>; rel=preload; as=image"
)
"""Link header of a page: preloads the component's files in parallel with Streamlit's own."""


def lazy_route(path: str, media_type: str, make: Callable[[], str | bytes]) -> DirectRoute:
    """Return a route whose content is built on the first request in each language, and cached.

    With "no-cache" a browser stores it and revalidates its ETag on each use, so that old JavaScript never meets a new
    server.

    >>> lazy_route("/web/bundle.js", "text/javascript", lambda: "export default 1").path
    '/web/bundle.js'
    """

    @cached_in_thread
    def content(lang: str) -> tuple[bytes, bool, str]:
        with use_language(lang):
            built = make()
        is_text = isinstance(built, str)
        body = built.encode() if isinstance(built, str) else built
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        stored_body = gzip.compress(body, mtime=0) if is_text else body
        del built, body
        trim_heap()
        return stored_body, is_text, etag

    async def answer(request: Request) -> Response:
        stored_body, compressed, etag = await content(request_language(request) if KEY in request.query_params else DEFAULT)
        headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if has_etag(request, etag):
            return Response(status_code=304, headers=headers)
        if compressed and not takes_gzip(request.headers):
            return StreamingResponse(stream_decompressed(stored_body), media_type=media_type, headers=headers)
        return Response(stored_body, media_type=media_type, headers=headers | ({"Content-Encoding": "gzip"} if compressed else {}))

    return DirectRoute(path, answer)


def file_routes(folder: str) -> list[BaseRoute]:
    """Return the routes of the component's files below Streamlit's base path ("" or "/prefix").

    >>> [route.path for route in file_routes("/cnn")]
    ['/cnn/web/bundle.js', '/cnn/web/follower.js', '/cnn/web/cockpit.js', '/cnn/web/style.css', '/cnn/web/images.png', '/cnn/web/licences.txt']
    """
    return [
        lazy_route(f"{folder}/web/bundle.js", "text/javascript", module_script),
        lazy_route(f"{folder}/web/follower.js", "text/javascript", lambda: module_script("rooms/follower", "{}()")),
        lazy_route(f"{folder}/web/cockpit.js", "text/javascript", lambda: module_script("rooms/presenter_view", "{}()")),
        lazy_route(f"{folder}/web/style.css", "text/css", styles),
        lazy_route(f"{folder}/web/images.png", "image/png", sprite),
        lazy_route(f"{folder}/web/licences.txt", "text/plain; charset=utf-8", notices),
    ]
