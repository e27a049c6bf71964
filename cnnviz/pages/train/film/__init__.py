"""The Train page's recording: many updates of the setup, and of a second start, for scrubbing in the browser."""

import dataclasses
import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.stages import label
from cnnviz.core.network.stored_params import NotStored, file_names
from cnnviz.core.runtime.lru_cache import SingleFlightCache, held_bytes
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import estimated_seconds
from cnnviz.core.training.checkpoints import MOST, checkpoints
from cnnviz.core.training.film import Film, checkpoint_film, film
from cnnviz.core.training.film_analysis import turning_points
from cnnviz.core.training.run_outcome import Outcome, outcome
from cnnviz.data.images import load_image
from cnnviz.pages.address import PageRequest
from cnnviz.pages.encoding import encode, header
from cnnviz.pages.map_parts import Part
from cnnviz.pages.train.film import frames
from cnnviz.pages.train.film.choices import choices, halves, opening_change
from cnnviz.pages.train.film.query_parameters import (
    DEFAULT_UPDATES,
    parse_checkpoints,
    parse_held_parameters,
    parse_other_setup,
    parse_updates,
)
from cnnviz.pages.train.film.words import difference, fault_sentence, outcome_sentence
from cnnviz.wire.film import FilmData, FilmHeader, FilmOutcome, SweepData
from cnnviz.wire.parts import SwitchData, SwitchGroup
from cnnviz.words import Message, Problem, message


@dataclass(frozen=True, eq=False)
class Run:
    """One start in the recording: its label, setup and numbers."""

    label: Message | str
    setup: Setup
    film: Film
    x_shape: tuple[int, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that are shown in frames."""
        return frames.parts_of(self.setup, self.x_shape)

    @property
    def kernel(self) -> Part | None:
        """The filter that is shown at every update, or None if no convolution exists."""
        return frames.kernel_of(self.setup, self.x_shape)


@dataclass(frozen=True, eq=False)
class FilmPage:
    """Content of the recording: one or two runs of `n` updates, sentences on them, the outcome of a single run, and
    switches.

    `checkpoints` are the setups of stored checkpoints and `files` their file names; both are empty if updates are shown.
    """

    n: int
    runs: tuple[Run, ...]
    sentences: tuple[Message, ...]
    outcome: Outcome | None
    wrong: Mapping[str, Message]
    groups: tuple[SwitchGroup, ...]
    halves: tuple[SwitchData, ...]
    checkpoints: tuple[Setup, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def record(self) -> FilmData:
        """The recording's record in the header."""
        labels = [message("ui.train.film.dashed", label=run.label) if index else run.label for index, run in enumerate(self.runs)]
        return FilmData(
            n=self.n,
            runs=[frames.record(label, run.film, run.setup, run.parts, run.kernel) for label, run in zip(labels, self.runs, strict=True)],
            change=self._change,
            targets=self.runs[0].setup.y,
            sentences=self.sentences,
            outcome=FilmOutcome(wins=end.how.startswith("wins"), words=outcome_sentence(self.runs[0].setup, end), k=end.k, stage=end.stage) if (end := self.outcome) else None,
            switches=self.groups,
            halves=self.halves,
            checkpoints=[opening_change(checkpoint) for checkpoint in self.checkpoints],
            files=self.files,
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays drawn for each run, named "run.name"."""
        return {
            f"{index}.{name}": array
            for index, run in enumerate(self.runs)
            for name, array in frames.arrays(run.film, run.setup, run.parts, run.kernel, self._change).items()
        }

    @property
    def _change(self) -> float:
        """The end of the common scale of all changes."""
        return max(frames.largest_change(run.film, run.parts, run.kernel) for run in self.runs)


def film_page(setup: Setup, x: np.ndarray, query: Mapping[str, str]) -> FilmPage:
    """Return the recording for an address: `n` updates, with another setup (`vs`) beside it, or stored checkpoints."""
    vs, missing_message = query.get("vs", ""), None
    if name := parse_checkpoints(query):
        try:
            return dataclasses.replace(_checkpoint_page(checkpoints(setup, name), setup, x, query), files=file_names(name))
        except NotStored as error:
            missing_message = message("ui.train.film.no_checkpoints", error=message("ui.train.film.gone") if error.code == "lesson.kept.gone" else error.message)
    n, wrong_updates = parse_updates(query.get("n", ""), setup.k, setup.most_updates)
    runs: tuple[Run, ...] = (Run(message("ui.train.film.this_lesson"), setup, _cached_film(setup, x, n, 2 if vs or query.get("hold") else 1), x.shape),)
    problems = {key: sentence for key, sentence in (("n", wrong_updates), ("checkpoints", missing_message)) if sentence}
    if vs:
        second_run, sentence = _second_run(setup, vs, n)
        runs += (second_run,) if second_run else ()
        problems |= {"vs": message("ui.train.film.wrong_other", sentence=sentence)} if sentence else {}
    hold = parse_held_parameters(query.get("hold", ""), setup) if not vs else ()
    if hold:
        runs = (*runs, Run(message("ui.train.film.hold.label", names=[label(name) for name in hold]), setup, _cached_film(setup, x, n, 2, frozenset(hold)), x.shape))
    run_outcome = outcome(setup, runs[0].film) if len(runs) == 1 else None
    faults = [(run, *fault) for run in runs for fault in turning_points(run.film) if not run_outcome or fault[1] != run_outcome.how]
    sentences = [fault_sentence(run.setup, k, kind, run.label if len(runs) > 1 else None) for run, k, kind in faults]
    if hold:
        last_losses = (float(run.film.losses[-1]) for run in reversed(runs))
        sentences.insert(0, message("ui.train.film.hold.sentence", names=[label(name) for name in hold], n=n, held=next(last_losses), free=next(last_losses)))
    return FilmPage(n, runs, tuple(sentences), run_outcome, problems, choices(setup, n, vs, hold), halves(query.get("of", "")))


def _checkpoint_page(setups: tuple[Setup, ...], setup: Setup, x: np.ndarray, query: Mapping[str, str]) -> FilmPage:
    """Return a recording of checkpoints. Raise NotStored if they have been deleted or belong to another network."""
    if not setups:
        raise NotStored("lesson.kept.gone")
    n, start = len(setups) - 1, setups[0]
    recording = _FILMS.get_or_make((*setups, x.tobytes(), x.shape), lambda: checkpoint_film(setups, x, *_frame_plan(start, x, n, 1)))
    run = Run(message("ui.train.film.checkpoints"), dataclasses.replace(start, k=min(setup.k, n)), recording, x.shape)
    return FilmPage(n, (run,), (), None, {}, choices(setup, n, "", (), len(setups)), halves(query.get("of", "")), setups)


def estimate_seconds(setup: Setup, x: np.ndarray, query: Mapping[str, str]) -> float:
    """Return the estimated time of `film_page` in seconds, including another setup beside it; less if it is cached."""
    if parse_checkpoints(query):
        return 2 * estimated_seconds(setup.network, x.shape, MOST)
    n, _ = parse_updates(query.get("n", ""), setup.k, setup.most_updates)
    vs, hold = query.get("vs", ""), query.get("hold")
    is_cached = _FILMS.get((setup.start, x.tobytes(), x.shape, n, 2 if vs or hold else 1, frozenset())) is not None
    run_seconds = 2 * estimated_seconds(setup.network, x.shape, n)  # an update, and its share of curves and frames
    other_seconds = _other_run_seconds(setup, vs, n) if vs else run_seconds if hold else 0.0
    return run_seconds * (not is_cached) + other_seconds


def _other_run_seconds(setup: Setup, vs: str, n: int) -> float:
    try:
        other_setup, _ = parse_other_setup(vs, setup)
        shape = load_image(other_setup.img, other_setup.ch, other_setup.scale).shape
        return 2 * estimated_seconds(other_setup.network, shape, min(n, other_setup.most_updates))
    except Problem:  # an invalid setup is not run
        return 0.0


def _second_run(setup: Setup, vs: str, n: int) -> tuple[Run | None, Message | None]:
    """Return the second run, if it is valid, and a sentence on values that were replaced."""
    try:
        other_setup, sentence = parse_other_setup(vs, setup)
        x = load_image(other_setup.img, other_setup.ch, other_setup.scale)
        recording = _cached_film(other_setup, x, n, 2)
    except Problem as error:
        return None, error.message
    return Run(difference(setup, other_setup), other_setup, recording, x.shape), sentence


def encode_film(request: PageRequest, page: FilmPage, sweep: SweepData | None = None, sweep_arrays: Mapping[str, np.ndarray] | None = None) -> bytes:
    """Encode the response with the recording; `sweep` is the record of a sweep, and `sweep_arrays` its arrays."""
    request = dataclasses.replace(request, errors={**request.errors, **page.wrong})
    film_header = FilmHeader(**header("train", request), film=page.record, sweep=sweep)
    if not page.checkpoints and ("n" in request.extras or page.n != DEFAULT_UPDATES):
        film_header["lesson"] = {**film_header["lesson"], "n": str(page.n)}
    return encode(film_header, {"photo": request.image.pixels, **page.arrays(), **(sweep_arrays or {})})


def _cached_film(setup: Setup, x: np.ndarray, n: int, parts: int, hold: frozenset[str] = frozenset()) -> Film:
    def compute() -> Film:
        frame_count, maps = _frame_plan(setup.start, x, n, parts)
        return film(setup.start, x, n, frame_count, maps, hold=hold)

    return _FILMS.get_or_make((setup.start, x.tobytes(), x.shape, n, parts, hold), compute)


def _frame_plan(start: Setup, x: np.ndarray, n: int, parts: int) -> tuple[int, tuple[str, ...]]:
    """Return the number of frames of a recording, and the symbols of the maps in them."""
    parts_of, kernel = frames.parts_of(start, x.shape), frames.kernel_of(start, x.shape)
    sizes = tuple(part.rows * part.columns for part in parts_of)
    frame_count = frames.frames_that_fit(n, sizes, parts, frames.numbers_per_update(start, kernel))
    weights = math.prod(parts_of[0].shape) if len(parts_of) > 1 else 1
    return max(2, min(frame_count, MOST_WEIGHTS // weights)), tuple(dict.fromkeys(part.symbol for part in parts_of))


MOST_BYTES = 32_000_000
"""Cache size of all recordings, in bytes: seven of 10,000 updates. Visitors with the same setup share them."""

MOST_WEIGHTS = 5_000_000
"""Largest number of weights in all frames of a recording."""

_FILMS: SingleFlightCache[tuple[Hashable, ...], Film] = SingleFlightCache(MOST_BYTES, held_bytes)
"""Cache of recordings: if a class opens one link, the recording is computed once."""
