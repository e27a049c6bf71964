"""Sweeps: many starts of the setup in one computation, as `sweep` in the address names them, cached for all visitors.
"""

from collections.abc import Hashable, Mapping

import numpy as np

from cnnviz.core.runtime.lru_cache import SingleFlightCache, held_bytes
from cnnviz.core.setup.read_sweep import read_sweep
from cnnviz.core.setup.setup import Setup, as_text
from cnnviz.core.training.sweep import seconds_of_runs, updates_that_fit
from cnnviz.data.sweeps import Sweep, sweep
from cnnviz.pages.address import PageRequest
from cnnviz.pages.train.film.query_parameters import parse_updates
from cnnviz.wire.film import SweepData
from cnnviz.words import Message, Problem, join_messages


def requested_sweep(request: PageRequest) -> Sweep | None:
    """Return the sweep of the address, or None if it names none or an invalid one (see `sweep_errors`)."""
    try:
        return _cached_sweep(request.setup, request.snapshot.image, request.query) if request.query.get("sweep") else None
    except Problem:
        return None


def sweep_errors(request: PageRequest) -> Mapping[str, Message]:
    """Return a message for the key `sweep` if its value is invalid or was changed."""
    if not request.query.get("sweep"):
        return {}
    try:
        sentences = _cached_sweep(request.setup, request.snapshot.image, request.query).messages
    except Problem as error:
        return {"sweep": error.message}
    sentence = join_messages(sentences)
    return {"sweep": sentence} if sentence else {}


def _cached_sweep(setup: Setup, x: np.ndarray, query: Mapping[str, str]) -> Sweep:
    text = query["sweep"]
    n, _ = parse_updates(query.get("n", ""), setup.k, setup.most_updates)
    key = (setup.start, x.tobytes(), x.shape, n, text)
    return _SWEEPS.get_or_make(key, lambda: sweep(setup.start, x, text, n))


def estimate_seconds(setup: Setup, x: np.ndarray, query: Mapping[str, str]) -> float:
    """Return the estimated time of the sweep in seconds."""
    try:
        runs = len(read_sweep(query.get("sweep", ""), setup).values)
    except Problem:
        return 0.0
    n, _ = parse_updates(query.get("n", ""), setup.k, setup.most_updates)
    return seconds_of_runs(updates_that_fit(n, runs, setup, x.shape), runs, setup, x.shape)


def sweep_record(sweep: Sweep) -> SweepData:
    """Return the sweep's record: each run's value in the notation of addresses, and its differences from the setup."""
    base = {key: text for key, text in sweep.base.to_query().items() if key not in ("k", "stage", "cell")}
    runs = [{key: text for key, text in setup.to_query().items() if base.get(key) != text and key not in ("k", "stage", "cell")} for setup in sweep.setups]
    return SweepData(key=sweep.key, values=[as_text(value) for value in sweep.values.tolist()], n=sweep.losses.shape[1] - 1, runs=runs)


def sweep_arrays(sweep: Sweep) -> dict[str, np.ndarray]:
    """Return the sweep's numeric arrays."""
    return {name: array for name, array in sweep.arrays().items() if array.dtype.kind in "fi"}


MOST_BYTES = 16_000_000
"""Cache size of all sweeps, in bytes: ten of 400,000 losses."""

_SWEEPS: SingleFlightCache[tuple[Hashable, ...], Sweep] = SingleFlightCache(MOST_BYTES, held_bytes)
