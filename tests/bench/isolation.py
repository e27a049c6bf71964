"""What the worker processes cost: milliseconds beside the same work in this process, start-up and memory.

Each kind of file is read in this process and by a worker in turns; differences are medians. `python -m tests.bench.isolation`
"""

import statistics
import sys
import time

import psutil

from cnnviz.core.runtime.isolation import set_runner
from cnnviz.core.runtime.lru_cache import clear_all
from cnnviz.hosts.dialogs import answers
from cnnviz.pages.resource import compute_with_deck, page_of
from cnnviz.server.worker_pool import WorkerPool
from tests.fuzz._requests import seeds

ROUNDS = 60
MOST_ADDED = 0.030
"""Seconds that a worker may add for a typical file."""
KINDS = ("model", ".keras", "ONNX", "script", ".npz", ".npy", "gradients .npz", "PNG", "JPEG")


def main() -> int:
    """Print the figures and return 1 if a worker adds too much."""
    from cnnviz.core.runtime.isolation import run_isolated

    pool, kinds = WorkerPool(), seeds()
    slow = 0

    def work(kind: str) -> object:
        path, contents, _ = kinds[kind]
        if path.startswith("/numbers"):
            return run_isolated(compute_with_deck, page_of("script"), {}, contents[0])
        reply = answers.answer(path.removeprefix("/dialogs/").partition("?")[0], {"k": "2"}, contents[0])
        assert reply.status == 200, reply.body
        return reply

    set_runner(pool)
    before = time.perf_counter()
    work("model")
    print(f"first answer {time.perf_counter() - before:.2f} s after the pool is asked")
    work("model")
    for process in psutil.Process().children(recursive=True):
        memory = process.memory_full_info()
        print(f"process {process.pid}: {memory.pss / 1e6:.0f} MB, {memory.uss / 1e6:.0f} of them its own")
    for kind in (kind for kind in KINDS if kind in kinds):
        seconds: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(ROUNDS):
            for elsewhere in (False, True):
                set_runner(pool if elsewhere else None)
                clear_all()  # as a worker does
                before = time.perf_counter()
                work(kind)
                seconds[elsewhere].append(time.perf_counter() - before)
        here, there = (statistics.median(seconds[elsewhere]) for elsewhere in (False, True))
        slow += there - here > MOST_ADDED
        print(f"{kind:15} {here * 1000:6.1f} ms here, {there * 1000:6.1f} by a worker: {(there - here) * 1000:+.1f} ms, ratio {there / here:.2f}")
    set_runner(None)
    pool.stop()
    return int(bool(slow))


if __name__ == "__main__":
    sys.exit(main())
