"""What the page shows is what the core says: arrays, limits, totals, and the cell that is explained first."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz import Lesson, load_image, trajectory
from cnnviz.core.stages import LINKS, PARTS, STAGES
from cnnviz.ui.maps import MAPS, focus

LESSONS = [
    Lesson(),
    Lesson(k=3, stride=2, pad="same", f="random-5"),
    Lesson(scale="raw", f="notebook"),
    Lesson(w="zeros", pad="full"),
    Lesson(rule="object-oriented", scale="raw", f="notebook", k=2),
]


def moment_of(lesson):
    return trajectory(lesson, load_image(lesson.img, lesson.ch, lesson.scale), lesson.k)


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


