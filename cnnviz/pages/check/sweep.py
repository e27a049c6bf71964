"""The U-curve: how far central differences are off, against their step."""

from __future__ import annotations

from cnnviz.core.gradcheck import StepSweep
from cnnviz.pages.charts import Chart, Line
from cnnviz.words import message


def sweep_chart(sweep: StepSweep) -> Chart:
    """Error of central differences against their step ε, in two precisions."""
    return Chart(
        "sweep",
        message("ui.check.sweep.title"),
        sweep.steps.tolist(),
        tuple(Line(name, [float(error) for error in errors]) for name, errors in sweep.errors.items()),
        message("ui.check.sweep.x"),
        message("ui.check.sweep.y"),
        log="xy",
        words=message("ui.check.sweep.words"),
    )
