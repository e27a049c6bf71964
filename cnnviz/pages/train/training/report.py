"""What a training has to say while it runs and when it has ended: its curves, whom it takes for whom, and the images that tell most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cnnviz.core.evaluation import Outcome, accuracy_range, outcome
from cnnviz.core.image_ids import called
from cnnviz.core.network import DEFAULT
from cnnviz.core.read_only import lock_all
from cnnviz.core.training import MEASURED, Progress
from cnnviz.data.labelled import LabelledImages
from cnnviz.pages.train.training.tiles import tiles
from cnnviz.pages.train.training.trainer import AT_ONCE, Job, Trainer
from cnnviz.pages.train.training.verdicts import beside_guessing, stuck
from cnnviz.words import Message, message

SHOWN = 6
"""Images shown of the surest right, the most torn and the surest wrong ones."""

SAID = 4
"""Outputs that stand beside an image."""

Report = tuple[Mapping[str, object], Mapping[str, np.ndarray]]
"""The header and the arrays of what a training says."""

CURVES = ("loss", "held_loss", "accuracy", "held_accuracy")


def report(trainer: Trainer) -> Report:
    """Everything that the page shows of a training that has reported something."""
    reports = tuple(trainer.reports)  # the training goes on meanwhile
    at = of_epoch(reports, trainer.active)
    now, data, names = reports[-1], trainer.job.data, trainer.job.data.names
    result = outcome_at(trainer, at)
    frames = (reports[0], reports[at]) if trainer.active else reports
    pictures, arrays = tiles(trainer, frames)
    groups = _groups(result, data.held_out.labels, len(names))
    shown = np.concatenate([indices for indices in groups.values()])
    header = {
        "active": trainer.active,
        "share": now.step / now.steps,
        "state": state(trainer, now),
        "title": message("ui.train.training.report.title", right=int(np.trace(result.confusion)), n=len(data.held_out), share=result.accuracy),
        "note": _note(trainer, result, reports[at]),
        "warning": stuck(reports, trainer.job.settings) or "",
        "names": data.words,
        "epochs": trainer.job.settings.epochs,
        "guessing": 1 / len(names),
        "mixed": _mixed(result, data.words),
        "date": message("ui.train.training.report.date", epoch=reports[at].epoch),
        "moved": _moved(reports[0], reports[at]),
        "tiles": pictures,
        "groups": [_group(kind, indices, result, trainer) for kind, indices in groups.items() if len(indices)],
    }
    arrays |= {name: np.array([getattr(one, name) for one in reports]) for name in CURVES}
    arrays |= {
        "epochs": np.array([one.step * trainer.job.settings.epochs / one.steps for one in reports]),
        "confusion": result.confusion.astype(np.float64),
        "images": np.ascontiguousarray(data.held_out.images[shown], np.uint8),
    }
    return header, arrays


def preview(job: Job, said: Message | str = "") -> Report:
    """What stands there before a training's first report: empty charts, and images of each class to learn from; `said` is its state."""
    learn, names = job.data.train, job.data.names
    words = message(f"ui.train.training.{'honest' if job.settings.net == DEFAULT else 'intro'}")
    each = SHOWN if len(names) <= SAID else SHOWN // 2
    of_class = [np.flatnonzero(learn.labels == n)[:each] for n in range(len(names))]
    groups = [_to_learn(learn, n, indices.tolist()) for n, indices in enumerate(of_class)]
    header = {
        "active": True, "share": 0.0, "state": said, "title": message("ui.train.training.title"), "note": words, "warning": "",
        "names": job.data.words, "epochs": job.settings.epochs, "guessing": 1 / len(names), "mixed": "", "date": "", "moved": "", "tiles": [], "groups": groups,
    }  # fmt: skip
    arrays = {name: np.zeros(0) for name in ("epochs", *CURVES)} | {"confusion": np.zeros((len(names), len(names)))}
    return header, arrays | {"images": np.ascontiguousarray(learn.images[np.concatenate(of_class)], np.uint8)}


NOTHING: Report = (
    {"active": False, "share": 0.0, "state": "", "title": "", "note": "", "warning": "", "names": (), "epochs": 1, "guessing": 1.0,
     "mixed": "", "date": "", "moved": "", "tiles": [], "groups": []},
    lock_all({name: np.zeros(0) for name in ("epochs", *CURVES)} | {"confusion": np.zeros((0, 0)), "images": np.zeros((0, 1, 1, 3), np.uint8)}),
)  # fmt: skip
"""Where there is no training, nor one to be begun."""


def _to_learn(learn: LabelledImages, label: int, indices: list[int]) -> Mapping[str, object]:
    """Images of a class that no network has been asked about."""
    name, count = called(learn.names[label]), int((learn.labels == label).sum())
    words = (message("ui.train.training.report.known", id=learn.ids[i], name=name) for i in indices)
    images = [{"key": "", "words": said, "label": label, "said": -1, "outputs": []} for said in words]
    return {"kind": "class", "title": name, "more": message("ui.train.training.report.images", n=count), "images": images}


def of_epoch(reports: Sequence[Progress], active: bool) -> int:
    """The report whose images are shown: the last one, and while it trains the first since an epoch was over.

    They change at each epoch's end, so that there is time to look at them, and little to work out.
    """
    if not active:
        return len(reports) - 1
    return next(place for place, one in enumerate(reports) if one.epoch == reports[-1].epoch)


def outcome_at(trainer: Trainer, at: int) -> Outcome:
    """What the parameters of a report make of the images that are held out; the last that was asked for is remembered."""
    if trainer.outcome is None or trainer.outcome[0] != at:
        settings, data, channel = trainer.job
        made = outcome(settings, trainer.reports[at].params, data.held_out.pixels(channel), data.held_out.targets)
        trainer.outcome = at, made
        return made
    return trainer.outcome[1]


def state(trainer: Trainer, now: Progress) -> Message:
    """How far it is, how fast, and about how long it still takes."""
    numbers = {"update": now.step, "updates": now.steps, "epoch": now.epoch, "epochs": trainer.job.settings.epochs}
    said = message("ui.train.training.progress", state=message(f"ui.train.training.states.{trainer.state}", at_once=AT_ONCE), **numbers)
    if trainer.state != "running" or not (speed := trainer.speed):
        return said
    left = max(1, round((now.steps - now.step) / speed))
    return message("ui.train.training.report.fast", said=said, images=round(speed * trainer.job.settings.batch), seconds=left)


def _note(trainer: Trainer, result: Outcome, shown: Progress) -> Message:
    """What the accuracy is worth, and which images are told of."""
    images = len(trainer.job.data.held_out)
    low, high = accuracy_range(result.accuracy, images)
    guessing = beside_guessing(result.accuracy, images, len(trainer.job.data.names))
    many = max(len(trainer.job.data.train), images) > MEASURED
    id = "ui.train.training.report.note"
    note = message(id, n=images, points=50 * (high - low), epoch=shown.epoch, guessing=guessing)
    return message(f"{id}_measured", note=note, images=MEASURED) if many else note


def _mixed(result: Outcome, names: tuple[str | Message, ...]) -> Message | str:
    """The two classes that are taken for each other most."""
    wrong = result.confusion - np.diag(np.diag(result.confusion))
    pairs = np.triu(wrong + wrong.T, 1)
    if not pairs.any():
        return ""
    a, b = np.unravel_index(int(pairs.argmax()), pairs.shape)
    return message("ui.train.training.report.mixed", n=int(pairs[a, b]), errors=int(wrong.sum()), a=names[a], b=names[b])


def _moved(start: Progress, now: Progress) -> Message | str:
    """How far the first filters are from where they began, as a share of their own length."""
    if not start.kernel.size or not (length := float(np.linalg.norm(start.kernel))):
        return ""
    return message("ui.train.training.report.moved", share=float(np.linalg.norm(now.kernel - start.kernel)) / length)


def _groups(result: Outcome, labels: np.ndarray, classes: int) -> dict[str, np.ndarray]:
    """Indices of the images that tell most: the surest of each class in turn, the most torn, and the surest wrong ones."""
    of_class = [result.right[labels[result.right] == n] for n in range(classes)]
    in_turn = [indices[place] for place in range(SHOWN) for indices in of_class if place < len(indices)]
    return {"right": np.array(in_turn[:SHOWN], int), "torn": result.torn[:SHOWN], "wrong": result.wrong[:SHOWN]}


def _group(kind: str, indices: np.ndarray, result: Outcome, trainer: Trainer) -> Mapping[str, object]:
    held_out, names = trainer.job.data.held_out, trainer.job.data.words
    images = [
        {
            "key": str(index),
            "words": message("ui.train.training.report.image", id=held_out.ids[index], name=names[label], said=names[said]),
            "label": label,
            "said": said,
            "outputs": _outputs(result.o[index], label),
        }
        for index in indices.tolist()
        for label, said in [(int(held_out.labels[index]), int(result.predictions[index]))]
    ]
    id = f"ui.train.training.report.{kind}"
    return {"kind": kind, "title": message(f"{id}.title"), "more": message(f"{id}.more"), "images": images}


def _outputs(o: np.ndarray, label: int) -> list[tuple[int, float]]:
    """The outputs that are printed, in the classes' order: all of a few, else the largest and the true one."""
    chosen = np.arange(len(o)) if len(o) <= SAID else np.unique([*np.argsort(-o, kind="stable")[: SAID - 1], label])
    return [(n, float(o[n])) for n in chosen.tolist()]
