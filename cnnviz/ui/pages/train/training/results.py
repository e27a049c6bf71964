"""What a training has learned: its filters and weights as they changed, accuracy and confusion, and the surest and most torn images."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import streamlit as st
from PIL import Image as Pillow

from cnnviz import export
from cnnviz.core.lesson import LESSON_KEYS, Lesson
from cnnviz.core.outcome import Outcome, accuracy_range, outcome
from cnnviz.core.program import Program
from cnnviz.core.training import MEASURED, Progress
from cnnviz.core.values import Params
from cnnviz.export.frames import PANEL, Panel, draw, encode
from cnnviz.ui.address import adopt
from cnnviz.ui.pages.train.training.trainer import MOST_KEPT, Trainer
from cnnviz.ui.pages.train.training.verdicts import beside_guessing
from cnnviz.words import say

SHOWN = 6
"""Images shown of the surest right, the most torn and the surest wrong ones."""

SAID = 2
"""Outputs that stand under an image."""

MOST_FILTERS, MOST_OUTPUTS = 4, 2
"""Filters, and outputs whose weights lie as a map does, in the film of a training."""


def show(trainer: Trainer) -> None:
    """The filters and the weights as they learned, accuracy and confusion, and the images that tell most."""
    held_out, names = trainer.job.data.held_out, trainer.job.data.names
    result = _outcome(trainer)
    animated, table = st.columns([3, 2]) if (film := animation(trainer)) else (None, st)
    if animated:
        animated.caption(say("ui.train.training.animation.caption"))
        kernel = trainer.reports[-1].kernel.ravel()[:9].tolist()
        animated.image(film, width="stretch", alt=say("ui.train.training.animation.alt", kernel=kernel))
    low, high = accuracy_range(result.accuracy, len(held_out))
    guessing = beside_guessing(result.accuracy, len(held_out), len(names))
    table.caption(say("ui.train.training.held_out", accuracy=result.accuracy, low=low, high=high, guessing=guessing))
    table.markdown(_confusion(result, names))
    if max(len(trainer.job.data.train), len(held_out)) > MEASURED:
        st.caption(say("ui.train.training.measured", images=MEASURED))
    st.caption(say("ui.train.training.under_each"))
    for kind, indices in (("right", result.right), ("torn", result.torn), ("wrong", result.wrong)):
        if len(indices):
            st.markdown(f"**{say(f'ui.train.training.most_confident.{kind}')}**")
            _row(kind, indices[:SHOWN], result, trainer)


def _confusion(result: Outcome, names: tuple[str, ...]) -> str:
    """How many images of each class were taken for which, as a Markdown table."""
    said = [say("ui.train.training.table.said", name=name) if len(names) <= 3 else name for name in names]
    rows = [
        f"| {say('ui.train.training.table.is', name=name)} | {' | '.join(map(str, counts))} |"
        for name, counts in zip(names, result.confusion.tolist(), strict=True)
    ]
    return "\n".join([f"| | {' | '.join(said)} |", "|---" * (len(names) + 1) + "|", *rows])


def _row(kind: str, indices: np.ndarray, result: Outcome, trainer: Trainer) -> None:
    """Images with what the network said of each; a click opens one in Step as the network that was trained."""
    held_out, names = trainer.job.data.held_out, trainer.job.data.names
    images, ids = held_out.images, held_out.ids
    row = st.container(horizontal=True)
    for index in indices:
        said, real = names[result.predictions[index]], names[held_out.labels[index]]
        key, words = f"open_{kind}_{index}", say("ui.train.training.image", id=ids[index], name=real)
        if row.button(f"![{words}]({_png(images[index])}) {said} {_outputs(result.o[index], names)}", key=key, help=words):
            try:
                query = opened(trainer, ids[index], real)
            except ValueError:
                st.error(say("ui.train.training.too_large"))
                return
            adopt(page="", **query)
            st.rerun()


def _outputs(o: np.ndarray, names: tuple[str, ...]) -> str:
    """Both outputs, or the largest of many with their names."""
    if len(o) == SAID:
        return " : ".join(f"{output:.2f}" for output in o)
    return ", ".join(f"{names[n]} {o[n]:.2f}" for n in np.argsort(-o)[:SAID])


def opened(trainer: Trainer, img: str, label: str) -> dict[str, str]:
    """The address of an image with the network that was trained, whole; ValueError where its numbers are too large for a lesson."""
    settings, _, channel = trainer.job
    query = {"img": img, "ch": channel, "scale": settings.scale, "net": settings.net, "classes": ",".join(settings.classes or trainer.job.data.names)}
    query |= {"stride": str(settings.stride), "pad": str(settings.padding), "y": label, "stage": "o"}
    lesson, _ = Lesson.read(query)
    params = Params.of({name: np.asarray(array, np.float64) for name, array in trainer.reports[-1].params.items()})
    found = export.starting_from(lesson, params).to_query()
    return dict.fromkeys(sorted(LESSON_KEYS - {*found, "lr", "opt"}), "") | {key: text for key, text in found.items() if key not in ("lr", "opt")}


def _png(pixels: np.ndarray) -> str:
    out = io.BytesIO()
    Pillow.fromarray(pixels).save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode('ascii')}"


@lru_cache(maxsize=MOST_KEPT)  # of trainings that have ended; a change of any field shows them again
def _outcome(trainer: Trainer) -> Outcome:
    settings, data, channel = trainer.job
    return outcome(settings, trainer.reports[-1].params, data.held_out.pixels(channel), data.held_out.targets)


@lru_cache(maxsize=MOST_KEPT)
def animation(trainer: Trainer) -> bytes:
    """Filters, how the first has changed, and weights at each report, as an animated GIF; b"" where there is nothing to draw."""
    settings, data, channel = trainer.job
    program = settings.network.program(data.train.pixels(channel).shape[1:])
    frames = []
    for report in trainer.reports:
        panels = [*_filters(report, trainer.reports[0]), *_weights(program, report.params, data.names)]
        if not panels:
            return b""
        numbers = {"update": report.step, "epoch": report.epoch, "accuracy": report.held_accuracy}
        frames.append(draw(say("ui.train.training.animation.frame", **numbers), panels))
    return encode(frames)


def _filters(report: Progress, start: Progress) -> list[Panel]:
    """The first filters, each in its first channel, and the change of the very first."""
    if not report.kernel.size:
        return []
    side = report.kernel.shape[-1]
    now, then = (np.asarray(one.kernel, np.float64).reshape(len(one.kernel) if one.kernel.ndim == 4 else 1, -1, side, side)[:, 0] for one in (report, start))
    names = ["f"] if len(now) == 1 else [f"f[{m}]" for m in range(min(len(now), MOST_FILTERS))]
    panels = [Panel(name, "signed", one) for name, one in zip(names, now, strict=False)]
    return [*panels, Panel(say("ui.train.training.animation.change"), "signed", now[0] - then[0])]


def _weights(program: Program, params: Mapping[str, np.ndarray], names: tuple[str, ...]) -> list[Panel]:
    """The weights of the first outputs, where these look at a map of one channel at once."""
    last = next((name for name in reversed(program.parameters) if name[0] == "w"), "")
    shape = program.laid_out.get(last, ())
    if len(shape) != 4 or shape[0] != 1 or max(shape[1:3]) > PANEL or shape[3] != len(names):
        return []
    layers = np.asarray(params[last], np.float64).reshape(shape)[0]
    return [
        Panel(say("ui.train.training.animation.weights", name=name), "signed", layers[..., n])
        for n, name in enumerate(names[:MOST_OUTPUTS])
    ]
