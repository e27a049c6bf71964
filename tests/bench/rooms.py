"""How fast an audience is where its lecturer is: N followers of one room, each with a stream and the numbers of each move.

    python -m tests.bench.rooms --followers 1000
    python -m tests.bench.rooms --followers 3000 --behind-nginx
    python -m tests.bench.rooms --votes 1000
    python -m tests.bench.rooms --experiment 1000
    python -m tests.bench.rooms --restarts 150

A follower's time is from the lecturer's request to that follower's numbers, whole. First all join within JOIN seconds while
the lecturer steps; then come steps, whose numbers a follower's page has asked for ahead, and jumps, which nobody could know
of. The followers run in a process of their own, beside the server: on two cores, they have one of them.
Behind nginx there are two servers and a Redis, set up as in deploy/.
"""

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
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tests.bench._http import Connection
from tests.bench._visitor import percentiles, processor_seconds, resident_mb
from tests.conftest import Server
from tests.replicas import Listener, nginx_before, two_servers

Result = TypeVar("Result")

JOIN, MOVES, EVERY, WANTED_P95 = 20.0, 6, 2.0, 1000
AHEAD_IN = 0.3, 1.5
"""Seconds after which a follower's page asks ahead: rooms/follower.js."""
EVERY_BEHIND, WANTED_BEHIND = 4.0, 2000
VOTE = 2.0
WANTED_SHOWN, LONGEST = 5.0, 60.0
"""Seconds from the last device until a projector has all runs of an experiment, and after which it is no longer waited for."""
RELU = "conv1x3-relu-dense2-sigmoid-mse"
TURNS, WARM, WANTED_BACK = 1, 3.0, 3.0
"""Rolling restarts, seconds between two steps of one, and seconds within which every follower has its stream again."""
NETS = {"seed": "", "tiny-vgg": "&ch=rgb&net=conv10x3-relu-conv10x3-relu-max2-conv10x3-relu-conv10x3-relu-max2-dense10-softmax-ce"}


class Stream(asyncio.Protocol):
    """A room's events: `act` is called with each address."""

    def __init__(self, path: str, act: Callable[[str], None]):
        self.path, self.act, self.rest = path, act, b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        transport.write(f"GET {self.path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"data: "):
                self.act(line.removeprefix(b"data: ").strip().decode())


class Numbers(asyncio.Protocol):
    """A connection for one request after the other: `act` is called with the path of what is there, whole. Nothing is unpacked."""

    def __init__(self, act: Callable[[str], None]):
        self.act, self.head, self.left = act, b"", 0
        self.asked: deque[str] = deque()

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def ask(self, path: str) -> None:
        self.asked.append(path)
        if len(self.asked) == 1:
            self._send()

    def _send(self) -> None:
        self.transport.write(f"GET {self.asked[0]} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        if not self.left:
            head, result, data = (self.head + data).partition(b"\r\n\r\n")
            self.head = b"" if result else head
            if not result:
                return
            assert head.startswith(b"HTTP/1.1 200"), head[:100]
            self.left = int(head.lower().partition(b"content-length:")[2].split()[0])
        self.left -= len(data)
        if not self.left:
            self.act(self.asked.popleft())
            if self.asked:
                self._send()


class Follower:
    """As a follower's page: a stream of addresses, the numbers of each, and those of the next update before it comes."""

    def __init__(self, url: str, code: str, version: str):
        parts = urlsplit(url)
        self.there = parts.hostname, parts.port
        self.events, self.path = f"/room/{code}/events", f"/numbers/{version}/step?"
        self.seen: dict[str, float] = {}
        self.known: set[str] = set()
        self.query = ""

    async def join(self) -> None:
        connect = asyncio.get_running_loop().create_connection
        _, self.numbers = await connect(lambda: Numbers(self.have), *self.there)
        self.stream, _ = await connect(lambda: Stream(self.events, self.go), *self.there)

    def leave(self) -> None:
        self.stream.close()
        self.numbers.transport.close()

    def go(self, query: str) -> None:
        self.query = query
        self.have(self.path + query) if query in self.known else self.numbers.ask(self.path + query)

    def have(self, path: str) -> None:
        query = path.removeprefix(self.path)
        self.known.add(query)
        if query == self.query and query not in self.seen:
            self.seen[query] = time.monotonic()
            asyncio.get_running_loop().call_later(random.uniform(*AHEAD_IN), self.ahead, query)

    def ahead(self, query: str) -> None:
        k, _, net = query.partition("&")
        following = f"k={int(k.removeprefix('k=')) + 1}&{net}".rstrip("&")
        if query == self.query and following not in self.known and not self.numbers.transport.is_closing():
            self.numbers.ask(self.path + following)


async def audience(url: str, pids: list[int], count: int, net: str, every: float) -> tuple[float, dict[str, tuple[list[float], float]]]:
    """Seconds until all had joined; and for each kind of move, of every follower at every one of them, and of the servers' own work for one."""
    async with Connection(url) as presenter:
        version = (await presenter.get("/numbers/step"))[1]["x-code"]
        _, _, body = await presenter.ask("POST", "/room", body=f"k=0{net}".encode())
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
        await asyncio.gather(*tasks)
        result = {}
        for kind, by in (("a step", 1), ("a jump", 7)):
            times, before = [], sum(map(processor_seconds, pids))
            for _ in range(MOVES):
                k += by
                query, sent = await move(k)
                await asyncio.sleep(every)
                times += [follower.seen.get(query, time.monotonic()) - sent for follower in followers]
            result[kind] = times, (sum(map(processor_seconds, pids)) - before) / MOVES
        for follower in followers:
            follower.leave()
    return joined, result


async def devices(url: str, room: str, gate: asyncio.Event, what: str, sent: list[dict]) -> list[asyncio.Task[float]]:
    """Devices that have joined a room: within VOTE seconds after `gate` is open each sends its own, and says how many seconds it waited, NaN where it was refused."""

    async def device(own: dict) -> float:
        async with Connection(url) as stream, Connection(url) as phone:
            await stream.send("GET", f"{room}/events")
            await stream.head()
            await anext(stream.chunks())
            token = json.loads((await phone.ask("POST", f"{room}/device"))[2])["device"]
        await gate.wait()
        async with Connection(url) as phone:
            await asyncio.sleep(random.uniform(0, VOTE))
            began = time.monotonic()
            status, _, _ = await phone.ask("POST", f"{room}/{what}", body=json.dumps({"device": token, **own}).encode())
            return time.monotonic() - began if status == 200 else float("nan")

    tasks = [asyncio.create_task(device(own)) for own in sent]
    await asyncio.sleep(1 + len(sent) / 200)  # all have joined by then
    return tasks


async def experiment(url: str, count: int) -> tuple[list[float], float, int]:
    """Seconds until each device has its own run, which all ask for within VOTE seconds; until a projector has all of them; how many it has."""
    script = f'id = "bench"\n[[screen]]\nat = "/train?net={RELU}"\nexperiment = "start"\nupdates = 200\n'
    async with Connection(url) as presenter:
        room = json.loads((await presenter.ask("POST", "/room", body=json.dumps({"script": script}).encode()))[2])
        path = f"/room/{room['code']}"
        gate = asyncio.Event()
        tasks = await devices(url, path, gate, "place", [{} for _ in range(count)])
    began = time.monotonic()
    gate.set()
    shown = 0
    async with Connection(url) as projector:
        while shown < count and time.monotonic() - began < LONGEST:
            shown = len(json.loads((await projector.ask("GET", f"{path}/experiment?screen=1"))[2])["values"])
            await asyncio.sleep(0.1)
    took = time.monotonic() - began
    return list(await asyncio.gather(*tasks)), took, shown


async def votes(url: str, count: int) -> tuple[list[float], float, int]:
    """Seconds of each device's answer, all of which come within VOTE seconds; how long all took; how many are lost."""
    async with Connection(url) as presenter:
        _, _, body = await presenter.ask("POST", "/room", body=b"img=test-0&f=sobel-x&stage=x")
        room = json.loads(body)
        headers = {"Authorization": f"Bearer {room['driver']}"}
        question = json.dumps({"spot": "largest", "map": "z1"}).encode()
        assert (await presenter.ask("PUT", f"/room/{room['code']}/question", headers, question))[0] == 201
        gate = asyncio.Event()
        tasks = await devices(url, f"/room/{room['code']}", gate, "vote", [{"answer": n % 900} for n in range(count)])
        began = time.monotonic()
        gate.set()
        times = await asyncio.gather(*tasks)
        took = time.monotonic() - began
    async with Connection(url) as presenter:
        _, _, body = await presenter.ask("GET", f"/room/{room['code']}/results", headers)
        cells = {cell: many for cell, _, many in json.loads(body)["rounds"][0]["counts"]}
    lost = sum(max(0, wanted - cells.get(cell, 0)) for cell, wanted in Counter(n % 900 for n in range(count)).items())
    return times, took, lost


async def _answers(url: str) -> float:
    """When somebody answers there, a minute at most."""
    async with asyncio.timeout(60):
        while True:
            try:
                async with Connection(url) as ask:
                    await ask.get("/_stcore/health")
                    return time.monotonic()
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.02)


async def restarts(url: str, servers: list[Server], count: int) -> dict[str, float]:
    """For each way of starting the servers behind nginx again, the longest that a follower was without its stream; where both are away, since one is back."""
    async with Connection(url) as presenter:
        room = json.loads((await presenter.ask("POST", "/room", body=b"k=1"))[2])
    listeners = [Listener(url, room["code"]) for _ in range(count)]
    tasks = [asyncio.create_task(listener.listen()) for listener in listeners]

    async def all_there() -> None:
        async with asyncio.timeout(120):
            while any(listener.cut is not None for listener in listeners):
                await asyncio.sleep(0.01)

    async def longest(*acts: Callable[[], object]) -> float:
        await all_there()
        for act in acts:
            await asyncio.to_thread(act)
        for listener in listeners:
            listener.longest = 0.0
            listener.cut = time.monotonic() if listener.cut is not None else None
        await asyncio.sleep(1.5)  # whoever notices it late has by now
        await all_there()
        await asyncio.sleep(WARM)
        return max(listener.longest for listener in listeners)

    one, two = servers
    result = {}
    for turn in range(TURNS):
        result[f"the first stops ({turn + 1})"] = await longest(one.stop)
        result[f"it is back, and the second stops ({turn + 1})"] = await longest(one.start, two.stop)
        result[f"it is back ({turn + 1})"] = await longest(two.start)
    for server in servers:
        server.process.kill()
        server.process.wait()
    starting = asyncio.create_task(asyncio.to_thread(one.start))
    up = await _answers(one.url)
    await all_there()
    result["both were killed, and the first is back"] = max(listener.since for listener in listeners) - up
    await starting
    for task in tasks:
        task.cancel()
    return result


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """As asyncio.run, in the loop that the servers run in, where it is installed: the clients share the machine with them."""
    with contextlib.suppress(ImportError):
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    return asyncio.run(work)


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
    parser.add_argument("--experiment", type=int, default=0, help="so many devices have a run of their own, which a projector shows")
    parser.add_argument("--restarts", type=int, default=0, help="so many followers, while the two servers behind nginx are started again")
    parser.add_argument("--behind-nginx", action="store_true", help="two servers and a Redis behind it")
    asked = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_NOFILE, (16_384, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    good = True
    if asked.votes:
        with Server() as server:
            times, took, lost = run(votes(server.url, asked.votes))
            median, p95, most = percentiles(times)
            print(f"{asked.votes} answers within {VOTE:g} s: all taken after {took:.2f} s, {lost} lost")
            print(f"an answer: median {median:.0f} ms, p95 {p95:.0f} ms, most {most:.0f} ms")
            return int(lost > 0)
    if asked.experiment:
        with Server() as server:
            before = processor_seconds(server.pid)
            times, took, shown = run(experiment(server.url, asked.experiment))
            print(f"{processor_seconds(server.pid) - before:.1f} s of the server's own work, with the devices' tokens")
            median, p95, most = percentiles(times)
            print(f"an own run: median {median:.0f} ms, p95 {p95:.0f} ms, most {most:.0f} ms")
            print(f"{shown} runs on the projector {took - VOTE:.2f} s after the last device (wanted: {WANTED_SHOWN:g} s); load {os.getloadavg()[0]:.1f}")
            return int(took - VOTE > WANTED_SHOWN or shown < asked.experiment)
    if asked.restarts:
        with replicas() as (url, servers):
            result = run(restarts(url, servers, asked.restarts))
            for step, seconds in result.items():
                print(f"{step}: {asked.restarts} followers had their streams again after {seconds:.1f} s at most (wanted: {WANTED_BACK:g} s)")
            return int(max(result.values()) > WANTED_BACK)
    with replicas() if asked.behind_nginx else alone() as (url, servers):
        every, wanted = (EVERY_BEHIND, WANTED_BEHIND) if asked.behind_nginx else (EVERY, WANTED_P95)
        for name, net in NETS.items():
            pids = [server.pid for server in servers]
            joined, kinds = run(audience(url, pids, asked.followers, net, every))
            print(f"{name}: {asked.followers} followers joined in {joined:.1f} s (wanted: {JOIN:g} s)")
            good = good and joined <= JOIN
            for kind, (times, work) in kinds.items():
                median, p95, most = percentiles(times)
                print(f"{kind}: to numbers median {median:.0f} ms, p95 {p95:.0f} ms, most {most:.0f} ms (wanted: p95 ≤ {wanted} ms);", end=" ")
                print(f"{1000 * work:.0f} ms of the servers' own work")
                good = good and p95 <= wanted
            print(f"{sum(map(resident_mb, pids)):.0f} MB; load {os.getloadavg()[0]:.1f}")
    return not good


if __name__ == "__main__":
    sys.exit(main())
