"""From the address to the lesson on the screen: the only code that reads or writes session state."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from cnnviz.core.held import NotHeld
from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.data.images import Image, ImageUnavailable, find_image, load_image
from cnnviz.ui.spec import EXTRA_KEYS
from cnnviz.ui.trainer import Job, Trainer, done

_LESSON, _ADOPTED, _DIALOG, _TRAINER, _FOLLOWED = "lesson", "adopted", "dialog", "trainer", "followed"


@dataclass(frozen=True, eq=False)
class Now:
    """What a run shows: the query that was asked, its lesson, image and moment, and what was wrong by key."""

    asked: Mapping[str, str]
    lesson: Lesson
    image: Image
    moment: Moment
    wrong: Mapping[str, str]
    extras: Mapping[str, str]
    adopted: tuple[int, Mapping[str, str]]


def current() -> Now:
    """Where the visitor is. The address decides.

    Where it holds something that cannot be used, this visitor's last lesson stays in that place, and
    a sentence says so. A page's own keys stay in the address on the way over other pages.
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
    x = load_image(image.pixels, lesson.ch, lesson.scale)
    try:
        moment = trajectory(lesson, x, lesson.k)
    except NotHeld as error:
        wrong["w"] = f"{error}; w starts normal here."
        lesson = dataclasses.replace(lesson, w="normal")
        moment = trajectory(lesson, x, lesson.k)
    st.session_state[_LESSON] = lesson
    extras = {key: asked[key] for key in EXTRA_KEYS if asked.get(key)}
    return Now(asked, lesson, image, moment, wrong, extras, st.session_state.get(_ADOPTED, (0, {})))


def adopt(**change: object) -> None:
    """Hands a change of the lesson, made in a dialog, to the component, which makes it part of the address."""
    count, _ = st.session_state.get(_ADOPTED, (0, {}))
    st.session_state[_ADOPTED] = (count + 1, {name: str(value) for name, value in change.items()})


def reopen(dialog: str) -> None:
    """Has the next run open `dialog` again: a run of the whole page closes the one that is open."""
    st.session_state[_DIALOG] = dialog


def reopened() -> str | None:
    """The dialog that `reopen` named, once."""
    return st.session_state.pop(_DIALOG, None)


def trainer() -> Trainer | None:
    """This visitor's training, if there was one."""
    return st.session_state.get(_TRAINER, (None, False))[0]


def begin(job: Job) -> None:
    """Starts a training in place of the last one."""
    if last := trainer():
        last.stop()
    st.session_state[_TRAINER] = (Trainer(job), True)


def recall(job: Job) -> None:
    """Shows this visitor the same training if this server has done it before, unless one is running."""
    last = trainer()
    if (last and (last.active or last.job.name == job.name)) or not (found := done(job)):
        return
    st.session_state[_TRAINER] = (found, False)


def follow(asked: str, fields: Mapping[str, object]) -> None:
    """Puts native fields, by key, to what the address asks for, whenever it asks for something else than before.

    Also where a field is not there yet: native ones forget their value while their page is not shown.
    """
    if st.session_state.get(_FOLLOWED) != asked or not all(key in st.session_state for key in fields):
        st.session_state.update(fields | {_FOLLOWED: asked})


def has_ended(training: Trainer) -> bool:
    """Whether `training` has ended since this was last asked."""
    _, running = st.session_state[_TRAINER]
    st.session_state[_TRAINER] = (training, training.active)
    return running and not training.active
