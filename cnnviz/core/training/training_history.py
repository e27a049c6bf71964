"""The history of a training in bounded memory: the numbers of every report, and parameters and outputs at the ends of
some epochs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.runtime.read_only import ReadOnly, freeze
from cnnviz.core.training.evaluation import Pixels, evaluate
from cnnviz.core.training.training import Progress, Training

MOST_BYTES = 16_000_000
"""Maximum size in bytes of the stored parameters and outputs of one training: thirty epochs of LeNet, and all epochs of
small networks."""

MOST_SHOWN = 300
"""Maximum number of held-out images whose outputs are kept."""

@dataclass(frozen=True, eq=False)
class Epoch(ReadOnly):
    """The end of an epoch: its report with the parameters, and their results on the held-out images.

    `confusion` (N,N) counts all of them by [class, prediction]. `o` (S,N) are the outputs of the S images that are shown.
    """

    report: Progress
    confusion: np.ndarray
    o: np.ndarray

    @property
    def nbytes(self) -> int:
        """The size of its arrays in bytes."""
        return sum(array.nbytes for array in (*self.report.params.values(), self.confusion, self.o))


def shown_rows(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return the indices of the images to show: all of them, or the first ones of each class, in equal numbers, if
    there are more than MOST_SHOWN.

    >>> len(shown_rows(np.arange(300) % 3, 3)), np.bincount((np.arange(999) % 4)[shown_rows(np.arange(999) % 4, 4)]).tolist()
    (300, [75, 75, 75, 75])
    """
    if len(labels) <= MOST_SHOWN:
        return np.arange(len(labels))
    class_rows = [np.flatnonzero(labels == n)[: MOST_SHOWN // classes] for n in range(classes)]
    return np.sort(np.concatenate(class_rows))


class History:
    """The recorded history of `training`, with the held-out images `X` (M,H,W) or (M,C,H,W) and their targets `Y`
    (M,N).

    `reports` are the numbers of all reports. `epochs` are the ends of the first epoch, of every n-th one after it, and of
    the last one with finite outputs: as many as fit into `most` bytes.
    """

    def __init__(self, training: Training, X: Pixels, Y: np.ndarray, max_bytes: int = MOST_BYTES):
        self.training, self.X, self.Y, self.most = training, X, Y, max_bytes
        self.labels = freeze(Y.argmax(axis=1))
        self.rows = freeze(shown_rows(self.labels, Y.shape[1]))
        self.reports: list[Progress] = []
        self.epochs: Sequence[Epoch] = ()
        self.every = 1

    def untrained_results(self) -> Epoch:
        """Return the results before the first update; the losses and accuracies of training images are NaN."""
        shape = tuple(self.X.shape[1:])
        params, buffers = self.training.start(shape), self.training.network.program(shape).buffers_at_start
        evaluation = evaluate(self.training, params, self.X, self.Y, buffers)
        report = Progress(0, 1, 0, params, np.nan, np.nan, evaluation.loss, evaluation.accuracy, 0.0, 0.0, buffers=buffers)
        return Epoch(report, evaluation.confusion, evaluation.o[self.rows])

    def add(self, report: Progress) -> None:
        """Add the next report. At the end of an epoch, evaluate all held-out images."""
        if report.step * self.training.epochs % report.steps == 0:
            evaluation = evaluate(self.training, report.params, self.X, self.Y, report.buffers)
            report = replace(report, held_loss=evaluation.loss, held_accuracy=evaluation.accuracy)
            if not self.epochs or np.isfinite(evaluation.o).all():  # outputs that are not finite cannot be shown
                self._keep(Epoch(report, evaluation.confusion, evaluation.o[self.rows]))
        self.reports.append(replace(report, params=Params.of({})))

    def _keep(self, epoch: Epoch) -> None:
        interval = self.every
        while True:
            epochs = [stored_epoch for stored_epoch in self.epochs if stored_epoch.report.epoch % interval == 0]
            if len(epochs) < 2 or sum(stored_epoch.nbytes for stored_epoch in (*epochs, epoch)) <= self.most:
                break
            interval *= 2
        # replaced, not changed, so that concurrent readers keep a complete sequence
        self.every, self.epochs = interval, (*epochs, epoch)
