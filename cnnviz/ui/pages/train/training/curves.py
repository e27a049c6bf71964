"""Loss and accuracy of a training as two small charts, SVG that can be read on light and dark."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnviz.core.training import Progress
from cnnviz.ui.charts import LINE_COLOURS
from cnnviz.words import say, written

_STYLE = """<style>text{fill:#1a2230}rect{stroke:#1a2230;opacity:.35}
@media(prefers-color-scheme:dark){text{fill:#e8edf4}rect{stroke:#e8edf4}}</style>"""
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 414, 24, 130


def show_curves(reports: Sequence[Progress], epochs: int, classes: int) -> None:
    """Loss and accuracy so far, of learned and of held-out images."""
    for column, name in zip(st.columns(2), ("loss", "accuracy"), strict=True):
        learned, held_out = getattr(reports[-1], name), getattr(reports[-1], f"held_{name}")
        words = say(f"ui.train.training.curves.{name}.words", learned=learned, held_out=held_out)
        column.image(curve_svg(reports, name, epochs, classes), width="stretch", alt=words)


def curve_svg(reports: Sequence[Progress], name: str, epochs: int, classes: int = 2) -> str:
    """One of the two charts, "loss" or "accuracy"."""
    lines = (("learned", LINE_COLOURS[0], "", name), ("held_out", LINE_COLOURS[1], "6 4", f"held_{name}"))
    most = 1.0 if name == "accuracy" else max(getattr(report, line) for report in reports for *_, line in lines) or 1.0
    parts = _frame(say(f"ui.train.training.curves.{name}.title"), most, epochs)
    if name == "accuracy":
        parts += _guessing(1 / classes)
    for place, (label, colour, dash, line) in enumerate(lines):
        values = [getattr(report, line) for report in reports]
        pen = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
        x = _LEFT + 225 * place
        parts.append(f'<polyline points="{_points(reports, values, most)}" {pen}/><path d="M{x} {_BOTTOM + 32}h20" {pen}/>')
        parts.append(f'<text x="{x + 25}" y="{_BOTTOM + 36}">{say(f"ui.train.training.curves.{label}", value=values[-1])}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 {_BOTTOM + 40}" font-family="sans-serif" font-size="12.5">'
        f"{_STYLE}{''.join(parts)}</svg>"
    )


def _frame(title: str, most: float, epochs: int) -> list[str]:
    """The title, a frame, and what stands at the ends of the axes."""
    end = say("ui.train.training.epochs", n=epochs)
    return [
        f'<text y="14" font-weight="600">{title}</text>',
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_RIGHT - _LEFT}" height="{_BOTTOM - _TOP}" fill="none"/>',
        f'<text x="{_LEFT - 4}" y="{_TOP + 9}" text-anchor="end">{written(most, "2")}</text>',
        f'<text x="{_LEFT - 4}" y="{_BOTTOM}" text-anchor="end">0</text>',
        f'<text x="{_LEFT}" y="{_BOTTOM + 15}">0</text>',
        f'<text x="{_RIGHT}" y="{_BOTTOM + 15}" text-anchor="end">{end}</text>',
    ]


def _guessing(share: float) -> list[str]:
    """A dotted line: the share that guessing gets right."""
    middle = _BOTTOM - (_BOTTOM - _TOP) * share
    words = say("ui.train.training.curves.guessing", share=round(share, 3))
    return [
        f'<path d="M{_LEFT} {middle}H{_RIGHT}" stroke="#808895" stroke-dasharray="1 4"/>',
        f'<text x="{_RIGHT - 4}" y="{min(_BOTTOM - 6, middle - 4 if share < 0.3 else _BOTTOM)}" text-anchor="end">{words}</text>',
    ]


def _points(reports: Sequence[Progress], values: Sequence[float], most: float) -> str:
    steps = max(reports[-1].steps, 1)
    return " ".join(
        f"{_LEFT + (_RIGHT - _LEFT) * report.step / steps:.1f},{_BOTTOM - (_BOTTOM - _TOP) * value / most:.1f}"
        for report, value in zip(reports, values, strict=True)
    )
