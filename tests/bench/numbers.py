"""How fast numbers are answered as a resource, and what one visitor who asks for the most expensive does to the others.

    python -m tests.bench.numbers

First the same twenty snapshots over eight connections: those that are known. Then others step on, each with a setup of
their own, while one connection asks for fifty of the most expensive addresses there are, all at once.
"""

import asyncio
import sys
import time
from typing import NamedTuple

from tests.bench._http import Connection
from tests.bench._visitor import percentiles, processor_seconds, resident_mb
from tests.conftest import Server

WANTED_A_SECOND, WANTED_P95_MS = 3_000, 100
DEAREST = [f"/numbers/train?n=10000&k=10000&seed={seed}&vs=lr%3D0.1" for seed in range(40)]
LENET = "conv6x5-sigmoid-avg2-conv16x5-sigmoid-avg2-dense120-sigmoid-dense84-sigmoid-dense10-softmax-ce"
DEAREST += [f"/numbers/check?net={LENET}&seed={seed}" for seed in range(10)]


async def known(server: Server, seconds: float = 1.0) -> tuple[float, float]:
    """Answers a second, which the client does not inflate, and how many the server's processor would have given in its own time: short, since an address has a limit."""
    count, end, had = 0, time.monotonic() + seconds, processor_seconds(server.pid)

    async def client() -> None:
        nonlocal count
        async with Connection(server.url, inflate=False) as ask:
            while time.monotonic() < end:
                status, _, _ = await ask.get(f"/numbers/step?k={count % 20}")
                assert status == 200
                count += 1

    await asyncio.gather(*(client() for _ in range(8)))
    return count / seconds, count / (processor_seconds(server.pid) - had)


class Step(NamedTuple):
    """One step of one visitor: how long it took, and how much of a processor the server had meanwhile, in seconds; and the answer's status."""

    seconds: float
    served: float
    status: int


async def others(server: Server, first: int, visitors: int = 20, seconds: float = 10.0, address: str = "") -> list[Step]:
    """Each step of visitors who go on twice a second, each with a setup of their own; all from one `address`."""
    steps: list[Step] = []

    async def visitor(number: int) -> None:
        async with Connection(server.url, address=address) as ask:
            await asyncio.sleep(number / visitors / 2)
            for k in range(int(2 * seconds)):
                began, had = time.monotonic(), processor_seconds(server.pid)
                status, _, _ = await ask.get(f"/numbers/step?seed={first + number}&k={k}")
                steps.append(Step(time.monotonic() - began, processor_seconds(server.pid) - had, status))
                await asyncio.sleep(max(0.0, 0.5 - steps[-1].seconds))

    await asyncio.gather(*(visitor(number) for number in range(visitors)))
    return steps


async def glutton(url: str) -> list[int]:
    """Asks for everything expensive at once, and again ten times a second until it has it; the states of the answers."""
    states = []

    async def one(path: str) -> None:
        async with Connection(url) as ask:
            while (status := (await ask.get(path))[0]) == 503:
                states.append(status)
                await asyncio.sleep(0.1)
            states.append(status)

    await asyncio.wait([asyncio.create_task(one(path)) for path in DEAREST], timeout=10)
    return states


async def answered(server: Server, first: int) -> tuple[float, float, float]:
    """Median, p95 and most of the others' steps in milliseconds, none of which is refused."""
    steps = await others(server, first)
    assert {step.status for step in steps} == {200}
    return percentiles([step.seconds for step in steps])


async def measured(server: Server) -> bool:
    rates = [await known(server) for _ in range(3)]
    print(f"known: {max(rate for rate, _ in rates):.0f} answers a second (of 3 times the most; wanted: {WANTED_A_SECOND})", end="")
    print(f", and a second of the server's processor {(rate := max(rate for _, rate in rates)):.0f}")
    print("twenty others, alone: median {:.1f} ms, p95 {:.1f} ms, most {:.1f} ms".format(*await answered(server, 0)))
    greedy = asyncio.create_task(glutton(server.url))
    beside = await answered(server, 100)
    print("the same beside fifty of the dearest: median {:.1f} ms, p95 {:.1f} ms, most {:.1f} ms".format(*beside))
    states = await greedy
    print(f"of the dearest {states.count(200)} were answered, {states.count(503)} told to come again; {resident_mb(server.pid):.0f} MB")
    return rate >= WANTED_A_SECOND and beside[1] <= WANTED_P95_MS


def main() -> int:
    with Server() as server:
        return not asyncio.run(measured(server))


if __name__ == "__main__":
    sys.exit(main())
