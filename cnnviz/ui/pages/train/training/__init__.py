"""The Train page's second half: a network trained on two to ten classes of images."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.lesson import Lesson
from cnnviz.data import cifar10
from cnnviz.data.forbidden import excuse
from cnnviz.ui.pages.train.training import session
from cnnviz.ui.pages.train.training.form import fields, job_of
from cnnviz.ui.pages.train.training.settings import Settings
from cnnviz.ui.pages.train.training.watch import watch
from cnnviz.ui.plain import plain


def show(lesson: Lesson, asked: str) -> None:
    """Settings, a training that can be watched, and what came out of it; starts from the lesson's kernel.

    `asked` is what the address says of the settings.
    """
    before, wrong = Settings.read(asked, lesson)
    with st.container(key="training"):
        if not _ready():
            return
        with st.container(key="training_settings"):
            if wrong:
                st.warning(plain(wrong))
            settings = fields(before, asked)
            job = job_of(lesson, settings)
        if asked and job and settings == before:
            session.recall(job)
        trainer = session.trainer()
        with st.container(key="training_results"):
            watched = bool(trainer and trainer.active)
            st.fragment(watch, run_every=0.5 if watched else None)(lesson, settings, job)


def _ready() -> bool:
    """Whether there may be a training, and now; else it is said why not, and the page runs again when it is time."""
    if no := excuse("training"):
        with st.container(key="training_results"):
            st.info(str(no))
        return False
    loader = cifar10.LOADER
    if loader.full_set is not None or loader.state == "failed" or not cifar10.cached():
        return True
    loader.start()
    with st.container(key="training_results"):
        st.fragment(_await, run_every=0.5)()
    return False


def _await() -> None:
    loader = cifar10.LOADER
    st.progress(0.0, text=loader.sentence)
    if loader.state in ("ready", "failed"):
        st.rerun()
