"""A class's experiment: the server hands out the places and makes the runs, so that nobody can invent one."""

from __future__ import annotations

import asyncio
import base64
import json
from urllib.parse import parse_qsl

import fakeredis
import numpy as np
import pytest

from cnnviz import Setup, load_image, run_updates, sweep
from cnnviz.decks.scope import scope_of, setup_of
from cnnviz.rooms import experiment as made
from tests.rooms.test_lectures import Led, forgets, in_redis
from tests.rooms.test_rooms import RoomsClient, data, until
from tests.rooms.test_shared_rooms import process

RELU = "conv1x3-relu-dense2-sigmoid-mse"


def deck(kind: str = "start", updates: int = 12, at: str = f"/train?net={RELU}") -> str:
    return f'id = "class"\n[[screen]]\nat = "/?img=test-0&stage=a1"\n[[screen]]\nat = "{at}"\nexperiment = "{kind}"\nupdates = {updates}\n'


def numbers(text: str, kind: str = "<f8") -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)


class Class(Led):
    """A room in which an experiment goes on."""

    async def begin(self, *of: object) -> Class:
        """An experiment whose runs are on, after the predictions."""
        await self.predict(*of)
        await self.turn("run")
        return self

    async def predict(self, *of: object) -> Class:
        await self.open(deck(*of), screen=2)
        self.tokens: dict[int, str] = {}
        return self

    async def turn(self, act: str):
        return await self.client.ask("PUT", f"{self.path}/question", json.dumps({"act": act}).encode(), self.presenter)

    async def vote(self, n: int, answer: object):
        if n not in self.tokens:
            self.tokens[n] = (await self.client.ask("POST", f"{self.path}/device", visitor=f"1.1.1.{n}"))[1]["device"]
        body = json.dumps({"device": self.tokens[n], "answer": answer}).encode()
        return await self.client.ask("POST", f"{self.path}/vote", body, visitor=f"1.1.1.{n}")

    async def part(self, n: int, client: RoomsClient | None = None, **more: object):
        client = client or self.client
        if n not in self.tokens:
            self.tokens[n] = (await client.ask("POST", f"{self.path}/device", visitor=f"1.1.1.{n}"))[1]["device"]
        body = {"device": self.tokens[n], **more}
        return await client.ask("POST", f"{self.path}/place", json.dumps(body).encode(), visitor=f"1.1.1.{n}")

    async def look(self, client: RoomsClient | None = None):
        return (await (client or self.client).ask("GET", f"{self.path}/experiment?screen=1"))[1]


@pytest.mark.parametrize("make", [RoomsClient, in_redis])
async def test_each_device_has_a_run_of_its_own_that_the_server_makes(make):
    room = await Class(make()).begin()
    runs = [(await room.part(n))[1] for n in range(5)]
    assert [run["value"] for run in runs] == ["1", "2", "3", "4", "5"]
    again = (await room.part(2, place=0, value="99", answer=7, loss=0.0))[1]
    assert again == runs[2], "who asks again has the same run, whatever is sent"
    result = await room.look()
    alone = sweep(Setup.parse_query({"net": RELU})[0], load_image("test-0"), "start:1..5", 12)
    np.testing.assert_array_equal(numbers(result["last"]), alone.losses[:, -1])
    assert result["values"] == ["1", "2", "3", "4", "5"] and result["devices"] == 5 and result["shown"] == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(numbers(result["curves"], "<f4").reshape(5, -1), alone.losses[:, result["at"]].astype("<f4"))
    for n, run in enumerate(runs):
        np.testing.assert_array_equal(numbers(run["curve"]), alone.losses[n, result["at"]])
        there = Setup.parse_query(dict(parse_qsl(run["query"])))[0]
        assert there.k == 12 and run_updates(there, load_image("test-0"), 12).losses[-1] == alone.losses[n, -1], "its address shows the same run"


async def test_nobody_without_a_token_takes_part_and_nobody_votes():
    room = await Class(RoomsClient()).begin()
    for device in ("device-000000000000", "", None, "A" * 28):
        body = json.dumps({"device": device}).encode()
        assert (await room.client.ask("POST", f"{room.path}/place", body))[1]["id"] == "ui.rooms.device"
    await room.part(1)
    body = json.dumps({"device": room.tokens[1], "answer": 3}).encode()
    assert (await room.client.ask("POST", f"{room.path}/vote", body))[1]["id"] == "ui.rooms.other_question"
    assert (await room.look())["devices"] == 1
    for name in ("question", "results"):
        assert (await room.client.ask("GET", f"{room.path}/{name}", headers=room.presenter))[1]["id"] == "ui.rooms.no_question"
    for act in ("show", "again", "run", "x"):
        assert (await room.client.ask("PUT", f"{room.path}/question", json.dumps({"act": act}).encode(), room.presenter))[0] == 409


@pytest.mark.parametrize("make", [RoomsClient, in_redis])
@pytest.mark.parametrize("key", ["lr", "seed"])
async def test_a_class_predicts_before_it_runs_and_hears_who_was_right(make, key: str):
    room = await Class(make()).predict(key, 3)
    question = (await room.client.ask("GET", f"{room.path}/question"))[1]
    assert question["kind"] == "choose" and not question["keyed"] and len(question["options"]) == (5 if key == "lr" else 4)
    assert (await room.part(0))[1]["id"] == (await room.look())["id"] == "ui.rooms.experiment_predicts"
    for n, answer in enumerate((0, 1, 2, 3, 3)):
        assert (await room.vote(n, answer))[0] == 200
    for wrong in (5, -1, 1.5, None):
        assert (await room.vote(5, wrong))[0] == 400
    assert (await room.client.ask("GET", f"{room.path}/results"))[0] == 403
    for act in ("close", "show"):
        assert (await room.turn(act))[1]["kind"] == "predict"
    result = (await room.client.ask("GET", f"{room.path}/results"))[1]
    assert result["rounds"] == [{"votes": 5, "counts": [[0, 0, 1], [1, 1, 1], [2, 2, 1], [3, 3, 2]]}] and not result["revealed"]
    assert (await room.turn("run"))[1] | {"number": 0} == {"number": 0, "kind": "experiment", "phase": "open", "round": 2, "left": None, "keyed": False}
    for n in range(4):
        await room.part(n)
    end = await room.look()
    assert end["predicted"][:4] == [1, 1, 1, 2] and sum(end["predicted"]) == 5 and end["devices"] == 4
    assert end["rates"] == ([0.001, 0.01, 0.1, 1, 10] if key == "lr" else [])
    last = numbers(end["last"])
    if key == "lr":
        best = np.log10(float(end["values"][int(last.argmin())]))
        assert end["confirmed"] == int(np.abs(np.arange(-3, 2) - best).argmin())
    else:
        assert end["confirmed"] == int(np.searchsorted([0, 0.25, 0.5], (last > 0.1).mean()))
    assert (await room.turn("reveal"))[1]["phase"] == "revealed"
    assert (await room.part(9))[1]["id"] == "ui.rooms.experiment_over"
    assert (await room.look())["devices"] == 4, "who comes late sees the runs"


async def test_an_experiment_ends_where_the_lecture_goes_on():
    room = await Class(RoomsClient()).begin()
    await room.part(1)
    assert (await room.client.ask("PUT", f"{room.path}/question", b'{"act": "close"}', room.presenter))[1]["phase"] == "closed"
    assert (await room.part(2))[1]["id"] == "ui.rooms.experiment_over"
    assert (await room.client.ask("DELETE", f"{room.path}/question", headers=room.presenter))[0] == 204
    assert (await room.part(1))[1]["id"] == "ui.rooms.no_experiment"
    numbers = []
    for _ in range(2):
        await room.put(screen=2)
        await room.turn("run")
        numbers.append((await room.look())["number"])
    assert numbers[1] > numbers[0] and (await room.look())["devices"] == 0
    await room.put(screen=1)
    assert (await room.look())["id"] == "ui.rooms.no_experiment"
    assert (await room.here())["query"].startswith("img=test-0&")


async def test_beyond_so_many_devices_runs_are_shared_and_none_is_refused():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(made, "MOST_RUNS", 3)
        room = await Class(RoomsClient()).begin("seed", 2)
        assert [(await room.part(n))[1]["value"] for n in range(5)] == ["1", "2", "3", "1", "2"]
        result = await room.look()
        assert (result["devices"], result["values"]) == (5, ["1", "2", "3"])


async def test_phones_are_told_once_a_second_how_many_take_part():
    room = await Class(RoomsClient()).begin()
    seen = []
    for n, now in enumerate((0.0, 0.9, 1.0)):
        room.client.rooms.experiments.clock = lambda now=now: now
        await room.part(n)
        seen.append((await room.client.ask("GET", f"{room.path}/experiment"))[1]["devices"])
    assert seen == [1, 1, 3]


def test_learning_rates_lie_evenly_however_many_there_are():
    experiment = made.Experiment("lr", "k=0", 10)
    for count in (4, 16, 64, 1000):
        powers = np.log10([float(experiment.value(run)) for run in range(count)])
        assert -3 <= powers.min() and powers.max() < 1 and np.diff(np.sort(powers)).max() <= 2 * 4 / count + 0.01


@pytest.mark.parametrize("devices", [1, 3, 30, 300])
def test_rates_of_any_class_end_with_a_best_one_and_those_of_a_large_class_diverge(devices: int):
    """The loss of a network whose outputs are bounded falls at any rate; this one has none."""
    experiment = made.Experiment("lr", "net=conv1x3-relu-dense2-mse", 30)
    result = made.experiment_data(experiment, 1, devices, made.MANY, {})
    last, start = numbers(result["last"]), float(numbers(result["curves"], "<f4")[0])
    rates = np.array([float(value) for value in result["values"]])
    assert len(last) == devices == len(set(result["values"])) and np.nanmin(last) < start
    diverged = ~(last <= start)
    assert diverged.any() == (devices >= 30) and (rates[diverged] > 1).all()
    best = np.log10(rates[int(np.nanargmin(last))])
    assert result["confirmed"] == int(np.abs(np.arange(-3, 2) - best).argmin())


async def test_a_class_makes_as_many_updates_as_fit():
    room = await Class(RoomsClient()).begin("seed", 1000, "/train?net=conv10x3b-relu-conv10x3b-relu-max2-dense10-softmax-ce&ch=rgb")
    assert 1 <= (await room.look())["updates"] < 1000


async def test_places_are_one_for_all_processes_also_when_redis_has_forgotten_them():
    server = fakeredis.FakeServer()
    one, two = process(server), process(server)
    room = await Class(one).begin("seed", 3)

    def room_in(client: RoomsClient):
        return client.rooms.store.known.get(room.room["code"])

    async with one.following(room.path) as here, two.following(room.path) as there:
        await until(lambda: bool(data(here)) and bool(data(there)))
        await until(lambda: one.rooms.store.ready.is_set() and two.rooms.store.ready.is_set())
        both = await asyncio.gather(*(room.part(n, (one, two)[n % 2]) for n in range(8)))
        assert sorted(answer["place"] for _, answer in both) == [*range(8)]
        await until(lambda: all(len(room_in(client).ballots.get(2, {})) == 8 for client in (one, two)))
        await forgets(server, room.path, two, one)
        assert (await room.part(0, two))[1]["place"] == both[0][1]["place"]
        assert (await room.part(8, one))[1]["place"] == 8
        assert (await room.look(two))["devices"] == 9


async def test_the_inside_of_a_run_is_what_its_address_shows_and_none_is_made_that_nobody_has():
    room = await Class(RoomsClient()).begin("start", 12)
    runs = [(await room.part(n))[1] for n in range(6)]
    for run in runs:
        status, result = await room.client.ask("GET", f"{room.path}/inside?run={run['run']}")
        here = scope_of(setup_of(run["query"]))
        assert status == 200 and result["value"] == run["value"]
        assert [(plate["rows"], plate["columns"]) for plate in result["plates"]] == [(3, 3), (30, 30), (30, 30)]
        assert np.array(result["plates"][0]["picture"]) == pytest.approx(here.arrays["f"])
        low, high = (result["plates"][1]["map"]["plane"][end] for end in ("low", "high"))
        assert high == -low == pytest.approx(abs(here.arrays["z1"]).max())
        assert "right" in result["say"] if here.arrays["L"] <= 0.1 else "gradient" in result["say"] or "too small" in result["say"]
        there = setup_of(result["look"])
        assert (there.k, there.start) == (result["k"], setup_of(run["query"]).start) and there.stage in ("o", "a1", "update")
    for none in ("6", "-1", "x", "", "99999999"):
        status, why = await room.client.ask("GET", f"{room.path}/inside?run={none}")
        assert (status, why["id"]) == (404, "ui.rooms.no_run")
