"""The Train page's second half: the same network, one kernel, trained on two classes of images."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.lesson import Lesson
from cnnviz.core.network import DEFAULT
from cnnviz.data import cifar10
from cnnviz.data.forbidden import excuse
from cnnviz.ui.pages.train.training import session
from cnnviz.ui.pages.train.training.form import fields, job_of
from cnnviz.ui.pages.train.training.settings import Settings
from cnnviz.ui.pages.train.training.watch import watch
from cnnviz.ui.plain import plain
from cnnviz.words import say


def show(lesson: Lesson, asked: str) -> None:
    """Settings, a training that can be watched, and what came out of it; starts from the lesson's kernel.

    `asked` is what the address says of the settings.
    """
    with st.container(key="below"):
        st.subheader(say("ui.train.training.title"))
        before, wrong = Settings.read(asked, lesson)
        if lesson.net == DEFAULT and not before.net:
            st.write(say("ui.train.training.honest"))
        if no := excuse("training"):
            st.info(str(no))
            return
        if _loads():
            return
        if wrong:
            st.warning(plain(wrong))
        settings = fields(before, asked)
        job = job_of(lesson, settings)
        if asked and job and settings == before:
            session.recall(job)
        trainer = session.trainer()
        if job or trainer:
            watched = bool(trainer and trainer.active)
            st.fragment(watch, run_every=0.5 if watched else None)(lesson, settings, job)


def _loads() -> bool:
    """Whether the full set lies on this computer and is still being read: the page runs again when it is there."""
    loader = cifar10.LOADER
    if loader.full_set is not None or loader.state == "failed" or not cifar10.cached():
        return False
    loader.start()
    st.fragment(_await, run_every=0.5)()
    return True


def _await() -> None:
    loader = cifar10.LOADER
    st.progress(0.0, text=loader.sentence)
    if loader.state in ("ready", "failed"):
        st.rerun()
