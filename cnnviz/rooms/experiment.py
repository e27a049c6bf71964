"""An experiment of a class: each device has a run of its own, which the server makes, and can look inside; nothing that a device sends counts.

The runs of one lesson differ in a seed, a start or a learning rate. A device's place says which is its own; beyond MOST_RUNS
devices share runs. Runs are made in blocks, so that those that are there already stay as more devices come.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.runtime.read_only import ReadOnly
from cnnviz.core.setup.read_sweep import MOST_RUNS, Asked
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.setup_fields import as_text
from cnnviz.core.training.film import film, thinned
from cnnviz.core.training.run_outcome import LOW, outcome
from cnnviz.core.training.sweep import Runs, runs_of, seconds_of_runs, updates_that_fit
from cnnviz.data.images import load_image
from cnnviz.decks.deck import EXPERIMENTS, Screen
from cnnviz.decks.scope import scope_of, setup_of
from cnnviz.decks.votes import counted
from cnnviz.pages import map_records
from cnnviz.pages.train.film.words import why
from cnnviz.rooms.poll import EXPERIMENT, PREDICTION, Poll
from cnnviz.rooms.question_view import plate_data
from cnnviz.rooms.store import Ballot
from cnnviz.wire.rooms import RoomExperiment, RoomInside, RoomOption, RoomQuestion, RoomResults, RoomRound, RoomRun
from cnnviz.words import Problem, say, written

BLOCK = 64
"""Runs that are made at once."""
UPDATES = 200
"""Updates where a screen says none."""
POINTS = 41
"""Losses of a run that are sent, evenly among all."""
FEW, MANY = 80, 300
"""Runs whose curves are sent to a phone, and to a projector."""
SLOWEST, DECADES = 0.001, 3
"""The smallest learning rate, and how many powers of ten there are to the largest."""
RATES = ("0.001", "0.01", "0.1", "1")
"""The learning rates that can be predicted to win."""
SHARES = {"none": 0.0, "quarter": 0.25, "half": 0.5, "more": 1.0}
"""The shares of runs that can be predicted not to learn: at most each, and more than the one before."""


def image_of(setup: Setup) -> np.ndarray:
    """The one image of a lesson, as its network sees it. Raises ImageUnavailable, also where there are several."""
    return load_image(setup.img, setup.ch, setup.scale)


def spec_of_experiment(screen: Screen) -> dict[str, object]:
    """An experiment as a room keeps it; Problem where there is not an update that so many runs could make."""
    setup = setup_of(screen.at).start
    updates = updates_that_fit(screen.updates or UPDATES, MOST_RUNS, setup, image_of(setup).shape, BLOCK)
    if not updates:
        raise Problem("ui.rooms.experiment_large")
    choices = len(RATES) if screen.experiment == "lr" else len(SHARES)
    return {EXPERIMENT: screen.experiment, "at": urlencode(setup.to_query(), safe=",:;"), "updates": updates, PREDICTION: choices}


@dataclass(frozen=True, eq=False)
class Experiment(ReadOnly):
    """A lesson `at` an address, what its runs differ in, and how many updates each makes."""

    key: str
    at: str
    updates: int

    @classmethod
    def of(cls, poll: Poll) -> Experiment:
        """The experiment that a room has. Raises Problem, KeyError, TypeError where another version began it."""
        key, at, updates = poll.spec[EXPERIMENT], poll.spec["at"], poll.spec["updates"]
        if key not in EXPERIMENTS or not isinstance(at, str) or type(updates) is not int or not 1 <= updates <= 10_000:
            raise KeyError(key)
        return cls(str(key), at, updates)

    @cached_property
    def setup(self) -> Setup:
        """The lesson that all runs have but for their own value."""
        return setup_of(self.at)

    @property
    def name(self) -> tuple[str, str, int]:
        """The key that tells it from others."""
        return self.key, self.at, self.updates

    def value(self, run: int) -> str:
        """The value that a run has of its own, as an address has it: 1, 2, 3 … or learning rates, spread evenly however many there are.

        >>> experiment = Experiment("lr", "k=0", 10)
        >>> [experiment.value(run) for run in range(5)]
        ['0.001', '0.0316', '0.00562', '0.178', '0.00237']
        """
        return as_text(float(f"{SLOWEST * 10 ** (DECADES * _spread(run)):.3g}")) if self.key == "lr" else str(run + 1)

    def run(self, run: int) -> Setup:
        """The lesson of a run."""
        value = self.value(run)
        return Asked(self.key, (value,)).setup(self.setup, value)

    def query(self, run: int, k: int | None = None, stage: str | None = None) -> str:
        """The address of a run on Step, after its updates, or after `k` at a stage."""
        there = {"k": str(self.updates if k is None else k)} | ({"stage": stage} if stage else {})
        return urlencode(self.run(run).to_query() | there, safe=",:;")

    def block(self, number: int) -> Runs:
        """The runs of a block, made if they are not remembered."""
        return _BLOCKS.get_or_make((*self.name, number), lambda: self._made(number))

    def known(self, number: int) -> bool:
        """Tells whether a block is remembered."""
        return _BLOCKS.get((*self.name, number)) is not None

    def _made(self, number: int) -> Runs:
        x, first = image_of(self.setup), number * BLOCK
        return runs_of([(self.run(run), x) for run in range(first, min(first + BLOCK, MOST_RUNS))], self.updates)

    @property
    def seconds(self) -> float:
        """Estimated seconds of one block."""
        return seconds_of_runs(self.updates, BLOCK, self.setup, image_of(self.setup).shape)


_BLOCKS: LruCache[tuple[str, str, int, int], Runs] = LruCache(24_000_000, held_bytes)


def run_of(place: float) -> int:
    """The run of a place."""
    return int(place) % MOST_RUNS


def runs_in(devices: int) -> int:
    """The number of runs of so many devices."""
    return min(devices, MOST_RUNS)


def prediction_data(experiment: Experiment, number: int, lang: str) -> RoomQuestion:
    """Return the question that comes before the runs: which learning rate wins, or how many runs do not learn."""
    rates = experiment.key == "lr"
    labels = [written(float(rate), "", lang) for rate in RATES] if rates else [say(f"web.hall.experiment.share.{name}", lang) for name in SHARES]
    kind = "lr" if rates else "seed"
    return RoomQuestion(
        number=number, kind="choose", title="", text=say(f"web.hall.experiment.before.{experiment.key}", lang, n=experiment.updates),
        ask=say(f"web.hall.experiment.ask.{kind}", lang, n=experiment.updates, limit=LOW), keyed=False,
        options=[RoomOption(label=label, picture=None) for label in labels],
        map=None, source=None, window=None, kernel=None, other=False, plates=[],
    )  # fmt: skip


def predicted_data(ballot: Ballot, followers: int) -> RoomResults:
    """Return the predictions of the audience, of which none is right yet."""
    counts = [(n, n, count) for n, count in counted(ballot.values()).items()]
    rounds = [RoomRound(votes=len(ballot), counts=counts)]
    return RoomResults(rounds=rounds, followers=followers, revealed=False, groups=[], key=[], accepted=[], map=None, right="", plates=[])


def come_true(experiment: Experiment, last: np.ndarray) -> int | None:
    """Return the index of the prediction that these last losses confirm; None without a run that has a loss."""
    if not np.isfinite(last).any():
        return None
    if experiment.key == "lr":
        best = math.log10(float(experiment.value(int(np.nanargmin(np.where(np.isfinite(last), last, np.nan))))))
        return min(range(len(RATES)), key=lambda n: abs(math.log10(float(RATES[n])) - best))
    share = np.count_nonzero(~(last <= LOW)) / len(last)
    return next(n for n, most in enumerate(SHARES.values()) if share <= most)


def experiment_data(experiment: Experiment, number: int, devices: int, most: int, predictions: Ballot) -> RoomExperiment:
    """The results of all devices: the last loss of each run, exactly, and curves of at most so many runs; and what was predicted."""
    runs = runs_in(devices)
    losses = np.concatenate([experiment.block(block).losses for block in range(blocks(runs))] or [np.zeros((0, experiment.updates + 1))])[:runs]
    shown = thinned(runs - 1, most)
    at = thinned(experiment.updates, POINTS)
    chosen = counted(predictions.values())
    return RoomExperiment(
        predicted=[chosen.get(n, 0) for n in range(len(RATES) if experiment.key == "lr" else len(SHARES))], confirmed=come_true(experiment, losses[:, -1]),
        number=number, key=experiment.key, updates=experiment.updates, devices=devices, values=[experiment.value(run) for run in range(runs)],
        last=_bytes(losses[:, -1] if runs else losses, "<f8"), at=at.tolist(), shown=shown.tolist(), curves=_bytes(losses[np.ix_(shown, at)], "<f4"),
    )  # fmt: skip


def run_data(experiment: Experiment, number: int, place: float) -> RoomRun:
    """A device's own run."""
    run = run_of(place)
    losses = experiment.block(run // BLOCK).losses[run % BLOCK]
    return RoomRun(
        number=number, place=int(place), key=experiment.key, updates=experiment.updates, run=run, value=experiment.value(run), query=experiment.query(run),
        curve=_bytes(losses[thinned(experiment.updates, POINTS)], "<f8"),
    )  # fmt: skip


def blocks(runs: int) -> int:
    """The number of blocks that hold so many runs."""
    return -(-runs // BLOCK)


def _spread(n: int) -> float:
    """The n-th of numbers from 0 to 1 that lie evenly, however many there are: n's bits, read backwards behind the point."""
    return int(f"{n:b}"[::-1], 2) / (1 << n.bit_length())


def _bytes(array: np.ndarray, kind: str) -> str:
    """Numbers as JSON can have them, whatever they are: their bytes in base64."""
    return base64.b64encode(np.ascontiguousarray(array, dtype=kind).tobytes()).decode()


SHOWN = ("f", "z1", "a1")


def inside_data(experiment: Experiment, run: int, lang: str) -> RoomInside:
    """A run's maps, where its network begins with one filter, why it wins or fails, and the address where that is seen."""
    here = scope_of(setup_of(experiment.query(run)))
    records = map_records.records(here.setup, map_records.program_of(here.setup, here.snapshot), here.snapshot)
    arrays = {name: array for name in SHOWN if (array := here.arrays.get(name)) is not None and array.ndim == 2}
    found = [plate_data(name, array, records.get(name), lang) for name, array in arrays.items()]
    end = outcome(here.setup, film(here.setup.start, image_of(here.setup), experiment.updates, 2))
    return RoomInside(
        run=run, value=experiment.value(run), plates=[plate for plate in found if plate],
        say=why(here.setup, end).say(lang) if end else "", look=experiment.query(run, end.k, end.stage) if end else "", k=end.k if end else 0,
    )  # fmt: skip
