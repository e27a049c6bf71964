"""The Train page's second half: the same network, one kernel, trained on two classes of images."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import streamlit as st

from cnnviz.core.kernels import KERNELS
from cnnviz.core.lesson import MAX_SEED, Lesson, whole_number
from cnnviz.core.network import WEIGHTS
from cnnviz.core.training import Training
from cnnviz.data import cifar10
from cnnviz.data.images import CLASSES, ImageUnavailable
from cnnviz.data.training_set import TwoClasses, two_classes
from cnnviz.ui import controls, learned
from cnnviz.ui.trainer import AT_ONCE, PATIENCE, Trainer

FIELD = 136  # width of a setting, in pixels: six beside each other, two on a phone

HONEST = (
    "One 3×3 kernel and one layer of weights on top can tell bright from dark and edges from planes, and little more: "
    "each weight looks at one place, so what is learned is one template a class, and a cat that sits elsewhere does "
    "not fit it. Guessing reaches 50%; learned images are remembered far better than held-out ones are recognized."
)


@dataclass(frozen=True)
class Settings:
    """What can be set here; the lesson says the rest. In the address it is one key, `train=cat,dog,30,64,0.05,0`.

    >>> Settings.read("ship,truck,5,32,0.1,7")
    (Settings(a='ship', b='truck', epochs=5, batch=32, rate=0.1, seed=7), '')
    """

    a: str = "cat"
    b: str = "dog"
    epochs: int = 30
    batch: int = 64
    rate: float = 0.05
    seed: int = 0

    @classmethod
    def read(cls, text: str) -> tuple[Settings, str]:
        """What an address asks for, and a sentence where that cannot be used; never raises."""
        if not text:
            return cls(), ""
        try:
            a, b, epochs, batch, rate, seed = text.split(",")
            limits = ((epochs, 1, MAX_EPOCHS), (batch, 1, MAX_BATCH), (seed, 0, MAX_SEED))
            epochs, batch, seed = (whole_number(least, most)(number) for number, least, most in limits)
            if not {a, b} <= set(CLASSES) or not 0 <= float(rate) <= MAX_RATE:  # NaN fails too
                raise ValueError
        except ValueError:
            return cls(), f"{text[:40]!r} in the address is no training such as {cls().to_text()}. Here is that one."
        return cls(a, b, epochs, batch, float(rate), seed), ""

    def to_text(self) -> str:
        """As the address has it."""
        return ",".join(f"{value:.15g}" if isinstance(value, float) else str(value) for value in astuple(self))


MAX_EPOCHS, MAX_BATCH, MAX_RATE = 200, 1024, 100.0


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
        settings, job = _fields(lesson, before)
        trainer = controls.trainer()
        if asked and job and not trainer:
            trainer = controls.recall(job)
        if job or trainer:
            watched = bool(trainer and trainer.active)
            st.fragment(_watch, run_every=0.5 if watched else None)(settings, job)


def _loads() -> bool:
    """Whether the full set lies on this computer and is still being read: the page runs again when it is there."""
    loader = cifar10.LOADER
    if cifar10.dataset() is not None or loader.state == "failed" or not cifar10.cached():
        return False
    loader.start()
    st.fragment(_await, run_every=0.5)()
    return True


def _await() -> None:
    loader = cifar10.LOADER
    st.progress(0.0, text=loader.sentence)
    if loader.state in ("ready", "failed"):
        st.rerun()


Job = tuple[Training, TwoClasses, str]
"""What a Trainer needs: the settings, the images, and the channel of them."""


def _fields(lesson: Lesson, old: Settings) -> tuple[Settings, Job | None]:
    """What is set, and what is to be trained with it, or None where that is not to be had."""
    with st.container(horizontal=True):
        settings = Settings(
            st.selectbox("Output 0", CLASSES, index=CLASSES.index(old.a), key="train_class_0", width=FIELD),
            st.selectbox("Output 1", CLASSES, index=CLASSES.index(old.b), key="train_class_1", width=FIELD),
            st.number_input("Epochs", 1, MAX_EPOCHS, old.epochs, key="train_epochs", width=FIELD),
            st.number_input("Batch", 1, MAX_BATCH, old.batch, key="train_batch", width=FIELD),
            st.number_input("Learning rate", 0.0, MAX_RATE, old.rate, key="train_rate", format="%g", width=FIELD),
            st.number_input("Seed of the order", 0, MAX_SEED, old.seed, key="train_seed", width=FIELD),
        )
    if settings.a == settings.b:
        st.warning("Choose two different classes.")
        return settings, None
    try:
        data = two_classes(settings.a, settings.b)
        weights = lesson.w if lesson.w in WEIGHTS else "normal"
        layout = (lesson.stride, lesson.pad, lesson.scale)
        numbers = (settings.rate, settings.batch, settings.epochs, settings.seed)
        training = Training(lesson.f, weights, lesson.seed, *numbers, *layout)
    except (ValueError, ImageUnavailable) as error:
        st.warning(str(error).removeprefix("two_classes: "))
        return settings, None
    st.caption(" ".join(filter(None, (data.words, _start(lesson, training)))))
    return settings, (training, data, lesson.ch)


def _start(lesson: Lesson, training: Training) -> str:
    """Where the network starts from, in words."""
    found = f"Kernel, channel, pixels, stride and padding are the lesson's; {_weights(training)}."
    if lesson.w not in WEIGHTS:
        found += " The lesson's kernel is a trained one; its trained w is not used here."
    return f"{found} The rule is exact here." if lesson.deviations else found


def _weights(training: Training) -> str:
    return "w starts at zero" if training.weights == "zeros" else f"w starts normal from seed {training.seed}"


def _watch(settings: Settings, job: Job | None) -> None:
    """The buttons, and progress while it runs; once it has ended, everything that came out of it."""
    trainer = controls.trainer()
    running = bool(trainer and trainer.active)
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
        elif trainer and job and trainer.settings != job[0] and st.button("Back to its start", key="train_again"):
            _go_back(trainer)
            st.rerun()
        if job and not job[1].full and st.button("The full set…", key="train_load"):
            controls.reopen("cifar10")
            st.rerun()
    if not trainer:
        return
    st.caption(_in_words(trainer))
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
    learned.curves(trainer.reports, trainer.settings.epochs)
    if stuck := learned.stuck(trainer.reports, trainer.settings):
        st.warning(stuck)
    if not trainer.active:
        learned.show(trainer)


def _go_back(trainer: Trainer) -> None:
    """Makes the lesson what it was when `trainer` started."""
    start = trainer.settings
    f = ",".join(map(repr, start.f))
    network = {"f": f, "w": start.weights, "seed": start.seed, "stride": start.stride, "pad": start.padding}
    controls.adopt(**network, ch=trainer.channel, scale=start.scale, k=0)


def _in_words(trainer: Trainer) -> str:
    """Which training this is: the fields above it may have moved on."""
    settings, (a, b) = trainer.settings, trainer.data.names
    f = next((name for name, f in KERNELS.items() if f == settings.f), None)
    return (
        f"This training: {a} against {b}, {len(trainer.data.train):,} images, {settings.epochs} epochs, batch {settings.batch}, "
        f"learning rate {settings.learning_rate:g}, order from seed {settings.shuffle}; "
        f"kernel {f or ', '.join(f'{weight:.3g}' for weight in settings.f)}, {_weights(settings)}; {trainer.channel}, "
        f"pixels {'0 … 1' if settings.scale == 'unit' else 'raw'}, stride {settings.stride}, padding {settings.padding}."
    )
