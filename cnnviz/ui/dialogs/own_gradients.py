"""A file of one's own gradients: kept for this visit alone, in memory, and only one at a time."""

from __future__ import annotations

import streamlit as st

from cnnviz.words import say

FILE = "own_gradients"
"""Where this visitor's file is kept: its name and what is in it."""


def choose() -> None:
    """Opens the dialog."""
    st.dialog(say("ui.check.own.dialog"), on_dismiss="ignore")(_choose)()


def _choose() -> None:
    st.write(say("ui.check.own.kept"))
    file = st.file_uploader(say("ui.check.own.file"), key="own_gradients_file")
    if file is not None:
        st.session_state[FILE] = (file.name, file.getvalue())
        st.rerun()
