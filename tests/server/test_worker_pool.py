"""The worker processes: their limits, what a client is told, and that none outlives the server."""

import asyncio
import io
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
from PIL import Image

from cnnviz.core.network.stored_params import store_params, stored_params
from cnnviz.core.runtime.isolation import SECONDS, run_isolated, set_runner
from cnnviz.core.runtime.lru_cache import clear_all
from cnnviz.core.runtime.work_cancellation import cancellable
from cnnviz.hosts.dialogs import answers
from cnnviz.server import worker
from cnnviz.server.admission import Admission
from cnnviz.server.compute_queue import ComputeQueue
from cnnviz.server.job import CostEstimate
from cnnviz.server.worker_pool import WorkerPool
from cnnviz.words import Problem, message, say
from tests.server import isolated_work as work

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither of the limits")

MODEL = b"nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1800, 10))"


@pytest.fixture(scope="module", autouse=True)
def pool():
    pool = WorkerPool()
    set_runner(pool)
    yield pool
    set_runner(None)
    pool.stop()


def seen(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int, seconds: float = 30.0) -> bool:
    until = time.monotonic() + seconds
    while seen(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not seen(pid)


def progressive(width: int, height: int, scans: int) -> bytes:
    """Return a JPEG whose last pass over the picture comes again, until there are so many."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(file, "JPEG", progressive=True)
    start = file.getvalue().rindex(b"\xff\xda")
    whole = file.getvalue()
    return whole[:start] + whole[start:-2] * (scans + 1 - whole.count(b"\xff\xda")) + whole[-2:]


def run_length_bitmap(side: int) -> bytes:
    """Return a BMP whose lines end after one pixel: Pillow fills each byte by byte."""
    pixels, palette = b"\1\7\0\0" * side, bytes(4 * 256)
    info = b"".join(n.to_bytes(4, "little") for n in (40, side, side)) + b"\1\0\10\0" + b"".join(n.to_bytes(4, "little") for n in (1, len(pixels), 0, 0, 256, 0))
    start = 14 + len(info) + len(palette)
    return b"BM" + (start + len(pixels)).to_bytes(4, "little") + bytes(4) + start.to_bytes(4, "little") + info + palette + pixels


CHEAP_NOW = {
    "mentions": ("model", b"b={" + b"1," * 50_000 + b"1}\nnn.Sequential(" + b"b," * 19_000 + b"b)"),
    "functions": (
        "model",
        "".join([f"def f{n}(a):\n return a\n" for n in range(3_500)] + [f"f{n}(1)\n" for n in range(3_500)] + [f"n{n}=1\n" for n in range(8_000)]).encode(),
    ),
}
"""Texts that took minutes or gigabytes, and are refused at once."""
ATTACKS = {
    "passes": ("picture", progressive(4_000, 4_000, 50_000)),
    "runs": ("picture", run_length_bitmap(5_000)),
}
"""Files that took minutes, or gigabytes."""
SECONDS_SAID = say("ui.server.work_too_long", seconds=SECONDS)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_file_that_takes_too_long_or_too_much_memory_gets_a_sentence_and_the_next_one_is_read(name):
    kind, content = ATTACKS[name]
    assert len(content) < 5_000_000
    reply = answers.answer(kind, {}, content)
    message = {SECONDS_SAID, str(worker.too_large())}
    assert reply.status == 422 and any(sentence in reply.body.decode() for sentence in message), reply.body[:300]
    assert answers.answer("model", {}, MODEL).status == 200


@pytest.mark.parametrize("name", CHEAP_NOW)
def test_a_text_that_repeats_its_parts_is_refused_in_a_sentence(name):
    kind, content = CHEAP_NOW[name]
    reply = answers.answer(kind, {}, content)
    assert reply.status == 422 and "sentence" in reply.body.decode() and SECONDS_SAID not in reply.body.decode()


def test_memory_beyond_the_limit_is_refused_also_in_a_result():
    for size in (5_000_000_000, worker.MOST_MEMORY + 50_000_000):
        with pytest.raises(Problem, match="more than 400 MB of memory"):
            run_isolated(work.fill, size)
    with pytest.raises(Problem, match="more than 400 MB of memory"):
        run_isolated(work.large, worker.MOST_RESULT + 1)
    assert run_isolated(work.fill, 200_000_000) == 200_000_000


def test_a_worker_has_imported_neither_streamlit_nor_tensorflow_nor_the_main_module():
    assert run_isolated(work.loaded, ["streamlit", "tensorflow", "keras", "plotly", "pytest", "numpy"]) == ["numpy"]


def test_work_for_which_nobody_waits_is_ended(tmp_path):
    file = tmp_path / "pid"

    def wanted() -> None:
        if file.exists() and file.read_text():
            raise TimeoutError

    with cancellable(wanted), pytest.raises(TimeoutError):
        run_isolated(work.sleep, 600.0, str(file))
    assert gone(int(file.read_text()))
    assert run_isolated(divmod, 7, 2) == (3, 1)


@pytest.mark.parametrize("end", [work.die, work.fail])
def test_a_worker_that_ends_or_fails_is_a_sentence_and_the_next_one_answers(end, caplog):
    with pytest.raises(Problem) as raised:
        run_isolated(end)
    assert raised.value.code == "ui.server.work_ended"
    assert ("ZeroDivisionError" in caplog.text) == (end is work.fail)
    assert run_isolated(divmod, 7, 2) == (3, 1)


def test_a_worker_that_is_killed_while_it_has_nothing_to_do_is_replaced():
    for _ in range(4):
        os.kill(run_isolated(work.pid), signal.SIGKILL)
    assert run_isolated(divmod, 7, 2) == (3, 1)


def test_parameters_go_along_and_come_back():
    name = run_isolated(work.keep_ones, 7)
    assert stored_params(name)["b"].tolist() == [1.0] * 7
    other = store_params({"b": np.arange(4.0)})
    assert run_isolated(work.sum_of, {"b": other}) == 6.0
    with pytest.raises(Problem):  # nothing of an earlier task stays in a worker
        run_isolated(work.sum_of, {"b": "held-0123456789abcdef"})


def test_a_problem_keeps_its_code_and_values_on_the_way():
    problem = Problem("model.of", what=message("words.unknown", id="x"), n=3)
    again = pickle.loads(pickle.dumps(problem))
    assert (type(again), again.code, again.values) == (Problem, problem.code, problem.values)


def test_without_processes_the_time_is_limited():
    set_runner(None)
    try:
        with pytest.raises(Problem, match="more than 0.05 seconds"):
            run_isolated(lambda: [clear_all() or _looked() for _ in iter(int, 1)], seconds=0.05)
    finally:
        set_runner(WorkerPool())


def _looked() -> None:
    from cnnviz.core.runtime.work_cancellation import check_cancelled

    check_cancelled()


SERVER = """
    import sys, time
    print("main", flush=True)
    if __name__ == "__main__":
        from cnnviz.server.worker_pool import POOL
        from tests.server import isolated_work as work
        import threading
        threading.Thread(target=lambda: POOL(work.spin, (), 60.0), daemon=True).start()
        print(POOL(work.pid, (), 2.0), flush=True)
        import psutil
        print(*(child.pid for child in psutil.Process().children(recursive=True)), flush=True)
        sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, None], ids=str)
def test_no_worker_outlives_the_program_and_none_imports_its_main_module(how, tmp_path):
    script = tmp_path / "main.py"
    script.write_text(textwrap.dedent(SERVER))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stdout.readline() == "main\n"
        assert program.stdout.readline().strip().isdecimal()
        children = [int(pid) for pid in program.stdout.readline().split()]
        assert len(children) >= 3  # two workers, and the process from which they are forked
        if how is None:
            program.stdin.close()
        else:
            program.send_signal(how)
        program.wait(30)
    assert all(gone(pid) for pid in children)


def test_long_work_of_one_address_leaves_a_worker_for_short_work_of_others():
    queue: ComputeQueue[float] = ComputeQueue(2, Admission(400, 100), time.monotonic, preemptive=False, expensive=1)
    under_way, most, lock = [0], [0], threading.Lock()
    end = threading.Event()

    def long() -> float:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        end.wait(20)
        with lock:
            under_way[0] -= 1
        return 0.0

    async def flood() -> int:
        middleware = [asyncio.create_task(queue.get(n, "flood", long, f"flood {n}", CostEstimate(2.0))) for n in range(8)]
        await asyncio.sleep(0.05)
        answered = [await queue.get(f"short {n}", "other", lambda: 1.0, "other", CostEstimate(0.01)) for n in range(20)]
        end.set()
        await asyncio.gather(*middleware)
        return len(answered)

    assert asyncio.run(asyncio.wait_for(flood(), 60)) == 20
    assert most[0] == 1
