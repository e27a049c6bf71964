"""HTTP routes of an experiment: each device's own run, and the runs of all devices. See docs/rooms.md."""

import asyncio
import contextlib
import time
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cnnviz.core.runtime.lru_cache import LruCache
from cnnviz.rooms.experiment import (
    FEW,
    MANY,
    Experiment,
    blocks,
    experiment_data,
    inside_data,
    run_data,
    run_of,
    runs_in,
)
from cnnviz.rooms.poll import EXPERIMENT, PREDICTION, Poll
from cnnviz.rooms.question_routes import Questions
from cnnviz.rooms.store import Room, Store, StoreLost
from cnnviz.server.job import CostEstimate
from cnnviz.server.language import request_language
from cnnviz.server.request_bodies import Refused
from cnnviz.wire.rooms import RoomExperiment, RoomInside

FRESH = {"Cache-Control": "no-store"}
OLD = 1.0
"""Cache lifetime, in seconds, of the number of devices that phones get."""


class Experiments:
    """Request handlers of a room's experiment."""

    def __init__(self, store: Store, questions: Questions):
        self.store, self.questions, self.clock = store, questions, time.monotonic
        self.making: set[asyncio.Task[None]] = set()
        self.counted: LruCache[tuple[str, int], tuple[float, int]] = LruCache(2_000)

    async def take_part(self, request: Request, room: Room) -> Response:
        """POST room/<code>/place: the device's own run. The rest of the body is ignored."""
        device, _ = await self.questions.read_device_body(request, room)
        # another process may have begun the experiment a moment ago
        if room.poll is None or room.poll.stage != EXPERIMENT:
            await self.store.renew(room)
        poll, experiment = self._running_experiment(room)
        device_number = await self.store.place(room, poll, device)
        if device_number is None:
            raise Refused(409, "ui.rooms.experiment_over")
        await self._make(room, experiment, run_of(device_number) + 1)
        run = run_data(experiment, poll.number, device_number)
        return JSONResponse(run if room.explore in ("", "free") else run | {"query": ""}, headers=FRESH)

    def ahead(self, room: Room) -> None:
        """Compute the runs of all followers in advance."""
        task = asyncio.create_task(self._compute_ahead(room))
        self.making.add(task)
        task.add_done_callback(self.making.discard)

    async def _compute_ahead(self, room: Room) -> None:
        with contextlib.suppress(Refused, StoreLost):
            _, experiment = self._running_experiment(room, True)
            await self._make(room, experiment, runs_in((await self.store.followers(room))[0]))

    async def look(self, request: Request, room: Room) -> Response:
        """GET room/<code>/experiment: the runs of all devices. With `screen`, for a projector, it includes more
        curves."""
        poll, experiment = self._running_experiment(room)
        projected = "screen" in request.query_params
        devices = await self._devices(room, poll, projected)

        async def compute() -> RoomExperiment:
            await self._make(room, experiment, runs_in(devices))
            predictions = (await self.store.ballots(room, poll))[0] if poll.choices else {}
            return experiment_data(experiment, poll.number, devices, MANY if projected else FEW, predictions)

        return await self.questions.cache.get(request, (EXPERIMENT, room.code, poll.number, devices, projected), compute)

    async def inside(self, request: Request, room: Room) -> Response:
        """GET room/<code>/inside?run=3: the kernel and maps of a run, and the reason of its outcome."""
        poll, experiment = self._running_experiment(room)
        text = request.query_params.get("run", "")[:5]
        run, lang = int(text) if text.isascii() and text.isdigit() else -1, request_language(request)
        if not 0 <= run < runs_in(await self._devices(room, poll, False)):
            raise Refused(404, "ui.rooms.no_run")

        async def compute_inside() -> RoomInside:
            return await self.questions.compute(request, ("inside", *experiment.name, run, lang), partial(inside_data, experiment, run, lang))

        return await self.questions.cache.get(request, ("inside", *experiment.name, run, lang), compute_inside)

    def _running_experiment(self, room: Room, early: bool = False) -> tuple[Poll, Experiment]:
        """Return a room's experiment. Raise Refused if there is none, or if it still collects predictions, unless
        `early` is set."""
        poll = room.poll
        if poll is None or poll.kind != EXPERIMENT:
            raise Refused(404, "ui.rooms.no_experiment")
        if poll.stage == PREDICTION and not early:
            raise Refused(409, "ui.rooms.experiment_predicts")
        try:
            return poll.at(time.time()), Experiment.from_poll(poll)
        except (KeyError, TypeError, ValueError):
            raise Refused(409, "ui.rooms.newer_question") from None

    async def _devices(self, room: Room, poll: Poll, is_fresh: bool) -> int:
        """Return the number of participating devices. It is refreshed at most once a second unless `is_fresh` is set."""
        name = (room.code, poll.number)
        counted_at, device_count = self.counted.get(name) or (-OLD, 0)
        if is_fresh or self.clock() - counted_at >= OLD:
            counted_at, device_count = self.clock(), await self.store.votes(room, poll)
            self.counted.put(name, (counted_at, device_count))
        return device_count

    async def _make(self, room: Room, experiment: Experiment, runs: int) -> None:
        """Compute the first `runs` runs, block by block. Concurrent callers wait for the same blocks."""
        for block in range(blocks(runs)):
            if not experiment.is_cached(block):
                compute = partial(experiment.block, block)
                await self.questions.compute_for(f"room {room.code}", (*experiment.name, block), compute, CostEstimate(experiment.seconds))
