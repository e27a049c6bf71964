"""Arrays -> Plotly figures: what people want to read off, zoom and keep. Imported when one is opened."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cnnviz.core.latex_to_text import plain
from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment
from cnnviz.pages import map_records
from cnnviz.pages.charts import LINE_COLOURS, Chart, Line
from cnnviz.pages.colours import SCALES
from cnnviz.wire.records import MapRecord
from cnnviz.words import message, say

HEIGHT = 560
LARGE = 0.52
"""The share of the height that the first of several charts has."""

GAP = 0.28
"""The share of a small chart's height that keeps it from the next above it."""

MOST_VALUES = 18
"""Lines of all charts that say their values on hover; more would cover the charts."""

CURSOR = "#808895"

_UNDER_THE_MOUSE = {"row": "%{y}", "column": "%{x}", "value": "%{z:.10g}"}

ACROSS, MOST_PANELS = 4, 16
"""Panels side by side, and in all."""

PRINTED = 64
"""Cells up to which a heatmap prints its numbers."""


def heatmap(symbol: str, lesson: Lesson, moment: Moment) -> go.Figure:
    """One map, large: values on hover, a colour bar, square cells; a panel a channel, filter or output where there are few."""
    program = map_records.program_of(lesson, moment)
    record = map_records.records(lesson, program, moment)[symbol]
    array = map_records.array_of(symbol, lesson, moment)
    low, high = record["limits"]
    panels = _panels(record, array)
    rows = math.ceil(len(panels) / ACROSS)
    figure = make_subplots(
        rows=rows,
        cols=min(len(panels), ACROSS),
        subplot_titles=list(panels) if len(panels) > 1 else None,
        horizontal_spacing=0.06,
    )
    places = [(n // ACROSS + 1, n % ACROSS + 1) for n in range(len(panels))]
    for (row, column), values in zip(places, panels.values(), strict=True):
        figure.add_trace(
            go.Heatmap(
                z=values,
                coloraxis="coloraxis",
                texttemplate="%{z:.4g}" if values.size <= PRINTED else None,
                hovertemplate=say("ui.charts.cell", **_UNDER_THE_MOUSE, label=record["label"]) + "<extra></extra>",
            ),
            row=row,
            col=column,
        )
    figure.update_yaxes(autorange="reversed", constrain="domain")
    if array.size <= PRINTED:  # few cells: every index, and numbers that the last row can read
        figure.update_xaxes(dtick=1).update_yaxes(dtick=1).update_traces(
            textfont={"size": 24 if array.size <= 9 else 14}
        )
    if all(
        values.shape[0] <= 4 * values.shape[1] and values.shape[1] <= 4 * values.shape[0] for values in panels.values()
    ):
        figure.update_xaxes(constrain="domain")
        for n in range(len(panels)):
            figure.update_yaxes(scaleanchor=f"x{n + 1 if n else ''}", row=places[n][0], col=places[n][1])
    stops = SCALES[record["scale"]]
    colorscale = [[i / (len(stops) - 1), colour] for i, colour in enumerate(stops)]
    figure.update_layout(
        height=HEIGHT,
        separators=_separators(),
        margin={"l": 40, "r": 10, "t": 30, "b": 30},
        coloraxis={"colorscale": colorscale, "cmin": low, "cmax": high, "colorbar": {"title": record["label"]}},
    )
    return figure


def loss_curve(lesson: Lesson, moment: Moment) -> go.Figure:
    """The loss after each update so far."""
    title, x_title = (message(f"ui.charts.{name}") for name in ("loss", "updates"))
    formula = plain(lesson.network.program(moment.trace["x"].shape).formulas["L"])
    figure = lines(Chart("losses", title, list(range(len(moment.losses))), (Line("L", moment.losses),), x_title, formula))
    # Before the first update there is one point, whose axes would else run below 0.
    return figure.update_xaxes(rangemode="nonnegative").update_yaxes(rangemode="tozero")


def lines(*charts: Chart) -> go.Figure:
    """A chart, large, and under it others over the same x, with one cursor through all.

    Values on hover, axes named, logarithmic where the small charts are.
    """
    figure = go.Figure()
    large, *others = charts
    bottom = 1 - LARGE if others else 0.0
    step = bottom / max(len(others), 1)
    domains = [(bottom, 1.0), *((bottom - step * (n + 1), bottom - step * (n + GAP)) for n in range(len(others)))]
    values = 0
    for n, (chart, domain) in enumerate(zip(charts, domains, strict=True), start=1):
        figure.update_layout({f"yaxis{n}": {"domain": domain, "nticks": 8 if n == 1 else 4} | _axis("y" in chart.log)})
        silent = n > 1 and values + len(chart.lines) > MOST_VALUES
        values += 0 if silent else len(chart.lines)
        _draw(figure, chart, silent, yaxis=f"y{n}", showlegend=n == 1)
        figure.add_annotation(text=str(chart.y_title), x=0, y=domain[1], **_ABOVE)
    if large.cursor is not None:
        at, line = large.cursor, {"color": CURSOR, "width": 2, "dash": "dot"}
        figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", line=line)
    figure.update_xaxes(title=str(large.x_title), anchor=f"y{len(charts)}", **_axis("x" in large.log), **_SPIKE)
    figure.update_layout(height=HEIGHT, separators=_separators(), margin={"l": 60, "r": 10, "t": 30, "b": 50}, hovermode="x unified")
    return figure.update_layout(hoversubplots="axis", hoverlabel={"font": {"size": 11}})


_ABOVE = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "showarrow": False}
_SPIKE = {"showspikes": True, "spikemode": "across", "spikethickness": 1, "spikecolor": CURSOR, "spikedash": "solid"}


def _draw(figure: go.Figure, chart: Chart, silent: bool, **shown: object) -> None:
    """Its lines; silent ones say no values, and only the cursor passes them."""
    mode = "lines+markers" if len(chart.x) < 60 else "lines"
    hover = {"hoverinfo": "skip"} if silent else {"hovertemplate": "%{y:.6g}"}
    for place, line in enumerate(chart.lines):
        colour = LINE_COLOURS[chart.hue(place) % len(LINE_COLOURS)]
        pen = {"color": colour, "dash": "dash" if line.dashed else "solid", "width": 2}
        figure.add_trace(
            go.Scatter(x=chart.x, y=line.values, mode=mode, name=str(line.label), line=pen, **hover, **shown)
        )


def _separators() -> str:
    """The decimal point and what parts thousands, for the numbers on axes and under the mouse."""
    return say("words.point") + say("words.thousands")


def _axis(log: bool) -> dict[str, str]:
    return {"type": "log", "exponentformat": "power"} if log else {}


def _panels(record: MapRecord, array: np.ndarray) -> dict[str, np.ndarray]:
    """The parts of an array that stand by themselves, by their titles; of very many only the first."""
    label, laid_out = record["label"], array.reshape(record["shape"])
    if record["kind"] == "map":
        found = {f"{label}[{c}]": channel for c, channel in enumerate(laid_out)}
        if len(record["index"]) == 1:  # v is one row
            return {label: array[None, :]}
    elif record["kind"] == "filters":
        m, c, *_ = laid_out.shape
        found = {f"{label}[{i},{j}]": laid_out[i, j] for i in range(m) for j in range(c)}
    elif record["kind"] == "weights" and laid_out.ndim == 4 and laid_out.shape[0] == 1:
        found = {f"{label}[:, {n}]": laid_out[0, :, :, n] for n in range(laid_out.shape[3])}
    else:
        found = {label: array if array.ndim == 2 else np.atleast_2d(array).T}
    return dict(list(found.items())[:MOST_PANELS])
