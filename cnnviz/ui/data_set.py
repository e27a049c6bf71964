"""The Train page's second half: the same network, one kernel, trained on two classes of images."""

from __future__ import annotations

import dataclasses
from dataclasses import astuple

import streamlit as st

from cnnviz.core.kernels import KERNELS
from cnnviz.core.lesson import MAX_SEED, Lesson
from cnnviz.core.network import WEIGHTS
from cnnviz.core.training import Training
from cnnviz.data import cifar10
from cnnviz.data.images import CLASSES
from cnnviz.data.training_data import describe, training_data
from cnnviz.ui import controls, learned
from cnnviz.ui.trainer import AT_ONCE, PATIENCE, Job
from cnnviz.ui.training_settings import MAX_BATCH, MAX_EPOCHS, MAX_RATE, Settings

FIELD = 136  # width of a setting, in pixels: six beside each other, two on a phone

HONEST = (
    "One 3×3 kernel and one layer of weights on top can tell bright from dark and edges from planes, and little more: "
    "each weight looks at one place, so what is learned is one template a class, and a cat that sits elsewhere does "
    "not fit it. Guessing reaches 50%; learned images are remembered far better than held-out ones are recognized."
)


def show(lesson: Lesson, asked: str) -> None:
    """Settings, a training that can be watched, and what came out of it; starts from the lesson's kernel.

    `asked` is what the address says of the settings.
    """
    with st.container(key="below"):
        st.subheader("Train on a data set")
        st.write(HONEST)
        if _loads():
            return
        before, wrong = Settings.read(asked)
        if wrong:
            st.warning(wrong)
        settings = _fields(before, asked)
        job = _job(lesson, settings)
        if asked and job and settings == before:
            controls.recall(job)
        trainer = controls.trainer()
        if job or trainer:
            watched = bool(trainer and trainer.active)
            st.fragment(_watch, run_every=0.5 if watched else None)(lesson, settings, job)


def _loads() -> bool:
    """Whether the full set lies on this computer and is still being read: the page runs again when it is there."""
    loader = cifar10.LOADER
    if loader.full_set is not None or loader.state == "failed" or not cifar10.cached():
        return False
    loader.start()
    st.fragment(_await, run_every=0.5)()
    return True


def _await() -> None:
    loader = cifar10.LOADER
    st.progress(0.0, text=loader.sentence)
    if loader.state in ("ready", "failed"):
        st.rerun()


def _fields(before: Settings, asked: str) -> Settings:
    """What is set: what the address asked for, unless that was changed here since."""
    keys = [f"train_{name}" for name in ("class_0", "class_1", "epochs", "batch", "rate", "seed")]
    controls.follow(asked, dict(zip(keys, astuple(before), strict=True)))
    a, b, epochs, batch, rate, seed = keys
    with st.container(horizontal=True):
        return Settings(
            st.selectbox("Output 0", CLASSES, key=a, width=FIELD),
            st.selectbox("Output 1", CLASSES, key=b, width=FIELD),
            st.number_input("Epochs", 1, MAX_EPOCHS, key=epochs, width=FIELD),
            st.number_input("Batch", 1, MAX_BATCH, key=batch, width=FIELD),
            st.number_input("Learning rate", 0.0, MAX_RATE, key=rate, format="%g", width=FIELD),
            st.number_input("Seed of the order", 0, MAX_SEED, key=seed, width=FIELD),
        )


def _job(lesson: Lesson, settings: Settings) -> Job | None:
    """What is to be trained, or None, with a sentence, where it is not to be had."""
    if settings.a == settings.b:
        st.warning("Choose two different classes.")
        return None
    try:
        data = training_data((settings.a, settings.b))
        weights = lesson.w if lesson.w in WEIGHTS else "normal"
        layout = (lesson.stride, lesson.pad, lesson.scale)
        numbers = (settings.rate, settings.batch, settings.epochs, settings.seed)
        training = Training(lesson.f, weights, lesson.seed, *numbers, *layout)
    except ValueError as error:
        st.warning(str(error))
        return None
    st.caption(f"{describe(data)} {_start(lesson, training)}")
    return Job(training, data, lesson.ch)


def _start(lesson: Lesson, training: Training) -> str:
    """Where the network starts from, in words."""
    found = f"Kernel, channel, pixels, stride and padding are the lesson's; {_weights(training)}."
    if lesson.w not in WEIGHTS:
        found += " The lesson's kernel is a trained one; its trained w is not used here."
    return f"{found} The rule is exact here." if lesson.deviations else found


def _weights(training: Training) -> str:
    return "w starts at zero" if training.weights == "zeros" else f"w starts normal from seed {training.seed}"


def _watch(lesson: Lesson, settings: Settings, job: Job | None) -> None:
    """The buttons, and progress while it runs; once it has ended, everything that came out of it."""
    trainer = controls.trainer()
    running = bool(trainer and trainer.active)
    here = dataclasses.replace(lesson.start, rule="exact")  # the rule is none of a training's business
    paused = running and trainer.state == "paused"
    with st.container(horizontal=True):
        if st.button("Train", key="train_start", disabled=job is None):
            controls.begin(job)
            controls.adopt(train=settings.to_text())
            st.rerun()
        if running:
            turn = trainer.resume if paused else trainer.pause
            st.button("Go on" if paused else "Pause", key="train_pause", on_click=turn)
            st.button("Stop", key="train_stop", on_click=trainer.stop)
        elif trainer and _start_of(trainer.job, lesson) != here and st.button("Back to its start", key="train_again"):
            controls.adopt(**_start_of(trainer.job, lesson).to_query())
            st.rerun()
        if job and not job.data.full and st.button("The full set…", key="train_load"):
            controls.reopen("cifar10")
            st.rerun()
    if not trainer:
        return
    st.caption(_in_words(trainer.job))
    if controls.has_ended(trainer):
        st.rerun()  # the whole page once more: the polling ends
    if trainer.state == "left":
        st.info(f"It stopped because this page was left for {PATIENCE:g} seconds.")
    if trainer.state == "failed":
        st.error("This training broke off. Change a setting, or choose other classes, and train again.")
    progress = trainer.look()
    words = {"left": "stopped", "waiting": f"waiting for its turn ({AT_ONCE} trainings run at a time here)"}
    state = words.get(trainer.state, trainer.state)
    if progress is None:
        st.progress(0.0, text=state if running else "Ended before it began.")
        return
    share = progress.step / progress.steps
    st.progress(share, text=f"{state}: update {progress.step:,} of {progress.steps:,}, epoch {progress.epoch}")
    reports = tuple(trainer.reports)  # the training goes on meanwhile
    learned.curves(reports, trainer.job.settings.epochs)
    if stuck := learned.stuck(reports, trainer.job.settings):
        st.warning(stuck)
    if not trainer.active:
        learned.show(trainer)


def _start_of(job: Job, lesson: Lesson) -> Lesson:
    """`lesson` as it was when `job` started: on the same image, with that network."""
    start = job.settings
    network = {"f": start.f, "w": start.weights, "seed": start.seed, "stride": start.stride, "pad": start.padding}
    return dataclasses.replace(lesson.start, **network, ch=job.channel, scale=start.scale, rule="exact")


def _in_words(job: Job) -> str:
    """Which training this is: the fields above it may have moved on."""
    settings, (a, b) = job.settings, job.data.names
    f = next((name for name, f in KERNELS.items() if f == settings.f), None)
    return (
        f"This training: {a} against {b}, {len(job.data.train):,} images, {settings.epochs} epochs, batch {settings.batch}, "
        f"learning rate {settings.learning_rate:g}, order from seed {settings.shuffle}; "
        f"kernel {f or ', '.join(f'{weight:.3g}' for weight in settings.f)}, {_weights(settings)}; {job.channel}, "
        f"pixels {'0 … 1' if settings.scale == 'unit' else 'raw'}, stride {settings.stride}, padding {settings.padding}."
    )
