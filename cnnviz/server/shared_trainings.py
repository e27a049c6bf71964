"""Trainings that were done, for all processes that name the same Redis: a reload may come to another one."""

import dataclasses
import hashlib

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.training.training import Progress
from cnnviz.core.training.training_history import Epoch, History
from cnnviz.pages.train.training.trainer import Job
from cnnviz.pages.version import code
from cnnviz.server.shared_arrays import SharedArrays

NUMBERS = (
    "step", "steps", "epoch", "loss", "accuracy", "held_loss", "held_accuracy", "saturated", "saturated_outputs", "silent",
)  # fmt: skip
WHOLE = 3
"""Of a report's numbers, how many are whole."""
OF_EPOCHS = ("confusion", "o", "told")
"""The arrays of an epoch's end, beside the parameters."""


class SharedTrainings:
    """Trainings beyond the page's own process: every report's numbers, and the ends of epochs whole."""

    def __init__(self, arrays: SharedArrays):
        self.arrays = arrays

    def put(self, job: Job, history: History) -> None:
        """Keeps what a training has reported."""
        epochs = history.epochs
        arrays = {name: np.stack([getattr(epoch, name) for epoch in epochs]) for name in OF_EPOCHS}
        arrays |= {f"param {name}": np.stack([epoch.report.params[name] for epoch in epochs]) for name in epochs[0].report.params}
        steps = [report.step for report in history.reports]
        arrays["ends"] = np.array([steps.index(epoch.report.step) for epoch in epochs])
        arrays["numbers"] = np.array([[getattr(report, name) for name in NUMBERS] for report in history.reports])
        self.arrays.put(_name(job), arrays)

    def get(self, job: Job) -> History | None:
        """The history of that job, None where there is none."""
        found = self.arrays.get(_name(job))
        if found is None:
            return None
        history = job.history()
        history.reports = [_report(row.tolist()) for row in found["numbers"]]
        history.epochs = [_epoch(place, history.reports[end], found) for place, end in enumerate(found["ends"].tolist())]
        return history


def _epoch(place: int, report: Progress, found: dict[str, np.ndarray]) -> Epoch:
    params = {name.partition(" ")[2]: array[place] for name, array in found.items() if name.startswith("param ")}
    confusion, o, told = (found[name][place] for name in OF_EPOCHS)
    return Epoch(dataclasses.replace(report, params=Params.of(params)), confusion, o, told)


def _report(numbers: list[float]) -> Progress:
    values = {name: int(value) if place < WHOLE else value for place, (name, value) in enumerate(zip(NUMBERS, numbers, strict=True))}
    return Progress(params=Params.of({}), **values)  # type: ignore[arg-type]


def _name(job: Job) -> str:
    """A digest of the job; other code may come to other numbers."""
    return hashlib.sha256(repr((code(), job.name)).encode()).hexdigest()
