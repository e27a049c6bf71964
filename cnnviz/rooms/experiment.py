"""An experiment of a class: each device has its own run, which the server computes and can inspect. Nothing that a
device sends affects it.

All runs share one setup and differ in a seed, a start or a learning rate. A device's number determines its run;
beyond MOST_RUNS, devices share runs. Runs are computed in blocks, so that existing runs stay valid as more devices
join.
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
from cnnviz.core.setup.read_sweep import MOST_RUNS, ParsedSweep
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.setup_fields import as_text
from cnnviz.core.training.film import evenly_spaced, film
from cnnviz.core.training.run_outcome import LOW, outcome
from cnnviz.core.training.sweep import Runs, run_all, seconds_of_runs, updates_that_fit
from cnnviz.data.images import load_image
from cnnviz.decks.deck import EXPERIMENTS, Screen
from cnnviz.decks.scope import scope_of, setup_of
from cnnviz.decks.votes import count_votes
from cnnviz.pages import map_records
from cnnviz.pages.train.film.words import outcome_sentence
from cnnviz.rooms.poll import EXPERIMENT, PREDICTION, Poll
from cnnviz.rooms.question_view import plate_data
from cnnviz.rooms.store import Ballot
from cnnviz.wire.rooms import RoomExperiment, RoomInside, RoomOption, RoomQuestion, RoomResults, RoomRound, RoomRun
from cnnviz.words import Problem, format_value, say

BLOCK = 64
"""Number of runs that are computed together."""
UPDATES = 200
"""Default number of updates."""
POINTS = 41
"""Number of losses that are sent per run, at evenly spaced updates."""
FEW, MANY = 80, 300
"""Number of runs whose curves are sent to a phone, and to a projector."""
RATES = ("0.001", "0.01", "0.1", "1", "10")
"""Powers of ten from which the audience predicts the best learning rate. Devices have rates between the first and the
last. At the last one, a network diverges if its loss is not bounded."""
SHARES = {"none": 0.0, "quarter": 0.25, "half": 0.5, "more": 1.0}
"""Upper limits of the share of failing runs in each option of the prediction."""


def image_of(setup: Setup) -> np.ndarray:
    """Return the image of the setup, as its network reads it. Raise ImageUnavailable if there is none or more than
    one."""
    return load_image(setup.img, setup.ch, setup.scale)


def spec_of_experiment(screen: Screen) -> dict[str, object]:
    """Return an experiment as a room stores it. Raise Problem if its runs are too large for a single update."""
    setup = setup_of(screen.at).start
    updates = updates_that_fit(screen.updates or UPDATES, MOST_RUNS, setup, image_of(setup).shape, BLOCK)
    if not updates:
        raise Problem("ui.rooms.experiment_large")
    choices = len(RATES) if screen.experiment == "lr" else len(SHARES)
    return {EXPERIMENT: screen.experiment, "at": urlencode(setup.to_query(), safe=",:;"), "updates": updates, PREDICTION: choices}


@dataclass(frozen=True, eq=False)
class Experiment(ReadOnly):
    """An experiment: the address of its setup (`at`), the field in which its runs differ (`key`), and their number of
    updates."""

    key: str
    at: str
    updates: int

    @classmethod
    def from_poll(cls, poll: Poll) -> Experiment:
        """Return the experiment of a poll. Raise Problem, KeyError or TypeError if another version of cnnviz began
        it."""
        key, address, updates = poll.spec[EXPERIMENT], poll.spec["at"], poll.spec["updates"]
        if key not in EXPERIMENTS or not isinstance(address, str) or type(updates) is not int or not 1 <= updates <= 10_000:
            raise KeyError(key)
        return cls(str(key), address, updates)

    @cached_property
    def setup(self) -> Setup:
        """Setup that all runs share, except for the varied setting."""
        return setup_of(self.at)

    @property
    def name(self) -> tuple[str, str, int]:
        """Key of this experiment in caches."""
        return self.key, self.at, self.updates

    def value(self, run: int) -> str:
        """Return the value of a run as in an address: a seed 1, 2, 3 …, or a learning rate. Learning rates are evenly
        spread for any number of runs.

        >>> experiment = Experiment("lr", "k=0", 10)
        >>> [experiment.value(run) for run in range(5)]
        ['0.001', '0.1', '0.01', '1', '0.00316']
        """
        if self.key != "lr":
            return str(run + 1)
        slowest, fastest = float(RATES[0]), float(RATES[-1])
        return as_text(float(f"{slowest * (fastest / slowest) ** _spread(run):.3g}"))

    def run(self, run: int) -> Setup:
        """Return the setup of a run."""
        value = self.value(run)
        return ParsedSweep(self.key, (value,)).setup(self.setup, value)

    def query(self, run: int, k: int | None = None, stage: str | None = None) -> str:
        """Return the address of a run on Step, after `k` or else all updates, at a stage if given."""
        position = {"k": str(self.updates if k is None else k)} | ({"stage": stage} if stage else {})
        return urlencode(self.run(run).to_query() | position, safe=",:;")

    def block(self, number: int) -> Runs:
        """Return the runs of a block, computed unless they are cached."""
        return _BLOCKS.get_or_make((*self.name, number), lambda: self._compute_block(number))

    def is_cached(self, number: int) -> bool:
        """Return whether a block is cached."""
        return _BLOCKS.get((*self.name, number)) is not None

    def _compute_block(self, number: int) -> Runs:
        x, first_run = image_of(self.setup), number * BLOCK
        return run_all([(self.run(run), x) for run in range(first_run, min(first_run + BLOCK, MOST_RUNS))], self.updates)

    @property
    def seconds(self) -> float:
        """Estimated seconds of one block."""
        return seconds_of_runs(self.updates, BLOCK, self.setup, image_of(self.setup).shape)


_BLOCKS: LruCache[tuple[str, str, int, int], Runs] = LruCache(24_000_000, held_bytes)


def run_of(number: float) -> int:
    """Return the run of a device's number."""
    return int(number) % MOST_RUNS


def runs_in(devices: int) -> int:
    """Return the number of runs for this number of devices."""
    return min(devices, MOST_RUNS)


def prediction_data(experiment: Experiment, number: int, lang: str) -> RoomQuestion:
    """Return the question that precedes the runs: which learning rate is best, or how many runs do not learn."""
    rates = experiment.key == "lr"
    labels = [format_value(float(rate), "", lang) for rate in RATES] if rates else [say(f"web.hall.experiment.share.{name}", lang) for name in SHARES]
    kind = "lr" if rates else "seed"
    return RoomQuestion(
        number=number, kind="choose", title="", text=say(f"web.hall.experiment.before.{experiment.key}", lang, n=experiment.updates),
        ask=say(f"web.hall.experiment.ask.{kind}", lang, n=experiment.updates, limit=LOW), keyed=False,
        options=[RoomOption(label=label, picture=None) for label in labels],
        map=None, source=None, window=None, kernel=None, other=False, plates=[],
    )  # fmt: skip


def predicted_data(ballot: Ballot, followers: int) -> RoomResults:
    """Return the predictions of the audience, before any is confirmed."""
    counts = [(n, n, count) for n, count in count_votes(ballot.values()).items()]
    rounds = [RoomRound(votes=len(ballot), counts=counts)]
    return RoomResults(rounds=rounds, followers=followers, revealed=False, groups=[], key=[], accepted=[], map=None, right="", plates=[])


def confirmed_prediction(experiment: Experiment, last_losses: np.ndarray) -> int | None:
    """Return the index of the prediction that the final losses confirm, or None if no loss is finite."""
    if not np.isfinite(last_losses).any():
        return None
    if experiment.key == "lr":
        log_best_rate = math.log10(float(experiment.value(int(np.nanargmin(np.where(np.isfinite(last_losses), last_losses, np.nan))))))
        return min(range(len(RATES)), key=lambda n: abs(math.log10(float(RATES[n])) - log_best_rate))
    share = np.count_nonzero(~(last_losses <= LOW)) / len(last_losses)
    return next(n for n, limit in enumerate(SHARES.values()) if share <= limit)


def experiment_data(experiment: Experiment, number: int, devices: int, curve_limit: int, predictions: Ballot) -> RoomExperiment:
    """Return the results of all devices: the exact final losses, the curves of at most `curve_limit` runs, and the
    predictions."""
    runs = runs_in(devices)
    losses = np.concatenate([experiment.block(block).losses for block in range(blocks(runs))] or [np.zeros((0, experiment.updates + 1))])[:runs]
    shown_runs = evenly_spaced(runs - 1, curve_limit)
    updates = evenly_spaced(experiment.updates, POINTS)
    prediction_counts = count_votes(predictions.values())
    return RoomExperiment(
        predicted=[prediction_counts.get(n, 0) for n in range(len(RATES) if experiment.key == "lr" else len(SHARES))],
        confirmed=confirmed_prediction(experiment, losses[:, -1]), rates=[float(rate) for rate in RATES] if experiment.key == "lr" else [],
        number=number, key=experiment.key, updates=experiment.updates, devices=devices, values=[experiment.value(run) for run in range(runs)],
        last=_bytes(losses[:, -1] if runs else losses, "<f8"), at=updates.tolist(), shown=shown_runs.tolist(), curves=_bytes(losses[np.ix_(shown_runs, updates)], "<f4"),
    )  # fmt: skip


def run_data(experiment: Experiment, number: int, device_number: float) -> RoomRun:
    """Return the run of one device."""
    run = run_of(device_number)
    losses = experiment.block(run // BLOCK).losses[run % BLOCK]
    return RoomRun(
        number=number, place=int(device_number), key=experiment.key, updates=experiment.updates, run=run, value=experiment.value(run), query=experiment.query(run),
        curve=_bytes(losses[evenly_spaced(experiment.updates, POINTS)], "<f8"),
    )  # fmt: skip


def blocks(runs: int) -> int:
    """Return the number of blocks that contain this many runs."""
    return -(-runs // BLOCK)


def _spread(n: int) -> float:
    """Return the n-th number of the van der Corput sequence, whose first numbers are always evenly spread over [0,
    1)."""
    return int(f"{n:b}"[::-1], 2) / (1 << n.bit_length())


def _bytes(array: np.ndarray, kind: str) -> str:
    """Return the bytes of an array in base64, since JSON has no NaN or infinity. A number too large for `kind` becomes
    infinite."""
    with np.errstate(over="ignore"):
        return base64.b64encode(np.ascontiguousarray(array, dtype=kind).tobytes()).decode()


SHOWN = ("f", "z1", "a1")


def inside_data(experiment: Experiment, run: int, lang: str) -> RoomInside:
    """Return the maps of a run's first filter if they are 2-D, the reason of its outcome, and the address that shows
    it."""
    scope = scope_of(setup_of(experiment.query(run)))
    records = map_records.records(scope.setup, map_records.program_of(scope.setup, scope.snapshot), scope.snapshot)
    arrays = {name: array for name in SHOWN if (array := scope.arrays.get(name)) is not None and array.ndim == 2}
    plates = [plate_data(name, array, records.get(name), lang) for name, array in arrays.items()]
    end = outcome(scope.setup, film(scope.setup.start, image_of(scope.setup), experiment.updates, 2))
    return RoomInside(
        run=run, value=experiment.value(run), plates=[plate for plate in plates if plate],
        say=outcome_sentence(scope.setup, end).say(lang) if end else "", look=experiment.query(run, end.k, end.stage) if end else "", k=end.k if end else 0,
    )  # fmt: skip
