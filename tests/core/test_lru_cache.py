"""What is remembered is weighed as it is, and bounded."""

import ast
import dataclasses
import pkgutil
import sys
import threading
import tracemalloc
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import cnnviz
from cnnviz import Setup
from cnnviz.core.network.network import Network
from cnnviz.core.runtime.lru_cache import BudgetedCache, LruCache, held_bytes, owned_by
from cnnviz.core.setup.setup import Setup as Start
from cnnviz.core.training.snapshots import _Run, forget
from cnnviz.data.images import find_image, load_image
from cnnviz.decks.scope import _compute_scope


@dataclasses.dataclass(frozen=True)
class Text:
    text: str


LARGEST = "conv32x1-relu-dense18-relu-dense10-softmax-ce"
"""The network with the most parameters, 590,000."""
MOST_TOGETHER = 640_000_000
"""What all stores of a process may take: a server is allowed 1 GB, and needs some 130 MB before anybody comes."""


@pytest.mark.parametrize("make", [
    lambda: np.zeros((500, 700)),
    lambda: [np.zeros((500, 700))[3:5] for _ in range(3)],  # a view keeps all of its base
    lambda: {"name": (np.ones(300_000), b"x" * 200_000, "é" * 300_000)},
    lambda: (lambda kept: lambda: kept)(np.ones(300_000)),  # what is to be done later holds what it needs
    lambda: _compute_scope(Setup(net=LARGEST)),
    lambda: _compute_scope(Setup(net=LARGEST, opt="adam", k=2)),
])  # fmt: skip
def test_what_a_value_holds_is_what_its_memory_takes(make):
    make()  # what is remembered elsewhere for good
    forget()
    tracemalloc.start()
    value = make()
    forget()
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held_bytes(value) == pytest.approx(taken, rel=0.1)


@pytest.mark.parametrize(("net", "opt"), [("conv1x3-sigmoid-dense2-sigmoid-mse", "gd"), (LARGEST, "adam")])
def test_a_remembered_lesson_knows_without_counting_what_it_takes_at_most(net, opt):
    setup = Start(net=net, opt=opt)
    run = _Run(setup.start, load_image(find_image(setup.img).pixels, setup.ch, setup.scale))
    for k in (0, 130, 131):
        run.at(k)
        assert held_bytes(run) <= run.bytes + 30_000  # its network's program, which many share
        assert run.bytes <= held_bytes(run) + 4 * run.point_bytes + 20_000  # one state may have two places


def test_the_newest_stay_within_the_bytes_with_their_names_and_what_is_larger_stays_nowhere():
    recent: LruCache[tuple, np.ndarray] = LruCache(10_000, held_bytes)
    for n in range(20):
        recent.put((n, b"x" * 500), np.zeros(100))
    assert [n for n, _ in recent._values] == list(range(20 - len(recent), 20))
    assert 6 <= len(recent) <= 7 and recent.total <= 10_000
    recent.put(("large",), np.zeros(2_000))
    assert recent.get(("large",)) is None and recent.total == 0


@pytest.mark.parametrize("name", [
    ("script", "json", ("instead", "q" * 3_000)),  # a query, as the numbers of a page are named
    (Text("a" * 2_000), b"x" * 1_000),
    frozenset({b"x" * 3_000}),
])  # fmt: skip
def test_a_name_weighs_as_its_value_does_however_deep_its_texts_are(name):
    cache: LruCache[object, bytes] = LruCache(1_000_000, held_bytes)
    cache.put(name, b"x" * 3_000)
    cache.put("x", name)
    assert 9_000 < cache.total < 11_000
    once = cache.total
    cache.put(name, b"x" * 3_000)
    assert cache.total == once


def test_many_entries_of_one_owner_evict_none_of_anothers():
    cache: BudgetedCache[str, bytes] = BudgetedCache(100_000, 60_000, held_bytes)
    with owned_by("one"):
        cache.put("few", b"x" * 5_000)
    for owner in ("two", "three", "four"):
        with owned_by(owner):
            for n in range(40):
                cache.put(f"{owner} {n}", b"x" * 5_000)
                assert cache.total <= 100_000 and max(cache._bytes.values()) <= 60_000
                assert sum(cache._bytes.values()) == cache.total
    assert cache.get("few") and cache.get("four 39")
    assert {"two", "three", "four"} == {owner for owner in cache._bytes if owner != "one"}
    with owned_by("one"):
        for n in range(40):
            cache.put(f"one {n}", b"x" * 5_000)
    assert cache.get("few") is None
    cache.clear()
    assert not (cache._bytes or cache._owned or cache._owners or cache.total)


def test_what_takes_long_to_make_holds_nobody_up_and_the_first_one_is_everybodys():
    recent: LruCache[str, object] = LruCache(10)
    going, go = threading.Event(), threading.Event()
    result: list[object] = []

    def slowly() -> object:
        going.set()
        go.wait(60)
        return object()

    thread = threading.Thread(target=lambda: result.append(recent.get_or_make("a", slowly)))
    thread.start()
    going.wait(60)
    first = recent.get_or_make("a", object)
    assert recent.get_or_make("b", object) is not first
    go.set()
    thread.join()
    assert result == [first] == [recent.get("a")]


def test_all_stores_together_leave_a_server_room():
    for module in pkgutil.walk_packages(cnnviz.__path__, "cnnviz."):
        if "tensorflow" not in module.name and not module.name.endswith(("__main__", "jupyter", "serve")):
            import_module(module.name)
    from cnnviz.hosts.dialogs.routes import MOST_COMING, MOST_MADE
    from cnnviz.rooms import Rooms
    from cnnviz.server.numbers import Numbers

    rooms = Rooms()
    homes = [vars(module) for name, module in sys.modules.items() if name.startswith("cnnviz.")]
    homes += [vars(one) for one in (Numbers(), rooms, rooms.questions, rooms.questions.cache)]
    stores = {id(one): one for home in homes for one in list(home.values()) if isinstance(one, LruCache) and one.most >= 1_000_000}.values()
    assert len(stores) > 10
    assert sum(store.most for store in stores) + MOST_MADE + MOST_COMING <= MOST_TOGETHER


COUNTED = {
    "rooms/__init__.py": "visitors' addresses of at most 64 characters, and codes of rooms",
    "rooms/experiment_routes.py": "codes of rooms and numbers",
    "rooms/redis_store.py": "rooms: those of Redis, whose texts are bounded there, and ended ones, which have none",
    "server/costs.py": "kinds of answers: pages, their own keys, words of at most 20 characters, and sizes of networks as powers of two",
    "server/loop_turns.py": "addresses with a port",
    "server/visitors.py": "networks of addresses, with at most four parts each",
    "core/runtime/lru_cache.py": "locks of what is being made, each held by a request",
}
"""Modules with caches that count entries instead of bytes, and what bounds the size of an entry."""
FOR_EVER = {
    "security_headers", "_font", "missions", "load_bundled", "load_split", "bundled_lessons", "lectures", "release", "bound_connections", "files",
    "contact_sheet", "catalogue", "gallery", "spec", "sprite", "guessing_range", "_second_thread", "_blas", "keep_freed_memory", "pages",
    "extra_resources", "story", "_snapshot_numbers", "code", "_notebook_formulas", "_codes", "_known_classes", "printed_numbers", "story_query",
}  # fmt: skip
"""Functions whose results are kept for good: they have no arguments, or only some that no visitor chooses freely."""


def test_every_cache_is_bounded_in_bytes_or_says_what_bounds_its_entries():
    counted, for_ever = set(), set()
    root = Path(cnnviz.__file__).parent
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                weighed = {"LruCache": 2, "SingleFlightCache": 2, "BudgetedCache": 3}.get(node.func.id)
                if weighed and len(node.args) < weighed and not any(keyword.arg == "weigh" for keyword in node.keywords):
                    counted.add(str(path.relative_to(root)))
            if isinstance(node, ast.FunctionDef):
                for how in map(ast.unparse, node.decorator_list):
                    if how in ("cache", "functools.cache"):
                        for_ever.add(node.name)
                    assert how != "lru_cache(None)" and "maxsize=None" not in how, f"{path}: {node.name}"
    assert counted == COUNTED.keys()
    assert for_ever == FOR_EVER


def test_a_pass_weighs_with_what_it_keeps_for_the_way_back_and_nothing_is_worked_out_for_it():
    network, x = Network.parse("conv8x3-relu-dense2-mse"), np.zeros((32, 32))
    params = network.init(x.shape)
    trace = network.forward(params, x)
    gradients = network.backward(params, trace, np.zeros(2))
    windows = trace.forward_pass.values["z1.windows"]
    assert held_bytes(trace) > windows.nbytes + sum(array.nbytes for array in {id(one.base): one for one in trace.values()}.values())
    assert held_bytes(gradients) > sum(gradients[name].nbytes for name in ("dw", "dv", "dz1"))  # da1 is dv, laid out
    assert "dx" not in vars(gradients)
