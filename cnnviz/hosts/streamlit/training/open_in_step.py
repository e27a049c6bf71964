"""What a training has learned opens in Step: one of its images, as the network that was trained."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz import export
from cnnviz.core.lesson import LESSON_KEYS, Lesson
from cnnviz.core.values import Params
from cnnviz.hosts.streamlit.visit import adopt
from cnnviz.pages.train.training.trainer import Trainer
from cnnviz.words import message


def open_in_step(trainer: Trainer, chosen: str) -> None:
    """Goes to Step with the image that was `chosen` in a report."""
    held_out = trainer.job.data.held_out
    if not chosen.isdecimal() or int(chosen) >= len(held_out):
        return
    index = int(chosen)
    try:
        adopt(page="", **opened(trainer, held_out.ids[index], trainer.job.data.names[held_out.labels[index]]))
    except ValueError:
        adopt(note=message("ui.train.training.too_large"))
    st.rerun()


def opened(trainer: Trainer, img: str, label: str) -> dict[str, str]:
    """The address of an image with the network that was trained, whole; ValueError where its numbers are too large for a lesson."""
    settings, _, channel = trainer.job
    query = {"img": img, "ch": channel, "scale": settings.scale, "net": settings.net, "classes": ",".join(settings.classes or trainer.job.data.names)}
    query |= {"stride": str(settings.stride), "pad": str(settings.padding), "y": label, "stage": "o"}
    lesson, _ = Lesson.read(query)
    params = Params.of({name: np.asarray(array, np.float64) for name, array in trainer.reports[-1].params.items()})
    found = export.starting_from(lesson, params).to_query()
    return dict.fromkeys(sorted(LESSON_KEYS - {*found, "lr", "opt"}), "") | {key: text for key, text in found.items() if key not in ("lr", "opt")}
