"""The Train page's second half: the same network, one kernel, trained on two classes of images."""

from __future__ import annotations

import io

import numpy as np
import streamlit as st
from PIL import Image as Pillow

from cnnviz.core.film import NEARLY_ALL
from cnnviz.core.held import hold
from cnnviz.core.kernels import KERNELS
from cnnviz.core.lesson import MAX_NUMBER, Lesson
from cnnviz.core.network import WEIGHTS
from cnnviz.core.training import Outcome, Progress, Training, guessed_share, outcome
from cnnviz.data import cifar10
from cnnviz.data.images import CLASSES, ImageUnavailable
from cnnviz.data.training_set import two_classes
from cnnviz.export.colour import levels_of, ramp
from cnnviz.ui import controls
from cnnviz.ui.trainer import AT_ONCE, PATIENCE, Trainer

FIELD = 136  # width of a setting, in pixels: six beside each other, two on a phone
FEW = 10  # held-out images; of fewer, guessing may get all or none right
SHOWN = 6
"""Images shown of the most confident right and wrong ones."""

HONEST = (
    "One 3×3 kernel and one layer of weights on top: it can tell bright from dark and edges from planes, and little "
    "more. Guessing reaches 50%; learned images are remembered far better than held-out ones are recognized."
)


def show(lesson: Lesson) -> None:
    """Settings, a training that can be watched, and what came out of it; starts from the lesson's kernel."""
    with st.container(key="below"):
        st.subheader("Train on a data set")
        st.write(HONEST)
        if _loads():
            return
        settings = _settings(lesson)
        trainer = controls.trainer()
        if settings and st.button("Train", key="train_start", disabled=bool(trainer and trainer.active)):
            controls.begin(settings)
            st.rerun()
        if trainer:
            st.fragment(_watch, run_every=0.5 if trainer.active else None)()


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


def _settings(lesson: Lesson) -> tuple | None:
    last = controls.trainer()  # whoever comes back to the page finds the settings of the training that is shown
    old, (class_a, class_b) = (last.settings, last.data.names) if last else (Training(), ("cat", "dog"))
    with st.container(horizontal=True):
        a = st.selectbox("Output 0", CLASSES, index=CLASSES.index(class_a), key="train_class_0", width=FIELD)
        b = st.selectbox("Output 1", CLASSES, index=CLASSES.index(class_b), key="train_class_1", width=FIELD)
        epochs = st.number_input("Epochs", 1, 200, old.epochs, key="train_epochs", width=FIELD)
        batch = st.number_input("Batch", 1, 1024, old.batch, key="train_batch", width=FIELD)
        rate = st.number_input("Learning rate", 0.0, 100.0, old.learning_rate, key="train_rate", format="%g", width=FIELD)
        seed = st.number_input("Seed", 0, 999_999, old.shuffle, key="train_seed", width=FIELD)
    if a == b:
        st.warning("Choose two different classes.")
        return None
    try:
        data = two_classes(a, b)
        weights = lesson.w if lesson.w in WEIGHTS else "normal"
        training = Training(lesson.f, weights, lesson.seed, rate, batch, epochs, seed, lesson.stride, lesson.pad, lesson.scale)
    except (ValueError, ImageUnavailable) as error:
        st.warning(str(error).removeprefix("two_classes: "))
        return None
    st.caption(f"{data.words} Kernel, channel, pixels, stride and padding are the lesson's; w starts {weights} from its seed.")
    if not data.full and st.button("The full set…", key="train_load"):
        controls.reopen("cifar10")
    return training, data, lesson.ch


def _watch() -> None:
    """Progress while it runs; once it has ended, everything that came out of it."""
    trainer = controls.trainer()
    progress = trainer.look()
    st.caption(_settings_in_words(trainer))
    if controls.has_ended(trainer):
        st.rerun()  # the whole page once more: the button is free again, and the polling ends
    if trainer.active:
        left, right, _ = st.columns([1, 1, 4])
        if trainer.state == "paused":
            left.button("Go on", key="train_resume", on_click=trainer.resume, width="stretch")
        else:
            left.button("Pause", key="train_pause", on_click=trainer.pause, width="stretch")
        right.button("Stop", key="train_stop", on_click=trainer.stop, width="stretch")
    if trainer.state == "left":
        st.info(f"It stopped because this page was left for {PATIENCE:g} seconds.")
    if trainer.state == "failed":
        st.error("This training broke off. Change a setting, or choose other classes, and train again.")
    if progress is None:
        waits = f"Waiting for its turn: {AT_ONCE} trainings run at a time here." if trainer.active else "Ended before it began."
        st.progress(0.0, text=waits)
        return
    share = progress.step / progress.steps
    st.progress(share, text=f"{trainer.state}: update {progress.step:,} of {progress.steps:,}, epoch {progress.epoch}")
    for column, title in zip(st.columns(2), ("loss", "accuracy"), strict=True):
        learned, held = getattr(progress, title), getattr(progress, f"held_{title}")
        words = f"{title} {learned:.4f} of learned images, {held:.4f} of those held out"
        column.image(_curves(trainer.reports, title), width="stretch", alt=words)
    if stuck := _stuck(progress, trainer.settings):
        st.warning(stuck)
    if not trainer.active:
        _results(trainer)


def _settings_in_words(trainer: Trainer) -> str:
    """Which training this is: the fields above it may have moved on."""
    settings, (a, b) = trainer.settings, trainer.data.names
    f = next((name for name, f in KERNELS.items() if f == settings.f), "custom")
    return (
        f"This training: {a} against {b}, {len(trainer.data.train):,} images, {settings.epochs} epochs, batch {settings.batch}, "
        f"learning rate {settings.learning_rate:g}, seed {settings.shuffle}; kernel {f}, {trainer.channel}, "
        f"pixels {'0 … 1' if settings.scale == 'unit' else 'raw'}, stride {settings.stride}, padding {settings.padding}."
    )


def _stuck(progress: Progress, settings: Training) -> str:
    """Why nothing more is learned, if that is so."""
    if max(progress.saturated, progress.saturated_outputs) < NEARLY_ALL:
        return ""
    what = "outputs" if progress.saturated_outputs >= NEARLY_ALL else "units"
    cure = "pixels from 0 to 1" if settings.scale == "raw" else "a smaller learning rate"
    return f"At update {progress.step:,} nearly all {what} are saturated: almost no gradient passes them. Try {cure}."


def _beside_guessing(accuracy: float, images: int) -> str:
    """What an accuracy on so few images is worth."""
    if images < FEW:
        return f"{images} images are too few to judge by."
    low, high = guessed_share(images)
    verdict = "more than guessing" if accuracy > high else "less than guessing" if accuracy < low else "no more than luck"
    return f"Guessing gets {low:.0%} to {high:.0%} of {images:,} right, 19 times out of 20: this is {verdict}."


def _results(trainer: Trainer) -> None:
    params = trainer.reports[-1].params
    held = trainer.data.held
    result = outcome(trainer.settings, params, held.pixels(trainer.channel), held.targets)
    film, table = st.columns(2)
    film.caption("The kernel as it learned")
    film.image(_kernel_film(trainer.reports), width=180)
    a, b = trainer.data.names
    (aa, ab), (ba, bb) = result.confusion.tolist()
    table.caption(f"Held-out images, {result.accuracy:.1%} right. {_beside_guessing(result.accuracy, len(held))}")
    table.markdown(
        f"| | said {a} | said {b} |\n|---|---|---|\n| is {a} | {aa} | {ab} |\n| is {b} | {ba} | {bb} |"
    )
    for title, indices in (("right", result.right), ("wrong", result.wrong)):
        if len(indices):
            st.caption(f"Most confident and {title}: open one in Step with the trained parameters")
            _row(title, indices[:SHOWN], result, trainer)


def _row(title: str, indices: np.ndarray, result: Outcome, trainer: Trainer) -> None:
    """Images with what the network said of each; a click opens one in Step as the network that was trained."""
    held, params, settings = trainer.data.held, trainer.reports[-1].params, trainer.settings
    images, ids = held.images, held.ids
    too_large = bool(np.abs(params.f).max() > MAX_NUMBER)  # for a lesson, and so for Step
    row = st.container(horizontal=True)
    for index in indices:
        cell = row.container(width=FIELD)
        cell.image(images[index], width=72)
        said = trainer.data.names[result.predictions[index]]
        if cell.button(f"{said} {result.confidence[index]:.2f}", key=f"open_{title}_{index}", help=ids[index], disabled=too_large):
            y, f = (",".join(map(repr, numbers.ravel().tolist())) for numbers in (held.targets[index], params.f))
            network = {"f": f, "w": hold(params), "stride": settings.stride, "pad": settings.padding, "rule": "exact"}
            image = {"img": ids[index], "ch": trainer.channel, "scale": settings.scale, "y": y}
            controls.adopt(page="", **image, **network, k=0, stage="o")
            st.rerun()


def _curves(reports: list[Progress], title: str) -> str:
    """Loss or accuracy so far, of learned and of held-out images, as SVG in colours that can be read on light and dark."""
    lines = [("learned", "#2f86de", "", title), ("held out", "#d9730d", "6 4", f"held_{title}")]
    most = 1.0 if title == "accuracy" else max(getattr(report, name) for report in reports for *_, name in lines)
    steps = max(reports[-1].steps, 1)
    parts = [f'<text y="14" font-weight="600">{title}</text><text x="420" y="14" text-anchor="end">0 … {most:.3g}</text>']
    parts.append('<rect y="20" width="420" height="110" fill="none" stroke="#808895" opacity=".5"/>')
    for place, (label, colour, dash, name) in enumerate(lines):
        values = [getattr(report, name) for report in reports]
        points = " ".join(
            f"{420 * report.step / steps:.1f},{130 - 110 * value / (most or 1):.1f}"
            for report, value in zip(reports, values, strict=True)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>')
        parts.append(f'<text x="{210 * place}" y="148" fill="{colour}">{label} {values[-1]:.4f}</text>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 154" font-family="sans-serif" font-size="14" fill="#808895">'
        f"{''.join(parts)}</svg>"
    )


def _kernel_film(reports: list[Progress]) -> bytes:
    """The kernel at each report as an animated GIF, on one scale."""
    most = max(float(np.abs(r.kernel).max()) for r in reports)
    colours = ramp("signed", 255)
    frames = [Pillow.fromarray(colours[levels_of(r.kernel, -most, most, 255)]).resize((180, 180), 0) for r in reports]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0)
    return out.getvalue()
