"""Rooms by plain HTTP: who opens one drives it, the audience follows, and nobody else moves anything."""

import asyncio
import contextlib
import json

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from cnnviz.rooms import LENGTH, LETTERS, Rooms, room_routes, room_secrets
from cnnviz.rooms.follower import join_link
from cnnviz.rooms.store import IDLE, SILENCE, MemoryStore
from cnnviz.server import request_bodies
from cnnviz.server.rate_limits import Rate
from cnnviz.server.request_bodies import Refused, read_body
from cnnviz.words import say


@pytest.fixture(autouse=True)
def cheap_codes(monkeypatch):
    monkeypatch.setattr(room_secrets, "COST", 4)


async def settled() -> None:
    """Lets everybody go on who can: so many turns of the loop, and no time that would be short on a busy machine."""
    for _ in range(100):
        await asyncio.sleep(0)


async def until(true, seconds: float = 60.0) -> None:
    """Waits until `true`, a function or a coroutine function, says so; TimeoutError where it never does."""
    async with asyncio.timeout(seconds):
        while not (await true() if asyncio.iscoroutinefunction(true) else true()):
            await asyncio.sleep(0.01)


class RoomsClient:
    """An application of rooms alone, asked directly."""

    def __init__(self, store=None, **options):
        self.rooms = Rooms(store, **options)
        for rate in (*vars(self.rooms).values(), *vars(self.rooms.questions).values()):
            if isinstance(rate, Rate):
                rate.clock = lambda: 0.0  # else how often somebody may would depend on how long a test takes
        self.app = Starlette(routes=room_routes("", self.rooms))

    async def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, visitor: str = "1.2.3.4"):
        """Status and body, JSON read."""
        answered: list[dict] = []
        await self._call(method, path, body, headers, visitor, answered.append)
        content = b"".join(message.get("body", b"") for message in answered[1:])
        return answered[0]["status"], json.loads(content) if content[:1] == b"{" else content

    async def open(self, query: str = "", visitor: str = "1.2.3.4"):
        status, room = await self.ask("POST", "/room", query.encode(), visitor=visitor)
        assert status == 201
        return f"/room/{room['code']}", {"Authorization": f"Bearer {room['driver']}"}

    @contextlib.asynccontextmanager
    async def following(self, path: str, headers: dict[str, str] | None = None, way: str = "events", visitor: str = "1.2.3.4"):
        """What a stream has brought so far, as it grows."""
        lines: list[str] = []

        def take(message):
            lines.extend(message.get("body", b"").decode().split("\n"))

        task = asyncio.create_task(self._call("GET", f"{path}/{way}", b"", headers, visitor, take))
        await settled()
        yield lines
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _call(self, method, path, body, headers, visitor, take):
        path, _, query = path.partition("?")
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "http_version": "1.1", "client": (visitor, 1)}
        scope["headers"] = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        left = [body]

        async def receive():
            if not left:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": left.pop(), "more_body": False}

        async def send(message):
            take(message)

        await self.app(scope, receive, send)


def data(lines: list[str]) -> list[str]:
    """The places that a room told of; other events have a name."""
    named = {n + 1 for n, line in enumerate(lines) if line.startswith("event: ")}
    return [line.removeprefix("data: ") for n, line in enumerate(lines) if line.startswith("data: ") and n not in named]


@pytest.mark.parametrize("page", ["//evil.example", "https://evil.example/", "constructor", "train/..", "%2F%2Fevil.example", "train&page=//evil.example"])
async def test_a_room_moves_to_no_page_that_does_not_exist(page):
    client = RoomsClient()
    path, presenter = await client.open("k=1&page=train")
    status, why = await client.ask("PUT", path, f"k=2&page={page}".encode(), presenter)
    assert (status, why["id"]) == (400, "ui.rooms.no_page") and "train" in why["sentence"]
    assert (await client.ask("POST", "/room", f"page={page}".encode()))[0] == 400
    assert (await client.ask("GET", path))[1]["query"] == "k=1&page=train"
    assert (await client.ask("PUT", path, b"k=2&page=", presenter))[0] == 200


async def test_the_audience_is_where_its_presenter_is():
    client = RoomsClient()
    path, presenter = await client.open("k=3&stage=z1")
    assert len(path) == len("/room/") + LENGTH and set(path.removeprefix("/room/")) <= set(LETTERS)
    async with client.following(path) as first, client.following(path.lower()) as second:
        assert data(first) == data(second) == ["k=3&stage=z1"]
        assert (await client.ask("PUT", path, b"?k=4&stage=df&page=train", presenter))[0] == 200
        await settled()
        assert data(first)[-1] == data(second)[-1] == "k=4&stage=df&page=train"
        status, result = await client.ask("GET", path)
        assert (status, result["query"], result["followers"]) == (200, "k=4&stage=df&page=train", 2)
        assert result.keys().isdisjoint({"driver", "secret"})
        assert (await client.ask("DELETE", path, headers=presenter))[0] == 204
        await settled()
        assert "event: end" in first and "event: end" in second
    assert (await client.ask("GET", path))[0] == 404
    assert len(client.rooms.streams) == 0 and not client.rooms.streams.followed


async def test_a_crowd_is_moved_when_its_numbers_are_ready_and_a_later_move_overtakes():
    ready = {"k=1": asyncio.Event(), "k=2": asyncio.Event()}
    client = RoomsClient(prepare=lambda query, client: ready[query].wait(), large_room=1)
    path, presenter = await client.open("k=0")
    async with client.following(path) as heard:
        moves = [asyncio.create_task(client.ask("PUT", path, query.encode(), presenter)) for query in ready]
        await settled()
        assert data(heard) == ["k=0"]
        for query in ("k=2", "k=1"):
            ready[query].set()
            await settled()
            assert data(heard) == ["k=0", "k=2"]
        assert [(await move)[0] for move in moves] == [200, 200]


async def test_who_comes_back_hears_what_they_missed_and_nothing_twice():
    client = RoomsClient()
    path, presenter = await client.open("k=0")
    for k in (1, 2):
        await client.ask("PUT", path, json.dumps({"query": f"k={k}"}).encode(), presenter)
    async with client.following(path) as lines:
        number = next(line for line in lines if line.startswith("id: ")).removeprefix("id: ")
        assert data(lines) == ["k=2"]
    async with client.following(path, {"Last-Event-ID": number}) as lines:
        assert data(lines) == []
        await client.ask("PUT", path, b"k=3", presenter)
        await settled()
        assert data(lines) == ["k=3"]
    async with client.following(path, {"Last-Event-ID": "0"}) as lines:
        assert data(lines) == ["k=3"]


async def test_nobody_else_moves_or_ends_it():
    client = RoomsClient()
    path, _ = await client.open("k=1")
    _, other = await client.open("k=1")
    for number, headers in enumerate(({}, other, {"Authorization": "Bearer "}, {"Authorization": "Basic x"}, {"Authorization": "Bearer ünmöglich"})):
        headers = {name: value.encode().decode("latin-1") for name, value in headers.items()}
        for method in ("PUT", "DELETE"):
            status, why = await client.ask(method, path, b"k=9", headers, visitor=f"9.9.9.{number}")
            assert (status, why["id"]) == (403, "ui.rooms.not_driver")
    assert (await client.ask("GET", path))[1]["query"] == "k=1"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"k=1\ndata: k=9", 400),
        (b"k=1\r\n\r\nevent: end", 400),
        (b"\xff", 400),
        ("k=²".encode(), 400),
        (b'{"lesson": 1}', 400),
        (b'{"query": ' + b"[" * 20_000, 400),
        (b"k=1&" * 10_000, 413),
    ],
)
async def test_only_an_address_travels(body, status):
    client = RoomsClient()
    path, presenter = await client.open("k=1")
    answered, why = await client.ask("PUT", path, body, presenter)
    assert answered == status and why["sentence"].endswith(".")
    assert (await client.ask("GET", path))[1]["query"] == "k=1"


async def test_a_body_that_drips_is_not_waited_for():
    left = iter(range(10_000))

    async def receive() -> dict:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"", "more_body": next(left, None) is not None}

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(request_bodies, "BODY_SECONDS", 0.0)
        with pytest.raises(Refused) as refused:
            await read_body(Request({"type": "http", "method": "PUT", "headers": []}, receive), 100)
    assert (refused.value.status, refused.value.id) == (408, "ui.rooms.body_slow")


async def test_of_all_bodies_that_are_coming_so_much_is_held_and_no_more():
    go = asyncio.Event()

    async def taken(length: int = 300) -> bytes:
        parts = iter([b"x" * length, b""])

        async def receive() -> dict:
            part = next(parts)
            if not part and length > 200:
                await go.wait()
            return {"type": "http.request", "body": part, "more_body": bool(part)}

        return await read_body(Request({"type": "http", "method": "PUT", "headers": []}, receive), 500)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(request_bodies, "MOST_COMING", 1_000)
        patched.setattr(request_bodies, "SHORT", 200)
        asked = [asyncio.create_task(taken(length)) for length in (300, 300, 300, 300, 200)]
        with pytest.raises(Refused) as refused:
            await asked[3]
        assert len(await asked[4]) == 200
        go.set()
        assert {len(await one) for one in asked[:3]} == {300}
    assert refused.value.status == 503 and not request_bodies._coming["bytes"]


async def test_guessing_and_flooding_are_bounded():
    client = RoomsClient(MemoryStore(most=25))
    path, presenter = await client.open(visitor="5.5.5.5")
    tried = [(await client.ask("GET", f"/room/AAAA{letter}"))[0] for letter in LETTERS * 3]
    assert set(tried) == {404, 429} and tried.count(404) == 60
    assert (await client.ask("GET", path, visitor="5.5.5.5"))[0] == 200  # others go on
    forged = [(await client.ask("PUT", path, b"", {"Authorization": "Bearer x"}, visitor="6.6.6.6"))[0] for _ in range(30)]
    assert forged.count(403) == 10 and forged.count(429) == 20
    # a class shares an address: what one of it tries stops nobody who is in the room, and least of all its presenter
    assert (await client.ask("PUT", path, b"k=1", presenter, visitor="6.6.6.6"))[0] == 200
    for _ in range(70):
        await client.ask("GET", "/room/AAAAA", visitor="6.6.6.6")
    assert (await client.ask("GET", path, visitor="6.6.6.6"))[0] == 200
    opened = [(await client.ask("POST", "/room", visitor="7.7.7.7"))[0] for _ in range(30)]
    assert opened.count(201) == 20 and opened.count(429) == 10
    opened = [(await client.ask("POST", "/room", visitor=f"8.8.8.{number}"))[0] for number in range(10)]
    assert opened.count(201) == 4 and opened.count(503) == 6
    moved = [(await client.ask("PUT", path, b"k=1", presenter, visitor="5.5.5.5"))[0] for _ in range(100)]
    assert moved.count(200) == 59 and moved.count(429) == 41


async def test_where_there_are_too_many_the_one_that_nobody_follows_makes_place():
    now = [0.0]
    client = RoomsClient(MemoryStore(most=2, clock=lambda: now[0]))
    (first, _), (second, _) = await client.open(), await client.open()
    async with client.following(first):
        now[0] = IDLE
        assert (await client.ask("POST", "/room"))[0] == 503
        now[0] = IDLE + 1
        await client.open()
        assert [(await client.ask("GET", path))[0] for path in (first, second)] == [200, 404]


async def test_a_room_ends_after_hours_of_silence():
    now = [0.0]
    client = RoomsClient(MemoryStore(clock=lambda: now[0]))
    path, presenter = await client.open()
    other, _ = await client.open()
    now[0] = SILENCE - 1
    await client.ask("PUT", path, b"k=1", presenter)
    async with client.following(other) as lines:
        now[0] = SILENCE + 1
        await client.open()
        await settled()
        assert "event: end" in lines
    assert [(await client.ask("GET", one))[0] for one in (path, other)] == [200, 404]


async def test_a_server_that_stops_lets_every_stream_go():
    client = RoomsClient()
    path, _ = await client.open()
    async with client.following(path), client.following(path):
        assert len(client.rooms.streams) == 2
        client.rooms.streams.close()
        await settled()
        assert len(client.rooms.streams) == 0


async def test_a_browser_gets_the_followers_page_and_phones_a_code():
    client = RoomsClient()
    path, _ = await client.open()
    status, page = await client.ask("GET", path, headers={"Accept": "text/html,*/*"})
    assert status == 200 and b"../web/follower.js" in page and b"http" not in page
    for gone in ("/room/ZZZZZ", "/room/ZZZZZ/cockpit"):  # a person reads a sentence, not JSON
        status, page = await client.ask("GET", gone, headers={"Accept": "text/html,*/*", "Accept-Language": "fr"})
        assert status == 404 and b"../" * gone.count("/") not in page and b"../" * (gone.count("/") - 1) + b"web/style.css" in page
        assert page.startswith(b"<!doctype html>") and say("ui.rooms.none", "fr").encode() in page.replace(b"&#x27;", b"'")
    status, picture = await client.ask("GET", f"{path}/qr.svg")
    assert status == 200 and picture.lstrip().startswith((b"<svg", b"<?xml"))


@pytest.mark.parametrize(
    ("headers", "path", "setting", "link"),
    [
        ({"Host": "cnn.example.org", "X-Forwarded-Proto": "https"}, "/tools/room/ABCDE", "", "https://cnn.example.org/tools/room/ABCDE"),
        ({"Host": "10.0.0.7:8501"}, "/room/ABCDE", "", "http://10.0.0.7:8501/room/ABCDE"),
        ({"Host": "localhost:8501"}, "/room/ABCDE", "https://hall.example.org/cnn/", "https://hall.example.org/cnn/room/ABCDE"),
    ],
)
def test_the_link_is_one_that_phones_reach(headers, path, setting, link, monkeypatch):
    from starlette.requests import Request

    monkeypatch.setenv("CNNVIZ_URL", setting)
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    request = Request({"type": "http", "method": "GET", "path": path, "headers": raw, "scheme": "http", "server": ("x", 1), "query_string": b""})
    assert join_link(request, "ABCDE") == link


def test_who_is_asked_for_by_the_machines_own_name_is_found_by_its_address(monkeypatch):
    from starlette.requests import Request

    from cnnviz.rooms import follower

    monkeypatch.delenv("CNNVIZ_URL", raising=False)
    monkeypatch.setattr(follower, "own_address", lambda: "192.168.7.9")
    request = Request({"type": "http", "method": "GET", "path": "/room/ABCDE", "headers": [(b"host", b"localhost:8501")], "scheme": "http"})
    for everywhere, host in ((True, "192.168.7.9:8501"), (False, "localhost:8501")):
        assert join_link(request, "ABCDE", everywhere) == f"http://{host}/room/ABCDE"


def test_a_rate_forgets_who_came_long_ago():
    rate = Rate(1, 10, known=5)
    assert all(rate.take(str(number)) for number in range(100))
    assert len(rate.buckets) == 5


# ---- a server that has forgotten its rooms


async def test_a_room_that_was_forgotten_is_opened_again_by_its_secret_alone():
    before, after = RoomsClient(key="ours"), RoomsClient(key="ours")
    path, presenter = await before.open("k=1")
    assert (await after.ask("GET", path))[0] == 404
    secret = presenter["Authorization"].removeprefix("Bearer ")
    body = json.dumps({"driver": secret, "query": "k=7"}).encode()
    status, room = await after.ask("POST", "/room", body)
    assert (status, room) == (201, {"code": path.removeprefix("/room/"), "driver": secret})
    async with after.following(path, {"Last-Event-ID": "1"}) as lines:
        assert data(lines) == ["k=7"]
        assert (await after.ask("PUT", path, b"k=8", presenter))[0] == 200
        # whoever asks once more is told the same, and moves nobody
        assert await after.ask("POST", "/room", body) == (200, room)
        assert (await after.ask("GET", path))[1]["query"] == "k=8"
    other = await RoomsClient(key="another server's").ask("POST", "/room", body)
    assert other[0] == 201 and other[1]["code"] != room["code"]


async def test_a_room_that_is_there_is_opened_again_by_nobody_else():
    client = RoomsClient()
    path, presenter = await client.open("k=1")
    room = await client.rooms.store.room(path.removeprefix("/room/"))
    room.presenter = "somebody else's"
    secret = presenter["Authorization"].removeprefix("Bearer ")
    status, why = await client.ask("POST", "/room", json.dumps({"driver": secret, "query": "k=2"}).encode())
    assert (status, why["id"]) == (403, "ui.rooms.not_driver") and room.query == "k=1"
    for secret in ("short", "x" * 33, 7, ["x" * 32], None):
        assert (await client.ask("POST", "/room", json.dumps({"driver": secret, "query": ""}).encode()))[0] == 403


async def test_pages_that_wait_for_a_room_that_is_gone_leave_the_others_of_their_address_their_codes():
    before, client = RoomsClient(), RoomsClient()
    gone, _ = await before.open()
    path, _ = await client.open(visitor="5.5.5.5")
    waiting = [await client.ask("HEAD", f"{gone}/events", visitor="6.6.6.6") for _ in range(500)]
    assert {status for status, _ in waiting} == {404}
    assert (await client.ask("GET", path, visitor="6.6.6.6"))[0] == 200
    # but other codes are guesses, whichever way they are tried
    tried = [(await client.ask("GET", f"/room/{one}{two}AAA/events", visitor="7.7.7.7"))[0] for one in LETTERS[:10] for two in LETTERS[:10]]
    assert tried.count(404) <= 61 and tried.count(429) >= 39
    assert (await client.ask("HEAD", f"{path}/events", visitor="6.6.6.6")) == (200, b"")
    assert len(client.rooms.streams) == 0


async def test_a_presenter_is_told_the_question_to_ask_it_again():
    client = RoomsClient()
    path, presenter = await client.open("img=test-0&stage=z1")
    for question in ({"spot": "largest", "map": "z1"}, {"lesson": "kernel", "step": 5}, {"kind": "choose", "ask": "Clear?", "answers": [{"label": "a"}, {"label": "b"}]}):
        status, poll = await client.ask("PUT", f"{path}/question", json.dumps(question).encode(), presenter)
        assert status == 201
        assert await client.ask("GET", f"{path}/asked", headers=presenter) == (200, {"number": poll["number"], "question": question})
        assert (await client.ask("GET", f"{path}/asked"))[0] == 403
