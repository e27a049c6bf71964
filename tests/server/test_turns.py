"""A flood holds nobody up: counted in answers that are made meanwhile, not in seconds."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from starlette.requests import HTTPConnection

from cnnviz.core.runtime import work_cancellation
from cnnviz.hosts.streamlit import script_turns
from cnnviz.hosts.streamlit.script_turns import ScriptTurns
from cnnviz.server import loop_turns as turns_module
from cnnviz.server import rate_limit_middleware
from cnnviz.server.loop_turns import CREDIT, LEAST_REST, MOST_REST, NEW_PAUSE, Turns
from cnnviz.server.rate_limit_middleware import RateLimitMiddleware
from cnnviz.server.rate_limits import Rate
from cnnviz.server.visitors import pause_of
from tests.server.test_rate_limit_middleware import ask, scope

FLOOD, OTHER = "10.0.0.7", "10.0.0.8"
PASSES = 6


class Answers:
    """An app whose answers take PASSES of the event loop; `made` has for whom, in order."""

    def __init__(self) -> None:
        self.made: list[str] = []

    async def __call__(self, scope, receive, send) -> None:
        for _ in range(PASSES):
            await asyncio.sleep(0)
        self.made.append(scope["client"][0])
        await send({"type": "http.response.start", "status": 200})


async def flooded(app: RateLimitMiddleware, connections: int, address: str, port: int) -> int:
    """How many answers a flood gets while one of another connection is made that asks now and then."""
    answers: Answers = app.app

    async def client(number: int) -> None:
        while True:
            await ask(app, client=FLOOD, port=number)

    await ask(app, client=address, port=port)
    clients = [asyncio.create_task(client(number)) for number in range(connections)]
    for _ in range(200):
        await asyncio.sleep(0)
    during = []
    for _ in range(5):
        for _ in range(10 * connections):
            await asyncio.sleep(0)
        before = len(answers.made)
        await ask(app, client=address, port=port)
        during.append(len(answers.made) - before)
    assert len(answers.made) > 10 * connections, "which goes on"
    for one in clients:
        one.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    return max(during)


class CountedLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock counts its passes, a tenth of a millisecond each: a busy machine changes nothing."""

    passes = 0

    def time(self) -> float:
        return self.passes / 10_000

    def _run_once(self) -> None:
        self.passes += 1
        super()._run_once()


@pytest.mark.parametrize(("address", "port"), [(OTHER, 1), (FLOOD, 4_711)], ids=["from another address", "from the same"])
@pytest.mark.parametrize("connections", [1, 8, 64, 200])
def test_beside_a_flood_an_answer_waits_for_no_more_of_it_than_it_has_passes(connections, address, port, monkeypatch):
    with asyncio.Runner(loop_factory=CountedLoop) as runner:
        clock = runner.get_loop().time
        monkeypatch.setattr(turns_module, "time", SimpleNamespace(monotonic=clock))
        app = RateLimitMiddleware(Answers())
        app.requests.clock = app.infrequent_requests.clock = app.turns.new.clock = clock
        assert runner.run(flooded(app, connections, address, port)) <= PASSES + 2


def test_who_asks_without_a_pause_leaves_most_of_the_time_to_who_seldom_asks_and_else_has_all_of_it(monkeypatch):
    async def pauses(seldom: bool) -> int:
        loop, later = asyncio.get_running_loop(), []
        monkeypatch.setattr(loop, "call_later", lambda seconds, act, *values: later.append(seconds) or loop.call_soon(act, *values), raising=False)
        turns = Turns()

        async def one(connection: str, address: str = FLOOD) -> None:
            async with turns.turn(connection, address):
                pass

        await one("seldom")
        for _ in range(int(CREDIT)):
            await one("flood")
        assert [turns.is_infrequent(connection) for connection in ("seldom", "flood", "new")] == [True, False, False] and not later
        async with turns.turn("seldom" if seldom else "flood", FLOOD):
            await asyncio.gather(*(one("flood", f"{FLOOD} {n}") for n in range(5)))
        assert all(LEAST_REST <= seconds <= MOST_REST for seconds in later) and not turns.spared and not turns.under_way
        return len(later)

    assert asyncio.run(pauses(seldom=True)) >= 4
    assert asyncio.run(pauses(seldom=False)) == 0


@pytest.mark.parametrize("asking", [False, True])
async def test_sessions_of_many_addresses_begin_one_at_a_time_and_leave_most_of_the_time_to_any_request(asking, monkeypatch):
    loop, turns, later = asyncio.get_running_loop(), Turns(), []
    monkeypatch.setattr(loop, "call_later", lambda seconds, act, *values: later.append(seconds) or loop.call_soon(act, *values), raising=False)
    begun: list[int] = []

    async def session(number: int) -> None:
        async with turns.turn(f"connection {number}", f"address {number}", of_session=True):
            begun.append(number)

    async with turns.turn("new", OTHER) if asking else contextlib.nullcontext():
        asked = [asyncio.create_task(session(number)) for number in range(100)]
        while not all(one.done() for one in asked):
            before = len(begun)
            await asyncio.sleep(0)
            assert len(begun) <= before + 1
    assert len(begun) == 100 and not turns.answered
    assert len(later) >= 99 if asking else not later


@pytest.mark.parametrize("says", [False, True], ids=["is opened", "says something"])
async def test_a_request_waits_for_no_session_that(says):
    begun, opened, all_say = [], [], asyncio.Event()

    async def answered(scope, receive, send) -> None:
        if scope["type"] == "websocket" and says:
            opened.append(scope["client"][0])
            await all_say.wait()
            await receive()
        begun.append(scope["type"])
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200})

    async def receive() -> dict:
        return {"type": "websocket.receive", "bytes": b"again"}

    app = RateLimitMiddleware(answered)
    sessions = [asyncio.create_task(app(scope("websocket", f"10.0.1.{number}"), receive, None)) for number in range(50)]
    while says and len(opened) < 50:
        await asyncio.sleep(0)
    all_say.set()
    await asyncio.sleep(0)
    await ask(app, client=OTHER)
    await asyncio.gather(*sessions)
    assert begun.index("http") <= 2 and len(begun) == 51


async def test_of_those_who_all_ask_as_much_nobody_pauses_once_they_are_known(monkeypatch):
    loop, turns = asyncio.get_running_loop(), Turns()

    async def one(n: int, times: int) -> None:
        for _ in range(times):
            async with turns.turn(f"connection {n}", FLOOD):
                await asyncio.sleep(0)

    await asyncio.gather(*(one(n, 1) for n in range(200)))
    monkeypatch.setattr(loop, "call_later", lambda *_: pytest.fail("a pause"), raising=False)
    await asyncio.gather(*(one(n, 20) for n in range(200)))


async def test_who_is_new_is_waited_for_as_one_that_asks_seldom_once_and_as_far_as_few_of_an_address_are(monkeypatch):
    turns, spared = Turns(), []
    turns.new = Rate(3, 1_000)

    async def one(connection: str, of_session: bool = False) -> None:
        async with turns.turn(connection, FLOOD, of_session):
            spared.append(turns.spared)

    for connection in ("first", "first", "second", "third", "fourth"):
        await one(connection)
    await one("a session's", of_session=True)
    assert spared == [1, 0, 1, 1, 0, 0]


async def test_the_pause_since_the_last_answer_goes_along_with_a_request_as_far_as_the_gate(monkeypatch):
    now, found = [100.0], []

    async def answered(scope, receive, send) -> None:
        found.append(pause_of(HTTPConnection(scope)))
        now[0] += 3.0  # which the answer takes
        await send({"type": "http.response.start", "status": 200})

    monkeypatch.setattr(turns_module.time, "monotonic", lambda: now[0])
    app = RateLimitMiddleware(answered)
    for pause in (0.0, 2.0, 0.0):
        now[0] += pause
        await ask(app)
    assert found == [NEW_PAUSE, 2.0, 0.0]


async def test_of_questions_that_come_together_on_one_connection_the_first_alone_had_a_pause_before_it(monkeypatch):
    now, pauses, turns = [100.0], [], Turns()
    monkeypatch.setattr(turns_module.time, "monotonic", lambda: now[0])

    async def one() -> None:
        async with turns.turn("a proxy's", FLOOD) as pause:
            pauses.append(pause)
            await asyncio.sleep(0)

    await one()
    now[0] += 2.0
    await asyncio.gather(*(one() for _ in range(3)))
    assert pauses == [NEW_PAUSE, 2.0, 0.0, 0.0]


async def test_everybody_has_a_turn_in_the_order_of_coming_and_who_is_gone_holds_up_nobody():
    turns, begun = Turns(), []

    async def one(who: str, n: int) -> None:
        async with turns.turn(who, who):
            begun.append((who, n))

    asked = [asyncio.create_task(one(who, n)) for n in range(20) for who in (FLOOD, OTHER)]
    await asyncio.sleep(0)
    for gone in asked[20::4]:
        gone.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    assert len(begun) == 35
    for who in (FLOOD, OTHER):
        assert (own := [n for by, n in begun if by == who]) == sorted(own)
    for _ in range(3):
        await asyncio.sleep(0)
    assert turns.often.free and not (turns.often.waiting or turns.under_way or turns.shares.active or turns.spared)


async def test_of_a_thousand_sessions_of_one_address_one_is_opened_at_a_time():
    opened: list[str] = []

    async def session(scope, receive, send) -> None:
        opened.append(scope["client"][0])

    app = RateLimitMiddleware(session)
    app.new_sessions = Rate(2_000, 1.0)
    asked = [asyncio.create_task(app(scope("websocket", client), None, None)) for client in [FLOOD] * 1_000 + [OTHER]]
    await asyncio.wait(asked)
    assert opened.index(OTHER) <= 2 and len(opened) == 1_001 and not app.turns.under_way


async def test_of_sessions_that_wait_to_be_opened_there_are_so_many_and_no_more(monkeypatch):
    monkeypatch.setattr(rate_limit_middleware, "AT_ONCE", 5)
    monkeypatch.setattr(rate_limit_middleware, "TARPIT", 0.0)
    app, most = RateLimitMiddleware(Answers()), 0

    async def receive() -> dict:
        return {"type": "websocket.connect"}

    async def send(_) -> None:
        nonlocal most
        most = max(most, app.turns.under_way[FLOOD])

    asked = [asyncio.create_task(app(scope("websocket", FLOOD), receive, send)) for _ in range(50)]
    await asyncio.wait(asked)
    assert most <= 5 and len(app.app.made) < 50


async def test_what_sessions_say_has_turns_too():
    heard: list[str] = []

    async def session(scope, receive, send) -> None:
        await receive()
        heard.append(scope["client"][0])

    async def receive() -> dict:
        return {"type": "websocket.receive", "bytes": b"again"}

    app = RateLimitMiddleware(session)
    await asyncio.gather(*(app(scope("websocket", client), receive, None) for client in [FLOOD] * 30 + [OTHER]))
    assert heard.index(OTHER) <= 2


# ---- scripts, each in a thread of its own


def until(so: Callable[[], object]) -> None:
    """Waits for what another thread does."""
    for _ in range(10_000):
        if so():
            return
        threading.Event().wait(0.001)
    raise AssertionError("it never came")


@pytest.mark.parametrize("address", [OTHER, FLOOD], ids=["from another address", "from the same"])
def test_of_the_scripts_of_a_hundred_sessions_one_runs_at_a_time_and_anothers_comes_soon(address):
    now, most, running = [0.0], 0, 0
    turns, come, begun = ScriptTurns(clock=lambda: now[0]), threading.Event(), []
    sessions = [*(f"{number}" for number in range(100)), "seldom"]

    def script(session: str) -> None:
        nonlocal most, running
        with turns.turn(session, address if session == "seldom" else FLOOD):
            come.wait(60)
            running += 1
            most = max(most, running)
            begun.append(session)
            running -= 1

    for session in sessions[::-1]:
        turns.queue.add(threading.Event(), session, 0.01, FLOOD)
    for _ in range(4_000):  # all but "seldom" ask again as soon as they had what they asked for
        place = turns.queue.take()
        turns.queue.done(place, 0.01)
        if place.who != "seldom":
            turns.queue.add(threading.Event(), place.who, 0.01, FLOOD)
    while place := turns.queue.take():
        turns.queue.done(place, 0.0)
    threads = [threading.Thread(target=script, args=(session,)) for session in sessions]
    for number, thread in enumerate(threads):
        thread.start()
        until(lambda number=number: turns.queue.active.total() > number)
    come.set()
    for thread in threads:
        thread.join(60)
    assert most == 1 and begun.index("seldom") <= 3 and len(begun) == 101
    assert turns.current is None and not turns.queue.active


def test_a_script_lets_numbers_that_people_wait_for_go_first_as_long_as_the_next_script_waits_for_it(monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr(work_cancellation, "_BACKGROUND_WAITS", [waited.append])
    now, turns = [0.0], ScriptTurns(clock=lambda: now[0])
    monkeypatch.setattr(script_turns, "yield_to_requests", lambda seconds: (work_cancellation.yield_to_requests(seconds), now.__setitem__(0, 5.0)))
    with turns.turn("one", OTHER):
        assert waited == [script_turns.LONG] and turns.since == 5.0


def test_a_script_that_goes_on_for_long_is_not_waited_for():
    now, go, went = [0.0], threading.Event(), []
    turns = ScriptTurns(clock=lambda: now[0])

    def long() -> None:
        with turns.turn("long", FLOOD):
            went.append("long")
            go.wait(60)
            went.append("ended")

    first = threading.Thread(target=long)
    first.start()
    until(lambda: went)
    now[0] = 1.0
    with turns.turn("short", OTHER):
        went.append("short")
    go.set()
    first.join(60)
    assert went == ["long", "short", "ended"] and turns.current is None and not turns.queue.active
