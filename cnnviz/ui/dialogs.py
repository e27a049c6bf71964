"""What opens over the page when it is asked for: a map as a large chart, an upload, all of CIFAR-10."""

from __future__ import annotations

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


def show(what: str | None, now: Now, named_charts: Callable[[], dict[str, Chart]] = dict) -> None:
    """Opens the dialog that the component asked for, if it did; anything unknown is ignored.

    `named_charts` gives the page's own, by the name under which the component asks for them.
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
        _files(now)
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
def _files(now: Now) -> None:
    """Downloads, made when they are asked for, and the way back for parameters."""
    name, x = f"cnnviz-{now.lesson.img[:12]}-update-{now.lesson.k}", now.moment.trace.x
    files = {
        "NumPy script": ("py", "text/x-python", lambda: export.numpy_script(now.lesson, now.image.pixels)),
        "Jupyter notebook": ("ipynb", "application/x-ipynb+json", lambda: export.jupyter_notebook(now.lesson, now.image.pixels)),
        "All arrays (.npz)": ("npz", "application/octet-stream", lambda: export.arrays_npz(now.lesson, now.moment)),
        "Parameters (.json)": ("json", "application/json", lambda: export.parameters_json(now.lesson, now.moment.params)),
        "Film (.gif)": ("gif", "image/gif", lambda: export.film(now.lesson, x)),
        "Film (.webp)": ("webp", "image/webp", lambda: export.film(now.lesson, x, kind="webp")),
    }
    for label, (ending, mime, make) in files.items():
        key = f"export_{ending}"
        st.download_button(label, make, f"{name}.{ending}", mime, key=key, on_click="ignore", width="stretch")
    st.caption("Script and notebook run on their own with NumPy and print the numbers of this update.")
    file = st.file_uploader("Start from parameters that were saved as .json", key="import_file", type="json")
    if file is None:
        return
    try:
        params = export.read_parameters(file.getvalue(), units=now.moment.trace.v.size)
    except ValueError as error:
        st.error(str(error))
        return
    adopt(f=",".join(map(repr, params.f.ravel().tolist())), w=hold(params), k=0)
    st.rerun()


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
    if cifar10.dataset() is None and cifar10.cached():
        cifar10.LOADER.start()
    _loading() if cifar10.dataset() is None else _browse()


@st.fragment(run_every=0.5)
def _loading() -> None:
    """The way to the full set: a button, then progress, then either the images or a sentence."""
    loader = cifar10.LOADER
    if cifar10.dataset() is not None:
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
    data = cifar10.dataset()
    found = data.indices(split, None if label == "all" else label)
    page = right.number_input("Page", 1, -(-len(found) // PER_PAGE), key="cifar10_page")
    images = data.images(split)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    for row in range(0, len(shown), 8):
        for column, index in zip(st.columns(8), shown[row : row + 8], strict=False):
            column.image(images[index], width=64)
            if column.button(f"{index}", key=f"cifar10_{split}_{index}", width="stretch"):
                _take(f"{split}-{index}")
    number = st.number_input(f"Or its number in the {split} set", 0, len(images) - 1, value=None, key="cifar10_number")
    if number is not None and st.button(f"Take {split}-{number}", key="cifar10_take"):
        _take(f"{split}-{number}")


def _take(img: str) -> None:
    adopt(img=img)
    st.rerun()
