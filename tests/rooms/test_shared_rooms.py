"""Rooms of several processes: each a store of its own, one Redis behind them, which comes and goes."""

import asyncio
import contextlib
import json
import logging
import time

import fakeredis
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnviz.rooms import LENGTH, answer_record, redis_store
from cnnviz.rooms.poll import Poll
from cnnviz.rooms.redis_keys import answers_in, followers_in
from cnnviz.rooms.redis_store import RedisStore
from cnnviz.rooms.store import IDLE, TooManyRooms
from tests.rooms.test_rooms import RoomsClient, data, until


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(redis_store, "AGAIN_IN", 0.02)
    monkeypatch.setattr(redis_store, "TELL_EVERY", 0.02)


def process(server: fakeredis.FakeServer, most: int = 10) -> RoomsClient:
    return RoomsClient(RedisStore(fakeredis.FakeAsyncRedis(server=server, decode_responses=True), most))


async def test_an_audience_is_one_wherever_its_streams_end():
    server = fakeredis.FakeServer()
    one, two = process(server), process(server)
    path, presenter = await one.open("k=1")
    async with one.following(path) as here, two.following(path) as there, two.following(path):
        await until(lambda: data(here) == data(there) == ["k=1"])
        await until(one.rooms.store.ready.is_set)
        assert (await two.ask("PUT", path, b"k=2", presenter))[0] == 200
        await until(lambda: data(here)[-1] == data(there)[-1] == "k=2")

        async def three_follow() -> bool:
            return (await one.ask("GET", path))[1]["followers"] == 3

        await until(three_follow)
        assert (await two.ask("PUT", path, b"k=9", {"Authorization": "Bearer no"}))[0] == 403
        assert (await one.ask("DELETE", path, headers=presenter))[0] == 204
        await until(lambda: "event: end" in here and "event: end" in there)
    assert (await two.ask("GET", path))[0] == 404


async def test_without_redis_there_is_a_sentence_and_afterwards_everything_as_before():
    server = fakeredis.FakeServer()
    one, two = process(server), process(server)
    path, presenter = await one.open("k=1")
    async with one.following(path) as here, two.following(path) as there:
        await until(lambda: data(here) == data(there) == ["k=1"])
        await two.ask("PUT", path, b"k=2", presenter)
        await until(lambda: data(here)[-1] == data(there)[-1] == "k=2")
        server.connected = False
        status, why = await one.ask("PUT", path, b"k=3", presenter)
        assert (status, why["id"]) == (503, "ui.rooms.lost")
        assert (await one.ask("POST", "/room"))[0] == 503
        async with one.following(path) as late:
            await until(lambda: data(late) == ["k=2"])  # who comes now is where the others are
        await asyncio.sleep(0.05)
        server.connected = True
        await fakeredis.FakeAsyncRedis(server=server).flushall()  # it was started again, and has forgotten
        await until(one.rooms.store.ready.is_set)

        async def moved() -> bool:
            return (await two.ask("PUT", path, b"k=4", presenter))[0] == 200

        await until(moved)
        await until(lambda: data(here)[-1] == data(there)[-1] == "k=4")


async def test_a_process_that_restores_a_room_does_not_undo_a_move_of_another():
    server = fakeredis.FakeServer()
    slow, quick = process(server).rooms.store, process(server).rooms.store
    path, _ = await RoomsClient(slow).open("k=1")
    code = path.removeprefix("/room/")
    stale, room = await slow.room(code), await quick.room(code)
    await fakeredis.FakeAsyncRedis(server=server).flushall()
    await quick.move(room, "k=4")  # after `slow` has read that the room is gone
    await slow._put_back(stale, None)
    await slow.renew(stale)
    assert stale.query == (await quick.room(code)).query == "k=4"


async def test_rooms_are_bounded_for_all_processes_together():
    server = fakeredis.FakeServer()
    one, two = process(server, 3), process(server, 3)
    for client in (one, two, one):
        await client.open()
    with pytest.raises(TooManyRooms):
        await two.rooms.store.open("ABCDE", "", "")
    assert (await one.ask("POST", "/room"))[0] == 503


async def test_where_there_are_too_many_the_one_that_nobody_follows_makes_place():
    server = fakeredis.FakeServer()
    here = process(server, most=2)
    redis = fakeredis.FakeAsyncRedis(server=server, decode_responses=True)
    (first, _), (second, _) = await here.open(), await here.open()
    async with here.following(first):

        async def told() -> bool:
            return bool(await redis.exists(redis_store._followers(first.removeprefix("/room/"))))

        await until(told)
        assert (await here.ask("POST", "/room"))[0] == 503
        for code in await redis.zrange(redis_store.ROOMS, 0, -1):
            await redis.zincrby(redis_store.ROOMS, -IDLE - 1, code)
        await here.open()
        assert [(await here.ask("GET", path))[0] for path in (first, second)] == [200, 404]
        assert (await here.ask("POST", "/room"))[0] == 503


async def test_a_room_that_only_its_lecturers_pages_show_outlives_redis_too():
    server = fakeredis.FakeServer()
    here = process(server)
    path, presenter = await here.open("k=1")
    async with here.following(path, way="events?screen=1") as heard:
        await until(here.rooms.store.ready.is_set)
        await fakeredis.FakeAsyncRedis(server=server).flushall()
        for task in here.rooms.store.tasks:
            task.cancel()  # the connection on which it listened is gone, too
        await until(lambda: not here.rooms.store.ready.is_set())
        here.rooms.store._begin()
        await until(here.rooms.store.ready.is_set)
        assert (await here.ask("PUT", path, b"k=2", presenter))[0] == 200
        await until(lambda: "data: k=2" in heard)
        assert "event: end" not in heard
    assert not here.rooms.store.followed


# ---- what a later version has written, or somebody has spoiled

POLL = {"number": 7, "spec": {"kind": "choose", "ask": "?", "answers": [{"label": "a"}, {"label": "b"}], "at": "", "change": {}}, "kind": "choose", "most": 2, "keyed": False}
"""A question as the first version of rooms wrote it."""
SPOILED = [
    {"poll": "no JSON"},
    {"poll": "[]"},
    {"poll": json.dumps({"number": 7})},
    {"poll": json.dumps(POLL | {"phase": "debated"})},
    {"poll": json.dumps(POLL | {"round": 10**9})},
    {"poll": json.dumps(POLL | {"closes": "soon"})},
    {"poll": json.dumps(POLL | {"closes": 10**400})},
    {"poll": "[" * 100_000},
    {"number": "seven"},
    {"query": "k=1\n\nevent: end"},
]


_LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from((10**400, 10**30, "", "open", "NaN", chr(0))) | st.floats()
_VALUES = st.recursive(_LEAVES, lambda some: st.lists(some, max_size=4) | st.dictionaries(st.sampled_from(("a", "rounds")), some), max_leaves=6)
_RECORD = {"number": 1, "kind": "choose", "ask": "?", "rounds": [[["a", 1, 1, None]]]}


def with_others(whole: dict[str, object]) -> st.SearchStrategy[str]:
    """A table of ours as JSON, in which some values are others."""
    return st.dictionaries(st.sampled_from((*whole, "colour")), _VALUES, max_size=3).map(lambda some: json.dumps(whole | some))


@given(with_others(json.loads(Poll(**POLL).as_json)), with_others(_RECORD), _VALUES.map(json.dumps))
@example(json.dumps(POLL | {"closes": 10**400}), json.dumps(_RECORD | {"number": 10**30}), "[[1, 2, 3], 1e999, 1]")
@example("[]", json.dumps(_RECORD | {"rounds": [[["a", float("inf"), 1, None]]]}), "1e999")
def test_whatever_stands_in_redis_is_read_or_passed_over(poll, kept, told):
    with contextlib.suppress(ValueError):
        assert Poll.read(poll).at(5.0).phase
    lines = answer_record.read(kept)
    assert lines is None or answer_record.table([lines])
    followers_in(told)
    with contextlib.suppress(ValueError):
        answers_in(told)


async def written(server: fakeredis.FakeServer, path: str, **fields: str) -> None:
    """Another process, of another version, writes into a room and says so."""
    redis = fakeredis.FakeAsyncRedis(server=server, decode_responses=True)
    code = path.removeprefix("/room/")
    await redis.hset(f"cnnviz:room:{code}", mapping=fields)
    await redis.publish(redis_store.MOVED, code)


async def test_a_question_of_a_later_version_is_understood_as_far_as_it_is_known_and_handed_on_whole():
    server = fakeredis.FakeServer()
    here = process(server)
    path, presenter = await here.open("k=1")
    async with here.following(path) as heard:
        await until(here.rooms.store.ready.is_set)
        await written(server, path, poll=json.dumps(POLL | {"phase": "open", "colour": "red"}), mood="good")
        await until(lambda: any('"number": 7, "phase": "open"' in line for line in heard))
        assert (await here.ask("PUT", path, b"k=2", presenter))[0] == 200
        await until(lambda: "data: k=2" in heard)
        assert (await here.ask("PUT", f"{path}/question", b'{"act": "close"}', presenter))[0] == 200
        result = await fakeredis.FakeAsyncRedis(server=server, decode_responses=True).hgetall(f"cnnviz:room:{path.removeprefix('/room/')}")
        assert json.loads(result["poll"])["colour"] == "red" and result["mood"] == "good"


async def test_a_question_that_only_a_later_version_can_show_gets_a_sentence_here():
    server = fakeredis.FakeServer()
    here = process(server)
    path, presenter = await here.open("k=1")
    await written(server, path, poll=json.dumps(POLL | {"kind": "rank", "spec": {"kind": "rank", "of": ["z1"]}}))
    for way, headers in (("question", None), ("results", presenter)):
        status, why = await here.ask("GET", f"{path}/{way}", headers=headers)
        assert (status, why["id"]) == (409, "ui.rooms.newer_question")


@pytest.mark.parametrize("fields", SPOILED, ids=range(len(SPOILED)))
async def test_a_value_that_is_none_harms_its_own_room_alone(fields):
    server = fakeredis.FakeServer()
    one, two = process(server), process(server)
    (spoiled, its_presenter), (other, presenter) = await one.open("k=1"), await one.open("k=1")
    async with two.following(spoiled) as there, two.following(other) as heard:
        await until(two.rooms.store.ready.is_set)
        await written(server, spoiled, **fields)
        assert (await one.ask("PUT", other, b"k=2", presenter))[0] == 200
        await until(lambda: "data: k=2" in heard)
        assert data(there)[0] == "k=1" and "event: end" not in there
        assert (await two.ask("PUT", spoiled, b"k=3", its_presenter))[0] == 200  # its presenter's next move mends it
        await until(lambda: "data: k=3" in there)
    assert (await one.ask("GET", spoiled))[1]["query"] == "k=3"


async def test_a_room_that_is_something_else_in_redis_stops_no_other_one_even_where_all_is_put_back():
    server = fakeredis.FakeServer()
    one, two = process(server), process(server)
    (spoiled, _), (other, presenter) = await one.open("k=1"), await one.open("k=1")
    redis = fakeredis.FakeAsyncRedis(server=server, decode_responses=True)
    async with two.following(spoiled) as there, two.following(other) as heard:
        await until(two.rooms.store.ready.is_set)
        await redis.delete(f"cnnviz:room:{spoiled[-LENGTH:]}")
        await redis.set(f"cnnviz:room:{spoiled[-LENGTH:]}", "a text")
        await redis.publish(redis_store.MOVED, spoiled[-LENGTH:])
        server.connected = False
        await until(lambda: not two.rooms.store.ready.is_set())
        server.connected = True
        await until(two.rooms.store.ready.is_set)
        assert (await one.ask("PUT", other, b"k=2", presenter))[0] == 200
        await until(lambda: "data: k=2" in heard)
        assert data(there) == ["k=1"]
    assert (await one.ask("GET", spoiled))[0] == 503


async def test_what_other_versions_say_of_their_followers_counts_as_far_as_it_can_be_read():
    server = fakeredis.FakeServer()
    here = process(server)
    path, _ = await here.open()
    redis = fakeredis.FakeAsyncRedis(server=server, decode_responses=True)
    told = {"newer": json.dumps([3, 1, time.time(), "eu-west"]), "newest": '{"n": 3}', "broken": "]", "numbers": '["x", 1, 2]', "never": '[1, 0, "NaN"]'}
    await redis.hset(redis_store._followers(path[-LENGTH:]), mapping=told)
    result = (await here.ask("GET", path))[1]
    assert (result["followers"], result["alone"]) == (3, 1)


async def test_a_listener_that_ends_begins_again_and_the_log_says_why():
    server = fakeredis.FakeServer()
    one, two = process(server), process(server)
    path, presenter = await one.open("k=1")
    messages: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())
    redis_store._LOG.addHandler(handler)
    try:
        async with two.following(path) as heard:
            await until(two.rooms.store.ready.is_set)
            refresh, failed = two.rooms.store._refresh, asyncio.Event()

            async def fails(*_, **__):
                two.rooms.store._refresh = refresh
                failed.set()
                raise SystemError("a mistake of ours")

            async def ends(*_, **__):
                two.rooms.store._refresh_alone = alone
                failed.set()
                raise SystemError("another mistake of ours")

            two.rooms.store._refresh = fails
            await one.ask("PUT", path, b"k=2", presenter)
            await failed.wait()
            failed.clear()
            alone, two.rooms.store._refresh_alone = two.rooms.store._refresh_alone, ends
            await one.ask("PUT", path, b"k=3", presenter)
            await failed.wait()
            await until(lambda: "data: k=3" in heard)
            await until(two.rooms.store.ready.is_set)
            for task in two.rooms.store.tasks:
                task.cancel()  # by whatever it may be
            await asyncio.gather(*two.rooms.store.tasks, return_exceptions=True)
            await two.ask("GET", path)
            await until(two.rooms.store.ready.is_set)
            await one.ask("PUT", path, b"k=4", presenter)
            await until(lambda: "data: k=4" in heard)
    finally:
        redis_store._LOG.removeHandler(handler)
    assert [message for message in messages if "could not be brought up to date" in message] and [message for message in messages if "begins anew" in message]


CHANGES = st.lists(st.one_of(st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 1)), st.sampled_from(["lost", "put back here", "put back there"])), max_size=14)
"""A device answers by way of one of two processes; Redis forgets everything; one of the two finds it again first."""


@settings(max_examples=60)
@given(CHANGES)
@example([(0, 0, 0), (0, 1, 1), "lost", "put back here", "lost", "put back there"])
@example([(0, 0, 1), (0, 1, 0), "lost", "put back there"])
def test_however_often_redis_is_lost_no_answer_goes_back_to_an_earlier_one(changes):
    async def act():
        server = fakeredis.FakeServer()
        redis = fakeredis.FakeAsyncRedis(server=server, decode_responses=True)
        stores = [RedisStore(fakeredis.FakeAsyncRedis(server=server, decode_responses=True)) for _ in range(2)]
        await stores[0].open("ABCDE", "driver", "k=1")
        rooms = [await store.room("ABCDE") for store in stores]
        poll = Poll(7, {}, "choose", 2)
        for store, room in zip(stores, rooms, strict=True):
            await store.count(room, 1)
            await store.ask(room, poll)
        last: dict[str, float] = {}
        for change in [*changes, "put back here", "put back there"]:
            if change == "lost":
                await redis.flushall()
            elif isinstance(change, str):
                await stores[change.endswith("there")]._refresh("ABCDE", restore=True)
            else:
                device, answer, by = change
                if await redis.exists("cnnviz:room:ABCDE"):  # else it is told that the rooms cannot be reached
                    assert await stores[by].vote(rooms[by], poll, f"device-{device}", float(answer))
                    last[f"device-{device}"] = float(answer)
        for store, room in zip(stores, rooms, strict=True):
            assert await store.ballots(room, poll) == [last]
            for task in store.tasks:
                task.cancel()

    asyncio.run(act())
