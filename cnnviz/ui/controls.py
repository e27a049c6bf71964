"""From the address to the lesson on the screen: the only code that reads or writes session state."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import streamlit as st

from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.data.images import Image, ImageUnavailable, find_image, load_image

_LESSON, _ADOPTED = "lesson", "adopted"


def current() -> tuple[Mapping[str, str], Lesson, Image, Moment, dict[str, str]]:
    """What this run shows: the query that was asked, its lesson, image and moment, and what was wrong.

    The address decides. Where it holds something that cannot be used, this visitor's last lesson
    stays in that place, and a sentence says so.
    """
    asked = st.query_params.to_dict()
    last: Lesson = st.session_state.get(_LESSON, Lesson())
    lesson, wrong = Lesson.read(asked, instead=last)
    try:
        image = find_image(lesson.img)
    except ImageUnavailable as error:
        wrong["img"] = str(error)
        lesson = dataclasses.replace(lesson, img=last.img)
        image = find_image(last.img)
    st.session_state[_LESSON] = lesson
    x = load_image(image.pixels, lesson.ch, lesson.scale)
    return asked, lesson, image, trajectory(lesson, x, lesson.k), wrong


def adopt(img: str) -> None:
    """Hands an image that was chosen in a dialog to the component, which makes it part of the address."""
    count, _ = st.session_state.get(_ADOPTED, (0, ""))
    st.session_state[_ADOPTED] = (count + 1, img)


def adopted() -> tuple[int, str]:
    """How many images were adopted so far, and the last of them."""
    return st.session_state.get(_ADOPTED, (0, ""))
