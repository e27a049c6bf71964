"""A deck in a room: the audience is led from screen to screen, each asks or begins what it says, and what is wrong with it is said before."""

from __future__ import annotations

import json

import fakeredis
import pytest

from cnnviz.decks.deck_file import MOST_BYTES
from cnnviz.decks.library import lectures
from cnnviz.rooms import room_deck, store
from cnnviz.rooms.redis_keys import deck_digest, deck_name
from cnnviz.rooms.redis_store import RedisStore
from tests.rooms.test_room_questions import Asked
from tests.rooms.test_rooms import RoomsClient, data, settled, until
from tests.rooms.test_shared_rooms import process

SCRIPT = """
id = "mine"
languages = ["en", "fr"]
[[screen]]
at = "/?img=test-3&stage=z1"
say.en = "There are {size(z1)} places."
say.fr = "Il y a {size(z1)} endroits."
notes = "Wait for the hall."
seconds = 90
[[screen]]
at = "img=test-0&stage=z1"
ask.en = "How many numbers?"
ask.fr = "Combien de nombres ?"
say.en = "Each place makes one."
say.fr = "Chaque endroit en fait un."
kind = "number"
key = "size(z1)"
right.en = "One for each place."
right.fr = "Un par endroit."
otherwise.en = "Count them."
otherwise.fr = "Comptez-les."
[[screen]]
at = "/train?k=0&n=50"
say.en = "Fifty updates."
say.fr = "Cinquante mises à jour."
"""


class Led:
    """A room in which a deck is given."""

    def __init__(self, client: RoomsClient):
        self.client = client

    async def open(self, deck: str = SCRIPT, **more: object) -> Led:
        status, self.room = await self.client.ask("POST", "/room", json.dumps({"script": deck, **more}).encode())
        assert status == 201
        self.path, self.presenter = f"/room/{self.room['code']}", {"Authorization": f"Bearer {self.room['driver']}"}
        return self

    async def put(self, **body: object):
        return await self.client.ask("PUT", self.path, json.dumps(body).encode(), self.presenter)

    async def here(self) -> dict:
        return (await self.client.ask("GET", self.path))[1]


def told(lines: list[str], event: str = "screen") -> list:
    """What was said of screens, or by other events."""
    return [json.loads(lines[n + 1].removeprefix("data: ")) for n, line in enumerate(lines) if line == f"event: {event}"]


async def forgets(server: fakeredis.FakeServer, path: str, *halls: RoomsClient) -> None:
    """Redis has forgotten everything, and each process gives it what it knows of a room, one after the other."""
    await fakeredis.FakeAsyncRedis(server=server).flushall()
    for client in halls:
        await client.rooms.store._refresh(path.removeprefix("/room/"), restore=True)


def in_redis() -> RoomsClient:
    return RoomsClient(RedisStore(fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(), decode_responses=True)))


@pytest.mark.parametrize("make", [RoomsClient, in_redis])
async def test_followers_are_at_the_decks_screen_and_who_comes_late_is_too(make):
    room = await Led(make()).open()
    client, path = room.client, room.path
    async with client.following(path) as early:
        await until(lambda: "img=test-3" in "".join(data(early)))
        message = {"en": "There are 900 places.", "fr": "Il y a 900 endroits."}
        given = (await client.ask("GET", f"{path}/script", headers=room.presenter))[1]["script"]
        assert told(early) == [{"number": 1, "count": 3, "say": message, "script": deck_digest(given)}]
        assert (await room.put(screen=3))[0] == 200
        await until(lambda: data(early)[-1].startswith("page=train&") and "n=50" in data(early)[-1])
        async with client.following(path) as late:
            await until(lambda: told(late) == [told(early)[-1]] and told(late)[0]["number"] == 3 and data(late)[-1] == data(early)[-1])
    assert (await room.here())["screen"] == 3
    assert not any("Wait for the hall" in str(line) for line in early), "notes are the lecturer's"
    _, steps = await client.ask("GET", f"{path}/steps", headers=room.presenter)
    assert [(step["number"], step["notes"], step["seconds"], step["hall"]) for step in steps["steps"]] == [
        (1, "Wait for the hall.", 90, False), (2, "", None, True), (3, "", None, False),
    ] and steps["screen"] == 3  # fmt: skip


@pytest.mark.parametrize("make", [RoomsClient, in_redis])
async def test_a_screen_that_asks_asks_the_audience_and_afterwards_the_lecture_goes_on(make):
    room = await Led(make()).open()
    asked = Asked(room.client)
    asked.path, asked.presenter = room.path, room.presenter
    before = (await room.here())["query"]
    assert (await room.put(screen=2))[0] == 200
    question = (await room.client.ask("GET", f"{room.path}/question"))[1]
    assert (question["kind"], question["ask"], question["text"]) == ("number", "How many numbers?", "Each place makes one.")
    assert (await room.here())["query"].startswith("img=test-0&")
    assert (await asked.vote(1, 900))[0] == (await asked.vote(2, 9))[0] == 200
    assert [group["counts"] for group in (await asked.results(True))[1]["groups"]] == [[1], [1]]
    assert (await room.client.ask("DELETE", f"{room.path}/question", headers=room.presenter))[0] == 204
    assert ((await room.here())["query"], (await room.here())["screen"]) == (before, 2), "the lecture is where it was, and goes on from there"
    # what is asked is over where the lecture goes on without a word about it
    await room.put(screen=2)
    await room.put(screen=3)
    assert (await asked.vote(1, 1))[1]["id"] == "ui.rooms.no_question"
    assert (await room.here())["query"].startswith("page=train&")


async def test_every_screen_of_what_comes_along_can_be_shown_to_an_audience():
    for deck in lectures():
        room = await Led(RoomsClient()).open(deck.id)
        for number, screen in enumerate(deck.screens, 1):
            status, why = await room.put(screen=number)
            assert status == 200, (deck.id, number, why)
            kind = (room.client.rooms.store.rooms[room.room["code"]].poll or None)
            assert (kind.kind if kind else "") == ("experiment" if screen.experiment else screen.kind if room_deck.is_asked(screen) else "")


@pytest.mark.parametrize(
    ("body", "status", "id"),
    [
        ({"script": SCRIPT.replace("img=test-3", "img=test-999999")}, 400, "ui.rooms.script"),
        ({"script": "id = \"a"}, 400, "ui.rooms.script"),
        ({"script": "no-such-script"}, 400, "ui.learn.no_script"),
        ({"script": ""}, 400, "ui.rooms.no_text"),
        ({"script": 5}, 400, "ui.rooms.no_text"),
        ({"script": SCRIPT + "#" * MOST_BYTES}, 413, "ui.rooms.body_long"),
        ({"script": "#" * (3 * MOST_BYTES)}, 413, "ui.rooms.body_long"),
        ({"script": SCRIPT, "screen": 4}, 400, "ui.rooms.no_screen"),
        ({"script": SCRIPT, "screen": True}, 400, "ui.rooms.no_screen"),
        ({"script": SCRIPT, "screen": "²"}, 400, "ui.rooms.no_screen"),
    ],
)
async def test_what_is_wrong_with_a_deck_is_said_and_opens_nothing(body, status, id):
    client = RoomsClient()
    answered, why = await client.ask("POST", "/room", json.dumps(body).encode())
    assert (answered, why["id"]) == (status, id) and why["sentence"].endswith(".")
    assert not client.rooms.store.rooms
    room = await Led(client).open()
    assert (await room.put(**body))[0] == status
    assert (await room.here())["screen"] == 1


async def test_a_fault_has_its_line():
    _, why = await RoomsClient().ask("POST", "/room", json.dumps({"script": SCRIPT.replace("size(z1)\"", "size(z9)\"")}).encode())
    assert why["values"]["line"] == SCRIPT.split("\n").index('key = "size(z1)"') + 1 and "z9" in why["sentence"]


async def test_only_the_presenter_leads_and_reads_what_is_given():
    room = await Led(RoomsClient()).open()
    for headers in ({}, {"Authorization": "Bearer " + "x" * 32}):
        assert (await room.client.ask("PUT", room.path, b'{"screen": 3}', headers))[0] == 403
        assert (await room.client.ask("GET", f"{room.path}/script", headers=headers))[0] == 403
    assert (await room.client.ask("GET", f"{room.path}/script", headers=room.presenter))[1] == {"script": SCRIPT, "screen": 1}
    other = Led(room.client)
    other.path, other.presenter = await room.client.open("k=1")
    assert (await other.put(screen=1))[1]["id"] == "ui.rooms.no_script"
    assert "screen" not in await other.here()


async def test_looking_through_a_deck_takes_so_long_at_most():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(room_deck, "CHECK_SECONDS", 0.0)
        _, why = await RoomsClient().ask("POST", "/room", json.dumps({"script": SCRIPT.replace("mine", "slow")}).encode())
    assert why["id"] == "ui.rooms.script" and "too long" in why["sentence"]


async def test_decks_of_all_rooms_take_so_much_together():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "MOST_DECKS", int(2.5 * len(SCRIPT)))
        client = RoomsClient()
        for _ in range(2):
            room = await Led(client).open()
        assert (await client.ask("POST", "/room", json.dumps({"script": SCRIPT}).encode()))[0] == 503
        assert (await room.put(script=SCRIPT))[0] == 200, "in place of its own"
        await client.ask("DELETE", room.path, headers=room.presenter)
        await Led(client).open()


async def test_every_process_leads_through_a_deck_and_redis_may_forget_it():
    server = fakeredis.FakeServer()
    one, two = process(server), process(server)
    room = await Led(one).open()
    async with one.following(room.path) as here, two.following(room.path) as there:
        await until(lambda: data(here)[-1:] == data(there)[-1:] != [] and told(here) == told(there) != [])
        await until(two.rooms.store.ready.is_set)
        room.client = two
        assert (await room.put(screen=3))[0] == 200
        await until(lambda: told(here)[-1]["number"] == told(there)[-1]["number"] == 3)
        await forgets(server, room.path, one, two)
        assert (await room.put(screen=2))[0] == 200
        kept = fakeredis.FakeAsyncRedis(server=server, decode_responses=True)
        assert await kept.get(deck_name(room.room["code"])) == SCRIPT
        await until(lambda: told(here)[-1]["number"] == told(there)[-1]["number"] == 2)
        # another deck, given by way of the other process
        room.client = one
        assert (await room.put(script=SCRIPT.replace("900 places", "places").replace("mine", "other"), screen=1))[0] == 200
        room.client = two
        await until(lambda: told(there)[-1]["number"] == 1)
        assert 'id = "other"' in (await two.ask("GET", f"{room.path}/script", headers=room.presenter))[1]["script"]


async def test_a_room_that_its_server_has_forgotten_is_opened_again_where_the_lecture_was():
    before = await Led(RoomsClient()).open()
    await before.put(screen=2)
    again = Led(RoomsClient())
    await again.open(driver=before.room["driver"], screen=2)
    assert again.room == before.room
    assert (await again.here())["screen"] == 2
    assert (await again.client.ask("GET", f"{again.path}/question"))[1]["ask"] == "How many numbers?"
    await settled()


@pytest.mark.parametrize("make", [RoomsClient, in_redis])
async def test_who_is_lost_counts_once_can_take_it_back_and_finds_the_way_from_the_next_screen(make):
    room = await Led(make()).open()
    asked = Asked(room.client)
    asked.path = room.path

    async def lose(n: int, **more: object):
        body = {"device": await asked.device(n), **more}
        return (await room.client.ask("POST", f"{room.path}/lost", json.dumps(body).encode(), visitor=f"1.1.1.{n}"))[0]

    async def lost() -> int:
        result = await room.client.rooms.store.room(room.room["code"])
        return await room.client.rooms.store.lost(result)

    assert [await lose(n) for n in (1, 2, 2, 3)] == [204] * 4
    assert await lost() == 3
    await lose(2, lost=False)
    assert await lost() == 2
    assert (await room.client.ask("POST", f"{room.path}/lost", b'{"device": "device-0000000000000000"}'))[0] == 403
    await room.client.ask("PUT", room.path, b"k=1", room.presenter)
    assert await lost() == 2, "a stage further is the same screen"
    await room.put(screen=2)
    assert await lost() == 0
    path, presenter = await room.client.open("k=0")
    asked.path = room.path = path
    await lose(1)
    assert await room.client.rooms.store.lost(await room.client.rooms.store.room(path.removeprefix("/room/"))) == 1
    await room.client.ask("PUT", path, b"k=1", presenter)
    assert await room.client.rooms.store.lost(await room.client.rooms.store.room(path.removeprefix("/room/"))) == 0
