"""How fast a hall is where its lecturer is: N followers of one room, each with a stream and the numbers of each move.

    python -m tests.bench.rooms --followers 1000
    python -m tests.bench.rooms --followers 3000 --behind-nginx
    python -m tests.bench.rooms --votes 1000

A follower's time is from the lecturer's request to that follower's numbers, whole. First all join within JOIN seconds while
the lecturer steps. The followers run in a process of their own, beside the server: on two cores, they have one of them.
Behind nginx there are two servers and a Redis, set up as in deploy/.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.bench._http import Connection
from tests.bench._visitor import percentiles, resident_mb
from tests.conftest import Server
from tests.replicas import nginx_before, two_servers

JOIN, MOVES, EVERY, WANTED_P95 = 20.0, 10, 2.0, 1000
EVERY_BEHIND, WANTED_BEHIND = 4.0, 2000
VOTE = 2.0
NETS = {"seed": "", "tiny-vgg": "&ch=rgb&net=conv10x3-relu-conv10x3-relu-max2-conv10x3-relu-conv10x3-relu-max2-dense10-softmax-ce"}


class Follower:
    """A stream of addresses, and the numbers of the last one."""

    def __init__(self, url: str, code: str, version: str):
        self.url, self.code, self.version = url, code, version
        self.seen: dict[str, float] = {}

    async def join(self) -> None:
        async with Connection(self.url) as stream, Connection(self.url, inflate=False) as numbers:
            await stream.send("GET", f"/room/{self.code}/events")
            await stream.head()
            async for chunk in stream.chunks():
                for line in chunk.decode().splitlines():
                    if line.startswith("data: "):
                        status, _, _ = await numbers.get(f"/numbers/{self.version}/step?{line.removeprefix('data: ')}")
                        assert status == 200
                        self.seen[line.removeprefix("data: ")] = time.monotonic()


async def hall(url: str, pids: list[int], count: int, net: str, every: float) -> tuple[list[float], float, float]:
    """Seconds of every follower at every move, until all had joined, and of the servers' own work for a move."""
    async with Connection(url) as driver:
        version = (await driver.get("/numbers/step"))[1]["x-code"]
        _, _, body = await driver.ask("POST", "/room", body=f"k=0{net}".encode())
        room = json.loads(body)
        headers = {"Authorization": f"Bearer {room['driver']}"}

        async def move(k: int) -> tuple[str, float]:
            query, began = f"k={k}{net}", time.monotonic()
            async with Connection(url) as anew:  # a server gives up a connection on which nothing is asked
                assert (await anew.ask("PUT", f"/room/{room['code']}", headers, query.encode()))[0] == 200
            return query, began

        followers = [Follower(url, room["code"], version) for _ in range(count)]
        began = time.monotonic()

        async def come(follower: Follower) -> None:
            await asyncio.sleep(random.uniform(0, min(JOIN, count / 50) * 0.8))
            await follower.join()

        tasks = [asyncio.create_task(come(follower)) for follower in followers]
        k = 0
        while not all(follower.seen for follower in followers):
            k += 1
            await move(k)
            await asyncio.sleep(every)
        joined = time.monotonic() - began
        times, before = [], sum(map(cpu_seconds, pids))
        for step in range(k + 1, k + 1 + MOVES):
            query, sent = await move(step)
            await asyncio.sleep(every)
            times += [follower.seen.get(query, time.monotonic()) - sent for follower in followers]
        work = (sum(map(cpu_seconds, pids)) - before) / MOVES
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return times, joined, work


async def votes(url: str, count: int) -> tuple[list[float], float, int]:
    """Seconds of each device's answer, all of which come within VOTE seconds; how long all took; how many are lost."""
    async with Connection(url) as driver:
        _, _, body = await driver.ask("POST", "/room", body=b"img=test-0&f=sobel-x&stage=x")
        room = json.loads(body)
        headers = {"Authorization": f"Bearer {room['driver']}"}
        question = json.dumps({"spot": "largest", "map": "z1"}).encode()
        assert (await driver.ask("PUT", f"/room/{room['code']}/question", headers, question))[0] == 201
        gate = asyncio.Event()

        async def vote(n: int) -> float:
            async with Connection(url) as phone:
                await gate.wait()
                await asyncio.sleep(random.uniform(0, VOTE))
                began = time.monotonic()
                body = json.dumps({"device": f"bench-{n:012d}", "answer": n % 900}).encode()
                status, _, _ = await phone.ask("POST", f"/room/{room['code']}/vote", body=body)
                return time.monotonic() - began if status == 200 else float("nan")

        tasks = [asyncio.create_task(vote(n)) for n in range(count)]
        await asyncio.sleep(1)
        began = time.monotonic()
        gate.set()
        times = await asyncio.gather(*tasks)
        took = time.monotonic() - began
    async with Connection(url) as driver:
        _, _, body = await driver.ask("GET", f"/room/{room['code']}/results", headers)
        cells = {cell: many for cell, _, many in json.loads(body)["rounds"][0]["counts"]}
    lost = sum(max(0, wanted - cells.get(cell, 0)) for cell, wanted in Counter(n % 900 for n in range(count)).items())
    return times, took, lost


def cpu_seconds(pid: int) -> float:
    """What a process has computed so far, as Linux counts it: other people's work on the machine is not in it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def alone() -> Iterator[tuple[str, list[Server]]]:
    """One server, and its address."""
    with Server() as server:
        yield server.url, [server]


@contextlib.contextmanager
def replicas() -> Iterator[tuple[str, list[Server]]]:
    """Two behind nginx, whose address it is."""
    with tempfile.TemporaryDirectory() as folder, two_servers() as (one, two, _), nginx_before(one, two, Path(folder)) as url:
        yield url, [one, two]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--followers", type=int, default=1000)
    parser.add_argument("--votes", type=int, default=0, help="so many devices answer a question, and nobody follows")
    parser.add_argument("--behind-nginx", action="store_true", help="two servers and a Redis behind it")
    asked = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_NOFILE, (16_384, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    good = True
    if asked.votes:
        with Server() as server:
            times, took, lost = asyncio.run(votes(server.url, asked.votes))
            median, p95, most = percentiles(times)
            print(f"{asked.votes} answers within {VOTE:g} s: all taken after {took:.2f} s, {lost} lost")
            print(f"an answer: median {median:.0f} ms, p95 {p95:.0f} ms, most {most:.0f} ms")
            return int(lost > 0)
    with replicas() if asked.behind_nginx else alone() as (url, servers):
        every, wanted = (EVERY_BEHIND, WANTED_BEHIND) if asked.behind_nginx else (EVERY, WANTED_P95)
        for name, net in NETS.items():
            pids = [server.pid for server in servers]
            times, joined, work = asyncio.run(hall(url, pids, asked.followers, net, every))
            median, p95, most = percentiles(times)
            print(f"{name}: {asked.followers} followers joined in {joined:.1f} s (wanted: {JOIN:g} s)")
            print(f"move to numbers: median {median:.0f} ms, p95 {p95:.0f} ms, most {most:.0f} ms (wanted: p95 ≤ {wanted} ms)")
            print(f"{1000 * work:.0f} ms of the servers' own work a move; {sum(map(resident_mb, pids)):.0f} MB; load {os.getloadavg()[0]:.1f}")
            good = good and p95 <= wanted and joined <= JOIN
    return not good


if __name__ == "__main__":
    sys.exit(main())
