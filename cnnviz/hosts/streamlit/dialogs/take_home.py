"""Files of a lesson to take home, made when they are asked for, and the way back for parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

import numpy as np
import streamlit as st

from cnnviz import export
from cnnviz.core.lesson import LESSON_KEYS, Lesson
from cnnviz.core.trajectory import Moment
from cnnviz.data.images import Image, load_image
from cnnviz.export.arguments import MOST_AROUND
from cnnviz.export.parameters import diverged
from cnnviz.hosts.file import lesson_html
from cnnviz.hosts.streamlit.dialogs.downloads import again, download
from cnnviz.hosts.streamlit.dialogs.to_work_on import to_work_on
from cnnviz.hosts.streamlit.escape_markdown import escape_markdown
from cnnviz.hosts.streamlit.visit import adopt
from cnnviz.pages.address import Now
from cnnviz.pages.registry import pages
from cnnviz.words import Problem, message, say


def take_home(now: Now, film_updates: int) -> None:
    """Opens the dialog; a film is offered of so many updates. While it is open, the lesson is kept and none of its numbers."""
    lesson, image, moment, problem = now.lesson, now.image, again(now), diverged(now.moment.params)

    @st.dialog(say("ui.take_home.title"), on_dismiss="ignore")
    def dialog() -> None:
        for key in ("img", "mode"):  # files are of one image, in training
            if key in now.wrong:
                st.caption(str(now.wrong[key]))
        _page(lesson, image)
        _downloads(lesson, image, moment, problem)
        to_work_on(lesson, image, moment)
        if film_updates:
            _films(lesson, image, film_updates)
        st.caption(say("ui.take_home.runs_alone", when=lesson.when))
        _upload(lesson)

    dialog()


def weights(lesson: Lesson) -> None:
    """Opens a dialog that takes a file of weights."""
    st.dialog(say("ui.take_home.weights"), on_dismiss="ignore")(_upload)(lesson)


def _page(lesson: Lesson, image: Image) -> None:
    """The lesson as a page of its own, with as many updates either way as are wanted."""
    name = _name(lesson)
    around = int(st.number_input(say("ui.take_home.around"), 0, MOST_AROUND, 1, key="html_around"))
    _download("html", f"{name}.html", "text/html", lambda: _kept_small(lambda: lesson_html(lesson, image, around, _server())))


def _kept_small(make: Callable[[], str]) -> str:
    """What is made, or the sentence why it is not: a download has no other place for it."""
    try:
        return make()
    except ValueError as error:
        return str(error)


def _server() -> str:
    """The address of these pages, for others to find; "" where they stand on this computer alone."""
    here = urlsplit(st.context.url or "")
    path = here.path.rstrip("/")
    own = next((f"/{page.path}" for page in pages() if page.path and path.endswith(f"/{page.path}")), "")
    alone = here.hostname is None or here.hostname == "localhost" or here.hostname.startswith("127.")
    return "" if alone else f"{here.scheme}://{here.netloc}{path.removesuffix(own)}/"


def _downloads(lesson: Lesson, image: Image, moment: Callable[[], Moment], problem: Problem | None) -> None:
    pixels, name = image.pixels, _name(lesson)
    _download("script", f"{name}.py", "text/x-python", lambda: export.numpy_script(lesson, pixels))
    _download("notebook", f"{name}.ipynb", "application/x-ipynb+json", lambda: export.jupyter_notebook(lesson, pixels))
    _frameworks(lesson, pixels, name)
    _download("arrays", f"{name}.npz", "application/octet-stream", lambda: export.arrays_npz(lesson, moment()))
    if problem:
        st.caption(say("ui.take_home.no_parameters", error=problem))
    else:
        _download("parameters", f"{name}.json", "application/json", lambda: export.parameters_json(lesson, moment().params, moment().buffers))


def _name(lesson: Lesson) -> str:
    """How files of it are called, without their ending."""
    return f"cnnviz-{lesson.img[:12]}-update-{lesson.k}"


def _frameworks(lesson: Lesson, pixels: np.ndarray, name: str) -> None:
    """The lesson in Keras and PyTorch, side by side, or the sentence why not."""
    try:
        export.exact_rule(lesson)
    except ValueError as error:
        st.caption(str(error))
        return
    makers = {"keras": export.keras_script, "pytorch": export.pytorch_script}
    for column, (library, make) in zip(st.columns(2), makers.items(), strict=True):
        with column:
            _download(library, f"{name}-{library}.py", "text/x-python", partial(make, lesson, pixels), key=library)


def _films(shown: Lesson, image: Image, updates: int) -> None:
    lesson, x = dataclasses.replace(shown, k=updates), load_image(image.pixels, shown.ch, shown.scale)
    for kind in ("gif", "webp"):
        name = f"cnnviz-{lesson.img[:12]}-{updates}-updates.{kind}"
        _download("film", name, f"image/{kind}", partial(export.animation, lesson, x, kind=kind), n=updates, kind=kind)


def _download(what: str, name: str, mime: str, make: Callable[[], str | bytes], key: str = "", **values: object) -> None:
    download(str(message(f"ui.take_home.{what}", **values)), name, mime, f"export_{key or name.rpartition('.')[2]}", make)


def _upload(lesson: Lesson) -> None:
    """Takes a file of weights, and starts from them: in its own lesson where the file names one."""
    file = st.file_uploader(say("ui.take_home.import"), key="import_file", type=["json", "npz", "npy"])
    if file is None:
        return
    try:
        start, notes = export.read_start(file.getvalue(), lesson)
    except ValueError as error:
        st.error(escape_markdown(error))
        return
    query = start.to_query()
    adopt(**{name: query.get(name, "") for name in LESSON_KEYS}, note=" ".join(map(str, notes)) or say("ui.take_home.imported"))
    st.rerun()
