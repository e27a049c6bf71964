"""Rooms of several processes: each a store of its own, one Redis behind them, which comes and goes."""

from __future__ import annotations

import asyncio

import fakeredis
import pytest

from cnnviz.ui.server.rooms import shared
from cnnviz.ui.server.rooms.shared import Shared
from cnnviz.ui.server.rooms.store import IDLE, TooManyRooms
from tests.ui.test_rooms import Hall, data, scene


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(shared, "AGAIN_IN", 0.02)
    monkeypatch.setattr(shared, "TELL_EVERY", 0.02)


def process(server: fakeredis.FakeServer, most: int = 10) -> Hall:
    return Hall(Shared(fakeredis.FakeAsyncRedis(server=server, decode_responses=True), most))


async def until(true, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not (await true() if asyncio.iscoroutinefunction(true) else true()):
            await asyncio.sleep(0.01)


@scene
async def test_a_hall_is_one_wherever_its_streams_end():
    server = fakeredis.FakeServer()
    one, two = process(server), process(server)
    path, driver = await one.open("k=1")
    async with one.following(path) as here, two.following(path) as there, two.following(path):
        await until(lambda: data(here) == data(there) == ["k=1"])
        await until(one.rooms.store.ready.is_set)
        assert (await two.ask("PUT", path, b"k=2", driver))[0] == 200
        await until(lambda: data(here)[-1] == data(there)[-1] == "k=2")

        async def three_follow() -> bool:
            return (await one.ask("GET", path))[1]["followers"] == 3

        await until(three_follow)
        assert (await two.ask("PUT", path, b"k=9", {"Authorization": "Bearer no"}))[0] == 403
        assert (await one.ask("DELETE", path, headers=driver))[0] == 204
        await until(lambda: "event: end" in here and "event: end" in there)
    assert (await two.ask("GET", path))[0] == 404


@scene
async def test_without_redis_there_is_a_sentence_and_afterwards_everything_as_before():
    server = fakeredis.FakeServer()
    one, two = process(server), process(server)
    path, driver = await one.open("k=1")
    async with one.following(path) as here, two.following(path) as there:
        await until(lambda: data(here) == data(there) == ["k=1"])
        await two.ask("PUT", path, b"k=2", driver)
        await until(lambda: data(here)[-1] == data(there)[-1] == "k=2")
        server.connected = False
        status, why = await one.ask("PUT", path, b"k=3", driver)
        assert (status, why["id"]) == (503, "ui.rooms.lost")
        assert (await one.ask("POST", "/room"))[0] == 503
        async with one.following(path) as late:
            await until(lambda: data(late) == ["k=2"])  # who comes now is where the others are
        await asyncio.sleep(0.05)
        server.connected = True
        await fakeredis.FakeAsyncRedis(server=server).flushall()  # it was started again, and has forgotten
        await until(one.rooms.store.ready.is_set)

        async def moved() -> bool:
            return (await two.ask("PUT", path, b"k=4", driver))[0] == 200

        await until(moved)
        await until(lambda: data(here)[-1] == data(there)[-1] == "k=4")


@scene
async def test_rooms_are_bounded_for_all_processes_together():
    server = fakeredis.FakeServer()
    one, two = process(server, 3), process(server, 3)
    for hall in (one, two, one):
        await hall.open()
    with pytest.raises(TooManyRooms):
        await two.rooms.store.open("ABCDE", "", "")
    assert (await one.ask("POST", "/room"))[0] == 503


@scene
async def test_where_there_are_too_many_the_one_that_nobody_follows_makes_place():
    server = fakeredis.FakeServer()
    here = process(server, most=2)
    redis = fakeredis.FakeAsyncRedis(server=server, decode_responses=True)
    (first, _), (second, _) = await here.open(), await here.open()
    async with here.following(first):

        async def told() -> bool:
            return bool(await redis.exists(shared._followers(first.removeprefix("/room/"))))

        await until(told)
        assert (await here.ask("POST", "/room"))[0] == 503
        for code in await redis.zrange(shared.ROOMS, 0, -1):
            await redis.zincrby(shared.ROOMS, -IDLE - 1, code)
        await here.open()
        assert [(await here.ask("GET", path))[0] for path in (first, second)] == [200, 404]
        assert (await here.ask("POST", "/room"))[0] == 503
