"""Random addresses, and mutated files and texts of each kind, asked of a server: `python -m tests.fuzz.inputs --addresses 10000 --files 5000`.

No answer is a 500, the server logs no traceback, no request takes over MOST_CPU seconds of CPU time, and the memory of the
server with its workers stays under MOST_MEMORY. What fails is printed, and written to files in --keep.
"""

import argparse
import asyncio
import random
import statistics
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from tests.bench._http import Connection
from tests.conftest import Server
from tests.fuzz._requests import address, mutated, seeds

MOST_CPU = 2.0
MOST_MEMORY = 700e6
SHOWN = 200
"""Characters of a failing case that are printed."""

Request = tuple[str, str, str, bytes]
"""A kind, a method, a path with its query, and a body."""


class Tree:
    """A server's process and its workers."""

    def __init__(self, pid: int) -> None:
        self.server = psutil.Process(pid)
        self.peak = 0.0
        self.over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _processes(self) -> list[psutil.Process]:
        return [self.server, *self.server.children(recursive=True)]

    def cpu(self) -> float:
        """Return the CPU seconds of all processes so far, those that were killed included."""
        total = 0.0
        for process in self._processes():
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            total += times.user + times.system
            if process != self.server:
                total += times.children_user + times.children_system
        return total

    def memory(self) -> float:
        """Return the bytes of all processes, what they share counted once."""
        total = 0.0
        for process in self._processes():
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                continue
        return total

    def _watch(self) -> None:
        while not self.over.wait(0.25):
            try:
                self.peak = max(self.peak, self.memory())
            except psutil.Error:
                return


def drawn(addresses: int, files: int, seed: int) -> Iterator[Request]:
    """Yield so many addresses, and so many files of each kind, in turns."""
    kinds = seeds()
    for n in range(max(addresses, files)):
        if n < addresses:
            yield "address", "GET", address(random.Random(f"{seed} address {n}")), b""
        for kind, (path, contents, is_text) in kinds.items() if n < files else ():
            draw = random.Random(f"{seed} {kind} {n}")
            yield kind, "POST", path, mutated(draw.choice(contents), is_text, draw)


async def ask(server: Server, requests: Iterator[Request], until: float, keep: Path | None) -> int:
    """Send the requests one after another and print what fails; the number of failures."""
    tree = Tree(server.pid)
    seconds: dict[str, list[float]] = defaultdict(list)
    statuses: Counter[tuple[str, int]] = Counter()
    failed: Counter[str] = Counter()
    logged = 0
    for n, (kind, method, path, body) in enumerate(requests):
        if time.monotonic() > until:
            break
        before = tree.cpu()
        headers = {"X-Forwarded-For": f"10.{n % 200}.{n // 200 % 250}.7", "Content-Type": "application/octet-stream"}
        try:
            async with asyncio.timeout(120), Connection(server.url, inflate=False) as connection:
                status = (await connection.ask(method, path, headers, body))[0]
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            status = 0
            print(f"{kind}: {error!r}")
        used = tree.cpu() - before
        seconds[kind].append(used)
        statuses[kind, status] += 1
        log = server.log()
        why = [
            *(["no answer"] if not status else ["status 500"] if status == 500 else []),
            *([f"{used:.1f} s of CPU"] if used > MOST_CPU else []),
            *(["traceback"] if "Traceback" in log[logged:] else []),
            *(["memory"] if tree.peak > MOST_MEMORY and not failed["memory"] else []),
        ]
        logged = len(log)
        for reason in why:
            failed[reason.partition(" ")[2] if reason[0].isdigit() else reason] += 1
        if why:
            print(f"{kind} {n}: {', '.join(why)}: {method} {path[:SHOWN]} {body[:SHOWN]!r}", flush=True)
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{n}-{kind.replace(' ', '-')}").write_bytes(f"{method} {path}\n".encode() + body)
    tree.over.set()
    for kind, used in seconds.items():
        counts = ", ".join(f"{count:,} × {status}" for (of, status), count in sorted(statuses.items()) if of == kind)
        print(f"{kind:15} {len(used):6,} asked: {counts}; CPU median {statistics.median(used) * 1000:.0f} ms, most {max(used):.2f} s")
    print(f"memory: {tree.peak / 1e6:.0f} MB at the most, {tree.memory() / 1e6:.0f} MB at the end; failed: {dict(failed) or 'nothing'}")
    return failed.total()


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the number of failures."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.inputs", description=__doc__)
    parser.add_argument("--minutes", type=float, default=None, help="to end after so long")
    parser.add_argument("--addresses", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=5_000, help="files or texts of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=None, help="a folder for failing cases")
    asked = parser.parse_args(arguments)
    until = time.monotonic() + 60 * asked.minutes if asked.minutes is not None else float("inf")
    with Server() as server:
        return asyncio.run(ask(server, drawn(asked.addresses, asked.files, asked.seed), until, asked.keep))


if __name__ == "__main__":
    sys.exit(min(1, main()))
