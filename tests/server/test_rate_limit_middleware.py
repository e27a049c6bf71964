"""How much one address may ask for, and that nobody else waits for it."""

import asyncio
import itertools
import json
import threading

import pytest
from starlette.responses import PlainTextResponse

from cnnviz.server import rate_limit_middleware
from cnnviz.server.admission import Admission
from cnnviz.server.compute_queue import ComputeQueue
from cnnviz.server.fair_queue import ORDINARY_JOBS
from cnnviz.server.job import CostEstimate
from cnnviz.server.rate_limit_middleware import RateLimitMiddleware
from cnnviz.server.rate_limits import Rate, fair_share
from cnnviz.words import say
from tests.server.queues import is_empty


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(rate_limit_middleware, "TARPIT", 0.0)


def scope(kind: str = "http", client: str = "10.0.0.7", path: str = "/numbers/step", port: int = 4711) -> dict:
    result = {"type": kind, "method": "GET", "path": path, "query_string": b"", "headers": [], "client": (client, port)}
    return result | {"extensions": {"websocket.http.response": {}}}


async def ask(app: RateLimitMiddleware, **asked: str | int) -> tuple[int, dict[str, str], bytes]:
    text: list[dict] = []

    async def send(message: dict) -> None:
        text.append(message)

    async def receive() -> dict:
        return {"type": "http.request"}

    await app(scope(**asked), receive, send)
    headers = {name.decode(): value.decode() for name, value in text[0].get("headers", ())}
    return text[0].get("status", 101), headers, b"".join(message.get("body", b"") for message in text)


async def test_past_its_requests_an_address_is_told_to_wait_and_no_other_is():
    app = RateLimitMiddleware(PlainTextResponse("here"))
    app.requests = Rate(3, 1_000)
    assert [(await ask(app))[0] for _ in range(4)] == [200] * 3 + [429]
    status, headers, body = await ask(app)
    assert (status, headers["retry-after"], headers["connection"]) == (429, "2", "close")
    assert json.loads(body)["sentence"] == say("ui.server.flood", "en")
    assert (await ask(app, client="10.0.0.8"))[0] == 200


@pytest.mark.parametrize("beyond", [5, 20])
def test_past_its_requests_those_of_an_address_who_ask_seldom_have_as_many_and_no_more_over_however_many_connections(beyond):
    async def tried() -> int:
        app, now = RateLimitMiddleware(PlainTextResponse("here")), [0.0]
        app.requests, app.infrequent_requests = Rate(200, 1.0, clock=lambda: now[0]), Rate(beyond, 1_000, clock=lambda: now[0])
        for port in range(50):
            assert (await ask(app, port=port))[0] == 200
        while (await ask(app, port=50))[0] == 200:  # all that is left
            pass
        answered = 0
        for now[0] in range(20):  # in each of which one more has come
            for port in [50, *range(50)]:
                answered += (await ask(app, port=port))[0] == 200
        assert (await ask(app, client="10.0.0.8"))[0] == 200
        return answered

    assert asyncio.run(tried()) == 19 + beyond


async def test_a_refusal_takes_its_time_and_so_much_of_them_wait_and_no_more(monkeypatch):
    monkeypatch.setattr(rate_limit_middleware, "MOST_REFUSED", 2)
    waits: list[float] = []
    go = asyncio.Event()

    async def slept(seconds: float) -> None:
        waits.append(seconds)
        await go.wait()

    monkeypatch.setattr(asyncio, "sleep", slept)
    app = RateLimitMiddleware(PlainTextResponse("here"))
    app.requests = Rate(0, 1_000)
    asked = [asyncio.create_task(ask(app)) for _ in range(5)]
    async with asyncio.timeout(60):
        for first in itertools.islice(asyncio.as_completed(asked), 3):
            await first
        assert waits == [rate_limit_middleware.TARPIT] * 2 and [one.done() for one in asked].count(False) == 2
        go.set()
        assert [(await one)[0] for one in asked] == [429] * 5
    assert not app.delayed_refusals


async def test_what_nobody_reads_is_counted_until_it_is_sent_and_a_rooms_stream_is_not(monkeypatch):
    monkeypatch.setattr(rate_limit_middleware, "AT_ONCE", 2)
    go = asyncio.Event()

    async def slow(scope, receive, send) -> None:
        await go.wait()
        await PlainTextResponse("here")(scope, receive, send)

    app = RateLimitMiddleware(slow)
    streams = [asyncio.create_task(ask(app, path="/room/ABCDE/events")) for _ in range(5)]
    asked = [asyncio.create_task(ask(app)) for _ in range(2)]
    await asyncio.sleep(0)
    assert (await ask(app))[0] == 429
    other = asyncio.create_task(ask(app, client="10.0.0.8"))
    await asyncio.sleep(0)
    go.set()
    assert {(await one)[0] for one in [*streams, *asked, other]} == {200}
    assert not app.turns.under_way


@pytest.mark.parametrize(("limit", "status", "id"), [("SOCKETS", 429, "flood"), ("MOST_SOCKETS", 503, "crowded")])
async def test_sessions_of_one_address_and_of_all_are_bounded(monkeypatch, limit, status, id):
    monkeypatch.setattr(rate_limit_middleware, limit, 2)
    go = asyncio.Event()

    async def session(scope, receive, send) -> None:
        await send({"type": "websocket.accept"})
        await go.wait()

    app = RateLimitMiddleware(session)
    opened = [asyncio.create_task(ask(app, kind="websocket")) for _ in range(2)]
    await asyncio.sleep(0)
    result, headers, body = await ask(app, kind="websocket")
    assert (result, headers["retry-after"], json.loads(body)["id"]) == (status, "2", f"ui.server.{id}")
    go.set()
    assert {(await one)[0] for one in opened} == {101}
    assert (await ask(app, kind="websocket"))[0] == 101  # there is room again


async def test_sessions_opened_in_a_loop_are_refused_though_each_is_left_at_once():
    app = RateLimitMiddleware(PlainTextResponse("here"))
    app.new_sessions = Rate(2, 1_000)
    assert [(await ask(app, kind="websocket"))[0] for _ in range(3)] == [200, 200, 429]


def test_a_session_is_heard_as_often_as_somebody_presses_buttons(monkeypatch):
    monkeypatch.setattr(rate_limit_middleware, "MESSAGES", 3)
    monkeypatch.setattr(rate_limit_middleware, "EACH_MESSAGE", 1_000.0)  # beside which the time that the test takes is nothing
    waits: list[float] = []

    async def slept(seconds: float) -> None:
        waits.append(seconds)

    async def session(scope, receive, send) -> None:
        monkeypatch.setattr(asyncio, "sleep", slept)
        for _ in range(6):
            await receive()

    async def receive() -> dict:
        return {"type": "websocket.receive", "bytes": b"again"}

    asyncio.run(RateLimitMiddleware(session)(scope("websocket"), receive, None))
    assert [round(wait / 1_000) for wait in waits] == [1, 2, 3]


def heard(said: list[tuple[float, int]], sessions: int) -> list[float]:
    """How long each of these messages waits, of an address whose sessions have said nothing before: when it comes, and which session says it."""
    now, result = [0.0], []

    async def tried() -> None:
        app = RateLimitMiddleware(None)
        app.messages = Rate(rate_limit_middleware.MESSAGES_OF_ALL, rate_limit_middleware.EACH_OF_ALL, clock=lambda: now[0])
        receives: list = []
        go = asyncio.Event()

        async def session(scope, receive, send) -> None:
            receives.append(receive)
            await go.wait()

        async def receive() -> dict:
            return {"type": "websocket.receive", "bytes": b"again"}

        async def slept(seconds: float) -> None:
            result[-1] = seconds

        app.app, app.new_sessions = session, Rate(2_000, 1.0)
        opened = [asyncio.create_task(app(scope("websocket", port=number), receive, None)) for number in range(sessions)]
        while len(receives) < sessions:
            await real(0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asyncio, "sleep", slept)
            patch.setattr(rate_limit_middleware, "MESSAGES", 10_000)
            for now[0], number in said:
                result.append(0.0)
                await receives[number]()
        go.set()
        await asyncio.gather(*opened)

    real = asyncio.sleep
    asyncio.run(tried())
    return result


def test_sessions_of_one_address_are_heard_together_as_often_as_a_class_presses_buttons():
    waits = heard([(0.0, n % 1_000) for n in range(4_000)], 1_000)
    assert waits[:1_300] == [0.0] * 1_300, "one for each session, and as many for all"
    assert waits[1_300:1_303] == pytest.approx([rate_limit_middleware.EACH_OF_ALL * n for n in (1, 2, 3)])


def test_who_seldom_presses_a_button_does_not_wait_for_a_hundred_sessions_of_the_same_address():
    says = [(second / 10, n) for second in range(600) for n in range(100)] + [(float(second), 100) for second in range(0, 60, 6)]
    says.sort()
    waits = list(zip(says, heard(says, 101), strict=True))
    assert max(wait for (_, number), wait in waits if number < 100) > 60
    assert max(wait for (_, number), wait in waits if number == 100) == 0


@pytest.mark.parametrize(("of_all", "of_one"), [(10_000, 5_000), (4_000, 1_000)], ids=["streams", "sessions"])
def test_a_few_addresses_that_take_what_they_can_leave_room_for_others(of_all, of_one):
    left = of_all
    for _ in range(6):
        took = 0
        while took < fair_share(left, of_one):
            took, left = took + 1, left - 1
    assert took > 20 and left > of_all / 100


async def test_who_had_least_worked_out_of_late_is_next():
    now, come = [0.0], threading.Event()
    queue: ComputeQueue[None] = ComputeQueue(1, Admission(100, 100), clock=lambda: now[0])
    order: list[str] = []

    def work(who: str) -> None:
        come.wait(60)
        order.append(who)
        now[0] += 0.01

    def asked(who: str, n: int = 0) -> asyncio.Task:
        return asyncio.create_task(queue.get((who, n), who.split()[0], lambda: work(who), who, CostEstimate(0.01)))

    greedy = [asked("10.0.0.7 1", n) for n in range(20)]
    modest = [asked("10.0.0.7 2"), asked("10.0.0.8 1")]
    await asyncio.sleep(0)
    come.set()
    await asyncio.gather(*greedy, *modest)
    assert order.index("10.0.0.8 1") <= order.index("10.0.0.7 2") < 16
    assert is_empty(queue)


async def test_of_one_address_who_made_a_pause_comes_soon_however_much_the_others_ask():
    come, order = threading.Event(), []
    queue: ComputeQueue[None] = ComputeQueue(1, Admission(100, 100))

    def work(who: str) -> None:
        come.wait(60)
        order.append(who)

    def asked(who: str, n: int, pause: float = 0.0) -> asyncio.Task:
        return asyncio.create_task(queue.get((who, n), "10.0.0.7", lambda: work(who), f"{who} {n}", CostEstimate(0.01), pause))

    all_of_it = [*(asked("flood", n) for n in range(40)), asked("class", 0, 0.4)]
    await asyncio.sleep(0)
    come.set()
    await asyncio.gather(*all_of_it)
    assert order.index("class") <= ORDINARY_JOBS and is_empty(queue)


@pytest.mark.parametrize("seconds", [0.01, 0.3], ids=["short", "dear"])
async def test_who_asks_for_what_a_flood_has_asked_for_has_it_as_soon_as_if_they_had_been_the_first(seconds):
    come, order = threading.Event(), []
    queue: ComputeQueue[None] = ComputeQueue(1, Admission(100, 100))

    def work(name: str) -> None:
        come.wait(60)
        order.append(name)

    def asked(name: str, by: str, pause: float = 0.0) -> asyncio.Task:
        return asyncio.create_task(queue.get(name, "10.0.0.7", lambda: work(name), by, CostEstimate(seconds), pause))

    all_of_it = [*(asked(f"flood {n}", f"flood {n}") for n in range(40)), asked("lesson", "flood 0")]
    await asyncio.sleep(0)
    all_of_it += [asked("lesson", f"class {n}", 0.4) for n in range(20)]
    await asyncio.sleep(0)
    come.set()
    await asyncio.gather(*all_of_it)
    assert order.index("lesson") <= ORDINARY_JOBS and len(order) == 41 and is_empty(queue)


async def test_who_gives_up_as_their_turn_comes_holds_up_nobody():
    queue: ComputeQueue[int] = ComputeQueue(1, Admission(100, 100))
    for n in range(20):
        first = asyncio.create_task(queue.get(("left", n), "10.0.0.7", lambda: 1))
        for _ in range(n % 4):
            await asyncio.sleep(0)
        first.cancel()
    async with asyncio.timeout(60):
        assert await queue.get("stays", "10.0.0.7", lambda: 2) == 2
    queue.workers.threads.shutdown()  # waits for those who were being worked for as they left
    assert is_empty(queue)
