"""A hundred who come for the first time at the same moment: all that a browser asks for until a setup is there.

    python -m tests.bench.many_first_loads
    python -m tests.bench.many_first_loads --directly

Each asks for the page, and then, over six connections, for all that it names, the setup's numbers among it, and opens a
session whose script runs to its end. Behind nginx there are two servers and a Redis, set up as in deploy/; they are warm,
as after the first visitor. The clients are one process, beside the servers: on two cores they have their part of them.
"""

import argparse
import asyncio
import contextlib
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench._http import Connection
from tests.bench._visitor import Visitor, percentiles
from tests.conftest import Server
from tests.replicas import nginx_before, two_servers

CONNECTIONS, WANTED = 6, 2.0
_NAMED = re.compile(r'(?:src|href)="\./(static/[^"]+\.(?:js|css|woff2))"')
_PRELOADED = re.compile(r"<([^>]+)>; rel=")


async def first_load(url: str) -> tuple[float, float, int]:
    """Seconds until the numbers and all scripts are there, and until the session's script has run, too; bytes that travelled."""
    began = time.monotonic()
    async with Connection(url) as first:
        _, headers, body = await first.get("/")
    names = [*_PRELOADED.findall(headers["link"]), *_NAMED.findall(body.decode())]
    size = len(body)

    async def fetch() -> None:
        nonlocal size
        async with Connection(url, inflate=False) as ask:
            while names:
                name = names.pop(0)
                status, _, content = await ask.get(f"/{name}")
                assert status == 200, (status, name)
                size += len(content)

    async def session() -> None:
        async with Visitor(url) as visitor:
            await visitor.move({})

    opened = asyncio.create_task(session())
    await asyncio.gather(*(fetch() for _ in range(CONNECTIONS)))
    there = time.monotonic() - began
    await opened
    return there, time.monotonic() - began, size


async def together(url: str, count: int) -> bool:
    await first_load(url)
    await first_load(url)
    began, worked = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    visits = await asyncio.gather(*(first_load(url) for _ in range(count)))
    took, now = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
    own = now.ru_utime + now.ru_stime - worked.ru_utime - worked.ru_stime
    for name, times in (("numbers and scripts", [there for there, _, _ in visits]), ("all of it", [whole for _, whole, _ in visits])):
        print(f"{name}: median {{:.0f}} ms, p95 {{:.0f}} ms, most {{:.0f}} ms".format(*percentiles(times)))
    print(f"{count} first loads at once, {visits[0][2] / 1e6:.2f} MB each: {took:.2f} s, of which the clients worked {own:.2f} s; wanted: {WANTED} s")
    return took <= WANTED


@contextlib.contextmanager
def serving(directly: bool) -> Iterator[str]:
    if directly:
        with Server() as server:
            yield server.url
    else:
        with two_servers() as (one, two, _), tempfile.TemporaryDirectory() as folder, nginx_before(one, two, Path(folder)) as url:
            yield url


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--directly", action="store_true")
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with serving(asked.directly) as url:
        return not asyncio.run(together(url, asked.count))


if __name__ == "__main__":
    sys.exit(main())
