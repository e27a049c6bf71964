"""What trainings and long runs cost the other visitors.

    python -m tests.bench.trainings

First, visitors who move on every two seconds while two others train on a full-sized data set, all on one
server. Then, on a server of its own, the memory of visitors who each ask for a film of 10,000 updates.
"""

import asyncio
import pickle
import random
import sys
import tempfile
from pathlib import Path

import numpy as np

from cnnviz.core.setup.setup import MAX_UPDATES
from cnnviz.data.keras_cache import BATCHES, FOLDERS
from tests.bench._visitor import EVERY_SECONDS, Visitor, keep_moving, percentiles, resident_mb
from tests.conftest import Server

VISITORS, TRAININGS, SECONDS = 20, 2, 30
LOOK_SECONDS = 0.5
MOST_P95_MS = 150
MOST_MB = 5.0


def fake_cifar10(home: Path) -> None:
    """60,000 noisy images of ten classes, where Keras keeps the real ones."""
    folder = home / "datasets" / FOLDERS[1]
    folder.mkdir(parents=True)
    chance = np.random.default_rng(0)
    for name in BATCHES:
        images = {b"labels": [i % 10 for i in range(10_000)], b"data": chance.integers(0, 256, (10_000, 3072), np.uint8)}
        with open(folder / name, "wb") as file:
            pickle.dump(images, file)


async def step(url: str, number: int, first: float, until: float) -> list[float]:
    """Seconds of one visitor's updates."""
    async with Visitor(url) as visitor:
        await visitor.move({"seed": number})
        return await keep_moving(lambda k: visitor.move({"seed": number, "k": k, "stage": "df"}), first, until)


async def train(url: str, number: int, until: float) -> str:
    """Starts a long training and looks at it as the page does; what the page said last."""
    query = {"img": "train-1", "seed": number, "train": f"cat,dog,200,64,0.05,{number}"}
    async with Visitor(url, "train") as visitor:
        await visitor.move(query)
        await visitor.move(query, act="train")
        while asyncio.get_running_loop().time() < until:
            await asyncio.sleep(LOOK_SECONDS)
            await visitor.look()
        return visitor.progress


async def audience(url: str, trainings: int) -> tuple[list[float], list[str]]:
    """Seconds of all moves of VISITORS visitors, and what `trainings` others saw of theirs in the end."""
    start = asyncio.get_running_loop().time() + 2 * EVERY_SECONDS
    until = start + SECONDS
    chance = random.Random(0)  # nobody clicks in step with the others
    trained = asyncio.gather(*(train(url, n, until) for n in range(trainings)))
    stepped = asyncio.gather(*(step(url, n, start + chance.uniform(0, EVERY_SECONDS), until) for n in range(VISITORS)))
    return [t for times in await stepped for t in times], await trained


async def beside_trainings() -> bool:
    """Whether visitors are answered in time while two others train."""
    with tempfile.TemporaryDirectory() as home:
        fake_cifar10(Path(home))
        with Server(environment={"KERAS_HOME": home}) as server:
            async with Visitor(server.url) as first:  # pays for imports, and has the data set loaded
                await first.move({"img": "train-1"})
            alone, _ = await audience(server.url, 0)
            beside, progress = await audience(server.url, TRAININGS)
    for name, times in (("nobody trains", alone), (f"{TRAININGS} train", beside)):
        median, p95, most = percentiles(times)
        print(f"{VISITORS} visitors, {name}: {len(times)} moves, median {median:.1f} ms, p95 {p95:.1f} ms, most {most:.1f} ms")
    print("the trainings at the end:", *progress, sep="\n  ")
    print(f"wanted: all still running, p95 ≤ {MOST_P95_MS} ms")
    return p95 <= MOST_P95_MS and all("train_stop" in text for text in progress)


async def long_runs() -> bool:
    """Whether visitors who each have another film of the most updates cost no more memory than they may."""
    with Server() as server:
        async with Visitor(server.url, "train") as first:
            await first.move({"n": 10})
        before = resident_mb(server.pid)
        visitors = [Visitor(server.url, "train") for _ in range(VISITORS)]
        seconds = []
        for number, visitor in enumerate(visitors):
            await visitor.__aenter__()
            seconds.append(await visitor.move({"n": MAX_UPDATES, "seed": number}))
        each = (resident_mb(server.pid) - before) / VISITORS
        for visitor in visitors:
            await visitor.__aexit__()
    median, _, most = percentiles(seconds)
    print(f"{VISITORS} films of {MAX_UPDATES:,} updates, each another: median {median:.0f} ms, most {most:.0f} ms")
    print(f"memory: {each:.1f} MB a visitor; wanted: at most {MOST_MB:g}")
    return each <= MOST_MB


def main() -> int:
    good = [asyncio.run(measure()) for measure in (beside_trainings, long_runs)]
    return not all(good)


if __name__ == "__main__":
    sys.exit(main())
