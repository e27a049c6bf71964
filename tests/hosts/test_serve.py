"""The command `cnnviz`, up to where Streamlit takes over."""

import platform
import subprocess
import sys

import pytest

from cnnviz.server.malloc import cap_arenas, trim_heap

BEFORE_IT_LISTENS = """
import sys
from streamlit.web import cli
from cnnviz.hosts.streamlit.serve import serve

def listens(*_, **__):
    loaded = set(sys.modules)
    import cnnviz
    import cnnviz.hosts.streamlit.navigation
    from cnnviz.pages import answer
    from cnnviz.words import catalogue, languages, say
    answer("step", {})
    read = catalogue.cache_info().misses
    for lang in languages():
        say("words.name", lang)
    assert catalogue.cache_info().misses == read, "words are read while others wait"
    print(sorted(name for name in sys.modules.keys() - loaded if name.partition(".")[0] in ("cnnviz", "streamlit", "numpy", "plotly")))

cli.main = listens
serve({})
"""


def test_what_a_first_visitor_needs_is_loaded_before_it_listens():
    """Behind a proxy whoever connects meanwhile would wait; who is refused is sent to the other server."""
    told = subprocess.run([sys.executable, "-c", BEFORE_IT_LISTENS], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


AS_IT_STARTS = """
import asyncio, gc
from cnnviz.hosts.streamlit.start import lifespan

async def started():
    async with lifespan(None):
        print(gc.get_freeze_count() > 50_000, len(gc.get_objects()) < 1_000)

asyncio.run(started())
"""


def test_a_collection_of_garbage_does_not_walk_through_all_that_was_loaded():
    told = subprocess.run([sys.executable, "-c", AS_IT_STARTS], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "True True"


HEAPS = """
import asyncio, ctypes, pathlib, sys, threading
from cnnviz.hosts.streamlit.start import lifespan

libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p

def heaps():
    file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
    libc.malloc_info(0, file)
    libc.fclose(file)
    return pathlib.Path(sys.argv[1]).read_text().count("<heap nr=")

async def started():
    async with lifespan(None):
        before, together = heaps(), threading.Barrier(9)
        for _ in range(8):
            threading.Thread(target=lambda: (bytearray(10_000), together.wait(), together.wait())).start()
        together.wait()
        print(heaps() - before)
        together.wait()

asyncio.run(started())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other heaps")
def test_what_a_thread_took_for_an_answer_is_there_for_the_others(tmp_path):
    told = subprocess.run([sys.executable, "-c", HEAPS, str(tmp_path / "heaps.xml")], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "0"


A_FIRST_VISIT = """
import sys
from cnnviz.hosts.streamlit.preload import load
from cnnviz.pages import answer

load()
answer("step", {})
answer("curve", {"along": "f:1,1", "span": "2"})
answer("train", {"n": "10"})
print(sorted({"numpy.ma", "segno", "cnnviz.hosts.dialogs.answers", "cnnviz.export.animation", "cnnviz.export.spreadsheet"} & sys.modules.keys()))
"""


def test_a_first_visit_brings_nothing_of_what_only_files_and_rooms_need():
    told = subprocess.run([sys.executable, "-c", A_FIRST_VISIT], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


A_FIRST_QUESTION = """
import asyncio, sys, threading
from starlette.applications import Starlette
from cnnviz.hosts.dialogs.routes import dialog_routes
from tests.pages.running import ask

class Told:
    def find_spec(name, path, target=None):
        if name == "cnnviz.hosts.dialogs.answers":
            print(threading.current_thread() is threading.main_thread(), end=" ")

sys.meta_path.insert(0, Told)
print(ask(Starlette(routes=dialog_routes("")), "/dialogs/files")[0])
"""


def test_what_files_need_is_loaded_outside_the_event_loop():
    told = subprocess.run([sys.executable, "-c", A_FIRST_QUESTION], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False 200"


MADE = """
import asyncio
from starlette.requests import Request
from cnnviz.server.files import lazy_route

kept = []

def make():
    taken = [bytearray(3_000) for _ in range(10_000)]
    kept.append(bytearray(3_000))  # behind them: what is free ends before it
    return "p {}"

def megabytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4_096 / 1e6

async def asked():
    before = megabytes()
    await lazy_route("/x", "text/css", make).endpoint(Request({"type": "http", "query_string": b"", "headers": []}))
    print(megabytes() - before < 10)

asyncio.run(asked())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other heaps")
def test_what_the_making_of_a_file_took_is_given_back():
    told = subprocess.run([sys.executable, "-c", MADE], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "True"


@pytest.mark.parametrize("error", [TypeError, OSError, AttributeError])  # the first is what Windows says
def test_a_server_begins_without_glibc(monkeypatch, error):
    def none(name):
        raise error

    monkeypatch.setattr("cnnviz.server.malloc.ctypes.CDLL", none)
    cap_arenas()
    trim_heap()
