"""What the page's dialogs ask Python: every file that is offered can be fetched, and what cannot be done is a sentence."""

import asyncio
import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette

from cnnviz.core.runtime import work_cancellation
from cnnviz.core.runtime.work_cancellation import cancellable
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data import cifar10
from cnnviz.data.images import load_image
from cnnviz.export.arrays import arrays_npz
from cnnviz.hosts.dialogs import answers, routes
from cnnviz.hosts.dialogs.routes import Dialogs, dialog_routes
from cnnviz.pages.encoding import decode
from cnnviz.words import Message, say
from tests.pages.running import ask

TRACES = re.compile(r"Traceback|Error:|Exception|File \"")

SETUPS = [
    {"k": "3"},
    {"k": "2", "rule": "one_pixel", "lang": "fr"},
    {"img": "cat-17", "net": "conv4x3b-relu-max2-dense3-softmax-ce", "ch": "rgb", "opt": "adam", "page": "check"},
    {"net": "dense3-dense2-mse", "lr": "10", "k": "12", "img": "digit7-3"},
    {"img": "cat-0,dog-3", "mode": "eval", "k": "1", "net": "conv4x3-drop50-relu-dense2-softmax-ce"},
    {"page": "train", "n": "12", "k": "7"},
]
"""Seed, a rule that is not exact, several channels, a diverged run, several images with drawn numbers, and a film of its own length."""


@pytest.mark.parametrize("asked", SETUPS, ids=lambda asked: str(sorted(asked.items())))
def test_every_file_that_is_offered_can_be_fetched_under_its_name_and_no_other(asked):
    offered = json.loads(answers.answer("files", asked).body)
    files = [file for group in offered["groups"] for file in group["files"]]
    assert len(files) > 10
    for file in files:
        reply = answers.answer("file", asked | {"what": file["what"]})
        if file["instead"]:
            assert reply.status == 422 and json.loads(reply.body)["sentence"], file
        else:
            assert (reply.status, reply.name) == (200, file["name"]) and len(reply.body) > 200, file


def test_what_a_lesson_cannot_be_is_said_beside_its_name():
    def instead(asked: dict[str, str]) -> set[str]:
        groups = json.loads(answers.answer("files", asked).body)["groups"]
        return {file["what"] for group in groups for file in group["files"] if file["instead"]}

    seed, deviating, _, diverged, drawn, _ = map(instead, SETUPS)
    assert seed == set() and drawn == {"exercise", "exercise_script", "sheet", "answers", "teacher"} and {"keras", "pytorch"} <= deviating and diverged == {"parameters"}


def test_a_file_holds_the_numbers_of_the_core_and_a_film_is_the_pages():
    setup = Setup(k=5, lr=0.2)
    arrays = np.load(io.BytesIO(answers.answer("file", setup.to_query() | {"what": "arrays"}).body))
    expected = run_updates(setup, load_image("test-0"), 5)
    np.testing.assert_array_equal(arrays["df"], expected.gradients.df)
    named = {page: json.loads(answers.answer("files", {"page": page, "n": "12", "k": "7"}).body)["groups"][-1]["files"][0]["name"] for page in ("", "train")}
    assert named == {"": "cnnviz-test-0-7-updates.gif", "train": "cnnviz-test-0-12-updates.gif"}


def test_of_several_images_scripts_have_all_of_them_and_it_says_so():
    asked = SETUPS[4]
    offered = json.loads(answers.answer("files", asked).body)
    assert "all images" in offered["notes"][0] and "cat-0" in offered["notes"][0]
    script, keras = (answers.answer("file", asked | {"what": what}).body.decode() for what in ("script", "keras"))
    assert "forward_after_training(" in script and "passes(False)" in keras
    assert "reshape(2, 32, 32)" in script and "np.mean(" in script and "targets = y" in keras


def test_it_speaks_the_readers_language():
    french = json.loads(answers.answer("files", {"lang": "fr"}).body)
    assert french["groups"][0]["title"] == say("ui.take_home.for.alone", "fr")
    assert json.loads(answers.answer("file", {"what": "html", "around": "x", "lang": "fr"}).body)["sentence"] == say("export.html.around", "fr", around=-1, most=50)


ODD_QUERIES = [
    {"img": "nonsense", "k": "-1", "lr": "nan"}, {"net": "conv9", "w": "held-abc", "y": "x"}, {"page": "train", "n": "1e99"}, {"page": "none", "set": "x"},
    {"net": "conv1x3-sigmoid-dense1-sigmoid-bce", "classes": "a,b"}, {"server": "http://[", "around": "1"}, {"lang": "xx", "mode": "x", "cell": "z9:"},
]  # fmt: skip
"""Addresses with something in them that cannot be used."""


@pytest.mark.parametrize("asked", ODD_QUERIES, ids=str)
def test_an_odd_address_gets_an_answer(asked):
    for name, more in (("files", {}), ("example", {}), ("cifar10", {}), ("file", {"what": "script"}), ("file", {"what": "html"})):
        assert answers.cost_of(name, asked | more)[1] >= 0 and answers.answer(name, asked | more).status in (200, 422)


@pytest.fixture
def app() -> Starlette:
    return Starlette(routes=dialog_routes("/cnn"))


def test_a_server_answers_with_a_file_to_be_saved_a_sentence_or_nothing_of_that_name(app):
    status, headers, body = ask(app, "/cnn/dialogs/file", query="what=script&k=2")
    assert (status, headers["content-disposition"]) == (200, 'attachment; filename="cnnviz-test-0-update-2.py"')
    assert body == answers.answer("file", {"what": "script", "k": "2"}).body
    assert ask(app, "/cnn/dialogs/file", query="what=html&around=99")[0] == 422
    assert [ask(app, "/cnn/dialogs/file", query=query)[0] for query in ("", "what=../x")] == [404, 404]
    status, _, body = ask(app, "/cnn/dialogs/none")
    assert (status, json.loads(body)["sentence"]) == (404, say("ui.server.nothing"))
    assert ask(app, "/cnn/dialogs/files", query="x" * 30_000)[0] == 414


@pytest.mark.parametrize("query", ["around=" + 5_000 * "9", "around=²", "server=http://[", "server=javascript:alert(1)", "server=http://a%5D["])
def test_what_no_page_asks_for_is_no_fault_of_the_server(app, query):
    status, _, body = ask(app, "/cnn/dialogs/file", query=f"what=html&{query}")
    assert status == 422 and json.loads(body)["sentence"]


LARGEST = "conv32x1-relu-dense18-relu-dense10-softmax-ce"


LONG = [{"what": "spreadsheet"}, {"what": "gif", "k": "80"}, {"what": "parameters", "net": LARGEST}, {"what": "html", "k": "5", "around": "5"}]


@pytest.mark.parametrize("asked", LONG, ids=lambda asked: asked["what"])
def test_a_file_lets_numbers_go_first_again_and_again(monkeypatch, asked):
    looks, let_past = [], []
    monkeypatch.setattr(work_cancellation, "_BACKGROUND_WAITS", [let_past.append])
    with cancellable(lambda: looks.append(True)):
        assert answers.answer("file", asked).status == 200
    assert len(looks) == len(let_past) >= 10


def test_what_a_file_costs_is_learned_from_what_such_files_have_cost():
    served = Dialogs()
    app = Starlette(routes=[routes.Route("/dialogs/{name}", served)])
    message = {what: answers.cost_of("file", {"what": what, "k": "1"}) for what in ("html", "script")}
    before = served.costs.expected(*message["html"])
    ask(app, "/dialogs/file", query="what=html&k=2")
    assert served.costs.expected(*message["html"]) > 5 * before
    ask(app, "/dialogs/file", query="what=script&k=3")
    assert served.costs.expected(*message["script"]) < served.costs.expected(*message["html"]) / 2


def test_answers_on_their_way_are_bounded_and_counted_until_they_are_read(monkeypatch):
    served = Dialogs()
    app = Starlette(routes=[routes.Route("/dialogs/{name}", served)])
    whole = ask(app, "/dialogs/file", query="what=arrays")
    assert whole[0] == 200 and served.sending == 0
    monkeypatch.setattr(routes, "MOST_MADE", 10_000)
    held = []

    async def tried() -> None:
        scope = {"type": "http", "method": "GET", "path": "/dialogs/file", "path_params": {"name": "file"}, "query_string": b"what=arrays", "headers": []}

        async def send(message: dict) -> None:
            held.append(served.sending)

        await served(scope, asyncio.Event().wait, send)

    asyncio.run(tried())
    assert held[0] == len(whole[2]) > 10_000 and served.sending == 0
    served.sending = 20_000
    assert ask(app, "/dialogs/file", query="what=arrays")[0] == 503


def test_answers_that_were_asked_for_together_are_bounded_when_they_are_made(monkeypatch):
    monkeypatch.setattr(routes, "MOST_MADE", 10_000)
    served, states, most = Dialogs(), [], 0

    async def tried() -> None:
        asked = asyncio.Event()

        async def client(k: int) -> None:
            scope = {"type": "http", "method": "GET", "path": "/dialogs/file", "path_params": {"name": "file"}, "query_string": b"what=arrays&k=%d" % k, "headers": []}

            async def send(message: dict) -> None:
                nonlocal most
                most = max(most, served.sending)
                if message["type"] == "http.response.start":
                    states.append(message["status"])
                    if len(states) == 3:
                        asked.set()
                    await asked.wait()  # nobody reads before all are answered

            await served(scope, asyncio.Event().wait, send)

        await asyncio.gather(*map(client, range(3)))

    asyncio.run(tried())
    one = len(answers.answer("file", {"what": "arrays"}).body)
    assert sorted(states) == [200, 503, 503] and most < 2 * one and served.sending == 0


def test_one_address_cannot_ask_without_end(app, monkeypatch):
    monkeypatch.setattr(routes, "ASKED", 2)
    monkeypatch.setattr(routes, "EACH", 60.0)
    app = Starlette(routes=dialog_routes(""))
    assert [ask(app, "/dialogs/file", query="what=none")[0] for _ in range(3)] == [404, 404, 429]


def sent(served: Dialogs, name: str, *parts: bytes, query: str = "", ends: bool = True) -> tuple[int, dict]:
    """What a file gets that comes in these parts, and then no more."""
    waiting = [{"type": "http.request", "body": part, "more_body": not ends or n < len(parts) - 1} for n, part in enumerate(parts)]
    answered: list[dict] = []

    async def receive() -> dict:
        return waiting.pop(0) if waiting else await asyncio.Event().wait()

    async def send(message: dict) -> None:
        answered.append(message)

    scope = {"type": "http", "method": "POST", "path": f"/dialogs/{name}", "path_params": {"name": name}, "query_string": query.encode(), "headers": []}
    asyncio.run(served(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in answered)
    assert (served.coming, served.sending) == (0, 0), "something is kept"
    return answered[0]["status"], json.loads(body) if body[:1] == b"{" else {"bytes": body}


def picture(side: int = 40) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(file, "PNG")
    return file.getvalue()


def test_a_picture_weights_and_a_model_become_changes_of_the_lesson():
    served, kernel = Dialogs(), io.BytesIO()
    status, result = sent(served, "picture", picture()[:20], picture()[20:])
    assert status == 200 and (load_image(result["change"]["img"], "red", "raw") == 0).all()
    np.save(kernel, np.arange(9.0).reshape(3, 3))
    status, result = sent(served, "weights", kernel.getvalue(), query="img=test-3&k=4")
    assert (result["change"]["f"], result["change"]["img"], result["change"]["k"]) == ("0,1,2,3,4,5,6,7,8", "test-3", "0")
    assert result["note"] == "The first filter is the array (3, 3)."
    files = [arrays_npz(setup, run_updates(setup, load_image(setup.img), setup.k)) for setup in (Setup(), Setup(k=2))]
    status, result = sent(served, "weights", json.dumps([[f"{n}.npz", len(file)] for n, file in enumerate(files)]).encode() + b"\n", *files)
    assert status == 200 and (result["change"]["page"], result["note"][:13]) == ("train", "2 checkpoints")
    assert result["change"]["w"] == f"{result['change']['checkpoints']}.0"
    status, result = sent(served, "model", b"nn.Sequential(nn.Conv2d(3, 4, 3), nn.LSTM(4, 4), nn.Flatten(), nn.Linear(900, 10))")
    assert result["net"] == "conv4x3b-dense10-softmax-ce" == result["adopted"]["change"]["net"] and result["adopted"]["change"]["ch"] == "rgb"
    assert "left out" in result["layers"][1] and result["instead"] == ""
    status, result = sent(served, "model", b"nn.Sequential(nn.Conv2d(1, 64, 3), nn.Flatten(), nn.Linear(57600, 100), nn.Linear(100, 2))")
    assert (status, result["net"], result["adopted"]) == (200, "", None) and "the limit is 1,300,000. Layer 2, dense100" in result["instead"]
    status, result = sent(served, "model", b"nn.Sequential(nn.LSTM(4, 4))")
    assert status == 200 and result["adopted"] is None and result["instead"]


ODD = [b"", b" ", b"PK", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\x01", b"{", b"[" * 999, b'{"f": [NaN]}', b"\x80\x04K\x01.", b"\x00" * 1_000, b"import os", b"\x93NUMPY\x01\x00"]
"""Files that are none: cut off, nested, pickled, empty, another's."""


@pytest.mark.parametrize("name", ["picture", "weights", "model"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_an_odd_file_gets_a_sentence_and_never_a_trace(name, lang):
    served = Dialogs()
    for content in ODD:
        status, result = sent(served, name, content, query=f"lang={lang}")
        assert status == 422 and result["sentence"] and not TRACES.search(result["sentence"]), content


def test_odd_gradients_are_said_on_the_page_and_an_example_is_found_wrong():
    example = answers.answer("example", {"k": "2"}).body
    for content, good in ((example, False), (b"PK", False)):
        header, _ = decode(answers.answer("gradients", {"k": "2", "check": "own", "file": "mine.npz"}, content).body)
        assert header["check"]["own"]["file"] == "mine.npz" and header["road"]["verdict"]["good"] is good
    assert answers.answer("example", {"net": "dense2-mse"}).status == 422


def test_what_is_sent_is_bounded_in_size_together_and_in_time(monkeypatch):
    served = Dialogs()
    assert sent(served, "picture", *[b"x" * 1_000_000] * 6)[0] == 413
    monkeypatch.setattr(routes, "MOST_COMING", 2_000)
    assert [sent(served, "picture", b"x" * 1_000, b"x" * size)[0] for size in (1_000, 1_001)] == [422, 503]
    monkeypatch.setattr(routes, "SENDING_SECONDS", 0.01)
    assert sent(served, "picture", b"x" * 10, ends=False)[0] == 408


def test_a_file_that_comes_byte_by_byte_is_not_counted_anew_with_each():
    counted = 0

    class Drip(bytes):
        def __len__(self) -> int:
            nonlocal counted
            counted += 1
            return super().__len__()

    assert sent(Dialogs(), "picture", *[Drip(b"x")] * 1_000)[0] == 422
    assert counted <= 5_000


def test_what_asks_takes_no_file_and_what_takes_one_is_not_asked(app):
    assert ask(app, "/cnn/dialogs/picture")[0] == ask(app, "/cnn/dialogs/files", "POST")[0] == 404


# ---- all of CIFAR-10


@pytest.fixture
def loader(monkeypatch):
    loader = cifar10.Loader()
    monkeypatch.setattr(cifar10, "LOADER", loader)
    monkeypatch.setattr(cifar10, "is_cached", lambda: False)
    return loader


def cifar(asked: dict[str, str] | None = None, content: bytes | None = None) -> dict:
    return json.loads(answers.answer("cifar10", asked or {}, content).body)


def test_without_tensorflow_the_full_set_says_so_before_anything_is_pressed_and_is_not_loaded(loader, monkeypatch):
    monkeypatch.setattr(cifar10, "has_tensorflow", lambda: False)
    assert cifar()["state"] == cifar(content=b"")["state"] == "lacking" and "TensorFlow" in cifar()["words"]
    assert loader.state == "absent"
    monkeypatch.setattr(cifar10, "has_tensorflow", lambda: True)
    assert (cifar()["state"], cifar()["page"]) == ("absent", None)
    monkeypatch.setenv("CNNVIZ_WITHOUT", "cifar10")
    assert cifar()["words"] == str(Message("data.forbidden.cifar10"))


def test_its_images_come_by_class_and_number_and_a_failure_is_a_sentence(loader, monkeypatch):
    monkeypatch.setattr(cifar10, "has_tensorflow", lambda: True)
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (100, 32, 32, 3), np.uint8), np.arange(100) % 10
    loader._state, loader._full_set = "ready", cifar10.collect(images, labels, images[:30], labels[:30])
    page = cifar()["page"]
    assert (page["count"], page["images"], page["labels"][:2]) == (100, list(range(24)), ["airplane", "automobile"])
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(page["strip"].partition(",")[2]))))[:, 32:64], images[1])
    page = cifar({"split": "train", "class": "cat", "from": "3"})["page"]
    assert (page["count"], page["images"], page["first"]) == (10, list(range(3, 100, 10)), 0)
    assert cifar({"from": "77"})["page"]["first"] == 72 and 77 in cifar({"from": "77"})["page"]["images"]
    assert cifar({"split": "test"})["page"]["count"] == 30
    for odd in ({"from": "-1"}, {"from": "9" * 40}, {"from": "100"}, {"split": "x", "class": "lynx"}):
        assert cifar(odd)["page"] == cifar()["page"], odd
    loader._full_set, loader._state, loader._failure = None, "failed", Message("data.full_set.no_memory")
    assert cifar() == {"state": "failed", "words": str(Message("data.full_set.no_memory")), "share": None, "page": None}
