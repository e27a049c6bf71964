"""Our gradients, central differences and TensorFlow, entry by entry; and classic mistakes."""

from __future__ import annotations

import streamlit as st

from cnnviz.ui import address, boards, component, dialogs
from cnnviz.ui.pages.check import tensorflow
from cnnviz.ui.pages.check.board import board, more


def show() -> None:
    """The page from top to bottom."""
    now = address.current()
    starting = tensorflow.starting(now.asked)  # before the board asks: it may start, or fail, in between
    shown = board(now.lesson, now.moment, now.asked)
    opened = component.mount(boards.answer("check", now, shown, more(now.lesson, now.moment, now.asked)))
    dialogs.show(opened, now, shown.named_charts)
    if starting:
        tensorflow.wait()
    if shown.good is None:
        st.session_state["checking"] = False
        st.fragment(_again, run_every=0.7)()


def _again() -> None:
    """Runs the page again while the check is on its way; not in the run that has just shown it."""
    if st.session_state.get("checking"):
        st.session_state["checking"] = False
        st.rerun()
    st.session_state["checking"] = True
