"""A room's question by plain HTTP: nobody sees answers before they are shown, and the last one of each device counts."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import itertools
import json
import time
import tracemalloc
from typing import ClassVar

import fakeredis
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.decks.deck import ROOM_KINDS
from cnnviz.decks.library import bundled_lessons, lectures
from cnnviz.decks.plates import plates
from cnnviz.decks.scope import scope_of, setup_of
from cnnviz.decks.votes import bars
from cnnviz.rooms import question_view, store
from cnnviz.rooms.redis_store import RedisStore
from cnnviz.server.rate_limits import MIN_SHARE
from tests.rooms.test_rooms import RoomsClient, settled, until

LARGEST = {"spot": "largest", "map": "z1"}
HANDS = {"kind": "choose", "ask": "Clear so far?", "answers": [{"label": "yes"}, {"label": "no"}]}


def in_redis() -> RoomsClient:
    return RoomsClient(RedisStore(fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(), decode_responses=True)))


@pytest.fixture(params=[RoomsClient, in_redis], ids=["memory", "redis"])
def make(request):
    return request.param


def device(n: int) -> str:
    return f"device-{n:012d}"


class Asked:
    """A room in which something is asked."""

    tokens: ClassVar[dict[tuple[str, int], str]] = {}  # of every device in every room, whichever process is asked

    def __init__(self, client: RoomsClient):
        self.client = client

    async def open(self, query: str = "img=test-0&f=sobel-x&stage=x") -> Asked:
        self.path, self.presenter = await self.client.open(query)
        return self

    async def put(self, **body: object):
        return await self.client.ask("PUT", f"{self.path}/question", json.dumps(body).encode(), self.presenter)

    async def device(self, n: int) -> str:
        """The token of a device, which joins if it has not yet."""
        if (self.path, n) not in self.tokens:
            status, result = await self.client.ask("POST", f"{self.path}/device", visitor=f"1.1.1.{n}")
            assert status == 201
            self.tokens[self.path, n] = result["device"]
        return self.tokens[self.path, n]

    async def vote(self, n: int, answer: object, **more: object):
        body = {"device": await self.device(n), "answer": answer, **more}
        return await self.client.ask("POST", f"{self.path}/vote", json.dumps(body).encode(), visitor=f"1.1.1.{n}")

    async def results(self, private: bool = False):
        return await self.client.ask("GET", f"{self.path}/results", headers=self.presenter if private else None)


async def test_a_question_from_being_asked_to_its_answer(make):
    here = await Asked(make()).open()
    assert (await here.vote(1, 3))[1]["id"] == "ui.rooms.no_question"
    status, poll = await here.put(**LARGEST)
    assert (status, poll["phase"], poll["left"]) == (201, "open", None)
    _, question = await here.client.ask("GET", f"{here.path}/question")
    assert question["map"]["plane"] is None and question["source"]["symbol"] == "x" and "largest" in question["ask"]
    assert question["window"]["k"] == 3 and np.array(question["kernel"]).shape == (3, 3)
    assert (await here.put(act="show"))[1]["id"] == "ui.rooms.not_now.first"
    for n, cell in enumerate((318, 318, 5, 899)):
        assert (await here.vote(n, cell))[0] == 200
    assert (await here.vote(2, 318))[0] == 200  # thought better of it
    assert (await here.results())[1]["id"] == "ui.rooms.not_shown"
    private = (await here.results(True))[1]
    assert private["rounds"] == [{"votes": 4, "counts": [[318, 318, 3], [899, 899, 1]]}]
    assert [group["counts"] for group in private["groups"]] == [[3], [0], [0], [0], [1]] and 318 in private["key"]
    assert private["groups"][0]["patch"]["inner"] == [1, 1, 3, 3]
    assert (await here.put(act="close"))[1]["phase"] == "closed"
    status, why = await here.vote(7, 1)
    assert (status, why["id"]) == (409, "ui.rooms.vote_closed") and why["sentence"].endswith(".")
    assert (await here.results())[0] == 403
    await here.put(act="show")
    shown = (await here.results())[1]
    assert shown["groups"] == shown["key"] == [] and shown["right"] == "" and shown["map"]["plane"] is None
    await here.put(act="again")
    assert (await here.results())[0] == 403, "the first round may not lead the second"
    await here.vote(1, 318, round=2)
    assert (await here.vote(1, 318, round=1))[1]["id"] == "ui.rooms.other_question"
    for step in ("close", "reveal"):
        await here.put(act=step)
    out = (await here.results())[1]
    assert [round["votes"] for round in out["rounds"]] == [4, 1] and out["groups"][0]["counts"] == [3, 1]
    assert out["map"]["plane"] and "2.42" in out["right"]
    status, poll = await here.put(act="again")  # the key is out: on another picture
    assert (status, poll["round"], poll["phase"]) == (201, 1, "open")
    assert "img=test-1&" in (await here.client.ask("GET", here.path))[1]["query"]
    assert (await here.client.ask("DELETE", f"{here.path}/question", headers=here.presenter))[0] == 204
    assert (await here.results())[0] == 404


async def test_a_lessons_step_is_asked_where_it_stands_and_judged_as_on_learn():
    here = await Asked(RoomsClient()).open("page=learn&lesson=kernel&step=6&img=test-3")
    await here.put(lesson="kernel", step=6)
    query = (await here.client.ask("GET", here.path))[1]["query"]
    assert "img=test-3&" in query and "f=-1,0,1,-2,0,2,-1,0,1" in query and "stage=z1" in query
    question = (await here.client.ask("GET", f"{here.path}/question"))[1]
    assert question["kind"] == "click" and question["map"]["plane"] is None, "its map is hidden: it would show where it is largest"
    assert question["source"]["symbol"] == "x" and question["source"]["plane"] and question["kernel"] == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    await here.vote(1, 0)
    assert len((await here.results(True))[1]["groups"]) == 4
    status, why = await here.put(lesson="kernel", step=99)
    assert (status, why["id"]) == (400, "ui.learn.no_step")
    assert (await here.put(lesson="kernel", step=5))[0] == 201
    assert [group["right"] for group in (await here.results(True))[1]["groups"]][:2] == [True, False]
    steps = (await here.client.ask("GET", f"{here.path}/steps?lesson=kernel", headers=here.presenter))[1]
    assert [step["number"] for step in steps["steps"]] == [*range(1, len(steps["steps"]) + 1)] and {"z1", "dz1", "w"} <= {map["symbol"] for map in steps["maps"]}
    assert (await here.client.ask("GET", f"{here.path}/steps"))[0] == 403


@pytest.mark.parametrize("deck", [*bundled_lessons(), *lectures()], ids=lambda deck: deck.id)
def test_a_hidden_map_beside_a_question_carries_no_numbers_until_the_answer_is_out(deck):
    for number, screen in enumerate(deck.screens, 1):
        if screen.kind not in ROOM_KINDS:
            continue
        asked = question_view.prepare_question({"lesson": deck.id, "step": number, "change": {}})
        before = question_view.question_data(asked, 1)["plates"]
        after = question_view.results_data(asked, [{}], 0, True)["plates"]
        hidden = [plate.hidden for plate in plates(asked.step, asked.here) if question_view._plate(asked, plate, False, None)] if before else []
        assert [plate["hidden"] for plate in before] == hidden
        assert [not (plate["picture"] or plate["map"]) for plate in before] == hidden, (deck.id, number)
        assert all(plate["picture"] or plate["map"]["plane"] for plate in after) and len(after) >= len(before)


async def test_after_a_question_the_audience_is_where_the_lecture_was():
    where = "page=train&k=5&n=50&view=lecture"
    here = await Asked(RoomsClient()).open(where)

    async def query() -> str:
        return (await here.client.ask("GET", here.path))[1]["query"]

    await here.put(lesson="kernel", step=6)
    await here.put(lesson="kernel", step=5)  # asked while the other is open
    assert "stride=2" in await query() and "view=lecture" in await query()
    await here.client.ask("DELETE", f"{here.path}/question", headers=here.presenter)
    assert await query() == where
    await here.put(**HANDS)  # asked where the audience is
    await here.client.ask("DELETE", f"{here.path}/question", headers=here.presenter)
    assert await query() == where
    await here.put(lesson="kernel", step=6)
    await here.client.ask("PUT", here.path, b"k=9", headers=here.presenter)  # the lecturer has gone on meanwhile
    await here.client.ask("DELETE", f"{here.path}/question", headers=here.presenter)
    assert await query() == "k=9"


async def test_a_show_of_hands_has_no_answer_to_reveal():
    here = await Asked(RoomsClient()).open()
    await here.put(**HANDS)
    question = (await here.client.ask("GET", f"{here.path}/question"))[1]
    assert [option["label"] for option in question["options"]] == ["yes", "no"] and not question["keyed"]
    await here.vote(1, 1)
    await here.put(act="close")
    assert (await here.put(act="reveal"))[1]["id"] == "ui.rooms.no_key"
    await here.put(act="show")
    assert (await here.results())[1]["rounds"] == [{"votes": 1, "counts": [[1, 1, 1]]}]


async def test_time_closes_a_question_on_the_server(monkeypatch):
    """The clock stands still until everybody has answered."""
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])
    here = await Asked(RoomsClient()).open()
    async with here.client.following(here.path) as lines:
        await here.put(**HANDS, seconds=1)
        await here.vote(1, 0)
        code = here.path.removeprefix("/room/")
        await settled()
        now[0] += 1
        await until(lambda: '"phase": "closed"' in "".join(lines))
        message = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
        assert [(poll["phase"], poll["left"]) for poll in message] == [("open", 1), ("closed", None)]
        assert (await here.vote(1, 1))[1]["id"] == "ui.rooms.vote_closed"
        assert here.client.rooms.store.rooms[code].ballots[1] == {await here.device(1): 0.0}
        assert (await here.put(act="show"))[0] == 200


async def test_a_screen_hears_how_many_have_answered_and_is_no_follower():
    here = await Asked(RoomsClient()).open()
    await here.put(**HANDS)
    await here.vote(1, 0)
    await here.client.ask("PUT", f"{here.path}/question", b'{"act": "close"}', here.presenter)  # while it is open nobody explores
    async with here.client.following(here.path, way="events?screen=1") as screen, here.client.following(here.path, way="events?alone=1"), here.client.following(here.path):
        await until(lambda: 'data: {"votes": 1, "followers": 2, "alone": 1, "lost": 0}' in screen)
        result = (await here.client.ask("GET", here.path))[1]
        assert (result["followers"], result["alone"]) == (2, 1)
    assert (await here.client.ask("GET", here.path))[1]["followers"] == 0


@pytest.mark.parametrize(
    ("body", "id"),
    [
        ({"device": "x"}, "ui.rooms.device"),
        ({"device": "device-000000000001"}, "ui.rooms.device"),
        ({"device": None}, "ui.rooms.device"),
        ({"answer": 900}, "ui.rooms.answer.click"),
        ({"answer": -1}, "ui.rooms.answer.click"),
        ({"answer": 1.5}, "ui.rooms.answer.click"),
        ({"answer": True}, "ui.rooms.answer.click"),
        ({"answer": "1"}, "ui.rooms.answer.click"),
        ({"answer": 10**400}, "ui.rooms.answer.click"),
        ({"answer": 1, "number": 4}, "ui.rooms.other_question"),
        ([1], "ui.rooms.no_json"),
        ("x" * 2_000, "ui.rooms.body_long"),
    ],
)
async def test_an_answer_that_is_none_gets_a_sentence(body, id):
    here = await Asked(RoomsClient()).open()
    await here.put(**LARGEST)
    sent = {"device": await here.device(1), "answer": 1, **body} if isinstance(body, dict) else body
    status, why = await here.client.ask("POST", f"{here.path}/vote", json.dumps(sent).encode())
    assert 400 <= status < 500 and why["id"] == id and (status == 403) == (id == "ui.rooms.device") and why["sentence"].endswith(".")
    assert (await here.results(True))[1]["rounds"][0]["votes"] == 0


@pytest.mark.parametrize(
    ("body", "id"),
    [
        ({"spot": "nonsense"}, "lessons.spot.none"),
        ({"spot": "largest", "map": "q9"}, "lessons.check.no_map"),
        ({"spot": "sign", "cell": "z1:99,0"}, "lesson.why.no_cell"),
        ({"kind": "order", "ask": "?"}, "lessons.spot.kind"),
        ({"kind": "choose", "ask": "?", "answers": [{"label": "only one"}]}, "lessons.file.answers"),
        ({"kind": "choose", "ask": "?", "answers": [{"label": ["a"]}, {"label": "b"}]}, "lessons.spot.text"),
        ({"spot": "largest", "map": [[[]]]}, "lessons.spot.text"),
        ({"kind": "choose", "ask": 7, "answers": []}, "lessons.spot.text"),
        ({"kind": "number", "ask": "?", "key": "__import__('os')"}, "lessons.expression.no_function"),
        ({"kind": "number", "ask": "?", "key": "z1"}, "lessons.expression.not_one"),
        ({"kind": "number", "ask": "?", "key": "at('img=none', L)"}, "data.image.unknown"),
        ({"kind": "number", "ask": "?", "seconds": 0}, "ui.rooms.seconds"),
        ({"lesson": "kernel", "step": "1e0"}, "ui.learn.no_step"),
        ({"lesson": "channels", "step": 1, "act": "jump"}, "ui.rooms.no_question"),
        ({"ask": "x" * 9_000}, "ui.rooms.body_long"),
        ({"kind": "choose", "ask": "?", "step": float("nan"), "answers": [{"label": "a"}, {"label": "b"}]}, "ui.rooms.no_json"),
        ({"kind": "choose", "ask": "?", "step": float("-inf"), "answers": [{"label": "a"}, {"label": "b"}]}, "ui.rooms.no_json"),
    ],
)
async def test_a_question_that_is_none_gets_a_sentence_and_the_audience_sees_nothing(body, id):
    here = await Asked(RoomsClient()).open()
    status, why = await here.put(**body)
    assert 400 <= status < 500 and why["id"] == id and why["sentence"]
    assert here.client.rooms.store.rooms[here.path.removeprefix("/room/")].poll is None
    assert (await here.client.ask("PUT", f"{here.path}/question", b"{}"))[0] == 403


@pytest.mark.parametrize("kind", ["number", "choose"])
@pytest.mark.parametrize("key", ["z1[3:4, 3:4]", "[[2]]", "conv2d(x, f, 30)", "L"])
async def test_a_key_of_one_number_may_have_any_axes(kind, key):
    here = await Asked(RoomsClient()).open()
    answers = [{"label": "this", "is": key}, {"label": "", "is": "[3]"}]
    assert (await here.put(kind=kind, ask="?", key=key, answers=answers, tolerance="[0.5]" if kind == "number" else ""))[0] == 201
    assert (await here.vote(1, 1))[0] == 200
    assert (await here.client.ask("GET", f"{here.path}/question"))[0] == 200
    status, result = await here.results(True)
    assert status == 200 and result["groups"]


LARGE = "net=conv32x1-relu-dense18-relu-dense10-softmax-ce"  # as many parameters as there may be


@pytest.mark.parametrize(
    ("at", "key", "id"),
    [
        ("k=2", "sign(0*L,L)", "arity"),
        ("k=2", "abs(do, y)", "arity"),
        (LARGE, "max(where(w2[:,0:1]*0>0, w2.T[0:1,:], 0))", "too_large"),
    ],
)
async def test_a_key_neither_writes_into_the_lesson_nor_fills_the_memory(at, key, id):
    here = await Asked(RoomsClient()).open(at)
    kept = scope_of(setup_of(at)).arrays
    before = {name: array.tobytes() for name, array in kept.items()}
    tracemalloc.start()
    try:
        status, why = await here.put(kind="number", ask="?", key=key)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert (status, why["id"]) == (400, f"lessons.expression.{id}") and why["sentence"]
    assert all(array.tobytes() == before[name] for name, array in kept.items())


async def test_votes_are_bounded():
    client = RoomsClient()
    here = await Asked(client).open()
    await here.put(**HANDS)
    room = client.rooms.store.rooms[here.path.removeprefix("/room/")]
    room.ballots[1] = {await here.device(1): 0.0, await here.device(2): 0.0} | {device(n): 0.0 for n in range(2, store.MOST_DEVICES)}
    assert (await here.vote(1, 1))[0] == 200 and (await here.vote(10**6, 1))[0] == 503
    status = [(await here.vote(2, 1))[0] for _ in range(30)]
    assert status.count(200) == 20 and status.count(429) == 10
    client.rooms.questions.voted.buckets["1.1.1.3"] = (0.0, client.rooms.questions.voted.clock())
    assert (await here.vote(3, 1))[0] == 429
    await here.put(**HANDS)
    assert not room.ballots and client.rooms.store.kept <= 0


async def by_two_processes() -> tuple[Asked, Asked]:
    """One room, asked of by way of two processes that share a store."""
    server = fakeredis.FakeServer()
    one, two = (RoomsClient(RedisStore(fakeredis.FakeAsyncRedis(server=server, decode_responses=True))) for _ in range(2))
    here, there = await Asked(one).open(), Asked(two)
    there.path, there.presenter = here.path, here.presenter
    return here, there


async def test_all_votes_that_come_at_once_are_counted_once_by_two_processes():
    here, there = await by_two_processes()
    await here.put(**HANDS)
    votes = [(here if n % 2 else there).vote(n, n % 2) for n in range(300)] + [(there if n % 2 else here).vote(n, 0) for n in range(300, 310)]
    message = await asyncio.gather(*votes)
    assert {status for status, _ in message} == {200}, message
    await there.vote(1, 0)  # the last choice, by way of the other process
    counts = [[0, 0, 161], [1, 1, 149]]
    for side in (here, there):
        assert (await side.results(True))[1]["rounds"] == [{"votes": 310, "counts": counts}]
    # whatever is answered as it closes is counted, or its device has a sentence that says it was not
    late = [asyncio.create_task(there.vote(n, 1)) for n in range(400, 450)]
    await here.put(act="close")
    taken = [status for status, _ in await asyncio.gather(*late)].count(200)
    assert (await there.results(True))[1]["rounds"][0]["votes"] == 310 + taken
    assert (await there.vote(1, 1))[0] == 409


async def test_an_answer_that_is_quicker_than_the_word_on_its_question_counts():
    here, there = await by_two_processes()
    room = await there.client.rooms.store.room(here.path.rsplit("/", 1)[-1])
    await there.client.rooms.store.count(room, 1)  # who follows hears of what happens, and here hears late
    before = (await here.put(**HANDS))[1]["number"]
    await there.client.ask("GET", f"{there.path}/question?number={before}")
    for task in there.client.rooms.store.tasks:
        task.cancel()
    for _ in range(2):
        number = (await here.put(**HANDS))[1]["number"]
        assert (await there.client.ask("GET", f"{there.path}/question?number={number}"))[1]["number"] == number, "not the one before it under its number"
    number = (await here.put(**HANDS))[1]["number"]
    assert (await there.vote(1, 1, number=number))[0] == 200
    assert (await here.results(True))[1]["rounds"] == [{"votes": 1, "counts": [[1, 1, 1]]}]


async def test_votes_outlive_a_redis_that_was_started_again():
    server = fakeredis.FakeServer()
    client = RoomsClient(RedisStore(fakeredis.FakeAsyncRedis(server=server, decode_responses=True)))
    here = await Asked(client).open()
    async with client.following(here.path):
        await here.put(**HANDS)
        for n in range(5):
            await here.vote(n, 1)
        server.connected = False
        assert (await here.vote(4, 1))[0] == 503
        server.connected = True
        await fakeredis.FakeAsyncRedis(server=server).flushall()
        client.rooms.store.tasks.pop(0).cancel()  # the connection on which it listened is gone, too
        client.rooms.store.tasks.clear()

        async def there() -> bool:
            return (await here.results(True))[1].get("rounds") == [{"votes": 5, "counts": [[1, 1, 5]]}]

        await until(there)


STEPS = st.one_of(
    st.sampled_from(["close", "show", "again", "reveal", "ask", "end"]),
    st.tuples(st.integers(0, 3), st.integers(0, 1)),
)


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=25), st.booleans())
def test_in_any_order_nobody_sees_answers_too_early_and_the_last_one_counts(steps, redis):
    async def act():
        client = in_redis() if redis else RoomsClient()
        client.rooms.questions.again.most = client.rooms.moved.most = 10**6
        here = await Asked(client).open()
        hands = HANDS | {"key": "1", "answers": [{"label": "yes", "is": "1"}, {"label": "no", "is": "0"}]}
        phase, rounds = "", []
        for step in steps:
            if isinstance(step, tuple):
                status, _ = await here.vote(*step)
                assert (status == 200) == (phase == "open")
                if phase == "open":
                    rounds[-1][step[0]] = step[1]
            elif step == "ask":
                assert (await here.put(**hands))[0] == 201
                phase, rounds = "open", [{}]
            elif step == "end":
                assert (await client.ask("DELETE", f"{here.path}/question", headers=here.presenter))[0] == 204
                phase, rounds = "", []
            else:
                status, message = await here.put(act=step)
                place = {"close": ["open"], "show": ["closed"], "again": ["closed", "shown", "revealed"], "reveal": ["closed", "shown"]}[step]
                many = step == "again" and len(rounds) >= 6 and phase != "revealed"
                assert (status in (200, 201)) == (phase in place and not many)
                if status in (200, 201):
                    rounds = [{}] if (step, phase) == ("again", "revealed") else [*rounds, {}] if step == "again" else rounds
                    phase = {"close": "closed", "show": "shown", "again": "open", "reveal": "revealed"}[step]
                    assert (message["phase"], message["round"]) == (phase, len(rounds))
            status, result = await here.results()
            assert status == (404 if not phase else 200 if phase in ("shown", "revealed") else 403)
            assert status == 200 or set(result) == {"id", "values", "sentence"}
            if status == 200:
                assert [round["votes"] for round in result["rounds"]] == [len(ballot) for ballot in rounds]
                assert bool(result["groups"]) == (phase == "revealed")
            if phase:
                result = (await here.results(True))[1]
                assert [sorted((int(low), count) for low, _, count in round["counts"]) for round in result["rounds"]] == [
                    sorted((value, list(ballot.values()).count(value)) for value in {*ballot.values()}) for ballot in rounds
                ]

    asyncio.run(act())


@given(st.lists(st.floats(-1e12, 1e12), max_size=200))
def test_a_histogram_has_everybody_in_it(numbers):
    result = bars(numbers)
    assert sum(bar.count for bar in result) == len(numbers) and len(result) <= 12
    assert all(one.high <= two.low for one, two in itertools.pairwise(result))


async def test_an_audience_that_asks_at_once_costs_one_answer(make, monkeypatch):
    result = []
    for name in ("question_data", "results_data"):
        make_data = getattr(question_view, name)
        monkeypatch.setattr(question_view, name, lambda *given, make_data=make_data: result.append(given) or make_data(*given))
    here = await Asked(make()).open()
    await here.put(**LARGEST)
    for n in range(3):
        await here.vote(n, 17)
    for path in ("question", "results"):
        answers = await asyncio.gather(*(here.client.ask("GET", f"{here.path}/{path}", headers=reads) for reads in 20 * [None, {"Accept-Encoding": "gzip"}]))
        assert {status for status, _ in answers} == {200} and len(result) == 1
        (_, plain), (_, packed) = answers[:2]
        assert json.loads(gzip.decompress(packed)) == plain
        result.clear()
        for turn in ("close", "show"):
            await here.put(act=turn)


@pytest.mark.parametrize("flushed", [False, True], ids=["evicted", "flushed"])
async def test_a_room_that_redis_loses_while_it_is_connected_is_put_back_with_its_question_and_answers(flushed):
    server = fakeredis.FakeServer()
    one, two = (RoomsClient(RedisStore(fakeredis.FakeAsyncRedis(server=server, decode_responses=True))) for _ in range(2))
    redis = fakeredis.FakeAsyncRedis(server=server, decode_responses=True)
    here = await Asked(one).open()
    there = Asked(two)
    there.path, there.presenter = here.path, here.presenter
    async with one.following(here.path) as heard:
        await until(lambda: one.rooms.store.ready.is_set() and one.rooms.store.mark)
        await here.put(**LARGEST)
        assert [(await here.vote(1, 318))[0], (await there.vote(2, 5))[0]] == [200, 200]
        for n in (3, 4):
            if flushed:
                await redis.flushall()
            else:
                await redis.delete(*[key async for key in redis.scan_iter() if await redis.ttl(key) > 0])

            async def counted(n=n) -> bool:
                return (await there.vote(n, 7))[0] == 200

            await until(counted)
        assert (await here.results(True))[1]["rounds"] == [{"votes": 4, "counts": [[5, 5, 1], [7, 7, 2], [318, 318, 1]]}]
        await redis.delete(*[key async for key in redis.scan_iter("*:ballot:*")])
        assert (await here.results(True))[1]["rounds"][0]["votes"] == 4
        assert "event: end" not in heard
        assert (await one.ask("DELETE", here.path, headers=here.presenter))[0] == 204
        await until(lambda: "event: end" in heard)
    assert (await two.ask("GET", here.path))[0] == 404
    assert {key.rpartition(":")[2] async for key in redis.scan_iter("cnnviz:room:*")} <= {"ended", "followers"}


async def test_every_process_puts_back_what_was_answered_there():
    server = fakeredis.FakeServer()
    one, two = (RoomsClient(RedisStore(fakeredis.FakeAsyncRedis(server=server, decode_responses=True))) for _ in range(2))
    here = await Asked(one).open("k=1")
    there = Asked(two)
    there.path = here.path
    async with one.following(here.path), two.following(here.path):
        await here.put(**HANDS)

        async def heard() -> bool:
            return (await two.rooms.store.room(here.path.removeprefix("/room/"))).poll is not None

        await until(heard)
        assert [(await at.vote(n, 1))[0] for n, at in enumerate((here, there))] == [200, 200]
        await fakeredis.FakeAsyncRedis(server=server).flushall()

        async def voted() -> bool:
            return (await here.vote(2, 1))[0] == 200

        await until(voted)
        for client in (one, two):
            await client.rooms.store._refresh(here.path.removeprefix("/room/"), restore=True)
        assert (await here.results(True))[1]["rounds"] == [{"votes": 3, "counts": [[1, 1, 3]]}]


async def test_what_is_put_back_never_undoes_what_came_later():
    server = fakeredis.FakeServer()
    one, two = (RoomsClient(RedisStore(fakeredis.FakeAsyncRedis(server=server, decode_responses=True))) for _ in range(2))
    here = await Asked(one).open("k=1")
    async with one.following(here.path):
        await here.put(**HANDS)
        await here.vote(1, 1)
        await fakeredis.FakeAsyncRedis(server=server).flushall()
        code = here.path.removeprefix("/room/")
        room = await one.rooms.store.room(code)
        await two.rooms.store.move(store.Room(code, room.presenter), "k=2")  # the other process was first to find Redis again
        await one.rooms.store._refresh(code, restore=True)
        for client in (one, two):
            status, result = await client.ask("GET", here.path)
            assert (status, result["query"]) == (200, "k=2")
        assert (await here.results(True))[1]["rounds"] == [{"votes": 1, "counts": [[1, 1, 1]]}]


@pytest.mark.parametrize(
    ("kind", "asked", "answer", "why"),
    [("number", {"key": "3"}, "z1", "lessons.expression.not_one"), ("click", {"key": "z1 > 1000", "map": "z1"}, "5", None)],
)
async def test_an_answer_that_is_no_value_of_its_question_is_refused_when_it_is_asked(make, kind, asked, answer, why):
    here = await Asked(make()).open()
    spec = {"kind": kind, "ask": "?", "at": "k=0&stage=z1", "answers": [{"label": "a", "is": answer, "say": "b"}], **asked}
    status, message = await here.put(**spec)
    assert status == 400 and message["sentence"].endswith("."), message
    assert why is None or message["id"] == why


# ---- devices: their tokens come from the server


async def test_only_a_token_of_this_room_answers_in_it():
    client = RoomsClient()
    here, other = await Asked(client).open(), await Asked(client).open()
    for room in (here, other):
        await room.put(**HANDS)
    token, elsewhere = await here.device(1), await other.device(1)
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    for invented in (elsewhere, forged, token.lower(), token + "\n", token + "=", "device-000000000001", "", 7):
        status, why = await client.ask("POST", f"{here.path}/vote", json.dumps({"device": invented, "answer": 1}).encode())
        assert (status, why["id"]) == (403, "ui.rooms.device")
    assert (await here.vote(1, 1))[0] == 200
    assert (await here.results(True))[1]["rounds"][0]["votes"] == 1


async def joined(client: RoomsClient, path: str, visitor: str, tries: int) -> int:
    """The number of devices that get a token when an address asks so often, all at once."""
    answers = await asyncio.gather(*(client.ask("POST", f"{path}/device", visitor=visitor) for _ in range(tries)))
    assert {status for status, _ in answers} <= {201, 429} and all("page open" in result["sentence"] for status, result in answers if status == 429)
    tokens = [result["device"] for status, result in answers if status == 201]
    assert len({*tokens}) == len(tokens)
    return len(tokens)


async def test_an_address_has_a_device_for_each_stream_and_few_more(make):
    client = make()
    here = await Asked(client).open()
    assert await joined(client, here.path, "9.9.9.9", 300) == MIN_SHARE
    async with contextlib.AsyncExitStack() as streams:
        for _ in range(30):
            await streams.enter_async_context(client.following(here.path, visitor="1.2.3.4"))
        room = await client.rooms.store.room(here.path.removeprefix("/room/"))
        await until(lambda: room.streamed.total() == 30)
        assert await joined(client, here.path, "1.2.3.4", 30) == 30, "a class behind one address"
        assert await joined(client, here.path, "9.9.9.9", 30) == 0
    assert await joined(client, here.path, "1.2.3.4", 300) == MIN_SHARE, "those who left hold their place, and it is not given twice"
    async with client.following(here.path, visitor="1.2.3.4"):  # again and again one stream
        assert await joined(client, here.path, "1.2.3.4", 30) == 0
    assert await joined(client, here.path, "7.7.7.7", 1) == 1


async def test_streams_at_one_process_count_for_devices_that_join_by_another():
    here, there = await by_two_processes()
    async with contextlib.AsyncExitStack() as streams:
        for _ in range(25):
            await streams.enter_async_context(here.client.following(here.path, visitor="1.2.3.4"))
        room = await here.client.rooms.store.room(here.path.removeprefix("/room/"))
        await until(lambda: room.streamed.total() == 25)
        assert await joined(there.client, here.path, "1.2.3.4", 25) == 25


async def test_however_many_streams_a_few_addresses_have_others_still_join(make, monkeypatch):
    monkeypatch.setattr(store, "MOST_DEVICES", 200)
    client = make()
    here = await Asked(client).open()
    room, taken = await client.rooms.store.room(here.path.removeprefix("/room/")), []
    for n in range(4):
        for _ in range(200):
            await client.rooms.store.stream(room, f"9.9.9.{n}")
        taken.append(await joined(client, here.path, f"9.9.9.{n}", 210))
    assert taken[0] <= 100 and sum(taken) <= 200 - 5
    assert await joined(client, here.path, "5.5.5.5", 3) == 3


async def test_tokens_are_the_same_to_every_process_and_outlive_a_restart():
    here, there = await by_two_processes()
    await here.put(**HANDS)
    token = await here.device(1)
    anew = RoomsClient(RedisStore(there.client.rooms.store.redis))
    for client in (there.client, anew):
        assert (await client.ask("POST", f"{here.path}/vote", json.dumps({"device": token, "answer": 1}).encode()))[0] == 200


async def test_an_answer_of_before_counts_for_no_question_that_is_asked_since_the_server_forgot_the_room():
    before, after = RoomsClient(key="ours"), RoomsClient(key="ours")
    here, there = await Asked(before).open(), Asked(after)
    first = (await here.put(**HANDS))[1]
    there.path, there.presenter = here.path, here.presenter
    secret = here.presenter["Authorization"].removeprefix("Bearer ")
    assert (await after.ask("POST", "/room", json.dumps({"driver": secret, "query": ""}).encode()))[0] == 201
    again = (await there.put(**HANDS))[1]
    assert again["number"] > first["number"] and again["round"] == first["round"]
    await here.device(1)  # which joined the room before
    status, why = await there.vote(1, 1, number=first["number"], round=1)
    assert (status, why["id"]) == (409, "ui.rooms.other_question")
    assert (await there.results(True))[1]["rounds"][0]["votes"] == 0
    assert (await there.vote(1, 1, number=again["number"], round=1))[0] == 200


async def test_answers_outlive_redis_together_with_the_process_that_took_them():
    here, there = await by_two_processes()
    redis = fakeredis.FakeAsyncRedis(server=here.client.rooms.store.redis.connection_pool.connection_kwargs["server"])
    code = here.path.removeprefix("/room/")
    async with here.client.following(here.path), there.client.following(here.path):
        for client in (here.client, there.client):
            await client.rooms.store.ready.wait()
        await here.put(**HANDS)
        await here.vote(1, 0)
        await redis.publish("cnnviz:answered", "what a later version says")
        for n, answer in ((1, 1), (2, 0)):
            await there.vote(n, answer)  # one thinks better of it by way of the other process, which then ends
        room = await here.client.rooms.store.room(code)
        await until(lambda: len(room.ballots.get(1, {})) == 2)
        await redis.flushall()
        await here.client.rooms.store._refresh(code, restore=True)
        assert (await here.results(True))[1]["rounds"] == [{"votes": 2, "counts": [[0, 0, 1], [1, 1, 1]]}]
