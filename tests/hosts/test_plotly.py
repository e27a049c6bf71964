"""The script of Plotly's that draws charts opened large: of whatever Plotly is installed."""

from importlib.metadata import version

from cnnviz.hosts.streamlit.application import plotly_script


def test_the_script_of_the_installed_plotly_has_all_that_a_chart_needs():
    script = plotly_script()
    assert "plotly.js v" in script[:200] and "hoversubplots" in script
    assert int(version("plotly").partition(".")[0]) in range(5, 8)
