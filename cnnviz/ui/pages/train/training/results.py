"""What a training has learned: its kernel and weights as they changed, accuracy and confusion, and the most confident images."""

from __future__ import annotations

import base64
import io
from functools import lru_cache

import numpy as np
import streamlit as st
from PIL import Image as Pillow

from cnnviz.core.kept import keep
from cnnviz.core.lesson import MAX_NUMBER
from cnnviz.core.ops import conv2d_shape
from cnnviz.core.outcome import Outcome, outcome
from cnnviz.core.training import MEASURED
from cnnviz.export.frames import Panel, draw, encode
from cnnviz.ui.address import adopt
from cnnviz.ui.pages.train.training.trainer import MOST_KEPT, Trainer
from cnnviz.ui.pages.train.training.verdicts import beside_guessing
from cnnviz.words import say

SHOWN = 6
"""Images shown of the most confident right and wrong ones."""


def show(trainer: Trainer) -> None:
    """The kernel and the weights as they learned, accuracy and confusion, and the most confident images."""
    held_out, (a, b) = trainer.job.data.held_out, trainer.job.data.names
    result = _outcome(trainer)
    animated, table = st.columns([3, 2])
    animated.caption(say("ui.train.training.animation.caption"))
    kernel = trainer.reports[-1].params.f.ravel().tolist()
    animated.image(animation(trainer), width="stretch", alt=say("ui.train.training.animation.alt", kernel=kernel))
    guessing = beside_guessing(result.accuracy, len(held_out))
    table.caption(say("ui.train.training.held_out", accuracy=result.accuracy, guessing=guessing))
    table.markdown(_confusion(result, a, b))
    if max(len(trainer.job.data.train), len(held_out)) > MEASURED:
        st.caption(say("ui.train.training.measured", images=MEASURED))
    st.caption(say("ui.train.training.under_each", a=a, b=b))
    for kind, indices in (("right", result.right), ("wrong", result.wrong)):
        if len(indices):
            st.markdown(f"**{say(f'ui.train.training.most_confident.{kind}')}**")
            _row(kind, indices[:SHOWN], result, trainer)


def _confusion(result: Outcome, a: str, b: str) -> str:
    """How many images of each class were taken for which, as a Markdown table."""
    (aa, ab), (ba, bb) = result.confusion.tolist()
    said_a, said_b = (say("ui.train.training.table.said", name=name) for name in (a, b))
    is_a, is_b = (say("ui.train.training.table.is", name=name) for name in (a, b))
    return f"| | {said_a} | {said_b} |\n|---|---|---|\n| {is_a} | {aa} | {ab} |\n| {is_b} | {ba} | {bb} |"


def _row(kind: str, indices: np.ndarray, result: Outcome, trainer: Trainer) -> None:
    """Images with what the network said of each; a click opens one in Step as the network that was trained."""
    settings, data, channel = trainer.job
    held_out, params, names = data.held_out, trainer.reports[-1].params, data.names
    images, ids = held_out.images, held_out.ids
    too_large = bool(np.abs(params.f).max() > MAX_NUMBER)  # for a lesson, and so for Step
    row = st.container(horizontal=True)
    for index in indices:
        said, real = names[result.predictions[index]], names[held_out.labels[index]]
        outputs = " : ".join(f"{output:.2f}" for output in result.o[index])
        key, words = f"open_{kind}_{index}", say("ui.train.training.image", id=ids[index], name=real)
        if row.button(f"![{words}]({_png(images[index])}) {said} {outputs}", key=key, help=words, disabled=too_large):
            y, f = (",".join(map(repr, numbers.ravel().tolist())) for numbers in (held_out.targets[index], params.f))
            network = {"f": f, "w": keep(params), "stride": settings.stride, "pad": settings.padding, "rule": "exact"}
            image = {"img": ids[index], "ch": channel, "scale": settings.scale, "y": y}
            adopt(page="", **image, **network, k=0, stage="o")
            st.rerun()


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
    """Kernel, its change and the weights at each report, as an animated GIF."""
    settings, data, _ = trainer.job
    start, frames = trainer.reports[0].kernel, []
    shape = conv2d_shape(data.train.source.shape[1:3], start.shape, settings.stride, settings.padding)
    for report in trainer.reports:
        change = say("ui.train.training.animation.change")
        panels = [Panel("f", "signed", report.kernel), Panel(change, "signed", report.kernel - start)]
        weights = zip(data.names, report.params.w.T, strict=True)
        panels += [Panel(say("ui.train.training.animation.weights", name=name), "signed", w.reshape(shape)) for name, w in weights]
        numbers = {"update": report.step, "epoch": report.epoch, "accuracy": report.held_accuracy}
        frames.append(draw(say("ui.train.training.animation.frame", **numbers), panels))
    return encode(frames)
