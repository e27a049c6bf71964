"""A page from top to bottom: the view, and what Streamlit has beside it."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.cancellation import as_long_as
from cnnviz.hosts.streamlit import dialogs, theory, training, visit
from cnnviz.hosts.streamlit.component import mount
from cnnviz.hosts.streamlit.dialogs import own_gradients
from cnnviz.pages.answers import answers_of
from cnnviz.pages.registry import Page


def show(page: Page) -> None:
    """Puts everything on the screen; long work for it ends when the visitor has moved on."""
    with as_long_as(lambda: st.session_state.get(visit.LESSON)):  # Streamlit ends a script, where it has to, at such a look
        opened = _mounted(page)
        if page.id == "notebook":
            theory.show()
        if page.id == "train":
            training.show(visit.current_lesson(), visit.asked().get("train", ""))
        answers = answers_of(page)
        dialogs.show(opened, answers.charts, answers.updates)


def _mounted(page: Page) -> str | None:
    """The view. A file of one's own gradients is on no address: what is found in it goes to no other visitor."""
    file = st.session_state.get(own_gradients.FILE) if page.id == "check" else None
    if not file:
        return mount(page.path, listens=page.id == "train")
    from cnnviz.pages.check.answer import own_answer  # with all that this page needs, which others can leave for later
    from cnnviz.pages.check.tabs import tab_of

    here = tab_of(visit.asked()) == "own"
    return mount(page.path, private={"check": "own"}, answer=own_answer(visit.current(), file) if here else b"")
