"""This visitor's training: begun, recalled from those that this server has done, and ended."""

import streamlit as st

from cnnviz.pages.train.training.trainer import Job, Trainer, completed_trainer

_TRAINER = "trainer"


def trainer() -> Trainer | None:
    """This visitor's training, if there was one."""
    last: Trainer | None = st.session_state.get(_TRAINER, (None, False))[0]
    return last


def begin(job: Job) -> None:
    """Starts a training in place of the last one."""
    if last := trainer():
        last.stop()
    st.session_state[_TRAINER] = (Trainer(job), True)


def recall(job: Job) -> None:
    """Shows this visitor the same training if this server has done it before, unless one is running."""
    last = trainer()
    if (last and (last.active or last.job.name == job.name)) or not (found := completed_trainer(job)):
        return
    st.session_state[_TRAINER] = (found, False)


def has_ended(training: Trainer) -> bool:
    """Tells whether `training` has ended since this was last asked."""
    _, running = st.session_state[_TRAINER]
    st.session_state[_TRAINER] = (training, training.active)
    return running and not training.active
