"""Cache of responses for an audience: each is computed and compressed once."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Hashable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.server.compression import takes_gzip

Bytes = tuple[bytes, bytes]
"""A response body, plain and gzipped."""


class AnswerCache:
    """Cache of responses by name, of at most `most` bytes."""

    def __init__(self, most: int = 20_000_000) -> None:
        self.known: LruCache[tuple[Hashable, ...], Bytes] = LruCache(most, held_bytes)
        self.coming: dict[tuple[Hashable, ...], asyncio.Task[Bytes]] = {}

    async def get(self, request: Request, name: tuple[Hashable, ...], compute: Callable[[], Awaitable[Mapping[str, object]]]) -> Response:
        """Return the response called `name`, calling `compute` if it is not cached. An exception of `compute` reaches all
        requests that wait for it."""
        bodies = self.known.get(name)
        if bodies is None:
            task = self.coming.get(name)
            if task is None:
                task = self.coming[name] = asyncio.create_task(self._make_response(name, compute))
            bodies = await asyncio.shield(task)  # the first client may disconnect
        is_gzip = takes_gzip(request.headers)
        headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if is_gzip else {})}
        return Response(bodies[is_gzip], media_type="application/json", headers=headers)

    async def _make_response(self, name: tuple[Hashable, ...], compute: Callable[[], Awaitable[Mapping[str, object]]]) -> Bytes:
        try:
            body = bytes(JSONResponse(await compute()).body)
        finally:
            del self.coming[name]
        bodies = body, gzip.compress(body, 6, mtime=0)
        self.known.put(name, bodies)
        return bodies
