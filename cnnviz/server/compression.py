"""Compressed responses: content negotiation, caching headers and streaming decompression."""

import asyncio
import re
import zlib
from collections.abc import AsyncIterator

from starlette.datastructures import Headers
from starlette.requests import Request

IMMUTABLE = "public, max-age=31536000, immutable"
"""Cache-Control of responses whose URL changes with their content."""
CHUNK_SIZE = 200_000
"""Chunk size, in bytes, of a response that is decompressed for a client without gzip support."""

_GZIP = re.compile(r"(^|,)\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*(,|$))|,|$)")


def takes_gzip(headers: Headers) -> bool:
    """Return whether the client accepts gzip.

    >>> [takes_gzip(Headers({"Accept-Encoding": text})) for text in ("br, gzip", "gzip;q=0", "")]
    [True, False, False]
    """
    return bool(_GZIP.search(headers.get("Accept-Encoding", "")))


def has_etag(request: Request, etag: str) -> bool:
    """Return whether the client has the version with this ETag. A compressing proxy marks that ETag as weak (W/)."""
    return etag in (tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(","))


async def stream_decompressed(body: bytes) -> AsyncIterator[bytes]:
    """Yield the decompressed body chunk by chunk as the client reads it, so that a slow client costs one chunk of
    memory and delays nobody."""
    decompressor = zlib.decompressobj(wbits=31)
    while not decompressor.eof:
        yield decompressor.decompress(body, CHUNK_SIZE)
        body = decompressor.unconsumed_tail
        await asyncio.sleep(0)
