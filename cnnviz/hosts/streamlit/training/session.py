"""The training of this session: begin it, recall an earlier one, and detect its end."""

import streamlit as st

from cnnviz.pages.train.training.trainer import Job, Trainer, completed_trainer

_TRAINER = "trainer"


def trainer() -> Trainer | None:
    """Return this session's training, or None."""
    stored_trainer: Trainer | None = st.session_state.get(_TRAINER, (None, False))[0]
    return stored_trainer


def begin(job: Job) -> None:
    """Start a training, and stop the previous one."""
    if stored_trainer := trainer():
        stored_trainer.stop()
    st.session_state[_TRAINER] = (Trainer(job), True)


def recall(job: Job) -> None:
    """Show this session a completed training of the same job, if the server has one, unless another is running."""
    stored_trainer = trainer()
    if (stored_trainer and (stored_trainer.active or stored_trainer.job.name == job.name)) or not (trainer_found := completed_trainer(job)):
        return
    st.session_state[_TRAINER] = (trainer_found, False)


def has_ended(training: Trainer) -> bool:
    """Return whether `training` has ended since the last call."""
    _, running = st.session_state[_TRAINER]
    st.session_state[_TRAINER] = (training, training.active)
    return running and not training.active
