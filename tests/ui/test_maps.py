"""What the page shows is what the core says: arrays, limits, totals, and the cell that is explained first."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz import Lesson, load_image, trajectory
from cnnviz.core.stages import LINKS, PARTS, STAGES
from cnnviz.ui.maps import MAPS, arrays, focus, limits, totals

LESSONS = [
    Lesson(),
    Lesson(k=3, stride=2, pad="same", f="random-5"),
    Lesson(scale="raw", f="notebook"),
    Lesson(w="zeros", pad="full"),
    Lesson(rule="object-oriented", scale="raw", f="notebook", k=2),
]


def moment_of(lesson):
    return trajectory(lesson, load_image(lesson.img, lesson.ch, lesson.scale), lesson.k)


# The notebook's rule does not sum these products: the page sets its number beside them.
@pytest.mark.parametrize("lesson", [lesson for lesson in LESSONS if not lesson.deviations], ids=str)
def test_totals_add_up_to_the_sums_they_explain(lesson):
    moment = moment_of(lesson)
    found = totals(lesson, moment)
    np.testing.assert_allclose(found["df_totals"].sum(-1), moment.gradients.df, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["z2_totals"].sum(-1) + moment.params.b, moment.trace.z2, rtol=1e-9, atol=1e-12)
    assert (found["df_totals"][..., 0] >= 0).all()
    assert (found["df_totals"][..., 1] <= 0).all()


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_limits_hold_every_value_and_signed_ones_are_centred(lesson):
    for symbol, array in arrays(lesson, moment_of(lesson)).items():
        low, high = limits(symbol, array, lesson.scale)
        assert low <= array.min() and array.max() <= high, symbol
        if MAPS[symbol].scale == "signed":
            assert low == -high


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_the_cell_that_is_explained_first_exists(lesson):
    moment = moment_of(lesson)
    cells = focus(lesson, moment)
    shapes = {"pixel": moment.trace.x.shape, "weight": (3, 3), "unit": moment.trace.z1.shape, "output": (2,)}
    for family, shape in shapes.items():
        assert all(0 <= i < n for i, n in zip(cells[family], shape, strict=True)), family
    assert cells["synapse"] == cells["unit"] + cells["output"]
    if moment.gradients.dz1.any():
        assert abs(moment.gradients.dz1[tuple(cells["unit"])]) == np.abs(moment.gradients.dz1).max()


def test_every_linked_array_is_a_map_and_every_stage_has_words():
    for symbol, sources in LINKS.items():
        assert {symbol, *(source for source, _ in sources)} <= set(MAPS) | {"update"}
    for said in (*STAGES, *PARTS):
        assert said.title and said.sentence.endswith(".") and said.formula
        assert set(said.inputs) <= set(MAPS)


