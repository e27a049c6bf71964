"""Our gradients, central differences and TensorFlow, entry by entry; classic mistakes; and somebody's own gradients."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.core.lesson import Lesson
from cnnviz.ui import address, boards, dialogs
from cnnviz.ui.address import Now
from cnnviz.ui.component.mount import mount
from cnnviz.ui.dialogs import own_gradients
from cnnviz.ui.pages import Unfinished
from cnnviz.ui.pages.check import PAGE, own, tensorflow
from cnnviz.ui.pages.check.board import board, more
from cnnviz.ui.pages.check.checking import AT_ONCE, effort
from cnnviz.ui.pages.check.tabs import tab_of


def show() -> None:
    """The page from top to bottom. A file of one's own is on no address: what is found in it goes to nobody else."""
    file = st.session_state.get(own_gradients.FILE)
    here = bool(file) and tab_of(address.asked()) == "own"
    private = {"check": "own"} if file else None
    opened = mount(PAGE.path, private=private, answer=_own(address.current(), file) if here else b"")
    dialogs.show(opened, lambda now: board(now.lesson, now.moment, now.asked).named_charts())


def answer(now: Now) -> bytes:
    """Everything that the page shows; raises Unfinished, with what there is, while a part of it is being worked out."""
    if tab_of(now.asked) == "own":  # what a visitor has chosen is nobody else's
        return _own(now, None)
    starting = tensorflow.starting(now.asked)  # before the board asks: it may start, or fail, in between
    shown = board(now.lesson, now.moment, now.asked)
    found = boards.answer("check", now, shown, more(now.lesson, now.moment, now.asked))
    if starting or shown.good is None:
        raise Unfinished(found)
    return found


def lasts(asked: Mapping[str, str]) -> bool:
    """Whether the answer will always be the same: not if it depends on what is installed here, and allowed."""
    return not tensorflow.asked_for(asked)


def _own(now: Now, file: own.File | None) -> bytes:
    found = own.found_in(now, file)
    return boards.answer("check", now, own.board(now, file, found), own.more(now, file, found))


def seconds(lesson: Lesson, x: np.ndarray, asked: Mapping[str, str]) -> float:
    """About how long the check takes."""
    return effort(lesson, x.shape) / AT_ONCE * 0.5
