"""Trainings that were done, for all processes that name the same Redis: a reload may come to another one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from cnnviz.core.training import Progress
from cnnviz.core.values import Params
from cnnviz.pages.train.training.tiles import MOST_OUTPUT_WEIGHTS
from cnnviz.pages.train.training.trainer import Job
from cnnviz.pages.version import code
from cnnviz.server.shared_arrays import SharedArrays

NUMBERS = (
    "step", "steps", "epoch", "loss", "accuracy", "held_loss", "held_accuracy", "saturated", "saturated_outputs", "silent",
)  # fmt: skip
WHOLE = 3
"""Of a report's numbers, how many are whole."""


class SharedTrainings:
    """What the training page asks beyond its own process: every report's numbers and pictures, and the last one's parameters."""

    def __init__(self, arrays: SharedArrays):
        self.arrays = arrays

    def put(self, job: Job, reports: Sequence[Progress]) -> None:
        """Keeps what a training has reported."""
        shown = _shown(reports[-1].params)
        arrays = {f"was {name}": np.stack([report.params[name] for report in reports[:-1]]) for name in shown if len(reports) > 1}
        arrays |= {f"is {name}": array for name, array in reports[-1].params.items()}
        numbers = np.array([[getattr(report, name) for name in NUMBERS] for report in reports])
        self.arrays.put(_name(job), arrays | {"numbers": numbers})

    def get(self, job: Job) -> list[Progress] | None:
        """The reports of that job, None where there are none."""
        found = self.arrays.get(_name(job))
        if found is None:
            return None
        numbers = found.pop("numbers")
        was, now = ({name.partition(" ")[2]: found[name] for name in found if name.startswith(time)} for time in ("was ", "is "))
        params = [Params.of({name: array[place] for name, array in was.items()}) for place in range(len(numbers) - 1)]
        return [_report(row.tolist(), of) for row, of in zip(numbers, [*params, Params.of(now)], strict=True)]


def _shown(params: Params) -> list[str]:
    """The parameters of which there is a film: the first filters, and the outputs' weights where they can be drawn."""
    filters, weights = ([name for name in params if name[0] == kind] for kind in "fw")
    return filters[:1] + [name for name in weights[-1:] if params[name].size <= MOST_OUTPUT_WEIGHTS]


def _report(numbers: list[float], params: Params) -> Progress:
    values = {name: int(value) if place < WHOLE else value for place, (name, value) in enumerate(zip(NUMBERS, numbers, strict=True))}
    return Progress(params=params, **values)  # type: ignore[arg-type]


def _name(job: Job) -> str:
    """A digest of the job; other code may come to other numbers."""
    return hashlib.sha256(repr((code(), job.name)).encode()).hexdigest()
