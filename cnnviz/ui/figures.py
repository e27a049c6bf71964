"""Arrays -> Plotly figures: what people want to read off, zoom and keep. Imported when one is opened."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment
from cnnviz.ui.charts import LINE_COLOURS, Chart, Line
from cnnviz.ui.maps import MAPS, SCALES, arrays, limits
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

PRINTED = 64
"""Cells up to which a heatmap prints its numbers."""


def heatmap(symbol: str, lesson: Lesson, moment: Moment) -> go.Figure:
    """One map, large: values on hover, a colour bar, square cells. `w` and `dw` have a panel an output."""
    entry, array = MAPS[symbol], arrays(lesson, moment)[symbol]
    low, high = limits(symbol, array, lesson.scale)
    panels = _panels(symbol, array, moment.trace.z1.shape)
    titles = [f"{entry.label}[:, {n}]" for n in range(len(panels))] if len(panels) > 1 else None
    figure = make_subplots(rows=1, cols=len(panels), subplot_titles=titles, horizontal_spacing=0.06)
    stops = SCALES[entry.scale]
    for column, values in enumerate(panels, start=1):
        figure.add_trace(
            go.Heatmap(
                z=values,
                coloraxis="coloraxis",
                texttemplate="%{z:.4g}" if values.size <= PRINTED else None,
                hovertemplate=say("ui.charts.cell", **_UNDER_THE_MOUSE, label=entry.label) + "<extra></extra>",
            ),
            row=1,
            col=column,
        )
    figure.update_yaxes(autorange="reversed", constrain="domain")
    if array.size <= PRINTED:  # few cells: every index, and numbers that the last row can read
        figure.update_xaxes(dtick=1).update_yaxes(dtick=1).update_traces(textfont={"size": 24 if array.size <= 9 else 14})
    if symbol != "v":
        figure.update_yaxes(scaleanchor="x", constrain="domain").update_xaxes(constrain="domain")
        for column in range(2, len(panels) + 1):
            figure.update_yaxes(scaleanchor=f"x{column}", col=column)
    colorscale = [[i / (len(stops) - 1), colour] for i, colour in enumerate(stops)]
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 40, "r": 10, "t": 30, "b": 30},
        coloraxis={"colorscale": colorscale, "cmin": low, "cmax": high, "colorbar": {"title": entry.label}},
    )
    return figure


def loss_curve(moment: Moment) -> go.Figure:
    """The loss after each update so far."""
    title, x_title, y_title = (message(f"ui.charts.{name}") for name in ("loss", "updates", "loss_formula"))
    return lines(Chart("losses", title, list(range(len(moment.losses))), (Line("L", moment.losses),), x_title, y_title))


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
    figure.update_layout(height=HEIGHT, margin={"l": 60, "r": 10, "t": 30, "b": 50}, hovermode="x unified")
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
        figure.add_trace(go.Scatter(x=chart.x, y=line.values, mode=mode, name=str(line.label), line=pen, **hover, **shown))


def _axis(log: bool) -> dict:
    return {"type": "log", "exponentformat": "power"} if log else {}


def _panels(symbol: str, array: np.ndarray, unit_shape: tuple[int, int]) -> list[np.ndarray]:
    if symbol in ("w", "dw"):
        return [column.reshape(unit_shape) for column in array.T]
    return [array[None, :]] if array.ndim == 1 and symbol == "v" else [np.atleast_2d(array.T).T]
