"""How much memory the server takes, at most, for visitors who ask for the largest networks there are, each with a start of its own.

    python -m tests.bench.memory

A room goes through them, and asks what its audience may be asked; their checks are asked for; files are taken home.
The parameters of one take 5 MB, and with momentum's and Adam's 14.
"""

import argparse
import asyncio
import json
import sys

from tests.bench._http import Connection
from tests.bench._visitor import peak_mb, resident_mb
from tests.conftest import Server

LARGEST = "conv32x1-relu-dense18-relu-dense10-softmax-ce"
WANTED_MB = 1_000
"""What the unit in deploy/ allows."""
AT_ONCE = 4
MOVES, CHECKS, DIALOGS = 70, 160, 60


async def room(url: str) -> str:
    """A lecturer who takes a room through setups, and looks at what can be asked on each."""
    async with Connection(url) as ask:
        _, _, body = await ask.ask("POST", "/room", body=b"k=0")
        opened = json.loads(body)
        presenter, states = {"Authorization": f"Bearer {opened['driver']}"}, []
        for seed in range(MOVES):
            await ask.ask("PUT", f"/room/{opened['code']}", presenter, f"net={LARGEST}&seed={seed}&opt=adam".encode())
            states.append((await ask.get(f"/room/{opened['code']}/steps", presenter))[0])
    return f"{states.count(200)} of {MOVES} answered"


async def checks(url: str) -> str:
    """Checks that are asked for and left."""
    states: list[int] = []

    async def client(number: int) -> None:
        async with Connection(url) as ask:
            for seed in range(number, CHECKS, AT_ONCE):
                states.append((await ask.get(f"/numbers/check?net={LARGEST}&seed={seed}"))[0])

    await asyncio.gather(*map(client, range(AT_ONCE)))
    return f"{states.count(200)} of {CHECKS} answered"


async def dialogs(url: str) -> str:
    """Dialogs of files that are opened, and their parameters fetched."""
    states: list[int] = []

    async def client(number: int) -> None:
        async with Connection(url) as ask:
            for seed in range(number, DIALOGS, AT_ONCE):
                setup = f"net={LARGEST}&seed={1_000 + seed}&opt=adam"
                await ask.get(f"/dialogs/files?{setup}")
                states.append((await ask.get(f"/dialogs/file?what=parameters&{setup}"))[0])

    await asyncio.gather(*map(client, range(AT_ONCE)))
    return f"{states.count(200)} of {DIALOGS} answered"


ASKED = {"a room": room, "checks": checks, "the dialog of files": dialogs}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=ASKED)
    asked = parser.parse_args()
    with Server() as server:
        for name, ask in ASKED.items():
            if asked.find_model in (None, name):
                message = asyncio.run(ask(server.url))
                print(f"{name}: {message}; {resident_mb(server.pid):.0f} MB, at most {peak_mb(server.pid):.0f} MB so far", flush=True)
        kept = peak_mb(server.pid) <= WANTED_MB
    print(f"wanted: at most {WANTED_MB} MB")
    return not kept


if __name__ == "__main__":
    sys.exit(main())
