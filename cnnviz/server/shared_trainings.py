"""Store of finished trainings for all processes that use the same Redis, since a reload may reach another process."""

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
INTEGER_COUNT = 3
"""Number of leading NUMBERS that are integers."""
OF_EPOCHS = ("confusion", "o")
"""Arrays of an epoch besides the parameters."""


class SharedTrainings:
    """Store of trainings beyond this process: the numbers of every report, and everything at the end of each epoch."""

    def __init__(self, arrays: SharedArrays):
        self.arrays = arrays

    def put(self, job: Job, history: History) -> None:
        """Store the history of a training."""
        epochs = history.epochs
        arrays = {name: np.stack([getattr(epoch, name) for epoch in epochs]) for name in OF_EPOCHS}
        arrays |= {f"param {name}": np.stack([epoch.report.params[name] for epoch in epochs]) for name in epochs[0].report.params}
        steps = [report.step for report in history.reports]
        arrays["ends"] = np.array([steps.index(epoch.report.step) for epoch in epochs])
        arrays["numbers"] = np.array([[getattr(report, name) for name in NUMBERS] for report in history.reports])
        self.arrays.put(_name(job), arrays)

    def get(self, job: Job) -> History | None:
        """Return the history of a training, or None if there is none."""
        arrays = self.arrays.get(_name(job))
        if arrays is None:
            return None
        history = job.history()
        history.reports = [_report(row.tolist()) for row in arrays["numbers"]]
        history.epochs = [_epoch(index, history.reports[end], arrays) for index, end in enumerate(arrays["ends"].tolist())]
        return history


def _epoch(index: int, report: Progress, arrays: dict[str, np.ndarray]) -> Epoch:
    params = {name.partition(" ")[2]: array[index] for name, array in arrays.items() if name.startswith("param ")}
    confusion, o = (arrays[name][index] for name in OF_EPOCHS)
    return Epoch(dataclasses.replace(report, params=Params.of(params)), confusion, o)


def _report(numbers: list[float]) -> Progress:
    values = {name: int(value) if index < INTEGER_COUNT else value for index, (name, value) in enumerate(zip(NUMBERS, numbers, strict=True))}
    return Progress(params=Params.of({}), **values)  # type: ignore[arg-type]


def _name(job: Job) -> str:
    """Return a digest of the job and of the code version, since other code may compute other numbers."""
    return hashlib.sha256(repr((code(), job.name)).encode()).hexdigest()
