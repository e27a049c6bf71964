"""From the address to what is on the screen, and from a dialog or a field back to the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from cnnviz.core.kept import NotKept
from cnnviz.core.lesson import LESSON_KEYS, Lesson
from cnnviz.core.page_state import PageState
from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.data.images import Image, ImageUnavailable, find_image, load_image
from cnnviz.ui.pages import page_keys
from cnnviz.words import Message, message

_LESSON, _ADOPTED, _FOLLOWED = "lesson", "adopted", "followed"


@dataclass(frozen=True, eq=False)
class Now:
    """What a run shows: the query that was asked, its lesson, image and moment, and what was wrong by key."""

    asked: Mapping[str, str]
    lesson: Lesson
    image: Image
    moment: Moment
    wrong: Mapping[str, Message | str]
    extras: Mapping[str, str]
    adopted: tuple[int, Mapping[str, str]]


def current(first: str = "") -> Now:
    """Where the visitor is. The address decides; `first` is the stage of a page that is opened without a lesson in it.

    Where it holds something that cannot be used, this visitor's last lesson stays in that place, and
    a sentence says so. A page's own keys stay in the address on the way over other pages.
    """
    asked = st.query_params.to_dict()
    last: Lesson = st.session_state.get(_LESSON, Lesson())
    lesson, wrong = Lesson.read(asked, instead=last)
    if first and LESSON_KEYS.isdisjoint(asked):
        lesson, _ = lesson.changed({"stage": first})
    try:
        image = find_image(lesson.img)
    except ImageUnavailable as error:
        lesson, wrong = Lesson.read({**asked, "img": last.img}, instead=last)
        wrong["img"] = str(error)
        image = find_image(last.img)
    if lesson.classes and image.label and "y" not in asked:
        lesson, _ = Lesson.read({**asked, "img": image.id}, last, image.label)
    x = load_image(image.pixels, lesson.ch, lesson.scale)
    try:
        moment = trajectory(lesson, x, lesson.k)
    except NotKept as error:
        wrong["w"] = message("ui.address.weights_gone", error=str(error))
        lesson = lesson.without_kept()
        moment = trajectory(lesson, x, lesson.k)
    wrong |= PageState.from_query(asked)[1]
    st.session_state[_LESSON] = lesson
    extras = {key: asked[key] for key in page_keys() if asked.get(key)}
    return Now(asked, lesson, image, moment, wrong, extras, st.session_state.get(_ADOPTED, (0, {})))


def adopt(**change: object) -> None:
    """Hands a change of the lesson, made in a dialog, to the component, which makes it part of the address."""
    count, _ = st.session_state.get(_ADOPTED, (0, {}))
    st.session_state[_ADOPTED] = (count + 1, {name: str(value) for name, value in change.items()})


def follow(asked: str, fields: Mapping[str, object]) -> None:
    """Puts native fields, by key, to what the address asks for, whenever it asks for something else than before.

    Also where a field is not there yet: native ones forget their value while their page is not shown.
    """
    if st.session_state.get(_FOLLOWED) != asked or not all(key in st.session_state for key in fields):
        st.session_state.update(fields | {_FOLLOWED: asked})
