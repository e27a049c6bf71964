"""Files of a lesson to work on: the exercise, a sheet to be worked out by hand, and a spreadsheet with live formulas."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnviz import export
from cnnviz.hosts.streamlit.escape_markdown import escape_markdown
from cnnviz.hosts.streamlit.language import in_the_same_language
from cnnviz.ui.address import Now
from cnnviz.words import say


def to_work_on(now: Now) -> None:
    """Their buttons."""
    lesson, pixels, moment = now.lesson, now.image.pixels, now.moment
    name = f"cnnviz-{lesson.img[:12]}-update-{lesson.k}"
    st.caption(say("ui.take_home.to_work_on"))
    _download("exercise", f"{name}-exercise.ipynb", "application/x-ipynb+json", lambda: export.exercise_notebook(lesson, pixels, moment))
    _download("exercise_script", f"{name}-exercise.py", "text/x-python", lambda: export.exercise_script(lesson, pixels, moment))
    _download("sheet", f"{name}-by-hand.html", "text/html", lambda: export.hand_sheet(lesson, moment, now.image.words))
    if problem := export.too_large(lesson.network.program(moment.trace.x.shape)):
        st.caption(escape_markdown(problem))
    else:
        _download("spreadsheet", f"{name}.xlsx", _XLSX, lambda: export.spreadsheet(lesson, moment))


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _download(what: str, name: str, mime: str, make: Callable[[], str | bytes]) -> None:
    st.download_button(say(f"ui.take_home.{what}"), in_the_same_language(make), name, mime, key=f"export_{what}", on_click="ignore", width="stretch")
