"""Answers that are compressed, to those who can read them; how long they are kept, and whether a client has them."""

import asyncio
import re
import zlib
from collections.abc import AsyncIterator

from starlette.datastructures import Headers
from starlette.requests import Request

LASTING = "public, max-age=31536000, immutable"
"""The time that browsers and proxies keep what stands under an address that changes with it."""
PIECE = 200_000
"""Bytes of an answer that are sent at a time to who does not read gzip."""

_GZIP = re.compile(r"(^|,)\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*(,|$))|,|$)")


def takes_gzip(headers: Headers) -> bool:
    """Tells whether a client can read compressed bodies.

    >>> [takes_gzip(Headers({"Accept-Encoding": text})) for text in ("br, gzip", "gzip;q=0", "")]
    [True, False, False]
    """
    return bool(_GZIP.search(headers.get("Accept-Encoding", "")))


def is_known(request: Request, etag: str) -> bool:
    """Tells whether a client has what is marked so; a proxy that compresses marks the same text's ETag as weak (W/)."""
    return etag in (tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(","))


async def inflated(body: bytes) -> AsyncIterator[bytes]:
    """Yields the compressed body piece by piece as it is read: a slow reader holds one piece at most and delays no other."""
    inflate = zlib.decompressobj(wbits=31)
    while not inflate.eof:
        yield inflate.decompress(body, PIECE)
        body = inflate.unconsumed_tail
        await asyncio.sleep(0)
