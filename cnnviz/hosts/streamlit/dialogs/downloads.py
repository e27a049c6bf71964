"""Files that are made when they are fetched: one at a time, and the last ones kept while browsers fetch them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit import runtime

from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.data.images import load_image
from cnnviz.hosts.streamlit.language import in_the_same_language
from cnnviz.pages.address import Now

MOST_MADE = 48_000_000
"""Bytes of files that were made; Streamlit would keep each until its session ends. The largest network's parameters take 13 MB."""

_ONE_AT_A_TIME = threading.Lock()


def download(label: str, name: str, mime: str, key: str, make: Callable[[], str | bytes]) -> None:
    """A button for the file that `make` makes when it is pressed, in the visitor's language.

    `make` stays for as long as the session does: it holds nothing large.
    """
    st.download_button(label, in_the_same_language(lambda: _made(make)), name, mime, key=key, on_click="ignore", width="stretch")


def again(now: Now) -> Callable[[], Moment]:
    """Works the moment out again, for what is to hold the lesson alone."""
    lesson, pixels = now.lesson, now.image.pixels
    return lambda: trajectory(lesson, load_image(pixels, lesson.ch, lesson.scale), lesson.k)


def _made(make: Callable[[], str | bytes]) -> bytes:
    with _ONE_AT_A_TIME:
        made = make()
        content = made.encode() if isinstance(made, str) else made
        _make_room(len(content))
    return content


def _make_room(size: int) -> None:
    """Lets the oldest files go, as many as `size` bytes more take; who has not fetched theirs presses the button again."""
    if not runtime.exists():
        return
    storage: Any = runtime.get_instance().media_file_mgr._storage  # the one that keeps files in memory
    files = [(id, len(file.content)) for id, file in list(storage._files_by_id.items()) if file.kind.value == "downloadable"]
    held = sum(length for _, length in files)
    for id, length in files:
        if held + size <= MOST_MADE:
            return
        storage.delete_file(id)
        held -= length
