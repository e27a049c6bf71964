"""A page from top to bottom: the view, and what Streamlit has beside it."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.cancellation import as_long_as
from cnnviz.hosts.streamlit import large, training, visit
from cnnviz.hosts.streamlit.component import mount
from cnnviz.pages.answers import answers_of
from cnnviz.pages.registry import Page


def show(page: Page) -> None:
    """Puts everything on the screen; long work for it ends when the visitor has moved on."""
    with as_long_as(lambda: st.session_state.get(visit.LESSON)):  # Streamlit ends a script, where it has to, at such a look
        opened = mount(page.path, listens=page.id == "train")
        if page.id == "train":
            training.show(visit.current_lesson(), visit.asked().get("train", ""))
        if opened:
            now = visit.current()
            large.show(opened, now, answers_of(page).charts(now))
