"""What opens large as a chart: every number of the lines, by whatever Plotly is installed."""

from __future__ import annotations

import numpy as np

from cnnviz import Lesson
from cnnviz.core.trajectory import trajectory
from cnnviz.data.images import load_image
from cnnviz.hosts.streamlit import figures
from cnnviz.pages import charts


def test_the_loss_has_a_point_an_update():
    lesson = Lesson(k=7, net="conv1x3-dense2-softmax-ce")
    moment = trajectory(lesson, load_image("test-0"), 7)
    figure = figures.loss_curve(lesson, moment)
    (line,) = figure.data
    assert "log o[n]" in str(figure.layout)  # the loss of this network, from where its formula stands
    np.testing.assert_array_equal(line.x, range(8))
    np.testing.assert_array_equal(line.y, moment.losses)


def test_charts_stand_under_each_other_over_one_x_and_a_second_version_is_dashed_in_the_same_colours():
    two = charts.Chart(
        "a", "A", [0, 1], (charts.Line("p", [1, 2]), charts.Line("q", [3, 4], dashed=True)), "updates", cursor=1
    )
    one = charts.Chart("b", "B", [0, 1], (charts.Line("r", [5, 6]),), "updates", log="y")
    figure = figures.lines(two, one)
    assert [(trace.name, trace.line.dash, trace.yaxis) for trace in figure.data] == [
        ("p", "solid", "y"),
        ("q", "dash", "y"),
        ("r", "solid", "y2"),
    ]
    assert figure.data[0].line.color == figure.data[1].line.color
    assert figure.layout.yaxis2.type == "log" and figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]
    assert figure.layout.shapes[0].x0 == 1


def test_no_axis_of_the_loss_runs_below_zero():
    figure = figures.loss_curve(Lesson(), trajectory(Lesson(), load_image("test-0"), 0))
    assert (figure.layout.xaxis.rangemode, figure.layout.yaxis.rangemode) == ("nonnegative", "tozero")
