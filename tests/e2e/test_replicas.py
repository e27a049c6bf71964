"""Two servers and a Redis between them: whichever of them is killed, the hall has the lecturer's next move."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import subprocess
import time

import pytest

from tests.bench._http import Connection
from tests.conftest import Server

REDIS = shutil.which("redis-server")
WITHIN = 5.0

pytestmark = pytest.mark.skipif(not REDIS, reason="there is no redis-server here: the system's package has one")


class Redis:
    """A Redis of its own on this machine, which keeps nothing."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([REDIS, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Follower:
    """A stream, opened again wherever it ends, at another server if that one is gone."""

    def __init__(self, servers: list[Server], code: str):
        self.servers, self.code, self.at = servers, code, ""

    async def follow(self) -> None:
        for attempt in range(1000):
            try:
                async with Connection(self.servers[attempt % len(self.servers)].url) as stream:
                    await stream.send("GET", f"/room/{self.code}/events")
                    await stream.head()
                    async for chunk in stream.chunks():
                        for line in chunk.decode().splitlines():
                            self.at = line.removeprefix("data: ") if line.startswith("data: ") else self.at
            except (OSError, asyncio.IncompleteReadError, ValueError):
                await asyncio.sleep(0.2)


async def put(servers: list[Server], room: dict, query: str) -> list[int]:
    """Moves the room, by whichever server takes it; the states of the answers."""
    states, until = [], time.monotonic() + WITHIN
    while 200 not in states and time.monotonic() < until:
        for server in servers:
            try:
                async with Connection(server.url) as ask:
                    headers = {"Authorization": f"Bearer {room['driver']}"}
                    states.append((await ask.ask("PUT", f"/room/{room['code']}", headers, query.encode()))[0])
            except (OSError, asyncio.IncompleteReadError):
                states.append(0)
            if states[-1] == 200:
                return states
        await asyncio.sleep(0.2)
    return states


async def all_at(followers: list[Follower], query: str) -> None:
    async with asyncio.timeout(WITHIN):
        while any(follower.at != query for follower in followers):
            await asyncio.sleep(0.02)


async def lecture(one: Server, two: Server, redis: Redis) -> None:
    async with Connection(one.url) as ask:
        room = json.loads((await ask.ask("POST", "/room", body=b"k=1"))[2])
    followers = [Follower([one, two] if number % 2 else [two, one], room["code"]) for number in range(40)]
    tasks = [asyncio.create_task(follower.follow()) for follower in followers]
    await all_at(followers, "k=1")
    assert (await put([two, one], room, "k=2")) == [200]
    await all_at(followers, "k=2")
    one.process.send_signal(signal.SIGKILL)
    one.process.wait()
    assert 200 in await put([one, two], room, "k=3")
    await all_at(followers, "k=3")
    redis.kill()
    states = await put([two], room, "k=9")
    assert set(states) == {503}  # a sentence, and nobody is anywhere else
    assert {follower.at for follower in followers} == {"k=3"}
    redis.start()
    assert 200 in await put([two], room, "k=4")
    await all_at(followers, "k=4")
    for task in tasks:
        task.cancel()


def test_a_lecture_outlives_a_server_and_redis():
    redis = Redis()
    try:
        settings = {"CNNVIZ_REDIS": redis.url}
        with Server(environment=settings) as one, Server(environment=settings) as two:
            asyncio.run(lecture(one, two, redis))
    finally:
        redis.kill()
