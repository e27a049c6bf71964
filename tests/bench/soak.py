"""Memory and latency of a server under mixed requests for ten minutes, and the cost of random addresses.

    python -m tests.bench.soak
    python -m tests.bench.soak --minutes 4
    python -m tests.bench.soak --random 3000

The soak runs twenty visitors who go on every two seconds, each with a setup of their own, two clients that ask for one film after the
other, and two that ask for random addresses of all pages. It prints the memory every minute. Memory may not change by more than 5 % after
the third minute, and the p95 of the films is at most 1 s.

With --random it asks for that many random addresses one after the other, and prints how much processor time the server spent on each.
Without --url both start a server.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import time
from urllib.parse import urlencode

from tests.bench._http import Connection
from tests.bench._visitor import peak_mb, percentiles, processor_seconds, resident_mb
from tests.conftest import Server

VISITORS, FILMS, RANDOM = 20, 2, 2
EVERY = 2.0
SETTLED = 3.0
"""Minutes after which the memory stays as it is."""
MOST_GROWTH, MOST_FILM_SECONDS, MOST_CPU_SECONDS, MOST_MB = 0.05, 1.0, 2.0, 700
NETS = (
    "conv1x3-sigmoid-dense2-sigmoid-mse", "conv2x3-relu-max2-dense2-softmax-ce", "conv4x3-relu-max2-dense10-softmax-ce", "conv3x5-bn-relu-dense4-softmax-ce",
    "conv6x5-sigmoid-avg2-conv16x5-sigmoid-avg2-dense120-sigmoid-dense84-sigmoid-dense10-softmax-ce", "dense8-tanh-dense2-sigmoid-bce",
    "conv10x3-relu-conv10x3-relu-max2-conv10x3-relu-conv10x3-relu-max2-dense10-softmax-ce", "conv32x1-relu-dense18-relu-dense10-softmax-ce",
)  # fmt: skip
LAYERS = ("relu", "sigmoid", "tanh", "leaky", "max2", "avg2", "bn", "drop20", "gn1", "conv{n}x3", "conv{n}x5", "conv{n}x1", "dense{n}")


def random_address(chance: random.Random) -> str:
    """The path and query of a random request for numbers."""
    page = chance.choice(("step", "step", "train", "train", "check", "notebook", "learn", "curve", "step.json", "train.npz"))
    asked: dict[str, object] = {"seed": chance.randrange(10**6)}
    if chance.random() < 0.7:
        asked["net"] = chance.choice(NETS) if chance.random() < 0.6 else _random_network(chance)
    if chance.random() < 0.7:
        asked["k"] = chance.choice((chance.randrange(30), chance.randrange(1_000), chance.randrange(10_001)))
    if chance.random() < 0.5:
        asked["img"] = chance.choice(("cat-17", "dog-h3", f"test-{chance.randrange(20)}", "test-1,test-2,test-3", f"digit-{chance.randrange(10)}"))
    choices = {
        "opt": ("gd", "momentum", "adam"), "w": ("he", "normal", "zeros"), "lr": ("0.001", "0.1", "3"), "f": ("sobel-y", "blur", f"random-{chance.randrange(99)}"),
        "rule": ("sum", "mean", "exact"), "ch": ("r", "g", "b", "rgb", "gray"), "scale": ("raw", "unit", "std"), "mode": ("eval", "train"),
        "set": (f"f:0,0={chance.random():.3f}",), "pad": ("same", "valid", "1"), "stride": ("1", "2"),
    }  # fmt: skip
    asked |= {key: chance.choice(values) for key, values in choices.items() if chance.random() < 0.15}
    if page.startswith("train"):
        asked["n"] = chance.choice((20, 200, 1_000, 10_000))
        if chance.random() < 0.3:
            asked["sweep"] = chance.choice(("seed:0..239", "start:1..99", "lr:0.001..1", "f:blur;sobel-x;emboss", "img:test-1;test-2"))
        elif chance.random() < 0.3:
            asked["vs"] = chance.choice(("lr=0.1", "opt=adam", "seed=5"))
    if page == "check" and chance.random() < 0.3:
        asked |= {"check": "break", "mistake": chance.choice(("sign_flipped", "transposed", "no_slope"))}
    if page == "notebook":
        asked["part"] = chance.choice(("1", "2", "3", "architecture", "experiment"))
    if page == "learn":
        asked |= {"lesson": chance.choice(("kernel", "blame", "check", "lecture-kernel")), "step": chance.randrange(1, 12)}
    return f"/numbers/{page}?{urlencode(asked, safe=',:;')}"


def _random_network(chance: random.Random) -> str:
    layers = [chance.choice(LAYERS).format(n=chance.randrange(1, 9)) for _ in range(chance.randrange(6))]
    return "-".join([*layers, f"dense{chance.choice((2, 4, 10))}", chance.choice(("softmax-ce", "sigmoid-mse", "sigmoid-bce", "mse"))])


async def answered(ask: Connection, path: str) -> tuple[int, float]:
    """The status and the seconds of a request, which is sent again as long as the server is busy."""
    began = time.monotonic()
    while True:
        status, headers, _ = await ask.get(path)
        if status != 503:
            return status, time.monotonic() - began
        await asyncio.sleep(int(headers.get("retry-after", "1")))


class Soak:
    """The clients of a soak, and what they and the server's memory did."""

    def __init__(self, server: Server, minutes: float):
        self.server, self.minutes = server, minutes
        self.began = time.monotonic()
        self.films: list[float] = []
        self.steps: list[float] = []
        self.failed: list[str] = []
        self.memory: list[tuple[float, float]] = []
        self.count = 0

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self.at >= self.minutes

    @property
    def at(self) -> float:
        """Minutes since the beginning."""
        return (time.monotonic() - self.began) / 60

    async def ask(self, connection: Connection, path: str, times: list[float] | None = None) -> None:
        status, seconds = await answered(connection, path)
        self.count += 1
        if times is not None:
            times.append(seconds)
        if status >= 500:
            self.failed.append(f"{status} {path}")

    async def visitor(self, number: int) -> None:
        async with Connection(self.server.url, inflate=False) as ask:
            await asyncio.sleep(EVERY * number / VISITORS)
            k = 0
            while not self.over:
                await self.ask(ask, f"/numbers/step?seed={number}&net={NETS[number % 4]}&k={k}", self.steps)
                k += 1
                await asyncio.sleep(EVERY)

    async def watch_films(self, number: int) -> None:
        seed = 10_000 * number
        async with Connection(self.server.url, inflate=False, address="127.0.0.3") as ask:
            while not self.over:
                seed += 1
                await self.ask(ask, f"/numbers/train?seed={seed}&n=200&k=200", self.films)
                await asyncio.sleep(1)

    async def wander(self, number: int) -> None:
        chance = random.Random(number)
        async with Connection(self.server.url, inflate=False, address=f"127.0.1.{number}") as ask:
            while not self.over:
                await self.ask(ask, random_address(chance))

    async def weigh(self) -> None:
        last = -1.0
        while not self.over:
            self.memory.append((self.at, resident_mb(self.server.pid)))
            if self.at - last >= 1:
                last = self.at
                films = f"films p95 {1000 * statistics.quantiles(self.films, n=20)[-1]:.0f} ms" if len(self.films) > 1 else ""
                print(f"minute {self.at:4.1f}: {self.memory[-1][1]:.0f} MB, {self.count} answers, load {os.getloadavg()[0]:.1f} {films}", flush=True)
            await asyncio.sleep(5)

    async def run(self) -> bool:
        clients = [self.weigh(), *map(self.visitor, range(VISITORS)), *map(self.watch_films, range(FILMS)), *map(self.wander, range(RANDOM))]
        await asyncio.gather(*clients)
        print("\n".join(self.failed[:10]))
        for name, times in (("films", self.films), ("steps", self.steps)):
            print("{}: median {:.0f} ms, p95 {:.0f} ms, most {:.0f} ms".format(name, *percentiles(times)))
        settled = [mb for at, mb in self.memory if at >= min(SETTLED, self.minutes / 2)]
        middle = (max(settled) + min(settled)) / 2
        growth = (max(settled) - middle) / middle
        print(f"{self.count} answers; memory settled at {middle:.0f} MB ± {100 * growth:.1f} %, at most {peak_mb(self.server.pid):.0f} MB")
        print(f"wanted: ± {100 * MOST_GROWTH:.0f} %, films p95 ≤ {MOST_FILM_SECONDS:g} s, no status of 500 or more")
        return not self.failed and growth <= MOST_GROWTH and percentiles(self.films)[1] <= 1000 * MOST_FILM_SECONDS


async def alone(server: Server, count: int, seed: int) -> bool:
    """Ask for random addresses one after the other; return whether the server spent at most MOST_CPU_SECONDS on each."""
    chance, expensive, failed = random.Random(seed), [], 0
    async with Connection(server.url, inflate=False) as ask:
        for n in range(count):
            path = random_address(chance)
            had = processor_seconds(server.pid)
            status, _ = await answered(ask, path)
            spent = processor_seconds(server.pid) - had
            failed += status >= 500
            if spent > MOST_CPU_SECONDS / 2:
                expensive.append(spent)
                print(f"{n}: {spent:.2f} s, {status} {path}", flush=True)
    most = sum(spent > MOST_CPU_SECONDS for spent in expensive)
    print(f"{count} addresses: {most} over {MOST_CPU_SECONDS:g} s, {failed} failed, {resident_mb(server.pid):.0f} MB, at most {peak_mb(server.pid):.0f} MB")
    print(f"wanted: none over {MOST_CPU_SECONDS:g} s, none failed, at most {MOST_MB} MB")
    return not most and not failed and peak_mb(server.pid) <= MOST_MB


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--random", type=int, default=0, help="ask for so many random addresses instead, one after the other")
    parser.add_argument("--seed", type=int, default=0, help="of the random addresses")
    asked = parser.parse_args()
    with Server() as server:
        run = alone(server, asked.random, asked.seed) if asked.random else Soak(server, asked.minutes).run()
        return not asyncio.run(run)


if __name__ == "__main__":
    sys.exit(main())
