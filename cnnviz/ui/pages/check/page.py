"""Our gradients, central differences and TensorFlow, entry by entry; classic mistakes; and somebody's own gradients."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.core.lesson import Lesson
from cnnviz.ui import address, boards, component, dialogs
from cnnviz.ui.address import Now
from cnnviz.ui.boards import Board
from cnnviz.ui.dialogs import own_gradients
from cnnviz.ui.pages.check import own, tensorflow
from cnnviz.ui.pages.check.board import board, more
from cnnviz.ui.pages.check.checking import AT_ONCE, effort
from cnnviz.ui.pages.check.tabs import tab_of


def show() -> None:
    """The page from top to bottom."""
    now = address.current()
    if tab_of(now.asked) == "own":
        file = st.session_state.get(own_gradients.FILE)
        opened = component.mount(_own(now, file))
        dialogs.show(opened, now)
        return
    starting = tensorflow.starting(now.asked)  # before the board asks: it may start, or fail, in between
    shown = board(now.lesson, now.moment, now.asked)
    opened = component.mount(_bytes(now, shown))
    dialogs.show(opened, now, shown.named_charts)
    if starting:
        tensorflow.wait()
    if shown.good is None:
        st.session_state["checking"] = False
        st.fragment(_again, run_every=0.7)()


def answer(now: Now) -> bytes:
    """Everything that the page shows; TimeoutError while a part of it is still being worked out."""
    if tab_of(now.asked) == "own":  # what a visitor has chosen is nobody else's
        return _own(now, None)
    if tensorflow.starting(now.asked):
        raise TimeoutError
    shown = board(now.lesson, now.moment, now.asked)
    if shown.good is None:
        raise TimeoutError
    return _bytes(now, shown)


def _own(now: Now, file: own.File | None) -> bytes:
    found = own.found_in(now, file)
    return boards.answer("check", now, own.board(now, file, found), own.more(now, file, found))


def _bytes(now: Now, shown: Board) -> bytes:
    return boards.answer("check", now, shown, more(now.lesson, now.moment, now.asked))


def seconds(lesson: Lesson, x: np.ndarray, asked: Mapping[str, str]) -> float:
    """About how long the check takes."""
    return effort(lesson, x.shape) / AT_ONCE * 0.5


def _again() -> None:
    """Runs the page again while the check is on its way; not in the run that has just shown it."""
    if st.session_state.get("checking"):
        st.session_state["checking"] = False
        st.rerun()
    st.session_state["checking"] = True
