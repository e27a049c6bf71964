"""What opens over the page when it is asked for: a map as a large chart, an upload, all of CIFAR-10."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz import export
from cnnviz.core.held import hold
from cnnviz.data import cifar10
from cnnviz.data.images import CLASSES
from cnnviz.data.uploads import read_upload
from cnnviz.ui.boards import Chart
from cnnviz.ui.controls import Now, adopt, reopen, reopened
from cnnviz.ui.maps import MAPS

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PER_PAGE = 24


def show(
    what: str | None, now: Now, named_charts: Callable[[], dict[str, Chart]] = dict, film_updates: int | None = None
) -> None:
    """Opens the dialog that the component asked for, if it did; anything unknown is ignored.

    `named_charts` gives the page's own, by the name under which the component asks for them. A film goes
    to `film_updates`, or to where the lesson is.
    """
    what = what or reopened()
    if not what:
        return
    charts = named_charts()
    if what == "upload":
        _upload()
    elif what == "cifar10":
        _cifar10()
    elif what == "files":
        _files(now, now.lesson.k if film_updates is None else film_updates)
    elif what in charts:
        chart = charts.pop(what)
        beside = [other for other in charts.values() if np.array_equal(other.x, chart.x)]
        _large(chart.title, lambda figures: figures.lines(chart, *beside))
    elif what == "L":
        _large(f"L {now.lesson.when}", lambda figures: figures.loss_curve(now.moment))
    elif what in MAPS or what == "update":
        symbol = "f" if what == "update" else what
        title = f"{MAPS[symbol].label}, {MAPS[symbol].words}, {now.lesson.when}"
        _large(title, lambda figures: figures.heatmap(symbol, now.lesson, now.moment))


def _large(title: str, make: Callable[[ModuleType], Figure]) -> None:
    from cnnviz.ui import figures  # Plotly is loaded when the first chart is opened, not before.

    @st.dialog(title, width="large", on_dismiss="ignore")
    def large() -> None:
        image = {"format": "png", "filename": f"cnnviz {title}", "scale": 2}
        st.plotly_chart(make(figures), key="large_chart", config={"displaylogo": False, "toImageButtonOptions": image})

    large()


@st.dialog("Take this lesson home", on_dismiss="ignore")
def _files(now: Now, film_updates: int) -> None:
    """Downloads, made when they are asked for, and the way back for parameters."""
    lesson, x, pixels = now.lesson, now.moment.trace.x, now.image.pixels
    name = f"cnnviz-{lesson.img[:12]}-update-{lesson.k}"
    _download("NumPy script", f"{name}.py", "text/x-python", lambda: export.numpy_script(lesson, pixels))
    _download("Jupyter notebook", f"{name}.ipynb", "application/x-ipynb+json", lambda: export.jupyter_notebook(lesson, pixels))
    _download("All arrays (.npz)", f"{name}.npz", "application/octet-stream", lambda: export.arrays_npz(lesson, now.moment))
    try:
        parameters = export.parameters_json(lesson, now.moment.params)
        _download("Parameters (.json)", f"{name}.json", "application/json", lambda: parameters)
    except ValueError as error:
        st.caption(f"No parameters to save: {str(error).removeprefix('parameters_json: ')}.")
    if film_updates:
        filmed = dataclasses.replace(lesson, k=film_updates)
        for kind in ("gif", "webp"):
            label, file = f"Film of {film_updates:,} updates (.{kind})", f"cnnviz-{lesson.img[:12]}-{film_updates}-updates.{kind}"
            _download(label, file, f"image/{kind}", lambda kind=kind: export.film(filmed, x, kind=kind))
    st.caption(f"Script and notebook run on their own with NumPy and print the numbers {lesson.when}.")
    file = st.file_uploader(
        "Start from parameters that were saved as .json: f, w and b are the file's, all else stays as it is here",
        key="import_file",
        type="json",
    )
    if file is None:
        return
    try:
        params = export.read_parameters(file.getvalue(), units=now.moment.trace.v.size)
    except ValueError as error:
        st.error(str(error))
        return
    adopt(f=",".join(map(repr, params.f.ravel().tolist())), w=hold(params), k=0)
    st.rerun()


def _download(label: str, name: str, mime: str, make: Callable[[], str | bytes]) -> None:
    key = f"export_{name.rpartition('.')[2]}"
    st.download_button(label, make, name, mime, key=key, on_click="ignore", width="stretch")


@st.dialog("Your image", on_dismiss="ignore")
def _upload() -> None:
    st.write("It is cropped to a square and reduced to 32×32 pixels. Those pixels travel in the link; nothing is kept.")
    file = st.file_uploader("PNG, JPEG, WebP, GIF or BMP, up to 5 MB", key="upload_file")
    if file is None:
        return
    try:
        img = read_upload(file.getvalue())
    except ValueError as error:
        st.error(str(error))
        return
    adopt(img=img)
    st.rerun()


@st.dialog("All of CIFAR-10", width="large", on_dismiss="ignore")
def _cifar10() -> None:
    if cifar10.LOADER.full_set is None and cifar10.cached():
        cifar10.LOADER.start()
    _loading() if cifar10.LOADER.full_set is None else _browse()


@st.fragment(run_every=0.5)
def _loading() -> None:
    """The way to the full set: a button, then progress, then either the images or a sentence."""
    loader = cifar10.LOADER
    if loader.full_set is not None:
        reopen("cifar10")
        st.rerun()
    if loader.state == "failed":
        st.error(loader.sentence)
    if loader.state in ("absent", "failed"):
        st.write("60,000 images, about 170 MB, fetched once through TensorFlow and kept in Keras' own folder.")
        if st.button("Load CIFAR-10", key="cifar10_load"):
            loader.start()
        return
    st.progress(loader.progress if loader.progress is not None else 0.0, text=loader.sentence)


def _browse() -> None:
    """Images of one class, a page at a time, or any one by its number."""
    left, middle, right = st.columns([2, 2, 1])
    split = left.segmented_control("Set", ("train", "test"), default="train", key="cifar10_split") or "train"
    label = middle.selectbox("Class", ("all", *CLASSES), key="cifar10_class")
    images = cifar10.LOADER.full_set.train if split == "train" else cifar10.LOADER.full_set.held_out
    found = images.indices if label == "all" else images.of((label,)).indices
    page = right.number_input("Page", 1, -(-len(found) // PER_PAGE), key="cifar10_page")
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    for row in range(0, len(shown), 8):
        for column, index in zip(st.columns(8), shown[row : row + 8], strict=False):
            column.image(images.source[index], width=64)
            if column.button(f"{index}", key=f"cifar10_{split}_{index}", width="stretch"):
                _take(f"{split}-{index}")
    number = st.number_input(f"Or its number in the {split} set", 0, len(images) - 1, value=None, key="cifar10_number")
    if number is not None and st.button(f"Take {split}-{number}", key="cifar10_take"):
        _take(f"{split}-{number}")


def _take(img: str) -> None:
    adopt(img=img)
    st.rerun()
