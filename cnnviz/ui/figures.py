"""Arrays -> Plotly figures: what people want to read off, zoom and keep. Imported when one is opened."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment
from cnnviz.ui.boards import Chart
from cnnviz.ui.maps import MAPS, SCALES, arrays, limits

HEIGHT = 560
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
                hovertemplate=f"row %{{y}}, column %{{x}}<br>{entry.label} = %{{z:.10g}}<extra></extra>",
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
    updates = list(range(len(moment.losses)))
    return lines(Chart("losses", "loss", updates, {"L": moment.losses.tolist()}, y_title="L = mean (o − y)²"))


def lines(chart: Chart) -> go.Figure:
    """A chart of a board, large: values on hover, both axes named, logarithmic where the small one is."""
    figure = go.Figure()
    mode = "lines+markers" if len(chart.x) < 60 else "lines"
    for name, values in chart.series.items():
        figure.add_trace(go.Scatter(x=chart.x, y=values, mode=mode, name=name, hovertemplate="%{x:.6g}: %{y:.10g}"))
    scale = {"type": "log", "exponentformat": "power"} if chart.log else {}
    figure.update_layout(height=HEIGHT, margin={"l": 60, "r": 10, "t": 30, "b": 50})
    figure.update_xaxes(title=chart.x_title, **scale).update_yaxes(title=chart.y_title, **scale)
    return figure


def _panels(symbol: str, array: np.ndarray, unit_shape: tuple[int, int]) -> list[np.ndarray]:
    if symbol in ("w", "dw"):
        return [column.reshape(unit_shape) for column in array.T]
    return [array[None, :]] if array.ndim == 1 and symbol == "v" else [np.atleast_2d(array.T).T]
