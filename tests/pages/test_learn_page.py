"""The list of lessons: its pictures are maps of the lessons themselves."""

from __future__ import annotations

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.pages.learn.cards import cards
from cnnviz.scripts.library import bundled
from cnnviz.scripts.question import lesson_at
from cnnviz.scripts.scene import scene
from tests.pages.running import shown


def test_each_lesson_of_the_list_has_a_map_of_one_of_its_own_steps():
    header, arrays = shown("learn", {})
    for lesson, guided in zip(header["learn"]["lessons"], bundled(), strict=True):
        picture = lesson["picture"]
        own = [array for step in guided.steps for array in scene(lesson_at(step, {})).arrays.values()]
        values = arrays[picture["array"]]
        assert any(values.shape == array.shape[-2:] and np.isin(values, array).all() for array in own if array.ndim >= 2)
        assert picture["limits"][0] <= values.min() and values.max() <= picture["limits"][1]
    assert not any(name.startswith("lesson.") for name in shown("learn", {"lesson": "kernel"})[1])


def test_the_slope_of_the_card_s_curve_is_the_gradient_that_it_tells_of():
    gradient = next(card for card in cards() if card["word"] == "gradient")
    curve, middle = np.array(gradient["curve"]), len(gradient["curve"]) // 2
    step = 8 / (len(curve) - 1)
    db = float(scene(Lesson()).arrays["db"][0])
    assert abs((curve[middle + 1] - curve[middle - 1]) / (2 * step) - db) < 0.02 * abs(db)
