"""The Train page's second half: a network trained on two to ten classes of images."""

import streamlit as st

from cnnviz.core.setup.setup import Setup
from cnnviz.data import cifar10
from cnnviz.hosts.streamlit.training import session
from cnnviz.hosts.streamlit.training.watch import waits, watch

LOOKS_EVERY = 0.5
"""Seconds between two looks at a training, and at the full set while it is read."""


def show(setup: Setup, asked: str) -> None:
    """A training and its settings, which `asked` of the address says; it starts from the setup's kernel. The component draws all of it."""
    trainer, waited = session.trainer(), bool(waits())
    busy = bool(trainer and trainer.active) or cifar10.LOADER.state in ("importing", "downloading", "reading")
    with st.container(key="training"):
        st.fragment(watch, run_every=LOOKS_EVERY if busy else None)(setup, asked, waited)
