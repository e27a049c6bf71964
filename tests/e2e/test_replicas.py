"""Two servers and a Redis between them: whichever of them is killed, the audience has the lecturer's next move."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from cnnviz import Setup
from tests.bench._http import Connection
from tests.conftest import Server
from tests.e2e.page import Screen, been_here
from tests.replicas import NGINX, REDIS, Listener, Redis, nginx_before, two_servers

WITHIN = 5.0

pytestmark = pytest.mark.skipif(not REDIS, reason="there is no redis-server here: the system's package has one")


class Follower:
    """A stream, opened again wherever it ends, at another server if that one is gone."""

    def __init__(self, servers: list[str], code: str):
        self.servers, self.code, self.at = servers, code, ""

    async def follow(self) -> None:
        for attempt in range(1000):
            try:
                async with Connection(self.servers[attempt % len(self.servers)]) as stream:
                    await stream.send("GET", f"/room/{self.code}/events")
                    await stream.head()
                    async for chunk in stream.chunks():
                        for event in chunk.decode().split("\n\n"):
                            if event.startswith("id: "):
                                self.at = event.partition("data: ")[2]
            except (OSError, asyncio.IncompleteReadError, ValueError):
                await asyncio.sleep(0.2)


async def put(servers: list[str], room: dict, query: str, within: float = WITHIN) -> list[int]:
    """Moves the room, by whichever server takes it; the states of the answers."""
    states, until = [], time.monotonic() + within
    while 200 not in states and time.monotonic() < until:
        for server in servers:
            try:
                async with Connection(server) as ask:
                    headers = {"Authorization": f"Bearer {room['driver']}"}
                    states.append((await ask.ask("PUT", f"/room/{room['code']}", headers, query.encode()))[0])
            except (OSError, asyncio.IncompleteReadError):
                states.append(0)
            if states[-1] == 200:
                return states
        await asyncio.sleep(0.2)
    return states


async def join(url: str, room: dict, count: int) -> list[str]:
    """The tokens of so many devices, each of which has a stream as it joins."""
    async with contextlib.AsyncExitStack() as streams, Connection(url) as ask:
        for _ in range(count):
            stream = await streams.enter_async_context(Connection(url))
            await stream.send("GET", f"/room/{room['code']}/events")
            assert (await stream.head())[0] == 200
            await anext(stream.chunks())
        return [json.loads((await ask.ask("POST", f"/room/{room['code']}/device"))[2])["device"] for _ in range(count)]


async def vote(url: str, room: dict, devices: list[str], answer: int) -> set[int]:
    """Many answers at once, by way of one server; their states."""

    async def one(device: str) -> int:
        async with Connection(url) as ask:
            body = json.dumps({"device": device, "answer": answer}).encode()
            return (await ask.ask("POST", f"/room/{room['code']}/vote", body=body))[0]

    return set(await asyncio.gather(*map(one, devices)))


async def all_at(followers: Sequence[Follower | Listener], query: str) -> None:
    async with asyncio.timeout(WITHIN):
        while any(follower.at != query for follower in followers):
            await asyncio.sleep(0.02)


async def lecture(urls: list[str], first: Server, redis: Redis) -> None:
    """One in which a server and Redis die; `urls` are where they are asked."""
    async with Connection(urls[0]) as ask:
        room = json.loads((await ask.ask("POST", "/room", body=b"k=1"))[2])
    followers = [Follower(urls if number % 2 else urls[::-1], room["code"]) for number in range(40)]
    tasks = [asyncio.create_task(follower.follow()) for follower in followers]
    await all_at(followers, "k=1")
    assert (await put(urls[::-1], room, "k=2")) == [200]
    await all_at(followers, "k=2")
    async with Connection(urls[-1]) as ask:
        headers = {"Authorization": f"Bearer {room['driver']}"}
        question = json.dumps({"kind": "choose", "ask": "Clear?", "answers": [{"label": "yes"}, {"label": "no"}]}).encode()
        assert (await ask.ask("PUT", f"/room/{room['code']}/question", headers, question))[0] == 201
    devices = await join(urls[0], room, 50)
    assert await vote(urls[0], room, devices[:30], 0) == await vote(urls[-1], room, devices[20:], 1) == {200}
    kill(first)
    assert 200 in await put(urls, room, "k=3")
    await all_at(followers, "k=3")
    async with Connection(urls[-1]) as ask:
        result = json.loads((await ask.ask("GET", f"/room/{room['code']}/results", headers))[2])
        assert result["rounds"] == [{"votes": 50, "counts": [[0, 0, 20], [1, 1, 30]]}], "no answer is lost, and none is counted twice"
    redis.kill()
    states = await put(urls[-1:], room, "k=9", within=1.0)
    assert set(states) == {503}  # a sentence, and nobody is anywhere else
    assert {follower.at for follower in followers} == {"k=3"}
    redis.start()
    assert 200 in await put(urls, room, "k=4")
    await all_at(followers, "k=4")
    for task in tasks:
        task.cancel()


def apart(act):
    """Runs it in another thread: in this one there is the browser's own loop."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, act).result()


@pytest.mark.skipif(bool(NGINX), reason="the same lecture is held behind nginx")
def test_a_lecture_outlives_a_server_and_redis():
    with two_servers() as (one, two, redis):
        apart(lecture([one.url, two.url], one, redis))


# ---- behind nginx, as deploy/nginx.conf has it


@pytest.mark.skipif(not NGINX, reason="there is no nginx here: the system's package has one")
def test_behind_nginx_pages_numbers_and_rooms_go_on_when_a_server_dies(browser, tmp_path):
    with two_servers() as (one, two, redis), nginx_before(one, two, tmp_path) as url:
        context = been_here(browser.new_context(base_url=url, viewport={"width": 1280, "height": 720}))
        screen = Screen(context.new_page())
        screen.open("/", k=1, stage="z1").press("PageDown")
        screen.shows(Setup(k=2, stage="z1"))

        async def numbers() -> list[tuple[int, str]]:
            async with Connection(url) as ask:
                code = (await ask.get("/numbers/step?k=5"))[1]["x-code"]
                answers = [await ask.get(f"/numbers/{code}/step?k=5") for _ in range(2)]
                answers.append(await ask.get(f"/numbers/{code}/step?k=5", {"Accept-Encoding": "identity"}))
                answers.append(await ask.get(f"/numbers/{code}/step?k=5&classes={'x' * 20_000}"))
                assert answers[0][2] == answers[2][2] and not any("set-cookie" in headers for _, headers, _ in answers)
                return [(status, headers.get("x-cache", "")) for status, headers, _ in answers]

        assert apart(numbers()) == [(200, "MISS"), (200, "HIT"), (200, "HIT"), (200, "MISS")]
        apart(lecture([url], one, redis))
        screen.press("PageDown")
        screen.shows(Setup(k=3, stage="z1"))  # by the server that is left
        assert screen.thrown == []
        context.close()


def kill(server: Server) -> None:
    """Without a word."""
    server.process.kill()
    server.process.wait()


async def rolling(url: str, one: Server, two: Server) -> None:
    """An audience while both servers are started again, one after the other and then both at once."""
    async with Connection(url) as ask:
        room = json.loads((await ask.ask("POST", "/room", body=b"k=0"))[2])
    listeners = [Listener(url, room["code"]) for _ in range(40)]
    tasks = [asyncio.create_task(listener.listen()) for listener in listeners]
    await all_at(listeners, "k=0")
    steps: list[list[Callable[[], object]]] = [
        [one.stop], [one.start, two.stop], [two.start],
        [lambda: kill(one), lambda: kill(two), one.start],
    ]  # fmt: skip
    for k, acts in enumerate(steps, 1):
        for act in acts:
            await asyncio.to_thread(act)
        assert 200 in await put([url], room, f"k={k}")
        await all_at(listeners, f"k={k}")
    for task in tasks:
        task.cancel()


@pytest.mark.skipif(not NGINX, reason="there is no nginx here: the system's package has one")
def test_behind_nginx_an_audience_is_back_at_once_while_the_servers_are_started_again(tmp_path):
    with two_servers() as (one, two, _), nginx_before(one, two, tmp_path) as url:
        apart(rolling(url, one, two))


# ---- Redis is lost, again and again


async def changed_answers(urls: list[str], redis: Redis) -> None:
    """Forty devices answer by way of one server and think better of it by way of the other, and Redis forgets everything in between."""
    async with Connection(urls[0]) as ask:
        room = json.loads((await ask.ask("POST", "/room", body=b"k=1"))[2])
    headers = {"Authorization": f"Bearer {room['driver']}"}
    listeners = [Listener(url, room["code"]) for url in urls]
    tasks = [asyncio.create_task(listener.listen()) for listener in listeners]
    await all_at(listeners, "k=1")
    question = json.dumps({"kind": "choose", "ask": "Clear?", "answers": [{"label": str(n)} for n in range(4)]}).encode()
    async with Connection(urls[0]) as ask:
        assert (await ask.ask("PUT", f"/room/{room['code']}/question", headers, question))[0] == 201
    devices = await join(urls[0], room, 40)

    async def answers() -> list[list[int]]:
        async with Connection(urls[0]) as ask:
            status, _, body = await ask.ask("GET", f"/room/{room['code']}/results", headers)
        return json.loads(body)["rounds"][0]["counts"] if status == 200 else []

    for answer in range(4):
        url = urls[answer % 2]
        async with asyncio.timeout(2 * WITHIN):
            while await vote(url, room, devices, answer) != {200}:
                await asyncio.sleep(0.2)
        redis.kill()
        redis.start()
        async with asyncio.timeout(2 * WITHIN):
            while await answers() != [[answer, answer, 40]]:
                await asyncio.sleep(0.05)
        assert 200 in await put(urls, room, f"k={answer + 2}")
        await all_at(listeners, f"k={answer + 2}")
        assert await answers() == [[answer, answer, 40]]
    for task in tasks:
        task.cancel()


def test_no_answer_goes_back_however_often_redis_is_lost():
    with two_servers() as (one, two, redis):
        apart(changed_answers([one.url, two.url], redis))
