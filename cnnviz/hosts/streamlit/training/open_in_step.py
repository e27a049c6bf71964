"""Opening a training's parameters in Step: one of its images, as the network that was trained."""

import streamlit as st

from cnnviz import export
from cnnviz.core.lesson import LESSON_KEYS, Lesson
from cnnviz.core.stored_params import Learned
from cnnviz.core.training_history import Epoch
from cnnviz.hosts.streamlit.visit import adopt
from cnnviz.pages.train.training.trainer import Job, Trainer
from cnnviz.words import message


def open_in_step(trainer: Trainer, chosen: str) -> None:
    """Goes to Step with the image and the epoch that were `chosen`: places among the images shown and among the epochs kept."""
    rows, epochs = trainer.history.rows, {epoch.report.epoch: epoch for epoch in trainer.history.epochs}
    place, _, at = chosen.partition(",")
    if not (place.isdecimal() and at.isdecimal() and int(place) < len(rows) and int(at) in epochs):
        return
    try:
        adopt(page="", **opened(trainer.job, int(rows[int(place)]), epochs[int(at)]))
    except ValueError:
        adopt(note=message("ui.train.training.too_large"))
    st.rerun()


def opened(job: Job, row: int, epoch: Epoch) -> dict[str, str]:
    """The address of an image held out with the network as it was at an epoch's end, whole; ValueError where its numbers are too large for a lesson."""
    settings, data, channel = job
    img, label = data.held_out.ids[row], data.names[data.held_out.labels[row]]
    query = {"img": img, "ch": channel, "scale": settings.scale, "net": settings.net, "classes": ",".join(settings.classes or data.names)}
    query |= {"stride": str(settings.stride), "pad": str(settings.padding), "y": label, "stage": "o"}
    lesson, _ = Lesson.read(query)
    learned = Learned(len(data.train), epoch.report.epoch)
    found = export.starting_from(lesson, {**epoch.report.params, **epoch.report.buffers}, learned).to_query()
    return dict.fromkeys(sorted(LESSON_KEYS - {*found, "lr", "opt"}), "") | {key: text for key, text in found.items() if key not in ("lr", "opt")}
