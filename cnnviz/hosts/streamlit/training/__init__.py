"""The second half of the Train page: training a network on two to ten classes of images."""

import streamlit as st

from cnnviz.core.setup.setup import Setup
from cnnviz.data import cifar10
from cnnviz.hosts.streamlit.training import session
from cnnviz.hosts.streamlit.training.watch import waiting_reason, watch

LOOKS_EVERY = 0.5
"""Interval, in seconds, at which a training, or the loading of the full data set, is polled."""


def show(setup: Setup, settings_text: str) -> None:
    """Render a training and its settings, which `settings_text` holds as text. The training starts from the setup's kernel, and
    the component draws it."""
    trainer, has_waited = session.trainer(), bool(waiting_reason())
    is_busy = bool(trainer and trainer.active) or cifar10.LOADER.state in ("importing", "downloading", "reading")
    with st.container(key="training"):
        st.fragment(watch, run_every=LOOKS_EVERY if is_busy else None)(setup, settings_text, has_waited)
