"""The settings of a training as fields, and the job that they and the lesson make."""

from __future__ import annotations

import dataclasses
from dataclasses import astuple

import streamlit as st

from cnnviz.core.kernels import KERNELS
from cnnviz.core.lesson import MAX_SEED, Lesson
from cnnviz.core.network import WEIGHTS
from cnnviz.core.training import Training
from cnnviz.data.images import CLASSES
from cnnviz.data.training_data import describe, training_data
from cnnviz.ui.address import follow
from cnnviz.ui.pages.train.training.settings import MAX_BATCH, MAX_EPOCHS, MAX_RATE, Settings
from cnnviz.ui.pages.train.training.trainer import Job
from cnnviz.ui.plain import plain
from cnnviz.words import Message, message, say, written

FIELD = 136  # width of a setting, in pixels: six beside each other, two on a phone


def fields(before: Settings, asked: str) -> Settings:
    """What is set: what the address asked for, unless that was changed here since."""
    keys = [f"train_{name}" for name in ("class_0", "class_1", "epochs", "batch", "rate", "seed")]
    follow(asked, dict(zip(keys, astuple(before), strict=True)))
    labels = [say(f"ui.train.training.fields.{key.removeprefix('train_')}") for key in keys]
    a, b, *numbers = [{"label": label, "key": key, "width": FIELD} for label, key in zip(labels, keys, strict=True)]
    epochs, batch, rate, seed = numbers
    with st.container(horizontal=True):
        return Settings(
            st.selectbox(**a, options=CLASSES),
            st.selectbox(**b, options=CLASSES),
            st.number_input(**epochs, min_value=1, max_value=MAX_EPOCHS),
            st.number_input(**batch, min_value=1, max_value=MAX_BATCH),
            st.number_input(**rate, min_value=0.0, max_value=MAX_RATE, format="%g"),
            st.number_input(**seed, min_value=0, max_value=MAX_SEED),
        )


def job_of(lesson: Lesson, settings: Settings) -> Job | None:
    """What is to be trained, or None, with a sentence, where it is not to be had."""
    if settings.a == settings.b:
        st.warning(say("ui.train.training.one_class"))
        return None
    try:
        data = training_data((settings.a, settings.b))
        weights = lesson.w if lesson.w in WEIGHTS else "normal"
        layout = (lesson.stride, lesson.pad, lesson.scale)
        numbers = (settings.rate, settings.batch, settings.epochs, settings.seed)
        training = Training(lesson.f, weights, lesson.seed, *numbers, *layout)
    except ValueError as error:
        st.warning(plain(error))
        return None
    st.caption(" ".join(map(written, (describe(data), *start_words(lesson, training)))))
    return Job(training, data, lesson.ch)


def start_words(lesson: Lesson, training: Training) -> list[Message]:
    """Where the network starts from, in sentences."""
    found = [message("ui.train.training.start.lesson", weights=_weights(training))]
    if lesson.w not in WEIGHTS:
        found.append(message("ui.train.training.start.trained"))
    return [*found, message("ui.train.training.start.exact")] if lesson.deviations else found


def _weights(training: Training) -> Message:
    return message(f"ui.train.training.start.{training.weights}", seed=training.seed)


def start_of(job: Job, lesson: Lesson) -> Lesson:
    """`lesson` as it was when `job` started: on the same image, with that network."""
    start = job.settings
    network = {"f": start.f, "w": start.weights, "seed": start.seed, "stride": start.stride, "pad": start.padding}
    return dataclasses.replace(lesson.start, **network, ch=job.channel, scale=start.scale, rule="exact")


def job_words(job: Job) -> Message:
    """Which training this is: the fields above it may have moved on."""
    settings, (a, b) = job.settings, job.data.names
    return message(
        "ui.train.training.job",
        a=a,
        b=b,
        images=message("ui.train.training.images", n=len(job.data.train)),
        epochs=message("ui.train.training.epochs", n=settings.epochs),
        batch=settings.batch,
        rate=settings.learning_rate,
        shuffle=settings.shuffle,
        kernel=next((name for name, f in KERNELS.items() if f == settings.f), settings.f),
        weights=_weights(settings),
        channel=job.channel,
        pixels=message(f"ui.train.training.pixels.{settings.scale}"),
        stride=settings.stride,
        padding=settings.padding,
    )
