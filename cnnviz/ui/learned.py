"""What a training on a data set shows: its curves while it runs, and in the end what it has learned."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import streamlit as st
from PIL import Image as Pillow

from cnnviz.core.film import NEARLY_ALL
from cnnviz.core.held import hold
from cnnviz.core.lesson import MAX_NUMBER
from cnnviz.core.ops import conv2d_shape
from cnnviz.core.training import MEASURED, Outcome, Progress, Training, guessed_share, outcome
from cnnviz.export.frames import Panel, draw, encode
from cnnviz.ui import controls
from cnnviz.ui.boards import LINE_COLOURS
from cnnviz.ui.trainer import MOST_KEPT, Trainer

FEW = 10  # held-out images; of fewer, guessing may get all or none right
SHOWN = 6
"""Images shown of the most confident right and wrong ones."""


def curves(reports: Sequence[Progress], epochs: int) -> None:
    """Loss and accuracy so far, of learned and of held-out images."""
    for column, title in zip(st.columns(2), ("loss", "accuracy"), strict=True):
        here, held = getattr(reports[-1], title), getattr(reports[-1], f"held_{title}")
        words = f"{title}: {here:.4f} of learned images, {held:.4f} of those held out"
        column.image(_curves(reports, title, epochs), width="stretch", alt=words)


_STYLE = """<style>text{fill:#1a2230}rect{stroke:#1a2230;opacity:.35}
@media(prefers-color-scheme:dark){text{fill:#e8edf4}rect{stroke:#e8edf4}}</style>"""
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 414, 24, 130


def _curves(reports: Sequence[Progress], title: str, epochs: int) -> str:
    """One of the two charts, as SVG that can be read on light and dark."""
    lines = (("learned", LINE_COLOURS[0], "", title), ("held out", LINE_COLOURS[1], "6 4", f"held_{title}"))
    most = 1.0 if title == "accuracy" else max(getattr(report, name) for report in reports for *_, name in lines) or 1.0
    steps = max(reports[-1].steps, 1)
    parts = [
        f'<text y="14" font-weight="600">{title}</text>',
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_RIGHT - _LEFT}" height="{_BOTTOM - _TOP}" fill="none"/>',
        f'<text x="{_LEFT - 4}" y="{_TOP + 9}" text-anchor="end">{most:.2g}</text>',
        f'<text x="{_LEFT - 4}" y="{_BOTTOM}" text-anchor="end">0</text>',
        f'<text x="{_LEFT}" y="{_BOTTOM + 15}">0</text>',
        f'<text x="{_RIGHT}" y="{_BOTTOM + 15}" text-anchor="end">{epochs} epochs</text>',
    ]
    if title == "accuracy":
        middle = (_TOP + _BOTTOM) / 2
        parts.append(f'<path d="M{_LEFT} {middle}H{_RIGHT}" stroke="#808895" stroke-dasharray="1 4"/>')
        parts.append(f'<text x="{_RIGHT - 4}" y="{_BOTTOM - 6}" text-anchor="end">guessing: 0.5, dotted</text>')
    for place, (label, colour, dash, name) in enumerate(lines):
        values = [getattr(report, name) for report in reports]
        points = " ".join(
            f"{_LEFT + (_RIGHT - _LEFT) * report.step / steps:.1f},{_BOTTOM - (_BOTTOM - _TOP) * value / most:.1f}"
            for report, value in zip(reports, values, strict=True)
        )
        pen = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
        x = _LEFT + 225 * place
        parts.append(f'<polyline points="{points}" {pen}/><path d="M{x} {_BOTTOM + 32}h20" {pen}/>')
        parts.append(f'<text x="{x + 25}" y="{_BOTTOM + 36}">{label} {values[-1]:.4g}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 {_BOTTOM + 40}" font-family="sans-serif" font-size="12.5">'
        f"{_STYLE}{''.join(parts)}</svg>"
    )


def stuck(reports: Sequence[Progress], settings: Training) -> str:
    """Why nothing more is learned, if that is so."""
    first, now = reports[0], reports[-1]
    if now.saturated >= NEARLY_ALL:
        cure = "a smaller starting kernel" if first.saturated >= NEARLY_ALL else "a smaller learning rate"
        cure = "pixels from 0 to 1" if settings.scale == "raw" else cure
        return f"At update {now.step:,} nearly all units are saturated: no gradient gets to the kernel, and only w learns. Try {cure}."
    if now.saturated_outputs >= NEARLY_ALL and now.accuracy < NEARLY_ALL:
        return (
            f"At update {now.step:,} nearly all outputs are saturated, many on the wrong side: almost no gradient passes them. "
            "Try a smaller learning rate."
        )
    return ""


def beside_guessing(accuracy: float, images: int) -> str:
    """What an accuracy on so few images is worth."""
    if images < FEW:
        return f"{images} images are too few to judge by."
    low, high = guessed_share(images)
    verdict = "more than guessing" if accuracy > high else "less than guessing" if accuracy < low else "no more than luck"
    return f"Guessing gets {low:.0%} to {high:.0%} of {images:,} right, 19 times out of 20: this is {verdict}."


def show(trainer: Trainer) -> None:
    """The kernel and the weights as they learned, accuracy and confusion, and the most confident images."""
    params, held, names = trainer.reports[-1].params, trainer.job.data.held_out, trainer.job.data.names
    result = _outcome(trainer)
    film, table = st.columns([3, 2])
    film.caption("As it learned: the kernel, its change, and the weights of each output, each where it looks at the image")
    kernel = ", ".join(f"{weight:.3g}" for weight in params.f.ravel())
    film.image(_film(trainer), width="stretch", alt=f"Film of the kernel and the weights; in the end the kernel is {kernel}")
    (aa, ab), (ba, bb) = result.confusion.tolist()
    a, b = names
    table.caption(f"Held-out images, {result.accuracy:.1%} right. {beside_guessing(result.accuracy, len(held))}")
    table.markdown(f"| | said {a} | said {b} |\n|---|---|---|\n| is {a} | {aa} | {ab} |\n| is {b} | {ba} | {bb} |")
    if max(len(trainer.job.data.train), len(held)) > MEASURED:
        st.caption(f"The curves are measured on {MEASURED:,} images of either kind, the same ones each time; the table is of all.")
    st.caption(f"Under each image: what the network said it is, and its outputs o, {a} : {b}. A click opens it in Step, with what was learned.")
    for title, indices in (("right", result.right), ("wrong", result.wrong)):
        if len(indices):
            st.markdown(f"**Most confident and {title}**")
            _row(title, indices[:SHOWN], result, trainer)


def _row(title: str, indices: np.ndarray, result: Outcome, trainer: Trainer) -> None:
    """Images with what the network said of each; a click opens one in Step as the network that was trained."""
    settings, data, channel = trainer.job
    held, params, names = data.held_out, trainer.reports[-1].params, data.names
    images, ids = held.images, held.ids
    too_large = bool(np.abs(params.f).max() > MAX_NUMBER)  # for a lesson, and so for Step
    row = st.container(horizontal=True)
    for index in indices:
        said, real = names[result.predictions[index]], names[held.labels[index]]
        outputs = " : ".join(f"{output:.2f}" for output in result.o[index])
        key, help = f"open_{title}_{index}", f"{ids[index]}, a {real}"
        if row.button(f"![{help}]({_png(images[index])}) {said} {outputs}", key=key, help=help, disabled=too_large):
            y, f = (",".join(map(repr, numbers.ravel().tolist())) for numbers in (held.targets[index], params.f))
            network = {"f": f, "w": hold(params), "stride": settings.stride, "pad": settings.padding, "rule": "exact"}
            image = {"img": ids[index], "ch": channel, "scale": settings.scale, "y": y}
            controls.adopt(page="", **image, **network, k=0, stage="o")
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
def _film(trainer: Trainer) -> bytes:
    """Kernel, its change and the weights at each report, as an animated GIF."""
    settings, data, _ = trainer.job
    start, frames = trainer.reports[0].kernel, []
    shape = conv2d_shape(data.train.source.shape[1:3], start.shape, settings.stride, settings.padding)
    for report in trainer.reports:
        panels = [Panel("f", "signed", report.kernel), Panel("f - f at the start", "signed", report.kernel - start)]
        weights = zip(data.names, report.params.w.T, strict=True)
        panels += [Panel(f"w of {name}", "signed", w.reshape(shape)) for name, w in weights]
        frames.append(draw(f"update {report.step:,}, epoch {report.epoch}    {report.held_accuracy:.1%} of held-out images right", panels))
    return encode(frames)
