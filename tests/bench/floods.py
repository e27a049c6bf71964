"""What a flood of cheap requests from one address does to everybody else, and to the server's memory.

    python -m tests.bench.floods
    python -m tests.bench.floods --same-address

Twenty others step on, each with a setup of their own, while another process asks as fast as the server answers: for
numbers that are known, for such as are not, for Streamlit's own files, each time by a new connection, for sessions,
which it opens and leaves, for scripts of many sessions, for a thousand sessions that stay, and for numbers whose address
does not tell how much work they are. The others come from an address of their own, or, as in a class, from the same. Each flood comes from another one.

A flooding process takes its part of the machine, and so does what else runs there: the others are also measured beside a
process that only computes, and each line says how many times that p95 the flood's is. "Served" is how much of a processor the server
had while one waited, which on a quiet machine is at least as long as one waits.
"""

import argparse
import asyncio
import contextlib
import itertools
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import NamedTuple

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.bench._http import Connection
from tests.bench._visitor import peak_mb, percentiles
from tests.bench.numbers import others
from tests.conftest import Server

WANTED_P95_MS, WANTED_MB = 150, 1_000
CONNECTIONS, SECONDS = 64, 12.0
OTHERS = "127.0.0.2"
STATIC = "/web/bundle.js"

Ask = Callable[[Connection, int], Awaitable[tuple]]


def known(ask: Connection, n: int) -> Awaitable[tuple]:
    return ask.get(f"/numbers/step?k={n % 20}")


def unknown(ask: Connection, n: int) -> Awaitable[tuple]:
    return ask.get(f"/numbers/step?seed={1_000 + n}&k={n % 7}")


def file(ask: Connection, _: int) -> Awaitable[tuple]:
    return ask.get(STATIC)


async def flood(ask: Ask, url: str, address: str, anew: bool = False) -> Counter[int]:
    """The states of all answers that came within SECONDS."""
    states: Counter[int] = Counter()
    numbers, end = itertools.count(), time.monotonic() + SECONDS

    async def client() -> None:
        while time.monotonic() < end:
            with contextlib.suppress(OSError, EOFError):
                async with Connection(url, inflate=False, address=address) as connection:
                    while time.monotonic() < end:
                        states[(await ask(connection, next(numbers)))[0]] += 1
                        if anew:
                            break

    await asyncio.wait([asyncio.create_task(client()) for _ in range(CONNECTIONS)], timeout=SECONDS + 5)
    return states


LENET = "conv6x5-sigmoid-avg2-conv16x5-sigmoid-avg2-dense120-sigmoid-dense84-sigmoid-dense10-softmax-ce"
TINY = "conv10x3-relu-conv10x3-relu-max2-conv10x3-relu-conv10x3-relu-max2-dense10-softmax-ce"


def instead(ask: Connection, n: int) -> Awaitable[tuple]:
    return ask.get(f"/numbers/step?instead=k%3D4000%26seed%3D{n}&k=x&net={TINY}")


def form(ask: Connection, n: int) -> Awaitable[tuple]:
    return ask.get(f"/numbers/step.json?net=conv32x1-relu-dense18-relu-dense10-softmax-ce&seed={n}")


def broken(ask: Connection, n: int) -> Awaitable[tuple]:
    return ask.get(f"/numbers/check?check=break&mistake=sign_flipped&net={LENET}&seed={n}")


def film_of(ask: Connection, n: int) -> Awaitable[tuple]:
    return ask.get(f"/numbers/train?instead=img%3Dcat-17%26k%3D10000&k=x&n=10000&seed={n}")


async def reruns(url: str, address: str) -> Counter[int]:
    """How many answers a hundred sessions heard that ask for a light script ten times a second."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    heard: Counter[int] = Counter()
    rerun = BackMsg()
    rerun.rerun_script.query_string = "k=1"

    async def client() -> None:
        with contextlib.suppress(OSError, WebSocketException):
            async with session(url, address) as socket:
                hearing = asyncio.create_task(hear(socket))
                for _ in range(int(10 * SECONDS)):
                    await socket.send(rerun.SerializeToString())
                    await asyncio.sleep(0.1)
                hearing.cancel()

    async def hear(socket) -> None:
        with contextlib.suppress(WebSocketException):
            async for _ in socket:
                heard[101] += 1

    await asyncio.wait([asyncio.create_task(client()) for _ in range(100)], timeout=SECONDS + 5)
    return heard


def session(url: str, address: str) -> connect:
    """A session of Streamlit's, opened from an address of this machine's."""
    at = "ws" + url.removeprefix("http") + "/_stcore/stream"
    return connect(at, subprotocols=["streamlit"], origin=url, max_size=None, local_addr=(address, 0))


async def sessions(url: str, address: str) -> Counter[int]:
    """How many sessions were opened (101) and refused within SECONDS; each asks for a page and leaves before it is there."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    states: Counter[int] = Counter()
    end = time.monotonic() + SECONDS
    rerun = BackMsg()
    rerun.rerun_script.query_string = "k=1"

    async def client() -> None:
        while time.monotonic() < end:
            try:
                async with session(url, address) as socket:
                    await socket.send(rerun.SerializeToString())
                    await socket.recv()
                    states[101] += 1
            except WebSocketException as error:
                states[getattr(getattr(error, "response", None), "status_code", 0)] += 1
            except OSError:
                states[0] += 1

    await asyncio.wait([asyncio.create_task(client()) for _ in range(CONNECTIONS)], timeout=SECONDS + 5)
    return states


async def staying(url: str, address: str, addresses: int) -> Counter[int]:
    """How many of a thousand sessions were opened (101), each of which has a page and stays, and refused; of one address, or of many."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    states: Counter[int] = Counter()
    end, few = time.monotonic() + SECONDS, asyncio.Semaphore(CONNECTIONS)
    rerun = BackMsg()
    rerun.rerun_script.query_string = "k=1"

    async def client(number: int) -> None:
        async with few:
            left = end - time.monotonic()
            try:
                socket = await asyncio.wait_for(session(url, f"127.{1 + number % addresses // 250}.{number % addresses % 250}.9" if addresses > 1 else address), left)
                await socket.send(rerun.SerializeToString())
                states[101] += 1
            except WebSocketException as error:
                states[getattr(getattr(error, "response", None), "status_code", 0)] += 1
                return
            except OSError:  # and what took too long
                states[0] += 1
                return
        async with socket:
            with contextlib.suppress(TimeoutError, WebSocketException):
                async with asyncio.timeout(end - time.monotonic()):
                    async for _ in socket:
                        pass

    await asyncio.wait([asyncio.create_task(client(number)) for number in range(1_000)], timeout=SECONDS + 5)
    return states


FLOODS: dict[str, Callable[[str, str], Coroutine[None, None, Counter[int]]]] = {
    "numbers that are known": partial(flood, known),
    "numbers that are not": partial(flood, unknown),
    "known, each by a new connection": partial(flood, known, anew=True),
    "files": partial(flood, file),
    "sessions": sessions,
    "scripts of a hundred sessions": reruns,
    "a thousand sessions that stay": partial(staying, addresses=1),
    "a thousand sessions of as many addresses": partial(staying, addresses=1_000),
    "work that stands in instead": partial(flood, instead),
    "work that is in the form": partial(flood, form),
    "work of a mistake": partial(flood, broken),
    "films whose length is hidden": partial(flood, film_of),
}


def flooding(url: str, name: str, address: str, told: multiprocessing.Queue) -> None:
    told.put(asyncio.run(FLOODS[name](url, address)))


def computing(until: float) -> None:
    while time.monotonic() < until:
        pass


class Answered(NamedTuple):
    """The others' steps: median, p95 and most in milliseconds, the p95 of what the server had meanwhile, and the states of those that were refused."""

    median: float
    late: float
    most: float
    served: float
    refused: list[int]

    def __str__(self) -> str:
        return f"median {self.median:.0f} ms, p95 {self.late:.0f} ms, most {self.most:.0f} ms, served p95 {self.served:.0f} ms"


def answered(server: Server, first: int, seconds: float, address: str) -> Answered:
    steps = asyncio.run(others(server, first, seconds=seconds, address=address))
    served = percentiles([step.served for step in steps])[1]
    return Answered(*percentiles([step.seconds for step in steps]), served, [step.status for step in steps if step.status != 200])


def alone(server: Server, address: str) -> float:
    """The others' p95 in milliseconds beside a process that only computes; printed, with what it is beside none."""
    print(f"alone: {answered(server, 0, 5, address)}")
    process = multiprocessing.Process(target=computing, args=(time.monotonic() + 6,))
    process.start()
    result = answered(server, 1_000, 5, address)
    process.join()
    print(f"beside a process that only computes: {result}", flush=True)
    return result.late


def measured(server: Server, name: str, same_address: bool, least: float) -> bool:
    number = 1 + list(FLOODS).index(name)
    told: multiprocessing.Queue = multiprocessing.Queue()
    address = f"127.0.0.{10 + number}"
    process = multiprocessing.Process(target=flooding, args=(server.url, name, address, told))
    process.start()
    time.sleep(1)
    result = answered(server, 100_000 * number, SECONDS - 2, address if same_address else OTHERS)
    states = ", ".join(f"{count} × {status}" for status, count in sorted(told.get().items()))
    process.join()
    size = peak_mb(server.pid)
    print(f"{name}: {states} in {SECONDS:.0f} s; others: {result} ({result.late / least:.1f} ×), refused {result.refused}", end="")
    print(f"; {size:.0f} MB at most so far; load {os.getloadavg()[0]:.1f}", flush=True)
    return min(result.late, result.served) <= WANTED_P95_MS and size <= WANTED_MB and not result.refused


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--same-address", action="store_true")
    parser.add_argument("--only", choices=FLOODS, action="append")
    asked = parser.parse_args()
    with Server() as server:
        least = alone(server, OTHERS)
        kept = [measured(server, name, asked.same_address, least) for name in asked.find_model or FLOODS]
    print(f"wanted: p95 at most {WANTED_P95_MS} ms, nobody refused, and {WANTED_MB} MB")
    return not all(kept)


if __name__ == "__main__":
    sys.exit(main())
