"""Reports of a training while it runs and after it: progress, and its outputs for the held-out images by epoch."""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from cnnviz.core.network.network import DEFAULT
from cnnviz.core.network.program import Program
from cnnviz.core.runtime.lru_cache import SingleFlightCache, held_bytes
from cnnviz.core.runtime.read_only import freeze_all
from cnnviz.core.setup.update_limits import estimated_seconds
from cnnviz.core.training.evaluation import accuracy_range, guessing_range
from cnnviz.core.training.film_analysis import NEARLY_ALL
from cnnviz.core.training.training import MEASURED, Progress, Training
from cnnviz.core.training.training_history import Epoch, History
from cnnviz.pages.train.film.learning import as_bytes
from cnnviz.pages.train.training.test_images import images_part
from cnnviz.pages.train.training.trainer import AT_ONCE, Job, Trainer
from cnnviz.words import Message, message

AT_A_TIME = 8
"""Number of recent epochs that are sent during training, since the page has the earlier ones. The last report has
all."""

Report = tuple[Mapping[str, object], Mapping[str, np.ndarray]]
"""Header and arrays of a report."""

CURVES = ("loss", "held_loss", "accuracy", "held_accuracy")


def report(trainer: Trainer) -> Report:
    """Return everything that the page shows of a training that has reported at least once."""
    job, history = trainer.job, trainer.history
    epochs, reports = history.epochs, tuple(history.reports)  # snapshot: the training continues meanwhile
    shown_epochs = epochs[-AT_A_TIME:] if trainer.active else epochs
    pictures, arrays = tiles(job, (epochs[0], epochs[-1]) if trainer.active else epochs)
    latest = reports[-1]
    header = _header(job, history) | {
        "job": f"{hash(job.name):x}",
        "active": trainer.active,
        "kind": trainer.state,
        "share": latest.step / latest.steps,
        "state": state(trainer),
        "warning": stuck_reason(reports, job.settings) or "",
        "verdicts": [compare_with_guessing(epoch.report.held_accuracy, len(job.data.held_out), len(job.data.names)) for epoch in epochs],
        "mixed": [_confusion_sentence(epoch.confusion, job.data.words) for epoch in shown_epochs],
        "tiles": pictures,
    }
    return header, arrays | _numbers(epochs, len(job.data.held_out)) | _test_image_arrays(shown_epochs, history)


def preview(job: Job, state_text: Message | str = "", kind: str = "") -> Report:
    """Return the preview before the first report: the untrained network's answers, if they are quick to compute.
    `state_text` is the sentence on the state."""
    history = job.history()
    epochs = _untrained(job, history)
    note = message("ui.train.training.honest") if job.settings.net == DEFAULT else ""
    header = _header(job, history) | {
        "job": "", "active": bool(kind), "kind": kind, "share": 0.0, "state": state_text or note, "warning": "", "tiles": [],
        "verdicts": ["" for _ in epochs], "mixed": ["" for _ in epochs],
    }  # fmt: skip
    return header, _numbers(epochs, len(job.data.held_out)) | _test_image_arrays(epochs, history)


def _untrained(job: Job, history: History) -> tuple[Epoch, ...]:
    images = job.data.held_out.pixels(job.channel).shape
    if estimated_seconds(job.settings.network, images[1:], images[0]) > QUICK:
        return ()
    return (_UNTRAINED.get_or_make(job.name, history.untrained_results),)


QUICK = 0.5
"""Most estimated seconds for the untrained network's answers."""

_UNTRAINED: SingleFlightCache[tuple[Hashable, ...], Epoch] = SingleFlightCache(8_000_000, held_bytes)
"""Cache of the answers before a training, which a page asks for again with every change."""


NOTHING: Report = (
    {"job": "", "active": False, "kind": "", "share": 0.0, "state": "", "warning": "", "names": (), "epochs": 1, "guessing": 1.0, "guessed_loss": None,
     "learn": (), "held": 0, "shown": 0, "of_each": 0, "measured": 0, "floor": 0.0, "images": "", "ids": (), "verdicts": [], "mixed": [], "tiles": []},
    freeze_all({name: np.zeros(0) for name in ("at", *CURVES, "low", "high", "labels", "crowd_at", "o", "confusion")}),
)  # fmt: skip
"""The report if no training runs and none can start."""


def _header(job: Job, history: History) -> dict[str, object]:
    """Return the part of the report that stays constant during training."""
    learn, held_out, names = job.data.train, job.data.held_out, job.data.names
    ids, n = held_out.ids, len(job.data.names)
    return {
        "names": job.data.words,
        "epochs": job.settings.epochs,
        "guessing": 1 / n,
        # the loss of answering 1/N for every class
        "guessed_loss": float(job.settings.network.loss(np.full(n, 1 / n), np.eye(n)[0])),
        "learn": np.bincount(learn.labels, minlength=n).tolist(),
        "held": len(held_out),
        "shown": len(history.rows),
        "of_each": len(history.rows) // n,
        "measured": MEASURED if len(learn) > MEASURED else 0,
        "floor": 1 / n if job.settings.network.layers[-1].kind == "softmax" else 0.0,
        "images": images_part(job.data.source, names),
        "ids": [ids[row] for row in history.rows.tolist()],
    }


def _numbers(epochs: Sequence[Epoch], images: int) -> dict[str, np.ndarray]:
    """Return the arrays by epoch: its number, the curves, and Wilson's interval of the accuracy."""
    reports = [epoch.report for epoch in epochs]
    ranges = np.array([accuracy_range(progress.held_accuracy, images) for progress in reports]).reshape(-1, 2)
    curves = {name: np.array([getattr(progress, name) for progress in reports]) for name in CURVES}
    return curves | {"at": np.array([float(progress.epoch) for progress in reports]), "low": ranges[:, 0], "high": ranges[:, 1]}


def _test_image_arrays(epochs: Sequence[Epoch], history: History) -> dict[str, np.ndarray]:
    """Return the images' classes, and by epoch the outputs and the confusion table."""
    stacks = {name: np.array([getattr(epoch, name) for epoch in epochs], np.float64) for name in ("o", "confusion")}
    return stacks | {"labels": history.labels[history.rows].astype(np.float64), "crowd_at": np.array([float(epoch.report.epoch) for epoch in epochs])}


def state(trainer: Trainer) -> Message:
    """Return the sentence on progress, speed and remaining time."""
    latest, settings = trainer.reports[-1], trainer.job.settings
    numbers = {"update": latest.step, "updates": latest.steps, "epoch": latest.epoch, "epochs": settings.epochs}
    sentence = message("ui.train.training.progress", state=message(f"ui.train.training.states.{trainer.state}", at_once=AT_ONCE), **numbers)
    if trainer.state != "running" or not (speed := trainer.speed):
        return sentence
    seconds_left = max(1, round((latest.steps - latest.step) / speed))
    return message("ui.train.training.report.fast", said=sentence, images=round(speed * settings.batch), seconds=seconds_left)


def _confusion_sentence(confusion: np.ndarray, names: tuple[str | Message, ...]) -> Message | str:
    """Return the sentence on the two classes that are confused most; "" if there are only two classes."""
    errors = confusion - np.diag(np.diag(confusion))
    pairs = np.triu(errors + errors.T, 1)
    if len(names) == 2 or not pairs.any():
        return ""
    a, b = np.unravel_index(int(pairs.argmax()), pairs.shape)
    return message("ui.train.training.report.mixed", n=int(pairs[a, b]), errors=int(errors.sum()), a=names[a], b=names[b])


FEW = 10
"""Number of held-out images below which guessing may get all or none right."""


def stuck_reason(reports: Sequence[Progress], settings: Training) -> Message | None:
    """Return the reason why the training is stuck, or None."""
    first_report, latest = reports[0], reports[-1]

    def sentence(what: str, cure: str = "rate") -> Message:
        return message(f"ui.train.training.stuck.{what}", update=latest.step, cure=message(f"ui.train.training.stuck.{cure}"))

    if latest.diverged:
        return sentence("diverged")
    if latest.saturated >= NEARLY_ALL:
        return sentence("units", "pixels" if settings.scale == "raw" else "kernel" if first_report.saturated >= NEARLY_ALL else "rate")
    if latest.silent >= NEARLY_ALL:
        return sentence("silent")
    if latest.saturated_outputs >= NEARLY_ALL and latest.accuracy < NEARLY_ALL:
        return sentence("outputs")
    return None


def compare_with_guessing(accuracy: float, images: int, classes: int = 2) -> Message:
    """Compare an accuracy with guessing on that number of images.

    >>> str(compare_with_guessing(0.5, 4))
    '4 images are too few for a judgement.'
    """
    if images < FEW:
        return message("ui.train.training.too_few", n=images)
    low, high = guessing_range(images, classes)
    verdict = "more" if accuracy > high else "less" if accuracy < low else "luck"
    return message(f"ui.train.training.guessing.{verdict}", chance=1 / classes, low=low, high=high)


MOST_FILTERS, MOST_OUTPUTS, MOST_SIDE = 6, 4, 64
"""Limits of the filters, of the outputs whose weights have the layout of a map, and of such a map's side."""


def tiles(job: Job, epochs: Sequence[Epoch]) -> tuple[list[dict[str, object]], dict[str, np.ndarray]]:
    """Return the pictures of filters and weights. Bytes (2,F,rows,columns,C): the values after each epoch, and their
    changes."""
    settings, data, channel = job
    frames = [epoch.report for epoch in epochs]
    program = settings.network.program(data.train.pixels(channel).shape[1:])
    records: list[dict[str, object]] = []
    arrays: dict[str, np.ndarray] = {}
    for label, values in [*_filters(frames), *_weights(program, frames, data.words)]:
        name = f"tile{len(records)}"
        changes = values - values[:1]
        arrays[name] = np.stack([as_bytes(part, float(np.abs(np.nan_to_num(part)).max())) for part in (values, changes)])
        records.append({"label": label, "array": name, "rgb": values.shape[-1] == 3})
    return records, arrays


def _filters(frames: Sequence[Progress]) -> list[tuple[str, np.ndarray]]:
    """Return the first filters, (F,K,K,C): three channels as colours, else the first channel."""
    if not frames[0].kernel.size:
        return []
    side = frames[0].kernel.shape[-1]
    kernels = np.stack([np.asarray(frame.kernel, np.float64) for frame in frames])
    kernels = kernels.reshape(len(frames), 1 if kernels.ndim == 3 else kernels.shape[1], -1, side, side)
    colours = kernels.shape[2] if kernels.shape[2] == 3 else 1
    count = min(kernels.shape[1], MOST_FILTERS)
    return [("f" if kernels.shape[1] == 1 else f"f[{m}]", np.moveaxis(kernels[:, m, :colours], 1, -1)) for m in range(count)]


def _weights(program: Program, frames: Sequence[Progress], names: tuple[str | Message, ...]) -> list[tuple[Message, np.ndarray]]:
    """Return the weights of the first outputs, (F,rows,columns,1), if they read a map of one channel."""
    last_weights = next((name for name in reversed(program.parameters) if name[0] == "w"), "")
    shape = program.laid_out.get(last_weights, ())
    if len(shape) != 4 or shape[0] != 1 or max(shape[1:3]) > MOST_SIDE or shape[3] != len(names):
        return []
    layers = np.stack([np.asarray(frame.params[last_weights], np.float64).reshape(shape)[0] for frame in frames])
    return [(message("ui.train.training.report.weights", name=name), layers[..., n : n + 1]) for n, name in enumerate(names[:MOST_OUTPUTS])]
