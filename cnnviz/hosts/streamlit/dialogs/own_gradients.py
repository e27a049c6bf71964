"""A file of one's own gradients: kept for this visit alone, in memory, and only one at a time."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cnnviz.export.own_example import as_file, example_of
from cnnviz.export.own_report import case_of
from cnnviz.pages.address import Now
from cnnviz.words import say

FILE = "own_gradients"
"""Where this visitor's file is kept: its name and what is in it."""


def choose(now: Now) -> None:
    """Opens the dialog."""
    st.dialog(say("ui.check.own.dialog"), on_dismiss="ignore")(partial(_choose, now))()


def _choose(now: Now) -> None:
    st.write(say("ui.check.own.kept"))
    file = st.file_uploader(say("ui.check.own.file"), key="own_gradients_file")
    if file is not None:
        _take(file.name, file.getvalue())
    example = example_of(case_of(now.lesson, now.moment))
    if example and st.button(say("ui.check.own.try"), key="own_gradients_example"):
        _take(say("ui.check.own.example_file"), as_file(example[1]))


def _take(name: str, data: bytes) -> None:
    st.session_state[FILE] = (name, data)
    st.rerun()
