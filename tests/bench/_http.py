"""A plain HTTP client on one connection that stays open, for benches and tests: no more than they need."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Mapping
from urllib.parse import urlsplit


class Connection:
    """`async with Connection(url) as ask: status, headers, body = await ask.get("/numbers/step?k=3")`."""

    def __init__(self, url: str, inflate: bool = True, address: str = ""):
        """`address` is one of this machine's, from which to ask."""
        self.inflate, self.address = inflate, address
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80

    async def __aenter__(self) -> Connection:
        self.reader, self.writer = await asyncio.open_connection(
            self.host, self.port, limit=2**20, local_addr=(self.address, 0) if self.address else None
        )
        return self

    async def __aexit__(self, *_) -> None:
        self.writer.close()

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        """The whole answer."""
        return await self.ask("GET", path, headers)

    async def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""):
        """Status, headers and body of any request."""
        await self.send(method, path, headers, body)
        status, got = await self.head()
        if got.get("transfer-encoding") == "chunked":
            content = b"".join([part async for part in self.chunks()])
        else:
            content = await self.reader.readexactly(int(got.get("content-length", 0)))
        return status, got, gzip.decompress(content) if self.inflate and got.get("content-encoding") == "gzip" else content

    async def send(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> None:
        """Sends a request and reads nothing."""
        lines = {"Host": f"{self.host}:{self.port}", "Accept-Encoding": "gzip", "Content-Length": str(len(body)), **(headers or {})}
        text = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.writer.write(text.encode() + b"\r\n" + body)
        await self.writer.drain()

    async def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers of the answer, whose names are in small letters."""
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
        return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    async def chunks(self):
        """The pieces of an answer that has no length, as they come."""
        while size := int(await self.reader.readline(), 16):
            yield (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readline()
