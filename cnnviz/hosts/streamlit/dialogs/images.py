"""Other images than those in the gallery: a visitor's own, and all of CIFAR-10."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnviz.core.image_ids import CLASSES, called
from cnnviz.data import cifar10 as data
from cnnviz.data.forbidden import excuse
from cnnviz.data.uploads import read_upload
from cnnviz.hosts.streamlit.escape_markdown import escape_markdown
from cnnviz.hosts.streamlit.visit import adopt
from cnnviz.words import say

PER_PAGE, PER_ROW = 24, 8


def upload() -> None:
    """Opens the dialog for a visitor's own image."""
    st.dialog(say("ui.upload.title"), on_dismiss="ignore")(_upload)()


def cifar10(reopen: Callable[[str], None]) -> None:
    """Opens the dialog for all of CIFAR-10, again by `reopen` once it is loaded."""
    st.dialog(say("ui.cifar10.title"), width="large", on_dismiss="ignore")(_cifar10)(reopen)


def _upload() -> None:
    st.write(say("ui.upload.what_happens"))
    file = st.file_uploader(say("ui.upload.file"), key="upload_file")
    if file is None:
        return
    try:
        img = read_upload(file.getvalue())
    except ValueError as error:
        st.error(escape_markdown(error))
        return
    _take(img)


def _cifar10(reopen: Callable[[str], None]) -> None:
    if no := excuse("cifar10"):
        st.info(str(no))
        return
    if data.LOADER.full_set is None and data.cached():
        data.LOADER.start()
    _loading(reopen) if data.LOADER.full_set is None else _browse()


@st.fragment(run_every=0.5)
def _loading(reopen: Callable[[str], None]) -> None:
    """The way to the full set: a button, then progress, then either the images or a sentence."""
    loader = data.LOADER
    if data.LOADER.full_set is not None:
        reopen("cifar10")
        st.rerun()
    if loader.state == "failed":
        st.error(loader.sentence)
    if loader.state in ("absent", "failed"):
        st.write(say("ui.cifar10.what_loads"))
        if st.button(say("ui.cifar10.load"), key="cifar10_load"):
            loader.start()
        return
    st.progress(loader.progress if loader.progress is not None else 0.0, text=loader.sentence)


def _browse() -> None:
    """Images of one class, a page at a time, or any one by its number."""
    left, middle, right = st.columns([2, 2, 1])
    split = left.segmented_control(say("ui.cifar10.set"), ("train", "test"), default="train", key="cifar10_split") or "train"
    every = say("ui.cifar10.all")
    label = middle.selectbox(say("ui.cifar10.class"), (every, *CLASSES), format_func=lambda name: str(called(name)), key="cifar10_class")
    images = getattr(data.LOADER.full_set, {"train": "train", "test": "held_out"}[split])
    found = images.indices if label == every else images.of((label,)).indices
    page = right.number_input(say("ui.cifar10.page"), 1, -(-len(found) // PER_PAGE), key="cifar10_page")
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    for row in range(0, len(shown), PER_ROW):
        for column, index in zip(st.columns(PER_ROW), shown[row : row + PER_ROW], strict=False):
            column.image(images.source[index], width=64)
            if column.button(f"{index}", key=f"cifar10_{split}_{index}", width="stretch"):
                _take(f"{split}-{index}", CLASSES[images.labels[index]])
    number = st.number_input(say("ui.cifar10.number", split=split), 0, len(images) - 1, value=None, key="cifar10_number")
    if number is not None and st.button(say("ui.cifar10.take", img=f"{split}-{number}"), key="cifar10_take"):
        _take(f"{split}-{number}", CLASSES[images.labels[number]])


def _take(img: str, label: str | None = None) -> None:
    """Shows an image; of an own one only its owner knows what is on it."""
    adopt(img=img, **({"label": label} if label else {}))
    st.rerun()
