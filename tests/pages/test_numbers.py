"""Numbers as a resource: the same bytes as on the page, cacheable, and work that nobody can pile up."""

import asyncio
import gzip
import io
import json
import sys
import threading
import tracemalloc
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from cnnviz import Setup, load_image, run_updates
from cnnviz.core.runtime.work_cancellation import cancellable, check_cancelled
from cnnviz.core.setup.setup import SETUP_KEYS
from cnnviz.data.images import find_image
from cnnviz.export.arrays import PIECE
from cnnviz.pages import resource
from cnnviz.pages.registry import page_keys
from cnnviz.pages.resource import EXACT, INSTEAD, Resource, canonical_query, compute_resource, estimate_cost, page_of
from cnnviz.pages.version import code
from cnnviz.server import numbers as server_numbers
from cnnviz.server.admission import Admission
from cnnviz.server.compute_queue import ComputeQueue
from cnnviz.server.direct_routes import DirectRouteMiddleware
from cnnviz.server.job import Busy
from cnnviz.server.numbers import IMMUTABLE, Numbers, number_routes
from cnnviz.tensorflow_check import tensorflow_process
from tests.pages import running
from tests.pages.running import decode
from tests.server.queues import is_empty


def ask(path: str, query: str = "", headers: dict[str, str] | None = None, routes=None):
    """Status, headers and body of GET `path`?`query`."""
    return running.ask(Starlette(routes=routes or number_routes("")), path, headers=headers, query=query)


def test_a_deck_that_is_posted_is_answered_and_nothing_of_it_is_kept():
    numbers = Numbers()
    app = Starlette(routes=number_routes("", numbers))
    toml = b'id = "own"\n[[screen]]\nat = "/?k=2"\nnotes = "mine"\n'
    for path in ("/numbers/script", f"/numbers/{code()}/script"):
        status, headers, body = running.ask(app, path, "POST", query="script=own", body=toml)
        assert status == 200 and headers["cache-control"] == "no-store"
        assert decode(body)[0]["tables"]["screen"][0]["notes"] == "mine"
    assert not len(numbers.resources) and not len(numbers.responses) and is_empty(numbers.work)
    assert decode(ask("/numbers/script", "script=own")[2])[0]["script"] is None
    assert running.ask(app, "/numbers/script", "POST", body=b"#" * 200_001)[0] == 413
    assert running.ask(app, "/numbers/none", "POST", body=toml)[0] == 404


def test_an_answer_for_several_images_looks_whether_others_wait_between_its_parts():
    where: list[str] = []
    with cancellable(lambda: where.append(sys._getframe(2).f_code.co_name)):
        compute_resource(page_of("step"), {"img": "cat-0,dog-1", "net": "conv2x3-bn-relu-gap-softmax-ce"})
    assert where.count("map_response") == 3 and "encode" in where


def test_what_is_sent_along_hides_no_work_that_the_address_asks_for(monkeypatch):
    numbers, expected = Numbers(), []

    async def get(name, visitor, work, connection, found, pause):
        found.look()
        expected.append(found.seconds())
        raise Busy(1)

    monkeypatch.setattr(server_numbers.READING, "get", get)
    monkeypatch.setattr(server_numbers, "LATE", 0.0)
    app = Starlette(routes=number_routes("", numbers))
    assert [running.ask(app, f"/numbers/{asked}", "POST", query=query, body=b"x=1")[0] for asked, query in (("step", "k=10000"), ("script", ""))] == [503, 503]
    assert expected[0] > 0.5 > 0.1 > expected[1]


# ---- the bytes


def test_what_cannot_be_used_is_replaced_by_what_another_lesson_has():
    """Which is the one on the screen, as its query."""
    page = page_of("step")
    instead = urlencode({"instead": urlencode(Setup(lr=0.05, seed=9, k=7).to_query()), "lr": "fast", "k": "2"})
    header, _ = decode(ask("/numbers/step", instead)[2])
    assert (header["lesson"]["lr"], header["lesson"]["seed"], header["lesson"]["k"]) == ("0.05", "0", "2")
    assert "0.05" in header["wrong"]["lr"] and "k" not in header["wrong"]
    assert "instead" in canonical_query(page, dict(parse_qsl(instead)))


def test_a_check_that_goes_on_is_answered_with_what_there_is_and_a_time_to_ask_again(monkeypatch):
    monkeypatch.setattr(tensorflow_process, "state", lambda: ("starting", ""))
    status, headers, body = ask(f"/numbers/{code()}/check", "tf=1")
    assert (status, headers["retry-after"], headers["cache-control"]) == (200, "1", "no-store")
    assert decode(body)[0]["road"]["rows"]
    assert ask("/numbers/check.json", "tf=1")[0] == 503  # programs wait for all of it
    monkeypatch.setattr(tensorflow_process, "state", lambda: ("failed", "Not here."))
    assert ask(f"/numbers/{code()}/check", "tf=1")[1]["cache-control"] == "no-store"  # it may be installed tomorrow


def test_where_one_looks_is_no_part_of_it_and_the_order_of_keys_is_none():
    page = page_of("step")
    assert canonical_query(page, {"seed": "3", "k": "2"}) == canonical_query(page, {"k": "2", "seed": "3", "stage": "z1", "cell": "z1:1,1", "lang": "de", "view": "lecture"})
    assert list(canonical_query(page, {"seed": "3", "k": "2"})) == ["k", "seed"]


def test_programs_get_exact_arrays_and_what_was_wrong_by_its_id():
    setup = Setup(k=3, seed=4)
    snapshot = run_updates(setup, load_image("test-0"), 3)
    _, _, body = ask("/numbers/step.npz", "k=3&seed=4")
    file = np.load(io.BytesIO(body), allow_pickle=False)
    np.testing.assert_array_equal(file["df"], snapshot.gradients.df)
    assert json.loads(str(file["header"]))["lesson"]["seed"] == "4"
    _, headers, body = ask("/numbers/step.json", "k=3&seed=x", {"Accept-Encoding": "identity"})
    answer = json.loads(body)
    assert headers["content-type"] == "application/json"
    assert (answer["wrong"]["seed"]["id"], answer["wrong"]["seed"]["instead"]) == ("lesson.replaced", "0")
    assert answer["wrong"]["seed"]["values"]["why"]["id"].startswith("lesson.why.")
    np.testing.assert_array_equal(answer["arrays"]["w"], run_updates(Setup(), load_image("test-0"), 3).params.w)


def test_a_long_answer_comes_in_pieces_to_who_reads_no_gzip():
    network = "ch=rgb&net=conv10x3-relu-conv10x3-relu-max2-dense10-softmax-ce"
    routes = number_routes("")
    _, headers, whole = ask("/numbers/step.json", network, {"Accept-Encoding": "gzip"}, routes)
    _, plain, pieces = ask("/numbers/step.json", network, {}, routes)
    assert len(whole) > server_numbers.CHUNK_SIZE and gzip.decompress(whole) == pieces
    assert "content-length" not in plain and plain["etag"] == headers["etag"]


async def test_an_answer_of_nothing_but_zeros_comes_in_pieces_too_though_it_is_short_compressed():
    result = Resource(gzip.compress(b"0" * 10_000_000), True, '"x"', "application/json", is_immutable=False)
    sent: list[bytes] = []

    async def send(message) -> None:
        sent.append(message.get("body", b""))

    async def receive() -> dict:
        await asyncio.Event().wait()
        return {}

    scope = {"type": "http", "method": "GET", "headers": []}
    await server_numbers._response(result, Request(scope), False)(scope, receive, send)
    assert max(map(len, sent)) <= server_numbers.CHUNK_SIZE and b"".join(sent) == result.plain


def test_the_photograph_comes_along_where_one_channel_of_it_is_read():
    _, arrays = decode(ask("/numbers/step", "img=test-3&ch=blue")[2])
    np.testing.assert_array_equal(arrays["photo"], find_image("test-3").pixels)
    for without in ("img=test-3&ch=rgb", "img=digit7-3", "img=pattern-edges"):
        assert "photo" not in decode(ask("/numbers/step", without)[2])[1], without


def test_of_several_images_a_normalisation_has_those_of_all_and_dropout_what_other_masks_would_make():
    query = "img=cat-0,cat-1,dog-0,dog-1&image=3&ch=red&net=conv2x3-bn-relu-max2-drop50-dense2-softmax-ce&k=2"
    _, arrays = decode(ask("/numbers/step", query)[2])
    assert arrays["all.z1"].shape == arrays["all.dn1"].shape == (4, 2, 30, 30) and arrays["all.x"].shape == (4, 1, 32, 32)
    np.testing.assert_allclose(arrays["all.z1"][3], arrays["z1"])
    np.testing.assert_allclose(arrays["parts.dz1"].sum(axis=0)[3], arrays["dz1"], atol=1e-15)
    in_use, own, *others = arrays["throws.r1"]
    np.testing.assert_allclose(in_use, arrays["p1"].sum(axis=(1, 2)))
    np.testing.assert_allclose(own, arrays["r1"].sum(axis=(1, 2)))
    assert len(others) == 200 and np.abs(np.mean(others, axis=0) - in_use).max() < 4 * np.std(others, axis=0).max() / 200**0.5
    _, after = decode(ask("/numbers/step", query + "&mode=eval")[2])
    assert not [name for name in after if name.startswith(("throws.", "parts.", "all.z"))]


def test_numbers_that_run_away_are_null_to_programs():
    setup = "k=60&lr=1e6&net=dense2-mse"
    header, _ = decode(ask("/numbers/step", setup)[2])
    assert header["loss"] is None
    assert ask("/numbers/check", setup)[0] == 200
    _, _, body = ask("/numbers/step.json", setup, {"Accept-Encoding": "gzip"})
    assert None in json.loads(gzip.decompress(body))["arrays"]["o"]
    _, arrays = decode(ask("/numbers/step", "k=2&lr=1e5&net=conv32x7b-relu-max2-dense100-relu-dense10-mse")[2])
    assert abs(arrays["o"]).max() > np.finfo(np.float32).max  # which single precision has not


# ---- the answers


def test_one_address_is_kept_for_ever_and_the_other_asks_again():
    routes = number_routes("/tools")
    path = f"/tools/numbers/{code()}/step"
    status, headers, body = ask(path, "k=1", {"Accept-Encoding": "br, gzip"}, routes)
    assert (status, headers["cache-control"], headers["content-encoding"]) == (200, IMMUTABLE, "gzip")
    _, plain, whole = ask("/tools/numbers/step", "k=1", {"Accept-Encoding": "gzip;q=0"}, routes)
    assert gzip.decompress(body) == whole and plain["cache-control"] == "no-cache" and "content-encoding" not in plain
    assert ask("/tools/numbers/step", "k=1", {"If-None-Match": f"W/{plain['etag']}"}, routes)[0] == 304


@pytest.mark.parametrize(("room", "page"), [("k=2&stage=z1&lang=fr", "step"), ("page=train&n=20&k=2", "train")])
def test_what_an_audience_is_taken_to_is_ready_as_its_pages_will_ask_for_it(monkeypatch, room, page):
    monkeypatch.setattr(server_numbers, "HELD", 60)
    numbers = Numbers()
    asyncio.run(numbers.prepare(room, None))
    monkeypatch.setattr(resource, "compute_resource", lambda *_: pytest.fail("made again"))
    address = resource.numbers_url(f"/{page}", room)
    path, _, query = address.partition("?")
    routes = number_routes("", numbers)
    for headers in ({"Accept-Encoding": "gzip, deflate"}, {}):
        status, got, body = ask(f"/{path}", query, headers, routes)
        assert (status, got["cache-control"], "content-encoding" in got) == (200, IMMUTABLE, bool(headers))
        assert decode(gzip.decompress(body) if headers else body)[0]["lesson"]["k"] == "2"


async def test_an_audience_does_not_wait_for_what_takes_long(monkeypatch):
    monkeypatch.setattr(server_numbers, "HELD", 0.05)
    going_on = threading.Event()
    monkeypatch.setattr(resource, "compute_resource", lambda *_: going_on.wait(60))
    async with asyncio.timeout(60):
        await Numbers().prepare("k=2", None)
    going_on.set()


def test_what_is_not_direct_goes_on_as_it_came():
    app = DirectRouteMiddleware(PlainTextResponse("Streamlit's"), number_routes(""))
    asked = [running.ask(app, path, method) for path, method in (("/", "GET"), ("/numbers/step", "PUT"), ("/numbers/step", "GET"))]
    assert [body == b"Streamlit's" for _, _, body in asked] == [True, True, False]


@pytest.mark.parametrize(
    ("path", "query", "status", "id"),
    [
        ("/numbers/nothing", "", 404, "ui.numbers.no_page"),
        ("/numbers/step.exe", "", 404, "ui.numbers.no_page"),
        ("/numbers/0123456789ab/step", "", 410, "ui.numbers.other_version"),
        ("/numbers/step", "f=" + 30_000 * "1", 414, "ui.numbers.too_long"),
    ],
)
def test_what_cannot_be_had_says_so(path, query, status, id):
    answered, headers, body = ask(path, query)
    assert (answered, json.loads(body)["id"], headers["cache-control"]) == (status, id, "no-store")


def test_what_may_be_otherwise_tomorrow_is_kept_by_nobody(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for query in ("w=held-0123456789abcdef", "img=train-777"):
        assert ask(f"/numbers/{code()}/step", query)[1]["cache-control"] == "no-store"
    header, _ = decode(ask("/numbers/step", "w=held-0123456789abcdef")[2])
    assert header["lesson"]["w"] == "held-0123456789abcdef" and "no longer stores these" in header["wrong"]["w"]


# ---- bounded work


async def test_the_same_work_is_done_once_and_what_nobody_waits_for_ends():
    calls, go, began, ended = [], threading.Event(), threading.Event(), threading.Event()

    def quick() -> int:
        calls.append(1)
        go.wait(60)
        return 7

    def long() -> int:
        began.set()
        try:
            while True:
                check_cancelled()
        finally:
            ended.set()
    queue: ComputeQueue[int] = ComputeQueue(1, Admission(10, 10))
    asked = [asyncio.create_task(queue.get("a", str(number), quick)) for number in range(50)]
    await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*asked) == [7] * 50
    assert len(calls) == 1
    waiting = [asyncio.create_task(queue.get("b", "x", long)) for _ in range(2)]
    assert await asyncio.to_thread(began.wait, 10)
    waiting[0].cancel()
    await asyncio.wait({waiting[0]})
    assert not ended.is_set() and not queue.jobs["b"].given_up  # one still waits
    waiting[1].cancel()
    assert await asyncio.to_thread(ended.wait, 10)
    assert await queue.get("c", "x", quick) == 7
    queue.workers.threads.shutdown()
    assert is_empty(queue)


async def test_a_visitor_and_all_together_may_ask_for_so_much_and_no_more():
    go = threading.Event()
    queue: ComputeQueue[bool] = ComputeQueue(1, Admission(5, 3, 2.0))
    asked = [asyncio.create_task(queue.get(number, "greedy", lambda: go.wait(60))) for number in range(4)]
    asked += [asyncio.create_task(queue.get(10 + number, "modest", lambda: go.wait(60))) for number in range(3)]
    asked += [asyncio.create_task(queue.get(0, "modest", lambda: go.wait(60)))]  # asked for already
    await asyncio.sleep(0)
    go.set()
    result = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(one, Busy) for one in result] == [False, False, False, True, False, False, True, False]
    assert result[6].seconds == 11


def test_a_large_answer_for_programs_is_never_there_as_a_whole_while_it_is_written():
    step, asked = page_of("step"), {"net": "conv16x1-relu-dense18-relu-dense10-softmax-ce"}
    compute_resource(step, asked)
    tracemalloc.start()
    try:
        result = compute_resource(step, asked, "json")
        assert tracemalloc.get_traced_memory()[1] < 2 * len(result.plain)
    finally:
        tracemalloc.stop()


def test_a_large_answer_is_looked_at_every_few_milliseconds_while_it_is_written_and_has_the_bytes_that_gzip_gives():
    step, net = page_of("step"), "conv32x1-relu-dense18-relu-dense10-softmax-ce"
    looks: list[int] = []
    with cancellable(lambda: looks.append(1)):
        result = compute_resource(step, {"net": net}, "json")
    assert 20_000_000 < len(result.plain) < 40_000_000
    assert 300 + len(result.plain) / PIECE < len(looks) < 2_000  # some 1.2 million numbers, and not one look for each row of 18
    assert result.body == gzip.compress(result.plain, 3, mtime=0)


def test_a_large_answer_for_numpy_is_looked_at_while_it_is_packed_and_holds_what_json_does():
    step, net = page_of("step"), "conv32x1-relu-dense18-relu-dense10-softmax-ce"
    looks: list[int] = []
    with cancellable(lambda: looks.append(1)):
        result = compute_resource(step, {"net": net}, "npz")
    with np.load(io.BytesIO(result.plain), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    assert len(looks) > sum(array.nbytes for array in arrays.values()) / PIECE
    assert json.loads(str(arrays.pop("header")))["page"] == "step"
    exact = json.loads(compute_resource(step, {"net": net}, "json").plain)["arrays"]
    assert arrays.keys() == exact.keys() and np.array_equal(arrays["dw2"], np.array(exact["dw2"]))


def test_programs_get_numbers_and_no_colours_where_lessons_are_listed_too():
    query = {"net": "conv32x3-relu-max4-conv64x3-relu-gap-dense10-softmax-ce"}  # with 18,432 filter weights
    assert decode(compute_resource(page_of("learn"), query).plain)[1]["df2"].dtype == np.int8
    listed, shown = (np.load(io.BytesIO(compute_resource(page_of(page), query, "npz").plain)) for page in ("learn", "step"))
    assert not [name for name in listed.files if listed[name].dtype == np.int8]
    assert all(np.array_equal(listed[name], shown[name]) for name in ("f2", "df2", "dz1"))


LENET = "conv6x5-sigmoid-avg2-conv16x5-sigmoid-avg2-dense120-sigmoid-dense84-sigmoid-dense10-softmax-ce"


def test_another_lesson_beside_a_film_costs_what_its_own_network_does():
    train, alone = page_of("train"), {"n": "1000", "seed": "77"}
    small, large = (estimate_cost(train, alone | {"vs": vs})[1] for vs in ("lr=0.1", f"net={LENET}"))
    assert large > 3 * small > 5 * estimate_cost(train, alone)[1]


def test_a_check_that_goes_on_beside_the_page_costs_the_page_nothing():
    check = page_of("check")
    assert estimate_cost(check, {"net": LENET})[1] < 0.01 < (one := estimate_cost(check, {"img": "test-0"})[1]) < 0.1
    assert estimate_cost(check, {"img": "test-0,test-1,test-2,test-3"})[1] > 4 * one, "an entry is nudged for all of several images"


def test_who_is_told_to_come_again_with_something_dear_is_not_looked_at_again(monkeypatch):
    looked: list[dict] = []

    def busy(*_) -> None:
        raise TimeoutError

    monkeypatch.setattr("cnnviz.pages.resource.estimate_cost", lambda page, asked, form: looked.append(asked) or ([("step",)], 1.0))
    monkeypatch.setattr("cnnviz.pages.resource.compute_resource", busy)
    routes = number_routes("")
    assert [ask("/numbers/step", "k=9000", routes=routes)[0] for _ in range(3)] == [503] * 3
    assert looked == [{"k": "9000"}]


def test_a_case_of_a_mission_that_is_no_small_number_is_the_first():
    step = page_of("step")
    for text in ("000000" + "9" * 4400, "000000123456", "²", "-1"):
        result = compute_resource(step, canonical_query(step, {"mission": "culprit", "case": text}))
        assert b'"case": 0' in result.plain


def test_no_page_has_a_key_of_its_own_that_a_resource_takes():
    assert not {EXACT, INSTEAD} & {*SETUP_KEYS, *page_keys()}


def test_a_mistake_that_is_none_is_said():
    check = page_of("check")
    wrong = decode(compute_resource(check, canonical_query(check, {"mistake": "zz@qq"})).plain)[0]["wrong"]
    assert wrong["mistake"] == "Mistake: There is no mistake 'zz'. It is ignored."
