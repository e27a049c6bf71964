"""A training that is watched: its buttons, how far it is, and in the end what came of it."""

from __future__ import annotations

import dataclasses

import streamlit as st

from cnnviz.core.lesson import Lesson
from cnnviz.core.network import DEFAULT
from cnnviz.ui import dialogs
from cnnviz.ui.address import adopt
from cnnviz.ui.component.mount import mount_report
from cnnviz.ui.pages.train.training import results, session
from cnnviz.ui.pages.train.training.form import job_words, start_of
from cnnviz.ui.pages.train.training.report import preview
from cnnviz.ui.pages.train.training.settings import Settings
from cnnviz.ui.pages.train.training.trainer import AT_ONCE, PATIENCE, Job, Trainer
from cnnviz.words import message, say


def watch(lesson: Lesson, settings: Settings, job: Job | None) -> None:
    """The buttons, and progress while it runs; once it has ended, everything that came out of it."""
    trainer = session.trainer()
    _buttons(lesson, settings, job, trainer)
    if not trainer:
        if job:
            mount_report(preview(job, message(f"ui.train.training.{'honest' if job.settings.net == DEFAULT else 'intro'}")))
        return
    if session.has_ended(trainer):
        st.rerun()  # the whole page once more: the polling ends
    if trainer.state == "left":
        st.info(say("ui.train.training.left", seconds=PATIENCE))
    if trainer.state == "failed":
        st.error(say("ui.train.training.failed"))
    _progress(trainer)


def _buttons(lesson: Lesson, settings: Settings, job: Job | None, trainer: Trainer | None) -> None:
    running = bool(trainer and trainer.active)
    with st.container(horizontal=True):
        if st.button(say("ui.train.training.buttons.train"), key="train_start", type="primary", disabled=job is None):
            session.begin(job)
            adopt(train=settings.to_text())
            st.rerun()
        if running:
            paused = trainer.state == "paused"
            label = say("ui.train.training.buttons.go_on" if paused else "ui.train.training.buttons.pause")
            st.button(label, key="train_pause", on_click=trainer.resume if paused else trainer.pause)
            st.button(say("ui.train.training.buttons.stop"), key="train_stop", on_click=trainer.stop)
        elif trainer:
            _back_to_start(start_of(trainer.job, lesson), lesson)
        if job and not job.data.full and st.button(say("ui.train.training.buttons.full_set"), key="train_load"):
            dialogs.reopen("cifar10")
            st.rerun()


def _back_to_start(start: Lesson, lesson: Lesson) -> None:
    """A button, where the lesson has moved on. The rule is none of a training's business."""
    moved = start != dataclasses.replace(lesson.start, rule="exact")
    if moved and st.button(say("ui.train.training.buttons.back"), key="train_again"):
        adopt(**start.to_query())
        st.rerun()


def _progress(trainer: Trainer) -> None:
    if trainer.look() is None:
        state = say(f"ui.train.training.states.{trainer.state}", at_once=AT_ONCE)
        st.caption(state if trainer.active else say("ui.train.training.ended_early"))
        return
    results.show(trainer)
    with st.expander(say("ui.train.training.which")):
        st.caption(str(job_words(trainer.job)))
