"""Facts of a lesson are true of its numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest

from cnnviz import Lesson
from cnnviz.core.loss_runs import promise
from cnnviz.pages.facts import facts
from tests.pages.running import now

SMALL = "conv2x3-relu-max2-dense8-tanh-dense3-softmax-ce"


def _said(lesson: Lesson) -> dict[str, str]:
    return {stage: str(fact) for stage, fact in facts(lesson, lesson.network, now(lesson).moment, promise(lesson, now(lesson).moment)).items()}


@pytest.mark.parametrize("lesson", [Lesson(), Lesson(k=3), Lesson(net=SMALL)], ids=["start", "k=3", "relu"])
def test_the_promised_fall_is_that_of_a_tiny_step_of_each_parameter_alone(lesson):
    moment, network = now(lesson).moment, lesson.network
    trace = moment.trace

    def fall(name: str) -> float:
        params = {key: array - 1e-5 * moment.gradients[f"d{key}"] * (key == name) for key, array in moment.params.items()}
        after = network.forward(moment.params.replace(**params), trace.x)
        return network.loss(trace, np.array(lesson.y)) - network.loss(after, np.array(lesson.y))

    falls = {name: fall(name) for name in moment.params}
    said = {name: float(share) for name, share in re.findall(r"(\w+) ([\d.]+)%", _said(lesson)["update"])}
    for name, share in said.items():
        plain = name.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"))
        assert share == pytest.approx(100 * falls[plain] / sum(falls.values()), abs=0.05), name


def test_what_it_says_is_set_beside_the_target():
    assert _said(Lesson(k=3))["o"] == "It says cat (0.64), and the target is cat: right."
    assert _said(Lesson(y=(0, 1)))["o"] == "It says cat (0.43), but the target is dog."
    assert _said(Lesson(y=(0.5, 0.5)))["o"] == "It says cat (0.43)."


def test_saturated_and_silent_units_are_counted():
    assert _said(Lesson())["a1"] == "Here none of the 900 units is in a flat zone."
    assert _said(Lesson(scale="raw", f="notebook"))["a1"] == "Here 900 of 900 units are in the flat zones."
    lesson = Lesson(net=SMALL)
    positive = int(np.count_nonzero(now(lesson).moment.trace.z1 > 0))
    assert f"{1800 - positive:,} of 1,800 units are silent" in _said(lesson)["a1"]
    assert f"{positive:,} of 1,800 gates are open" in _said(lesson)["dz1"]
