"""What a room has answered, as a file for its driver: every question and round, and nothing about a device; and the page that asks for a code."""

import csv
import io
import json
import re
from pathlib import Path

import fakeredis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.rooms import answer_record, store
from cnnviz.rooms.exploring import LOOKED_AT
from tests.rooms.test_lectures import SCRIPT, Led, in_redis, told
from tests.rooms.test_room_questions import HANDS, LARGEST, Asked
from tests.rooms.test_rooms import RoomsClient, data, settled, until
from tests.rooms.test_shared_rooms import process


def rows(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode())))


@pytest.mark.parametrize("make", [RoomsClient, in_redis])
async def test_every_question_and_round_is_saved_and_no_device(make):
    here = await Asked(make()).open()
    await here.put(**HANDS | {"ask": "=cmd()"})
    for n, answer in enumerate((0, 0, 1)):
        await here.vote(n, answer)
    await here.put(act="close")
    await here.put(act="again")
    await here.vote(1, 1)
    await here.put(**LARGEST)  # takes its place
    await here.vote(1, 318)
    status, text = await here.client.ask("GET", f"{here.path}/results.csv", headers=here.presenter)
    assert status == 200
    result = rows(text)
    assert [(row["question"], row["round"], row["answer"], row["count"], row["of"], row["right"]) for row in result] == [
        ("1", "1", "yes", "2", "3", ""), ("1", "1", "no", "1", "3", ""), ("1", "2", "no", "1", "1", ""), ("1", "2", "yes", "0", "1", ""),
        ("2", "1", "318", "1", "1", "yes"),
    ]  # fmt: skip
    assert result[0]["text"] == "'=cmd()"
    assert not any(token in text.decode() for token in here.tokens.values())
    assert (await here.client.ask("DELETE", f"{here.path}/question", headers=here.presenter))[0] == 204
    assert rows((await here.client.ask("GET", f"{here.path}/results.csv", headers=here.presenter))[1]) == result, "also when it has left the screens"
    for headers in ({}, {"Authorization": "Bearer " + "x" * 32}):
        assert (await here.client.ask("GET", f"{here.path}/results.csv", headers=headers))[0] == 403


@given(st.text(max_size=20))
def test_no_text_is_a_formula_to_a_spreadsheet(text):
    one = answer_record.Record(number=0, kind="choose", ask=text, rounds=[[(text, 1, 1, None)]])
    (row,) = list(csv.DictReader(io.StringIO(answer_record.table([one]), newline="")))
    for cell in (row["text"], row["answer"]):
        assert not cell.startswith(("=", "@", "\t", "\r")) and (not cell.startswith(("-", "+")) or float(cell) is not None)
        assert cell.removeprefix("'") == "".join(letter if letter.isprintable() else " " for letter in text).removeprefix("'")


@given(st.text() | st.from_type(int).map(str) | st.just('{"number": 1, "kind": "x", "ask": "", "rounds": [[1]]}'))
def test_what_a_later_version_has_kept_is_passed_over(text):
    assert answer_record.read(text) is None


async def test_what_is_kept_of_answers_is_bounded():
    here = await Asked(RoomsClient()).open()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(answer_record, "MOST_LINES", 3)
        patched.setattr(store, "MOST_RECORDS", 2)
        for number in range(4):
            await here.put(kind="number", ask=f"How many? {number}")
            for n in range(6):
                await here.vote(n, n)
        result = rows((await here.client.ask("GET", f"{here.path}/results.csv", headers=here.presenter))[1])
        assert sorted({row["text"] for row in result}) == ["How many? 1", "How many? 2", "How many? 3"]
        assert [(row["answer"], row["count"]) for row in result][:4] == [("0", "1"), ("1", "1"), ("2", "1"), (answer_record.REST, "3")]
        patched.setattr(store, "MOST_RECORDED", 0)
        before = len(here.client.rooms.store.rooms[here.path.removeprefix("/room/")].records)
        await here.put(**HANDS)
        assert len(here.client.rooms.store.rooms[here.path.removeprefix("/room/")].records) == before


async def test_how_far_one_may_explore_is_told_to_everybody_and_to_who_comes_late():
    server = fakeredis.FakeServer()
    one, two = process(server), process(server)
    room = await Led(one).open(SCRIPT)

    async with one.following(room.path) as here, two.following(room.path) as there:
        await until(lambda: bool(data(here)) and bool(data(there)) and two.rooms.store.ready.is_set())
        assert told(here, "explore") == told(there, "explore") == ["free"], "whose stream was closed meanwhile may know another"
        for how in ("screens", "paused", "free"):
            assert (await room.put(explore=how))[0] == 200
            await until(lambda how=how: told(here, "explore")[-1:] == told(there, "explore")[-1:] == [how])
            if how == "paused":
                async with two.following(room.path) as late:
                    await until(lambda: told(late, "explore") == ["paused"])
        status, why = await room.put(explore="nowhere")
        assert (status, why["id"]) == (400, "ui.rooms.order")
        assert (await room.here())["screen"] == 1, "nobody was led anywhere"


async def test_what_projectors_show_instead_is_told_to_them_alone_until_the_lecture_goes_on():
    server = fakeredis.FakeServer()
    one, two = process(server), process(server)
    room = await Led(one).open(SCRIPT)

    async with one.following(room.path) as phone, two.following(room.path, way="events?screen=1") as projector:
        await until(lambda: bool(data(phone)) and bool(data(projector)) and two.rooms.store.ready.is_set())
        assert told(projector, "cover") == [""], "whose stream was closed meanwhile may be black"
        for body, covers in (({"cover": "black"}, "black"), ({"cover": "join"}, "join"), ({"screen": 2}, ""), ({"cover": "black"}, "black"), ({"cover": ""}, "")):
            assert (await room.put(**body))[0] == 200
            await until(lambda covers=covers: told(projector, "cover")[-1:] == [covers])
        assert told(phone, "cover") == []
        status, why = await room.put(cover="blue")
        assert (status, why["id"], why["values"]["name"]) == (400, "ui.rooms.order", "cover")


@pytest.mark.parametrize("make", [RoomsClient, in_redis])
async def test_who_asks_the_server_by_hand_explores_no_further_than_the_lecturer_allows(make):
    client = make()
    room = await Led(client).open(SCRIPT)
    before = (await room.here())["query"]
    assert (await room.put(screen=2))[0] == 200
    asked = ("lang=fr", f"{before}&stage=a1&k=3&lang=fr", (await room.here())["query"], "img=cat-3&lr=0.5")

    async def allow(how: str) -> None:
        assert (await room.put(explore=how))[0] == 200
        await client.rooms.store.renew(await client.rooms.store.room(room.path[-5:]))

    async def led_back() -> list[str]:
        answers = {query: await client.ask("GET", f"{room.path}?{query}", headers={"Accept": "text/html"}) for query in asked}
        return [query for query, (status, _) in answers.items() if status == 303]

    for act in ("close", "show", "reveal"):  # until its answer is out, nobody explores
        assert await led_back() == [*asked[1:]]
        async with client.following(room.path, way="events?alone=1"):
            assert (await room.here())["alone"] == 0
        assert (await client.ask("PUT", f"{room.path}/question", json.dumps({"act": act}).encode(), room.presenter))[0] == 200
        await client.rooms.store.renew(await client.rooms.store.room(room.path[-5:]))
    for how, leads_back in (("free", []), ("screens", [asked[3]]), ("paused", [*asked[1:]])):
        await allow(how)
        assert await led_back() == leads_back, how
    async with client.following(room.path, way="events?alone=1"):
        assert (await room.here())["alone"] == 0, "nobody explores while it is paused"
        await allow("free")
    async with client.following(room.path, way="events?alone=1"):
        assert (await room.here())["alone"] == 1
        await allow("paused")
        await settled()
        assert (await room.here())["alone"] == 0


def test_pages_and_the_server_mean_the_same_by_a_screen():
    text = (Path(store.__file__).parent / "question.js").read_text("utf-8")
    assert tuple(json.loads(re.search(r"LOOKED_AT = (\[.*?\])", text, re.DOTALL)[1].replace(",\n]", "]"))) == LOOKED_AT


@pytest.mark.parametrize(("typed", "leads"), [("ab2cd", "room/AB2CD"), ("AB 2C-D", "room/AB2CD"), ("AB2CDEFGH", "room/AB2CDE"), ("%2F%2Fevil", "room/EVL")])
async def test_a_code_that_is_typed_leads_to_its_room_and_nowhere_else(typed, leads):
    answered: list[dict] = []
    await RoomsClient()._call("GET", f"/room?code={typed.replace(' ', '%20')}", b"", {}, "1.2.3.4", answered.append)
    assert answered[0]["status"] == 303
    assert dict(answered[0]["headers"])[b"location"].decode() == leads


async def test_without_a_code_one_is_asked_for_it():
    status, page = await RoomsClient().ask("GET", "/room")
    assert status == 200 and b'name="code"' in page and b"<script" not in page and b'href="./web/style.css"' in page
