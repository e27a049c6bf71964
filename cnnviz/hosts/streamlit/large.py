"""A chart, large, as a Plotly figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.pages.address import Now
from cnnviz.pages.charts import Chart
from cnnviz.words import say

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def show(what: str, now: Now, charts: Mapping[str, Chart]) -> None:
    """Opens the chart of that name, if there is one; others over the same x stand below it."""
    if what in charts:
        chart = charts[what]
        beside = [other for name, other in charts.items() if name != what and np.array_equal(other.x, chart.x)]
        _open(str(chart.title), lambda figures: figures.lines(chart, *beside))
    elif what == "L":
        _open(say("ui.large.loss", when=now.lesson.when), lambda figures: figures.loss_curve(now.lesson, now.moment))


def _open(title: str, make: Callable[[ModuleType], Figure]) -> None:
    from cnnviz.hosts.streamlit import figures  # Plotly is loaded when the first chart is opened, not before.

    @st.dialog(title, width="large", on_dismiss="ignore")
    def large() -> None:
        image = {"format": "png", "filename": f"cnnviz {title}", "scale": 2}
        st.plotly_chart(make(figures), key="large_chart", config={"displaylogo": False, "toImageButtonOptions": image})

    large()
