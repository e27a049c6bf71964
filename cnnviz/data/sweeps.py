"""Sweeps: one setup with many starts, given as text, with their images and runs."""

from dataclasses import dataclass

import numpy as np

from cnnviz.core.runtime.read_only import ReadOnly
from cnnviz.core.setup.read_sweep import ParsedSweep, read_sweep
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.sweep import Start, run_all, updates_that_fit
from cnnviz.data.images import ImageUnavailable, find_image, load_image
from cnnviz.words import Message, message


@dataclass(frozen=True, eq=False)
class Sweep(ReadOnly):
    """R runs of n updates that differ in one value: `values` (R,), numbers, or strings for filters and images.

    `losses` is (R,n+1), and `outputs` (R,N) after n updates. `reached` (R,) is the number of updates after which the
    prediction is first correct and all outputs are finite, −1 if never; it is None for networks with one output.
    `base` is the original setup, `setups` those of the runs. `messages` are messages on omitted images and shortened runs.
    """

    base: Setup
    key: str
    values: np.ndarray
    losses: np.ndarray
    outputs: np.ndarray
    reached: np.ndarray | None
    setups: tuple[Setup, ...]
    messages: tuple[Message, ...]

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays by name."""
        result_arrays = {"values": self.values, "losses": self.losses, "outputs": self.outputs}
        return result_arrays if self.reached is None else result_arrays | {"reached": self.reached}


def sweep(setup: Setup, image: np.ndarray, starts: str, n: int | None = None) -> Sweep:
    """Run `n` updates (`setup.k` if None) for each value in `starts`: "seed:0..239", "start:1..240", "lr:0.001..1",
    "f:sobel-x;blur", "img:test-0;test-3".

    `image` is (H,W) or (C,H,W). Results are bit-identical to those of single runs if BLAS uses one thread. Raise Problem
    if `starts` is invalid.

    >>> found = sweep(Setup(k=2), load_image("test-0"), "seed:0..3")
    >>> found.values.tolist(), found.losses.shape, found.setups[3].seed
    ([0, 1, 2, 3], (4, 3), 3)
    """
    request = read_sweep(starts, setup)
    x, notes = np.asarray(image, dtype=np.float64), list(request.messages)
    runs, missing = _starts(request, setup, x)
    requested_updates = setup.k if n is None else n
    updates = updates_that_fit(requested_updates, len(runs), setup, x.shape)
    if updates < requested_updates:
        notes.append(message("lesson.sweep.cut", runs=len(runs), n=requested_updates, fits=updates))
    results = run_all(list(runs.values()), updates)
    values = ParsedSweep(request.key, tuple(runs)).numbers
    reached_updates = results.reached if results.outputs.shape[1] > 1 else None
    return Sweep(setup, request.key, values, results.losses, results.outputs, reached_updates, tuple(start[0] for start in runs.values()), (*notes, *missing))


def _starts(request: ParsedSweep, setup: Setup, x: np.ndarray) -> tuple[dict[str, Start], list[Message]]:
    """Return the setup and input of each value, and a message for each unavailable image."""
    if request.key != "img":
        return {value: (request.setup(setup, value), x) for value in request.values}, []
    starts: dict[str, Start] = {}
    missing_starts = []
    for value in request.values:
        try:
            image_setup = request.setup(setup, value, find_image(value).label)
            starts[value] = image_setup, load_image(image_setup.img, image_setup.ch, image_setup.scale)
        except ImageUnavailable as error:
            missing_starts.append(error.message)
    if not starts:
        raise ImageUnavailable(missing_starts[0].id, **missing_starts[0].values)
    return starts, missing_starts
