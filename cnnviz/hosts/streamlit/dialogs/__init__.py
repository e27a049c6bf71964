"""What opens over the page when it is asked for: a map or a chart, large; an upload; one's own gradients or model; all of CIFAR-10; files to take home."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnviz.hosts.streamlit import visit
from cnnviz.hosts.streamlit.dialogs import large, own_gradients
from cnnviz.hosts.streamlit.dialogs.images import cifar10, upload
from cnnviz.hosts.streamlit.dialogs.own_model import own_model
from cnnviz.hosts.streamlit.dialogs.take_home import take_home, weights
from cnnviz.pages.address import Now
from cnnviz.pages.charts import Chart

_DIALOG = "dialog"


def show(
    what: str | None,
    charts: Callable[[Now], dict[str, Chart]] = lambda now: {},
    film_updates: Callable[[Now], int] = lambda now: now.lesson.k,
) -> None:
    """Opens the dialog that the component asked for, if it did; anything unknown is ignored.

    `charts` gives the page's own of a lesson, by the name under which the component asks for them. A film goes
    to `film_updates`.
    """
    what = what or st.session_state.pop(_DIALOG, None)
    if what == "upload":
        upload()
    elif what == "cifar10":
        cifar10(reopen)
    elif what == "own_gradients":
        own_gradients.choose(visit.current())
    elif what:
        now = visit.current()
        if what == "files":
            take_home(now, film_updates(now))
        elif what == "weights":
            weights(now.lesson)
        elif what == "model":
            own_model(now.lesson)
        else:
            large.show(what, now, charts(now))


def reopen(dialog: str) -> None:
    """Has the next run open `dialog` again: a run of the whole page closes the one that is open."""
    st.session_state[_DIALOG] = dialog
