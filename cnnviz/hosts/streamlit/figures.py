"""Charts -> Plotly figures: what people want to read off, zoom and keep. Imported when one is opened."""

from __future__ import annotations

import plotly.graph_objects as go

from cnnviz.core.latex_to_text import plain
from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment
from cnnviz.pages.charts import LINE_COLOURS, Chart, Line
from cnnviz.words import message, say

HEIGHT = 560
LARGE = 0.52
"""The share of the height that the first of several charts has."""

GAP = 0.28
"""The share of a small chart's height that keeps it from the next above it."""

MOST_VALUES = 18
"""Lines of all charts that say their values on hover; more would cover the charts."""

CURSOR = "#808895"
FONT = "Inter, system-ui, sans-serif"
"""The page's own."""


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
        _draw(figure, chart, silent, yaxis=f"y{n}", showlegend=n == 1 and len(chart.lines) > 1)
        figure.add_annotation(text=str(chart.y_title), x=0, y=domain[1], **_ABOVE)
    if large.cursor is not None:
        at, line = large.cursor, {"color": CURSOR, "width": 2, "dash": "dot"}
        figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", line=line)
    figure.update_xaxes(title=str(large.x_title), anchor=f"y{len(charts)}", **_axis("x" in large.log), **_SPIKE)
    figure.update_layout(height=HEIGHT, separators=_separators(), margin={"l": 60, "r": 10, "t": 30, "b": 50}, hovermode="x unified")
    return figure.update_layout(hoversubplots="axis", font={"family": FONT, "size": 13}, hoverlabel={"font": {"size": 13, "family": FONT}})


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
