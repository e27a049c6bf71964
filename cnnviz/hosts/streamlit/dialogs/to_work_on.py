"""Files of a lesson to work on: the exercise, a sheet to be worked out by hand, and a spreadsheet with live formulas."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnviz import export
from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment
from cnnviz.data.images import Image, load_image
from cnnviz.hosts.streamlit.dialogs.downloads import download
from cnnviz.hosts.streamlit.escape_markdown import escape_markdown
from cnnviz.words import say


def to_work_on(lesson: Lesson, image: Image, moment: Callable[[], Moment]) -> None:
    """Their buttons."""
    pixels, x = image.pixels, load_image(image.pixels, lesson.ch, lesson.scale)
    name = f"cnnviz-{lesson.img[:12]}-update-{lesson.k}"
    st.caption(say("ui.take_home.to_work_on"))
    _download("exercise", f"{name}-exercise.ipynb", "application/x-ipynb+json", lambda: export.exercise_notebook(lesson, pixels, moment()))
    _download("exercise_script", f"{name}-exercise.py", "text/x-python", lambda: export.exercise_script(lesson, pixels, moment()))
    _download("sheet", f"{name}-by-hand.html", "text/html", lambda: export.hand_sheet(lesson, moment(), image.words))
    if problem := export.too_large(lesson.network.program(x.shape)):
        st.caption(escape_markdown(problem))
    else:
        _download("spreadsheet", f"{name}.xlsx", _XLSX, lambda: export.spreadsheet(lesson, moment()))


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _download(what: str, name: str, mime: str, make: Callable[[], str | bytes]) -> None:
    download(say(f"ui.take_home.{what}"), name, mime, f"export_{what}", make)
